"""What a selection works on and what it says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple

from hanse.core.call import PartialPlace
from hanse.core.values.money import ZERO, Money
from hanse.core.values.unknown import NOT_STATED, Maybe


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A proposal with its consensus.

    Attributes:
        points: by id of criterion, one for each criterion of the call.
        requested: contribution asked for; None is a fault, because money cannot be shared out without it.
    """

    proposal: str
    strand: str
    points: Mapping[str, Decimal]
    requested: Money | None


# --- what officers decide ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TieDecision:
    """An officer's recorded order of proposals that the call leaves tied.

    Attributes:
        order: tiers, best first; proposals in one tier stay equal, and the next tie-break is asked.
        step: place of the officer's step in the tie-break order of the call, counted from 1; None means the first
            place where an officer is asked. One more than the number of steps means after the last.
    """

    order: tuple[tuple[str, ...], ...]
    by: str
    on: date
    reason: str
    step: int | None = None


@dataclass(frozen=True, slots=True)
class PartialPlaceDecision:
    """An officer's recorded decision on a proposal that the money left covers only in part: stop there, or skip it."""

    proposal: str
    then: PartialPlace
    by: str
    on: date
    reason: str


@dataclass(frozen=True, slots=True)
class TransferDecision:
    """An officer's recorded destination for money left in an envelope, where the call states none."""

    source: str
    destination: str
    by: str
    on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """All recorded decisions that a ranking may lean on."""

    ties: tuple[TieDecision, ...] = ()
    partial_places: tuple[PartialPlaceDecision, ...] = ()
    transfers: tuple[TransferDecision, ...] = ()


# --- what comes out ----------------------------------------------------------------------------------------------


class Standing(Enum):
    """What a ranking says of a proposal. Undecided means that an officer or a missing fact decides."""

    FUNDED = "funded"
    RESERVE = "reserve"
    UNDECIDED = "undecided"
    BELOW_THRESHOLD = "below_threshold"


class Line(NamedTuple):
    """One proposal in a ranking. A named tuple, because a frozen dataclass of this width is six times slower to make.

    Attributes:
        envelope: id of the envelope it competes for.
        place: in the list of its envelope, from 1; tied proposals share a place. None below a threshold.
        total: weighted total, by which proposals are ranked.
        unweighted: sum of the points as given.
        left_before, left_after: money in the envelope before and after this line; None where the amount is unknown
            and below a threshold.
        distance_to_line: weighted points short of the lowest funded total of the envelope; 0 if it was not the
            points that decided; None if nothing is funded there.
        trace: sentences that explain the place and the standing.
        record: what the digest of the ranking reads of this line; see `digest_of`.
    """

    proposal: str
    strand: str
    envelope: str
    place: int | None
    standing: Standing
    points: Mapping[str, Decimal]
    total: Decimal
    unweighted: Decimal
    requested: Money
    left_before: Money | None
    left_after: Money | None
    distance_to_line: Decimal | None
    trace: tuple[str, ...]
    record: str


@dataclass(frozen=True, slots=True)
class UnresolvedTie:
    """Proposals that nothing in the call puts in order.

    Attributes:
        at_line: the money runs out among them, so that an officer has to order them before funding goes on.
        why: why they are still tied, in plain words.
    """

    envelope: str
    place: int
    proposals: tuple[str, ...]
    at_line: bool
    why: str


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """Something that must be decided before the ranking can be adopted.

    Attributes:
        about: `tie`, `partial_place`, `transfer`, `amount` or `threshold`.
        proposals: those it directly concerns, in order.
        text: the question, in plain words.
    """

    envelope: str
    about: str
    proposals: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class EnvelopeList:
    """The ranked list of one envelope.

    Attributes:
        strands: ids of the strands that share it.
        amount: as the call states it.
        received, passed_on: money that came from other envelopes and went to them.
        funded: sum of the requested amounts of the funded proposals.
        left: amount plus received, less passed on and funded; unknown if the amount is.
        lines: all proposals that are not below a threshold, best first.
        ties: groups that stay tied, in order.
        trace: sentences about the envelope as a whole.
    """

    envelope: str
    strands: tuple[str, ...]
    amount: Maybe[Money]
    received: Money = ZERO
    passed_on: Money = ZERO
    funded: Money = ZERO
    left: Maybe[Money] = NOT_STATED
    lines: tuple[Line, ...] = ()
    ties: tuple[UnresolvedTie, ...] = ()
    trace: tuple[str, ...] = ()

    @property
    def reserve(self) -> tuple[Line, ...]:
        """The reserve list, best first: funded later if a better-ranked project drops out or money appears."""
        return tuple(line for line in self.lines if line.standing is Standing.RESERVE)


@dataclass(frozen=True, slots=True)
class Ranking:
    """A whole selection: a list for each envelope, and apart from them what is below a threshold.

    Attributes:
        terms: every term of the call that the ranking used, in JSON types; with the lines it is all that is needed
            to compute the ranking again.
        assumptions: what the ranking assumes because the call is silent, as sentences.
        open_questions: empty if the ranking can be adopted.
        remarks: recorded decisions that settled nothing, as sentences.
        digest: over terms, decisions, inputs and output; see `digest_of`.
    """

    call: str
    edition: str
    terms: Mapping[str, Any]
    assumptions: tuple[str, ...]
    decisions: Decisions
    envelopes: tuple[EnvelopeList, ...]
    below_threshold: tuple[Line, ...]
    open_questions: tuple[OpenQuestion, ...]
    remarks: tuple[str, ...]
    digest: str

    def lines(self) -> tuple[Line, ...]:
        """All lines: the lists in the order of the envelopes, then what is below a threshold."""
        return (*(line for listed in self.envelopes for line in listed.lines), *self.below_threshold)

    def summary(self) -> dict[str, int]:
        """How many proposals have each standing."""
        counts = dict.fromkeys((standing.value for standing in Standing), 0)
        for line in self.lines():
            counts[line.standing.value] += 1
        return counts
