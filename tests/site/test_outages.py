"""The officers' page of outages: gaps, failed requests, deadlines, and slips that come back."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.people import browsing, person

from hanse.ground import clock
from hanse.ground.audit import signing
from hanse.ground.clock.arrival import Arrival, arrived
from hanse.ground.watch import attempts, evidence
from hanse.ground.watch.faults import Fault
from hanse.ground.watch.models import Pulse
from hanse.site.outages import MOST_LINES
from hanse.stages.announcement.actions import load_callbook

PAGE = "/administration/outages"
CALL = "COS-CLUSINT-2020-3-01"


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Path) -> Path:
    """A data folder and a key of this test's own."""
    settings.DATA, settings.SIGNING_KEY = tmp_path, str(tmp_path / "key.pem")
    signing.make_key()
    return tmp_path


@pytest.fixture
def closing(at: datetime) -> datetime:
    """Two hours before the 2020 call closes, by the site's clock; when it closes."""
    load_callbook(at)
    closing = datetime.fromisoformat("2020-12-02T16:00:00+00:00")
    clock.set_clock(instant=closing - timedelta(hours=2))
    return closing


def a_slip(ago: timedelta = timedelta(), path: str = "/proposals/x/submission", who: str = "") -> attempts.Slip:
    """A slip of so long ago, kept as evidence."""
    now = arrived()
    came = Arrival(now.at - ago, now.real - ago, now.tick)
    user = person(who).pk if who else None
    made = attempts.slip(method="POST", path=path, arrival=came, user_id=user, fault=Fault.DATABASE)
    evidence.keep(made)
    return made


def out(begin: timedelta, end: timedelta) -> None:
    """The site was out of order from so long ago to so long ago."""
    real = arrived().real
    Pulse.objects.create(since=real - begin - timedelta(hours=1), until=real - begin)
    Pulse.objects.create(since=real - end, until=real)


def page(who: str = "odile", slip: str | None = None) -> str:
    answer: Any = browsing(who).get(PAGE) if slip is None else browsing(who).post(PAGE, {"slip": slip})
    assert answer.status_code == 200, answer.content
    return " ".join(answer.content.decode().split())


def test_a_site_without_trouble_says_so(closing: datetime) -> None:
    told = page()
    assert "No gap." in told
    assert "in the last thirty days: 0" in told
    assert f"{CALL}</td>" in told
    assert ">no time</td>" in told


def test_gaps_and_failed_requests_stand_beside_the_deadline_by_the_clock_of_the_site(closing: datetime) -> None:
    out(timedelta(minutes=30), timedelta(minutes=10))
    slip = a_slip(timedelta(minutes=20), who="giulia")
    a_slip(timedelta(hours=23))
    told = page()
    assert ">20 minutes</td>" in told
    assert "2 December 2020 at 14:30:" in told, "half an hour before 15:00 in Brussels"
    assert "POST /proposals/x/submission" in told
    assert "Giulia Doria" in told
    assert "nobody could tell" in told
    assert slip["claims"]["id"] in told
    row = told.partition(f"{CALL}</td>")[2].partition("</tr>")[0]
    assert ">20 minutes</td>" in row
    assert ">1</td>" in row, "the one of yesterday was before the last day"


def test_what_is_older_than_thirty_days_is_not_shown(closing: datetime) -> None:
    out(timedelta(days=40), timedelta(days=39))
    slip = a_slip(timedelta(days=31))
    told = page()
    assert "No gap." in told
    assert slip["claims"]["id"] not in told


def test_a_gap_that_lasts_is_shown_as_such(closing: datetime) -> None:
    real = arrived().real
    Pulse.objects.create(since=real - timedelta(hours=2), until=real - timedelta(hours=1))
    told = page()
    assert "none yet" in told
    assert ">1 hour</td>" in told


def test_the_latest_lines_are_shown_and_all_are_counted(closing: datetime) -> None:
    made = [a_slip(timedelta(seconds=MOST_LINES + 5 - number)) for number in range(MOST_LINES + 5)]
    told = page()
    assert f"in the last thirty days: {MOST_LINES + 5}" in told
    assert made[4]["claims"]["id"] not in told
    assert made[5]["claims"]["id"] in told


# --- examining ------------------------------------------------------------------------------------------------------


def test_a_slip_of_ours_that_stands_in_the_file(closing: datetime) -> None:
    told = page(slip=json.dumps(a_slip(), indent=2))
    assert "The signature holds" in told
    assert "yes, word for word" in told
    assert '<dd class="ecl-description-list__definition">/proposals/x/submission</dd>' in told


def test_a_slip_whose_line_was_lost_is_still_ours(closing: datetime, data: Path) -> None:
    slip = a_slip()
    for file in (data / "evidence").iterdir():
        file.unlink()
    told = page(slip=json.dumps(slip))
    assert "The signature holds" in told
    assert "yes, word for word" not in told


def test_a_slip_that_was_changed(closing: datetime) -> None:
    slip = a_slip()
    slip["claims"]["received_at"] = "2020-12-02T15:59:59+00:00"
    assert "The slip was changed" in page(slip=json.dumps(slip))


def test_a_slip_of_another_site(closing: datetime, settings: Any, tmp_path: Path) -> None:
    slip = a_slip()
    settings.SIGNING_KEY = str(tmp_path / "other.pem")
    signing.make_key()
    assert "Not ours" in page(slip=json.dumps(slip))


@pytest.mark.parametrize("real", ["", "noon", "0001-01-01T00:00:00+14:00", "2026-01-01T00:00:00", None, 5])
def test_a_slip_without_signature_of_any_time(closing: datetime, real: Any) -> None:
    slip = {"claims": {"format": attempts.FORMAT, "real": real}, "signature": {"missing": "no key"}}
    told = page(slip=json.dumps(slip))
    assert "Unsigned" in told
    assert "yes, word for word" not in told


def test_an_unsigned_slip_is_proven_by_the_file(closing: datetime, settings: Any, data: Path) -> None:
    settings.SIGNING_KEY = str(data / "lost.pem")
    told = page(slip=json.dumps(a_slip()))
    assert "Unsigned" in told
    assert "yes, word for word" in told


def test_without_its_own_key_the_site_says_so(closing: datetime, settings: Any, data: Path) -> None:
    slip = a_slip()
    settings.SIGNING_KEY = str(data / "lost.pem")
    assert "The site&#x27;s own key cannot be read" in page(slip=json.dumps(slip))


def test_what_is_no_slip(closing: datetime) -> None:
    assert "This is no attempt slip" in page(slip="I was there")
    for wrong in ("", "x" * (attempts.LONGEST + 1)):
        assert browsing("odile").post(PAGE, {"slip": wrong}).status_code == 422


def test_an_auditor_looks_and_an_officer_examines(closing: datetime) -> None:
    assert "An officer examines slips." in page("halvard")
    assert browsing("halvard").post(PAGE, {"slip": "{}"}).status_code == 403
    assert "An officer examines slips." not in page("odile")
    for who in ("giulia", "elena"):
        assert browsing(who).get(PAGE).status_code == 403
