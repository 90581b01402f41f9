"""The words of a ranking: for each line the sentences that explain its place and what it gets."""

from decimal import Decimal

from hanse.core.evaluation.scores import PLACES, Yardstick, exact
from hanse.core.selection.funding import Pot, few
from hanse.core.selection.order import Entry, Tier, show_cents
from hanse.core.selection.values import EnvelopeList, Line, Standing, UnresolvedTie
from hanse.core.values.money import Money
from hanse.core.values.unknown import Maybe, Unknown
from hanse.core.values.words import euro, in_words, not_stated


class Writer:
    """Turns entries into lines. Amounts and points that come again and again are made once.

    Args:
        yardstick: turns units into points.
    """

    def __init__(self, yardstick: Yardstick):
        self._yardstick = yardstick
        self._money: dict[int, Money] = {}
        self._units: dict[int, str] = {}
        self._totals: dict[int, str] = {}

    def line(
        self, entry: Entry, envelope: str, place: int | None, distance: Decimal | None, trace: tuple[str, ...]
    ) -> Line:
        """One line of a list."""
        measure = entry.measure
        total, standing = self._yardstick.points(measure.total), entry.standing
        cells = [entry.proposal, entry.evaluated.strand, f"{entry.cents // 100}.{entry.cents % 100:02d}"]
        cells += [self._units.get(units) or self._show(units) for units in measure.units]
        cells += [self.show_total(measure.total), envelope, "-" if place is None else str(place), standing.value]
        return Line(
            entry.proposal,
            entry.evaluated.strand,
            envelope,
            place,
            standing,
            entry.evaluated.points,
            total,
            self._yardstick.points(measure.unweighted),
            entry.requested,
            self._amount(entry.before),
            self._amount(entry.after),
            distance,
            trace,
            "\t".join(cells),
        )

    def distance(self, total: int, line_at: int | None) -> Decimal | None:
        """Points short of the funding line; all in units."""
        return None if line_at is None else self._yardstick.points(max(0, line_at - total))

    def show_total(self, units: int) -> str:
        """A total in words."""
        shown = self._totals.get(units)
        if shown is None:
            shown = self._totals[units] = in_words(self._yardstick.points(units))
        return shown

    def _show(self, units: int) -> str:
        shown = self._units[units] = in_words(exact(units, PLACES))
        return shown

    def _amount(self, cents: int | None) -> Money | None:
        if cents is None:
            return None
        known = self._money.get(cents)
        if known is None:
            known = self._money[cents] = Money(cents)
        return known


def envelope_list(pot: Pot, amount: Maybe[Money], estimated: bool, writer: Writer) -> EnvelopeList:
    """A spent envelope as a list with its explanations."""
    count = sum(len(tier.members) for tier in pot.tiers)
    line_at = funding_line(pot)
    lines: list[Line] = []
    for position, tier in enumerate(pot.tiers):
        below = pot.tiers[position + 1] if position + 1 < len(pot.tiers) else None
        above = pot.tiers[position - 1] if position else None
        total = tier.members[0].measure.total
        shared = _place_sentences(pot.id, tier, above, below, count, writer.show_total(total))
        distance = writer.distance(total, line_at)
        lines += [
            writer.line(entry, pot.id, tier.place, distance, (*shared, _standing_sentence(entry)))
            for entry in tier.members
        ]
    return EnvelopeList(
        envelope=pot.id,
        strands=pot.strands,
        amount=amount,
        received=Money(pot.received),
        passed_on=Money(pot.passed_on),
        funded=Money(pot.funded),
        left=amount if pot.money is None else Money(pot.left),
        lines=tuple(lines),
        ties=tuple(_tie(pot, tier) for tier in pot.tiers if tier.why_tied),
        trace=_envelope_sentences(pot, amount, estimated),
    )


def funding_line(pot: Pot) -> int | None:
    """The lowest funded total of an envelope, in units; None if nothing is funded."""
    funded = [
        tier.members[0].measure.total for tier in pot.tiers if any(e.standing is Standing.FUNDED for e in tier.members)
    ]
    return min(funded, default=None)


def _tie(pot: Pot, tier: Tier) -> UnresolvedTie:
    at_line = tier is pot.line_at and pot.question is not None and pot.question.about == "tie"
    return UnresolvedTie(pot.id, tier.place, tuple(entry.proposal for entry in tier.members), at_line, tier.why_tied)


def _place_sentences(
    envelope: str, tier: Tier, above: Tier | None, below: Tier | None, count: int, total: str
) -> list[str]:
    """Why a tier stands where it does. Shared by its proposals."""
    said = [f"Place {tier.place} of {count} for envelope {envelope}, with a total of {total}."]
    if above is not None and tier.cut:
        said.append(f"Same total as {_names(above)}, which {_stand(above)} before it: {tier.cut}.")
    if below is not None and below.cut:
        said.append(f"Same total as {_names(below)}, which {_stand(below)} after it: {below.cut}.")
    if tier.why_tied:
        said.append(f"{_names(tier)} share this place: {tier.why_tied}.")
    return said


def _stand(tier: Tier) -> str:
    return "stands" if len(tier.members) == 1 else "stand"


def _names(tier: Tier) -> str:
    members = tier.members
    return members[0].proposal if len(members) == 1 else few([entry.proposal for entry in members])


def _standing_sentence(entry: Entry) -> str:
    asked = show_cents(entry.cents)
    if entry.before is None:
        return f"Undecided: {entry.why} It asks for {asked}."
    if entry.standing is Standing.FUNDED:
        after = show_cents(entry.before - entry.cents)
        return f"Funded with {asked}: {show_cents(entry.before)} was left before it and {after} after.{entry.why}"
    opening = "On the reserve list" if entry.standing is Standing.RESERVE else "Undecided"
    return f"{opening}: {entry.why} It asks for {asked}; {show_cents(entry.before)} is left."


def _envelope_sentences(pot: Pot, amount: Maybe[Money], estimated: bool) -> tuple[str, ...]:
    many = len(pot.strands) > 1
    strands = f"strand{'s' if many else ''} {few(list(pot.strands), len(pot.strands))}" if pot.strands else "no strand"
    if isinstance(amount, Unknown):
        return (f"Amount for {strands}: {not_stated(amount)}.", *pot.notes)
    kind = " (estimated)" if estimated else ""
    ended = "" if pot.money is None else f" {euro(Money(pot.funded))} is granted, {euro(Money(pot.left))} is left."
    return (f"{euro(amount)}{kind} for {strands}.", *pot.notes, ended.strip())
