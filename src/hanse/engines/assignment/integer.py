"""From fractions to whole experts, with a proof of how good the result is.

The relaxation is nearly whole already. First its few fractions are settled one after the other, the relaxation
solved again in between: that gives an assignment. At the prices of the relaxation every pair has a loss: with it, no
assignment comes nearer to the bound than that. A pair whose loss is larger than the distance between the assignment
and the bound cannot be part of a better one. What remains is small, and an exact solver settles it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from hanse.engines.assignment.composed import ComposedRelaxation
from hanse.engines.assignment.frame import NEVER, Bools, Frame, View
from hanse.engines.assignment.linear import Relaxation, Relaxed, promising

MOST_DIVES = 60
"""Relaxations solved on the way to whole numbers before giving up."""

MOST_CHOICES = 60_000
"""Above this many pairs and sets the exact search would not end in useful time."""

MOST_SETS = 3_000
"""Sets of one proposal that the exact search looks at."""

EFFORT = 6.0
"""Work of the exact search in the solver's own measure, near to seconds; unlike seconds it gives the same answer
each time."""

Pairs = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Searched:
    """What an exact search came to; `complete` if nothing was left out and it ran to its end."""

    chosen: Pairs | None
    total: int
    bound: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Raised:
    """An assignment whose worst-served proposal is as high as was found, and a proven bound on that."""

    chosen: Pairs
    worst: int
    bound: int


@dataclass(frozen=True, slots=True)
class Whole:
    """The best assignment found, if any, and a proven bound on every assignment that reaches the floor."""

    chosen: Pairs | None
    total: int
    bound: int


def whole(relaxation: Relaxation, relaxed: Relaxed, effort: float = EFFORT) -> Whole:
    """Turn a relaxed solution into an assignment. The relaxation is used up.

    Args:
        relaxation: the model, which carries the floor.
        relaxed: its solution.
        effort: how much work the exact search may take.
    """
    bound = relaxed.view.bound
    if relaxed.lacking > 1e-6:
        return Whole(None, NEVER, bound)
    chosen = _already_whole(relaxation, relaxed) or _dive(relaxation)
    if chosen is None:
        return Whole(None, NEVER, bound)
    total = _total(relaxation.frame, chosen)
    if total >= bound:
        return Whole(chosen, total, total)
    return _exact(relaxation, relaxed, Whole(chosen, total, bound), effort)


def _total(frame: Frame, chosen: Pairs) -> int:
    return sum(int(frame.score[row, column]) for row, column in chosen) + int(frame.base.sum())


def _already_whole(relaxation: Relaxation, relaxed: Relaxed) -> Pairs | None:
    """The pairs of the relaxed solution, if none is shared out in fractions and none is missing."""
    if relaxed.lacking > 1e-6 or ((relaxed.share > 1e-6) & (relaxed.share < 1 - 1e-6)).any():
        return None
    taken = relaxed.share > 0.5
    pairs = list(zip(relaxed.rows[taken].tolist(), relaxed.columns[taken].tolist(), strict=True))
    return pairs if _reaches_floor(relaxation, pairs) else None


def _reaches_floor(relaxation: Relaxation, pairs: Pairs) -> bool:
    if relaxation.floor is None:
        return True
    sums = relaxation.frame.base.copy()
    for row, column in pairs:
        sums[row] += relaxation.frame.score[row, column]
    return bool(sums.min() >= relaxation.floor)


def _dive(relaxation: Relaxation) -> Pairs | None:
    """Settle fractions, the nearest to whole first, until none is left."""
    cautious = False
    for _ in range(MOST_DIVES):
        fractions = sorted(relaxation.fractions(), key=lambda part: (-part[0], part[1:]))
        if not fractions:
            return None
        batch = _one_each(part for part in fractions if part[0] > 0.5)[: max(len(fractions) // 4, 1)]
        batch = fractions[:1] if cautious or not batch else batch
        for _, row, columns in batch:
            relaxation.settle(row, columns, 1.0, 1.0)
        relaxed = relaxation.solve(relaxation.floor)
        if relaxed.lacking > 1e-6:
            # Too bold: take it back; if it was a single one, it cannot be.
            for _, row, columns in batch:
                relaxation.settle(row, columns, 0.0, 0.0 if len(batch) == 1 else 1.0)
            cautious = len(batch) > 1
            relaxed = relaxation.solve(relaxation.floor)
        else:
            cautious = False
        chosen = _already_whole(relaxation, relaxed)
        if chosen is not None:
            return chosen
    return None


def _one_each(parts: Iterable[tuple[float, int, tuple[int, ...]]]) -> list[tuple[float, int, tuple[int, ...]]]:
    first: dict[int, tuple[float, int, tuple[int, ...]]] = {}
    for part in parts:
        first.setdefault(part[1], part)
    return list(first.values())


def _exact(relaxation: Relaxation, relaxed: Relaxed, known: Whole, effort: float) -> Whole:
    """Search all pairs and sets that could be part of something better than what is known."""
    frame, scale = relaxation.frame, relaxed.prices.scale
    distance = (known.bound - known.total) * scale + scale
    model = _Model(frame, known)
    near = (relaxed.view.loss <= distance) & ~frame.barred
    if int(near.sum()) > MOST_CHOICES:
        return known
    by_sets: dict[int, list[tuple[int, ...]]] = {}
    if isinstance(relaxation, ComposedRelaxation):
        for row in range(len(frame.needs)):
            sets = relaxation.sets_near(row, relaxed.prices, distance, MOST_SETS)
            if sets is None:
                continue
            if not sets.complete:
                return known
            by_sets[row] = [columns for _, columns in sets.found]
    for row in range(len(frame.needs)):
        if row in by_sets:
            model.choose_among(row, by_sets[row])
        else:
            model.choose_from(row, np.flatnonzero(near[row]).tolist(), relaxation.floor)
    return model.solve(effort)


def search_all(frame: Frame, view: View, floor: int | None = None, effort: float = EFFORT) -> Searched:
    """Search without an assignment to start from: all pairs if they are few, else those that lose least."""
    active = _promising_or_all(frame, view)
    model = _Model(frame, Whole(None, NEVER, view.bound))
    for row in range(len(frame.needs)):
        model.choose_from(row, np.flatnonzero(active[row]).tolist(), floor)
    found = model.search(effort, view.bound)
    if (active | frame.barred).all():
        return found
    return Searched(found.chosen, found.total, view.bound, False)


def raise_worst(frame: Frame, view: View, known: Pairs, worst: int, ceiling: int, effort: float = EFFORT) -> Raised:
    """Raise the worst-served proposal between what is known to be reached and what is known not to be exceeded."""
    active = _promising_or_all(frame, view)
    model = _Model(frame, Whole(known, NEVER, NEVER))
    for row in range(len(frame.needs)):
        model.choose_from(row, np.flatnonzero(active[row]).tolist(), None)
    found = model.raise_worst(effort, worst, ceiling)
    if found is None:
        return Raised(known, worst, ceiling)
    return found if (active | frame.barred).all() else Raised(found.chosen, found.worst, ceiling)


def _promising_or_all(frame: Frame, view: View) -> Bools:
    if frame.score.size <= MOST_CHOICES:
        return ~frame.barred
    return promising(frame, view, max(MOST_CHOICES // (2 * len(frame.needs)), 4))


def _solver(effort: float) -> cp_model.CpSolver:
    """One worker, a fixed seed and an effort that is not measured in time: the same answer on every machine."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = effort
    return solver


