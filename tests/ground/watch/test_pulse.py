"""The pulse: one row for each time without a gap, and the gaps between."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError

from hanse.ground.watch import pulse
from hanse.ground.watch.models import Pulse
from hanse.ground.watch.pulse import Outage, beat, outages

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def after(**span: float) -> datetime:
    return NOON + timedelta(**span)


@pytest.mark.django_db
def test_a_site_that_never_ran_was_never_out_of_order() -> None:
    assert outages(NOON) == []


@pytest.mark.django_db
def test_it_is_written_at_most_once_a_minute_into_one_row() -> None:
    assert [beat(after(seconds=second)) for second in (0, 20, 59, 60, 80, 119, 120)] == [
        True, False, False, True, False, False, True,
    ]  # fmt: skip
    assert [(row.since, row.until) for row in Pulse.objects.all()] == [(NOON, after(minutes=2))]


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "gap"), [(180, False), (181, True)])
def test_more_than_three_minutes_without_it_are_a_gap(seconds: int, gap: bool) -> None:
    beat(NOON)
    beat(after(seconds=seconds))
    assert outages(after(seconds=seconds)) == ([Outage(NOON, after(seconds=seconds))] if gap else [])


@pytest.mark.django_db
def test_a_gap_that_lasts_has_no_end_yet() -> None:
    beat(NOON)
    assert outages(after(minutes=3)) == []
    assert outages(after(minutes=10)) == [Outage(NOON, None)]
    beat(after(minutes=11))
    assert outages(after(minutes=11)) == [Outage(NOON, after(minutes=11))]


@pytest.mark.django_db
def test_two_workers_that_began_a_row_at_the_same_time_make_no_gap() -> None:
    Pulse.objects.create(since=NOON, until=after(minutes=20))
    Pulse.objects.create(since=NOON, until=NOON)
    Pulse.objects.create(since=after(minutes=22), until=after(minutes=30))
    assert outages(after(minutes=31)) == []


@pytest.mark.django_db
def test_a_host_whose_clock_is_set_back_moves_nothing_back() -> None:
    beat(NOON)
    assert not beat(after(hours=-1))
    assert [row.until for row in Pulse.objects.all()] == [NOON]


@pytest.mark.django_db(transaction=True)
def test_it_goes_on_beside_the_work() -> None:
    with pulse.beating():
        pass
    assert Pulse.objects.count() == 1


def test_a_database_that_is_down_ends_no_worker(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def down(_: datetime) -> bool:
        raise DatabaseError("the server closed the connection")

    monkeypatch.setattr(pulse, "beat", down)
    with pulse.beating():
        pass
    assert "the pulse could not be written" in caplog.text
