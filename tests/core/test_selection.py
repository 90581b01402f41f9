"""A ranking: the order and its reasons, money to the cent, and nothing tied, partial or unknown settled in silence."""

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cast import call, euro

from hanse.core.call import Call, PartialPlace
from hanse.core.evaluation import ThresholdBasis
from hanse.core.selection import (
    Decisions,
    Evaluated,
    Line,
    PartialPlaceDecision,
    Ranking,
    Standing,
    TieDecision,
    TransferDecision,
    digest_of,
    rank,
)
from hanse.core.values.digest import plain
from hanse.core.values.faults import Faulty
from hanse.core.values.money import ZERO, Money
from hanse.core.values.unknown import Unknown

SIGNED = ("Odile Lambert", date(2021, 3, 1), "Written down in the minutes.")
CRITERIA = [
    {"id": "quality", "title": "Quality", "max_points": 10, "threshold": 5, "weight": "1.5"},
    {"id": "impact", "title": "Impact", "max_points": 10, "threshold": 5},
]
MORE_IMPACT = {"kind": "criterion", "criterion": "impact", "cite": "notice: 8.3"}
LOWER_REQUEST = {"kind": "lower_request", "text": "the cheaper project"}
OFFICER = {"kind": "officer", "text": "aspects that no better project covers"}
BALANCE = {"kind": "officer", "text": "balance of countries"}

FUNDED, RESERVE, UNDECIDED = Standing.FUNDED, Standing.RESERVE, Standing.UNDECIDED


def funding_call(
    *,
    tie_breaks: Sequence[Mapping[str, Any]] | None = (),
    partial: str | None = "stop",
    amounts: tuple[int | None, int | None] = (1000, 500),
    shared: bool = False,
    transfers: Sequence[Mapping[str, Any]] = (),
    **award: Any,
) -> Call:
    """Strand A with envelope a (1,000 EUR) and B with b (500 EUR); 10 of 20 points to pass; Quality weighs 1.5."""
    table: dict[str, Any] = {"criteria": CRITERIA, "overall_threshold": 10, "step": "0.5", **award}
    if tie_breaks is not None:
        table["tie_breaks"] = list(tie_breaks)
    if partial is not None:
        table["partial_place"] = partial
    envelopes: list[dict[str, Any]] = [{"id": "a", "estimated": True}, {"id": "b"}]
    for envelope, amount in zip(envelopes, amounts, strict=True):
        if amount is not None:
            envelope["amount"] = amount
    return call(
        award={key: value for key, value in table.items() if value is not None},
        strand=[
            {"id": "A", "title": "All sectors", "envelope": "a"},
            {"id": "B", "title": "Defence and security", "envelope": "a" if shared else "b"},
        ],
        envelope=envelopes,
        transfer=list(transfers),
    )


def proposal(id: str, quality: str, impact: str, requested: int = 300, strand: str = "A") -> Evaluated:
    """A proposal with its points and the euro it asks for."""
    return Evaluated(id, strand, {"quality": Decimal(quality), "impact": Decimal(impact)}, euro(requested))


def standings(ranking: Ranking) -> dict[str, Standing]:
    """What the ranking says of each proposal."""
    return {line.proposal: line.standing for line in ranking.lines()}


def places(ranking: Ranking) -> dict[str, int | None]:
    """The place of each proposal."""
    return {line.proposal: line.place for line in ranking.lines()}


def line_of(ranking: Ranking, id: str) -> Line:
    """The line of one proposal."""
    return next(line for line in ranking.lines() if line.proposal == id)


def said(ranking: Ranking, id: str) -> str:
    """The trace of one proposal, with ordinary spaces."""
    return " ".join(line_of(ranking, id).trace).replace("\u00a0", " ")


def questions(ranking: Ranking) -> list[tuple[str, str, tuple[str, ...]]]:
    """The open questions, in short."""
    return [(question.envelope, question.about, question.proposals) for question in ranking.open_questions]


# --- the order -------------------------------------------------------------------------------------------------


def test_proposals_are_ranked_by_weighted_total_and_funded_from_the_top() -> None:
    ranking = rank(funding_call(), [proposal("P1", "6", "9"), proposal("P2", "9", "6"), proposal("P3", "8", "9")])
    assert places(ranking) == {"P3": 1, "P2": 2, "P1": 3}
    assert line_of(ranking, "P2").total == Decimal("19.5")
    assert line_of(ranking, "P2").unweighted == 15
    assert set(standings(ranking).values()) == {FUNDED}
    listed = ranking.envelopes[0]
    assert (listed.funded, listed.left) == (euro(900), euro(100))
    assert [(line.left_before, line.left_after) for line in listed.lines] == [
        (euro(1000), euro(700)),
        (euro(700), euro(400)),
        (euro(400), euro(100)),
    ]
    assert said(ranking, "P2") == (
        "Place 2 of 3 for envelope a, with a total of 19.5. "
        "Funded with 300 EUR: 700 EUR was left before it and 400 EUR after."
    )
    assert ranking.open_questions == ()
    assert [sentence.replace("\u00a0", " ") for sentence in listed.trace] == [
        "1 000 EUR (estimated) for strand A.",
        "900 EUR is granted, 100 EUR is left.",
    ]


