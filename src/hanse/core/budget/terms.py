"""What a call pays of the costs, how a contribution is shared out, and what repairs one that is too high.

Whether a request is in order, the rule kinds say (`reimbursement_rate`, `grant_cap`, `budget_balance`). Here stands how
far it is from it, in every direction and to the cent, with the same roundings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from hanse.core.budget.values import CostLine, total
from hanse.core.call import Call
from hanse.core.values.money import ZERO, Money, portion, share_out
from hanse.core.values.rates import show_rates_apart
from hanse.core.values.unknown import NOT_STATED, Maybe, Unknown


@dataclass(frozen=True, slots=True)
class Terms:
    """Rate and cap of a strand.

    Attributes:
        rate: largest share of eligible costs that is paid.
        cap: most that one project can receive.
        by_category: rates that hold for categories of costs instead.
    """

    rate: Maybe[Fraction] = NOT_STATED
    cap: Maybe[Money] = NOT_STATED
    by_category: Mapping[str, Maybe[Fraction]] = field(default_factory=dict)

    @classmethod
    def of(cls, call: Call, strand: str) -> "Terms":
        """The terms of a strand of a call; all unknown if there is no such strand."""
        found = call.strand(strand)
        if found is None:
            return cls(Unknown("the strand is not chosen"), Unknown("the strand is not chosen"))
        rates = {c.category: c.max_rate.value for c in call.cost_rates if not c.strands or strand in c.strands}
        return cls(found.max_rate.value, found.max_grant.value, rates)

    def most_by_rate(self, lines: Sequence[CostLine]) -> Maybe[Money]:
        """The most that the rate allows for some costs; each category is rounded down where they differ."""
        if not self.by_category:
            return self.rate if isinstance(self.rate, Unknown) else portion(total(x.amount for x in lines), self.rate)
        most = ZERO
        for category in sorted({line.category for line in lines}):
            rate = self.by_category.get(category, self.rate)
            if isinstance(rate, Unknown):
                return rate
            most += portion(total(line.amount for line in lines if line.category == category), rate)
        return most

    def most(self, lines: Sequence[CostLine]) -> Maybe[Money]:
        """The most that can be asked for: what the rate allows, and no more than the cap where there is one."""
        by_rate = self.most_by_rate(lines)
        if isinstance(by_rate, Unknown) or isinstance(self.cap, Unknown):
            return by_rate
        return min(by_rate, self.cap)


def share_by_costs(contribution: Money, costs: Mapping[str, Money]) -> dict[str, Money]:
    """Share a contribution out over partners by their costs, to the cent; nobody gets more than its costs.

    Raises:
        ValueError: if there are no costs, or the contribution is negative or above them.
    """
    if contribution > total(costs.values()):
        raise ValueError("the contribution is above the costs")
    shares = share_out(contribution, [cost.cents for cost in costs.values()])
    return dict(zip(costs, shares, strict=True))


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing that is not in order, and every way to mend it.

    Attributes:
        about: `rate`, `cap` or `balance`.
        ways: each mends it alone.
    """

    about: str
    says: str
    ways: tuple[str, ...]

    def __str__(self) -> str:
        """The whole sentence: `90.4 % exceeds 90 %: lower the request by 1 234.56 or raise own funds by 1 371.73`."""
        return f"{self.says}: {' or '.join(self.ways)}"


def remedies(
    lines: Sequence[CostLine], requested: Money, others: Maybe[Money], terms: Terms, *, capped: bool = True
) -> tuple[Remedy, ...]:
    """What is not in order with a request, and what mends it; none where all is well or not known.

    Args:
        lines: eligible costs, of the application or of one partner.
        requested: what is asked for them.
        others: other sources, own funds among them; unknown: the rest of the costs is own funds by definition.
        terms: what the call pays.
        capped: whether the cap is asked; it concerns the application and no single partner.
    """
    costs = total(line.amount for line in lines)
    found = []
    most = terms.most_by_rate(lines)
    if isinstance(most, Money) and requested > most:
        found.append(_of_rate(costs, requested, most, terms))
    if capped and isinstance(terms.cap, Money) and requested > terms.cap:
        way = f"lower the request by {requested - terms.cap}"
        found.append(Remedy("cap", f"{requested} exceeds {terms.cap} a project", (way,)))
    known = ZERO if isinstance(others, Unknown) else others
    covered = requested + known
    if covered > costs:
        over = covered - costs
        ways = (f"lower the request by {over}", f"lower other sources by {over}" if known >= over else "")
        says = f"{covered} of sources exceed costs of {costs}"
        found.append(Remedy("balance", says, (*filter(None, ways), f"raise the costs by {over}")))
    elif covered < costs and not isinstance(others, Unknown):
        gap = costs - covered
        ways = (f"add own funds of {gap}", f"lower the costs by {gap}")
        found.append(Remedy("balance", f"{gap} of the costs of {costs} have no source", ways))
    return tuple(found)


def _of_rate(costs: Money, requested: Money, most: Money, terms: Terms) -> Remedy:
    lower = f"lower the request by {requested - most}"
    rate = terms.rate
    if terms.by_category or isinstance(rate, Unknown) or not rate or costs == ZERO:
        at = "the rates of its categories allow" if terms.by_category else "the rate allows"
        return Remedy("rate", f"{requested} exceeds the {most} that {at}", (lower,))
    asked = Fraction(requested.cents, costs.cents)
    shown = show_rates_apart(asked, rate)
    needed = Money(-(-requested.cents * rate.denominator // rate.numerator))
    return Remedy("rate", f"{shown[0]} exceeds {shown[1]}", (lower, f"raise own funds by {needed - costs}"))
