"""Counts are ranges: what is certain and what is possible, and the ranges are exact."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cast import CLOSING_DAY, context, kind_faults, nobody, organisation

from hanse.core.consortium import Organisation, Role
from hanse.core.eligibility.findings import Verdict
from hanse.core.eligibility.measures import (
    CountryTally,
    Wording,
    as_day_or_closing,
    as_groups,
    by_range,
    each_member,
    entity_range,
    ids_of,
    names_of,
    tally,
)
from hanse.core.values.unknown import NOT_STATED, Maybe, Unknown

# --- legal entities --------------------------------------------------------------------------------------------


def worlds(members: Sequence[Organisation]) -> Iterator[int]:
    """Brute force: every way in which unknown bodies and countries could turn out, as a count of bodies.

    A body is one of the named ones or a new one; a country is one of those named or one elsewhere; a way is
    possible if no body stands in two countries.
    """
    named = {o.legal_entity for o in members if not isinstance(o.legal_entity, Unknown)}
    placed = {o.country for o in members if not isinstance(o.country, Unknown)}
    new = [f"new {number}" for number in range(len(members))]
    elsewhere = [f"elsewhere {number}" for number in range(len(members))]
    bodies = [[o.legal_entity] if not isinstance(o.legal_entity, Unknown) else [*named, *new] for o in members]
    countries = [[o.country] if not isinstance(o.country, Unknown) else [*placed, *elsewhere] for o in members]
    for chosen in product(*bodies):
        for seats in product(*countries):
            if len(set(zip(chosen, seats, strict=True))) == len(set(chosen)):
                yield len(set(chosen))


def consistent(members: Sequence[Organisation]) -> bool:
    """True if no named body is stated to stand in two countries; reading a dossier refuses those."""
    stated = {
        (o.legal_entity, o.country)
        for o in members
        if not isinstance(o.legal_entity, Unknown) and not isinstance(o.country, Unknown)
    }
    return len(stated) == len({body for body, _ in stated})


@st.composite
def members(draw: st.DrawFn) -> list[Organisation]:
    """Up to four organisations with bodies and countries from a small pool, each stated or not."""
    body = st.sampled_from(["p", "q", "r"]) | st.just(NOT_STATED)
    country = st.sampled_from(["IT", "DE"]) | st.just(NOT_STATED)
    facts = draw(st.lists(st.tuples(body, country), max_size=4))
    return [Organisation(f"o{n}", legal_entity=b, country=c) for n, (b, c) in enumerate(facts)]


@given(members().filter(consistent))
@settings(max_examples=60, deadline=None)
def test_the_range_of_legal_entities_is_exactly_what_brute_force_finds(group: list[Organisation]) -> None:
    counts = set(worlds(group))
    assert entity_range(group) == (min(counts), max(counts))


def member(body: Maybe[str], country: Maybe[str]) -> Organisation:
    return Organisation("any", legal_entity=body, country=country)


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        pytest.param([], (0, 0), id="nobody"),
        pytest.param([(NOT_STATED, NOT_STATED)] * 3, (1, 3), id="three of whom nothing is stated"),
        pytest.param([(NOT_STATED, "IT"), (NOT_STATED, "IT")], (1, 2), id="two in one country might be one body"),
        pytest.param([(NOT_STATED, "IT"), (NOT_STATED, "DE")], (2, 2), id="two in two countries cannot be"),
        pytest.param([("p", "IT"), ("p", "IT"), ("q", "IT")], (2, 2), id="one body runs two clusters"),
        pytest.param([("p", NOT_STATED), (NOT_STATED, "IT")], (1, 2), id="a named body might stand in that country"),
        pytest.param([("p", NOT_STATED), ("q", NOT_STATED), (NOT_STATED, "IT")], (2, 3), id="but only one of two can"),
        pytest.param([("p", "IT"), (NOT_STATED, "IT"), (NOT_STATED, "IT")], (1, 3), id="unnamed beside a named one"),
    ],
)
def test_the_range_of_legal_entities_by_example(
    group: list[tuple[Maybe[str], Maybe[str]]], expected: tuple[int, int]
) -> None:
    assert entity_range([member(*facts) for facts in group]) == expected


def test_two_hundred_members_are_counted() -> None:
    assert entity_range(organisation("IT", number) for number in range(1, 201)) == (200, 200)


# --- words -----------------------------------------------------------------------------------------------------


def test_a_long_list_of_names_is_cut_and_says_so() -> None:
    nine = [nobody(f"o{number}") for number in range(1, 10)]
    assert names_of(nine[:8]) == "o1, o2, o3, o4, o5, o6, o7, o8"
    assert names_of(nine) == "o1, o2, o3, o4, o5, o6, o7, o8 and 1 more"
    assert names_of([]) == ""
    assert ids_of(nine[:2]) == ["o1", "o2"]


def test_doubts_are_told_once_each_with_the_members_without_a_country() -> None:
    doubts = CountryTally(doubts=["BA is open", "BA is open", "AM is open"], unplaced=[nobody("blank")])
    assert doubts.why_unsure() == "BA is open; AM is open; the country of blank is not stated"
    assert CountryTally().why_unsure() == ""


# --- countries -------------------------------------------------------------------------------------------------


def test_members_are_sorted_by_the_standing_of_their_country() -> None:
    group = [organisation("IT"), organisation("IT", 2), organisation("US"), organisation("BA"), nobody("blank")]
    found = tally(group, ("COSME",), context(), "A")
    assert {country: ids_of(inside) for country, inside in found.inside.items()} == {"IT": ["lanterna", "lanterna-2"]}
    assert (list(found.doubtful), list(found.outside), ids_of(found.unplaced)) == (["BA"], ["US"], ["blank"])
    assert found.doubts == ["the day from which Bosnia and Herzegovina (BA) takes part in COSME is not published"]


# --- verdicts --------------------------------------------------------------------------------------------------


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_a_minimum_is_met_for_certain_missed_for_certain_or_undecided(low: int, more: int, minimum: int) -> None:
    possible = {count >= minimum for count in range(low, low + more + 1)}
    verdict = by_range(low, low + more, minimum)
    assert verdict is (
        Verdict.UNDECIDED if len(possible) == 2 else Verdict.MET if possible == {True} else Verdict.NOT_MET
    )


WORDING = Wording(
    met="All {count} hold {braces}.",
    broken="Not {names} {braces}.",
    unsure="Unsure {names} {braces}.",
    repair="Mend {names} {braces}.",
)


@pytest.mark.parametrize(
    ("answers", "verdict", "reason", "repair"),
    [
        pytest.param([], Verdict.MET, "All 0 hold {braces}.", "", id="nobody breaks it if nobody is there"),
        pytest.param([True, True], Verdict.MET, "All 2 hold {braces}.", "", id="all hold"),
        pytest.param([True, NOT_STATED], Verdict.UNDECIDED, "Unsure o1 {braces}.", "", id="one is not known"),
        pytest.param(
            [False, NOT_STATED], Verdict.NOT_MET, "Not o0 {braces}.", "Mend o0 {braces}.", id="one breaks it for sure"
        ),
    ],
)
def test_a_rule_for_every_member(answers: list[Maybe[bool]], verdict: Verdict, reason: str, repair: str) -> None:
    group = [nobody(f"o{place}") for place in range(len(answers))]
    outcome = each_member(group, answers, WORDING)
    assert (outcome.verdict, outcome.reason, outcome.repair) == (verdict, reason, repair)


# --- parameters ------------------------------------------------------------------------------------------------


def test_a_rule_names_at_least_one_group() -> None:
    assert as_groups(["EU", "COSME"]) == ("EU", "COSME")
    with pytest.raises(ValueError, match="is empty; expected at least one group"):
        as_groups([])


def test_a_day_may_be_the_closing_day() -> None:
    assert as_day_or_closing("closing_date") is None
    assert as_day_or_closing("2020-12-02") == CLOSING_DAY


@pytest.mark.parametrize("written", [["boss"], "coordinator", [3]])
def test_unknown_roles_are_refused_with_those_that_exist(written: Any) -> None:
    assert kind_faults("minimum_entities", minimum=3, roles=written) == [
        f"roles: is {written!r}; expected a list of {', '.join(role.value for role in Role)}"
    ]