def test_what_is_below_a_threshold_stands_apart_with_the_reason_and_the_distance() -> None:
    ranking = rank(
        funding_call(),
        [
            proposal("P1", "9", "9"),
            proposal("P2", "4.5", "10"),
            proposal("P3", "3", "3"),
            proposal("P4", "4", "4", 1, "B"),
        ],
    )
    assert [line.proposal for line in ranking.below_threshold] == ["P2", "P4", "P3"]
    below = line_of(ranking, "P2")
    assert (below.place, below.standing, below.left_before) == (None, Standing.BELOW_THRESHOLD, None)
    assert below.trace == ("Points on Quality: 4.5, below its threshold of 5.",)
    assert below.distance_to_line == Decimal("5.75")
    assert line_of(ranking, "P4").distance_to_line is None
    assert len(line_of(ranking, "P3").trace) == 3
    assert ranking.summary() == {"funded": 1, "reserve": 0, "undecided": 0, "below_threshold": 3}


def test_ties_are_broken_in_the_order_of_the_call_and_the_trace_cites_it() -> None:
    ranking = rank(
        funding_call(tie_breaks=[MORE_IMPACT, LOWER_REQUEST]),
        [
            proposal("P1", "8", "6"),  # 18
            proposal("P2", "6", "9", 250),  # 18
            proposal("P3", "6", "9", 200),  # 18
        ],
    )
    assert places(ranking) == {"P3": 1, "P2": 2, "P1": 3}
    assert said(ranking, "P2").startswith(
        "Place 2 of 3 for envelope a, with a total of 18. "
        "Same total as P3, which stands before it: the cheaper project, 200 EUR against 250 EUR. "
        "Same total as P1, which stands after it: more points on Impact, 9 against 6 (notice, 8.3)."
    )


def test_two_ties_in_one_list_are_told_apart_one_by_one() -> None:
    ranking = rank(
        funding_call(tie_breaks=[MORE_IMPACT]),
        [proposal("P1", "8", "6"), proposal("P2", "6", "9"), proposal("P3", "8", "9"), proposal("P4", "10", "6")],
    )
    assert places(ranking) == {"P3": 1, "P4": 2, "P2": 3, "P1": 4}
    for id in ("P4", "P1"):
        assert "stands before it: more points on Impact, 9 against 6 (notice, 8.3)." in said(ranking, id)


def test_a_tie_break_without_words_of_its_own_and_cents_are_told_exactly() -> None:
    dear = Evaluated("P2", "A", {"quality": Decimal(8), "impact": Decimal(8)}, Money(30_001))
    ranking = rank(funding_call(tie_breaks=[{"kind": "lower_request"}]), [proposal("P1", "8", "8"), dear])
    assert "the lower request, 300 EUR against 300.01 EUR." in said(ranking, "P2")
    assert "Funded with 300.01 EUR" in said(ranking, "P2")


@pytest.mark.parametrize(
    ("tie_breaks", "why"),
    [
        (None, "the call does not state how equal totals are put in order, and no officer's decision is recorded"),
        ([MORE_IMPACT], "no tie-break of the call tells them apart, and no officer's decision is recorded"),
        (
            [OFFICER, MORE_IMPACT],
            "step 1 of the call's tie-break order asks an officer (aspects that no better project covers), and no "
            "decision is recorded",
        ),
        (
            [{"kind": "officer"}],
            "step 1 of the call's tie-break order asks an officer, and no decision is recorded",
        ),
    ],
)
def test_what_the_call_does_not_tell_apart_shares_a_place_and_says_why(
    tie_breaks: list[dict[str, Any]] | None, why: str
) -> None:
    given_ = [proposal(f"P{n}", "8", "8", 100) for n in range(1, 6)] + [proposal("P9", "7", "7", 100)]
    ranking = rank(funding_call(tie_breaks=tie_breaks), given_)
    assert places(ranking) == {"P1": 1, "P2": 1, "P3": 1, "P4": 1, "P5": 1, "P9": 6}
    [tie] = ranking.envelopes[0].ties
    assert (tie.place, tie.proposals, tie.at_line, tie.why) == (1, ("P1", "P2", "P3", "P4", "P5"), False, why)
    assert f"P1, P2, P3 and 2 more share this place: {why}." in said(ranking, "P4")
    # The money covers all of them, so the tie changes nothing and nobody has to decide.
    assert ranking.open_questions == ()
    assert set(standings(ranking).values()) == {FUNDED}


