"""The engine applies the rules of a strand and draws one verdict, with what it set aside said by name."""

from dataclasses import replace
from typing import Any

import pytest
from tests.cast import call, consortium, context, dossier, rule_table

from hanse.core.call import Scope
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.engine import Examiner, check, check_all
from hanse.core.eligibility.findings import Assessment, ProposalVerdict, Verdict
from hanse.core.eligibility.kinds import KINDS, MemberKind
from hanse.core.proposal import Dossier
from hanse.core.values.faults import Faulty
from hanse.core.values.unknown import NOT_STATED

THREE = rule_table("minimum_entities", id="three", parameters={"minimum": 3})
LENGTH = rule_table("duration_range", id="length")
QUESTION = rule_table(
    "officer_decides", id="question", decider="officer", parameters={"question": "Is it about defence?"}
)
ONCE = rule_table("one_consortium_per_organisation", id="once", parameters={"per": "strand", "consequence": "all"})


def surroundings(*rules: dict[str, Any]) -> Context:
    return context(call(*rules))


def test_a_proposal_is_eligible_if_every_required_rule_is_met() -> None:
    found = check(dossier(), surroundings(THREE, LENGTH))
    assert found.verdict is ProposalVerdict.ELIGIBLE
    assert [(finding.rule.id, finding.verdict) for finding in found.findings] == [
        ("three", Verdict.MET),
        ("length", Verdict.MET),
    ]
    assert (found.proposal, found.strand, found.left_to_officer, found.needs_all_submissions) == ("blue", "A", (), ())


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        pytest.param({"consortium": consortium("IT", "DE")}, ProposalVerdict.NOT_ELIGIBLE, id="one rule not met"),
        pytest.param({"duration_months": NOT_STATED}, ProposalVerdict.UNDECIDED, id="one rule undecided"),
        pytest.param({"consortium": consortium("IT"), "duration_months": NOT_STATED}, ProposalVerdict.NOT_ELIGIBLE,
            id="not met weighs more than undecided"),
        pytest.param({"strand": NOT_STATED}, ProposalVerdict.UNDECIDED, id="no strand, so no allowed duration"),
    ],
)  # fmt: skip
def test_one_rule_decides_against_the_proposal(changed: dict[str, Any], verdict: ProposalVerdict) -> None:
    for rules in ((THREE, LENGTH), (LENGTH, THREE)):
        assert check(dossier(**changed), surroundings(*rules)).verdict is verdict


def test_two_undecided_rules_are_one_undecided_proposal() -> None:
    found = check(dossier(duration_months=NOT_STATED), surroundings(LENGTH, {**LENGTH, "id": "again"}))
    assert found.verdict is ProposalVerdict.UNDECIDED


def test_advice_is_told_and_does_not_decide() -> None:
    found = check(dossier("IT"), surroundings({**THREE, "force": "advised"}))
    assert found.verdict is ProposalVerdict.ELIGIBLE
    assert found.findings[0].verdict is Verdict.NOT_MET


def test_what_an_officer_decides_is_set_aside_by_name() -> None:
    found = check(dossier(), surroundings(THREE, QUESTION))
    assert (found.verdict, found.left_to_officer) == (ProposalVerdict.ELIGIBLE, ("question",))


def test_any_rule_can_be_left_to_an_officer_whatever_the_machine_finds() -> None:
    found = check(dossier("IT"), surroundings({**THREE, "decider": "officer"}))
    assert (found.verdict, found.left_to_officer) == (ProposalVerdict.ELIGIBLE, ("three",))


def test_a_rule_over_the_whole_call_is_set_aside_while_the_other_submissions_are_not_at_hand() -> None:
    found = check(dossier(), surroundings(ONCE))
    assert (found.verdict, found.needs_all_submissions) == (ProposalVerdict.ELIGIBLE, ("once",))


