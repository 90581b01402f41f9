"""The question of who evaluates what, the check of an answer, and the reasons."""

from array import array
from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.core.assignment import (
    UNITS,
    Assignment,
    AssignmentProblem,
    Infeasible,
    bound_from_prices,
    check_assignment,
    competing,
    dense,
    in_decimals,
    loss_by_exchange,
    shortages,
    sums_of,
    to_units,
    why_not,
)
from hanse.core.values.faults import Faulty


def problem_of(
    scores: list[list[int]],
    *,
    per_proposal: int = 1,
    max_load: tuple[int, ...] | None = None,
    conflicts: Iterable[tuple[int, int]] = (),
    countries: str = "",
    practitioners: Iterable[int] | None = None,
) -> AssignmentProblem:
    """A problem from a table of affinities in whole numbers; giving countries or practitioners turns the rule on."""
    height, width = len(scores), len(scores[0])
    barred = bytearray(height * width)
    for p, e in conflicts:
        barred[p * width + e] = 1
    return AssignmentProblem(
        proposals=tuple(f"P{n}" for n in range(1, height + 1)),
        experts=tuple(f"E{n}" for n in range(1, width + 1)),
        per_proposal=per_proposal,
        max_load=max_load or (1,) * width,
        affinity=array("q", [score * UNITS for row in scores for score in row]),
        conflicts=barred,
        countries=tuple(countries),
        practitioners=b"" if practitioners is None else bytes(e in practitioners for e in range(width)),
        no_two_of_one_country=bool(countries),
        at_least_one_practitioner=practitioners is not None,
    )


def answer_of(
    problem: AssignmentProblem, experts_of: tuple[tuple[int, ...], ...], prices: tuple[int, ...] = ()
) -> Assignment:
    sums = sums_of(problem, experts_of)
    return Assignment(experts_of, sum(sums), min(sums), sum(sums), prices=tuple(price * UNITS for price in prices))


def messages(problem: AssignmentProblem, assignment: Assignment) -> list[str]:
    return [str(fault) for fault in check_assignment(problem, assignment)]


# --- the question ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "units"), [("0.731", 731_000), ("1", UNITS), (" -0.5 ", -500_000), ("1e-6", 1), ("1000", 1000 * UNITS)]
)
def test_an_affinity_is_kept_exactly(written: str, units: int) -> None:
    assert to_units(written) == units


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("0.1234567", "has more than 6 decimal places; round it to 6 or fewer"),
        ("1,5", "is not a number; expected for example 0.731"),
        ("", "is not a number"),
        ("NaN", "is out of range; expected -1000 to 1000"),
        ("1000.1", "is out of range"),
    ],
)
def test_an_affinity_that_cannot_be_kept_exactly_is_refused(written: str, words: str) -> None:
    with pytest.raises(ValueError, match="'") as refused:
        to_units(written)
    assert words in str(refused.value)


@given(st.integers(-1000 * UNITS, 1000 * UNITS))
def test_units_are_written_as_they_are_read(units: int) -> None:
    assert to_units(in_decimals(units)) == units


def test_units_are_written_without_needless_zeros() -> None:
    assert [in_decimals(units) for units in (0, 1, 731_000, -1_500_000)] == ["0", "0.000001", "0.731", "-1.5"]


def test_flat_memory_holds_the_pairs_that_are_given_and_zeros() -> None:
    assert dense(2, 2, [(0, 1, 5), (1, 0, 7)]) == array("q", [0, 5, 7, 0])


def test_everything_wrong_with_a_problem_is_told_at_once() -> None:
    with pytest.raises(Faulty) as refused:
        AssignmentProblem(
            proposals=(), experts=("E1", "E1"), per_proposal=0, max_load=(-1,), affinity=array("q", [1]),
            conflicts=b"\0", no_two_of_one_country=True, at_least_one_practitioner=True,
        )  # fmt: skip
    assert [str(fault) for fault in refused.value.faults] == [
        "assignment: proposals: there are none; expected at least one",
        "assignment: experts: has an identifier twice; expected each once",
        "assignment: per_proposal: is 0; expected 1 or more",
        "assignment: max_load: has a negative number; expected 0 or more",
        "assignment: max_load: has 1 entries; expected 2",
        "assignment: affinity: has 1 entries; expected 0",
        "assignment: conflicts: has 1 entries; expected 0",
        "assignment: countries: has 0 entries; expected 2",
        "assignment: practitioners: has 0 entries; expected 2",
    ]


