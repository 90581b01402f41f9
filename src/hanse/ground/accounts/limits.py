"""How often one may try to sign in: counted strictly, but around a deadline so that nobody is locked out.

    limits.lenient_around(closings)          told once, by the site: which instants people must not miss
    limits.lenient()                         whether the request that is served came around one of them

An institution sits behind one address, and a nervous person mistypes. From an hour before a closing to a quarter of an
hour after it no limit by address alone refuses a sign-in, and wrong passwords count for one account from one address:
so neither colleagues nor strangers lock anybody out, and whoever guesses is held to a pace at which the hashing of
passwords is the brake. All other limits stay as they are.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from hanse.ground.clock import arrival

BEFORE = timedelta(hours=1)
AFTER = timedelta(minutes=15)
REMEMBERED = 60.0
"""Seconds for which a process remembers the closings."""
WRONG_PASSWORDS = {"login_failed": "200/10m/key"}
"""Around a closing: wrong passwords for one account from one address."""

Closings = Callable[[datetime], Iterable[datetime]]
"""Gives the closings that stand at an instant."""


class Limits(Mapping[str, str]):
    """The limits of a library that reads them for each request: the strict ones, and around a closing others."""

    def __init__(self, strict: Mapping[str, str], around_closings: Mapping[str, str]):
        self._strict = dict(strict)
        self._around_closings = {**strict, **around_closings}

    def __getitem__(self, action: str) -> str:
        return (self._around_closings if lenient() else self._strict)[action]

    def __iter__(self) -> Iterator[str]:
        return iter(self._strict)

    def __len__(self) -> int:
        return len(self._strict)


class _Asked:
    """Who knows the closings, and what was answered last."""

    closings: Closings | None = None
    answer: tuple[datetime, ...] = ()
    until = 0.0
    """Tick until which the answer is remembered."""


def lenient_around(closings: Closings) -> None:
    """Tell who knows the closings; it is asked once a minute at most."""
    _Asked.closings = closings
    forget()


def forget() -> None:
    """Ask anew next time."""
    _Asked.answer, _Asked.until = (), 0.0


def lenient() -> bool:
    """Whether the request that is served came around a closing; outside of requests nothing is."""
    came = arrival.served.get()
    if came is None or _Asked.closings is None:
        return False
    if time.monotonic() >= _Asked.until:
        _Asked.answer = tuple(_Asked.closings(came.at))
        _Asked.until = time.monotonic() + REMEMBERED
    return any(closing - BEFORE <= came.at <= closing + AFTER for closing in _Asked.answer)
