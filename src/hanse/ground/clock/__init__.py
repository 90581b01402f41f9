"""The only reader of time, and the rehearsal clock that stands in for it.

    clock.now()                      the instant, in UTC
    clock.today()                    the day in Brussels
    clock.reading()                  the instant, and whether it is the real one
    clock.behind(real)               how far a host's clock is behind the latest instant that was kept
    clock.set_clock(...)             in rehearsals only; `hanse.site.rehearsal` does it on the record

A rehearsal clock runs on from the instant it was set to. It is one row, so that all processes tell the same time; a
request reads the row once, and a live site never does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

SKEW = timedelta(seconds=2)
"""So far the clocks of two hosts may differ without anything being wrong."""

_shift: ContextVar[timedelta | None] = ContextVar("shift of the rehearsal clock in this request", default=None)


BRUSSELS = ZoneInfo("Europe/Brussels")
"""The zone in which days and deadlines are told."""


class LiveClock(Exception):
    """The clock of a live site cannot be set."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the clock says.

    Attributes:
        shifted: whether it differs from real time.
    """

    now: datetime
    shifted: bool


def now() -> datetime:
    """The instant by which everything is judged, in UTC."""
    return datetime.now(UTC) + shift()


def today(zone: ZoneInfo = BRUSSELS) -> date:
    """The day in a zone."""
    return now().astimezone(zone).date()


def reading() -> Reading:
    """The instant, and whether it is the real one."""
    return Reading(now(), bool(shift()))


def shift() -> timedelta:
    """How far the rehearsal clock is ahead of real time; nothing on a live site."""
    if settings.MODE == "live":
        return timedelta()
    told = _shift.get()
    return _kept_shift() if told is None else told


@contextmanager
def read_once() -> Iterator[None]:
    """Within, the row of the rehearsal clock is read once, at the beginning."""
    token = _shift.set(None)
    _shift.set(shift())
    try:
        yield
    finally:
        _shift.reset(token)


def set_clock(*, instant: datetime, actor_id: int | None = None) -> None:
    """Let the clock say an instant and run on from there.

    Raises:
        LiveClock: on a live site.
        ValueError: for an instant without a zone.
    """
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no zone")
    _keep(instant - datetime.now(UTC), actor_id)


def reset_clock(*, actor_id: int | None = None) -> None:
    """Let the clock say the real time again.

    Raises:
        LiveClock: on a live site.
    """
    _keep(timedelta(), actor_id)


def behind(real: datetime) -> timedelta:
    """How far an instant of real time is behind the latest one that was kept; nothing within `SKEW`.

    Asked by whoever holds a lock under which `keep` is called too; else it tells what may have changed since.
    """
    from hanse.ground.clock.models import HighWater  # models load after this package

    latest = HighWater.objects.filter(pk=1).values_list("latest", flat=True).first()
    return latest - real if latest is not None and latest - real > SKEW else timedelta()


def keep(real: datetime) -> None:
    """Keep an instant of real time, if it is later than the latest kept so far."""
    from hanse.ground.clock.models import HighWater

    if not HighWater.objects.filter(pk=1, latest__lt=real).update(latest=real):
        HighWater.objects.get_or_create(pk=1, defaults={"latest": real})


def _kept_shift() -> timedelta:
    from hanse.ground.clock.models import RehearsalClock  # models load after this package

    kept = RehearsalClock.objects.filter(pk=1).values_list("shift", flat=True).first()
    return kept or timedelta()


def _keep(new: timedelta, actor_id: int | None) -> None:
    from hanse.ground.clock.models import RehearsalClock

    if settings.MODE == "live":
        raise LiveClock("the clock of a live site cannot be set; HANSE_MODE is live")
    RehearsalClock.objects.update_or_create(
        pk=1, defaults={"shift": new, "set_by_id": actor_id, "set_at": datetime.now(UTC)}
    )
    if _shift.get() is not None:
        _shift.set(new)
