"""The ordinary proposal: what a case leaves out, and what lint starts from when it looks for an eligible consortium.

An ordinary member is a cluster organisation with a legal entity of its own, independent of the others and
registered long ago; an ordinary proposal goes to Japan and the United States and asks for a sum that its strand
allows. A case then names only what it is about.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hanse.core.budget import Budget, CostLine, total
from hanse.core.call import Call, Strand
from hanse.core.consortium import Role
from hanse.core.values.money import Money, portion
from hanse.core.values.unknown import Unknown

TARGETS = ("JP", "US")
TOTAL_COST = Money(500_000_00)
REQUESTED = Money(400_000_00)
MONTHS = 24
REGISTERED_ON = "2010-01-01"
"""Long before the deadline of any call at hand."""


def ordinary_member(number: int, country: str) -> dict[str, Any]:
    """The table of an ordinary member, as a dossier file would write it.

    Args:
        number: place in the consortium, counted from 1; the first one coordinates.
        country: code of its country; empty leaves the country out, which makes it unknown.
    """
    id = f"member-{number}-{country}" if country else f"member-{number}"
    table: dict[str, Any] = {
        "organisation": id,
        "role": (Role.COORDINATOR if number == 1 else Role.BENEFICIARY).value,
        "kind": "cluster_organisation",
        "legal_entity": id,
        "own_legal_personality": True,
        "registered_on": REGISTERED_ON,
        "properties": {"independent": True},
    }
    return {**table, "country": country} if country else table


def ordinary_months(strand: Strand | None) -> int:
    """The strand's shortest duration, else its longest, else two years."""
    if strand is None:
        return MONTHS
    return strand.min_months.known or strand.max_months.known or MONTHS  # a shortest of 0 is none


def ordinary_budget(call: Call, strand: Strand | None, written: Budget, partner: str) -> Budget:
    """A budget with what is written kept and the rest filled in so that the strand allows it.

    Costs left out are 500 000 EUR, or as much as a written request needs at the strand's rate. A request left out
    is 400 000 EUR, or what rate and cap allow if that is lower. Where the call sets rates for categories of
    costs, the ordinary budget lists a cost line in each.

    Args:
        written: figures of the case; those that are `Unknown` are filled in.
        partner: id of the member that carries the ordinary cost lines.
    """
    rates = category_rates(call, strand)
    flat = None if strand is None else strand.max_rate.known
    costs, requested, lines = written.total_cost, written.requested, written.lines
    if isinstance(costs, Unknown):
        needed = Money(0)
        lowest = min([rate for rate in [flat, *rates.values()] if rate], default=Fraction(1))
        if not isinstance(requested, Unknown):
            needed = Money(-(-requested.cents * lowest.denominator // lowest.numerator))
        costs = max(TOTAL_COST, needed)
    if rates and not lines:
        lines = _lines(costs, tuple(rates), partner)
    if isinstance(requested, Unknown):
        cap = None if strand is None else strand.max_grant.known
        allowed = total(portion(line.amount, rates[line.category]) for line in lines if line.category in rates)
        if not rates:
            allowed = portion(costs, Fraction(1) if flat is None else flat)
        requested = min(REQUESTED, allowed, *([] if cap is None else [cap]))
    return Budget(costs, requested, lines, written.financing)


def category_rates(call: Call, strand: Strand | None) -> Mapping[str, Fraction]:
    """The known rates by category of costs that hold in a strand."""
    return {
        rate.category: known
        for rate in call.cost_rates
        if (known := rate.max_rate.known) is not None and (not rate.strands or (strand and strand.id in rate.strands))
    }


def _lines(costs: Money, categories: tuple[str, ...], partner: str) -> tuple[CostLine, ...]:
    """Equal cost lines, the first one taking the odd cents."""
    part = costs.cents // len(categories)
    first = costs.cents - part * (len(categories) - 1)
    return tuple(
        CostLine(partner, "WP1", category, Money(part if number else first))
        for number, category in enumerate(categories)
    )
