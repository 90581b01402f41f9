"""A rehearsal is real: its proposals meet the call's own rules, and chance is only where the seed puts it."""

from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache
from html.parser import HTMLParser

import pytest

from hanse.callbook.calls import call_names, read_call
from hanse.callbook.reference import organisations
from hanse.cli.setting import context_for
from hanse.core.call import Force
from hanse.core.eligibility.findings import ProposalVerdict
from hanse.core.selection import Standing
from hanse.core.submission import Accepted, Refused
from hanse.core.values.money import ZERO
from hanse.engines.rehearsal.charts import bars, columns, stacked
from hanse.engines.rehearsal.report import as_html, funnel, in_lines, never_broken, refusals
from hanse.engines.rehearsal.run import Rehearsal, rehearse

CALL = "COS-CLUSINT-2020-3-01"


@cache
def rehearsed(seed: int = 1, proposals: int = 120, name: str = CALL) -> Rehearsal:
    """A rehearsal without the assignment engine; kept, since several tests read the same one."""
    call = read_call(name, assume=True)
    day = date(2022, 9, 1) if name == "HORIZON-EUROPE-STANDARD" else None  # it states no deadline of its own
    return rehearse(context_for(call, day), organisations(), proposals, seed)


def test_the_same_seed_gives_the_same_digest_and_another_seed_another() -> None:
    again = rehearse(context_for(read_call(CALL, assume=True)), organisations(), 120, 1)
    assert again.digest == rehearsed(1).digest
    assert rehearsed(2).digest != rehearsed(1).digest


def test_valid_proposals_are_eligible_before_others_interfere() -> None:
    """A valid proposal can lose only through another one: a rule over the whole call."""
    for course in rehearsed().courses:
        if course.synthetic.sort == "valid" and course.assessment:
            broken = [f.rule.id for f in course.assessment.findings if f.verdict.value == "not_met"]
            if course.assessment.verdict is not ProposalVerdict.ELIGIBLE:
                assert all("one" in rule for rule in broken), broken


def test_all_three_sorts_are_there_and_twists_are_told() -> None:
    sorts = Counter(course.synthetic.sort for course in rehearsed().courses)
    assert set(sorts) == {"valid", "near-valid", "nasty"}
    assert all(course.synthetic.twist for course in rehearsed().courses if course.synthetic.sort == "nasty")


def test_late_and_incomplete_proposals_are_refused_and_not_checked() -> None:
    closing = rehearsed().call.window.closing
    for course in rehearsed(3, 300).courses:
        late = course.synthetic.received_at > closing  # type: ignore[operator]
        if late or not course.synthetic.complete:
            assert isinstance(course.decision, Refused)
            assert course.assessment is None
        else:
            assert isinstance(course.decision, Refused | Accepted)


def test_no_envelope_is_overspent_and_every_place_is_explained() -> None:
    ranking = rehearsed().ranking
    assert ranking is not None
    for listed in ranking.envelopes:
        funded = sum((line.requested for line in listed.lines if line.standing is Standing.FUNDED), ZERO)
        assert funded == listed.funded
        assert listed.funded <= listed.amount  # type: ignore[operator]
        assert all(line.trace for line in listed.lines)


def test_every_required_rule_of_the_2020_call_that_can_be_broken_is_broken_in_a_thousand_proposals() -> None:
    rehearsal = rehearsed(1, 1000)
    quiet = {use.rule.id for use in never_broken(rehearsal.uses) if use.rule.force is Force.REQUIRED}
    assert quiet == {
        "strand",  # a strand that the call does not have is refused on submission already
        "balance",  # without other sources listed, the rate is the stricter rule
        "one-consortium-per-strand",  # the call does not say which proposals fall, so a clash is undecided
    }
    assert dict(refusals(rehearsal)).keys() == {"late", "incomplete", "no such strand"}


@pytest.mark.parametrize("name", call_names())
def test_every_call_that_comes_with_hanse_can_be_rehearsed(name: str) -> None:
    rehearsal = rehearsed(1, 60, name)
    steps = dict(funnel(rehearsal))
    assert steps["submitted"] == 60
    assert steps["eligible"] > 0
    assert steps["funded"] >= 0
    assert list(in_lines(rehearsal))[-1] == f"  Digest: {rehearsal.digest}"


def test_the_report_says_what_is_assumed_and_draws_each_chart_beside_its_table() -> None:
    page = as_html(rehearsed())
    for sentence in rehearsed().call.assumptions:
        assert sentence.split(":")[0] in page
    assert page.count("<svg") <= page.count("<table")
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


def test_the_report_is_well_formed() -> None:
    open_tags: list[str] = []

    class Balance(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag not in {"meta", "rect", "line"}:
                open_tags.append(tag)

        def handle_endtag(self, tag: str) -> None:
            if tag not in {"meta", "rect", "line"}:
                assert open_tags.pop() == tag

    Balance().feed(as_html(rehearsed()))
    assert open_tags == []


def test_a_call_without_criteria_is_rehearsed_up_to_eligibility() -> None:
    call = read_call(CALL)
    rehearsal = rehearse(context_for(call), organisations(), 20, 1)
    assert rehearsal.ranking is None
    assert rehearsal.stopped == "the award criteria are not stated, and no assumption fills the gap"
    assert any("Not evaluated" in line for line in in_lines(rehearsal))
    assert "Not evaluated" in as_html(rehearsal)


def test_charts_hold_their_figures_as_text_and_escape_labels() -> None:
    drawn = bars("T", "D", [("<b>", 1200), ("none", 0)], "EUR")
    assert "&lt;b&gt;" in drawn
    assert "1\u00a0200 EUR" in drawn
    assert stacked("T", "D", ("a", "b"), [("row", (0, 0))]).count("<rect") == 2
    assert columns("T", "D", [], [], ("from", "to")).startswith("<svg")


def test_a_strand_that_nobody_can_meet_is_named() -> None:
    call = read_call(CALL)
    impossible = tuple(
        replace(rule, parameters={"minimum": 60, "groups": ["COSME"]}) if rule.kind == "minimum_countries" else rule
        for rule in call.rules
    )
    with pytest.raises(ValueError, match="no eligible consortium for strand A"):
        rehearse(context_for(replace(call, rules=impossible)), organisations(), 40, 1)
