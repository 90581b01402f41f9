"""An organisation stands in at most one consortium of a strand, a phase or the call."""

from datetime import timedelta
from typing import Any

import pytest
from tests.cast import call, call_tables, consortium, context, dossier, kind, kind_faults, of_members, organisation

from hanse.core.consortium import Consortium, Role
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import Verdict
from hanse.core.eligibility.kinds import Kind
from hanse.core.proposal import Dossier
from hanse.core.values.unknown import NOT_STATED, Unknown

MET, NOT_MET, UNDECIDED = Verdict.MET, Verdict.NOT_MET, Verdict.UNDECIDED
DAY = timedelta(days=1)


def once(per: str = "strand", consequence: object = "all", **parameters: Any) -> Kind:
    return kind("one_consortium_per_organisation", per=per, consequence=consequence, **parameters)


def red(**changed: Any) -> Dossier:
    """Another submission that shares the Italian member with `blue`."""
    return dossier("FR", "IT", "TR", **{"proposal": "red", **changed})


def verdict(rule: Kind, blue: Dossier, *others: Dossier, of: Context | None = None) -> Verdict:
    here = context(None if of is None else of.call, [blue, *others])
    return rule.check(blue, here).verdict


def three_strands() -> Context:
    """The small call with strands A and B of phase one and a strand C without a phase."""
    strands = call_tables()[0]["strand"]
    return context(call(strand=[*strands, {"id": "C", "title": "Other", "envelope": "a"}]))


@pytest.mark.parametrize(
    ("mine", "theirs", "per_strand", "per_phase", "per_call"),
    [
        pytest.param("A", "A", NOT_MET, NOT_MET, NOT_MET, id="the same strand"),
        pytest.param("A", "B", MET, NOT_MET, NOT_MET, id="another strand of the same phase"),
        pytest.param("A", "C", MET, MET, NOT_MET, id="a strand without a phase"),
        pytest.param("C", "C", NOT_MET, NOT_MET, NOT_MET, id="the same strand without a phase"),
        pytest.param("A", NOT_STATED, UNDECIDED, UNDECIDED, NOT_MET, id="their strand is not stated"),
        pytest.param(NOT_STATED, "A", UNDECIDED, UNDECIDED, NOT_MET, id="the own strand is not stated"),
        pytest.param("X", "X", NOT_MET, NOT_MET, NOT_MET, id="the same strand, unknown to the call"),
    ],
)
def test_the_limit_holds_within_a_strand_a_phase_or_the_call(
    mine: Any, theirs: Any, per_strand: Verdict, per_phase: Verdict, per_call: Verdict
) -> None:
    blue, other = dossier(strand=mine), red(strand=theirs)
    verdicts = [verdict(once(per), blue, other, of=three_strands()) for per in ("strand", "phase", "call")]
    assert verdicts == [per_strand, per_phase, per_call]


@pytest.mark.parametrize(
    ("apart", "all_fall", "later_fall", "not_said"),
    [
        pytest.param(-DAY, NOT_MET, NOT_MET, UNDECIDED, id="the other came a day earlier"),
        pytest.param(DAY, NOT_MET, MET, UNDECIDED, id="the other came a day later"),
        pytest.param(0 * DAY, NOT_MET, UNDECIDED, UNDECIDED, id="both came at once"),
        pytest.param(None, NOT_MET, UNDECIDED, UNDECIDED, id="when the other came is not stated"),
    ],
)
def test_the_call_says_which_proposals_fall(
    apart: timedelta | None, all_fall: Verdict, later_fall: Verdict, not_said: Verdict
) -> None:
    blue = dossier()
    assert not isinstance(blue.submitted_at, Unknown)
    other = red(submitted_at=NOT_STATED if apart is None else blue.submitted_at + apart)
    rules = once(consequence="all"), once(consequence="later"), once(consequence={"unknown": "not found"})
    assert [verdict(rule, blue, other) for rule in rules] == [all_fall, later_fall, not_said]


def test_the_reasons_name_proposals_and_members() -> None:
    blue = dossier()
    assert not isinstance(blue.submitted_at, Unknown)
    said = {
        consequence: once(consequence=consequence).check(blue, context(others=[blue, red(submitted_at=at)]))
        for consequence, at in (("all", blue.submitted_at), ("later", blue.submitted_at + DAY))
    }
    assert said["all"].reason == "Members stand also in red: Lanterna Marine Cluster."
    assert said["all"].facts == {"members": ["lanterna"], "proposals": ["red"]}
    assert said["all"].repair == "Each of them leaves all consortia but one."
    assert said["later"].reason == (
        "Members stand also in red: Lanterna Marine Cluster, but this proposal was submitted first."
    )


def test_first_among_those_stated_is_not_enough_while_a_strand_is_not_stated() -> None:
    blue = dossier()
    assert not isinstance(blue.submitted_at, Unknown)
    later, elsewhere = red(submitted_at=blue.submitted_at + DAY), red(proposal="grey", strand=NOT_STATED)
    outcome = once(consequence="later").check(blue, context(others=[blue, later, elsewhere]))
    assert (outcome.verdict, outcome.reason) == (
        UNDECIDED,
        "Members also stand in grey, of which the strand is not stated.",
    )


def test_where_the_own_instant_is_not_stated_nobody_knows_who_was_first() -> None:
    assert verdict(once(consequence="later"), dossier(submitted_at=NOT_STATED), red()) is UNDECIDED


def test_organisations_are_compared_by_legal_entity_or_else_by_id() -> None:
    twin = organisation("IT", 2, legal_entity="lanterna-body")
    assert verdict(once(), dossier(), red(consortium=of_members(twin))) is NOT_MET
    silent = {"consortium": consortium("IT", legal_entity=NOT_STATED)}
    assert verdict(once(), dossier(**silent), red(**silent)) is NOT_MET
    assert verdict(once(), dossier(), red(consortium=consortium("FR"))) is MET


def test_only_applicants_are_held_to_it_unless_the_rule_names_other_roles() -> None:
    partner = dossier(consortium=consortium("ES", "IT", role=Role.INTERNATIONAL_PARTNER))
    assert verdict(once(), partner, red()) is MET
    assert verdict(once(roles=["international_partner"]), partner, red()) is NOT_MET


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param(Consortium(()), MET, id="an empty consortium"),
        pytest.param(consortium(*["IT"] * 200), NOT_MET, id="two hundred members, one of them elsewhere too"),
    ],
)
def test_consortia_of_any_size(members: Consortium, expected: Verdict) -> None:
    assert verdict(once(), dossier(consortium=members), red()) is expected


def test_without_the_other_submissions_it_is_undecided() -> None:
    outcome = once().check(dossier(), context())
    assert (outcome.verdict, outcome.reason) == (UNDECIDED, "Needs all submissions of the call.")


def test_within_what_it_holds_must_be_said() -> None:
    assert kind_faults("one_consortium_per_organisation", per="year", consequence="none") == [
        'per: is \'year\'; expected one of "strand", "phase", "call"',
        'consequence: is \'none\'; expected one of "all", "later"',
    ]
