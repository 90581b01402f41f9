"""What counts of all that was attempted for one application.

    counting = what_counts(acts)        the act by which something counts, whose package, and why, in words

The last that was accepted counts; a withdrawal takes it away, and submitting again restores it. What two officers admit
late stands where it arrived, not where it was admitted: what the applicant did after that attempt prevails.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class ActKind(Enum):
    """What was attempted. The values are those of a receipt's claims."""

    SUBMISSION = "submission"
    WITHDRAWAL = "withdrawal"
    ADMISSION = "admission"


@dataclass(frozen=True, slots=True)
class Act:
    """One act on an application, as its receipt tells it.

    Attributes:
        number: place among the receipts of the application, from 1; no two have the same.
        accepted: whether it stands. Refused acts change nothing.
        admits: number of the refused attempt that an admission admits; 0 for other acts.
    """

    number: int
    kind: ActKind
    accepted: bool
    admits: int = 0


@dataclass(frozen=True, slots=True)
class Counting:
    """What counts.

    Attributes:
        act: the act by which it counts: a submission or an admission; None if nothing counts.
        sealed: the attempt whose package counts: the same submission, or the attempt that was admitted.
        reason: why, in a sentence.
    """

    act: Act | None
    sealed: Act | None
    reason: str


def what_counts(acts: Iterable[Act]) -> Counting:
    """What counts after these acts, in whatever order they are given.

    Raises:
        ValueError: if two acts have the same number, or an admission names no refused submission before it.
    """
    known = _numbered(acts)
    standing = [act for act in known.values() if act.accepted]
    if not standing:
        why = "every attempt was refused" if known else "nothing was attempted"
        return Counting(None, None, f"Nothing counts: {why}.")
    last = max(standing, key=_place)
    if last.kind is ActKind.WITHDRAWAL:
        return Counting(None, None, f"Nothing counts: receipt {last.number} withdrew it.")
    if last.kind is ActKind.ADMISSION:
        sealed = known[last.admits]
        return Counting(
            last, sealed, f"The attempt of receipt {sealed.number} counts: receipt {last.number} admits it."
        )
    return Counting(last, last, f"Receipt {last.number} counts: it is the last that was accepted.")


def _place(act: Act) -> tuple[int, int]:
    """Where an act stands in the order in which what was attempted arrived."""
    return (act.admits if act.kind is ActKind.ADMISSION else act.number, act.number)


def _numbered(acts: Iterable[Act]) -> dict[int, Act]:
    known: dict[int, Act] = {}
    for act in acts:
        if act.number in known:
            raise ValueError(f"two acts have the number {act.number}")
        known[act.number] = act
    for act in known.values():
        if act.kind is ActKind.ADMISSION and act.accepted:
            admitted = known.get(act.admits)
            fits = admitted is not None and admitted.kind is ActKind.SUBMISSION and not admitted.accepted
            if not fits or act.admits > act.number:
                raise ValueError(f"receipt {act.number} admits {act.admits}, which is no refused attempt before it")
    return known
