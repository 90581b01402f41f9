"""Boundary examples are real neighbours: one step apart, one meets the rule and the other does not."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.cast import (
    call,
    call_tables,
    consortium,
    context,
    dossier,
    euro,
    nobody,
    of_members,
    organisation,
    rule_table,
)

from hanse.core.budget import Budget, CostLine, total
from hanse.core.call import Scope
from hanse.core.consortium import Consortium, OrganisationKind, Role
from hanse.core.eligibility import boundaries
from hanse.core.eligibility.boundaries import Boundary, Change, boundary_pairs, rivals, steps
from hanse.core.eligibility.context import Context, Submissions
from hanse.core.eligibility.engine import Examiner
from hanse.core.eligibility.findings import ProposalVerdict, Verdict
from hanse.core.eligibility.kinds import KINDS
from hanse.core.eligibility.ordinary import ordinary_proposals, sample_countries
from hanse.core.proposal import Dossier, check_members
from hanse.core.values.money import Money
from hanse.core.values.unknown import NOT_STATED, Unknown

C = Change

RULES: dict[str, tuple[dict[str, Any], set[Change]]] = {
    "budget_balance": ({}, {C.REQUEST, C.COSTS}),
    "duration_range": ({}, {C.SHORTER, C.LONGER, C.STRAND}),
    "every_member_in_group": ({"groups": ["COSME"]}, {C.MOVES}),
    "grant_cap": ({}, {C.REQUEST, C.STRAND}),
    "independent_entities": ({"minimum": 3}, {C.LEAVES, C.ROLE, C.PROPERTY}),
    "maximum_targets": ({"maximum": 5}, {C.TARGETS}),
    "members_in_different_countries": (
        {"members": 2, "countries": 2, "groups": ["EU"]},
        {C.LEAVES, C.ROLE, C.MOVES},
    ),
    "minimum_countries": ({"minimum": 3, "groups": ["COSME"]}, {C.LEAVES, C.ROLE, C.MOVES}),
    "minimum_entities": ({"minimum": 3}, {C.LEAVES, C.ROLE}),
    "minimum_targets": ({"minimum": 2, "outside": ["COSME"]}, {C.TARGETS}),
    "officer_decides": ({"question": "Is it about defence?"}, set()),
    "one_consortium_per_organisation": ({"per": "strand", "consequence": "later"}, {C.RIVAL}),
    "one_strand_per_consortium": ({"same": "same_members"}, {C.RIVAL}),
    "organisation_type": ({"allowed": ["cluster_organisation"]}, {C.TYPE}),
    "own_legal_personality": ({}, {C.PERSONALITY}),
    "registered_or_requested": ({"platform": "ECCP", "requested_counts": True}, {C.REGISTRATION}),
    "reimbursement_rate": ({}, {C.REQUEST, C.COSTS}),
    "some_member_has_property": ({"property": "defence_related"}, {C.LEAVES, C.PROPERTY}),
    "strand_of_the_call": ({}, {C.STRAND}),
}


def examiner(*rules: dict[str, Any], **changed: Any) -> Examiner:
    return Examiner(context(call(*rules, **changed)))


def pairs(kind: str, parameters: dict[str, Any], **changed: Any) -> tuple[Boundary, ...]:
    decider = "officer" if kind == "officer_decides" else "machine"
    one = examiner(rule_table(kind, parameters=parameters, decider=decider), **changed)
    return boundary_pairs(one, one.context.call.rules[0])


def test_every_kind_is_tried() -> None:
    assert set(RULES) == set(KINDS)


@pytest.mark.parametrize("kind", sorted(RULES))
def test_each_pair_is_one_step_apart_and_the_rule_turns_between_them(kind: str) -> None:
    parameters, changes = RULES[kind]
    found = pairs(kind, parameters)
    assert {boundary.change for boundary in found} == changes
    assert len(found) == len(changes)
    for boundary in found:
        here = context(call(rule_table(kind, parameters=parameters)))
        beside = [boundary.just_out, *boundary.others] if KINDS[kind].scope is Scope.CALL else None
        around = Context(here.call, here.geography, here.on, None if beside is None else Submissions.of(beside))
        (bound,) = Examiner(around).rules
        alone = Context(here.call, here.geography, here.on, Submissions.of([boundary.just_in]))
        assert bound.kind.check(boundary.just_in, alone) == boundary.met
        assert bound.kind.check(boundary.just_out, around) == boundary.broken
        assert (boundary.met.verdict, boundary.broken.verdict) == (Verdict.MET, Verdict.NOT_MET)
        assert boundary.others or any(
            step.dossier == boundary.just_out and step.sentence == boundary.step
            for step in steps(boundary.just_in, here, (), sorted(here.geography.names))
        )


def test_the_same_call_gives_the_same_examples() -> None:
    assert pairs("minimum_countries", RULES["minimum_countries"][0]) == pairs(
        "minimum_countries", RULES["minimum_countries"][0]
    )


def test_the_examples_read_plainly() -> None:
    said = {boundary.step for boundary in pairs("minimum_countries", RULES["minimum_countries"][0])}
    assert said == {
        "Member 3 leaves.",
        "Member 3 takes part as affiliated entity.",
        "Member 3 is established in Canada (CA) instead of France (FR).",
    }


def test_a_rule_of_one_strand_is_shown_in_that_strand() -> None:
    one = examiner(rule_table("duration_range", strands=["B"]))
    found = boundary_pairs(one, one.context.call.rules[0])
    assert {boundary.just_in.strand for boundary in found} == {"B"}
    assert "The project takes one month more, 25." in {boundary.step for boundary in found}


def test_a_boundary_two_steps_away_is_found_too() -> None:
    (registered,) = pairs("registered_or_requested", {"platform": "ECCP", "requested_counts": True, "by": "2020-12-04"})
    assert registered.step.endswith("requests registration a day later, on 2020-12-05.")
    found = pairs("maximum_targets", {"maximum": 9})
    assert [len(targets) for b in found if not isinstance(targets := b.just_out.targets, Unknown)] == [10]


def test_a_boundary_out_of_reach_is_not_invented() -> None:
    assert pairs("maximum_targets", {"maximum": 40}) == ()


def test_where_the_call_does_not_say_what_follows_nothing_is_outside_for_certain() -> None:
    (boundary,) = pairs("one_consortium_per_organisation", {"per": "call"})
    assert boundary.broken.verdict is Verdict.UNDECIDED
    assert boundary.others[0].proposal == "example-other"


def test_ordinary_proposals_begin_with_one_that_meets_the_whole_call() -> None:
    rules = [
        rule_table(kind, parameters=parameters, decider="officer" if kind == "officer_decides" else "machine")
        for kind, (parameters, _) in RULES.items()
    ]
    one = examiner(*rules)
    first = ordinary_proposals(one, one.context.call.strands[0], one.rules[0])[0]
    assert one.check(first).verdict is ProposalVerdict.ELIGIBLE
    assert check_members(first.consortium, "", "") == []


def test_rates_side_by_side_are_used_up_to_the_cent() -> None:
    rates = [
        {"category": "support", "title": "Support", "max_rate": "100 %"},
        {"category": "other", "title": "Other", "max_rate": "90 %"},
        {"category": "open", "title": "Open", "max_rate": {"unknown": "not found"}},
    ]
    found = pairs("reimbursement_rate", {}, cost_rate=rates)
    assert {boundary.change for boundary in found} == {C.REQUEST, C.COSTS}
    for boundary in found:
        budget = boundary.just_out.budget
        assert budget.total_cost == total(line.amount for line in budget.lines)


def test_a_call_without_figures_has_no_boundary_for_them() -> None:
    strands = call_tables()[0]["strand"]
    for strand in strands:
        for figure in ("max_grant", "max_rate", "min_months", "max_months"):
            del strand[figure]
    assert pairs("grant_cap", {}, strand=strands) == ()
    assert {boundary.change for boundary in pairs("budget_balance", {}, strand=strands)} == {C.REQUEST, C.COSTS}


def test_without_a_closing_day_the_day_of_the_check_is_used() -> None:
    found = pairs("registered_or_requested", RULES["registered_or_requested"][0], window={"zone": "UTC"})
    assert {boundary.change for boundary in found} == {C.REGISTRATION}


# --- steps -----------------------------------------------------------------------------------------------------


def sentences(of: Dossier, **given: Any) -> list[str]:
    return [step.sentence for step in steps(of, context(), **given)]


def test_steps_change_one_thing_and_never_nothing() -> None:
    blue = dossier()
    changed = [step.dossier for step in steps(blue, context(), (organisation("TR"),))]
    assert blue not in changed
    assert len(changed) > 50


def test_of_an_empty_proposal_only_an_organisation_can_join() -> None:
    assert sentences(Dossier("empty")) == []
    assert sentences(Dossier("empty"), organisations=[organisation("TR")]) == ["Boğaz Textile Cluster joins."]


def test_of_a_stranger_only_role_and_membership_can_change() -> None:
    alone = Dossier("alone", consortium=of_members(organisation("IT"), nobody("blank")))
    assert [said for said in sentences(alone) if "blank" in said] == [
        "blank leaves.",
        "blank takes part as affiliated entity.",
        "blank takes part as associated partner.",
        "blank takes part as international partner.",
    ]


def test_who_takes_part_already_does_not_join() -> None:
    assert not [said for said in sentences(dossier(), organisations=[organisation("IT")]) if said.endswith("joins.")]


def test_members_move_where_they_are_told_and_else_to_one_country_of_each_standing() -> None:
    blue = dossier("IT")
    assert [step.sentence for step in steps(blue, context(), (), ["IT", "NO"]) if step.change is C.MOVES] == [
        "Lanterna Marine Cluster is established in Norway (NO) instead of Italy (IT)."
    ]
    here = context(call(rule_table("every_member_in_group", parameters={"groups": ["EU", "COSME"]})))
    assert sample_countries(here, "A") == ("US", "BA", "DE", "RS")
    assert len([step for step in steps(blue, here) if step.change is C.MOVES]) == 4


def test_two_clusters_of_one_country_may_turn_out_to_be_one_body() -> None:
    twins = dossier(consortium=consortium("IT", "IT", "DE"))
    found = [step for step in steps(twins, context()) if step.change is C.BODY]
    assert [step.sentence for step in found] == [
        "Lanterna Marine Cluster 2 is one legal entity with Lanterna Marine Cluster.",
        "Lanterna Marine Cluster is one legal entity with Lanterna Marine Cluster 2.",
    ]
    assert all(check_members(step.dossier.consortium, "", "") == [] for step in found)


def test_a_body_of_another_type_without_personality_can_become_a_cluster() -> None:
    unit = organisation(
        "IT", kind=OrganisationKind.OTHER, own_legal_personality=False, properties={"independent": False}
    )
    said = sentences(dossier(consortium=of_members(unit)))
    assert "Lanterna Marine Cluster is a cluster organisation." in said
    assert "Lanterna Marine Cluster is independent." in said
    assert not [sentence for sentence in said if "no legal entity" in sentence]


def test_money_is_never_taken_below_nothing() -> None:
    free = dossier(duration_months=0, budget=Budget(Money(0), Money(0)))
    said = sentences(free)
    assert not [sentence for sentence in said if " less" in sentence]
    assert "The eligible costs are one cent more, 0.01 EUR." in said


def test_a_ledger_still_adds_up_after_a_step() -> None:
    lines = (CostLine("p", "WP1", "travel", euro(1)), CostLine("p", "WP1", "staff", euro(2)))
    blue = dossier(budget=Budget(euro(3), euro(2), lines))
    dearer = next(step.dossier.budget for step in steps(blue, context()) if step.change is C.COSTS)
    assert dearer.total_cost == total(line.amount for line in dearer.lines) == euro(3) + Money(1)
    assert dearer.lines[0] == lines[0]


@pytest.mark.parametrize("sent", [dossier().submitted_at, NOT_STATED])
def test_rivals_share_a_member_or_all_in_each_strand(sent: Any) -> None:
    blue = dossier(submitted_at=sent)
    found = list(rivals(blue, call()))
    assert len(found) == 8
    for step in found:
        (other,) = step.others
        mine = {p.organisation.id for p in blue.consortium.participants}
        theirs = {p.organisation.id for p in other.consortium.participants}
        assert mine & theirs
        assert isinstance(other.submitted_at, Unknown) == (sent == NOT_STATED)


def test_an_empty_consortium_shares_nobody() -> None:
    assert len(list(rivals(dossier(consortium=Consortium(())), call()))) == 4


def test_a_search_that_leaves_strand_and_targets_out_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = replace(dossier("IT", "DE", "RS"), strand=NOT_STATED, targets=NOT_STATED)
    monkeypatch.setattr(boundaries, "ordinary_proposals", lambda *_: [silent])
    assert {boundary.change for boundary in pairs("minimum_entities", {"minimum": 3})} == {C.LEAVES, C.ROLE}


def test_the_coordinator_keeps_the_role() -> None:
    changed = [step.dossier for step in steps(dossier(), context()) if step.change is C.ROLE]
    assert {each.consortium.participants[0].role for each in changed} == {Role.COORDINATOR}


def test_registrations_come_a_day_later() -> None:
    found = [step.dossier for step in steps(dossier("IT"), context()) if step.change is C.REGISTRATION]
    days = [
        (each.consortium.participants[0].organisation.registered_on, each.consortium.participants[0].organisation)
        for each in found
    ]
    assert days[0][0] == date(2020, 9, 2)
    assert days[1][1].registration_requested_on == date(2020, 8, 2)
