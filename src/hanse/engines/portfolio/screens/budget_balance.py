"""Costs and the money that covers them are equal: a table names no other sources, so the rest is the own part."""

import numpy as np

from hanse.core.eligibility.context import Context
from hanse.core.eligibility.kinds.budget_balance import BudgetBalance
from hanse.engines.portfolio.portions import MET, NOT_MET, UNDECIDED, Portion, Screened
from hanse.engines.portfolio.tables import Small, Table


def screen(kind: BudgetBalance, table: Table, context: Context) -> Screened:  # noqa: ARG001 -- one protocol for all screens
    """Compare the request with the costs."""

    def verdicts(portion: Portion) -> Small:
        costs, requested = table.total_cost[portion.proposals], table.requested[portion.proposals]
        return np.where((costs < 0) | (requested < 0), UNDECIDED, np.where(requested > costs, NOT_MET, MET))

    return verdicts