# --- the check -------------------------------------------------------------------------------------------------


def test_a_right_answer_has_no_faults() -> None:
    problem = problem_of([[3, 1], [2, 0]], countries="AB", practitioners=[0, 1])
    assert messages(problem, answer_of(problem, ((1,), (0,)))) == []


def test_an_answer_for_another_number_of_proposals_is_refused() -> None:
    problem = problem_of([[1, 2]])
    assert messages(problem, Assignment((), 0, 0, 0)) == ["assignment: covers 0 proposals; expected 1"]


def test_experts_that_do_not_exist_are_found() -> None:
    problem = problem_of([[1, 2]])
    expected = [
        "assignment: P1: names expert number 2; there are 2",
        "assignment: P1: names expert number -1; there are 2",
    ]
    assert messages(problem, Assignment(((2, -1),), 0, 0, 0)) == expected


def test_every_rule_is_checked() -> None:
    problem = problem_of(
        [[1, 1, 1], [1, 1, 1]],
        per_proposal=2,
        max_load=(1, 2, 2),
        conflicts=[(0, 0)],
        countries="AAB",
        practitioners=[2],
    )
    assert messages(problem, answer_of(problem, ((0, 1), (0, 0, 2)))) == [
        "assignment: P1: has E1, who has a conflict",
        "assignment: P1: has 2 experts of A; expected at most one",
        "assignment: P1: has no practitioner; expected at least one",
        "assignment: P2: has 3 experts; expected 2",
        "assignment: P2: has an expert twice",
        "assignment: P2: has 2 experts of A; expected at most one",
        "assignment: E1: has 3 proposals; expected at most 1",
    ]


def test_every_figure_is_counted_again() -> None:
    problem = problem_of([[3, 1], [2, 0]])
    told = replace(answer_of(problem, ((1,), (0,))), total=4 * UNITS, worst=2 * UNITS, worst_bound=UNITS)
    assert messages(problem, told) == [
        "assignment: total: is said to be 4; counted 3",
        "assignment: worst: is said to be 2; counted 1",
        "assignment: total_bound: is below the total; a bound cannot be",
        "assignment: worst_bound: is below the worst-served proposal; a bound cannot be",
    ]


def test_a_bound_that_its_prices_do_not_prove_is_found() -> None:
    problem = problem_of([[3, 1], [2, 0]])
    assert messages(problem, answer_of(problem, ((1,), (0,)), prices=(2, 0))) == []
    assert messages(problem, answer_of(problem, ((1,), (0,)), prices=(0, 0))) == [
        "assignment: total_bound: is said to be 3; the prices prove 5"
    ]


def test_gaps_are_shares_of_what_is_possible() -> None:
    reached = Assignment(((0,),), total=90, worst=40, total_bound=100, fair=True, worst_bound=50)
    assert (str(reached.gap), str(reached.worst_gap), reached.optimal) == ("1/10", "1/5", False)
    proven = replace(reached, total_bound=90, worst_bound=None)
    assert (str(proven.gap), str(proven.worst_gap), proven.optimal) == ("0", "0", True)
    assert not replace(proven, worst_bound=41).optimal


def test_a_negative_price_or_an_empty_choice_proves_nothing() -> None:
    problem = problem_of([[3, 1]], conflicts=[(0, 0), (0, 1)])
    with pytest.raises(ValueError, match="a price is negative"):
        bound_from_prices(problem, (-1, 0))
    with pytest.raises(ValueError, match="P1 has too few experts to choose from"):
        bound_from_prices(problem, (0, 0))
    with pytest.raises(ValueError, match="P1 has no practitioner to choose from"):
        bound_from_prices(problem_of([[3, 1]], practitioners=[]), (0, 0))


@st.composite
def tiny(draw: st.DrawFn, *, side_rules: bool) -> AssignmentProblem:
    """One to three proposals, two to five experts."""
    height, width = draw(st.integers(1, 3)), draw(st.integers(2, 5))
    scores = draw(
        st.lists(st.lists(st.integers(-2, 9), min_size=width, max_size=width), min_size=height, max_size=height)
    )
    experts = st.integers(0, width - 1)
    return problem_of(
        scores,
        per_proposal=draw(st.integers(1, 2)),
        max_load=tuple(draw(st.lists(st.integers(0, 3), min_size=width, max_size=width))),
        conflicts=draw(st.sets(st.tuples(st.integers(0, height - 1), experts), max_size=2)),
        countries="".join(draw(st.lists(st.sampled_from("ABCD"), min_size=width, max_size=width)))
        if side_rules and draw(st.booleans())
        else "",
        practitioners=draw(st.sets(experts, min_size=1)) if side_rules and draw(st.booleans()) else None,
    )


