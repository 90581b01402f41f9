"""How well an organisation would fit, in words."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cast import NEVER, REGIONS, call, consortium, context, dossier, geography, organisation, rule_table

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


def test_a_sector_that_the_draft_is_about_and_nobody_has_counts() -> None:
    draft = dossier(consortium=consortium("IT", "DE", "RS", sectors=frozenset({"a"})))
    ground = Matcher(draft, Examiner(context(call(COUNTRIES))), sectors=("a", "b", "c", "b"))
    assert ground.missing_sectors == ("b", "c")
    assert ground.shared_sectors == {"a"}
    found = ground.match(organisation("FR", sectors=frozenset({"b", "z"})))
    assert told(found) == [(5, "Works in b, a sector of the draft that no member has.")]
    assert found.remarks[-1] == "Also works in z, as no member does."


def test_common_ground_counts_a_little_and_a_long_list_no_more() -> None:
    members = dossier(consortium=consortium("IT", "DE", "RS", sectors=frozenset({"a", "b", "c", "d"})))
    ground = Matcher(members, Examiner(context(call(COUNTRIES))))
    found = ground.match(organisation("FR", sectors=frozenset("abcdefgh")))
    assert [part.points for part in found.parts] == [2, 2, 2]
    assert found.parts[0].sentence == "Shares a with Lanterna Marine Cluster, Salzspeicher Food Network and 1 more."
    assert found.remarks[-1] == "Also works in e, f, g and 1 more, as no member does."
    assert ground.match(organisation("FR", sectors=frozenset("abc"))).score == found.score
    alone = Matcher(replace(members, consortium=consortium()), Examiner(context(call(COUNTRIES))))
    assert alone.match(organisation("FR", sectors=frozenset({"a"}))).remarks == ("Registered since 1 September 2020.",)


@pytest.mark.parametrize(
    ("changed", "remarks"),
    [
        ({}, ("Registered since 1 September 2020.",)),
        ({"registered_on": NEVER}, ("Has asked for registration on 1 August 2020.",)),
        ({"registered_on": NEVER, "registration_requested_on": NOT_STATED}, ()),
        (
            {"registered_on": NOT_STATED, "registration_requested_on": NEVER, "legal_entity": "lanterna-body"},
            ("Stands on the same legal entity as Lanterna Marine Cluster, so it adds none.",),
        ),
    ],
)
def test_what_is_worth_knowing_is_said_without_points(changed: dict[str, Any], remarks: tuple[str, ...]) -> None:
    found = matcher("IT", "DE", "RS").match(organisation("FR", **changed))
    assert found.remarks == remarks
    assert found.score == 0


def test_what_would_break_a_rule_is_said_apart_from_what_is_to_confirm() -> None:
    found = matcher("IT", "DE", "RS").match(organisation("NO"))
    assert [said.startswith("It would break a rule: ") for said in found.against] == [True]
    assert found.to_confirm == ()
    found = matcher("IT", "DE", "RS").match(organisation("BA"))
    assert [said.startswith("To be confirmed: ") for said in found.to_confirm] == [True]
    assert found.against == ()


def test_those_who_break_no_rule_come_first_then_by_points_and_never_by_name() -> None:
    ground = matcher("IT", "DE")
    names = ("RS", "FR", "NO", "IT")
    order = best_first((ground.match(organisation(country, 2)) for country in names), turn=lambda ref: ref[::-1])
    assert [match.organisation.country for match in order] == ["RS", "FR", "IT", "NO"]
    turned = best_first((ground.match(organisation(country, 2)) for country in names), turn=str)
    assert [match.organisation.country for match in turned] == ["FR", "RS", "IT", "NO"]


def test_what_is_to_confirm_costs_no_place() -> None:
    ground = matcher("IT", "DE", targets=("JP",))
    unsure = organisation("BA", markets=frozenset({"JP"}))
    assert best_first(map(ground.match, (organisation("IT", 2), unsure)), turn=str)[0].organisation is unsure


@given(
    st.sets(st.sampled_from("abcdef")),
    st.sets(st.sampled_from(["JP", "US", "CA", "BR"])),
    st.sampled_from(["RS", "IT", "NO", "BA"]),
)
def test_the_score_is_the_sum_of_what_is_said_and_nothing_else(
    sectors: set[str], markets: set[str], country: str
) -> None:
    draft = dossier(consortium=consortium("IT", "DE", sectors=frozenset("ab")), targets=("JP", "north_america"))
    ground = Matcher(draft, Examiner(context(call(COUNTRIES, INSIDE))), sectors=("c",), region_of=REGIONS)
    candidate = organisation(country, 7, sectors=frozenset(sectors), markets=frozenset(markets))
    found = ground.match(candidate)
    assert found.score == sum(part.points for part in found.parts)
    assert all(part.points > 0 and part.sentence.endswith(".") for part in found.parts)
    other = ground.match(replace(candidate, id="another", legal_name="Another", legal_entity="another-body"))
    assert other.parts == found.parts


def test_past_wins_do_not_enter() -> None:
    """An organisation as the core knows it carries no past partnerships, so none can be counted."""
    assert not [name for name in Organisation.__slots__ if "past" in name or "partnership" in name]
