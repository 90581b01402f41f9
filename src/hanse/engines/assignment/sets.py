"""Whole sets of experts for one proposal: all rules that concern the proposal alone, met exactly.

A floor on the sum of a proposal's affinities is the one rule that a relaxation handles badly: it mixes a set far above
the floor with one below. For the few proposals that a floor binds, the relaxation therefore chooses among whole sets,
and the sets are found here by an exact search.
"""

import heapq
from bisect import insort
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from hanse.engines.assignment.frame import NEVER, Bools, Frame, Ints

MOST_STEPS = 50_000
"""Steps of one search; beyond, its bound is still right but may be too high."""


@dataclass(frozen=True, slots=True)
class Sets:
    """Sets of experts for one proposal, best first.

    Attributes:
        found: value at the prices (in units times scale) and columns of each set.
        bound: no set that meets the rules has a higher value; equal to the first value if the search is complete.
        complete: the search was not cut, and no set was left out for want of room.
    """

    found: list[tuple[int, tuple[int, ...]]]
    bound: int
    complete: bool


def best_sets(frame: Frame, row: int, price: Ints, scale: int, floor: int, within: int, most: int) -> Sets:
    """The sets that reach the floor and whose value is within `within` of the best, best first.

    Args:
        frame: the problem.
        row: the proposal.
        price: price of each expert, in units times `scale`.
        scale: what one unit of affinity counts; 0 counts the prices only.
        floor: what the sum of the affinities has to reach, with what a forced pair brings.
        within: how far below the best a set may be.
        most: how many sets are wanted at most.
    """
    wanted = int(frame.needs[row])
    floor -= int(frame.base[row])
    columns = _useful(frame.score[row], ~frame.barred[row], wanted, floor)
    score = frame.score[row, columns]
    value = score * scale - price[columns]
    weight = _weight(score, value, wanted, floor)
    order = np.argsort(-(value + weight * score), kind="stable")
    search = _Search(
        columns[order].tolist(),
        score[order].tolist(),
        value[order].tolist(),
        weight,
        floor,
        wanted,
        within,
        frame.country[columns[order]].tolist(),
        frame.practitioner[columns[order]].tolist() if frame.wants[row] else None,
        most,
    )
    return search.run()


def _useful(score: Ints, free: Bools, wanted: int, floor: int) -> Ints:
    """The experts with whom the floor can be reached, if the best others come along."""
    columns = np.flatnonzero(free)
    if wanted < 1 or len(columns) < wanted:
        return columns
    others = int(np.sort(score[columns])[len(columns) - wanted + 1 :].sum())
    return columns[score[columns] + others >= floor]


def _weight(score: Ints, value: Ints, wanted: int, floor: int) -> int:
    """A weight of the floor at which the best sum of value plus weight times score, less the floor's, is lowest."""
    if wanted == 0 or len(score) <= wanted:
        return 0
    low, high = 0, 2**60 // max(int(np.abs(score).max()), 1)
    while high - low > 1:
        middle = (low + high) // 2
        best = np.argpartition(-(value + middle * score), wanted - 1)[:wanted]
        if int(score[best].sum()) >= floor:
            high = middle
        else:
            low = middle
    return low


def _reach(score: list[int], wanted: int) -> list[list[int]]:
    """For each position and each number up to `wanted`, the highest sum of so many scores from there on."""
    best: list[int] = []
    reach: list[list[int]] = []
    for own in reversed(score):
        insort(best, -own)
        del best[wanted:]
        reach.append([-part for part in accumulate(best, initial=0)])
    reach.reverse()
    return reach


class _Search:
    """Depth-first over experts in the order of value plus weight times score, cut where nothing good can follow."""

    def __init__(
        self,
        columns: list[int],
        score: list[int],
        value: list[int],
        weight: int,
        floor: int,
        wanted: int,
        within: int,
        country: list[int],
        practitioner: list[bool] | None,
        most: int,
    ):
        self.columns, self.score, self.value = columns, score, value
        self.merit = [v + weight * s for v, s in zip(value, score, strict=True)]
        self.offset, self.floor, self.wanted, self.within, self.most = weight * floor, floor, wanted, within, most
        self.country, self.practitioner = country, practitioner
        self.best = self.least = NEVER
        self.reach = _reach(score, wanted)
        self.steps = 0
        self.found: list[tuple[int, tuple[int, ...]]] = []

    def run(self) -> Sets:
        self._extend((), 0, 0, 0, 0)
        self.found.sort(reverse=True)
        bound = self.best
        if self.steps > MOST_STEPS:
            bound = max(bound, sum(self.merit[: self.wanted]) - self.offset)
        return Sets(self.found, bound, self.steps <= MOST_STEPS and len(self.found) < self.most)

    def _keep(self, value: int, columns: tuple[int, ...]) -> None:
        """Keep a set that is good enough, and raise what is good enough."""
        heapq.heappush(self.found, (value, columns))
        if len(self.found) > self.most:
            heapq.heappop(self.found)
        self.best = max(self.best, value)
        self.least = max(self.least, self.best - self.within)
        if len(self.found) == self.most:
            self.least = max(self.least, self.found[0][0])
        while self.found[0][0] < self.least:
            heapq.heappop(self.found)

    def _extend(self, chosen: tuple[int, ...], merit: int, value: int, score: int, start: int) -> None:
        left = self.wanted - len(chosen)
        if left == 0:
            if score >= self.floor and (self.practitioner is None or any(self.practitioner[i] for i in chosen)):
                self._keep(value, tuple(sorted(self.columns[i] for i in chosen)))
            return
        taken = {self.country[i] for i in chosen}
        for i in range(start, len(self.columns) - left + 1):
            self.steps += 1
            # The next ones in order are the best that can still follow.
            reachable = merit + sum(self.merit[i : i + left]) - self.offset
            if reachable < self.least or self.steps > MOST_STEPS:
                return
            if score + self.reach[i][left] < self.floor:
                return
            if self.country[i] not in taken:
                self._extend((*chosen, i), merit + self.merit[i], value + self.value[i], score + self.score[i], i + 1)
