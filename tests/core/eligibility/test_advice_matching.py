"""How well an organisation would fit, in words."""

from dataclasses import replace
from typing import Any

import pytest
from tests.cast import REGIONS, call, consortium, context, dossier, geography, organisation, rule_table

from hanse.core.consortium import Organisation
from hanse.core.eligibility.advice.matching import Match, Matcher, best_first
from hanse.core.eligibility.engine import Examiner
from hanse.core.values.unknown import NOT_STATED

COUNTRIES = rule_table(
    "minimum_countries", "three", text="Three countries.", parameters={"minimum": 3, "groups": ["COSME"]}
)
INSIDE = rule_table("every_member_in_group", "inside", parameters={"groups": ["COSME"]})
MONTHS = rule_table("duration_range", "months")


def matcher(*countries: str, wanted: tuple[str, ...] = (), **changed: Any) -> Matcher:
    """Of a draft with members in these countries."""
    draft = dossier(consortium=consortium(*countries), **changed)
    return Matcher(
        draft,
        Examiner(context(call(COUNTRIES, INSIDE, MONTHS))),
        wanted=wanted,
        region_of=REGIONS,
        place_name=geography().name,
    )


def told(match: Match) -> list[tuple[int, str]]:
    return [(part.points, part.sentence) for part in match.parts]


def test_the_one_who_adds_the_missing_country_mends_the_rule() -> None:
    found = matcher("IT", "DE").match(organisation("RS"))
    assert told(found) == [(20, "With it, this is met: Three countries.")]
    assert (found.score, found.against) == (20, ())
    assert matcher("IT", "DE").before.verdict.value == "not_eligible"


def test_one_of_several_that_are_missing_helps() -> None:
    found = matcher("IT", wanted=("RS", "DE")).match(organisation("RS"))
    assert [part.points for part in found.parts] == [10]
    assert found.parts[0].sentence.startswith("One of those still missing: Add")
    assert matcher("IT", wanted=("DE",)).match(organisation("RS")).parts == ()


def test_nothing_is_given_for_rules_that_are_met_or_that_no_member_can_mend() -> None:
    assert matcher("IT", "DE", "RS", wanted=("FR",), duration_months=99).match(organisation("FR")).parts == ()


def test_a_target_that_nobody_knows_counts_also_by_its_region() -> None:
    known = matcher("IT", "DE", "RS", targets=("JP", "north_america", "BR"))
    assert known.gaps == ("JP", "north_america", "BR")
    found = known.match(organisation("FR", markets=frozenset({"JP", "CA"})))
    assert told(found) == [
        (5, "Knows Japan (JP), a target that no member knows."),
        (5, "Knows north_america, a target that no member knows."),
    ]
    assert matcher("IT", targets=NOT_STATED).gaps == ()


def test_common_ground_and_new_sectors_count_a_little_and_not_without_end() -> None:
    base = matcher("IT", "DE", "RS")
    members = replace(
        dossier("IT", "DE", "RS"), consortium=consortium("IT", "DE", "RS", sectors=frozenset({"a", "b", "c", "d"}))
    )
    found = Matcher(members, Examiner(context(call(COUNTRIES)))).match(
        organisation("FR", sectors=frozenset({"a", "b", "c", "d", "e", "f", "g", "h"}))
    )
    assert [part.points for part in found.parts] == [2, 2, 2, 1, 1, 1]
    assert found.parts[0].sentence == "Shares a with Lanterna Marine Cluster, Salzspeicher Food Network and 1 more."
    assert found.parts[3].sentence == "Brings e, new to the consortium."
    alone = Matcher(replace(members, consortium=consortium()), Examiner(context(call(COUNTRIES))))
    assert alone.match(organisation("FR", sectors=frozenset({"a"}))).parts == ()
    assert base.match(organisation("FR")).parts == ()


@pytest.mark.parametrize(("country", "begins"), [("NO", "It would break a rule: "), ("BA", "To be confirmed: ")])
def test_what_speaks_against_it_is_said(country: str, begins: str) -> None:
    found = matcher("IT", "DE", "RS").match(organisation(country))
    assert [said[: len(begins)] for said in found.against] == [begins]


def test_those_without_objection_come_first_then_by_points_and_never_by_name() -> None:
    ground = matcher("IT", "DE")
    names = ("RS", "FR", "NO", "IT")
    order = best_first((ground.match(organisation(country, 2)) for country in names), turn=lambda ref: ref[::-1])
    assert [match.organisation.country for match in order] == ["RS", "FR", "IT", "NO"]
    turned = best_first((ground.match(organisation(country, 2)) for country in names), turn=str)
    assert [match.organisation.country for match in turned] == ["FR", "RS", "IT", "NO"]


def test_past_wins_do_not_enter() -> None:
    """An organisation as the core knows it carries no past partnerships, so none can be counted."""
    assert not [name for name in Organisation.__slots__ if "past" in name or "partnership" in name]
