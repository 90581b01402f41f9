"""The pulse: as long as a worker can write into the database it says so, and where it did not there is a gap.

It proves that the machine ran and its database took what was written. Whether the network before it worked it cannot
tell; the file of failed requests (`evidence`) tells of some that came.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread

from django.db import DatabaseError, connection

from hanse.ground.clock.arrival import stamp_of_host
from hanse.ground.watch.models import Pulse

EVERY = timedelta(minutes=1)
"""The pulse is written at most so often."""
GAP = timedelta(minutes=3)
"""A longer time without it is an outage."""
LOOK = 20.0
"""Seconds between two looks whether it is due."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outage:
    """A gap in the pulse.

    Attributes:
        begin: the last sign of life before it, in real time.
        end: the first one after it; None while it lasts.
    """

    begin: datetime
    end: datetime | None


def beat(real: datetime) -> bool:
    """Write the pulse if it is due; whether it was.

    Args:
        real: now, in real time.
    """
    latest = Pulse.objects.order_by("-until").first()
    if latest is None or real - latest.until > GAP:
        Pulse.objects.create(since=real, until=real)
        return True
    if real - latest.until < EVERY:
        return False
    return bool(Pulse.objects.filter(pk=latest.pk, until__lt=real).update(until=real))


def outages(real: datetime) -> list[Outage]:
    """All gaps up to an instant, oldest first; one that lasts comes last.

    Args:
        real: now, in real time.
    """
    return list(_gaps(real))


def _gaps(real: datetime) -> Iterator[Outage]:
    until: datetime | None = None
    for row in Pulse.objects.filter(since__lte=real).order_by("since", "pk"):
        if until is not None and row.since - until > GAP:
            yield Outage(until, row.since)
        until = row.until if until is None else max(until, row.until)
    if until is not None and real - until > GAP:
        yield Outage(until, None)


@contextmanager
def beating() -> Iterator[None]:
    """Within, the pulse goes on, whatever the worker is busy with."""
    ended = Event()
    heart = Thread(target=_go_on, args=(ended,), name="pulse", daemon=True)
    heart.start()
    try:
        yield
    finally:
        ended.set()
        heart.join()


def _go_on(ended: Event) -> None:
    while True:
        try:
            beat(stamp_of_host().real)
        except DatabaseError:
            log.exception("the pulse could not be written")
        finally:
            connection.close()  # this thread's own
        if ended.wait(LOOK):
            return
