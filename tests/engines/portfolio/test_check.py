"""A whole table is judged as the law judges its proposals one by one."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import cast
from tests.engines.portfolio.tables import Row, context, row_lists, table

from hanse.callbook.calls import call_names, read_call
from hanse.cli.setting import context_for
from hanse.core.call import Call
from hanse.core.consortium import APPLICANTS
from hanse.core.eligibility.context import Context, Submissions
from hanse.core.eligibility.engine import Examiner
from hanse.core.eligibility.findings import Assessment, ProposalVerdict
from hanse.core.proposal import Vocabulary
from hanse.core.values.countries import Geography, Membership
from hanse.engines.portfolio import check as check_module
from hanse.engines.portfolio import check_table
from hanse.engines.portfolio.portions import MET, NOT_ASKED, NOT_MET, UNDECIDED, VERDICTS, Portion
from hanse.engines.portfolio.screens import SCREENS
from hanse.engines.portfolio.tables import Table


def small_call(**changed: Any) -> Call:
    """A call with a rule of every sort: required, advised, of one strand, over all submissions, for an officer."""
    return cast.call(
        cast.rule_table("minimum_entities", parameters={"minimum": 3}),
        cast.rule_table("minimum_countries", strands=["A"], parameters={"minimum": 2, "groups": ["COSME"]}),
        cast.rule_table("maximum_targets", force="advised", parameters={"maximum": 1}),
        cast.rule_table("officer_decides", strands=["B"], decider="officer", parameters={"question": "Is it so?"}),
        cast.rule_table("one_consortium_per_organisation", parameters={"per": "strand", "consequence": "all"}),
        cast.rule_table("one_strand_per_consortium", force="advised", parameters={"same": "same_members"}),
        **changed,
    )


def one_by_one(small: Table, surroundings: Context, together: bool = True) -> list[Assessment]:
    """What the law says of each proposal."""
    dossiers = small.dossiers(range(len(small)))
    index = Submissions.of(dossiers) if together else None
    examiner = Examiner(Context(surroundings.call, surroundings.geography, surroundings.on, index))
    return [examiner.check(dossier) for dossier in dossiers]


def same_verdicts(small: Table, surroundings: Context, expected: list[Assessment], together: bool = True) -> None:
    """Hold every rule's verdicts and every proposal's against those of the law."""
    result = check_table(small, surroundings, together=together)
    for rule, codes in result.by_rule.items():
        findings = [assessment.finding(rule) for assessment in expected]
        verdicts = [None if finding is None else finding.verdict for finding in findings]
        assert [None if code == NOT_ASKED else VERDICTS[code] for code in codes.tolist()] == verdicts, rule
    assert [result.verdict(place) for place in range(len(small))] == [each.verdict for each in expected]
    assert sum(result.counts().values()) == len(small)


@settings(max_examples=60, deadline=None)
@given(rows=row_lists(most=10), together=st.booleans(), portion=st.sampled_from([1, 4, 10_000]))
def test_a_table_is_judged_as_the_law_judges_its_proposals(rows: list[Row], together: bool, portion: int) -> None:
    small, surroundings = table(rows), context(small_call())
    expected = one_by_one(small, surroundings, together)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check_module, "ROWS_AT_ONCE", portion)
        same_verdicts(small, surroundings, expected, together)


@pytest.mark.parametrize("name", call_names())
@settings(max_examples=15, deadline=None)
@given(rows=row_lists(most=8))
def test_every_call_that_comes_with_hanse_is_judged_alike(name: str, rows: list[Row]) -> None:
    call = read_call(name)
    small, surroundings = table(rows), context_for(call, date(2020, 12, 2))
    same_verdicts(small, surroundings, one_by_one(small, surroundings))


@settings(max_examples=40, deadline=None)
@given(data=st.data(), rows=row_lists(most=8), together=st.booleans())
def test_assessments_of_some_say_all_that_the_law_says(data: st.DataObject, rows: list[Row], together: bool) -> None:
    small, surroundings = table(rows), context(small_call())
    chosen = data.draw(st.lists(st.integers(0, len(small) - 1)))
    expected = one_by_one(small, surroundings, together)
    result = check_table(small, surroundings, together=together)
    assert result.assessments(chosen) == [expected[place] for place in chosen]


def test_rules_that_are_set_aside_are_named() -> None:
    small = table([{"proposal": "P", "organisation": "o", "strand": "A"}])
    result = check_table(small, context(small_call()), together=False)
    over_all = ["one_consortium_per_organisation", "one_strand_per_consortium"]
    assert result.needs_all() == result.needs_all("A") == over_all
    assert result.left_to_officer() == result.left_to_officer("B") == ["officer_decides"]
    assert result.left_to_officer("A") == []
    assert check_table(small, context(small_call())).needs_all() == []


def test_a_rule_over_all_submissions_that_an_officer_decides_is_the_officers() -> None:
    call = cast.call(
        cast.rule_table(
            "one_consortium_per_organisation", decider="officer", parameters={"per": "call", "consequence": "all"}
        )
    )
    small = table([{"proposal": p, "organisation": "o", "strand": "A"} for p in ("P", "Q")])
    result = check_table(small, context(call), together=False)
    assert (result.needs_all(), result.left_to_officer()) == ([], ["one_consortium_per_organisation"])
    assert result.counts()[ProposalVerdict.ELIGIBLE] == 2
    same_verdicts(small, context(call), one_by_one(small, context(call)))


@settings(max_examples=30, deadline=None)
@given(rows=row_lists(most=6), together=st.booleans())
def test_a_kind_without_a_screen_is_asked_itself(rows: list[Row], together: bool) -> None:
    small, surroundings = table(rows), context(small_call())
    expected = one_by_one(small, surroundings, together)
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(SCREENS, "minimum_entities")
        patch.delitem(SCREENS, "one_consortium_per_organisation")
        result = check_table(small, surroundings, together=together)
        same_verdicts(small, surroundings, expected, together)
    assert result.settled_one_by_one >= len(small)


def test_a_rate_too_fine_for_the_screen_goes_to_the_rule_kind() -> None:
    call = cast.call(cast.rule_table("reimbursement_rate"))
    fine = [
        replace(strand, max_rate=replace(strand.max_rate, value=Fraction(10**9 + 1, 3 * 10**9)))
        for strand in call.strands
    ]
    call = replace(call, strands=tuple(fine))
    money = {"total_cost": "123456789.01"}
    rows = [
        {"proposal": f"P{n}", "organisation": "o", "strand": "A", **money, "requested": asked}
        for n, asked in enumerate(("41152263.00", "41152263.01", "", "60000000"))
    ]
    small, surroundings = table(rows), context(call)
    result = check_table(small, surroundings)
    assert result.settled_one_by_one == 3
    assert result.by_rule["reimbursement_rate"].tolist() == [MET, MET, UNDECIDED, NOT_MET]
    same_verdicts(small, surroundings, one_by_one(small, surroundings))


@settings(max_examples=30, deadline=None)
@given(
    picks=st.lists(st.lists(st.integers(0, 129), min_size=1, max_size=8, unique=True), min_size=1, max_size=5),
    minimum=st.integers(1, 4),
)
def test_more_countries_than_a_word_has_bits_are_counted(picks: list[list[int]], minimum: int) -> None:
    codes = [f"{chr(70 + n // 26)}{chr(65 + n % 26)}" for n in range(130)]  # FA to JZ
    long_ago = date(2014, 1, 1)
    rows_of_members = [  # of every fifteen, eight are inside, four doubtful, three outside
        Membership("COSME", code, signed_on=long_ago, in_force_on=long_ago if n % 3 else None)
        for n, code in enumerate(codes)
        if n % 5
    ]
    wide = Geography.of(dict.fromkeys(codes, "A country"), {}, rows_of_members, {"COSME": "COSME"})
    groups = {"groups": ["COSME"]}
    call = cast.call(
        cast.rule_table("minimum_countries", parameters={"minimum": minimum, **groups}),
        cast.rule_table("every_member_in_group", parameters=groups),
        cast.rule_table("members_in_different_countries", parameters={"members": minimum, "countries": 1, **groups}),
        cast.rule_table("minimum_entities", parameters={"minimum": minimum}),
    )
    # A proposal with every country first, so that the codes of the table reach beyond one word.
    rows = [
        {"proposal": f"P{place}", "organisation": f"o{pick}", "country": codes[pick], "strand": "A"}
        for place, chosen in enumerate([list(range(130)), *picks])
        for pick in chosen
    ]
    small = table(rows, vocabulary=Vocabulary(wide, ()))
    surroundings = Context(call, wide, cast.CLOSING_DAY)
    same_verdicts(small, surroundings, one_by_one(small, surroundings))


def test_a_consortium_of_three_hundred_is_counted() -> None:
    rows = [{"proposal": "P", "organisation": f"o{n}", "legal_entity": f"E{n}", "country": "IT"} for n in range(300)]
    small = table(rows)
    for minimum, code in ((300, MET), (301, NOT_MET)):
        call = cast.call(cast.rule_table("minimum_entities", parameters={"minimum": minimum}))
        assert check_table(small, context(call)).verdicts.tolist() == [code]


@given(rows=row_lists(most=8), data=st.data())
def test_a_part_of_a_portion_has_the_rows_of_its_proposals(rows: list[Row], data: st.DataObject) -> None:
    small = table(rows)
    first = data.draw(st.integers(0, len(small) - 1))
    portion, places = Portion.run(small, first, len(small)), np.arange(first, len(small))
    for _ in range(2):  # a part of a run, and a part of that part
        chosen = np.array(data.draw(st.lists(st.booleans(), min_size=len(places), max_size=len(places))), bool)
        portion, places = portion.only(chosen), places[chosen]
        members = [[p.role for p in dossier.consortium.participants] for dossier in small.dossiers(places)]
        if not len(places):
            return
        assert portion.strand.tolist() == small.strand[places].tolist()
        assert portion.members(APPLICANTS).tolist() == [sum(role in APPLICANTS for role in each) for each in members]
