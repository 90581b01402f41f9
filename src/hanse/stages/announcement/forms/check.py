"""The address of a "can we apply?" check, read: a whole consortium sketched in a query string, and written back to one.

Every name may come several times; rows of members are told apart by their place. What is left out is unknown, and
the rules answer "undecided" where it matters.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from hanse.callbook.ordinary import REGISTERED_ON
from hanse.callbook.reference import geography
from hanse.callbook.setting import vocabulary
from hanse.core.budget import Budget, Financing
from hanse.core.call import Call
from hanse.core.consortium import Consortium, Organisation, OrganisationKind, Participant, Registration, Role
from hanse.core.proposal import Dossier, check_members
from hanse.core.values.money import Money, parse_sum
from hanse.core.values.reading import checked_text
from hanse.core.values.unknown import NOT_STATED, Maybe, Unknown
from hanse.core.values.words import day_in_words
from hanse.ground.ui.forms import Fault

if TYPE_CHECKING:
    from django.http import QueryDict

MOST_MEMBERS = 30
MOST_TARGETS = 12
LONGEST = 300
AT_FIRST = 3
TARGETS_AT_FIRST = 2

KINDS = {
    OrganisationKind.CLUSTER_ORGANISATION.value: "Cluster organisation",
    OrganisationKind.BUSINESS_NETWORK.value: "Business network organisation",
    OrganisationKind.OTHER.value: "Another organisation",
}
ROLES = {
    Role.COORDINATOR.value: "Coordinator",
    Role.BENEFICIARY.value: "Beneficiary (partner)",
    Role.AFFILIATED_ENTITY.value: "Affiliated entity",
    Role.ASSOCIATED_PARTNER.value: "Associated partner",
    Role.INTERNATIONAL_PARTNER.value: "International partner",
}
ANSWERS = {"yes": "Yes", "no": "No"}
_TRUTHS = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Asked:
    """A fact about members that the rules of a call ask.

    Attributes:
        name: in the address; with `all-` before it, for every member whose own row does not say.
        label: in words.
    """

    name: str
    label: str
    choices: Mapping[str, str]


def facts_asked(call: Call) -> tuple[Asked, ...]:
    """The facts that this call's rules ask of members, besides the country."""
    rules = {rule.kind: rule for rule in call.rules}
    asked = [Asked("kind", "Kind of organisation", KINDS)] if "organisation_type" in rules else []
    if {"minimum_entities", "independent_entities"} & set(rules):
        asked.append(Asked("entity", "Its legal entity runs no other organisation here", ANSWERS))
    if "own_legal_personality" in rules:
        asked.append(Asked("personality", "A legal personality of its own", ANSWERS))
    if "registered_or_requested" in rules:
        platform = rules["registered_or_requested"].parameters.get("platform", "platform")
        day = call.window.closes_on
        by = "by the deadline" if isinstance(day, Unknown) else f"by {day_in_words(day)}"
        asked.append(Asked("registered", f"Registered or requested {by} on the {platform}", ANSWERS))
    properties = {str(rule.parameters["property"]) for rule in call.rules if "property" in rule.parameters}
    if "independent_entities" in rules:
        properties.add("independent")
    for name in sorted(properties):
        words = "independent of the others" if name == "independent" else name.replace("_", " ")
        asked.append(Asked(f"is-{name}", words.capitalize(), ANSWERS))
    return tuple(asked)


@dataclass(slots=True)
class Row:
    """One member as typed.

    Attributes:
        organisation: reference or name of a registered organisation, if one is picked.
        facts: answers about this member by name of the fact; empty where nothing is said.
        known: the organisation of the registry that was found.
    """

    number: int
    organisation: str = ""
    country: str = ""
    role: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    known: Organisation | None = None

    @property
    def blank(self) -> bool:
        """Whether nothing is said but perhaps the role."""
        return not (self.organisation or self.country or any(self.facts.values()))

    @property
    def usual_role(self) -> str:
        """The role that a row has unless another is chosen."""
        return str((Role.COORDINATOR if self.number == 1 else Role.BENEFICIARY).value)


