"""The contribution requested is not above the maximum rate of eligible costs."""

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Self

from hanse.core.budget import Budget
from hanse.core.call import Call, Scope, Strand
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import MET, NOT_MET, UNDECIDED, Outcome
from hanse.core.proposal import Dossier
from hanse.core.values.money import ZERO, Money, portion
from hanse.core.values.rates import show_rate, show_rates_apart, show_share
from hanse.core.values.reading import Reader
from hanse.core.values.unknown import Maybe, Unknown


@dataclass(frozen=True, slots=True)
class ReimbursementRate:
    """Requested contribution at most the maximum rate of eligible costs, to the cent.

    Where the call sets rates for categories of costs side by side, the most that can be asked is the sum over
    the ledger's lines, each at the rate of its category; other categories take the strand's rate.
    """

    name: ClassVar[str] = "reimbursement_rate"
    scope: ClassVar[Scope] = Scope.PROPOSAL

    @classmethod
    def parse(cls, parameters: Reader) -> Self:
        """Read nothing: the rates are the strand's and the call's."""
        return cls()

    def check(self, dossier: Dossier, context: Context) -> Outcome:
        """Compare the request with what the rate allows."""
        strand = None if isinstance(dossier.strand, Unknown) else context.call.strand(dossier.strand)
        if strand is None:
            return Outcome(UNDECIDED, "The strand is not known, so neither is its maximum rate.")
        costs, requested = dossier.budget.total_cost, dossier.budget.requested
        if isinstance(costs, Unknown) or isinstance(requested, Unknown):
            missing = "total eligible cost" if isinstance(costs, Unknown) else "contribution requested"
            return Outcome(UNDECIDED, f"The {missing} is not stated.")
        allowed = _allowed(dossier.budget, costs, strand, context.call)
        facts = {"total_cost": costs, "requested": requested}
        if isinstance(allowed, Unknown):
            return Outcome(UNDECIDED, allowed.note, facts)
        facts["allowed"] = allowed
        rate = strand.max_rate.value
        at = (
            "the rates of its cost categories"
            if isinstance(rate, Unknown) or _categories(strand, context.call)
            else show_rate(rate)
        )
        if requested <= allowed:
            asked = f"{show_share(requested.cents, costs.cents)} of costs" if costs != ZERO else "nothing of no costs"
            return Outcome(MET, f"{requested} EUR is {asked}; {allowed} EUR is the most at {at}.", facts)
        over = requested - allowed
        if isinstance(rate, Unknown) or _categories(strand, context.call) or costs == ZERO or not rate:
            reason = f"{requested} EUR exceeds the {allowed} EUR that {at} allow."
            return Outcome(NOT_MET, reason, facts, f"Lower the request by {over} EUR.")
        asked, limit = show_rates_apart(Fraction(requested.cents, costs.cents), rate)
        needed = Money(-(-requested.cents * rate.denominator // rate.numerator))
        repair = f"Lower the request by {over} EUR, or raise own funds by {needed - costs} EUR."
        return Outcome(NOT_MET, f"{asked} exceeds {limit} of eligible costs.", facts, repair)


def _categories(strand: Strand, call: Call) -> dict[str, Maybe[Fraction]]:
    """Rates by category of costs that hold in a strand."""
    return {c.category: c.max_rate.value for c in call.cost_rates if not c.strands or strand.id in c.strands}


def _allowed(budget: Budget, costs: Money, strand: Strand, call: Call) -> Maybe[Money]:
    """The most that can be requested, or why that is unknown."""
    by_category = _categories(strand, call)
    base = strand.max_rate.value
    if not by_category:
        return (
            Unknown(f"The call does not state the maximum rate of strand {strand.id}.")
            if isinstance(base, Unknown)
            else portion(costs, base)
        )
    if not budget.lines:
        return Unknown("The call sets a rate for each category of costs, and the budget does not list its cost lines.")
    allowed = ZERO
    for category in sorted({line.category for line in budget.lines}):
        rate = by_category.get(category, base)
        if isinstance(rate, Unknown):
            return Unknown(f"The call does not state the maximum rate for costs of category {category}.")
        allowed += portion(budget.cost_of(category), rate)
    return allowed
