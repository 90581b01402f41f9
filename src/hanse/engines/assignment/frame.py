"""The problem as arrays, in one canonical order, and the price view of it that proves every bound.

Order: experts by country (where that matters) and identifier, proposals by identifier. Two problems that differ only
in the order of their rows become the same frame, and so get the same answer.
"""

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from hanse.core.assignment import Assignment, AssignmentProblem
from hanse.core.assignment.answer import sums_of

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NEVER = -(2**61)
"""The score of a pair that may not be: below every other, and still safe to subtract from."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A problem in canonical order, in the largest unit in which all affinities are whole.

    Attributes:
        problem: the problem as stated.
        proposal_order, expert_order: position in the problem of each row and column here.
        unit: how many units of the problem one unit here is worth.
        score: affinity of each pair here; rows are proposals.
        barred: pairs that may not be.
        needs: how many more experts each proposal gets (one fewer where a pair was forced).
        loads: how many more proposals each expert can take.
        starts: first column of each country; every expert alone if countries do not matter.
        country: number of the country of each column, as an index into `starts`.
        practitioner: whether each expert is one.
        wants: proposals that still need a practitioner.
        base: what each proposal has already from a forced pair.
        forced: the pair that was forced, by row and column, if any.
    """

    problem: AssignmentProblem
    proposal_order: Ints
    expert_order: Ints
    unit: int
    score: Ints
    barred: Bools
    needs: Ints
    loads: Ints
    starts: Ints
    country: Ints
    practitioner: Bools
    wants: Bools
    base: Ints
    forced: tuple[int, int] | None = None

    @property
    def by_country(self) -> bool:
        """Whether a country may be on a proposal once only."""
        return len(self.starts) < len(self.loads)

    @property
    def plain(self) -> bool:
        """Whether a flow alone solves it: nobody asks for practitioners."""
        return not bool(self.wants.any())


def frame_of(problem: AssignmentProblem, forced: tuple[int, int] | None = None) -> Frame:
    """Bring a problem into canonical order; `forced` is a pair (by positions) that has to be part of the answer."""
    height, width = len(problem.proposals), len(problem.experts)
    countries = problem.countries if problem.no_two_of_one_country else ("",) * width
    rows = np.array(sorted(range(height), key=lambda p: problem.proposals[p]), np.int64)
    columns = np.array(sorted(range(width), key=lambda e: (countries[e], problem.experts[e])), np.int64)
    score = _ordered(np.frombuffer(problem.affinity, np.int64).reshape(height, width), rows, columns)
    barred = _ordered(np.frombuffer(problem.conflicts, np.uint8).reshape(height, width), rows, columns) != 0
    unit = max(int(np.gcd.reduce(score, axis=None)), 1)
    country = np.arange(width, dtype=np.int64)
    if problem.no_two_of_one_country:
        country = np.unique([countries[e] for e in columns], return_inverse=True)[1].astype(np.int64)
    practitioner = np.zeros(width, np.bool_)
    if problem.at_least_one_practitioner:
        practitioner = np.frombuffer(problem.practitioners, np.uint8)[columns] != 0
    frame = Frame(
        problem=problem,
        proposal_order=rows,
        expert_order=columns,
        unit=unit,
        score=cast("Ints", score) // unit,
        barred=barred,
        needs=np.full(height, problem.per_proposal, np.int64),
        loads=np.minimum(np.array(problem.max_load, np.int64)[columns], height),
        starts=np.flatnonzero(np.diff(country, prepend=-1)),
        country=country,
        practitioner=practitioner,
        wants=np.full(height, problem.at_least_one_practitioner, np.bool_),
        base=np.zeros(height, np.int64),
    )
    if forced is None:
        return frame
    row = int(np.flatnonzero(rows == forced[0])[0])
    column = int(np.flatnonzero(columns == forced[1])[0])
    return _with_forced(frame, row, column)


def _ordered(matrix: NDArray[np.generic], rows: Ints, columns: Ints) -> NDArray[np.generic]:
    """The matrix in another order; the same memory if it is in that order already."""
    if (np.diff(rows) != 1).any():
        matrix = matrix[rows]
    if (np.diff(columns) != 1).any():
        matrix = matrix[:, columns]
    return matrix


def _with_forced(frame: Frame, row: int, column: int) -> Frame:
    """The rest of the problem once a pair is settled."""
    barred, needs, loads = frame.barred.copy(), frame.needs.copy(), frame.loads.copy()
    base, wants = frame.base.copy(), frame.wants.copy()
    barred[row, frame.country == frame.country[column]] = True
    needs[row] -= 1
    loads[column] -= 1
    base[row] += frame.score[row, column]
    wants[row] &= not frame.practitioner[column]
    forced = (row, column)
    return Frame(
        frame.problem,
        frame.proposal_order,
        frame.expert_order,
        frame.unit,
        frame.score,
        barred,
        needs,
        loads,
        frame.starts,
        frame.country,
        frame.practitioner,
        wants,
        base,
        forced,
    )


@dataclass(frozen=True, slots=True)
class Prices:
    """Multipliers that turn the problem into one choice for each proposal by itself. All are zero or more.

    Attributes:
        scale: what one unit of affinity counts here.
        expert: price of one review by each expert, in units times `scale`.
        floor: for each proposal, how much more than `scale` its affinities count, because a floor binds it.
        practitioner: for each proposal, what a practitioner is worth on top, in units times `scale`.
    """

    scale: int
    expert: Ints
    floor: Ints
    practitioner: Ints


