"""Experts for proposals: the question, the check of an answer, and the reasons. Solving it is an engine's work."""

from hanse.core.assignment.answer import Assignment, bound_from_prices, check_assignment, sums_of
from hanse.core.assignment.problem import DIGITS, MOST_AFFINITY, UNITS, AssignmentProblem, dense, in_decimals, to_units
from hanse.core.assignment.reasons import Reason, loss_by_exchange, why_not
from hanse.core.assignment.shortage import Infeasible, competing, shortages

__all__ = [
    "DIGITS",
    "MOST_AFFINITY",
    "UNITS",
    "Assignment",
    "AssignmentProblem",
    "Infeasible",
    "Reason",
    "bound_from_prices",
    "check_assignment",
    "competing",
    "dense",
    "in_decimals",
    "loss_by_exchange",
    "shortages",
    "sums_of",
    "to_units",
    "why_not",
]
