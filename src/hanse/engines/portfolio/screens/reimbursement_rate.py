"""The contribution requested is not above the maximum rate of costs."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from hanse.core.call import Strand
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.kinds.reimbursement_rate import ReimbursementRate
from hanse.core.values.unknown import NOT_STATED, Maybe, Unknown
from hanse.engines.portfolio.portions import (
    MET,
    NOT_MET,
    UNDECIDED,
    UNSETTLED,
    Portion,
    Screened,
    figures_of_strands,
)
from hanse.engines.portfolio.tables import Small, Table

MOST_FACTOR = 9_000
"""A sum of a table is at most 10^15 cents, so its product with a factor up to this fits into 64 bits."""


def screen(kind: ReimbursementRate, table: Table, context: Context) -> Screened:  # noqa: ARG001 -- one protocol for all screens
    """Compare the request with costs times the rate, in whole cents.

    A table lists no cost lines: where the call sets rates by category of costs, the rule stays undecided.
    """
    rated = {strand.id for strand in context.call.strands if not _by_category(strand, context)}

    def rate(strand: Strand) -> Maybe[Fraction]:
        return strand.max_rate.value if strand.id in rated else NOT_STATED

    def part(name: str) -> Callable[[Strand], Maybe[int]]:
        def of(strand: Strand) -> Maybe[int]:
            found = rate(strand)
            return found if isinstance(found, Unknown) else min(int(getattr(found, name)), MOST_FACTOR + 1)

        return of

    numerators = figures_of_strands(table, context, part("numerator"))
    denominators = figures_of_strands(table, context, part("denominator"))
    too_fine = np.maximum(numerators, denominators) > MOST_FACTOR

    def verdicts(portion: Portion) -> Small:
        costs, requested = table.total_cost[portion.proposals], table.requested[portion.proposals]
        numerator, denominator = numerators[portion.strand], denominators[portion.strand]
        # A request in whole cents is above the allowed sum rounded down exactly if it is above the sum itself.
        over = requested * denominator > costs * numerator
        unknown = (numerator < 0) | (costs < 0) | (requested < 0)
        found = np.where(unknown, UNDECIDED, np.where(over, NOT_MET, MET))
        if too_fine.any():
            found[too_fine[portion.strand] & ~unknown] = UNSETTLED
        return found

    return verdicts


def _by_category(strand: Strand, context: Context) -> bool:
    """Whether the call sets rates for categories of costs in this strand."""
    return any(not each.strands or strand.id in each.strands for each in context.call.cost_rates)
