"""The doors of the engine: a problem of the core in, an assignment or what is missing out."""

from dataclasses import dataclass, replace

import numpy as np

from hanse.core.assignment import (
    Assignment,
    AssignmentProblem,
    Infeasible,
    Reason,
    check_assignment,
    competing,
    shortages,
    why_not,
)
from hanse.engines.assignment.composed import ComposedRelaxation
from hanse.engines.assignment.flow import Flow, NotProven, Shortfall, highest_total
from hanse.engines.assignment.frame import Frame, Ints, View, answer, best_alone, frame_of, look
from hanse.engines.assignment.integer import Pairs, raise_worst, search_all, whole
from hanse.engines.assignment.linear import FloorsOnly, Relaxation, Unsolved, promising

PROMISING = 16
"""Pairs of each proposal that a relaxation begins with."""

TOGETHER = "no assignment meets all the rules together, although each rule by itself can be met"
NOT_FOUND = "no assignment was found that meets all the rules together; it is not proven that there is none"


@dataclass(frozen=True, slots=True)
class _Highest:
    """The highest total found, a proven bound on it, the prices if they prove it exactly, and the view at them."""

    chosen: Pairs
    total: int
    bound: int
    prices: Ints | None
    view: View


def solve(
    problem: AssignmentProblem, *, fair: bool = False, forced: tuple[int, int] | None = None
) -> Assignment | Infeasible:
    """The best assignment.

    Args:
        problem: the problem, side rules included.
        fair: raise the worst-served proposal first, then the total.
        forced: a pair, by positions, that has to be part of the answer.
    """
    missing = shortages(problem)
    if missing:
        return Infeasible(missing)
    frame = frame_of(problem, forced)
    highest = _highest(frame)
    if isinstance(highest, Infeasible):
        return highest
    found = _fair(frame, highest) if fair else answer(frame, highest.chosen, highest.bound, prices=highest.prices)
    return _checked(problem, found)


def solve_sum(problem: AssignmentProblem) -> Assignment | Infeasible:
    """The highest total under loads and conflicts; side rules are left aside. Always with prices that prove it."""
    return solve(replace(problem, no_two_of_one_country=False, at_least_one_practitioner=False))


def solve_with_sides(problem: AssignmentProblem) -> Assignment | Infeasible:
    """The highest total under loads, conflicts and the side rules of the problem; proven, or with its gap."""
    return solve(problem)


def solve_fair(problem: AssignmentProblem) -> Assignment | Infeasible:
    """First the worst-served proposal as high as possible, then the total; proven, or with both gaps.

    The worst-served proposal is the one with the lowest sum of affinities of its experts.
    """
    return solve(problem, fair=True)


def explain(problem: AssignmentProblem, assignment: Assignment, proposal: int, expert: int) -> Reason:
    """Why an expert is not on a proposal, by positions; what it would cost is found by solving again with the pair."""
    settled = assignment.has(proposal, expert) or problem.conflict(proposal, expert) or not problem.max_load[expert]
    side_rules = problem.no_two_of_one_country or problem.at_least_one_practitioner
    if settled or (assignment.prices and not side_rules and not assignment.fair):
        return why_not(problem, assignment, proposal, expert)
    with_pair = solve(problem, fair=assignment.fair, forced=(proposal, expert))
    return why_not(problem, assignment, proposal, expert, with_pair)


def _checked(problem: AssignmentProblem, found: Assignment) -> Assignment:
    """The answer, after the engine's own last look: never hand out pairs that break a rule."""
    faults = check_assignment(problem, replace(found, prices=()))
    if faults:
        raise NotProven("; ".join(str(fault) for fault in faults))
    return found


