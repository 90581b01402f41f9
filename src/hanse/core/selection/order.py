"""Putting proposals in order: by total, then by the tie-breaks of the call, step by step, and no further.

Proposals that no step tells apart form one tier. Where a step asks an officer and no decision is recorded, the
steps after it are not asked either: they come after the officer in the call's own order.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from hanse.core.call import TieBreak, TieBreakKind
from hanse.core.evaluation.scores import PLACES, Measure, Yardstick, exact
from hanse.core.selection.values import Evaluated, Standing, TieDecision
from hanse.core.values.faults import Fault
from hanse.core.values.money import Money
from hanse.core.values.words import euro, in_words


class Entry:
    """A proposal on its way through a ranking: what is known of it, and what the ranking fills in."""

    __slots__ = ("after", "before", "cents", "evaluated", "measure", "proposal", "requested", "standing", "why")

    def __init__(self, evaluated: Evaluated, requested: Money, measure: Measure):
        self.evaluated, self.measure, self.requested, self.cents = evaluated, measure, requested, requested.cents
        self.proposal = evaluated.proposal
        self.standing = Standing.UNDECIDED
        self.before: int | None = None
        self.after: int | None = None
        self.why = ""


@dataclass(slots=True)
class Tier:
    """Proposals of equal place.

    Attributes:
        cut: the tie-break that put this tier below the one before it, in words; empty where the total did.
        why_tied: why its proposals stay tied; empty for one alone.
    """

    members: list[Entry]
    cut: str = ""
    why_tied: str = ""
    place: int = 0


class TieBreaker:
    """The tie-break order of a call with the recorded decisions of officers.

    Args:
        steps: in the order of the call; None if the call does not state them.
        yardstick: for the titles and places of criteria.
        decisions: recorded orders. One that settles no tie is kept in `unused`.
    """

    def __init__(self, steps: Sequence[TieBreak] | None, yardstick: Yardstick, decisions: Iterable[TieDecision]):
        self._stated = steps is not None
        self._steps = tuple(steps or ())
        self._criteria = {criterion.id: place for place, criterion in enumerate(yardstick.criteria)}
        self._titles = {criterion.id: criterion.title for criterion in yardstick.criteria}
        self._decisions = tuple(decisions)
        self._tier_of = [
            {proposal: place for place, tier in enumerate(decision.order) for proposal in tier}
            for decision in self._decisions
        ]
        self.asked = asked_steps(self._steps)
        self._readings = [self._reading(step) for step in self._steps]
        self._words = [(self._what(step), f" ({step.citation})" if step.citation else "") for step in self._steps]
        self.used: set[int] = set()

    def tiers(self, entries: list[Entry]) -> list[Tier]:
        """All entries in tiers, best first; within a tier by identifier, which means nothing."""
        entries.sort(key=lambda entry: (-entry.measure.total, entry.proposal))
        tiers: list[Tier] = []
        for _, group in groupby(entries, key=lambda entry: entry.measure.total):
            tiers += self._refined(list(group), 0)
        place = 1
        for tier in tiers:
            tier.place = place
            place += len(tier.members)
        return tiers

    def _refined(self, tied: list[Entry], step: int) -> list[Tier]:
        if len(tied) == 1:
            return [Tier(tied)]
        number = step + 1
        if step < len(self._steps) and self._steps[step].kind is not TieBreakKind.OFFICER:
            value, show = self._readings[step]
            groups = [list(group) for _, group in groupby(sorted(tied, key=value), key=value)]
            return self._joined(groups, number, show, *self._words[step])
        if number not in self.asked:  # only a decision leads past the last step at which an officer is asked
            return [Tier(tied, why_tied="the officer's recorded decision leaves them equal")]
        found = self._decision(tied, number)
        if found is None:
            return [Tier(tied, why_tied=self._unsettled(number))]
        decision, tier_of = found
        ordered = sorted(tied, key=lambda entry: (tier_of[entry.proposal], entry.proposal))
        groups = [list(group) for _, group in groupby(ordered, key=lambda entry: tier_of[entry.proposal])]
        cited = f" ({decision.by}, {decision.on.isoformat()}: {decision.reason.rstrip('.')})"
        return self._joined(groups, number, lambda _: "", "the recorded decision of an officer", cited)

    def _joined(
        self, groups: list[list[Entry]], step: int, show: Callable[[Entry], str], what: str, cited: str
    ) -> list[Tier]:
        """Refine each group further and note between two groups what told them apart."""
        tiers: list[Tier] = []
        for group in groups:
            refined = self._refined(group, step)
            if tiers:
                above, below = show(tiers[-1].members[0]), show(group[0])
                refined[0].cut = f"{what}{f', {above} against {below}' if above else ''}{cited}"
            tiers += refined
        return tiers

    def _reading(self, step: TieBreak) -> tuple[Callable[[Entry], int], Callable[[Entry], str]]:
        """How a step reads an entry (least is best) and how it shows what it read."""
        if step.kind is not TieBreakKind.CRITERION:
            return (lambda entry: entry.cents), (lambda entry: show_cents(entry.cents))
        place = self._criteria[step.criterion]
        shown: dict[int, str] = {}

        def show(entry: Entry) -> str:
            units = entry.measure.units[place]
            if units not in shown:
                shown[units] = in_words(exact(units, PLACES))
            return shown[units]

        return (lambda entry: -entry.measure.units[place]), show

    def _what(self, step: TieBreak) -> str:
        if step.text:
            return step.text.rstrip(".")
        if step.kind is not TieBreakKind.CRITERION:
            return "the lower request"
        return f"more points on {self._titles[step.criterion]}"

    def _decision(self, tied: list[Entry], number: int) -> tuple[TieDecision, dict[str, int]] | None:
        """The recorded decision that orders all of these at this step."""
        for index, (decision, tier_of) in enumerate(zip(self._decisions, self._tier_of, strict=True)):
            step = self.asked[0] if decision.step is None else decision.step
            if step == number and all(entry.proposal in tier_of for entry in tied):
                self.used.add(index)
                return decision, tier_of
        return None

    def _unsettled(self, number: int) -> str:
        if number <= len(self._steps):
            step = self._steps[number - 1]
            asked = f" ({step.text.rstrip('.')})" if step.text else ""
            return f"step {number} of the call's tie-break order asks an officer{asked}, and no decision is recorded"
        if not self._stated:
            return "the call does not state how equal totals are put in order, and no officer's decision is recorded"
        return "no tie-break of the call tells them apart, and no officer's decision is recorded"


def asked_steps(steps: Sequence[TieBreak]) -> tuple[int, ...]:
    """The steps at which an officer is asked, counted from 1; after the last step unless that asks one already."""
    asked = [number for number, step in enumerate(steps, 1) if step.kind is TieBreakKind.OFFICER]
    return tuple(asked if asked and asked[-1] == len(steps) else [*asked, len(steps) + 1])


def tie_faults(decisions: Sequence[TieDecision], steps: Sequence[TieBreak], known: frozenset[str]) -> list[Fault]:
    """What is wrong with recorded orders: unknown or repeated proposals, a step that asks nobody, two for one tie."""
    asked = asked_steps(steps)
    faults: list[Fault] = []
    pairs: dict[tuple[int, str], int] = {}
    for number, decision in enumerate(decisions, 1):
        place = f"decisions, tie {number}"
        named = [proposal for tier in decision.order for proposal in tier]
        step = asked[0] if decision.step is None else decision.step
        if step not in asked:
            expected = ", ".join(str(each) for each in asked)
            faults.append(Fault(place, "step", f"is {step}; an officer is asked at step {expected}"))
        if len(named) < 2:
            faults.append(Fault(place, "order", "names fewer than two proposals"))
        for proposal in sorted(set(named)):
            if proposal not in known:
                faults.append(Fault(place, "order", f"there is no proposal {proposal!r}"))
            if named.count(proposal) > 1:
                faults.append(Fault(place, "order", f"names {proposal!r} twice"))
            earlier = pairs.setdefault((step, proposal), number)
            if earlier != number:
                faults.append(Fault(place, "order", f"names {proposal!r}, which tie {earlier} orders already"))
    return faults


def show_cents(cents: int) -> str:
    """An amount as `words.euro` shows it; whole euro, which nearly all are, by a shorter way."""
    if cents % 100:
        return euro(Money(cents))
    return f"{cents // 100:,}\u00a0EUR".replace(",", "\u00a0")
