"""When a request came in: an instant, and a tick of the clock that nobody sets.

arrival = arrived()          of the request that is served, or of now where there is none
arrival.at                   the instant that is judged
arrival.now()                that instant and the time that has passed since, whatever was done to the host's clock
"""

import time
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hanse.ground import clock

served: ContextVar["Arrival | None"] = ContextVar("served", default=None)
"""The arrival of the request that is served."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """When something came in.

    Attributes:
        at: the instant, by the site's clock, in UTC.
        real: the same without the shift of a rehearsal.
        tick: of the monotonic clock, in seconds.
    """

    at: datetime
    real: datetime
    tick: float

    def waited(self) -> timedelta:
        """How long ago it came in."""
        return timedelta(seconds=time.monotonic() - self.tick)

    def now(self) -> datetime:
        """The instant now, by the site's clock; a step of the host's clock since the arrival changes nothing."""
        return self.at + self.waited()

    def real_now(self) -> datetime:
        """The same without the shift of a rehearsal."""
        return self.real + self.waited()


def arrived() -> Arrival:
    """When the request that is served came in; now, where none is."""
    return served.get() or stamp()


def stamp() -> Arrival:
    """An arrival now."""
    real = datetime.now(UTC)
    return Arrival(real + clock.shift(), real, time.monotonic())