def test_a_recorded_decision_settles_a_tie_and_is_cited() -> None:
    order = TieDecision((("P2",), ("P1", "P3")), *SIGNED)
    ranking = rank(
        funding_call(tie_breaks=[OFFICER, LOWER_REQUEST]),
        [proposal("P1", "8", "8", 300), proposal("P2", "8", "8", 300), proposal("P3", "8", "8", 200)],
        Decisions(ties=(order,)),
    )
    assert places(ranking) == {"P2": 1, "P3": 2, "P1": 3}
    assert (
        "Same total as P2, which stands before it: the recorded decision of an officer "
        "(Odile Lambert, 2021-03-01: Written down in the minutes)."
    ) in said(ranking, "P3")
    assert "the cheaper project, 200 EUR against 300 EUR" in said(ranking, "P1")
    assert ranking.remarks == ()


def test_an_officer_may_leave_proposals_equal_to_the_end() -> None:
    equal = TieDecision((("P1", "P2"),), *SIGNED, step=1)
    given_ = [proposal("P1", "8", "8", 600), proposal("P2", "8", "8", 600)]
    for tie_breaks in ([], [OFFICER]):
        ranking = rank(funding_call(tie_breaks=tie_breaks), given_, Decisions(ties=(equal,)))
        assert ranking.envelopes[0].ties[0].why == "the officer's recorded decision leaves them equal"
        assert questions(ranking) == [("a", "tie", ("P1", "P2"))]


def test_two_officers_steps_are_asked_one_after_the_other() -> None:
    given_ = [
        proposal("P1", "8", "8", 100),
        proposal("P2", "8", "8", 100),
        proposal("P3", "6", "11".replace("11", "9")),
    ]
    of = funding_call(tie_breaks=[OFFICER, MORE_IMPACT, BALANCE])
    first = TieDecision((("P1", "P2"),), *SIGNED)
    ranking = rank(of, given_, Decisions(ties=(first,)))
    assert "step 3 of the call's tie-break order asks an officer (balance of countries)" in said(ranking, "P1")
    last = TieDecision((("P2",), ("P1",)), *SIGNED, step=3)
    assert places(rank(of, given_, Decisions(ties=(first, last)))) == {"P2": 1, "P1": 2, "P3": 3}


def test_a_decision_holds_only_for_a_group_that_it_names_whole() -> None:
    order = TieDecision((("P2",), ("P1",)), *SIGNED)
    given_ = [proposal(id, "8", "8", 100) for id in ("P1", "P2", "P3")]
    ranking = rank(funding_call(), given_, Decisions(ties=(order,)))
    assert places(ranking) == {"P1": 1, "P2": 1, "P3": 1}
    assert ranking.remarks == ("The recorded order of P2, P1 settles no tie.",)
    withdrawn = rank(funding_call(), [*given_[:2], proposal("P3", "9", "9", 100)], Decisions(ties=(order,)))
    assert places(withdrawn) == {"P3": 1, "P2": 2, "P1": 3}


# --- the money -------------------------------------------------------------------------------------------------


def test_the_reserve_list_begins_where_the_envelope_is_used_up() -> None:
    ranking = rank(
        funding_call(partial=None),
        [
            proposal("P1", "9", "9", 600),
            proposal("P2", "8", "8", 400),
            proposal("P3", "7", "7", 1),
            proposal("P4", "6", "6", 1),
        ],
    )
    assert [line.proposal for line in ranking.envelopes[0].reserve] == ["P3", "P4"]
    assert ranking.envelopes[0].left == ZERO
    assert ranking.open_questions == ()
    assert said(ranking, "P3").endswith(
        "On the reserve list: The envelope is used up by those above. It asks for 1 EUR; 0 EUR is left."
    )
    assert line_of(ranking, "P3").distance_to_line == Decimal("2.5")
    assert line_of(ranking, "P1").distance_to_line == 0


PARTIAL = [
    proposal("P1", "9", "9", 700),
    proposal("P2", "8", "8", 400),
    proposal("P3", "7", "7", 200),
    proposal("P4", "6", "6", 301),
]


def test_where_the_call_says_stop_nothing_below_a_partial_place_is_funded() -> None:
    ranking = rank(funding_call(partial="stop"), PARTIAL)
    assert standings(ranking) == {"P1": FUNDED, "P2": RESERVE, "P3": RESERVE, "P4": RESERVE}
    assert ranking.open_questions == ()
    assert "300 EUR is left, less than the 400 EUR asked for, and funding ends here, as the call says." in said(
        ranking, "P2"
    )
    assert "Funding ended above at P2, which the money left covered only in part." in said(ranking, "P3")


def test_where_the_call_says_skip_a_smaller_proposal_below_is_funded_and_says_over_whom() -> None:
    ranking = rank(funding_call(partial="skip"), PARTIAL)
    assert standings(ranking) == {"P1": FUNDED, "P2": RESERVE, "P3": FUNDED, "P4": RESERVE}
    assert "so this place is skipped, as the call says." in said(ranking, "P2")
    assert said(ranking, "P3").endswith(
        "It is funded although P2 above asked for more than was left, because such a place is skipped."
    )
    # Not the points decided against P2: it has more than the lowest that is funded.
    assert line_of(ranking, "P2").distance_to_line == 0
    assert ranking.open_questions == ()