@dataclass(slots=True)
class Sketch:
    """A consortium as typed, with what is wrong with it.

    Attributes:
        common: answers for every member whose row does not say, by name of the fact.
        asked: whether anything was entered.
    """

    facts: tuple[Asked, ...]
    strand: str
    rows: list[Row]
    common: dict[str, str]
    targets: list[str]
    figures: dict[str, str]
    asked: bool
    faults: list[Fault]

    @property
    def members(self) -> list[Row]:
        """The rows in which something is said."""
        return [row for row in self.rows if not row.blank]

    def query(self, **replaced: str) -> str:
        """The sketch as a query string, empty parts left out.

        Args:
            replaced: other values for `organisation` by number of the row, as `organisation_2="ref"`.
        """
        pairs = [("strand", self.strand)] if self.strand else []
        pairs += [(f"all-{name}", said) for name, said in self.common.items() if said]
        for row in self.members:
            pairs += [
                ("organisation", replaced.get(f"organisation_{row.number}", row.organisation)),
                ("country", row.country),
                ("role", row.role),
                *((asked.name, row.facts.get(asked.name, "")) for asked in self.facts),
            ]
        named = {name for name, said in pairs if said}
        always = {"country", "role"} if self.members else set()
        pairs = [(name, said) for name, said in pairs if name in named or name in always]
        pairs += [("target", target) for target in self.targets if target]
        pairs += [(name, said) for name, said in self.figures.items() if said]
        return urlencode(pairs)


FIGURES = {"months": "Months", "cost": "Eligible costs", "grant": "Grant requested", "other": "From other sources"}


def read_sketch(query: "QueryDict", call: Call) -> Sketch:
    """Read what was typed; nothing that stands in an address can do more than be named as wrong."""
    faults: list[Fault] = []
    facts = facts_asked(call)
    columns = {name: _texts(query, name, faults) for name in ("organisation", "country", "role")}
    columns |= {asked.name: _texts(query, asked.name, faults) for asked in facts}
    given = max(map(len, columns.values()))
    if given > MOST_MEMBERS:
        faults.append(Fault("Organisations", f"At most {MOST_MEMBERS} can be checked at once.", "add-member"))
    count = min(MOST_MEMBERS, max(AT_FIRST, given) + (query.get("add") == "member"))
    rows = [
        Row(
            number,
            _at(columns["organisation"], number),
            _at(columns["country"], number),
            _at(columns["role"], number),
            {asked.name: _at(columns[asked.name], number) for asked in facts},
        )
        for number in range(1, count + 1)
    ]
    targets = _texts(query, "target", faults)
    if len(targets) > MOST_TARGETS:
        faults.append(Fault("Targets", f"At most {MOST_TARGETS} can be checked at once.", "add-target"))
    room = min(MOST_TARGETS, max(TARGETS_AT_FIRST, len(targets)) + (query.get("add") == "target"))
    targets = [*targets, *[""] * room][:room]
    strands = _texts(query, "strand", faults)
    common = {asked.name: (_texts(query, f"all-{asked.name}", faults) or [""])[0] for asked in facts}
    figures = {name: (_texts(query, name, faults) or [""])[0] for name in FIGURES}
    sketch = Sketch(facts, strands[0] if strands else "", rows, common, targets, figures, False, faults)
    sketch.asked = bool(sketch.members) or "ask" in query
    return sketch


def _texts(query: "QueryDict", name: str, faults: list[Fault]) -> list[str]:
    """Everything given under a name, cut to a length; what no page can show is named and dropped."""
    texts = []
    for text in query.getlist(name)[: MOST_MEMBERS + 1]:
        try:
            texts.append(checked_text(text.strip()[:LONGEST]))
        except ValueError as wrong:
            faults.append(Fault(name.capitalize(), f"{wrong}.", ""))
            texts.append("")
    return texts


def _at(texts: Sequence[str], number: int) -> str:
    return texts[number - 1] if number <= len(texts) else ""


def dossier_of(sketch: Sketch, call: Call) -> Dossier:
    """The sketch as a proposal. What cannot be read is added to the faults and left unknown."""
    faults = sketch.faults
    strand: Maybe[str] = NOT_STATED
    if sketch.strand and call.strand(sketch.strand) is None:
        faults.append(Fault("Strand", f"The call has no strand {sketch.strand!r}.", "strand"))
    elif sketch.strand:
        strand = sketch.strand
    elif len(call.strands) == 1:
        strand = call.strands[0].id
    consortium = Consortium(tuple(_participant(row, sketch) for row in sketch.members))
    faults += [
        Fault("Organisations", f"{fault.what}.", "organisation-1") for fault in check_members(consortium, "", "")
    ]
    months, cost, grant, other = (_figure(sketch, name) for name in FIGURES)
    return Dossier(
        proposal="your consortium",
        call=call.reference,
        strand=strand,
        consortium=consortium,
        targets=_targets(sketch),
        duration_months=months if isinstance(months, int | Unknown) else NOT_STATED,
        budget=Budget(
            total_cost=cost if isinstance(cost, Money) else NOT_STATED,
            requested=grant if isinstance(grant, Money) else NOT_STATED,
            financing=(Financing("other sources", other),) if isinstance(other, Money) else NOT_STATED,
        ),
    )


