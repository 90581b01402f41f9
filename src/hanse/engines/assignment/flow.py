"""The highest total by min-cost flow, over few pairs at first and over all of them in the end.

A flow over all pairs is exact but large. Nearly all pairs can never matter, so the flow is solved over the best
pairs only, prices are read from it, and every pair that these prices cannot rule out is added. When none is left,
the prices prove the answer over all pairs; the proof is worked out in whole numbers by `look`, which knows
nothing of the flow. If the flow were wrong, the proof would fail.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from hanse.engines.assignment.frame import NEVER, Bools, Frame, Ints, Prices, look

FIRST_PAIRS = 20
"""Best experts of each proposal that the first flow looks at."""

MOST_ADDED = 20
"""Most pairs added for one proposal in a round; more would slow the next flow and help little."""


class NotProven(Exception):
    """The flow's answer failed its own proof; this is an error of the machine, never of the input."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A proven highest total.

    Attributes:
        chosen: the pairs, as a matrix of the frame.
        total: their sum with what forced pairs bring, in units of the frame.
        prices: the proof.
    """

    chosen: Bools
    total: int
    prices: Prices


@dataclass(frozen=True, slots=True)
class Shortfall:
    """No assignment exists: these proposals need more than these experts, and those beside them, can give."""

    proposals: tuple[int, ...]
    experts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Solved:
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    chosen: Bools
    missing: Ints


def highest_total(frame: Frame) -> Flow | Shortfall:
    """The assignment with the highest total under loads, conflicts and, if asked for, one expert a country.

    Raises:
        NotProven: if the prices do not prove the flow's answer.
    """
    active = best_pairs(frame, FIRST_PAIRS)
    # One review left out costs more than any chain of exchanges could bring back: first as many reviews as
    # possible, then the highest total.
    penalty = 4 * (len(frame.needs) + len(frame.loads)) * (int(np.abs(frame.score).max()) + 1)
    while True:
        solved = _solve(frame, active, penalty)
        prices, thresholds = _prices(frame, solved, penalty)
        extra = _missing_pairs(frame, solved, prices, thresholds)
        extra &= ~active
        if not extra.any():
            break
        active |= extra
    if solved.missing.any():
        return _shortfall(frame, solved)
    return _proven(frame, solved, prices)


def best_pairs(frame: Frame, first: int) -> Bools:
    """Pairs worth looking at first: the best experts of each proposal, the best proposals of each expert."""
    height, width = frame.score.shape
    value = np.where(frame.barred, np.int64(NEVER), frame.score)
    active = np.zeros((height, width), np.bool_)
    for axis, wanted in ((1, first), (0, 2 * int(np.median(frame.loads)) + 2)):
        count = min(wanted, value.shape[axis])
        take = slice(value.shape[axis] - count, None)
        best = np.argpartition(value, value.shape[axis] - count, axis=axis)
        np.put_along_axis(active, best[:, take] if axis == 1 else best[take], True, axis)
    if frame.by_country:
        best_of_country = np.maximum.reduceat(value, frame.starts, axis=1)
        last = -np.partition(-best_of_country, min(first, len(frame.starts)) - 1, axis=1)
        last = last[:, min(first, len(frame.starts)) - 1]
        active |= (value == best_of_country[:, frame.country]) & (value >= last[:, None])
    if not frame.plain:
        value[:, ~frame.practitioner] = NEVER
        count = min(first // 2, value.shape[1])
        best = np.argpartition(value, value.shape[1] - count, axis=1)[:, value.shape[1] - count :]
        np.put_along_axis(active, best, True, 1)
    active &= ~frame.barred
    return active


def _solve(frame: Frame, active: Bools, penalty: int) -> _Solved:
    """One flow over the active pairs. A review nobody can give goes straight to the sink, at the penalty."""
    height, width = active.shape
    rows, columns = np.nonzero(active)
    flow = min_cost_flow.SimpleMinCostFlow()
    sink = height + width
    tails = rows
    if frame.by_country:
        tails = _country_nodes(frame, flow, rows, columns, sink + 1)
    _add(flow, tails, height + columns, 1, -frame.score[rows, columns])
    _add(flow, height + np.arange(width), np.full(width, sink), frame.loads, 0)
    _add(flow, np.arange(height), np.full(height, sink), frame.needs, penalty)
    nodes = np.arange(height, dtype=np.int32)
    flow.set_nodes_supplies(nodes, frame.needs)
    flow.set_node_supply(sink, -int(frame.needs.sum()))
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise NotProven(f"the flow ended with {status.name}")
    first = flow.num_arcs() - height - width - len(rows)
    flows = flow.flows(np.arange(first, flow.num_arcs(), dtype=np.int32))
    return _Solved(rows, columns, flows[: len(rows)] > 0, flows[len(rows) + width :])


def _country_nodes(
    frame: Frame, flow: min_cost_flow.SimpleMinCostFlow, rows: NDArray[np.intp], columns: NDArray[np.intp], first: int
) -> NDArray[np.intp]:
    """A node of capacity one between a proposal and the experts of each country; returns the node of each pair."""
    keys = rows * len(frame.starts) + frame.country[columns]
    distinct, node = np.unique(keys, return_inverse=True)
    _add(flow, distinct // len(frame.starts), first + np.arange(len(distinct)), 1, 0)
    nodes: NDArray[np.intp] = first + node
    return nodes


def _add(
    flow: min_cost_flow.SimpleMinCostFlow,
    tails: NDArray[np.integer],
    heads: NDArray[np.integer],
    capacity: int | Ints,
    cost: int | Ints,
) -> None:
    shape = np.zeros(len(tails), np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(
        tails.astype(np.int32), heads.astype(np.int32), shape + capacity, shape + cost
    )


def _prices(frame: Frame, solved: _Solved, penalty: int) -> tuple[Ints, tuple[Ints, Ints]]:
    """The lowest prices at which nobody wants to change, and below them the value that a new pair has to beat.

    A price rises as long as a proposal would gain by exchanging one of its experts for this one: the longest path
    in the graph of exchanges. At an optimum there is no gainful circle, so it ends.
    """
    height, width = frame.score.shape
    scores = frame.score[solved.rows, solved.columns]
    rows, columns, values = (part[solved.chosen] for part in (solved.rows, solved.columns, scores))
    other_rows, other_columns, other_values = (part[~solved.chosen] for part in (solved.rows, solved.columns, scores))
    places = len(frame.starts)
    keys, other_keys = rows * places + frame.country[columns], other_rows * places + frame.country[other_columns]
    order = np.argsort(keys)
    at = np.minimum(np.searchsorted(keys[order], other_keys), max(len(keys) - 1, 0))
    own = order[at] if len(keys) else at
    # Where the proposal has an expert of the same country already, only that one can be exchanged.
    same = (keys[own] == other_keys) if len(keys) else np.zeros(len(other_keys), np.bool_)
    prices = np.zeros(width, np.int64)
    start = np.where(solved.missing > 0, np.int64(-penalty), np.int64(-NEVER))
    start[(frame.needs == 0)] = -NEVER
    for _ in range(2 * (height + width) + 2):
        worth = values - prices[columns]
        last = start.copy()
        np.minimum.at(last, rows, worth)
        least = last[other_rows]
        least[same] = worth[own[same]]
        raised = prices.copy()
        np.maximum.at(raised, other_columns, other_values - least)
        if (raised == prices).all():
            return prices, (last, worth)
        prices = raised
    raise NotProven("the prices do not settle")


def _missing_pairs(frame: Frame, solved: _Solved, prices: Ints, thresholds: tuple[Ints, Ints]) -> Bools:
    """The pairs that the prices do not rule out, the best few for each proposal."""
    last, worth = thresholds
    gain = frame.score - prices
    gain -= last[:, None]
    if frame.by_country:
        rows, columns = solved.rows[solved.chosen], solved.columns[solved.chosen]
        at_least = np.full((len(last), len(frame.starts)), NEVER, np.int64)
        at_least[rows, frame.country[columns]] = worth - last[rows]
        gain -= np.maximum(at_least, 0)[:, frame.country]
    gain[frame.barred] = NEVER
    wanted: Bools = gain > 0
    if wanted.sum(axis=1).max() > MOST_ADDED:
        width = gain.shape[1]
        enough = np.partition(gain, width - MOST_ADDED, axis=1)[:, width - MOST_ADDED]
        wanted &= gain >= enough[:, None]
        # Many pairs may be equally good; keep the first of them only, so that a round stays small.
        wanted &= np.cumsum(wanted, axis=1, dtype=np.int32) <= 2 * MOST_ADDED
    return wanted


def _proven(frame: Frame, solved: _Solved, expert_prices: Ints) -> Flow:
    height = len(frame.needs)
    chosen = np.zeros(frame.score.shape, np.bool_)
    chosen[solved.rows[solved.chosen], solved.columns[solved.chosen]] = True
    total = int(frame.score[chosen].sum() + frame.base.sum())
    nothing = np.zeros(height, np.int64)
    prices = Prices(1, expert_prices, nothing, nothing)
    bound = look(frame, prices).bound
    if bound != total:
        raise NotProven(f"the flow reached {total * frame.unit}, the prices prove {bound * frame.unit}")
    return Flow(chosen, total, prices)


def _shortfall(frame: Frame, solved: _Solved) -> Shortfall:
    """The smallest cut: proposals that miss a review, and all that compete with them for the same experts.

    The positions are rows and columns of the frame. A proposal that is reached would give way if it could; an
    expert who is reached is full. Over all pairs, not only the active ones: whoever could take a review and is not
    full would have been found by the flow.
    """
    height, width = frame.score.shape
    chosen = np.zeros((height, width), np.bool_)
    chosen[solved.rows[solved.chosen], solved.columns[solved.chosen]] = True
    proposals: Bools = np.asarray(solved.missing > 0)
    experts = np.zeros(width, np.bool_)
    while True:
        reached = experts | _reachable(frame, chosen, proposals, experts)
        giving = proposals | np.any(chosen & reached, axis=1)
        if (giving == proposals).all() and (reached == experts).all():
            return Shortfall(_positions(np.flatnonzero(proposals)), _positions(np.flatnonzero(experts)))
        proposals, experts = giving, reached


def _reachable(frame: Frame, chosen: Bools, proposals: Bools, experts: Bools) -> Bools:
    """The experts whom one of these proposals could still take, if only they had room."""
    free = ~frame.barred & ~chosen
    if frame.by_country:
        # A country is closed to a proposal by its expert of that country, unless that one could be given back.
        closed = np.logical_or.reduceat(chosen & ~experts, frame.starts, axis=1)
        free &= ~closed[:, frame.country]
    reached: Bools = np.logical_or.reduce(free[proposals], axis=0)
    return reached


def _positions(found: Iterable[np.integer]) -> tuple[int, ...]:
    return tuple(int(position) for position in found)