def every_answer(problem: AssignmentProblem) -> list[Assignment]:
    """All assignments that respect the problem, the best first."""
    sets = [list(combinations(range(len(problem.experts)), problem.per_proposal))] * len(problem.proposals)
    all_of_them = (answer_of(problem, chosen) for chosen in product(*sets))
    good = [one for one in all_of_them if not check_assignment(problem, one)]
    return sorted(good, key=lambda one: -one.total)


@given(tiny(side_rules=True), st.lists(st.integers(0, 5), min_size=5, max_size=5))
def test_no_assignment_exceeds_what_prices_prove_whatever_the_prices(
    problem: AssignmentProblem, prices: list[int]
) -> None:
    answers = every_answer(problem)
    if answers:
        assert answers[0].total <= bound_from_prices(
            problem, [price * UNITS for price in prices[: len(problem.experts)]]
        )


@pytest.mark.parametrize(
    ("countries", "practitioners", "bound"),
    [("", None, 17), ("AABC", None, 15), ("", [3], 11), ("AABC", [1, 3], 14), ("AABC", [3], 11), ("", [0], 17)],
)
def test_the_best_choice_of_one_proposal_respects_its_side_rules(
    countries: str, practitioners: list[int] | None, bound: int
) -> None:
    problem = problem_of([[9, 8, 6, 2]], per_proposal=2, countries=countries, practitioners=practitioners)
    assert bound_from_prices(problem, (0, 0, 0, 0)) == bound * UNITS == every_answer(problem)[0].total


# --- nothing works ---------------------------------------------------------------------------------------------