def test_with_all_submissions_the_rules_over_the_call_decide() -> None:
    blue, red = dossier(), dossier("IT", "FR", "TR", proposal="red")
    green = dossier("ES", "PL", "GR", proposal="green")
    verdicts = {found.proposal: found.verdict for found in check_all([blue, red, green], surroundings(ONCE))}
    assert verdicts == {
        "blue": ProposalVerdict.NOT_ELIGIBLE,
        "red": ProposalVerdict.NOT_ELIGIBLE,
        "green": ProposalVerdict.ELIGIBLE,
    }


def test_only_the_rules_of_the_strand_are_applied() -> None:
    here = surroundings({**THREE, "strands": ["B"]}, LENGTH)
    examiner = Examiner(here)
    assert [bound.rule.id for bound in examiner.rules_for("A")] == ["length"]
    assert [bound.rule.id for bound in examiner.rules_for("B")] == ["three", "length"]
    assert examiner.rules_for("A") is examiner.rules_for("A")
    assert examiner.check(dossier()).finding("three") is None


def test_where_the_strand_is_not_stated_the_rules_of_single_strands_are_undecided() -> None:
    found = check(dossier("IT", strand=NOT_STATED), surroundings({**THREE, "strands": ["A", "B"]}))
    finding = found.finding("three")
    assert finding is not None
    assert (found.verdict, found.strand, finding.verdict) == (ProposalVerdict.UNDECIDED, "", Verdict.UNDECIDED)
    assert finding.reason == "The strand is not stated; this rule is for strand A, B."


def test_what_reading_assumed_travels_with_the_assessment() -> None:
    assumed = ("role of 2 participant(s) not stated; read as beneficiary",)
    assert check(dossier(assumptions=assumed), surroundings(THREE)).assumptions == assumed


def test_a_rule_can_narrow_the_scope_of_its_kind() -> None:
    (bound,) = Examiner(surroundings({**ONCE, "scope": "proposal"})).rules
    assert bound.scope is Scope.PROPOSAL
    assert Examiner(surroundings(ONCE)).rules[0].scope is Scope.CALL


def test_every_rule_without_a_meaning_is_a_fault_and_all_are_told() -> None:
    with pytest.raises(Faulty) as wrong:
        Examiner(
            surroundings(
                rule_table("minimum_charm", id="charm"),
                rule_table("minimum_entities", id="many", parameters={"minimum": "three", "maximum": 5}),
                {**QUESTION, "decider": "machine"},
            )
        )
    assert [(fault.place, fault.key, fault.what) for fault in wrong.value.faults] == [
        ("TEST-2020", "rule charm.kind", f"there is no rule kind 'minimum_charm'; expected one of {', '.join(sorted(KINDS))}"),
        ("TEST-2020", "rule many.parameters.minimum", "is 'three'; expected a whole number of zero or more"),
        ("TEST-2020", "rule many.parameters.maximum", "is not a key here; expected one of: minimum, roles"),
        ("TEST-2020", "rule question.decider", 'expected decider = "officer" for a question to an officer'),
    ]  # fmt: skip


def test_every_kind_is_registered_under_its_own_name() -> None:
    assert {name: kind.name for name, kind in KINDS.items()} == {name: name for name in KINDS}


def test_kinds_that_look_at_members_tell_what_they_see() -> None:
    seeing = {name for name, kind in KINDS.items() if hasattr(kind, "sees")}
    assert seeing == {
        "every_member_in_group",
        "independent_entities",
        "members_in_different_countries",
        "minimum_countries",
        "minimum_entities",
        "organisation_type",
        "own_legal_personality",
        "registered_or_requested",
        "some_member_has_property",
    }
    (bound,) = Examiner(surroundings(THREE)).rules
    assert isinstance(bound.kind, MemberKind)


def test_checking_twice_gives_the_same_answer_and_changes_nothing() -> None:
    blue: Dossier = dossier()
    before = replace(blue)
    examiner = Examiner(surroundings(THREE, LENGTH))
    first: Assessment = examiner.check(blue)
    assert (examiner.check(blue), blue) == (first, before)
