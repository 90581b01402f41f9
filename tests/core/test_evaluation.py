"""Points, thresholds, disagreement and conflicts: exact, all faults at once, and unknown is never a pass."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cast import consortium, of_members, organisation

from hanse.core.call import Award, AwardCriterion
from hanse.core.consortium import Role
from hanse.core.evaluation import (
    Conflict,
    ConflictKind,
    Expert,
    Score,
    Severity,
    ThresholdBasis,
    Yardstick,
    check_scores,
    conflicts,
    judge,
    propose_consensus,
    spread,
)
from hanse.core.values.citation import Stated
from hanse.core.values.faults import Faulty
from hanse.core.values.unknown import NOT_STATED, Maybe, Unknown

D = Decimal
TEN, HALF = D(10), D("0.5")


def horizon(
    *,
    thresholds: Sequence[Maybe[Decimal]] = (D(3), D(3), D(3)),
    overall: Maybe[Decimal] = TEN,
    step: Maybe[Decimal] = HALF,
    weights: Sequence[Decimal] = (D(1), D("1.5"), D(1)),
) -> Award:
    """Three criteria of 0 to 5 points, 3 to pass each, 10 of 15 in all; Impact counts one and a half for the order."""
    titles = ("Excellence", "Impact", "Implementation")
    criteria = tuple(
        AwardCriterion(title.lower(), title, D(5), threshold, weight)
        for title, threshold, weight in zip(titles, thresholds, weights, strict=True)
    )
    return Award(Stated(criteria), Stated(overall), Stated(step))


def points(*given: str) -> dict[str, Decimal]:
    """Points on Excellence, Impact and Implementation."""
    return dict(zip(("excellence", "impact", "implementation"), map(D, given), strict=True))


def scores(expert: str, *given: str, proposal: str = "blue") -> list[Score]:
    """The report of one expert."""
    return [Score(proposal, id, number, expert) for id, number in points(*given).items()]


# --- points ----------------------------------------------------------------------------------------------------


def test_weights_count_for_the_order_and_by_default_not_for_the_threshold() -> None:
    judged = judge(horizon(), points("3", "4", "3"))
    assert (judged.total, judged.unweighted, judged.passed, judged.reasons) == (D("12.0"), D(10), True, ())
    assert judge(horizon(), points("3", "3.5", "3")).passed is False


def test_a_call_may_hold_the_overall_threshold_against_the_weighted_total() -> None:
    given = points("3", "3.5", "3")
    unweighted = judge(horizon(), given)
    assert unweighted.reasons == ("Points in all (unweighted total): 9.5, below the overall threshold of 10.",)
    weighted = judge(horizon(overall=D("11.5")), given, ThresholdBasis.WEIGHTED)
    assert weighted.total == D("11.25")
    assert weighted.reasons == ("Points in all (weighted total): 11.25, below the overall threshold of 11.5.",)
    assert judge(horizon(), given, ThresholdBasis.WEIGHTED).passed is True


@pytest.mark.parametrize(
    ("given", "passed", "reasons"),
    [
        (("3", "3", "4"), True, ()),
        (("2.5", "5", "5"), False, ("Points on Excellence: 2.5, below its threshold of 3.",)),
        (
            ("0", "2.5", "3"),
            False,
            (
                "Points on Excellence: 0, below its threshold of 3.",
                "Points on Impact: 2.5, below its threshold of 3.",
                "Points in all: 5.5, below the overall threshold of 10.",
            ),
        ),
    ],
)
def test_each_threshold_must_be_reached_and_every_one_missed_is_named(
    given: tuple[str, str, str], passed: bool, reasons: tuple[str, ...]
) -> None:
    judged = judge(horizon(weights=(D(1), D(1), D(1))), points(*given))
    assert judged.passed is passed
    assert judged.reasons == reasons


def test_a_threshold_that_is_not_stated_leaves_the_outcome_unknown_unless_another_is_missed() -> None:
    silent = horizon(thresholds=(D(3), NOT_STATED, D(3)), overall=NOT_STATED)
    judged = judge(silent, points("4", "0", "4"))
    assert judged.passed == Unknown("The threshold of Impact is not stated. The overall threshold is not stated.")
    assert judged.reasons == ("The threshold of Impact is not stated.", "The overall threshold is not stated.")
    assert judged.total == 8
    assert judge(silent, points("2", "5", "5")).passed is False


def test_unknown_criteria_make_everything_unknown() -> None:
    gap = Unknown("award criteria of 2020")
    judged = judge(Award(criteria=Stated(gap)), points("5", "5", "5"))
    assert (judged.total, judged.unweighted, judged.passed) == (gap, gap, gap)
    assert judged.reasons == ("The award criteria are not stated.",)
    [fault] = check_scores(Award(criteria=Stated(gap)), scores("", "5", "5", "5"))
    assert str(fault) == "award: criteria: are not known; without them no points can be judged"


def test_every_fault_of_a_report_is_told_at_once() -> None:
    with pytest.raises(Faulty) as wrong:
        judge(horizon(), {"excellence": D("5.5"), "impact": D("-1"), "charm": D(3)})
    assert [str(fault) for fault in wrong.value.faults] == [
        "points: excellence: 5.5 is more than can be given; expected at most 5",
        "points: impact: -1 is negative; expected 0 to 5",
        "points: charm: is not a criterion of the call; expected one of excellence, impact, implementation",
        "points: implementation: is not scored",
    ]


def test_a_missing_criterion_is_told_when_nothing_else_is_wrong() -> None:
    with pytest.raises(Faulty, match=r"^points: impact: is not scored$"):
        judge(horizon(), {"excellence": D(3), "implementation": D(3)})


def test_one_yardstick_measures_many_reports_alike() -> None:
    yardstick = Yardstick(horizon(), ThresholdBasis.UNWEIGHTED)
    first, second = (yardstick.measure(points("3", "3", written)) for written in ("3", "3.0"))
    assert first is not None
    assert first == second
    assert first.reasons == ("Points in all (unweighted total): 9, below the overall threshold of 10.",)
    assert yardstick.points(first.total) == D("10.5")


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("NaN", "NaN is not a number of points"),
        ("Infinity", "Infinity is not a number of points"),
        ("-0", "-0 is negative; expected 0 to 5"),
        ("3.3", "3.3 is not a multiple of 0.5; points are given in that step"),
        ("1.0000001", "1.0000001 has more than 6 decimal places"),
    ],
)
def test_points_that_cannot_be_given_are_refused(written: str, what: str) -> None:
    [fault] = check_scores(horizon(), scores("tomas", "3", written, "3"))
    assert str(fault) == f"proposal blue, expert tomas: impact: {what}"


@pytest.mark.parametrize("step", [NOT_STATED, D(0)])
def test_without_a_step_any_points_within_the_range_can_be_given(step: Maybe[Decimal]) -> None:
    assert judge(horizon(step=step), points("3.123456", "4", "3")).unweighted == D("10.123456")


def test_a_criterion_scored_twice_and_one_not_scored_are_both_told_of_each_report() -> None:
    doubled = [*scores("elena", "3", "3", "3"), Score("blue", "impact", D(4), "elena"), Score("blue", "impact", D(2))]
    assert [str(fault) for fault in check_scores(horizon(), doubled)] == [
        "proposal blue, expert elena: impact: is scored twice",
        "proposal blue: excellence: is not scored",
        "proposal blue: implementation: is not scored",
    ]


@given(
    st.lists(st.integers(0, 5_000_000), min_size=3, max_size=3),
    st.lists(st.decimals(0, 9, places=4), min_size=3, max_size=3),
)
def test_totals_are_exact(units: list[int], weights: list[Decimal]) -> None:
    given = {id: D(count) / 1_000_000 for id, count in zip(points("0", "0", "0"), units, strict=True)}
    judged = judge(horizon(step=NOT_STATED, weights=weights), given)
    assert isinstance(judged.total, Decimal)
    expected = sum((Fraction(p) * Fraction(w) for p, w in zip(given.values(), weights, strict=True)), Fraction(0))
    assert Fraction(judged.total) == expected
    assert Fraction(judged.unweighted) == Fraction(sum(units), 1_000_000)  # type: ignore[arg-type]


# --- consensus -------------------------------------------------------------------------------------------------


def test_spread_shows_first_where_the_experts_are_furthest_apart() -> None:
    reports = [*scores("elena", "4", "1", "3"), *scores("tomas", "4.5", "5", "3"), *scores("piet", "4", "4", "3")]
    found = spread(horizon(), reports)
    assert [(each.criterion, each.apart, each.share) for each in found] == [
        ("impact", D(4), Fraction(4, 5)),
        ("excellence", D("0.5"), Fraction(1, 10)),
        ("implementation", D(0), Fraction(0)),
    ]
    assert found[0].by_expert == (("elena", D(1)), ("piet", D(4)), ("tomas", D(5)))


def test_a_criterion_that_gives_no_points_has_no_spread() -> None:
    empty = Award(Stated((AwardCriterion("charm", "Charm", D(0)),)))
    [found] = spread(empty, [Score("blue", "charm", D(0), "elena")])
    assert found.share == 0


def test_a_consensus_is_proposed_as_median_and_mean_and_says_when_the_median_cannot_be_given() -> None:
    reports = [*scores("elena", "4", "1", "3"), *scores("tomas", "4.5", "5", "3")]
    proposed = {each.criterion: each for each in propose_consensus(horizon(), reports)}
    assert proposed["excellence"].median == D("4.25")
    assert not proposed["excellence"].median_can_be_given
    assert (proposed["impact"].median, proposed["impact"].median_can_be_given) == (D(3), True)
    three = propose_consensus(horizon(), [*reports, *scores("piet", "4", "4", "3")])[1]
    assert (three.criterion, three.reports, three.median, three.mean) == ("impact", 3, D(4), Fraction(10, 3))


def test_proposals_are_kept_apart_and_come_in_order() -> None:
    reports = [*scores("elena", "4", "4", "4", proposal="red"), *scores("elena", "3", "3", "3")]
    assert [each.proposal for each in propose_consensus(horizon(), reports)] == ["blue"] * 3 + ["red"] * 3
    assert [each.proposal for each in spread(horizon(), reports)] == ["blue"] * 3 + ["red"] * 3


def test_no_consensus_is_proposed_from_faulty_reports() -> None:
    for ask in (spread, propose_consensus):
        with pytest.raises(Faulty, match="proposal blue, expert elena: impact: 6 is more than can be given"):
            ask(horizon(), scores("elena", "4", "6", "4"))


@given(st.lists(st.integers(0, 10), min_size=1, max_size=7), st.randoms())
def test_a_proposed_consensus_lies_between_the_experts_whatever_their_order(halves: list[int], chance: object) -> None:
    reports = [score for n, half in enumerate(halves) for score in scores(f"e{n}", "3", str(D(half) / 2), "3")]
    shuffled = list(reports)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    proposed = propose_consensus(horizon(), shuffled)
    assert proposed == propose_consensus(horizon(), reports)
    impact = proposed[1]
    lowest, highest = Fraction(min(halves), 2), Fraction(max(halves), 2)
    assert lowest <= Fraction(impact.median) <= highest
    assert lowest <= impact.mean <= highest
    assert spread(horizon(), shuffled) == spread(horizon(), reports)


# --- conflicts -------------------------------------------------------------------------------------------------


def found(expert: Expert, *countries: str, parents: dict[str, str] | None = None) -> list[tuple[str, str, str]]:
    """Conflicts with a proposal `blue` of the cluster organisations of these countries, in short."""
    list_ = conflicts(expert, "blue", consortium(*(countries or ("IT", "DE", "RS"))), parents or {})
    assert all((each.expert, each.proposal) == (expert.id, "blue") for each in list_)
    return [(each.kind.value, each.severity.value, each.reason) for each in list_]


def test_an_expert_without_ties_has_no_conflict() -> None:
    assert found(Expert("tomas", frozenset({"faros"})), parents={"faros": "aegean", "lanterna": "liguria"}) == []


@pytest.mark.parametrize("own", ["lanterna", "lanterna-body"])
def test_the_own_organisation_is_found_by_its_id_or_its_legal_entity(own: str) -> None:
    reason = "Lanterna Marine Cluster is the expert's own organisation."
    assert found(Expert("elena", frozenset({own}))) == [("own_organisation", "hard", reason)]


def test_whoever_takes_part_counts_in_any_role_and_with_any_gap() -> None:
    shy = of_members(organisation("IT"), organisation("DE", legal_entity=Unknown("?")), role=Role.ASSOCIATED_PARTNER)
    [conflict] = conflicts(Expert("elena", frozenset({"salzspeicher"})), "blue", shy, {})
    assert conflict.kind is ConflictKind.OWN_ORGANISATION


@pytest.mark.parametrize(
    "parents",
    [
        pytest.param({"faros": "holding", "salzspeicher-body": "holding"}, id="two daughters"),
        pytest.param({"faros": "salzspeicher"}, id="the member owns the expert's"),
        pytest.param({"salzspeicher": "middle", "middle": "faros"}, id="the expert's owns the member"),
        pytest.param({"faros": "a", "a": "b", "b": "faros", "salzspeicher": "b"}, id="a circle of ownership"),
    ],
)
def test_a_group_is_found_up_and_down_the_chain_of_owners(parents: dict[str, str]) -> None:
    [(kind, severity, reason)] = found(Expert("elena", frozenset({"faros"})), parents=parents)
    assert (kind, severity) == ("same_group", "hard")
    assert reason.startswith("Salzspeicher Food Network and faros, the expert's organisation, belong to one group (")


def test_declared_ties_and_past_partners_give_the_reason_they_were_given_with() -> None:
    expert = Expert(
        "elena",
        declared={"blue": "I advised on an early draft.", "sava-body": "My sister works there."},
        past_partners={"lanterna": "Project Anchor, 2017 to 2019."},
    )
    assert found(expert) == [
        ("declared", "hard", "The expert declared: I advised on an early draft."),
        (
            "past_partner",
            "soft",
            "The expert worked with Lanterna Marine Cluster before: Project Anchor, 2017 to 2019.",
        ),
        ("declared", "hard", "The expert declared on Sava Software Network: My sister works there."),
    ]


def test_an_authority_may_grade_conflicts_otherwise() -> None:
    expert = Expert("elena", past_partners={"lanterna": "Project Anchor."})
    strict = dict.fromkeys(ConflictKind, Severity.HARD)
    [conflict] = conflicts(expert, "blue", consortium("IT", "DE"), {}, strict)
    assert conflict == Conflict(
        "elena",
        "blue",
        ConflictKind.PAST_PARTNER,
        Severity.HARD,
        "The expert worked with Lanterna Marine Cluster before: Project Anchor.",
    )


@given(st.dictionaries(st.sampled_from("abcdefg"), st.sampled_from("abcdefg")), st.sampled_from("abcdefg"))
def test_any_web_of_owners_comes_to_an_end(parents: dict[str, str], own: str) -> None:
    member = organisation("IT", id="a", legal_entity="b")
    told = conflicts(Expert("elena", frozenset({own})), "blue", of_members(member), parents)
    assert len(told) <= 1
    if own in "ab":
        assert told[0].kind is ConflictKind.OWN_ORGANISATION
