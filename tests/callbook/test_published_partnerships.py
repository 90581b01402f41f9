"""The real partnerships against the calls that they won: the rules must not contradict what happened."""

import pytest

from hanse.callbook.calls import read_call
from hanse.callbook.reference import Partnership, geography, partnerships, published_dossier
from hanse.core.consortium import Role
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.engine import check
from hanse.core.eligibility.findings import Assessment, Verdict
from hanse.core.values.unknown import Unknown

COMPLETE = [partnership for partnership in partnerships() if partnership.complete]
NAMES = [partnership.name for partnership in COMPLETE]

OFFICER = {"members-elsewhere", "composition", "scope-1a", "scope-1b"}
ALL_SUBMISSIONS = {"one-strand", "one-per-phase"}
NOT_PUBLISHED = {
    "independent",  # independence of the members
    "cluster-organisations",  # what kind of organisation each member is
    "eccp",  # days of registration on the platform
    "defence-related",  # which members are defence-related
    "duration",
    "rate",
    "cap",
}
"""Rules of the three calls that turn on facts which no public page at hand states."""


def assess(partnership: Partnership) -> Assessment:
    call = read_call(partnership.call)
    assert not isinstance(call.window.closes_on, Unknown)
    return check(published_dossier(partnership), Context(call, geography(), call.window.closes_on))


@pytest.mark.parametrize("partnership", COMPLETE, ids=NAMES)
def test_no_rule_refuses_a_partnership_that_was_funded(partnership: Partnership) -> None:
    refused = [f"{f.rule.id}: {f.reason}" for f in assess(partnership).findings if f.verdict is Verdict.NOT_MET]
    assert refused == []


@pytest.mark.parametrize("partnership", COMPLETE, ids=NAMES)
def test_members_and_countries_of_a_funded_partnership_settle_every_rule_about_them(partnership: Partnership) -> None:
    open_rules = {f.rule.id for f in assess(partnership).findings if f.verdict is Verdict.UNDECIDED}
    assert open_rules <= NOT_PUBLISHED | OFFICER | ALL_SUBMISSIONS


def test_a_list_that_names_too_few_members_is_refused_and_says_why_in_its_note() -> None:
    partial = [p for p in partnerships() if not p.complete]
    refused = [p for p in partial if any(f.verdict is Verdict.NOT_MET for f in assess(p).findings)]
    assert len(partial) == 8
    assert {p.name for p in refused} == {
        "ECCA - European Circular Construction Alliance",
        "Energy in Water (EnW)",
        "NATUREEF",
        "SeaMICI",
    }
    assert all(p.note for p in refused)


def test_a_published_dossier_says_how_many_roles_it_had_to_assume() -> None:
    by_name = {p.name: published_dossier(p) for p in partnerships()}
    silicon = by_name["Silicon Europe Worldwide (ESCiP)"]
    assert silicon.assumptions == ("role of 6 participant(s) not stated; read as beneficiary",)
    sport = by_name["EU4SportsClusters Alliance"]
    assert sport.assumptions == ()
    assert len(sport.consortium.in_roles(frozenset({Role.COORDINATOR}))) == 1
    assert sport.consortium.participants[0].organisation.sectors == {"sport"}
    assert isinstance(sport.budget.requested, Unknown)
