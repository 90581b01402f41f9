"""The pages that join several stages: home, desks, clock, administration, errors, health."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from tests.people import browsing

from hanse.ground import clock
from hanse.ground.audit.models import Event
from hanse.site import pages
from hanse.stages.announcement.actions import load_callbook

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_home_leads_to_the_open_call_with_its_deadline(at: datetime) -> None:
    load_callbook(at)
    page = text(browsing().get("/"))
    assert "Open now: Clusters Go International 2020" in page
    assert "2\u00a0December\u00a02020, 17:00 Brussels time" in page
    assert "/calls/COS-CLUSINT-2020-3-01/check" in page


def test_home_says_so_if_no_call_is_open(at: datetime) -> None:
    load_callbook(at)
    clock.set_clock(instant=at.replace(year=2030))
    assert "No call is open now" in text(browsing().get("/"))


def test_health_tells_machines_how_the_site_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert json.loads(browsing().get("/health").content)["status"] == "ok"

    def gone(*_: object, **__: object) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(connection, "cursor", gone)
    answer: Any = pages.health(RequestFactory().get("/health"))
    assert (answer.status_code, json.loads(answer.content)["status"]) == (503, "down")


@pytest.mark.parametrize(
    ("who", "desks"),
    [
        ("charlie", ["As an applicant"]),
        ("odile", ["As an applicant", "As a programme officer"]),
        ("halvard", ["As an applicant", "As an auditor"]),
        ("elena", ["As an applicant", "As an expert"]),
    ],
)
def test_everybody_has_the_desks_of_their_parts(who: str, desks: list[str], at: datetime) -> None:
    page = text(browsing(who).get("/work"))
    for desk in ("As an applicant", "As a programme officer", "As an auditor", "As an expert"):
        assert (f">{desk}</h2>" in page) is (desk in desks)


def test_an_officer_sets_the_clock_and_it_shows_on_every_page(at: datetime) -> None:
    client = browsing("odile")
    client.post("/clock", {"day": "2020-12-02", "time": "17:00"})
    assert clock.now().isoformat().startswith("2020-12-02T16:00")
    assert "2\u00a0December\u00a02020, 17:00" in text(browsing().get("/calls"))
    event = Event.objects.get(act="set rehearsal clock")
    assert event.facts["to"] == "2020-12-02T17:00:00+01:00"
    client.post("/clock", {"reset": "yes"})
    assert not clock.reading().shifted


@pytest.mark.parametrize(
    "typed", [{"day": "2 December", "time": "17:00"}, {"day": "", "time": ""}, {"day": "2021-03-28", "time": "02:30"}]
)
def test_a_time_that_cannot_be_is_shown_again(typed: dict[str, str], at: datetime) -> None:
    client = browsing("odile")
    before = Event.objects.count()
    answer = client.post("/clock", typed)
    assert answer.status_code == 422
    assert 'href="#id_' in text(answer) or "does not exist" in text(answer)
    assert Event.objects.count() == before


def test_a_live_site_has_no_clock_page(settings: Any, at: datetime) -> None:
    client = browsing("odile")
    settings.MODE = "live"
    assert client.get("/clock").status_code == 404
    assert client.post("/clock", {"reset": "yes"}).status_code == 404


@pytest.mark.parametrize("path", ["/", "/work", "/administration", "/administration/record", "/outbox"])
def test_pages_ask_the_database_little(path: str, at: datetime) -> None:
    load_callbook(at)
    client = browsing("odile")
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    assert len(asked) <= MOST_QUERIES


def test_errors_have_pages_in_plain_words(at: datetime) -> None:
    missing = browsing().get("/nowhere")
    assert missing.status_code == 404
    assert "hanse-header" in text(missing)
    closed = browsing("charlie").get("/administration")
    assert closed.status_code == 403
    assert "hanse-header" in text(closed)
    stale = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x"})
    assert stale.status_code == 403
    assert "hanse-header" in text(stale)


def test_a_fault_of_ours_says_when_the_request_came_in(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("hanse.stages.announcement.queries.open_calls", broken)
    client = Client(raise_request_exception=False)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "29\u00a0November\u00a02020, 17:00" in text(answer)


def test_many_visitors_do_not_push_the_counters_of_wrong_passwords_out(at: datetime) -> None:
    from django.core.cache import cache

    cache.set("attempts", 5)
    for n in range(600):
        cache.set(f"visitor-{n}", n)
    assert cache.get("attempts") == 5
    cache.clear()


def test_an_officer_sees_how_many_register_week_by_week(at: datetime) -> None:
    from hanse.stages.registry.models import Organisation, RegistrationStep

    made = Organisation.objects.create(ref="quay", name="Quay", name_key="quay", created_at=at, changed_at=at)
    for days, status in ((0, "requested"), (1, "requested"), (8, "requested"), (0, "published"), (400, "requested")):
        RegistrationStep.objects.create(organisation=made, status=status, at=at - timedelta(days=days))
    page = text(browsing("odile").get("/administration"))
    table = page[page.index("Registrations by week") :]
    rows = re.findall(r'<th scope="row">([^<]+)</th><td[^>]*>(\d+)</td><td[^>]*>(\d+)</td>', table)
    assert len(rows) == pages.WEEKS_SHOWN
    assert rows[-2:] == [("16 Nov", "1", "0"), ("23 Nov", "2", "1")]
    assert sum(int(requested) for _, requested, _ in rows) == 3


@pytest.mark.parametrize(("who", "shown"), [("odile", True), ("halvard", True), ("ines", False)])
def test_the_clock_is_offered_to_those_who_may_see_it(who: str, shown: bool, at: datetime) -> None:
    assert ("Rehearsal clock</a>" in text(browsing(who).get("/administration"))) is shown
