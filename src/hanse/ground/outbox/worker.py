"""The worker: works through what is due, again and again, until it is told to stop."""

import logging
import signal
from collections.abc import Callable
from threading import Event
from types import FrameType

from django.db import close_old_connections

Duty = Callable[[], int]
"""Does some of what is due, and says how much it did."""

PAUSE = 2.0
log = logging.getLogger(__name__)


def run(duties: list[Duty], *, until_idle: bool = False) -> None:
    """Do the duties in turn; pause when none had anything to do. A duty that fails is logged and has its next turn.

    Args:
        until_idle: leave instead of pausing.
    """
    told_to_stop = Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        told_to_stop.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        while not told_to_stop.is_set():
            done = sum(_one(duty) for duty in duties)
            close_old_connections()
            if done:
                continue
            if until_idle:
                return
            told_to_stop.wait(PAUSE)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _one(duty: Duty) -> int:
    try:
        return duty()
    except Exception:  # whatever it is: letters go on being sent, though an import cannot be read
        log.exception("%s could not be done", duty)
        return 0
