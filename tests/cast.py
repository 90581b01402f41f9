"""The cast of all tests: a few cluster organisations, a few people, two small maps, one small call.

Every organisation and every person here is fictional. Countries are real, and so are the dates of the
memberships that the tests lean on (Serbia and Türkiye in COSME, the United Kingdom leaving the Union);
for Bosnia and Herzegovina only the signature is published, which makes it the country in doubt.

Nothing here reads a file: the call is built through `parse_call` from tables written out below.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

from hanse.core.budget import Budget
from hanse.core.call import Call, parse_call
from hanse.core.consortium import (
    Consortium,
    Organisation,
    OrganisationKind,
    Participant,
    Registration,
    Role,
)
from hanse.core.eligibility.context import Context, Submissions
from hanse.core.eligibility.kinds import KINDS, Kind
from hanse.core.proposal import Dossier, Vocabulary
from hanse.core.values.countries import Geography, Membership
from hanse.core.values.faults import Fault
from hanse.core.values.money import Money
from hanse.core.values.reading import Reader

CLOSING_DAY = date(2020, 12, 2)
CLOSING = datetime(2020, 12, 2, 16, tzinfo=UTC)

# --- organisations -------------------------------------------------------------------------------------------

NAMES = {
    "IT": ("lanterna", "Lanterna Marine Cluster"),
    "DE": ("salzspeicher", "Salzspeicher Food Network"),
    "FR": ("phare", "Phare Photonics Cluster"),
    "ES": ("almenara", "Almenara Mobility Cluster"),
    "PL": ("bursztyn", "Bursztyn Materials Cluster"),
    "GR": ("faros", "Faros Blue Growth Cluster"),
    "RS": ("sava", "Sava Software Network"),
    "TR": ("bogaz", "Boğaz Textile Cluster"),
    "BA": ("neretva", "Neretva Wood Cluster"),
    "GB": ("merchant", "Merchant Quay Maritime Cluster"),
    "NO": ("brygge", "Brygge Ocean Cluster"),
    "US": ("harbor", "Harbor Advanced Manufacturing Cluster"),
    "JP": ("minato", "Minato Robotics Cluster"),
}
"""Id and legal name of the fictional cluster organisation of each country."""


def organisation(country: str, number: int = 1, /, **changed: Any) -> Organisation:
    """The cluster organisation of a country, every fact stated; from the second on, ids carry the number."""
    id, name = NAMES[country]
    if number > 1:
        id, name = f"{id}-{number}", f"{name} {number}"
    known = Organisation(
        id=id,
        legal_name=name,
        country=country,
        legal_entity=f"{id}-body",
        kind=OrganisationKind.CLUSTER_ORGANISATION,
        own_legal_personality=True,
        registered_on=date(2020, 9, 1),
        registration_requested_on=date(2020, 8, 1),
        properties={"independent": True},
    )
    return replace(known, **changed)


def nobody(id: str) -> Organisation:
    """An organisation of which only the id is stated."""
    return Organisation(id)


def consortium(*countries: str, role: Role = Role.BENEFICIARY, **changed: Any) -> Consortium:
    """The cluster organisations of these countries; the first coordinates, the others take part in `role`."""
    seen: dict[str, int] = {}
    members = []
    for country in countries:
        seen[country] = seen.get(country, 0) + 1
        members.append(organisation(country, seen[country], **changed))
    return of_members(*members, role=role)


def of_members(*organisations: Organisation, role: Role = Role.BENEFICIARY) -> Consortium:
    """A consortium of given organisations; the first coordinates."""
    roles = (Role.COORDINATOR, *(role for _ in organisations[1:]))
    return Consortium(tuple(Participant(o, r) for o, r in zip(organisations, roles, strict=False)))


def dossier(*countries: str, **changed: Any) -> Dossier:
    """A proposal for strand A with every fact stated: three members, two targets, 30 months, 500 000 of 600 000 EUR."""
    known = Dossier(
        proposal="blue",
        strand="A",
        consortium=consortium(*(countries or ("IT", "DE", "RS"))),
        targets=("US", "JP"),
        duration_months=30,
        budget=Budget(total_cost=euro(600_000), requested=euro(500_000)),
        submitted_at=datetime(2020, 12, 1, 12, tzinfo=UTC),
    )
    return replace(known, **changed)


def euro(amount: int) -> Money:
    """Whole euro."""
    return Money(amount * 100)


NEVER = Registration.NEVER

# --- people ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Person:
    """Someone in the story: who they are and what they do."""

    id: str
    name: str
    does: str


PEOPLE = {
    "giulia": Person("giulia", "Giulia Doria", "coordinates for the Lanterna Marine Cluster"),
    "jonas": Person("jonas", "Jonas Wendt", "manages the Salzspeicher Food Network, a beneficiary"),
    "mila": Person("mila", "Mila Petrović", "manages the Sava Software Network, a beneficiary"),
    "odile": Person("odile", "Odile Lambert", "programme officer of the granting authority"),
    "piet": Person("piet", "Piet Claes", "second programme officer, who adopts what the first prepared"),
    "elena": Person("elena", "Elena Papadaki", "expert who evaluates; she once worked for the Faros cluster"),
    "tomas": Person("tomas", "Tomáš Dvořák", "expert who evaluates, without ties to anyone"),
    "ines": Person("ines", "Inês Carvalho", "administrator, who appoints people"),
    "halvard": Person("halvard", "Halvard Lie", "auditor, who reads everything and changes nothing"),
    "aylin": Person("aylin", "Aylin Demir", "owner of a small firm that looks for partners abroad"),
    "charlie": Person("charlie", "Charlie Moss", "signed in, and should see nothing that is not public"),
}
"""Named people for tests with accounts. Charlie is the one who must not get in."""

# --- the map ---------------------------------------------------------------------------------------------------

COUNTRIES = {
    "IT": "Italy", "DE": "Germany", "FR": "France", "ES": "Spain", "PL": "Poland", "GR": "Greece",
    "RS": "Serbia", "TR": "Türkiye", "BA": "Bosnia and Herzegovina", "GB": "United Kingdom", "NO": "Norway",
    "US": "United States", "CA": "Canada", "JP": "Japan", "BR": "Brazil", "CL": "Chile", "NA": "Namibia",
    "XK": "Kosovo*",
}  # fmt: skip
REGIONS = {"US": "north_america", "CA": "north_america", "JP": "asia", "BR": "south_america", "CL": "south_america"}
GROUP_NAMES = {"EU": "the EU", "COSME": "COSME"}

UNION = ("IT", "DE", "FR", "ES", "PL", "GR")


def geography() -> Geography:
    """Six Member States, the United Kingdom that left, Serbia and Türkiye in COSME, Bosnia and Herzegovina in doubt."""
    rows = [Membership("EU", country, in_force_on=date(2004, 5, 1)) for country in UNION]
    rows += [Membership("COSME", country, in_force_on=date(2014, 1, 1)) for country in UNION]
    rows += [
        Membership("EU", "GB", in_force_on=date(1973, 1, 1), until=date(2020, 1, 31)),
        Membership("COSME", "RS", signed_on=date(2015, 11, 10), in_force_on=date(2016, 1, 1)),
        Membership("COSME", "TR", signed_on=date(2014, 10, 16), in_force_on=date(2014, 12, 22)),
        Membership("COSME", "BA", signed_on=date(2016, 6, 2)),
    ]
    return Geography.of(COUNTRIES, REGIONS, rows, GROUP_NAMES)


def words() -> Vocabulary:
    """The codes and regions of the small map."""
    return Vocabulary(geography(), REGIONS.values())


# --- the call --------------------------------------------------------------------------------------------------


def rule_table(kind: str = "minimum_entities", id: str = "", **keys: Any) -> dict[str, Any]:
    """A rule as a folder writes it; `parameters` and every other key of a rule can be given."""
    return {"id": id or kind, "kind": kind, "text": "A rule of the tests.", "cite": "notice: 6.2", **keys}


def call_tables(*rules: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The tables of call.toml, rules.toml and sources.toml of a small call with two strands."""
    main: dict[str, Any] = {
        "reference": "TEST-2020",
        "edition": "1.0",
        "title": "Clusters of the tests go abroad",
        "programme": "COSME",
        "total": {"value": 7_500_000, "cite": "notice"},
        "window": {
            "opens_on": date(2020, 9, 30),
            "closes_on": CLOSING_DAY,
            "closes_at": time(17),
            "zone": "Europe/Brussels",
        },
        "countries": {"asked_on": CLOSING_DAY, "basis": "in_force"},
        "strand": [
            {
                "id": "A", "title": "All sectors", "envelope": "a", "phase": "one",
                "max_grant": 550_000, "max_rate": "90 %", "min_months": 30, "max_months": 36,
            },
            {
                "id": "B", "title": "Defence and security", "envelope": "b", "phase": "one",
                "max_grant": 450_000, "max_rate": "90 %", "min_months": 18, "max_months": 24,
            },
        ],
        "envelope": [{"id": "a", "amount": 6_600_000, "estimated": True}, {"id": "b", "amount": 900_000}],
    }  # fmt: skip
    return main, {"rule": list(rules) or [rule_table(parameters={"minimum": 3})]}, {"source": [notice()]}


