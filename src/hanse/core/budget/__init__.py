"""The budget of a proposal: its values, the ledger that it is made from, and what a call allows.

`Budget` is what rules judge. A `Ledger` holds the cells, the contributions by partner and the other sources, adds them
up, and turns into a `Budget`. `Terms` are rate and cap of a strand; `remedies` says in exact figures what to change.
"""

from hanse.core.budget.ledger import (
    NOT_SHARED,
    OWN_FUNDS,
    Ledger,
    indirect_lines,
    personnel_cost,
)
from hanse.core.budget.terms import Remedy, Terms, remedies, share_by_costs
from hanse.core.budget.values import Budget, CostLine, Financing, Part, SourceKind, total

__all__ = [
    "NOT_SHARED",
    "OWN_FUNDS",
    "Budget",
    "CostLine",
    "Financing",
    "Ledger",
    "Part",
    "Remedy",
    "SourceKind",
    "Terms",
    "indirect_lines",
    "personnel_cost",
    "remedies",
    "share_by_costs",
    "total",
]
