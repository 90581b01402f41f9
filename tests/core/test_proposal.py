"""A dossier is read whole: every fact, every fault, and what had to be assumed."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.cast import consortium, dossier, euro, of_members, organisation, words

from hanse.core.budget import CostLine, Financing
from hanse.core.consortium import OrganisationKind, Registration, Role
from hanse.core.proposal import Annex, Declared, Dossier, check_members, parse_dossier
from hanse.core.values.faults import Fault
from hanse.core.values.money import Money
from hanse.core.values.unknown import NOT_STATED, Unknown


def read(**table: Any) -> tuple[Dossier, list[str]]:
    """Parse a dossier table; the faults as sentences without the file name."""
    faults: list[Fault] = []
    found = parse_dossier({"proposal": "blue", **table}, "blue.toml", words(), faults)
    return found, [str(fault).removeprefix("blue.toml: ") for fault in faults]


def member(**keys: Any) -> dict[str, Any]:
    return {"organisation": "lanterna", "role": "coordinator", **keys}


FULL: dict[str, Any] = {
    "call": "TEST-2020",
    "strand": "A",
    "title": "Blue growth abroad",
    "targets": ["US", "asia"],
    "duration_months": 30,
    "submitted_at": datetime(2020, 12, 1, 12, tzinfo=UTC),
    "sections": {"summary": "We go abroad."},
    "member": [
        member(
            legal_name="Lanterna Marine Cluster",
            country="it",
            legal_entity="lanterna-body",
            kind="cluster_organisation",
            own_legal_personality=True,
            registered_on=date(2020, 9, 1),
            registration_requested_on="never",
            properties={"defence_related": False},
            sectors=["maritime"],
            markets=["US", "JP"],
        ),
        {"organisation": "faros", "country": "EL", "role": "beneficiary"},
        {"organisation": "merchant", "country": "UK", "role": "associated_partner"},
    ],
    "budget": {
        "total_cost": 600_000,
        "requested": "500000.50",
        "cost": [
            {"partner": "lanterna", "work_package": "WP1", "category": "personnel", "amount": 400_000},
            {"partner": "faros", "category": "travel", "amount": 200_000},
        ],
        "financing": [{"source": "own funds", "amount": "99999.50"}],
    },
}


def test_a_full_dossier_is_read_without_a_fault() -> None:
    found, faults = read(**FULL)
    assert faults == []
    assert (found.proposal, found.call, found.strand, found.title) == ("blue", "TEST-2020", "A", "Blue growth abroad")
    assert (found.targets, found.duration_months) == (("US", "asia"), 30)
    assert found.sections == {"summary": "We go abroad."}
    assert found.assumptions == ()
    first, second, third = found.consortium.participants
    lanterna = first.organisation
    assert (first.role, lanterna.country, lanterna.kind) == (
        Role.COORDINATOR,
        "IT",
        OrganisationKind.CLUSTER_ORGANISATION,
    )
    assert (lanterna.registered_on, lanterna.registration_requested_on) == (date(2020, 9, 1), Registration.NEVER)
    assert lanterna.properties == {"defence_related": False}
    assert (lanterna.sectors, lanterna.markets) == (frozenset({"maritime"}), frozenset({"US", "JP"}))
    assert (second.organisation.country, third.organisation.country) == ("GR", "GB")


def test_the_budget_is_read_to_the_cent() -> None:
    budget = read(**FULL)[0].budget
    assert (budget.total_cost, budget.requested) == (euro(600_000), Money(50_000_050))
    assert budget.lines[1] == CostLine("faros", "", "travel", euro(200_000))
    assert budget.financing == (Financing("own funds", Money(9_999_950)),)


def test_other_sources_may_be_unknown_for_a_reason() -> None:
    assert read(budget={"financing": {"unknown": "asked the bank"}})[0].budget.financing == Unknown("asked the bank")
    found, faults = read(budget={"financing": {"source": "bank"}})
    assert found.budget.financing == NOT_STATED
    assert faults == ["budget.financing: is not a list of tables; expected one [[budget.financing]] each"]


def test_annexes_and_declarations_are_told_with_their_digests() -> None:
    found, faults = read(
        drawn_at="2020-11-29T17:00:00+01:00",
        annex=[
            {"kind": "letters", "name": "letters.pdf", "digest": "ab12", "size": 2048},
            {"kind": "cv", "name": "cv.pdf", "digest": "cd34", "size": 1, "partner": "lanterna"},
        ],
        declaration=[{"kind": "honour", "partner": "lanterna", "digest": "ef56", "made_on": "2020-11-30"}],
    )
    assert faults == []
    assert found.annexes == (
        Annex("letters", "letters.pdf", "ab12", 2048),
        Annex("cv", "cv.pdf", "cd34", 1, "lanterna"),
    )
    assert found.declarations == (Declared("honour", "lanterna", "ef56", date(2020, 11, 30)),)
    assert found.drawn_at == datetime(2020, 11, 29, 16, tzinfo=UTC)


def test_an_annex_without_its_digest_is_a_fault() -> None:
    _, faults = read(
        annex=[{"kind": "cv", "name": "cv.pdf", "size": -1, "made_on": 1}], declaration=[{"kind": "honour"}]
    )
    assert faults == [
        "annex[1].digest: is missing",
        "annex[1].size: is -1; expected a whole number of zero or more",
        "annex[1].made_on: is not a key here; expected one of: digest, kind, name, partner, size",
        "declaration[1].partner: is missing",
        "declaration[1].digest: is missing",
        "declaration[1].made_on: is missing",
    ]


def test_everything_left_out_is_unknown() -> None:
    found, faults = read(member=[{"organisation": "lanterna", "role": "coordinator"}])
    assert faults == []
    assert {found.strand, found.targets, found.duration_months, found.submitted_at} == {NOT_STATED}
    assert {found.budget.total_cost, found.budget.requested, found.budget.financing} == {NOT_STATED}
    lanterna = found.consortium.participants[0].organisation
    assert {
        lanterna.country,
        lanterna.legal_entity,
        lanterna.kind,
        lanterna.own_legal_personality,
        lanterna.registered_on,
        lanterna.registration_requested_on,
    } == {NOT_STATED}


def test_a_fact_can_be_written_as_unknown() -> None:
    assert read(strand={"unknown": "to be chosen"})[0].strand == Unknown("to be chosen")


def test_a_role_left_out_is_read_as_beneficiary_and_said_so() -> None:
    found, faults = read(member=[member(), {"organisation": "sava"}, {"organisation": "faros"}])
    assert faults == []
    assert found.consortium.participants[1].role is Role.BENEFICIARY
    assert found.assumptions == ("role of 2 participant(s) not stated; read as beneficiary",)


def test_an_empty_consortium_is_read_as_one() -> None:
    found, faults = read()
    assert (found.consortium.participants, faults) == ((), [])


def test_the_total_is_the_sum_of_the_lines_where_it_is_not_stated() -> None:
    lines = [{"partner": "lanterna", "category": "travel", "amount": "0.01"}] * 3
    assert read(budget={"cost": lines})[0].budget.total_cost == Money(3)
    assert read(budget={"financing": []})[0].budget.financing == ()


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        pytest.param({"proposal": ""}, "proposal: is empty; expected text", id="no id"),
        pytest.param({"proposal": "a\u202eb"},
            "proposal: has the invisible direction mark U+202E at position 2; remove it", id="a hidden mark in the id"),
        pytest.param({"strand": ["A", "B"]},
            "strand: is a list; a proposal concerns one strand, so name one", id="two strands"),
        pytest.param({"targets": ["US", "US"]}, "targets: names US more than once", id="a target twice"),
        pytest.param({"targets": ["Atlantis"]},
            "targets: 'Atlantis' is neither a country code nor a world region", id="a place that is not"),
        pytest.param({"targets": "US"}, 'targets: is text; expected a list such as ["DE", "FR"]', id="no list"),
        pytest.param({"duration_months": "long"},
            "duration_months: is 'long'; expected a whole number of zero or more", id="months in words"),
        pytest.param({"submitted_at": datetime.fromisoformat("2020-12-02T17:00")},
            "submitted_at: 2020-12-02T17:00:00 has no zone; expected for example 2020-12-02T17:00:00+01:00 or ...Z",
            id="a naive time"),
        pytest.param({"sections": "text"}, "sections: is not a table of texts", id="sections not a table"),
        pytest.param({"deadline": 1}, "deadline: is not a key here; expected one of: annex, budget, call, declaration, "
            "drawn_at, duration_months, member, proposal, sections, strand, submitted_at, targets, title", id="an unknown key"),
        pytest.param({"member": 3}, "member: is not a list of tables; expected one [[member]] each", id="no members"),
        pytest.param({"member": [{"role": "coordinator"}]}, "member[1].organisation: is missing", id="a nameless one"),
        pytest.param({"member": [member(country="ZZ")]}, "member[1].country: 'ZZ' is not a country code; expected two "
            "letters of ISO 3166, or EL, UK, XK", id="an unknown country"),
        pytest.param({"member": [member(role="boss")]}, "member[1].role: is 'boss'; expected one of \"coordinator\", "
            '"beneficiary", "affiliated_entity", "associated_partner", "international_partner"', id="an unknown role"),
        pytest.param({"member": [member(registered_on="soon")]}, "member[1].registered_on: 'soon' is not a day; "
            "expected for example 2020-12-02", id="a registration soon"),
        pytest.param({"member": [member(properties=["defence"])]}, "member[1].properties: is not a table; expected for "
            "example { defence_related = true }", id="properties as a list"),
        pytest.param({"member": [member(properties={"defence": "yes"})]},
            "member[1].properties: is text; expected true or false", id="a property in words"),
        pytest.param({"member": [member(markets=["Mars"])]},
            "member[1].markets: 'Mars' is neither a country code nor a world region", id="a market that is not"),
        pytest.param({"member": [member(size=3)]}, "member[1].size: is not a key here; expected one of: country, kind, "
            "legal_entity, legal_name, markets, organisation, own_legal_personality, properties, registered_on, "
            "registration_requested_on, role, sectors", id="an unknown key of a member"),
        pytest.param({"member": [member(), member(role="beneficiary")]},
            "member[2]: organisation 'lanterna' is named twice in one proposal", id="a member twice"),
        pytest.param({"budget": 5}, "budget: is not a table; expected [budget]", id="a budget in one number"),
        pytest.param({"budget": {"total_cost": -1}},
            "budget.total_cost: -1.00 is negative; expected zero or more", id="costs below zero"),
        pytest.param({"budget": {"requested": "1,5"}}, "budget.requested: '1,5' has a comma; write cents after a point "
            'and no thousands comma: "1234.56"', id="a decimal comma"),
        pytest.param({"budget": {"total_cost": 5, "cost": [{"partner": "p", "category": "c", "amount": 4}]}},
            "budget.total_cost: is 5.00, but the cost lines add up to 4.00", id="lines that do not add up"),
        pytest.param({"budget": {"cost": [{"category": "c", "amount": 4}]}},
            "budget.cost[1].partner: is missing", id="a line without a partner"),
        pytest.param({"budget": {"financing": [{"source": "bank", "amount": 1.5}]}},
            "budget.financing[1].amount: is the binary fraction 1.5; write it as text, for example \"1.50\"",
            id="a binary fraction"),
        pytest.param({"budget": {"grant": 5}}, "budget.grant: is not a key here; expected one of: cost, financing, "
            "part, requested, total_cost", id="an unknown key of the budget"),
    ],
)  # fmt: skip
def test_a_fault_names_its_place_what_is_wrong_and_what_was_expected(table: dict[str, Any], fault: str) -> None:
    assert read(**table)[1] == [fault]


def test_all_faults_are_told_at_once() -> None:
    assert len(read(strand=1, duration_months=-1, member=[member(country="?"), {}], budget={"requested": "x"})[1]) == 5


@pytest.mark.parametrize(
    ("written", "target"),
    [("us", "US"), ("Asia", "asia"), ("EL", "GR"), ("na", "NA"), ("XK", "XK")],
)
def test_targets_are_countries_or_world_regions(written: str, target: str) -> None:
    assert words().as_target(written) == target


def test_a_legal_entity_is_established_in_one_country() -> None:
    shared = [organisation(country, legal_entity="one-body") for country in ("IT", "DE")]
    assert [str(fault) for fault in check_members(of_members(*shared), "blue.toml", "member")] == [
        "blue.toml: member[2]: legal entity 'one-body' is placed in two countries, IT and DE"
    ]


def test_a_legal_entity_may_run_two_clusters_of_one_country_or_of_a_country_not_stated() -> None:
    shared = (
        organisation("IT", 1, legal_entity="one-body"),
        organisation("IT", 2, legal_entity="one-body"),
        organisation("IT", 3, legal_entity="one-body", country=NOT_STATED),
        organisation("DE", legal_entity=NOT_STATED),
    )
    assert check_members(of_members(*shared), "blue.toml", "member") == []


def test_there_is_at_most_one_coordinator() -> None:
    two = consortium("IT", "DE", role=Role.COORDINATOR)
    assert [str(fault) for fault in check_members(two, "blue.toml", "member")] == [
        "blue.toml: member: has 2 coordinators (lanterna, salzspeicher); expected one"
    ]


def test_two_hundred_members_are_as_good_as_three() -> None:
    assert check_members(dossier(*("IT", "DE") * 100).consortium, "blue.toml", "member") == []
