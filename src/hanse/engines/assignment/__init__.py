"""The optimal assignment of experts to proposals, with its proof.

Three questions, one method for each: the highest total (a min-cost flow); the highest total with side rules (a linear
relaxation, nearly always whole, settled exactly); the fair assignment (first the worst-served proposal as high
as possible, then the total). Every answer carries a bound that was worked out in whole numbers, apart from the
solver that found it. Heavy libraries are loaded here only; none of them may share a process with highspy.
"""

from hanse.engines.assignment.doors import explain, solve, solve_fair, solve_sum, solve_with_sides

__all__ = ["explain", "solve", "solve_fair", "solve_sum", "solve_with_sides"]