@pytest.mark.parametrize(
    ("partial", "reason"),
    [
        (None, "the call does not say what happens then"),
        ("officer", "the call leaves that to an officer"),
    ],
)
def test_a_partial_place_that_the_call_leaves_open_stops_funding_until_an_officer_decides(
    partial: str | None, reason: str
) -> None:
    of = funding_call(partial=partial)
    ranking = rank(of, PARTIAL)
    # P3 may still be funded, if P2 is skipped; P4 asks for more than is left whatever is decided.
    assert standings(ranking) == {"P1": FUNDED, "P2": UNDECIDED, "P3": UNDECIDED, "P4": RESERVE}
    assert questions(ranking) == [("a", "partial_place", ("P2",))]
    assert f"300 EUR is left, which covers P2 only in part; {reason}." in said(ranking, "P2")
    assert "Funding stopped above at P2, whose partial place an officer decides." in said(ranking, "P3")
    skipped = rank(of, PARTIAL, Decisions(partial_places=(PartialPlaceDecision("P2", PartialPlace.SKIP, *SIGNED),)))
    assert "skipped, by decision of Odile Lambert, 2021-03-01: Written down in the minutes." in said(skipped, "P2")
    assert standings(skipped)["P3"] is FUNDED
    assert questions(skipped) == [("a", "partial_place", ("P4",))]
    stopped = rank(of, PARTIAL, Decisions(partial_places=(PartialPlaceDecision("P2", PartialPlace.STOP, *SIGNED),)))
    assert standings(stopped) == {"P1": FUNDED, "P2": RESERVE, "P3": RESERVE, "P4": RESERVE}
    assert stopped.open_questions == ()


def test_an_unresolved_tie_at_the_funding_line_stops_funding_there() -> None:
    tied = [proposal("P1", "9", "9", 500), proposal("P2", "8", "8", 300), proposal("P3", "8", "8", 400)]
    small = [proposal("P4", "7", "7", 150), proposal("P5", "6", "6", 250)]
    ranking = rank(funding_call(partial="skip"), [*tied, *small])
    assert standings(ranking) == {"P1": FUNDED, "P2": UNDECIDED, "P3": UNDECIDED, "P4": UNDECIDED, "P5": RESERVE}
    assert questions(ranking) == [("a", "tie", ("P2", "P3"))]
    assert ranking.envelopes[0].ties[0].at_line
    assert "500 EUR is left for P2 and P3, which are tied" in ranking.open_questions[0].text.replace("\u00a0", " ")
    # Under "stop" one of the two ends funding in any order, so nothing comes down to P4.
    assert standings(rank(funding_call(partial="stop"), [*tied, *small]))["P4"] is RESERVE
    settled = rank(
        funding_call(partial="skip"), [*tied, *small], Decisions(ties=(TieDecision((("P3",), ("P2",)), *SIGNED),))
    )
    assert standings(settled) == {"P1": FUNDED, "P3": FUNDED, "P2": RESERVE, "P4": RESERVE, "P5": RESERVE}


@pytest.mark.parametrize(
    ("partial", "expected"),
    [
        ("stop", (RESERVE, RESERVE, RESERVE)),
        ("skip", (RESERVE, RESERVE, FUNDED)),
        ("officer", (UNDECIDED, UNDECIDED, UNDECIDED)),
    ],
)
def test_a_tie_of_which_nobody_fits_is_a_partial_place_for_all_of_them(
    partial: str, expected: tuple[Standing, ...]
) -> None:
    given_ = [proposal("P1", "8", "8", 1100), proposal("P2", "8", "8", 1200), proposal("P3", "7", "7", 100)]
    ranking = rank(funding_call(partial=partial), given_)
    assert tuple(standings(ranking)[id] for id in ("P1", "P2", "P3")) == expected
    assert [about for _, about, _ in questions(ranking)] == (["partial_place"] if partial == "officer" else [])


def test_an_unknown_amount_leaves_the_order_and_decides_no_money() -> None:
    ranking = rank(funding_call(amounts=(None, 500)), [proposal("P1", "9", "9"), proposal("P2", "8", "8", 300, "B")])
    listed = ranking.envelopes[0]
    assert isinstance(listed.left, Unknown)
    assert listed.trace == ("Amount for strand A: not stated.",)
    line = line_of(ranking, "P1")
    assert (line.place, line.standing, line.left_before, line.distance_to_line) == (1, UNDECIDED, None, None)
    assert questions(ranking) == [("a", "amount", ())]
    assert standings(ranking)["P2"] is FUNDED
    assert rank(funding_call(amounts=(None, 500)), []).open_questions == ()


