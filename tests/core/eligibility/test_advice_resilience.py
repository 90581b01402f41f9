"""What happens if a member leaves, held against leaving it out and trying every candidate."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import cast

from hanse.core.consortium import Consortium, Organisation, Participant, Role
from hanse.core.eligibility.advice import Loss, resilience
from hanse.core.eligibility.advice.candidates import law_for
from hanse.core.eligibility.engine import Examiner
from hanse.core.eligibility.findings import ProposalVerdict, Verdict
from hanse.core.proposal import Dossier
from hanse.core.values.unknown import NOT_STATED

ENTITIES = cast.rule_table("minimum_entities", parameters={"minimum": 3})
COUNTRIES = cast.rule_table("minimum_countries", parameters={"minimum": 3, "groups": ["COSME"]})
UNION = cast.rule_table("members_in_different_countries", parameters={"members": 2, "countries": 2, "groups": ["EU"]})
COSME_ONLY = cast.rule_table("every_member_in_group", parameters={"groups": ["COSME"]})
KINDS = cast.rule_table("organisation_type", parameters={"allowed": ["cluster_organisation"]})
INDEPENDENT = cast.rule_table("independent_entities", parameters={"minimum": 2})
BACKED = cast.rule_table(
    "some_member_has_property", id="backed", parameters={"property": "backed", "roles": ["associated_partner"]}
)
RULES = (ENTITIES, COUNTRIES, UNION, COSME_ONLY, KINDS, INDEPENDENT, BACKED)

RANK = {Verdict.NOT_MET: 0, Verdict.UNDECIDED: 1, Verdict.MET: 2}


def losses(dossier: Dossier, pool: Sequence[Organisation], *rules: dict[str, object], show: int = 5) -> dict[str, Loss]:
    """Ask about every member."""
    examiner = Examiner(cast.context(cast.call(*rules)))
    return {loss.member.id: loss for loss in resilience(dossier, examiner, pool, show=show)}


@st.composite
def organisations(draw: st.DrawFn, prefix: str, most: int) -> list[Organisation]:
    """Organisations with a few facts that are there, missing or bad."""
    return [
        cast.organisation(
            draw(st.sampled_from(["IT", "DE", "FR", "RS", "BA", "US"])),
            id=f"{prefix}{number}",
            legal_entity=draw(st.sampled_from([NOT_STATED, f"{prefix}{number}"])),
            kind=draw(st.sampled_from([cast.organisation("IT").kind] * 3 + [NOT_STATED])),
            properties=draw(st.sampled_from([{"independent": True}, {"independent": True, "backed": True}, {}])),
        )
        for number in range(draw(st.integers(1, most)))
    ]


def standing(dossier: Dossier, examiner: Examiner) -> dict[str, Verdict]:
    """The verdict of each rule that decides."""
    return {
        bound.rule.id: bound.kind.check(dossier, examiner.context).verdict
        for bound in law_for(dossier, examiner, Role.BENEFICIARY).rules
    }


@settings(max_examples=150, deadline=None)
@given(organisations("m", 4), organisations("p", 5), st.lists(st.sampled_from([Role.BENEFICIARY,
       Role.ASSOCIATED_PARTNER]), min_size=3, max_size=3))  # fmt: skip
def test_losses_are_what_leaving_a_member_out_and_trying_every_candidate_shows(
    members: list[Organisation], pool: list[Organisation], roles: list[Role]
) -> None:
    participants = zip(members, [Role.COORDINATOR, *roles], strict=False)
    dossier = cast.dossier(consortium=Consortium(tuple(Participant(o, r) for o, r in participants)))
    examiner = Examiner(cast.context(cast.call(*RULES)))
    before = standing(dossier, examiner)
    for participant, loss in zip(
        dossier.consortium.participants, resilience(dossier, examiner, pool, show=9), strict=True
    ):
        rest = dossier.consortium.without(participant.organisation.id)
        without = replace(dossier, consortium=rest)
        after = standing(without, examiner)
        assert loss.verdict is examiner.check(without).verdict
        assert {item.after.rule.id for item in loss.broken} == {
            id for id in before if RANK[after[id]] < RANK[before[id]]
        }
        sure, perhaps = set(), set()
        role = Role.BENEFICIARY if participant.role is Role.COORDINATOR else participant.role
        for candidate in pool if loss.broken else ():
            replaced = standing(replace(dossier, consortium=rest.with_added((candidate,), role)), examiner)
            worse = [verdict for id, verdict in replaced.items() if RANK[verdict] < RANK[before[id]]]
            if not worse:
                sure.add(candidate.id)
            elif Verdict.NOT_MET not in worse:
                perhaps.add(candidate.id)
        assert (loss.replacements, loss.perhaps) == (len(sure), len(perhaps))
        assert {candidate.id for candidate in loss.first} == sure | perhaps
        assert {candidate.id for candidate in loss.first[: len(sure)]} == sure


def test_a_member_that_nobody_needs_can_leave() -> None:
    found = losses(cast.dossier("IT", "DE", "RS", "FR"), [cast.organisation("ES")], ENTITIES, COUNTRIES)
    assert found["phare"].sentences == ("Phare Photonics Cluster can leave: no rule stands worse without it.",)
    assert (found["phare"].verdict, found["phare"].replacements) == (ProposalVerdict.ELIGIBLE, 0)


def test_a_member_that_is_needed_is_named_with_who_could_replace_it() -> None:
    pool = [cast.organisation("FR"), cast.organisation("RS", 2), cast.organisation("US"),
            cast.organisation("BA")]  # fmt: skip
    found = losses(cast.dossier("IT", "DE", "RS"), pool, ENTITIES, COUNTRIES, UNION)
    loss = found["sava"]
    assert [item.after.rule.id for item in loss.broken] == ["minimum_entities", "minimum_countries"]
    assert [item.before for item in loss.broken] == [Verdict.MET, Verdict.MET]
    assert (loss.replacements, loss.perhaps, [o.id for o in loss.first]) == (2, 1, ["phare", "sava-2", "neretva"])
    assert loss.sentences[0].startswith("Without Sava Software Network the proposal is not eligible. minimum_entities:")
    assert loss.sentences[1] == (
        "2 organisations of the pool could replace it, and 1 other if facts that are not stated turn out well "
        "(first by name: Phare Photonics Cluster, Sava Software Network 2, Neretva Wood Cluster)."
    )
    assert not loss.needs_coordinator


def test_where_the_coordinator_leaves_another_member_takes_over() -> None:
    loss = losses(cast.dossier("IT", "DE", "RS"), [cast.organisation("FR")], ENTITIES)["lanterna"]
    assert loss.needs_coordinator
    assert loss.sentences[1:] == (
        "It coordinates, so another member has to take over.",
        "1 organisation of the pool could replace it (first by name: Phare Photonics Cluster).",
    )


def test_where_nobody_can_replace_a_member_that_is_said() -> None:
    loss = losses(cast.dossier("IT", "DE", "RS"), [cast.organisation("US")], COUNTRIES)["salzspeicher"]
    assert loss.sentences[-1] == "Nobody in the pool could replace it."


@pytest.mark.parametrize("show", [0, 1])
def test_no_more_replacements_are_named_than_asked_for(show: int) -> None:
    pool = [cast.organisation("FR"), cast.organisation("ES")]
    loss = losses(cast.dossier("IT", "DE", "RS"), pool, ENTITIES, show=show)["sava"]
    assert (loss.replacements, len(loss.first)) == (2, show)
    assert loss.sentences[-1].startswith("2 organisations of the pool could replace it")


def test_a_replacement_must_itself_meet_what_is_asked_of_each_member() -> None:
    duration = cast.rule_table("duration_range")
    pool = [cast.organisation("FR"), cast.organisation("US"), cast.organisation("ES", kind=NOT_STATED)]
    loss = losses(cast.dossier("IT", "DE", "RS"), pool, ENTITIES, COSME_ONLY, KINDS, duration)["sava"]
    assert (loss.replacements, loss.perhaps) == (1, 1)
    assert [o.id for o in loss.first] == ["phare", "almenara"]