@dataclass(frozen=True, slots=True)
class View:
    """The problem seen at some prices.

    Attributes:
        bound: no assignment has a higher total, in units of the frame.
        loss: for each pair, in units times scale, at least how far an assignment with that pair stays below the
            bound; for a pair that may not be, a number above all others.
        paid: the bound before it is rounded down, in units times scale.
        best: what each proposal contributes to it by its choice, in units times scale.
    """

    bound: int
    loss: Ints
    paid: int
    best: Ints


def look(frame: Frame, prices: Prices, floor: int | None = None) -> View:
    """See the problem at some prices. All in whole numbers: the bound is a proof, not an estimate.

    Each proposal takes its best experts (of one country only the best) as if nobody else wanted them; this relaxes
    the loads, the floor and the wish for a practitioner, and the multipliers pay for what is relaxed.
    """
    value = frame.score * (prices.scale + prices.floor)[:, None]
    value -= prices.expert
    if prices.practitioner.any():
        value += np.outer(prices.practitioner, frame.practitioner)
    value[frame.barred] = NEVER
    by_country = np.maximum.reduceat(value, frame.starts, axis=1) if frame.by_country else value
    last, best = _best(by_country, frame.needs)
    if frame.by_country:
        threshold = np.maximum(by_country, last[:, None])[:, frame.country]
    else:
        threshold = np.maximum(value, last[:, None])
    np.subtract(threshold, value, out=value)
    value[frame.barred] = -NEVER
    paid = sum(best.tolist()) + int((prices.expert * frame.loads).astype(object).sum())
    paid -= sum(int(worth) for worth in prices.practitioner[frame.wants])
    paid += sum(int(own) * int(weight) for own, weight in zip(frame.base, prices.scale + prices.floor, strict=True))
    if floor is not None:
        paid -= floor * sum(int(weight) for weight in prices.floor)
    return View(paid // max(prices.scale, 1), value, paid, best)


def _best(value: Ints, needs: Ints) -> tuple[Ints, Ints]:
    """For each row the last of its best values (as many as it needs), and their sum."""
    most = int(needs.max())
    if most == 0:
        return np.full(len(needs), -NEVER, np.int64), np.zeros(len(needs), np.int64)
    width = value.shape[1]
    top = np.sort(np.partition(value, width - most, axis=1)[:, width - most :], axis=1)[:, ::-1]
    last = np.where(needs > 0, top[np.arange(len(needs)), np.maximum(needs - 1, 0)], -NEVER)
    # A row with too few experts would overflow; its sum only has to stay very low.
    top = np.maximum(top, NEVER // (most + 1))
    return last, np.where(np.arange(most) < needs[:, None], top, 0).sum(axis=1)


def best_alone(frame: Frame) -> Ints:
    """For each proposal, the most it could get if it were alone: all rules, but no loads; in units of the frame."""
    value = np.where(frame.barred, np.int64(NEVER), frame.score)
    by_country = np.maximum.reduceat(value, frame.starts, axis=1) if frame.by_country else value
    best = _best(by_country, frame.needs)[1]
    if frame.plain:
        return best + frame.base
    others = np.where(frame.practitioner, np.int64(NEVER), frame.score)
    others[frame.barred] = NEVER
    without = np.maximum.reduceat(others, frame.starts, axis=1) if frame.by_country else others
    # The best choice lacks a practitioner only if leaving them all out gives the same sum; then try each of them.
    for row in np.flatnonzero(frame.wants & (_best(without, frame.needs)[1] >= best)):
        best[row] = _best_with_practitioner(frame, int(row), by_country[row])
    return cast("Ints", best + frame.base)


def _best_with_practitioner(frame: Frame, row: int, by_country: Ints) -> int:
    best = NEVER
    for column in np.flatnonzero(frame.practitioner & ~frame.barred[row]):
        rest = by_country.copy()
        rest[frame.country[column]] = NEVER
        others = int(_best(rest[None, :], frame.needs[row : row + 1] - 1)[1][0])
        best = max(best, int(frame.score[row, column]) + others)
    return best


def answer(
    frame: Frame,
    chosen: list[tuple[int, int]],
    bound: int,
    *,
    fair: bool = False,
    worst_bound: int | None = None,
    prices: Ints | None = None,
) -> Assignment:
    """The pairs chosen (by row and column of the frame) as an answer to the problem as it was stated."""
    pairs = chosen if frame.forced is None else [*chosen, frame.forced]
    experts_of: list[list[int]] = [[] for _ in frame.problem.proposals]
    for row, column in pairs:
        experts_of[int(frame.proposal_order[row])].append(int(frame.expert_order[column]))
    sums = sums_of(frame.problem, experts_of)
    told = [0] * len(frame.problem.experts)
    if prices is not None:
        for column, price in zip(frame.expert_order.tolist(), prices.tolist(), strict=True):
            told[column] = price * frame.unit
    return Assignment(
        experts_of=tuple(tuple(sorted(chosen_here)) for chosen_here in experts_of),
        total=sum(sums),
        worst=min(sums),
        total_bound=bound * frame.unit,
        fair=fair,
        worst_bound=None if worst_bound is None else worst_bound * frame.unit,
        prices=tuple(told) if prices is not None else (),
    )