def _participant(row: Row, sketch: Sketch) -> Participant:
    """A member: what the registry knows of it, and for the rest what was typed."""
    country = _country(row, sketch)
    place = "" if isinstance(country, Unknown) else f" ({geography().name(country)})"
    known = row.known or Organisation(f"organisation-{row.number}", f"Organisation {row.number}{place}")
    said = {asked.name: _said(asked, row, sketch) for asked in sketch.facts}
    kind = said.get("kind", "")
    entity = said.get("entity", "")
    personality = _TRUTHS.get(said.get("personality", ""))
    properties = {name.removeprefix("is-"): _TRUTHS[word] for name, word in said.items() if name[:3] == "is-" and word}
    days: dict[str, Any] = {}
    if said.get("registered") and isinstance(known.registered_on, Unknown):
        day = date.fromisoformat(REGISTERED_ON) if said["registered"] == "yes" else Registration.NEVER
        days = {"registered_on": day, "registration_requested_on": day}
    organisation = Organisation(
        id=known.id,
        legal_name=known.legal_name,
        country=_or(known.country, country),
        legal_entity=_or(known.legal_entity, _entity(entity, known.id)),
        kind=_or(known.kind, OrganisationKind(kind) if kind else NOT_STATED),
        own_legal_personality=_or(known.own_legal_personality, NOT_STATED if personality is None else personality),
        registered_on=days.get("registered_on", known.registered_on),
        registration_requested_on=days.get("registration_requested_on", known.registration_requested_on),
        properties={**properties, **known.properties},
        sectors=known.sectors,
        markets=known.markets,
    )
    role = row.role or row.usual_role
    if role not in ROLES:
        sketch.faults.append(_wrong(row, "role", "Role", role))
        role = row.usual_role
    return Participant(organisation, Role(role))


def _entity(said: str, id: str) -> Maybe[str]:
    if said == "yes":
        return f"body of {id}"
    return Unknown("it shares its legal entity with another one") if said == "no" else NOT_STATED


def _or(known: Maybe[Any], said: Maybe[Any]) -> Maybe[Any]:
    return said if isinstance(known, Unknown) else known


def _country(row: Row, sketch: Sketch) -> Maybe[str]:
    if not row.country:
        return NOT_STATED
    try:
        return vocabulary().as_country(row.country)
    except ValueError as wrong:
        sketch.faults.append(Fault(f"Organisation {row.number}, country", f"{wrong}.", f"country-{row.number}"))
        return NOT_STATED


def _said(asked: Asked, row: Row, sketch: Sketch) -> str:
    """What holds for a member: its own row first, then what was said of all."""
    for said, anchor in (
        (row.facts.get(asked.name, ""), f"{asked.name}-{row.number}"),
        (sketch.common[asked.name], f"all-{asked.name}"),
    ):
        if said in asked.choices:
            return said
        if said:
            fault = Fault(asked.label, f"{said!r} is no answer to choose.", anchor)
            if fault not in sketch.faults:
                sketch.faults.append(fault)
    return ""


def _wrong(row: Row, name: str, label: str, said: str) -> Fault:
    return Fault(
        f"Organisation {row.number}, {label.lower()}", f"{said!r} is not to be chosen.", f"{name}-{row.number}"
    )


def _targets(sketch: Sketch) -> Maybe[tuple[str, ...]]:
    words, read = vocabulary(), []
    for number, target in enumerate(sketch.targets, 1):
        try:
            if target:
                read.append(words.as_target(target))
        except ValueError as wrong:
            sketch.faults.append(Fault(f"Target {number}", f"{wrong}.", f"target-{number}"))
    return tuple(dict.fromkeys(read)) if read else NOT_STATED


def _figure(sketch: Sketch, name: str) -> Maybe[int | Money]:
    """A figure: whole months, or an amount of euro."""
    said = sketch.figures[name]
    if not said:
        return NOT_STATED
    try:
        if name == "months":
            if not (said.isascii() and said.isdigit() and len(said) < 5):
                raise ValueError(f"{said!r} is not a number of months; expected for example 30")
            return int(said)
        if len(said) > 24:
            raise ValueError("is longer than any amount; expected for example 550 000")
        return parse_sum(said.removeprefix("€").removesuffix("EUR").strip())
    except ValueError as wrong:
        sketch.faults.append(Fault(FIGURES[name], f"{wrong}.", name))
        return NOT_STATED


def unresolved(sketch: Sketch) -> Iterator[Row]:
    """The rows that name an organisation which was not found."""
    return (row for row in sketch.rows if row.organisation and row.known is None)
