"""The panel: whether they may apply, who causes what, the repair; what would follow from a change."""

from datetime import date, datetime
from typing import Any

import pytest
from tests.cast import call as small_call
from tests.cast import dossier, nobody, of_members, organisation, rule_table
from tests.conftest import NOW
from tests.stages.consortia.casting import (
    CALL,
    a_consortium,
    invited,
    organisation_in,
    organisation_of,
    the_calls,
)

from hanse.core.call import Call
from hanse.core.proposal import Dossier
from hanse.core.values.unknown import NOT_STATED, Unknown
from hanse.stages.announcement.queries import call_of
from hanse.stages.consortia.models import Consortium
from hanse.stages.consortia.queries.matrix import Joining, matrix_of, resilience_of, supposed, with_roles
from hanse.stages.consortia.queries.members import open_seats, sketch
from hanse.stages.consortia.queries.panel import effect_of, panel_of

TODAY = date(2020, 11, 29)


def panel(found: Dossier, *rules: dict[str, Any], **changed: Any) -> Any:
    return panel_of(small_call(*rules, **changed), found, TODAY)


# --- the panel, from values alone --------------------------------------------------------------------------------


def test_a_rule_that_is_met_has_no_cause_and_no_repair() -> None:
    told = panel(dossier())
    assert (told.word, told.tone, told.members, told.aside) == ("eligible", "success", 3, 0)
    assert [(line.told.rule, line.state, line.causes, line.icon) for line in told.met] == [
        ("minimum_entities", "met", (), "check")
    ]


@pytest.mark.parametrize(
    ("rule", "members", "state", "causes"),
    [
        (
            rule_table("own_legal_personality"),
            (organisation("IT"), organisation("DE", own_legal_personality=False), organisation("RS")),
            "not met",
            ("Salzspeicher Food Network",),
        ),
        (
            rule_table("own_legal_personality"),
            (organisation("IT"), organisation("DE", own_legal_personality=NOT_STATED)),
            "undecided",
            ("Salzspeicher Food Network",),
        ),
        (
            rule_table("every_member_in_group", parameters={"groups": ["COSME", "EU"]}),
            (organisation("IT"), organisation("NO"), organisation("US")),
            "not met",
            ("Brygge Ocean Cluster", "Harbor Advanced Manufacturing Cluster"),
        ),
        (
            rule_table("minimum_countries", parameters={"minimum": 3, "groups": ["COSME"]}),
            (organisation("IT"), organisation("DE"), organisation("NO")),
            "not met",
            ("Brygge Ocean Cluster",),
        ),
        (
            rule_table("minimum_countries", parameters={"minimum": 3, "groups": ["COSME"]}),
            (organisation("IT"), organisation("DE"), nobody("somebody")),
            "undecided",
            ("somebody",),
        ),
    ],
)
def test_the_members_who_cause_it_are_named(
    rule: dict[str, Any], members: tuple[Any, ...], state: str, causes: tuple[str, ...]
) -> None:
    told = panel(_with(members), rule)
    line = (told.broken or told.missing)[0]
    assert (line.state, line.causes) == (state, causes)
    assert line.icon in ("error", "information")


def _with(members: tuple[Any, ...]) -> Dossier:
    from dataclasses import replace

    return replace(dossier(), consortium=of_members(*members))


def test_a_missing_member_is_nobodys_fault() -> None:
    told = panel(_with((organisation("IT"),)))
    assert told.broken[0].causes == ()
    assert told.broken[0].told.repair == "Add 2 more legal entities."
    assert (told.word, told.tone) == ("not eligible", "error")


def test_what_follows_is_told_rule_by_rule() -> None:
    rules = rule_table(parameters={"minimum": 3}), rule_table("own_legal_personality")
    before = _with((organisation("IT"), organisation("DE", own_legal_personality=False), organisation("RS")))
    after = supposed(before, leaving=["salzspeicher"])
    effect = effect_of(small_call(*rules), before, after, TODAY)
    assert [line.told.rule for line in effect.worse] == ["minimum_entities"]
    assert [line.told.rule for line in effect.better] == ["own_legal_personality"]
    assert effect.before.word == effect.after.word == "not eligible"


def test_a_rule_of_another_strand_is_not_compared() -> None:
    rules = rule_table(parameters={"minimum": 3}, id="a", strands=["A"]), rule_table(id="b", parameters={"minimum": 4})
    effect = effect_of(small_call(*rules), dossier(), supposed(dossier(), strand="B"), TODAY)
    assert (effect.worse, effect.better) == ((), ())