def test_what_is_missing_at_first_sight_is_told_all_at_once() -> None:
    problem = problem_of(
        [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
        per_proposal=2,
        max_load=(1, 3, 0),
        conflicts=[(0, 1), (1, 0)],
        countries="AAB",
        practitioners=[0],
    )
    assert shortages(problem) == (
        "the experts can take 4 reviews in all; 6 are needed",
        "the practitioners can take 1 review in all; 3 proposals need one each",
        "proposal P1 has only 1 expert without a conflict and with room; 2 are needed",
        "proposal P2 has only 1 expert without a conflict and with room; 2 are needed",
        "proposal P2 has no practitioner without a conflict and with room; one is needed",
        "the experts for proposal P3 who are without a conflict and with room come from only 1 country; 2 are needed",
    )


def test_nothing_is_missing_where_nothing_is() -> None:
    assert shortages(problem_of([[1, 1], [1, 1]], countries="AB", practitioners=[0, 1])) == ()
    assert shortages(problem_of([[1, 1], [1, 1]])) == ()


def test_a_proposal_with_too_few_experts_is_told_with_the_figures() -> None:
    problem = problem_of([[1, 1, 1]], per_proposal=3, conflicts=[(0, 0)])
    assert shortages(problem) == ("proposal P1 has only 2 experts without a conflict; 3 are needed",)


def test_proposals_that_compete_are_told_with_the_figures() -> None:
    problem = problem_of([[1, 1, 1], [1, 1, 1]], per_proposal=2, conflicts=[(1, 2)])
    assert competing(problem, [0, 1], [0, 1]) == (
        "the proposals P1, P2 together need 4 reviews; E1, E2 can give at most 2 within their loads and "
        "the other experts without a conflict at most 1"
    )
    assert competing(problem, [0, 1], [0, 1, 2]) == (
        "the proposals P1, P2 together need 4 reviews; only E1, E2, E3 can give at most 3 within their loads, "
        "and nobody else is free to"
    )


def test_of_the_others_a_country_counts_once() -> None:
    problem = problem_of([[1, 1, 1, 1]], per_proposal=3, countries="ABBC", conflicts=[(0, 3)])
    assert "the other experts without a conflict at most 1" in competing(problem, [0], [0])


def test_practitioners_are_counted_by_themselves() -> None:
    problem = problem_of([[1, 1, 1]] * 3, max_load=(1, 9, 9), conflicts=[(0, 2), (1, 2)], practitioners=[0, 2])
    assert competing(problem, [0, 1], [0], practitioners_only=True) == (
        "the proposals P1, P2 together need 2 reviews by practitioners; only E1 can give at most 1 within their loads, "
        "and nobody else is free to"
    )


def test_a_long_list_of_names_is_cut_and_a_false_claim_is_refused() -> None:
    problem = problem_of([[1]] * 10)
    assert "P1, P2, P3, P4, P5, P6, P7, P8 and 2 more together need 10 reviews; only E1" in competing(
        problem, range(10), [0]
    )
    assert "nobody can give" in competing(problem_of([[1]], conflicts=[(0, 0)]), [0], [])
    with pytest.raises(ValueError, match="need 1 reviews and can get 1"):
        competing(problem_of([[1]]), [0], [0])


# --- why not ---------------------------------------------------------------------------------------------------


def test_an_expert_on_the_proposal_is_said_to_be() -> None:
    problem = problem_of([[3, 1]])
    reason = why_not(problem, answer_of(problem, ((0,),), prices=(0, 0)), 0, 0)
    assert (reason.assigned, reason.words, reason.loss) == (True, ("E1 is on P1, with an affinity of 3",), 0)


def test_a_conflict_and_a_load_of_nothing_are_the_reason() -> None:
    problem = problem_of([[1, 3, 4, 5]], max_load=(1, 1, 1, 0), conflicts=[(0, 1), (0, 2)])
    problem = replace(problem, conflict_reasons={(0, 2): "same employer"})
    chosen = answer_of(problem, ((0,),))
    assert why_not(problem, chosen, 0, 1).words == ("E2 has a conflict with P1",)
    assert why_not(problem, chosen, 0, 2).words == ("E3 has a conflict with P1: same employer",)
    assert why_not(problem, chosen, 0, 3).words == ("E4 takes no proposals: the load allowed is 0",)


def test_the_cost_of_an_exchange_is_told() -> None:
    problem = problem_of([[5, 4], [5, 1]])
    reason = why_not(problem, answer_of(problem, ((1,), (0,)), prices=(4, 0)), 0, 0)
    assert reason.loss == 3 * UNITS
    assert reason.words == (
        "E1 has an affinity of 5 with P1",
        "E1 has the most proposals allowed already (1); one of them would have to go to others",
        "having E1 on P1 would lower the total by 3, after the best exchanges",
    )


def test_a_pair_that_costs_nothing_is_told_as_such() -> None:
    problem = problem_of([[5, 5]])
    reason = why_not(problem, answer_of(problem, ((0,),), prices=(0, 0)), 0, 1)
    assert reason.words[-1] == "having E2 on P1 would cost nothing: an assignment with the pair is equally good"


def test_a_pair_that_nothing_makes_room_for_is_told() -> None:
    problem = problem_of([[1, 1], [1, 1]], conflicts=[(0, 0)])
    problem = replace(problem, conflicts=bytes([0, 0, 0, 1]))
    reason = why_not(problem, answer_of(problem, ((1,), (0,)), prices=(0, 0)), 0, 0)
    assert reason.loss is None
    assert reason.words[-1] == "nothing can be exchanged so that P1 gets E1: no assignment has this pair"


@given(tiny(side_rules=False), st.integers(0, 2), st.integers(0, 4))
def test_the_cheapest_exchange_is_what_trying_everything_says(problem: AssignmentProblem, p: int, e: int) -> None:
    answers = every_answer(problem)
    p, e = p % len(problem.proposals), e % len(problem.experts)
    if not answers:
        return
    prices = proving_prices(problem, answers[0])
    best = replace(answers[0], prices=prices)
    if best.has(p, e) or problem.conflict(p, e) or not problem.max_load[e]:
        assert why_not(problem, best, p, e).loss in (None, 0)
        return
    with_pair = [one.total for one in answers if one.has(p, e)]
    expected = best.total - max(with_pair) if with_pair else None
    assert loss_by_exchange(problem, best, p, e) == expected


def test_a_chain_of_exchanges_is_followed_to_its_end_the_cheapest_way() -> None:
    # E1 gives P2 to E3 (1), who gives P4 to E2 (1), who gives P5 to E4 (9); the straight ways cost more.
    scores = [[10, 0, 0, 10], [10, 5, 9, 0], [10, 4, 0, 0], [0, 9, 10, 0], [0, 10, 0, 1]]
    problem = problem_of(scores, max_load=(2, 1, 1, 1), conflicts=[(2, 3), (1, 3)])
    best = answer_of(problem, ((3,), (0,), (0,), (2,), (1,)), prices=(0, 0, 0, 0))
    assert loss_by_exchange(problem, best, 0, 0) == 11 * UNITS


def proving_prices(problem: AssignmentProblem, best: Assignment) -> tuple[int, ...]:
    """Prices that prove an optimum: raise each until nobody wants to exchange; ends because it is an optimum."""
    prices = [0] * len(problem.experts)
    while True:
        before = list(prices)
        for p, chosen in enumerate(best.experts_of):
            least = min(problem.score(p, e) - prices[e] for e in chosen)
            for e in set(problem.allowed(p)) - set(chosen):
                prices[e] = max(prices[e], problem.score(p, e) - least)
        if prices == before:
            return tuple(prices)


@pytest.mark.parametrize(
    ("problem", "fair", "prices", "words"),
    [
        (problem_of([[1, 2]], countries="AB"), False, (0, 0), "with fairness or side rules"),
        (problem_of([[1, 2]], practitioners=[0, 1]), False, (0, 0), "with fairness or side rules"),
        (problem_of([[1, 2]]), True, (0, 0), "with fairness or side rules"),
        (problem_of([[1, 2]]), False, (), "no prices that prove it"),
        (problem_of([[1, 2]]), False, (2, 2), "no prices that prove it"),
    ],
)
def test_an_exchange_is_not_reckoned_where_it_would_be_wrong(
    problem: AssignmentProblem, fair: bool, prices: tuple[int, ...], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        loss_by_exchange(problem, replace(answer_of(problem, ((1,),), prices), fair=fair), 0, 0)


SIDES = problem_of([[5, 4, 3]], per_proposal=2, countries="AAB", practitioners=[2])


def test_side_rules_in_the_way_are_named() -> None:
    chosen = answer_of(SIDES, ((0, 2),))
    reason = why_not(SIDES, chosen, 0, 1, with_pair=answer_of(SIDES, ((1, 2),)))
    assert reason.loss == UNITS
    assert reason.words == (
        "E2 has an affinity of 4 with P1",
        "E1 on the proposal is of A too and would have to go",
        "E3 is the only practitioner on the proposal: he or she stays, or another has to come",
        "having E2 on P1 would lower the total by 1, after the best exchanges",
    )


def test_rules_that_do_not_stand_in_the_way_are_not_named() -> None:
    problem = problem_of([[5, 4, 3, 2]], per_proposal=2, countries="ABCD", practitioners=[0, 1, 2])
    chosen = answer_of(problem, ((0, 1),))
    assert why_not(problem, chosen, 0, 2, answer_of(problem, ((0, 2),))).words[1:] == (
        "having E3 on P1 would lower the total by 1, after the best exchanges",
    )
    assert len(why_not(problem, chosen, 0, 3, answer_of(problem, ((0, 3),))).words) == 2


def test_a_pair_that_no_assignment_has_comes_with_what_is_missing() -> None:
    chosen = answer_of(SIDES, ((0, 2),))
    proven = why_not(SIDES, chosen, 0, 1, with_pair=Infeasible(("a reason",)))
    assert proven.words[-2:] == ("no assignment has this pair", "a reason")
    searched = why_not(SIDES, chosen, 0, 1, with_pair=Infeasible(("a reason",), proven=False))
    assert searched.words[-2:] == ("no assignment with this pair was found", "a reason")


def test_a_cost_that_is_not_proven_is_told_by_its_limits() -> None:
    problem = problem_of([[5, 4]])
    chosen = replace(answer_of(problem, ((0,),)), total_bound=6 * UNITS)
    reason = why_not(problem, chosen, 0, 1, with_pair=answer_of(problem, ((1,),)))
    assert reason.loss is None
    assert reason.words[-1] == "with the pair, the best total would be lower by 1 to 2"


def test_a_pair_that_makes_the_worst_served_proposal_fall_is_told_so() -> None:
    problem = problem_of([[5, 4]])
    chosen = replace(answer_of(problem, ((0,),)), fair=True, worst_bound=5 * UNITS)
    other = replace(answer_of(problem, ((1,),)), fair=True, worst_bound=4 * UNITS)
    words = "with the pair, the worst-served proposal would fall from 5 to 4"
    assert why_not(problem, chosen, 0, 1, with_pair=other).words[-1] == words
    unsure = why_not(problem, chosen, 0, 1, with_pair=replace(other, worst_bound=5 * UNITS))
    assert unsure.words[-2:] == (words, "this is the best that was found, not proven to be the best there is")