def test_a_threshold_that_is_not_stated_decides_no_money() -> None:
    of = funding_call(overall_threshold=None, transfers=[{"from": "a", "to": "b", "when": "money is left"}])
    ranking = rank(of, [proposal("P1", "9", "9"), proposal("P2", "4", "9")])
    assert standings(ranking) == {"P1": UNDECIDED, "P2": Standing.BELOW_THRESHOLD}
    assert questions(ranking) == [("a", "threshold", ())]
    assert "The overall threshold is not stated. Nobody can be funded before it is known who passes." in said(
        ranking, "P1"
    )
    assert ranking.envelopes[0].left == euro(1000)
    assert "cannot be applied while funding is undecided" in ranking.envelopes[0].trace[1]


def test_strands_that_share_an_envelope_share_a_list_and_that_is_said_to_be_assumed() -> None:
    ranking = rank(funding_call(shared=True), [proposal("P1", "8", "8", 600), proposal("P2", "9", "9", 500, "B")])
    assert places(ranking) == {"P2": 1, "P1": 2}
    assert standings(ranking) == {"P2": FUNDED, "P1": RESERVE}
    assert ranking.envelopes[0].trace[0].replace("\u00a0", " ") == "1 000 EUR (estimated) for strands A and B."
    assert ranking.envelopes[1].trace[0].replace("\u00a0", " ") == "500 EUR for no strand."
    assert any(sentence.startswith("strands A and B share envelope a:") for sentence in ranking.assumptions)
    assert not any("share envelope" in sentence for sentence in rank(funding_call(), []).assumptions)


# --- transfers -------------------------------------------------------------------------------------------------


A_TO_B = {"from": "a", "to": "b", "when": "too few proposals pass the thresholds.", "cite": "notice: 4"}
A_TO_NOWHERE = {"from": "a", "to": {"unknown": "the page breaks off"}, "when": "too few proposals pass"}
FOR_B = [proposal("P7", "9", "9", 500, "B"), proposal("P8", "8", "8", 200, "B"), proposal("P9", "7", "7", 900, "B")]


def test_money_that_a_list_cannot_use_moves_as_the_call_says() -> None:
    ranking = rank(funding_call(transfers=[A_TO_B]), [proposal("P1", "9", "9"), *FOR_B])
    source, receiver = ranking.envelopes
    assert (source.funded, source.passed_on, source.left) == (euro(300), euro(700), ZERO)
    assert (receiver.received, receiver.funded, receiver.left) == (euro(700), euro(700), euro(500))
    assert standings(ranking)["P8"] is FUNDED
    rule = "transfer rule (too few proposals pass the thresholds; notice, 4)"
    assert f"700 EUR goes to b: {rule}." in [sentence.replace("\u00a0", " ") for sentence in source.trace]
    assert f"700 EUR comes from a: {rule}." in [sentence.replace("\u00a0", " ") for sentence in receiver.trace]
    assert any(sentence.startswith("transfers:") for sentence in ranking.assumptions)


@pytest.mark.parametrize(
    ("amounts", "extra", "note"),
    [
        ((1000, 500), proposal("P2", "8", "8", 800), "stays here: the transfer rule"),
        ((300, 500), proposal("P2", "3", "3", 1), "Nothing is left for the transfer rule"),
        ((None, 500), proposal("P2", "8", "8", 1), "cannot be applied while funding is undecided"),
        ((1000, None), proposal("P2", "8", "8", 1), "the amount of b, where it should go, is not stated"),
    ],
)
def test_money_that_cannot_move_stays_and_the_trace_says_why(
    amounts: tuple[int | None, int | None], extra: Evaluated, note: str
) -> None:
    ranking = rank(funding_call(amounts=amounts, transfers=[A_TO_B]), [proposal("P1", "9", "9"), extra, *FOR_B])
    assert any(note in sentence for sentence in ranking.envelopes[0].trace)
    assert {listed.received for listed in ranking.envelopes} == {ZERO}


def test_where_the_call_does_not_say_where_money_goes_it_stays_and_an_officer_is_asked() -> None:
    of = funding_call(transfers=[A_TO_NOWHERE])
    ranking = rank(of, [proposal("P1", "9", "9"), *FOR_B])
    assert questions(ranking) == [("a", "transfer", ())]
    assert ranking.envelopes[0].left == euro(700)
    assert (
        "the call does not say where it goes; it stays here, and an officer decides." in ranking.envelopes[0].trace[1]
    )
    decided = rank(of, [proposal("P1", "9", "9"), *FOR_B], Decisions(transfers=(TransferDecision("a", "b", *SIGNED),)))
    assert decided.open_questions == ()
    assert decided.envelopes[1].received == euro(700)
    assert any("by decision of Odile Lambert, 2021-03-01" in sentence for sentence in decided.envelopes[0].trace)


def test_a_later_rule_may_place_what_an_earlier_one_left_open() -> None:
    ranking = rank(funding_call(transfers=[A_TO_NOWHERE, A_TO_B]), [proposal("P1", "9", "9"), *FOR_B])
    assert ranking.open_questions == ()
    assert ranking.envelopes[1].received == euro(700)