def test_a_call_without_a_closing_day_is_asked_today() -> None:
    told = panel(dossier(), window={"zone": "Europe/Brussels"}, countries={})
    assert told.answer.asked_on == "29 November 2020"


# --- of a consortium of the site ---------------------------------------------------------------------------------


@pytest.fixture
def call(at: datetime) -> Call:
    the_calls()
    found = call_of(CALL, NOW)
    assert found is not None
    return found


def of(consortium: Consortium, planned: bool = False) -> Dossier:
    return sketch(consortium, open_seats(consortium), planned=planned)


@pytest.mark.django_db
def test_who_is_invited_counts_only_when_planned(call: Call) -> None:
    consortium = a_consortium("giulia", "jonas")
    invited(consortium, "mila")
    today = panel_of(call, of(consortium), TODAY)
    assert "A-three-entities" in {line.told.rule for line in today.broken}
    planned = panel_of(call, of(consortium, True), TODAY)
    assert "A-three-entities" in {line.told.rule for line in planned.met}
    assert planned.members == 3
    assert today.aside == 5
    assert all(line.told.source for line in (*planned.met, *planned.missing))


@pytest.mark.django_db
def test_what_if_others_join_or_the_aims_are_others(call: Call) -> None:
    consortium = a_consortium()
    before = of(consortium)
    joined = supposed(before, joining=[Joining(organisation_in("FR"), "beneficiary")] * 2)
    assert [one.organisation.name for one in joined.consortium.participants][3:] == [
        "Phare Photonics Cluster Association"
    ]
    again = supposed(before, joining=[Joining(organisation_of("mila"), "beneficiary")])
    assert len(again.consortium.participants) == 3
    aims = supposed(before, strand="", targets=[])
    assert isinstance(aims.strand, Unknown)
    assert isinstance(aims.targets, Unknown)
    assert supposed(before, strand="B", targets=["JP"]).targets == ("JP",)
    assert supposed(before) == before
    observer = with_roles(before, {organisation_of("mila").ref: "associated_partner"})
    effect = effect_of(call, before, observer, TODAY)
    assert "A-three-entities" in {line.told.rule for line in effect.worse}


@pytest.mark.django_db
def test_resilience_names_what_breaks_and_counts_replacements(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    consortium = a_consortium()
    organisation_in("DE", 2)
    organisation_in("DE", 3)
    organisation_in("FR")
    told = resilience_of(call, of(consortium), TODAY, with_pool=True)
    assert (told.tried, told.capped) == (2, False)
    lanterna, salzspeicher, _ = told.losses
    assert (lanterna.needs_coordinator, salzspeicher.needs_coordinator) == (True, False)
    assert "A-three-entities" in {broken.after.rule.id for broken in salzspeicher.broken}
    assert salzspeicher.replacements == 2
    monkeypatch.setattr("hanse.stages.consortia.queries.matrix.POOL", 1)
    capped = resilience_of(call, of(consortium), TODAY, with_pool=True)
    assert (capped.tried, capped.capped) == (1, True)
    without = resilience_of(call, of(consortium), TODAY)
    assert (without.tried, without.losses[1].replacements) == (0, 0)


@pytest.mark.django_db
def test_the_matrix_says_who_brings_what(call: Call) -> None:
    consortium = a_consortium(sectors=["digital", "space"], targets=["US", "BR", "asia"])
    seats = open_seats(consortium)
    told = matrix_of(of(consortium), seats, consortium.sectors)
    sectors, services, markets = told.tables
    digital = next(row for row in sectors.rows if row.label == "Digital")
    assert (digital.cells, digital.alone, digital.wanted) == ((False, False, True), "Sava Software Network", True)
    training = next(row for row in services.rows if row.label == "Training")
    assert (training.cells, training.alone) == ((True, False, True), "")
    assert {row.label for row in markets.rows} == {"Asia", "Japan", "United States"}
    assert told.gaps == ("market Brazil", "sector Space")
    assert told.silent == ()
    assert any("alone brings the sector Digital and the market Asia." in said for said in told.sentences)
    assert any("alone brings the sectors " in said for said in told.sentences)


@pytest.mark.django_db
def test_a_member_that_states_nothing_is_named(call: Call) -> None:
    mute = organisation_in("PL")
    mute.sectors = []
    mute.save()
    consortium = a_consortium("giulia", mute, targets=())
    told = matrix_of(of(consortium), open_seats(consortium))
    assert told.silent == ("Bursztyn Materials Cluster Association",)
    assert told.gaps == ()
    assert told.sentences[1].endswith("names nothing that no other member names.")
