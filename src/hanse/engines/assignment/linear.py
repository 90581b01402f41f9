"""The linear relaxation: experts may be shared out in fractions. It gives prices, and the prices give the bound.

The relaxation starts with few pairs and few rules. A rule that its solution breaks is added, a pair that its prices
cannot rule out is added, until neither is left. The bound itself is never taken from the floating-point solver: its
prices are rounded to whole numbers and `look` works out what they prove.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp

from hanse.engines.assignment.frame import NEVER, Bools, Frame, Ints, Prices, View, look

SCALE = 2**20
"""Prices from floating point are kept to this fraction of a unit."""

SHORT = 64.0
"""What one unit of a floor not reached costs in the relaxation, against one unit of affinity."""

METHODS = (
    "use_dual_simplex: true",
    "use_dual_simplex: false",
    "use_dual_simplex: true use_preprocessing: false use_scaling: false",
)
"""Ways to solve, the fastest first."""

Floats = NDArray[np.float64]


class Unsolved(Exception):
    """The linear solver failed. There is no bound from it then; everything that is said rests on other bounds."""


def promising(frame: Frame, view: View, first: int) -> Bools:
    """The pairs of each proposal that lose least at some prices, and of the practitioners half as many."""
    active = np.zeros(view.loss.shape, np.bool_)
    groups = [(view.loss, first)]
    if not frame.plain:
        groups.append((np.where(frame.practitioner, view.loss, -NEVER), max(first // 2, 1)))
    for loss, wanted in groups:
        count = min(wanted, loss.shape[1])
        np.put_along_axis(active, np.argpartition(loss, count - 1, axis=1)[:, :count], True, 1)
    active &= ~frame.barred
    return active


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The solution of the relaxation over all pairs.

    Attributes:
        rows, columns: the pairs it looked at.
        share: how much of each it takes, 0 to 1.
        view: the proven bound and losses at its prices.
        short: by how much floors are missed in all, in units of the frame; more than nothing hints that no
            assignment reaches the floor.
        lacking: how many reviews, or practitioners, are missing in all; more than nothing hints that no assignment
            exists.
    """

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    share: Floats
    view: View
    prices: Prices
    short: float
    lacking: float


