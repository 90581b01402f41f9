"""The relaxation in which proposals that a floor binds choose among whole sets, and its way to whole numbers."""

from collections.abc import Iterable

import numpy as np
from ortools.linear_solver import pywraplp

from hanse.engines.assignment.frame import Bools, Frame, Ints, Prices, View
from hanse.engines.assignment.linear import Floats, Relaxation, Relaxed
from hanse.engines.assignment.sets import Sets, best_sets

SETS_AT_FIRST = 60
"""Sets of a proposal that the relaxation begins with."""

SETS_A_ROUND = 12
"""Sets of a proposal added in a round."""


class ComposedRelaxation(Relaxation):
    """A relaxation under a floor, with whole sets for the proposals that the floor binds.

    Args:
        frame: the problem.
        active: pairs to begin with.
        floor: what every proposal has to reach, in units of the frame.
        prices: prices to find the first sets with.
    """

    def __init__(self, frame: Frame, active: Bools, floor: int, prices: Prices):
        self._sets: dict[int, dict[tuple[int, ...], pywraplp.Variable]] = {}
        self._settled: set[int] = set()
        self._guide = prices
        self._taken: dict[tuple[int, tuple[int, ...]], float] = {}
        self._latest: dict[int, Sets] = {}
        super().__init__(frame, active)
        self.floor = floor

    def begin_with(self, rows: Iterable[int]) -> None:
        """Let these proposals choose among whole sets from the start."""
        for row in rows:
            self._add_floor(row)

    def solve(self, floor: int | None = None) -> Relaxed:
        """The best fractional assignment under the floor."""
        return super().solve(self.floor if floor is None else floor)

    def fractions(self) -> list[tuple[float, int, tuple[int, ...]]]:
        """What the last solution takes in part; sets first, since the rest mostly follows from them."""
        parts = [(part, row, columns) for (row, columns), part in self._taken.items() if part < 1 - 1e-6]
        return parts or super().fractions()

    def settle(self, row: int, columns: tuple[int, ...], least: float, most: float) -> None:
        """Hold what `fractions` named between two shares."""
        if row not in self._sets:
            super().settle(row, columns, least, most)
            return
        self._sets[row][columns].SetBounds(least, most)
        self._settled.discard(row)
        if least == 1.0:
            self._settled.add(row)

    def sets_near(self, row: int, prices: Prices, within: int, most: int) -> Sets | None:
        """The sets of a proposal that the floor binds, of a value near the best; None for every other proposal."""
        if row not in self._sets:
            return None
        return best_sets(self.frame, row, prices.expert, prices.scale, self.floor or 0, within, most)

    def _set_floor(self, floor: int | None) -> None:
        self.floor = floor

    def _add_floor(self, row: int) -> None:
        """Take the proposal's pairs out of the model and put sets in their place."""
        if row in self._sets or self.floor is None:
            return
        self._sets[row] = {}
        for index in self._of_row[row]:
            self._variables[index].SetUb(0.0)
        if row in self._practitioners:
            self._practitioners[row].SetLb(-self._infinity)
        price, scale = self._guide.expert, self._guide.scale
        first = best_sets(self.frame, row, price, scale, self.floor, 2**60, SETS_AT_FIRST)
        self._add_sets(row, first)

    def _add_sets(self, row: int, sets: Sets) -> bool:
        known = self._sets[row]
        fresh = [columns for _, columns in sets.found if columns not in known]
        for columns in fresh:
            variable = self._solver.NumVar(0.0, 1.0, "")
            known[columns] = variable
            worth = sum(int(self.frame.score[row, column]) for column in columns) / self.most
            self._solver.Objective().SetCoefficient(variable, worth)
            self._needs[row].SetCoefficient(variable, float(self.frame.needs[row]))
            for column in columns:
                self._loads[column].SetCoefficient(variable, 1.0)
        return bool(fresh)

    def _add(self, active: Bools) -> None:
        first = len(self._variables)
        super()._add(active)
        for index in range(first, len(self._variables)):
            if self._pairs[index][0] in self._sets:
                self._variables[index].SetUb(0.0)

    def _add_broken_rules(self, share: Floats) -> bool:
        before = len(self._sets)
        return super()._add_broken_rules(share) or len(self._sets) > before

    def _share(self, share: Floats) -> Floats:
        """The shares of pairs, with those that lie in sets; a pair in a set only is added to the model."""
        self._taken = {
            (row, columns): part
            for row, sets in self._sets.items()
            for columns, variable in sets.items()
            if (part := variable.solution_value()) > 1e-6
        }
        taken: dict[tuple[int, int], float] = {}
        for (row, columns), part in self._taken.items():
            for column in columns:
                taken[row, column] = taken.get((row, column), 0.0) + part
        unknown = [pair for pair in taken if not self._active[pair]]
        if unknown:
            extra = np.zeros(self.frame.score.shape, np.bool_)
            extra[tuple(np.array(unknown).T)] = True
            self._add(extra)
        whole = np.zeros(len(self._pairs))
        whole[: len(share)] = share
        for index, pair in enumerate(self._pairs):
            if pair in taken:
                whole[index] = taken[pair]
        return whole

    def _look(self, prices: Prices) -> View:
        """The bound with the exact best set of each proposal that the floor binds."""
        nothing: Ints = np.zeros(len(self.frame.needs), np.int64)
        worth = prices.practitioner.copy()
        worth[list(self._sets)] = 0
        view = super()._look(Prices(prices.scale, prices.expert, nothing, worth))
        paid, loss = view.paid, view.loss
        self._guide = prices
        self._latest = {}
        for row in self._sets:
            sets = best_sets(self.frame, row, prices.expert, prices.scale, self.floor or 0, 0, SETS_A_ROUND)
            self._latest[row] = sets
            paid += sets.bound - int(view.best[row])
            loss[row] = np.maximum(loss[row] - (int(view.best[row]) - sets.bound), 0)
        return View(paid // prices.scale, loss, paid, view.best)

    def _add_missing(self, view: View) -> bool:
        loss = view.loss
        hidden = loss[list(self._sets)]
        loss[list(self._sets)] = 2**62
        added = super()._add_missing(view)
        loss[list(self._sets)] = hidden
        for row, sets in self._latest.items():
            if row not in self._settled:
                added |= self._add_sets(row, sets)
        return added
