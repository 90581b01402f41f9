"""A deadline is a local hour turned to UTC once: to the second, across clock changes, wherever the host stands."""

import os
import time as clock
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.core.values.unknown import Unknown
from hanse.core.values.window import Window, clock_change_at, clock_changes_on

SECOND = timedelta(seconds=1)
CLOSING = datetime(2020, 12, 2, 16, tzinfo=UTC)
SILENT = Unknown("not found")

CALL_2020 = Window(
    opens_on=date(2020, 9, 30),
    closes_on=date(2020, 12, 2),
    closes_at=time(17),
    zone="Europe/Brussels",
    closing_instant_counts=SILENT,
)


@pytest.fixture(params=["UTC", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Kiritimati", "Europe/Brussels"])
def host_zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The host's own clock set to another zone for one test."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    clock.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    clock.tzset()


def test_the_2020_deadline_is_16_hours_utc_wherever_the_host_stands(host_zone: str) -> None:
    assert CALL_2020.closing == CLOSING


@pytest.mark.parametrize(
    ("apart", "in_time"),
    [
        pytest.param(-SECOND, True, id="one second before is in time"),
        pytest.param(timedelta(0), True, id="the closing instant counts where the source is silent"),
        pytest.param(SECOND, False, id="one second after is late"),
    ],
)
def test_in_time_to_the_second_wherever_the_host_stands(apart: timedelta, in_time: bool, host_zone: str) -> None:
    assert CALL_2020.in_time(CLOSING + apart) is in_time
    local = (CLOSING + apart).astimezone(ZoneInfo(host_zone))
    assert CALL_2020.in_time(local) is in_time


def test_a_call_can_exclude_its_closing_instant_and_then_assumes_nothing() -> None:
    strict = replace(CALL_2020, closing_instant_counts=False)
    assert strict.in_time(CLOSING) is False
    assert strict.in_time(CLOSING - SECOND) is True
    assert (strict.closing_instant_assumed, CALL_2020.closing_instant_assumed) == (False, True)


def test_the_same_instant_counts_alike_in_every_notation() -> None:
    in_tokyo = CLOSING.astimezone(timezone(timedelta(hours=9)))
    assert CALL_2020.in_time(in_tokyo + SECOND) is False


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="an instant needs a zone"):
        CALL_2020.in_time(CLOSING.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("day", "closing_hour"),
    [
        pytest.param(date(2019, 10, 26), 15, id="the day before clocks go back is summer time"),
        pytest.param(date(2019, 10, 27), 16, id="the day they go back is winter time by five"),
        pytest.param(date(2019, 10, 30), 16, id="the 2019 deadline, three days after"),
        pytest.param(date(2020, 3, 28), 16, id="the day before clocks go forward is winter time"),
        pytest.param(date(2020, 3, 29), 15, id="the day they go forward is summer time by five"),
    ],
)
def test_five_o_clock_in_brussels_follows_the_clock_changes(day: date, closing_hour: int, host_zone: str) -> None:
    window = replace(CALL_2020, closes_on=day)
    closing = datetime(day.year, day.month, day.day, closing_hour, tzinfo=UTC)
    assert window.closing == closing
    assert [window.in_time(closing + n * SECOND) for n in (-1, 0, 1)] == [True, True, False]


@pytest.mark.parametrize(
    ("received", "in_time"),
    [
        pytest.param(datetime(2017, 5, 22, 21, 59, 59, tzinfo=UTC), True, id="the evening before in Brussels"),
        pytest.param(datetime(2017, 5, 22, 22, 0, 0, tzinfo=UTC), None, id="the closing day begins: not known"),
        pytest.param(datetime(2017, 5, 23, 21, 59, 59, tzinfo=UTC), None, id="the closing day ends: not known"),
        pytest.param(datetime(2017, 5, 23, 22, 0, 0, tzinfo=UTC), False, id="the day after in Brussels"),
    ],
)
def test_where_no_hour_is_stated_only_the_closing_day_is_unknown(
    received: datetime, in_time: bool | None, host_zone: str
) -> None:
    hour = Unknown("the hour is not found")
    window = replace(CALL_2020, closes_on=date(2017, 5, 23), closes_at=hour)
    assert window.closing == hour
    assert window.in_time(received) == (hour if in_time is None else in_time)


def test_where_no_day_is_stated_nothing_is_in_time_or_late() -> None:
    day = Unknown("the day is not found")
    window = replace(CALL_2020, closes_on=day)
    assert window.closing == day
    assert window.in_time(CLOSING) == day


@given(st.integers(-(10**8), 10**8))
def test_later_is_never_in_time_when_earlier_was_late(seconds: int) -> None:
    received = CLOSING + seconds * SECOND
    earlier, later = CALL_2020.in_time(received), CALL_2020.in_time(received + SECOND)
    assert (earlier, later) != (False, True)


@pytest.mark.parametrize(
    ("day", "hour", "change"),
    [
        pytest.param(date(2020, 3, 29), time(2, 30), "skipped", id="no clock shows half past two in March"),
        pytest.param(date(2020, 10, 25), time(2, 30), "repeated", id="clocks show it twice in October"),
        pytest.param(date(2020, 10, 25), time(3), "", id="three o'clock comes once again"),
        pytest.param(date(2020, 12, 2), time(17), "", id="the 2020 deadline is an ordinary hour"),
    ],
)
def test_an_hour_inside_a_clock_change_is_named(day: date, hour: time, change: str) -> None:
    assert clock_change_at(day, hour, "Europe/Brussels") == change


def test_days_of_clock_changes_are_known_for_each_zone() -> None:
    assert clock_changes_on(date(2020, 3, 29), "Europe/Brussels")
    assert clock_changes_on(date(2020, 10, 25), "Europe/Brussels")
    assert not clock_changes_on(date(2020, 12, 2), "Europe/Brussels")
    assert not clock_changes_on(date(2020, 3, 29), "Africa/Abidjan")
