"""What else is done when a deadline is moved, in the same transaction: later stages say it here.

    when_deadline_moves(listener)        by the app of a later stage, once, when it is loaded

This stage knows no later one, and yet all who take part have to be told at once. A listener does what it has to do and
gives back to whom else the letter goes and what else it says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hanse.ground.accounts.models import User
from hanse.stages.announcement.models import CallEdition


@dataclass(frozen=True, slots=True)
class Move:
    """A deadline that is being moved.

    Attributes:
        before: the edition that was in force.
        after: the edition that is from now on, saved already.
        actor: the second of two officers, who publishes it.
    """

    before: CallEdition
    after: CallEdition
    actor: User
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What a listener adds to the letter.

    Attributes:
        addresses: to whom it goes besides the followers of the call.
        sentences: what it says besides the changes, a paragraph each.
        last: what is done once the letters are written: whoever needs the end of the record waits no longer for them.
    """

    addresses: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    last: tuple[Callable[[], object], ...] = ()


Listener = Callable[[Move], Told]
_listeners: list[Listener] = []


def when_deadline_moves(listener: Listener) -> None:
    """Let a listener be asked whenever a deadline is moved, within the transaction that moves it."""
    if listener not in _listeners:
        _listeners.append(listener)


def told_elsewhere(move: Move) -> Told:
    """What all listeners have to say of a move."""
    told = [listener(move) for listener in _listeners]
    return Told(
        tuple(address for each in told for address in each.addresses),
        tuple(sentence for each in told for sentence in each.sentences),
        tuple(act for each in told for act in each.last),
    )
