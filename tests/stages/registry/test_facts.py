"""Facts in two times: as known then, as known now."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import NOW
from tests.stages.registry.people_of_registry import HOUR, appointed, browser, draft, person, published, unowned

from hanse.core.consortium import OrganisationKind, Registration
from hanse.core.values.unknown import NOT_STATED, Unknown
from hanse.ground.accounts.models import Role
from hanse.stages.registry.actions.facts import learn
from hanse.stages.registry.actions.profiles import write
from hanse.stages.registry.models import Fact, Organisation
from hanse.stages.registry.queries import facts, profiles

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at")]
TODAY = date(2020, 11, 29)
DAY = timedelta(days=1)
CHANGED = ">changed<"
"""The mark beside a fact that reads otherwise by now."""


def told(organisation: Organisation, changes: dict[str, Any], at: datetime, since: date | None = None) -> int:
    with transaction.atomic():
        return learn(organisation, changes, by=None, source="a test", at=at, valid_from=since)


def city(organisation: Organisation, on: date, known_at: datetime) -> Any:
    return facts.known_of(organisation, on, known_at).values.get("city")


def test_what_was_never_stated_holds_as_far_back_as_anybody_asks() -> None:
    one = unowned()
    told(one, {"city": "Umeå"}, NOW)
    assert city(one, date(1950, 1, 1), NOW) == "Umeå"
    assert city(one, TODAY, NOW - HOUR) is None


def test_a_move_holds_from_its_day_and_the_past_stays() -> None:
    one = unowned()
    told(one, {"city": "Umeå"}, NOW)
    told(one, {"city": "Kiruna"}, NOW + 2 * DAY)
    assert city(one, TODAY, NOW + 3 * DAY) == "Umeå"
    assert city(one, TODAY + 2 * DAY, NOW + 3 * DAY) == "Kiruna"
    assert city(one, TODAY + 2 * DAY, NOW + DAY) == "Umeå"


def test_a_correction_of_the_past_is_known_from_its_day_only() -> None:
    one = unowned()
    told(one, {"city": "Umeå"}, NOW)
    told(one, {"city": "Luleå"}, NOW + 5 * DAY, since=date(2019, 1, 1))
    assert city(one, date(2019, 6, 1), NOW + DAY) == "Umeå"
    assert city(one, date(2019, 6, 1), NOW + 6 * DAY) == "Luleå"
    assert city(one, date(2018, 6, 1), NOW + 6 * DAY) == "Umeå"


def test_what_is_known_already_is_no_change() -> None:
    one = unowned()
    assert told(one, {"city": "Umeå"}, NOW) == 1
    assert told(one, {"city": "Umeå"}, NOW + DAY) == 0
    assert Fact.objects.count() == 1


def test_rows_are_closed_and_never_changed() -> None:
    one = unowned()
    told(one, {"city": "Umeå"}, NOW)
    first = Fact.objects.get()
    told(one, {"city": "Kiruna"}, NOW + DAY)
    again = Fact.objects.get(pk=first.pk)
    assert (again.value, again.known_from, again.valid_until) == ("Umeå", NOW, None)
    assert again.known_until == NOW + DAY


def test_a_clock_that_was_set_back_breaks_nothing() -> None:
    one = unowned()
    told(one, {"city": "Umeå"}, NOW)
    told(one, {"city": "Kiruna"}, NOW - DAY)
    assert city(one, TODAY, NOW + HOUR) == "Kiruna"


learnt = st.lists(
    st.tuples(st.integers(0, 20), st.sampled_from(["a", "b", "c", ""]), st.none() | st.integers(-5, 25)), max_size=8
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(learnt, st.integers(-6, 30), st.integers(-1, 30))
def test_at_most_one_value_holds_and_the_past_of_knowledge_never_changes(
    steps: list[tuple[int, str, int | None]], on: int, known: int
) -> None:
    with transaction.atomic():
        one = unowned("Any Network")
        day, instant = TODAY + on * DAY, NOW + known * DAY
        believed: list[Any] = []
        for at, value, since in sorted(steps, key=lambda step: step[0]):
            before = facts.known_of(one, day, instant).values
            told(one, {"city": value}, NOW + at * DAY, TODAY + since * DAY if since is not None else None)
            after = facts.known_of(one, day, instant).values
            if NOW + at * DAY > instant:
                assert after == before
            believed.append(value)
            far = facts.known_of(one, TODAY + 400 * DAY, NOW + 400 * DAY).values
            assert far["city"] == value
            held = [
                fact
                for fact in Fact.objects.filter(organisation=one, known_until=None)
                if (fact.valid_from is None or fact.valid_from <= day)
                and (fact.valid_until is None or day < fact.valid_until)
            ]
            assert len(held) <= 1
        assert all(fact.known_until is None or fact.known_until >= fact.known_from for fact in Fact.objects.all())
        transaction.set_rollback(True)


def test_the_core_is_told_what_was_known_then() -> None:
    owner = person()
    one = published(owner)
    with transaction.atomic():
        write(one, {"country": "SE", "sectors": ["food"]}, by=owner, source="edit", at=NOW + 2 * DAY)
    then = facts.as_known(one.ref, TODAY, NOW + HOUR)
    now = facts.as_known(one.ref, TODAY + 2 * DAY, NOW + 3 * DAY)
    assert then is not None
    assert now is not None
    assert (then.snapshot.country, then.snapshot.sectors) == ("DK", frozenset({"cleantech", "space"}))
    assert (now.snapshot.country, now.snapshot.sectors) == ("SE", frozenset({"food"}))
    assert now.snapshot == profiles.snapshot(Organisation.objects.get(pk=one.pk))
    assert then.snapshot.kind is OrganisationKind.CLUSTER_ORGANISATION
    before = facts.as_known(one.ref, TODAY, NOW - DAY)
    assert before is not None
    assert before.values == {}
    assert before.snapshot.country is NOT_STATED
    assert before.snapshot.registered_on is Registration.NEVER


def test_a_listed_profile_leaves_its_registration_open_and_an_unknown_id_is_none() -> None:
    one = unowned()
    known = facts.as_known(one.ref, TODAY, NOW)
    assert known is not None
    assert isinstance(known.snapshot.registered_on, Unknown)
    assert facts.as_known("never-given-out", TODAY, NOW) is None


# --- the page ----------------------------------------------------------------------------------------------------


def page(one: Organisation, who: Any = None, **asked: str) -> str:
    answer = browser(who).get(reverse("registry:history", args=[one.ref]), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_sets_then_beside_now() -> None:
    owner = person()
    one = published(owner)
    told(one, {"city": "Aarhus"}, NOW - DAY)
    assert CHANGED not in page(one)
    Fact.objects.filter(name="city").delete()
    told(one, {"city": "Aarhus"}, NOW - 9 * DAY)
    told(one, {"city": "Odense"}, NOW - 2 * DAY)
    text = page(one, owner, held="2020-11-26", known="2020-11-26")
    assert "Aarhus" in text
    assert "Odense" in text
    assert CHANGED in text
    assert CHANGED not in page(one, owner, held="2020-11-29", known="2020-11-29")


def test_what_a_draft_said_before_it_was_published_is_for_those_who_act_for_it() -> None:
    owner = person()
    one = draft(owner)
    Fact.objects.filter(organisation=one).update(known_from=NOW - 9 * DAY)
    told(one, {"city": "Hushtown"}, NOW - 8 * DAY, TODAY - 30 * DAY)
    told(one, {"city": "Esbjerg"}, NOW - 6 * DAY)
    Organisation.objects.filter(pk=one.pk).update(status="published", published_at=NOW - 3 * DAY)
    then = str(TODAY - 7 * DAY)
    for who in (owner, appointed(Role.AUDITOR), appointed(Role.OFFICER)):
        assert "Hushtown" in page(one, who, held=then, known=then)
    for asked in (
        {},
        {"held": then, "known": then},
        {"held": then, "known": str(TODAY)},
        {"held": "1900-01-01", "known": then},
    ):
        assert "Hushtown" not in page(one, **asked)
    assert "not public on that day" in page(one, held=then, known=then)


def test_a_private_profile_has_no_public_history() -> None:
    owner = person()
    one = draft(owner)
    address = reverse("registry:history", args=[one.ref])
    assert browser().get(address).status_code == 404
    assert browser(person()).get(address).status_code == 404
    assert browser(owner).get(address).status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        {"held": "0001-01-01", "known": "9999-12-31"},
        {"held": "'; DROP TABLE", "known": "<script>"},
        {"held": "2020-02-30"},
        {"known": "\x00"},
        {"held": "1899-12-31", "known": "2020-01-01"},
    ],
)
def test_forged_dates_are_harmless(asked: dict[str, str]) -> None:
    one = published(person())
    answer = browser().get(reverse("registry:history", args=[one.ref]), asked)
    assert answer.status_code == 422
    assert "<script>" not in answer.content.decode()


@pytest.mark.parametrize(
    "asked", [{}, {"held": "1900-01-01", "known": "2199-12-31"}, {"held": "2020-03-29", "known": "2020-10-25"}]
)
def test_the_ends_of_time_and_of_summer_time_can_be_asked(asked: dict[str, str]) -> None:
    page(published(person()), **asked)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_a_constant_number_of_questions(count: int) -> None:
    owner = person()
    one = published(owner)
    for number in range(count):
        with transaction.atomic():
            write(one, {"city": f"Town {number}"}, by=owner, source="edit", at=NOW + number * HOUR)
    client = browser()
    address = reverse("registry:history", args=[one.ref])
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    assert len(queries) == 4
