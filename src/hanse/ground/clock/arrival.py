"""When a request came in: an instant, and a tick of the clock that nobody sets.

arrival = arrived()          of the request that is served, or of now where there is none
arrival.at                   the instant that is judged
arrival.now()                that instant and the time that has passed since, whatever was done to the host's clock
"""

import re
import time
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hanse.ground import clock

LONGEST_AT_PROXY = timedelta(seconds=120)
"""So long a proxy keeps a request at most before it gives it up."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_REQUEST_START = re.compile(r"(?:t=)?(?P<whole>[0-9]{10,16})(?:\.(?P<fraction>[0-9]{1,9}))?")

STAMP = "hanse.arrival"
"""Under this name the server hands on its own stamp, among the variables of a request: no header is called so."""

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

    def earlier(self, by: timedelta) -> "Arrival":
        """The same, moved back."""
        return Arrival(self.at - by, self.real - by, self.tick - by.total_seconds())

    def shifted(self) -> "Arrival":
        """The same by the site's clock, which in a rehearsal the database tells."""
        return replace(self, at=self.real + clock.shift())


def arrived() -> Arrival:
    """When the request that is served came in; now, where none is."""
    return served.get() or stamp()


def stamp() -> Arrival:
    """An arrival now."""
    return stamp_of_host().shifted()


def stamp_of_host() -> Arrival:
    """An arrival now by the host's clock, which asks no database; `shifted` makes it one by the site's."""
    real = datetime.now(UTC)
    return Arrival(real, real, time.monotonic())


def waited_at_proxy(header: str, real: datetime) -> timedelta:
    """How long a request waited from when the proxy in front had it until it came here, by `X-Request-Start`.

    Seconds, milliseconds or microseconds since 1970 are told apart by their size; `t=` may stand before them. What is
    no such number, in the future, or longer ago than a proxy waits for anybody, is nobody's stamp: nothing.
    """
    stated = _REQUEST_START.fullmatch(header.strip())
    if stated is None:
        return timedelta()
    whole, fraction = stated["whole"], stated["fraction"] or ""
    if len(whole) not in (10, 13, 16):
        return timedelta()
    since = _EPOCH + timedelta(microseconds=int((whole + fraction).ljust(16, "0")[:16]))
    waited = real - since
    return waited if timedelta() < waited <= LONGEST_AT_PROXY else timedelta()