def _highest(frame: Frame) -> _Highest | Infeasible:
    flow = highest_total(frame)
    if isinstance(flow, Shortfall):
        return Infeasible((_words(frame, flow),))
    view = look(frame, flow.prices)
    if _practitioners_present(frame, flow):
        pairs = [(int(row), int(column)) for row, column in np.argwhere(flow.chosen)]
        prices = flow.prices.expert if frame.forced is None else None
        return _Highest(pairs, flow.total, flow.total, prices, view)
    relaxation = Relaxation(frame, promising(frame, view, PROMISING))
    try:
        relaxed = relaxation.solve()
        view = relaxed.view
        found = whole(relaxation, relaxed)
        if found.chosen is not None:
            return _Highest(found.chosen, found.total, found.bound, None, view)
    except Unsolved:
        pass  # the view at the flow's prices still gives a bound, only a weaker one
    searched = search_all(frame, view)
    if searched.chosen is not None:
        return _Highest(searched.chosen, searched.total, min(searched.bound, view.bound), None, view)
    practitioners = _practitioner_shortage(frame)
    if practitioners:
        return Infeasible((practitioners,))
    return Infeasible((TOGETHER,) if searched.complete else (NOT_FOUND,), proven=searched.complete)


def _practitioners_present(frame: Frame, flow: Flow) -> bool:
    present = (flow.chosen & frame.practitioner).any(axis=1)
    return bool((present | ~frame.wants).all())


def _practitioner_shortage(frame: Frame) -> str:
    """The proposals that compete for too few practitioners, if that alone makes it impossible."""
    only = replace(
        frame,
        barred=frame.barred | ~frame.practitioner,
        needs=frame.wants.astype(np.int64),
        wants=np.zeros(len(frame.needs), np.bool_),
    )
    flow = highest_total(only)
    return _words(frame, flow, practitioners_only=True) if isinstance(flow, Shortfall) else ""


def _words(frame: Frame, shortfall: Shortfall, *, practitioners_only: bool = False) -> str:
    if frame.forced is not None:
        return "the other proposals cannot be served once this pair is settled"
    proposals = [int(frame.proposal_order[row]) for row in shortfall.proposals]
    experts = [int(frame.expert_order[column]) for column in shortfall.experts]
    return competing(frame.problem, proposals, experts, practitioners_only=practitioners_only)


def _fair(frame: Frame, highest: _Highest) -> Assignment:
    worst = _worst(frame, highest.chosen)
    ceiling = int(best_alone(frame).min())
    if worst >= ceiling:
        return answer(frame, highest.chosen, highest.bound, fair=True, worst_bound=worst)
    found = _with_floor(frame, highest, ceiling)
    if found is None:
        lower = _lower_ceiling(frame, highest.view, ceiling, worst)
        if lower < ceiling:
            ceiling, found = lower, _with_floor(frame, highest, lower)
    if found is None:
        best = raise_worst(frame, highest.view, highest.chosen, worst, ceiling)
        ceiling = best.bound
        found = _with_floor(frame, highest, best.worst) or answer(
            frame, best.chosen, highest.bound, fair=True, worst_bound=best.bound
        )
    return replace(found, worst_bound=ceiling * frame.unit)


def _lower_ceiling(frame: Frame, view: View, ceiling: int, worst: int) -> int:
    """What can be proven of the worst-served proposal beyond what each could get alone."""
    try:
        return FloorsOnly(frame, promising(frame, view, PROMISING)).highest_floor(ceiling, least=worst)
    except Unsolved:
        return ceiling


def _worst(frame: Frame, chosen: Pairs) -> int:
    sums = frame.base.copy()
    for row, column in chosen:
        sums[row] += frame.score[row, column]
    return int(sums.min())


def _with_floor(frame: Frame, highest: _Highest, floor: int) -> Assignment | None:
    """The highest total in which every proposal reaches the floor; None if none was found."""
    bound, view = highest.bound, highest.view
    try:
        relaxed = Relaxation(frame, promising(frame, view, PROMISING)).solve(floor)
        active = promising(frame, relaxed.view, PROMISING)
        composed = ComposedRelaxation(frame, active, floor, relaxed.prices)
        composed.begin_with(np.flatnonzero(relaxed.prices.floor > 0).tolist())
        relaxed = composed.solve()
        bound, view = min(relaxed.view.bound, bound), relaxed.view
        found = whole(composed, relaxed)
        if found.chosen is not None:
            return answer(frame, found.chosen, min(found.bound, bound), fair=True)
    except Unsolved:
        pass  # what is known without a floor still bounds the total
    searched = search_all(frame, view, floor)
    if searched.chosen is None:
        return None
    return answer(frame, searched.chosen, min(searched.bound, bound), fair=True)