def test_money_is_moved_in_the_order_of_the_call_and_may_come_back() -> None:
    back = {"from": "b", "to": "a", "when": "money is left"}
    few = [proposal("P1", "9", "9"), proposal("P7", "9", "9", 600, "B")]
    ranking = rank(funding_call(transfers=[A_TO_B, back]), few)
    assert [(listed.received, listed.passed_on, listed.left) for listed in ranking.envelopes] == [
        (euro(600), euro(700), euro(600)),
        (euro(700), euro(600), ZERO),
    ]


# --- what is wrong, what is assumed, what is recorded ------------------------------------------------------------


def test_which_total_the_threshold_is_held_against_is_a_parameter_and_silence_is_said_to_be_assumed() -> None:
    given_ = [proposal("P1", "5", "5"), proposal("P2", "5", "5.5")]
    of = funding_call(overall_threshold="12.5")
    silent = rank(of, given_)
    assert set(standings(silent).values()) == {Standing.BELOW_THRESHOLD}
    assert silent.terms["overall_threshold_counts"] == "unweighted"
    assert any(sentence.startswith("overall threshold:") for sentence in silent.assumptions)
    weighted = rank(of, given_, threshold_basis=ThresholdBasis.WEIGHTED)
    assert set(standings(weighted).values()) == {FUNDED}
    assert not any(sentence.startswith("overall threshold:") for sentence in weighted.assumptions)


def test_figures_that_a_rehearsal_filled_in_are_among_the_assumptions() -> None:
    filled = funding_call(partial=None, step={"value": "0.5", "assumed": "half points are usual"})
    assert "step of points: half points are usual" in rank(filled, []).assumptions


def test_without_criteria_nothing_is_ranked() -> None:
    with pytest.raises(Faulty, match=r"TEST-2020: award\.criteria: are not known; without them nothing can be ranked"):
        rank(call(), [proposal("P1", "9", "9")])


def test_every_fault_of_the_proposals_and_of_the_decisions_is_told_at_once() -> None:
    wrong = [
        proposal("P1", "9", "9"),
        proposal("P1", "8", "8"),
        proposal("", "8", "8"),
        proposal("P\t2", "8", "8"),
        proposal("P3", "8", "8", strand="Z"),
        proposal("P4", "8", "8", 0),
        Evaluated("P5", "A", {"quality": Decimal("8.3")}, None),
    ]
    decisions = Decisions(
        ties=(
            TieDecision((("P1",),), *SIGNED),
            TieDecision((("P1", "P3", "P3"), ("P99",)), *SIGNED, step=4),
            TieDecision((("P3",), ("P1",)), *SIGNED, step=2),
        ),
        partial_places=(
            PartialPlaceDecision("P1", PartialPlace.OFFICER, *SIGNED),
            PartialPlaceDecision("P1", PartialPlace.STOP, *SIGNED),
            PartialPlaceDecision("P98", PartialPlace.SKIP, *SIGNED),
        ),
        transfers=(
            TransferDecision("a", "b", *SIGNED),
            TransferDecision("a", "a", *SIGNED),
            TransferDecision("b", "c", *SIGNED),
        ),
    )
    of = funding_call(tie_breaks=[MORE_IMPACT], partial="officer", transfers=[A_TO_NOWHERE])
    with pytest.raises(Faulty) as faulty:
        rank(of, wrong, decisions)
    assert [str(fault) for fault in faulty.value.faults] == [
        "proposal '': proposal: is not an identifier; expected text without control characters",
        "proposal 'P\\t2': proposal: is not an identifier; expected text without control characters",
        "proposal 'P1': proposal: is given twice",
        "proposal 'P3': strand: 'Z' is not a strand of the call; expected one of A, B",
        "proposal 'P4': requested: is 0.00; expected more than zero",
        "proposal 'P5': requested: is missing; expected the amount in euro",
        "proposal 'P5': quality: 8.3 is not a multiple of 0.5; points are given in that step",
        "proposal 'P5': impact: is not scored",
        "decisions, tie 1: order: names fewer than two proposals",
        "decisions, tie 2: step: is 4; an officer is asked at step 2",
        "decisions, tie 2: order: names 'P3' twice",
        "decisions, tie 2: order: there is no proposal 'P99'",
        "decisions, tie 3: order: names 'P1', which tie 1 orders already",
        'decisions, partial_place 1: then: is "officer"; a decision says "stop" or "skip"',
        "decisions, partial_place 2: proposal: 'P1' is decided twice",
        "decisions, partial_place 3: proposal: there is no proposal 'P98'",
        "decisions, transfer 2: from: 'a' is decided twice",
        "decisions, transfer 2: to: 'a' is not another envelope of the call",
        "decisions, transfer 3: from: the call leaves no destination open for envelope 'b'",
        "decisions, transfer 3: to: 'c' is not another envelope of the call",
    ]


