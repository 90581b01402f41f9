"""The engine against brute force on tiny problems, in every mode; and what it says when nothing works."""

from array import array
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanse.core.assignment import UNITS, Assignment, AssignmentProblem, Infeasible, bound_from_prices, check_assignment
from hanse.engines.assignment import explain, solve, solve_fair, solve_sum, solve_with_sides
from hanse.engines.assignment.frame import frame_of, look
from hanse.engines.assignment.linear import FloorsOnly, Relaxation, Unsolved, promising
from hanse.engines.assignment.sets import best_sets

MODES = [(country, practitioner, fair) for country in (False, True) for practitioner in (False, True)
         for fair in (False, True)]  # fmt: skip


@st.composite
def problems(draw: st.DrawFn, most_proposals: int = 4, most_experts: int = 6) -> AssignmentProblem:
    """Tiny problems, many of them tight or impossible; few different scores, so that ties abound."""
    height = draw(st.integers(1, most_proposals))
    width = draw(st.integers(1, most_experts))
    scores = st.one_of(st.integers(-2, 6).map(lambda n: n * UNITS // 4), st.integers(-UNITS, 3 * UNITS))
    pairs = height * width
    return AssignmentProblem(
        proposals=tuple(f"P{n}" for n in range(height)),
        experts=tuple(f"E{n}" for n in range(width)),
        per_proposal=draw(st.integers(1, min(3, width))),
        max_load=tuple(draw(st.lists(st.integers(0, height), min_size=width, max_size=width))),
        affinity=array("q", draw(st.lists(scores, min_size=pairs, max_size=pairs))),
        conflicts=bytes(draw(st.lists(st.sampled_from([0, 0, 0, 1]), min_size=pairs, max_size=pairs))),
        countries=tuple(draw(st.lists(st.sampled_from("ABCDE"), min_size=width, max_size=width))),
        practitioners=bytes(draw(st.lists(st.integers(0, 1), min_size=width, max_size=width))),
    )


def with_rules(problem: AssignmentProblem, country: bool, practitioner: bool) -> AssignmentProblem:
    return replace(problem, no_two_of_one_country=country, at_least_one_practitioner=practitioner)


def choices(problem: AssignmentProblem, proposal: int) -> Iterator[tuple[int, ...]]:
    """Every set of experts that the rules of one proposal allow."""
    for chosen in combinations(problem.allowed(proposal), problem.per_proposal):
        countries = {problem.countries[e] for e in chosen}
        if problem.no_two_of_one_country and len(countries) < len(chosen):
            continue
        if problem.at_least_one_practitioner and not any(problem.practitioners[e] for e in chosen):
            continue
        yield chosen


def best_by_trying(
    problem: AssignmentProblem, fair: bool, forced: tuple[int, int] | None = None
) -> tuple[int, int] | None:
    """The best (worst, total) if fair, else the best (0, total), by trying everything; None if nothing works."""
    options = [[c for c in choices(problem, p) if forced is None or p != forced[0] or forced[1] in c]
               for p in range(len(problem.proposals))]  # fmt: skip
    best: tuple[int, int] | None = None

    def extend(p: int, loads: list[int], total: int, worst: int) -> None:
        nonlocal best
        if p == len(options):
            reached = (worst if fair else 0, total)
            best = reached if best is None else max(best, reached)
            return
        for chosen in options[p]:
            if all(loads[e] < problem.max_load[e] for e in chosen):
                own = sum(problem.score(p, e) for e in chosen)
                after = [load + (e in chosen) for e, load in enumerate(loads)]
                extend(p + 1, after, total + own, min(worst, own))

    extend(0, [0] * len(problem.experts), 0, 10**15)
    return best


def figures(found: Assignment | Infeasible, fair: bool) -> tuple[int, int] | None:
    if isinstance(found, Infeasible):
        assert found.reasons
        assert found.proven
        return None
    assert found.optimal
    assert found.fair == fair
    return (found.worst if fair else 0, found.total)


@pytest.mark.parametrize(("country", "practitioner", "fair"), MODES)
@settings(max_examples=40, deadline=None)
@given(problem=problems())
def test_the_engine_finds_what_trying_everything_finds(
    country: bool, practitioner: bool, fair: bool, problem: AssignmentProblem
) -> None:
    problem = with_rules(problem, country, practitioner)
    found = solve(problem, fair=fair)
    assert figures(found, fair) == best_by_trying(problem, fair)
    if isinstance(found, Assignment):
        assert check_assignment(problem, found) == ()


@pytest.mark.parametrize(("country", "practitioner", "fair"), MODES)
@settings(max_examples=20, deadline=None)
@given(problem=problems(3, 5), data=st.data())
def test_what_a_pair_costs_is_what_trying_everything_says(
    country: bool, practitioner: bool, fair: bool, problem: AssignmentProblem, data: st.DataObject
) -> None:
    problem = with_rules(problem, country, practitioner)
    found = solve(problem, fair=fair)
    if isinstance(found, Infeasible):
        return
    pair = data.draw(st.integers(0, len(problem.proposals) - 1)), data.draw(st.integers(0, len(problem.experts) - 1))
    reason = explain(problem, found, *pair)
    assert reason.words
    forced = best_by_trying(problem, fair, pair)
    if reason.assigned:
        assert found.has(*pair)
    elif forced is None:
        assert reason.loss is None
    elif fair and forced[0] < found.worst:
        assert reason.loss is None
        assert any("worst-served proposal would fall" in words for words in reason.words)
    else:
        assert reason.loss == found.total - forced[1]


@settings(max_examples=40, deadline=None)
@given(problem=problems(), mode=st.sampled_from(MODES), data=st.data())
def test_the_order_of_the_rows_changes_nothing(
    problem: AssignmentProblem, mode: tuple[bool, bool, bool], data: st.DataObject
) -> None:
    country, practitioner, fair = mode
    problem = with_rules(problem, country, practitioner)
    rows = data.draw(st.permutations(range(len(problem.proposals))))
    columns = data.draw(st.permutations(range(len(problem.experts))))
    other = replace(
        problem,
        proposals=tuple(problem.proposals[p] for p in rows),
        experts=tuple(problem.experts[e] for e in columns),
        max_load=tuple(problem.max_load[e] for e in columns),
        affinity=array("q", [problem.score(p, e) for p in rows for e in columns]),
        conflicts=bytes(problem.conflict(p, e) for p in rows for e in columns),
        countries=tuple(problem.countries[e] for e in columns),
        practitioners=bytes(problem.practitioners[e] for e in columns),
    )
    assert pairs_of(problem, solve(problem, fair=fair)) == pairs_of(other, solve(other, fair=fair))


def pairs_of(problem: AssignmentProblem, found: Assignment | Infeasible) -> set[tuple[str, str]] | None:
    if isinstance(found, Infeasible):
        return None
    return {(problem.proposals[p], problem.experts[e]) for p, chosen in enumerate(found.experts_of) for e in chosen}


# --- middle-sized problems: too large to try everything, large enough for every branch ------------------------------


def invented(
    height: int, width: int, load: int, seed: int, *, steps: int = UNITS, per_proposal: int = 3, fields: int = 6
) -> AssignmentProblem:
    """Proposals and experts with fields of knowledge, some of them scarce, two per cent of conflicts."""
    chance = np.random.default_rng(seed)
    needs, knows = chance.dirichlet(np.full(fields, 0.3), height), chance.dirichlet(np.full(fields, 0.3), width)
    scores = np.rint(np.sqrt(needs @ knows.T) * steps).astype(np.int64) * (UNITS // steps)
    return AssignmentProblem(
        proposals=tuple(f"P{n:03}" for n in range(height)),
        experts=tuple(f"E{n:03}" for n in range(width)),
        per_proposal=per_proposal,
        max_load=(load,) * width,
        affinity=array("q", scores.tobytes()),
        conflicts=(chance.random(height * width) < 0.02).astype(np.uint8).tobytes(),
        countries=tuple(f"C{n}" for n in chance.integers(0, 12, width)),
        practitioners=(chance.random(width) < 0.4).astype(np.uint8).tobytes(),
    )


@pytest.mark.parametrize("steps", [1000, UNITS])
@pytest.mark.parametrize("load", [4, 6])
def test_the_prices_prove_the_highest_total_to_the_core(load: int, steps: int) -> None:
    problem = invented(60, 45, load, seed=load, steps=steps)
    found = solve_sum(problem)
    assert isinstance(found, Assignment)
    assert bound_from_prices(problem, found.prices) == found.total == found.total_bound
    assert check_assignment(problem, found) == ()


@pytest.mark.parametrize("load", [5, 7])
def test_side_rules_hold_and_are_never_better_than_doing_without(load: int) -> None:
    problem = with_rules(invented(60, 45, load, seed=load), True, True)
    found, free = solve_with_sides(problem), solve_sum(problem)
    assert isinstance(found, Assignment)
    assert isinstance(free, Assignment)
    assert check_assignment(problem, found) == ()
    assert found.gap < 0.001
    assert found.total <= free.total


@pytest.mark.parametrize(("load", "country"), [(4, False), (5, False), (5, True)])
def test_a_fair_assignment_serves_the_worst_served_better_and_stays_within_its_bounds(load: int, country: bool) -> None:
    problem = with_rules(invented(60, 45, load, seed=load), country, False)
    found, best = solve_fair(problem), solve(problem)
    assert isinstance(found, Assignment)
    assert isinstance(best, Assignment)
    assert check_assignment(problem, found) == ()
    assert found.worst_gap < 0.01
    assert found.gap < 0.001
    assert found.worst > best.worst
    assert found.total <= best.total


@pytest.mark.parametrize(
    ("height", "width", "fields", "seed", "country"),
    [
        (40, 30, 6, 0, True),
        (40, 30, 6, 11, False),
        (120, 90, 20, 5, False),
        (120, 90, 20, 5, True),
        (120, 90, 20, 7, True),  # here the linear solver's first two methods fail in their rounding
    ],
)
def test_tight_fair_problems_are_settled_by_search_and_proven(
    height: int, width: int, fields: int, seed: int, country: bool
) -> None:
    """Every review on offer is needed, and many proposals sit at the floor: fractions remain to be settled."""
    problem = with_rules(invented(height, width, 4, seed, steps=1000, fields=fields), country, False)
    found = solve_fair(problem)
    assert isinstance(found, Assignment)
    assert check_assignment(problem, found) == ()
    assert found.worst_gap == 0
    assert found.gap < 0.001


def test_without_the_linear_solver_there_is_still_an_answer_with_an_honest_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(self: Relaxation) -> None:
        raise Unsolved("as if the rounding had failed")

    problem = with_rules(invented(30, 25, 5, seed=9), True, True)
    proven, fair = solve(problem), solve_fair(problem)
    monkeypatch.setattr(Relaxation, "_solve_model", fail)
    found, found_fair = solve(problem), solve_fair(problem)
    for before, after in ((proven, found), (fair, found_fair)):
        assert isinstance(before, Assignment)
        assert isinstance(after, Assignment)
        assert check_assignment(problem, after) == ()
        assert after.total <= after.total_bound
    assert found.total <= proven.total <= found.total_bound  # type: ignore[union-attr]
    assert found_fair.worst <= fair.worst <= found_fair.worst_bound  # type: ignore[union-attr, operator]


def test_the_same_problem_gets_the_same_answer() -> None:
    problem = with_rules(invented(40, 30, 5, seed=3), True, True)
    assert solve(problem, fair=True) == solve(problem, fair=True)


def test_a_floor_that_no_mixture_reaches_is_lowered_by_proof() -> None:
    """Two proposals share the one good expert; alone each could reach 10, together no more than 5.5 on average."""
    problem = AssignmentProblem(
        ("P1", "P2"), ("E1", "E2"), 1, (1, 1), array("q", [10 * UNITS, UNITS, 10 * UNITS, UNITS]), bytes(4)
    )
    frame = frame_of(problem)
    every = np.ones((2, 2), np.bool_)
    assert FloorsOnly(frame, every).highest_floor(10 * UNITS // frame.unit, 0) * frame.unit == 5 * UNITS
    found = solve_fair(problem)
    assert isinstance(found, Assignment)
    assert (found.worst, found.worst_bound, found.optimal) == (UNITS, UNITS, True)


def test_a_relaxation_is_never_below_the_best_assignment() -> None:
    problem = with_rules(invented(30, 25, 5, seed=9), True, True)
    frame = frame_of(problem)
    nothing = look(frame, Relaxation(frame, ~frame.barred).solve().prices)
    relaxed = Relaxation(frame, promising(frame, nothing, 4)).solve()
    found = solve(problem)
    assert isinstance(found, Assignment)
    assert found.total <= relaxed.view.bound * frame.unit


@settings(max_examples=60, deadline=None)
@given(problem=problems(1, 7), floor=st.integers(-4, 12), prices=st.lists(st.integers(0, 20), min_size=7, max_size=7))
def test_the_sets_of_a_proposal_are_the_best_that_reach_the_floor(
    problem: AssignmentProblem, floor: int, prices: list[int]
) -> None:
    problem = with_rules(problem, True, False)
    frame = frame_of(problem)
    floor = floor * UNITS // 4 // frame.unit
    price = np.array(prices[: len(problem.experts)], np.int64)
    expected = []
    for chosen in combinations(np.flatnonzero(~frame.barred[0]).tolist(), problem.per_proposal):
        score = sum(int(frame.score[0, e]) for e in chosen)
        if score >= floor and len({int(frame.country[e]) for e in chosen}) == len(chosen):
            expected.append((score - int(price[list(chosen)].sum()), chosen))
    found = best_sets(frame, 0, price, 1, floor, 2**40, 1000)
    assert found.complete
    assert sorted(found.found) == sorted(expected)
    assert not expected or found.bound == max(expected)[0]


# --- nothing works -----------------------------------------------------------------------------------------------


def test_too_few_reviews_in_all_are_counted() -> None:
    problem = AssignmentProblem(("P1", "P2"), ("E1", "E2"), 2, (1, 2), array("q", bytes(32)), bytes(4))
    assert solve_sum(problem) == Infeasible(("the experts can take 3 reviews in all; 4 are needed",))


def test_proposals_that_compete_for_the_same_experts_are_named() -> None:
    free = [[1, 1, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]]
    problem = AssignmentProblem(
        ("P1", "P2", "P3", "P4"), ("E1", "E2", "E3", "E4"), 2, (1, 1, 9, 9), array("q", bytes(128)),
        bytes(1 - cell for row in free for cell in row),
    )  # fmt: skip
    found = solve_sum(problem)
    assert isinstance(found, Infeasible)
    (sentence,) = found.reasons
    assert "P1, P2" in sentence
    assert "E1, E2" in sentence


def test_too_few_practitioners_for_the_proposals_that_can_have_them_are_named() -> None:
    problem = AssignmentProblem(
        ("P1", "P2", "P3"), ("E1", "E2", "E3"), 1, (1, 3, 3), array("q", bytes(72)),
        bytes([0, 0, 1, 0, 0, 1, 0, 0, 0]), practitioners=b"\1\0\1", at_least_one_practitioner=True,
    )  # fmt: skip
    found = solve(problem)
    assert isinstance(found, Infeasible)
    (sentence,) = found.reasons
    assert "P1, P2 together need 2 reviews by practitioners" in sentence


def test_rules_that_only_together_leave_nothing_are_told_as_such() -> None:
    # The only practitioner shares the country of the only other choice.
    problem = AssignmentProblem(
        ("P1",), ("E1", "E2", "E3"), 2, (1, 1, 1), array("q", bytes(24)), b"\0\0\0",
        countries=("FR", "FR", "FR"), practitioners=b"\1\0\0", at_least_one_practitioner=True,
    )  # fmt: skip
    assert isinstance(solve(problem), Assignment)
    found = solve(replace(problem, no_two_of_one_country=True))
    assert isinstance(found, Infeasible)
    assert found.reasons == (
        "the experts for proposal P1 who are without a conflict come from only 1 country; 2 are needed",
    )


def test_every_order_of_equal_experts_gives_the_first_by_identifier() -> None:
    for order in permutations(("E1", "E2", "E3")):
        problem = AssignmentProblem(("P1",), order, 1, (1, 1, 1), array("q", [UNITS] * 3), bytes(3))
        found = solve(problem)
        assert isinstance(found, Assignment)
        reference = solve(replace(problem, experts=("E1", "E2", "E3")))
        assert pairs_of(problem, found) == pairs_of(replace(problem, experts=("E1", "E2", "E3")), reference)