class Relaxation:
    """A linear model of a frame that grows by pairs and rules. Keep it to solve again with another floor.

    Args:
        frame: the problem.
        active: pairs to begin with.
    """

    counts_total = True
    """Whether the total is part of the aim."""

    def __init__(self, frame: Frame, active: Bools):
        self.frame = frame
        self.floor: int | None = None
        self.most = float(max(int(np.abs(frame.score).max()), 1))
        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        self._solver.SetSolverSpecificParametersAsString(METHODS[0])
        self._infinity = self._solver.infinity()
        self._solver.Objective().SetMaximization()
        self._active = np.zeros(frame.score.shape, np.bool_)
        self._pairs: list[tuple[int, int]] = []
        self._of_row: list[list[int]] = [[] for _ in frame.needs]
        self._variables: list[pywraplp.Variable] = []
        self._values: list[float] = []
        self._needs = [self._solver.Constraint(float(need), float(need)) for need in frame.needs]
        self._loads = [self._solver.Constraint(-self._infinity, float(load)) for load in frame.loads]
        self._countries: dict[tuple[int, int], pywraplp.Constraint] = {}
        self._practitioners: dict[int, pywraplp.Constraint] = {}
        self._floors: dict[int, pywraplp.Constraint] = {}
        self._short: dict[int, pywraplp.Variable] = {}
        self._lacking = [self._may_miss(rule) for rule in self._needs]
        self._add(active)
        self._add_likely_rules()

    def solve(self, floor: int | None = None) -> Relaxed:
        """The best fractional assignment; every proposal reaches `floor` (in units of the frame), if given.

        Raises:
            Unsolved: if the linear solver fails in every way.
        """
        self._set_floor(floor)
        while True:
            self._solve_model()
            # Read everything before the model changes: then the solver forgets.
            self._values = [variable.solution_value() for variable in self._variables]
            prices = self._prices()
            short = sum(variable.solution_value() for variable in self._short.values()) * self.most
            lacking = sum(variable.solution_value() for variable in self._lacking)
            share = self._share(np.array(self._values))
            if self._add_broken_rules(share):
                continue
            view = self._look(prices)
            if not self._add_missing(view):
                break
        pairs = np.array(self._pairs, np.intp).reshape(-1, 2)[: len(share)]
        return Relaxed(pairs[:, 0], pairs[:, 1], share, view, prices, short, lacking)

    def _solve_model(self) -> None:
        """Solve the model as it is; should the fast method fail in its rounding, from the start by a slower one."""
        status = self._solver.Solve()
        if status == pywraplp.Solver.OPTIMAL:
            return
        from_the_start = pywraplp.MPSolverParameters()
        from_the_start.SetIntegerParam(from_the_start.INCREMENTALITY, from_the_start.INCREMENTALITY_OFF)
        for method in METHODS:
            self._solver.SetSolverSpecificParametersAsString(method)
            status = self._solver.Solve(from_the_start)
            self._solver.SetSolverSpecificParametersAsString(METHODS[0])
            if status == pywraplp.Solver.OPTIMAL:
                return
        raise Unsolved(f"the linear solver ended with status {status}")

    def fractions(self) -> list[tuple[float, int, tuple[int, ...]]]:
        """What the last solution takes in part: how much, of which proposal, and which experts."""
        parts = zip(self._values, self._pairs, strict=False)
        return [(part, row, (column,)) for part, (row, column) in parts if 1e-6 < part < 1 - 1e-6]

    def settle(self, row: int, columns: tuple[int, ...], least: float, most: float) -> None:
        """Hold what `fractions` named between two shares: 1 and 1 settles it, 0 and 0 forbids it, 0 and 1 frees it."""
        self._variables[self._pairs.index((row, columns[0]))].SetBounds(least, most)

    def _share(self, share: Floats) -> Floats:
        """How much of each pair a solution takes."""
        return share

    def _look(self, prices: Prices) -> View:
        """What the prices prove."""
        return look(self.frame, prices, self.floor)

    def _add_missing(self, view: View) -> bool:
        """Add the pairs that the solver would take if it knew them; False if there are none."""
        # Such a pair belongs to a best choice at these prices: it has no loss.
        extra = (view.loss < SCALE // 2**10) & ~self._active
        if not extra.any():
            return False
        self._add(self._nearly(view, extra))
        return True

    def _add(self, active: Bools) -> None:
        solver, frame = self._solver, self.frame
        objective = solver.Objective()
        for row, column in np.argwhere(active).tolist():
            variable = solver.NumVar(0.0, 1.0, "")
            worth = float(frame.score[row, column]) / self.most
            aim = worth if self.counts_total else 0.0
            self._of_row[row].append(len(self._variables))
            self._pairs.append((row, column))
            self._variables.append(variable)
            objective.SetCoefficient(variable, aim)
            self._needs[row].SetCoefficient(variable, 1.0)
            self._loads[column].SetCoefficient(variable, 1.0)
            country = self._countries.get((row, int(frame.country[column])))
            if country is not None:
                country.SetCoefficient(variable, 1.0)
            if row in self._practitioners and frame.practitioner[column]:
                self._practitioners[row].SetCoefficient(variable, 1.0)
            if row in self._floors:
                self._floors[row].SetCoefficient(variable, worth)
        self._active |= active

    def _set_floor(self, floor: int | None) -> None:
        self.floor = floor
        for row, rule in self._floors.items():
            rule.SetLb(-self._infinity if floor is None else (floor - int(self.frame.base[row])) / self.most)

    def _nearly(self, view: View, extra: Bools) -> Bools:
        """The pairs that are needed and some that almost are, to be spared a few rounds."""
        outside = view.loss[~self._active]
        more = min(len(self.frame.needs), len(outside) - 1)
        limit = int(np.partition(outside, more)[more])
        return extra | ((view.loss < min(limit, -NEVER)) & ~self._active)

    def _add_likely_rules(self) -> None:
        """Add at once the rules that most solutions would break; one round of the solver each would take longer."""
        for row in np.flatnonzero(self.frame.wants).tolist():
            self._add_practitioner(row)
        if self.frame.by_country:
            pairs, places = np.array(self._pairs, np.intp).reshape(-1, 2), len(self.frame.starts)
            keys = np.bincount(pairs[:, 0] * places + self.frame.country[pairs[:, 1]])
            for key in np.flatnonzero(keys > 1).tolist():
                self._add_country(*divmod(key, places))

    def _add_broken_rules(self, share: Floats) -> bool:
        """Add every rule that the solution breaks and the model does not know yet."""
        before = len(self._countries) + len(self._practitioners) + len(self._floors)
        frame, pairs = self.frame, np.array(self._pairs, np.intp).reshape(-1, 2)
        rows, columns = pairs[:, 0], pairs[:, 1]
        if frame.by_country:
            keys = rows * len(frame.starts) + frame.country[columns]
            for key in np.flatnonzero(np.bincount(keys, weights=share) > 1 + 1e-6).tolist():
                self._add_country(*divmod(key, len(frame.starts)))
        if not frame.plain:
            present = np.bincount(rows, weights=share * frame.practitioner[columns], minlength=len(frame.needs))
            for row in np.flatnonzero(frame.wants & (present < 1 - 1e-6)).tolist():
                self._add_practitioner(row)
        if self.floor is not None:
            sums = np.bincount(rows, weights=share * frame.score[rows, columns], minlength=len(frame.needs))
            for row in np.flatnonzero(sums + frame.base < self.floor - 1e-6 * self.most).tolist():
                self._add_floor(row)
        return len(self._countries) + len(self._practitioners) + len(self._floors) > before

    def _add_country(self, row: int, country: int) -> None:
        if (row, country) in self._countries:
            return
        rule = self._solver.Constraint(-self._infinity, 1.0)
        for index in self._of_row[row]:
            if self.frame.country[self._pairs[index][1]] == country:
                rule.SetCoefficient(self._variables[index], 1.0)
        self._countries[row, country] = rule

    def _add_practitioner(self, row: int) -> None:
        if row in self._practitioners:
            return
        rule = self._solver.Constraint(1.0, self._infinity)
        for index in self._of_row[row]:
            if self.frame.practitioner[self._pairs[index][1]]:
                rule.SetCoefficient(self._variables[index], 1.0)
        self._practitioners[row] = rule
        self._lacking.append(self._may_miss(rule))

    def _add_floor(self, row: int) -> None:
        if row in self._floors or self.floor is None:
            return
        rule = self._solver.Constraint((self.floor - int(self.frame.base[row])) / self.most, self._infinity)
        for index in self._of_row[row]:
            rule.SetCoefficient(self._variables[index], float(self.frame.score[row, self._pairs[index][1]]) / self.most)
        self._floors[row], self._short[row] = rule, self._may_miss(rule)

    def _may_miss(self, rule: pywraplp.Constraint) -> pywraplp.Variable:
        """Let a rule be missed at a cost, so that there is a solution, and prices, at every step."""
        short = self._solver.NumVar(0.0, self._infinity, "")
        rule.SetCoefficient(short, 1.0)
        self._solver.Objective().SetCoefficient(short, -SHORT)
        return short

    def _prices(self) -> Prices:
        """The solver's prices in whole numbers, with the sign that the proof needs."""
        height = len(self.frame.needs)
        fine = self.most * SCALE
        expert = np.array([max(rule.dual_value(), 0.0) * fine for rule in self._loads])
        floor, practitioner = np.zeros(height), np.zeros(height)
        for row, rule in self._floors.items():
            floor[row] = max(-rule.dual_value(), 0.0) * SCALE
        for row, rule in self._practitioners.items():
            practitioner[row] = max(-rule.dual_value(), 0.0) * fine
        whole: list[Ints] = [np.rint(values).astype(np.int64) for values in (expert, floor, practitioner)]
        return Prices(SCALE if self.counts_total else 0, *whole)


class FloorsOnly(Relaxation):
    """The relaxation without the total: it asks only how far the worst-served proposal can be raised."""

    counts_total = False

    def highest_floor(self, ceiling: int, least: int) -> int:
        """A floor that no assignment exceeds, at or below `ceiling`, in units of the frame.

        If a floor cannot be reached even in fractions, the prices prove a lower one; this is repeated until nothing
        more can be proven.

        Args:
            ceiling: a floor that is known not to be exceeded.
            least: a floor that some assignment reaches.
        """
        while ceiling > least:
            relaxed = self.solve(ceiling)
            weight = sum(relaxed.prices.floor.tolist())
            if relaxed.short < 1e-6 * self.most or not weight:
                break
            lower = look(self.frame, relaxed.prices).paid // weight
            if lower >= ceiling:
                break
            ceiling = max(lower, least)
        return ceiling