def test_what_the_call_decides_itself_is_not_for_an_officer_to_decide() -> None:
    skip = Decisions(partial_places=(PartialPlaceDecision("P2", PartialPlace.SKIP, *SIGNED),))
    with pytest.raises(Faulty, match='partial_place 1: is not for an officer to decide; the call itself says "stop"'):
        rank(funding_call(partial="stop"), PARTIAL, skip)


def test_a_decision_that_settles_nothing_is_remarked() -> None:
    decisions = Decisions(
        partial_places=(PartialPlaceDecision("P1", PartialPlace.SKIP, *SIGNED),),
        transfers=(TransferDecision("a", "b", *SIGNED),),
    )
    of = funding_call(amounts=(300, 500), partial=None, transfers=[A_TO_NOWHERE])
    assert rank(of, [proposal("P1", "9", "9")], decisions).remarks == (
        "The recorded decision on P1 settles no partial place.",
        "The recorded destination for envelope a moves no money.",
    )


def test_the_terms_and_the_lines_hold_all_that_the_digest_covers() -> None:
    of = funding_call(tie_breaks=[MORE_IMPACT, LOWER_REQUEST], transfers=[A_TO_NOWHERE, A_TO_B])
    ranking = rank(of, [proposal("P1", "9", "9.0"), proposal("P2", "4", "9"), proposal("P7", "9", "9", 1, "B")])
    assert sorted(line.record for line in ranking.lines()) == [
        "P1\tA\t300.00\t9\t9\t22.5\ta\t1\tfunded",
        "P2\tA\t300.00\t4\t9\t15\ta\t-\tbelow_threshold",
        "P7\tB\t1.00\t9\t9\t22.5\tb\t1\tfunded",
    ]
    records = [line.record for line in ranking.lines()]
    assert ranking.digest == digest_of("TEST-2020", "1.0", ranking.terms, plain(ranking.decisions), records)
    assert ranking.terms["envelopes"] == {"a": "1000.00", "b": "500.00"}
    assert ranking.terms["tie_breaks"][0]["citation"] == "notice, 8.3"
    assert ranking.terms["transfers"][0]["to"] == {"unknown": "the page breaks off"}
    silent = rank(funding_call(tie_breaks=None, partial=None, overall_threshold=None), [])
    assert silent.terms["tie_breaks"] == silent.terms["partial_place"] == silent.terms["overall_threshold"]
    assert silent.terms["tie_breaks"] == {"unknown": "not stated"}


def test_the_digest_is_the_same_in_every_year_and_on_every_machine() -> None:
    ranking = rank(funding_call(), [proposal("P1", "9", "9"), proposal("P2", "8", "8")])
    assert ranking.digest == "26a2d06b105f2569510f5716d1ae4be86f42e54bbfd7286b74c46203df1eb05c"


def test_the_digest_moves_with_every_cent_point_term_and_decision() -> None:
    base = [proposal("P1", "9", "9"), proposal("P2", "8", "8")]
    same = rank(funding_call(), base).digest
    changed = {
        rank(funding_call(), [proposal("P1", "9", "9.5"), base[1]]).digest,
        rank(funding_call(), [proposal("P1", "9", "9", 301), base[1]]).digest,
        rank(funding_call(partial="skip"), base).digest,
        rank(funding_call(amounts=(1001, 500)), base).digest,
        rank(funding_call(), base, Decisions(ties=(TieDecision((("P1",), ("P2",)), *SIGNED),))).digest,
        rank(funding_call(), base, threshold_basis=ThresholdBasis.WEIGHTED).digest,
    }
    assert len(changed) == 6
    assert same not in changed


# --- properties ------------------------------------------------------------------------------------------------

STEPS: list[Mapping[str, Any]] = [MORE_IMPACT, LOWER_REQUEST, OFFICER, BALANCE]
HALVES = st.integers(8, 20).map(lambda half: Decimal(half) / 2)
TIE_BREAKS: st.SearchStrategy[Sequence[Mapping[str, Any]]] = st.lists(st.sampled_from(STEPS), max_size=3, unique_by=str)
PARTIALS = st.sampled_from(["stop", "skip", "officer", None])
MOVES: list[Mapping[str, Any]] = [A_TO_B, A_TO_NOWHERE, {"from": "b", "to": "a", "when": "money is left"}]
TRANSFERS: st.SearchStrategy[Sequence[Mapping[str, Any]]] = st.lists(st.sampled_from(MOVES), max_size=3)


@st.composite
def rounds(draw: st.DrawFn) -> tuple[Call, list[Evaluated]]:
    """A call and up to twelve proposals, with many ties and little money."""
    of = funding_call(
        tie_breaks=draw(st.none() | TIE_BREAKS),
        partial=draw(PARTIALS),
        amounts=(draw(st.integers(1, 12)), draw(st.integers(1, 12))),
        shared=draw(st.booleans()),
        transfers=draw(TRANSFERS),
    )
    count = draw(st.integers(0, 12))
    return of, [
        Evaluated(
            f"P{n}",
            draw(st.sampled_from("AB")),
            {"quality": draw(HALVES), "impact": draw(HALVES)},
            euro(draw(st.integers(1, 6))),
        )
        for n in range(count)
    ]