def notice() -> dict[str, Any]:
    """The one source of the small call."""
    return {"id": "notice", "title": "Call notice of the tests"}


def parsed(tables: tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]) -> tuple[Call, list[str]]:
    """Parse call tables; the call and its faults as sentences."""
    faults: list[Fault] = []
    found = parse_call(*tables, "test", faults)
    return found, [str(fault) for fault in faults]


def call(*rules: Mapping[str, Any], **changed: Any) -> Call:
    """The small call, with these rules and with keys of its call.toml replaced."""
    main, rule_tables, sources = call_tables(*rules)
    found, faults = parsed(({**main, **changed}, rule_tables, sources))
    assert not faults, faults
    return found


def context(of: Call | None = None, others: Iterable[Dossier] | None = None) -> Context:
    """The surroundings of a check on the closing day; with `others`, the rules over all submissions can be asked."""
    index = None if others is None else Submissions.of(others)
    return Context(of or call(), geography(), CLOSING_DAY, index)


def kind(name: str, **parameters: Any) -> Kind:
    """A rule kind with parameters as a folder writes them."""
    faults: list[Fault] = []
    reader = Reader(parameters, "test/rules.toml", "rule.parameters", faults)
    found = KINDS[name].parse(reader)
    reader.close()
    assert not faults, faults
    return found


def kind_faults(name: str, **parameters: Any) -> list[str]:
    """The faults of wrong parameters, without their place."""
    faults: list[Fault] = []
    reader = Reader(parameters, "", "", faults)
    KINDS[name].parse(reader)
    reader.close()
    return [f"{fault.key}: {fault.what}" for fault in faults]
