"""What holds for every rule kind: learning a fact never overturns a verdict, and the order of members is nothing.

A verdict of met or not met is a promise: whatever the facts not stated turn out to be, it stays. So the same
proposal is checked twice, once with many facts left out and once with fewer; if the first check was decided, the
second must agree. Facts of the proposal, of the other submissions, of the call and of the rule itself are left out
in turn. `READINGS` lists the few places where a kind reads silence on purpose, as its docstring says.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import prod
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cast import CLOSING_DAY, NEVER, call, call_tables, context, dossier, kind

from hanse.core.budget import Budget, CostLine, Financing, total
from hanse.core.call import Scope
from hanse.core.consortium import Consortium, Organisation, OrganisationKind, Participant, Role
from hanse.core.eligibility.findings import Verdict
from hanse.core.eligibility.kinds import KINDS, MemberKind
from hanse.core.proposal import Dossier, check_members
from hanse.core.values.money import Money
from hanse.core.values.unknown import NOT_STATED

Key = tuple[object, ...]
MEMBERS = 4

READINGS: dict[str, Collection[str]] = {
    "budget_balance": {"financing"},  # other sources left out: the rest is the applicants' own
    "one_consortium_per_organisation": {"legal_entity"},  # compared by id where it is not stated
    "one_strand_per_consortium": {"legal_entity"},
}

# --- every fact stated -----------------------------------------------------------------------------------------

GROUPS = st.lists(st.sampled_from(["EU", "COSME"]), min_size=1, max_size=2, unique=True)
COUNT = st.integers(0, 4)

DAYS = (CLOSING_DAY, CLOSING_DAY + timedelta(days=1), NEVER)
PARTNERS = tuple(role for role in Role if role is not Role.COORDINATOR)
PLACES = ("US", "JP", "RS", "BA", "GB", "asia")
YES_NO = (True, False)


def one_of_each(draw: st.DrawFn, *choices: Sequence[Any]) -> list[Any]:
    """One item of each sequence, by a single draw: as free as many draws, and much faster."""
    number = draw(st.integers(0, prod(map(len, choices)) - 1))
    chosen = []
    for options in choices:
        number, place = divmod(number, len(options))
        chosen.append(options[place])
    return chosen


@st.composite
def organisations(draw: st.DrawFn) -> list[Organisation]:
    """Four organisations; a legal entity stands in one country, and may run two of them."""
    found = []
    for number in range(MEMBERS):
        country, body, sort, personality, registered, requested, independent, defence = one_of_each(
            draw,
            ("IT", "DE", "RS", "BA", "GB", "US"),
            (1, 2),
            list(OrganisationKind),
            YES_NO,
            DAYS,
            DAYS,
            YES_NO,
            YES_NO,
        )
        found.append(
            Organisation(
                id=f"o{number}",
                country=country,
                legal_entity=f"{country} body {body}",
                kind=sort,
                own_legal_personality=personality,
                registered_on=registered,
                registration_requested_on=requested,
                properties={"independent": independent, "defence": defence},
            )
        )
    return found


@st.composite
def dossiers(draw: st.DrawFn, pool: list[Organisation], proposal: str) -> Dossier:
    """A proposal with every fact stated, made of organisations of the pool in any order and role."""
    size, led, *roles = one_of_each(draw, range(MEMBERS + 1), YES_NO, *([PARTNERS] * MEMBERS))
    members = draw(st.permutations(pool))[:size]
    if led:
        roles[0] = Role.COORDINATOR
    strand, months, day, support, travel, other = one_of_each(
        draw, ("A", "B"), range(17, 26), (1, 2), (None, 0, 1, 50), (None, 3, 50), range(5)
    )
    sums = {"support": support, "travel": travel}
    lines = tuple(CostLine("o0", "WP1", name, Money(cents)) for name, cents in sums.items() if cents is not None)
    costs = total(line.amount for line in lines) if lines else Money(draw(st.integers(0, 120)))
    wanted = one_of_each(draw, *([YES_NO] * len(PLACES)))
    return dossier(
        proposal=proposal,
        strand=strand,
        consortium=Consortium(tuple(map(Participant, members, roles))),
        targets=tuple(place for place, is_target in zip(PLACES, wanted, strict=True) if is_target),
        duration_months=months,
        budget=Budget(costs, Money(draw(st.integers(0, 120))), lines, (Financing("own", Money(other)),)),
        submitted_at=datetime(2020, 12, day, tzinfo=UTC),
    )


@dataclass(frozen=True)
class World:
    """A rule, a call, a proposal and the other submissions, every fact stated."""

    name: str
    parameters: Mapping[str, Any]
    mine: Dossier
    others: tuple[Dossier, ...]
    figures: Mapping[str, Any]
    cost_rate: str
    british: bool
    bosnian: bool


PARAMETERS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "every_member_in_group": {"groups": GROUPS},
    "independent_entities": {"minimum": COUNT},
    "maximum_targets": {"maximum": COUNT},
    "members_in_different_countries": {"members": COUNT, "countries": COUNT, "groups": GROUPS},
    "minimum_countries": {"minimum": COUNT, "groups": GROUPS},
    "minimum_entities": {"minimum": COUNT},
    "minimum_targets": {"minimum": COUNT, "outside": GROUPS, "regions_allowed": st.booleans()},
    "officer_decides": {"question": st.just("Is it about defence?")},
    "one_consortium_per_organisation": {
        "per": st.sampled_from(["strand", "phase", "call"]),
        "consequence": st.sampled_from(["all", "later"]),
    },
    "one_strand_per_consortium": {"same": st.sampled_from(["same_members", "same_coordinator"])},
    "organisation_type": {"allowed": st.just(["cluster_organisation", "business_network"])},
    "registered_or_requested": {"platform": st.just("ECCP"), "requested_counts": st.booleans()},
    "some_member_has_property": {"property": st.just("defence"), "minimum": COUNT},
}


@st.composite
def worlds(draw: st.DrawFn, name: str) -> World:
    """A world for one kind."""
    pool = draw(organisations())
    cap, rate, least, most, cost_rate, british, bosnian, others = one_of_each(
        draw, (0, 1), ("0 %", "90 %", "100 %"), (18, 20), (20, 24), ("", "100 %"), YES_NO, YES_NO, range(3)
    )
    return World(
        name=name,
        parameters=draw(st.fixed_dictionaries(PARAMETERS.get(name, {}))),
        mine=draw(dossiers(pool, "blue")),
        others=tuple(draw(dossiers(pool, f"other {number}")) for number in range(others)),
        figures={"max_grant": cap, "max_rate": rate, "min_months": least, "max_months": most},
        cost_rate=cost_rate,
        british=british,
        bosnian=bosnian,
    )


# --- facts left out --------------------------------------------------------------------------------------------

OF_MEMBER = (
    "country",
    "legal_entity",
    "kind",
    "own_legal_personality",
    "registered_on",
    "registration_requested_on",
    "independent",
    "defence",
)
OF_DOSSIER = ("strand", "targets", "duration_months", "submitted_at")
OF_BUDGET = ("total_cost", "requested", "financing")
OF_CALL = ("max_grant", "max_rate", "min_months", "max_months", "cost_rate", "british", "bosnian")
OF_RULE = ("requested_counts", "regions_allowed", "consequence")


LIKELY: dict[Scope, Collection[str]] = {
    Scope.PARTICIPANT: {*OF_MEMBER, "strand", "british", "bosnian", "requested_counts"},
    Scope.CONSORTIUM: {*OF_MEMBER, "strand", "british", "bosnian"},
    Scope.PROPOSAL: {*OF_DOSSIER, *OF_BUDGET, *OF_CALL, *OF_RULE},
    Scope.CALL: {"strand", "submitted_at", "consequence"},
}
"""The facts that a kind of each scope is likely to look at: most of the search is spent on those, not all of it."""


def facts(world: World, likely: bool) -> list[Key]:
    """The facts of a world that may be left out: every one, or those its kind is likely to look at."""
    readings = READINGS.get(world.name, ())
    keys: list[Key] = [("member", f"o{number}", fact) for number in range(MEMBERS) for fact in OF_MEMBER]
    keys += [(each.proposal, fact) for each in (world.mine, *world.others) for fact in (*OF_DOSSIER, *OF_BUDGET)]
    keys += [("call", fact) for fact in OF_CALL] + [("rule", fact) for fact in OF_RULE]
    looked_at = LIKELY[KINDS[world.name].scope]
    return [key for key in keys if key[-1] not in readings and (key[-1] in looked_at or not likely)]


def without(of: Dossier, missing: frozenset[Key]) -> Dossier:
    """A proposal with facts left out; an organisation is missing the same facts wherever it stands."""

    def silent(who: Organisation) -> Organisation:
        gone = {fact for fact in OF_MEMBER if ("member", who.id, fact) in missing}
        kept = {name: holds for name, holds in who.properties.items() if name not in gone}
        fields: dict[str, Any] = dict.fromkeys(gone - set(who.properties), NOT_STATED)
        return replace(who, properties=kept, **fields)

    members = tuple(replace(p, organisation=silent(p.organisation)) for p in of.consortium.participants)
    gone: dict[str, Any] = {fact: NOT_STATED for fact in OF_DOSSIER if (of.proposal, fact) in missing}
    sums: dict[str, Any] = {fact: NOT_STATED for fact in OF_BUDGET if (of.proposal, fact) in missing}
    return replace(of, consortium=Consortium(members), budget=replace(of.budget, **sums), **gone)


def verdict(world: World, missing: frozenset[Key] = frozenset()) -> Verdict:
    """What the rule says of a world with facts left out."""
    unknown = {"unknown": "left out"}
    strands = call_tables()[0]["strand"]
    for strand in strands:
        strand |= {fact: unknown if ("call", fact) in missing else value for fact, value in world.figures.items()}
    treatments: list[dict[str, Any]] = [
        {"country": "GB", "group": "COSME", "counts": world.british, "reason": "a treaty", "strands": ["A"]},
        {"country": "BA", "group": "COSME", "counts": world.bosnian, "reason": "an agreement"},
    ]
    for fact, treatment in zip(("british", "bosnian"), treatments, strict=True):
        if ("call", fact) in missing:
            del treatment["counts"]
    rates = []
    if world.cost_rate:
        rate = unknown if ("call", "cost_rate") in missing else world.cost_rate
        rates = [{"category": "support", "title": "Support", "max_rate": rate, "strands": ["A"]}]
    here = context(
        call(strand=strands, countries={"treatment": treatments}, cost_rate=rates),
        [without(each, missing) for each in (world.mine, *world.others)],
    )
    parameters = {name: unknown if ("rule", name) in missing else value for name, value in world.parameters.items()}
    return kind(world.name, **parameters).check(without(world.mine, missing), here).verdict


def some(data: st.DataObject, keys: Sequence[Key], of: frozenset[Key] | None = None) -> frozenset[Key]:
    """Half of the keys, or of those given, by chance."""
    bits = int.from_bytes(data.draw(st.binary(min_size=len(keys) // 8 + 1, max_size=len(keys) // 8 + 1)))
    return frozenset(key for place, key in enumerate(keys) if bits >> place & 1 and (of is None or key in of))


@pytest.mark.parametrize("name", sorted(KINDS))
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_learning_a_fact_never_overturns_a_verdict(name: str, data: st.DataObject) -> None:
    world = data.draw(worlds(name))
    assert not check_members(world.mine.consortium, "", "")
    keys = facts(world, likely=data.draw(st.sampled_from([True, True, True, False])))
    more_missing = some(data, keys, some(data, keys))
    less_missing = some(data, keys, more_missing)
    before, after = verdict(world, more_missing), verdict(world, less_missing)
    assert before in (Verdict.UNDECIDED, after)


@pytest.mark.parametrize("name", sorted(KINDS))
@given(data=st.data())
@settings(max_examples=6, deadline=None)
def test_the_order_of_members_and_submissions_does_not_matter(name: str, data: st.DataObject) -> None:
    world = data.draw(worlds(name))
    keys = facts(world, likely=True)
    missing = some(data, keys, some(data, keys))
    members = tuple(data.draw(st.permutations(world.mine.consortium.participants)))
    turned = replace(world, mine=replace(world.mine, consortium=Consortium(members)), others=world.others[::-1])
    assert verdict(turned, missing) is verdict(world, missing)


@pytest.mark.parametrize("name", sorted(set(KINDS) - {"officer_decides"}))
def test_a_world_with_every_fact_stated_is_decided(name: str) -> None:
    @given(worlds(name))
    @settings(max_examples=6, deadline=None)
    def decided(world: World) -> None:
        lines_needed = world.name == "reimbursement_rate" and world.cost_rate and not world.mine.budget.lines
        same_instant = world.parameters.get("consequence") == "later"
        assert verdict(world) is not Verdict.UNDECIDED or lines_needed or same_instant

    decided()


SEEING = sorted(name for name, kind_type in KINDS.items() if hasattr(kind_type, "sees"))


@pytest.mark.parametrize("name", SEEING)
@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_two_candidates_that_a_kind_sees_alike_do_the_same_for_a_consortium(name: str, data: st.DataObject) -> None:
    world = data.draw(worlds(name))
    here = context()
    rule = kind(name, **world.parameters)
    assert isinstance(rule, MemberKind)
    candidates = [
        replace(one, id=f"new {place}", country=country, legal_entity=f"new body {place}")
        for place, (one, country) in enumerate(zip(data.draw(organisations()), ("FR", "ES", "TR", "NO"), strict=True))
    ]
    verdicts: dict[object, set[Verdict]] = {}
    for candidate in candidates:
        grown = replace(world.mine, consortium=world.mine.consortium.with_added((candidate,)))
        verdicts.setdefault(rule.sees(candidate, here, "A"), set()).add(rule.check(grown, here).verdict)
    assert all(len(found) == 1 for found in verdicts.values())