def all_decided(proposals: Iterable[Evaluated], of: Call, seed: int) -> Decisions:
    """A decision for whatever may be asked: one random order of all for every step, and a random stop or skip."""
    chance = random.Random(seed)
    ids = [each.proposal for each in proposals]
    steps = of.award.tie_breaks.known or ()
    asked = [n for n, step in enumerate(steps, 1) if step.kind.value == "officer"] or [len(steps) + 1]
    ties = []
    for step in asked if len(ids) > 1 else []:
        chance.shuffle(ids)
        ties.append(TieDecision(tuple((id,) for id in ids), *SIGNED, step=step))
    asked_of_officer = of.award.partial_place.known in (None, PartialPlace.OFFICER)
    partial = tuple(
        PartialPlaceDecision(id, chance.choice([PartialPlace.STOP, PartialPlace.SKIP]), *SIGNED)
        for id in (ids if asked_of_officer else [])
    )
    return Decisions(ties=tuple(ties), partial_places=partial)


@given(rounds())
def test_no_envelope_is_overspent_and_no_cent_is_lost(round_: tuple[Call, list[Evaluated]]) -> None:
    of, proposals = round_
    ranking = rank(of, proposals)
    for listed in ranking.envelopes:
        assert isinstance(listed.amount, Money)
        assert isinstance(listed.left, Money)
        assert listed.left >= ZERO
        assert listed.funded + listed.left + listed.passed_on == listed.amount + listed.received
        funded = [line.requested.cents for line in listed.lines if line.standing is FUNDED]
        assert sum(funded) == listed.funded.cents
        # What is passed on later was still there while the list was funded.
        most = listed.amount + listed.received
        money = listed.lines[0].left_before if listed.lines else most
        assert money is not None
        assert most - listed.passed_on <= money <= most
        for line in listed.lines:
            assert line.left_before == money
            money = money - line.requested if line.standing is FUNDED else money
            assert line.left_after == money
    amounts = sum(listed.amount.cents for listed in ranking.envelopes if isinstance(listed.amount, Money))
    ended = sum(
        listed.funded.cents + listed.left.cents for listed in ranking.envelopes if isinstance(listed.left, Money)
    )
    assert ended == amounts


@given(rounds(), st.integers(0, 1000))
def test_the_order_of_the_input_does_not_matter(round_: tuple[Call, list[Evaluated]], seed: int) -> None:
    of, proposals = round_
    decisions = all_decided(proposals, of, seed)
    shuffled = list(proposals)
    random.Random(seed).shuffle(shuffled)
    assert rank(of, shuffled) == rank(of, proposals)
    assert rank(of, shuffled, decisions) == rank(of, proposals, decisions)


@given(rounds(), st.data())
def test_more_points_never_lower_a_place(round_: tuple[Call, list[Evaluated]], data: st.DataObject) -> None:
    of, proposals = round_
    if not proposals:
        return
    chosen = data.draw(st.sampled_from(proposals))
    criterion = data.draw(st.sampled_from(["quality", "impact"]))
    raised = chosen.points[criterion] + Decimal(data.draw(st.integers(1, 4))) / 2
    better = Evaluated(
        chosen.proposal, chosen.strand, {**chosen.points, criterion: min(raised, Decimal(10))}, chosen.requested
    )
    before = places(rank(of, proposals))[chosen.proposal]
    after = places(rank(of, [better if each is chosen else each for each in proposals]))[chosen.proposal]
    assert before is None or (after is not None and after <= before)


@given(rounds(), st.integers(0, 10**6))
def test_what_is_settled_stays_settled_whatever_officers_decide(
    round_: tuple[Call, list[Evaluated]], seed: int
) -> None:
    of, proposals = round_
    open_ = standings(rank(of, proposals))
    decided = rank(of, proposals, all_decided(proposals, of, seed))
    for id, standing in standings(decided).items():
        assert standing is not UNDECIDED
        if open_[id] is not UNDECIDED:
            assert standing is open_[id]
    assert {about for _, about, _ in questions(decided)} <= {"transfer"}


@given(rounds())
def test_funding_goes_from_the_top_and_every_gap_is_explained(round_: tuple[Call, list[Evaluated]]) -> None:
    of, proposals = round_
    for listed in rank(of, proposals).envelopes:
        assert [line.place for line in listed.lines] == sorted(line.place or 0 for line in listed.lines)
        passed = False
        for line in listed.lines:
            assert line.trace[0].startswith(f"Place {line.place} of {len(listed.lines)} for envelope {listed.envelope}")
            if passed and line.standing is FUNDED:
                assert "It is funded although" in line.trace[-1]
            passed = passed or line.standing is not FUNDED
