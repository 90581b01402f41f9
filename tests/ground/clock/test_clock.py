"""The clock: real time on a live site, and an instant to run on from in a rehearsal."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hanse.ground import clock

LAST_DAYS = datetime(2020, 11, 29, 16, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_tells_real_time_until_it_is_set() -> None:
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)
    assert not clock.reading().shifted


def test_runs_on_from_the_instant_it_was_set_to() -> None:
    clock.set_clock(instant=LAST_DAYS)
    first = clock.now()
    second = clock.now()
    assert LAST_DAYS <= first <= second < LAST_DAYS + timedelta(minutes=1)
    assert clock.reading().shifted


def test_tells_the_day_in_brussels() -> None:
    clock.set_clock(instant=datetime(2020, 11, 29, 23, 30, tzinfo=UTC))
    assert clock.today().isoformat() == "2020-11-30"
    assert clock.today(ZoneInfo("UTC")).isoformat() == "2020-11-29"


def test_can_be_set_back() -> None:
    clock.set_clock(instant=LAST_DAYS)
    clock.reset_clock()
    assert not clock.reading().shifted


def test_cannot_be_set_on_a_live_site(settings: Any) -> None:
    clock.set_clock(instant=LAST_DAYS)
    settings.MODE = "live"
    with pytest.raises(clock.LiveClock):
        clock.set_clock(instant=LAST_DAYS)
    with pytest.raises(clock.LiveClock):
        clock.reset_clock()
    assert clock.now().year > 2020, "a row left from a rehearsal moves no live clock"


def test_wants_an_instant_with_a_zone() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        clock.set_clock(instant=datetime(2020, 11, 29, 16))  # noqa: DTZ001 -- the fault under test


def test_is_read_once_in_a_request(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1), clock.read_once():
        clock.now()
        clock.reading()
        clock.today()


def test_a_request_that_sets_the_clock_sees_it() -> None:
    with clock.read_once():
        clock.set_clock(instant=LAST_DAYS)
        assert clock.now().year == 2020
    assert clock.now().year == 2020


def test_a_live_site_asks_no_database(settings: Any, django_assert_num_queries: Any) -> None:
    settings.MODE = "live"
    with django_assert_num_queries(0):
        clock.now()