class _Model:
    """The exact search: pairs for most proposals, whole sets for those that a floor binds."""

    def __init__(self, frame: Frame, known: Whole):
        self.frame, self.known = frame, known
        self.model = cp_model.CpModel()
        self.usual: dict[int, set[int]] = {}
        for row, column in known.chosen or []:
            self.usual.setdefault(row, set()).add(column)
        self.choices: list[tuple[cp_model.IntVar, int, tuple[int, ...]]] = []
        self.of_column: list[list[cp_model.IntVar]] = [[] for _ in frame.loads]

    def choose_among(self, row: int, sets: list[tuple[int, ...]]) -> None:
        """One of these sets for a proposal."""
        usual = tuple(sorted(self.usual.get(row, ())))
        self.model.add_exactly_one(
            [self._choice(row, columns, columns == usual) for columns in dict.fromkeys([*sets, usual])]
        )

    def choose_from(self, row: int, columns: list[int], floor: int | None) -> None:
        """Some of these experts for a proposal, within all its rules."""
        frame, usual = self.frame, self.usual.get(row, set())
        here = {column: self._choice(row, (column,), column in usual) for column in sorted({*columns, *usual})}
        self.model.add(sum(here.values()) == int(frame.needs[row]))
        if frame.by_country:
            countries: dict[int, list[cp_model.IntVar]] = {}
            for column, variable in here.items():
                countries.setdefault(int(frame.country[column]), []).append(variable)
            for variables in countries.values():
                self.model.add_at_most_one(variables)
        if frame.wants[row]:
            self.model.add_at_least_one([variable for column, variable in here.items() if frame.practitioner[column]])
        if floor is not None:
            own = sum(int(frame.score[row, column]) * variable for column, variable in here.items())
            self.model.add(own >= floor - int(frame.base[row]))

    def solve(self, effort: float) -> Whole:
        """The best assignment among the choices; the known one if nothing better was found."""
        self._keep_loads()
        base = int(self.frame.base.sum())
        worth = [sum(int(self.frame.score[row, c]) for c in columns) for _, row, columns in self.choices]
        total = cp_model.LinearExpr.weighted_sum([variable for variable, _, _ in self.choices], worth)
        self.model.add_linear_constraint(total, self.known.total - base, self.known.bound - base)
        self.model.maximize(total)
        solver = _solver(effort)
        status = solver.solve(self.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return self.known
        chosen = self.chosen(solver)
        best = _total(self.frame, chosen)
        # Whatever was left out of the search is not better than what was known.
        bound = max(best, int(np.floor(solver.best_objective_bound + 1e-6)) + base)
        return Whole(chosen, best, min(bound, self.known.bound))

    def search(self, effort: float, bound: int) -> Searched:
        """The best assignment among the choices, without one known before."""
        self._keep_loads()
        base = int(self.frame.base.sum())
        worth = [sum(int(self.frame.score[row, c]) for c in columns) for _, row, columns in self.choices]
        self.model.maximize(cp_model.LinearExpr.weighted_sum([variable for variable, _, _ in self.choices], worth))
        solver = _solver(effort)
        status = solver.solve(self.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Searched(None, NEVER, bound, status == cp_model.INFEASIBLE)
        chosen = self.chosen(solver)
        reached = int(np.floor(solver.best_objective_bound + 1e-6)) + base
        return Searched(chosen, _total(self.frame, chosen), reached, status == cp_model.OPTIMAL)

    def raise_worst(self, effort: float, least: int, ceiling: int) -> Raised | None:
        """The assignment among the choices with the highest worst-served proposal."""
        self._keep_loads()
        worst = self.model.new_int_var(least, ceiling, "")
        own: list[list[tuple[cp_model.IntVar, int]]] = [[] for _ in self.frame.needs]
        for variable, row, columns in self.choices:
            own[row].append((variable, sum(int(self.frame.score[row, column]) for column in columns)))
        for row, parts in enumerate(own):
            self.model.add(sum(worth * variable for variable, worth in parts) + int(self.frame.base[row]) >= worst)
        self.model.maximize(worst)
        solver = _solver(effort)
        if solver.solve(self.model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        bound = int(np.floor(solver.best_objective_bound + 1e-6))
        return Raised(self.chosen(solver), solver.value(worst), min(bound, ceiling))

    def chosen(self, solver: cp_model.CpSolver) -> Pairs:
        """The pairs of the solution."""
        return [
            (row, column) for variable, row, columns in self.choices if solver.value(variable) for column in columns
        ]

    def _keep_loads(self) -> None:
        for variables, load in zip(self.of_column, self.frame.loads.tolist(), strict=True):
            if len(variables) > load:
                self.model.add(sum(variables) <= load)

    def _choice(self, row: int, columns: tuple[int, ...], usual: bool) -> cp_model.IntVar:
        variable = self.model.new_bool_var("")
        self.model.add_hint(variable, usual)
        self.choices.append((variable, row, columns))
        for column in columns:
            self.of_column[column].append(variable)
        return variable
