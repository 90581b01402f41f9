"""The deadline in calendars."""

from datetime import datetime

from django.test import Client
from tests.stages.announcement.conftest import CALL, PAGE

from hanse.stages.announcement import queries
from hanse.stages.announcement.pages.calendar import calendar_of


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def test_the_deadline_of_the_2020_call(calls: datetime, client: Client) -> None:
    response = client.get(f"{PAGE}/deadline.ics")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    lines = unfolded(response.content.decode())
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART:20201202T160000Z" in lines
    assert f"UID:deadline-{CALL}@hanse" in lines
    assert f"URL:http://testserver{PAGE}" in lines
    assert lines.count("BEGIN:VALARM") == lines.count("END:VALARM") == 2
    [said] = [line for line in lines if line.startswith(f"DESCRIPTION:Applications to {CALL}")]
    assert r"close on 2 December 2020\, 17:00 Brussels time" in said


def test_lines_are_folded_at_75_octets_and_end_in_crlf(calls: datetime) -> None:
    edition = queries.edition_in_force(CALL, calls)
    assert edition is not None
    edition.title = "Ποντοπόροι; συστάδες, " * 20 + "\r\nEND:VCALENDAR\\"
    text = calendar_of(edition, said="soon", address="http://testserver/", made_at=calls)
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    [title] = [line for line in unfolded(text) if line.startswith("SUMMARY:")]
    spelt = title.replace("\\n", "\n").replace("\\;", ";").replace("\\,", ",").replace("\\\\", "\\")
    assert spelt == "SUMMARY:Deadline: " + edition.title.replace("\r\n", "\n")
    assert unfolded(text).count("END:VCALENDAR") == 1


def test_a_call_without_an_hour_has_no_entry(calls: datetime, client: Client) -> None:
    assert client.get("/calls/HORIZON-EUROPE-STANDARD/deadline.ics").status_code == 404
