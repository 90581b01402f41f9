"""A proposal as values: who applies, for which strand, where it goes, how long, for how much.

`parse_dossier` reads a dossier file; `check_members` holds the rules that a member list obeys in every format.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from hanse.core.budget import Budget, CostLine, Financing, Part, SourceKind, personnel_cost, total
from hanse.core.consortium import Consortium, Organisation, OrganisationKind, Participant, Registration, Role
from hanse.core.values.countries import Geography, read_code
from hanse.core.values.faults import Fault
from hanse.core.values.money import ZERO, Money, parse_sum
from hanse.core.values.reading import (
    Reader,
    as_boolean,
    as_choice,
    as_count,
    as_day,
    as_instant,
    as_name,
    as_names,
    as_text,
)
from hanse.core.values.typed_amounts import read_months, show_months
from hanse.core.values.unknown import NOT_STATED, Maybe, Unknown


@dataclass(frozen=True, slots=True)
class Annex:
    """A file that belongs to an application: told by its digest, not carried along.

    Attributes:
        kind: id of the annex in the form of the call.
        name: what the file is called.
        digest: of its content.
        size: in bytes.
        partner: id of the organisation it is from; empty where it belongs to all.
    """

    kind: str
    name: str
    digest: str
    size: int
    partner: str = ""


@dataclass(frozen=True, slots=True)
class Declared:
    """What a partner has declared on its honour.

    Attributes:
        kind: id of the declaration in the form of the call.
        digest: of the wording that was declared.
    """

    kind: str
    partner: str
    digest: str
    made_on: date


@dataclass(frozen=True, slots=True)
class Dossier:
    """The whole application of one consortium, as values.

    Attributes:
        proposal: identifier of the proposal.
        call: reference of the call it answers; empty if the file leaves it to the command line.
        strand: id of the strand.
        targets: third countries (codes) and world regions (ids) that the project goes to.
        duration_months: planned length.
        submitted_at: instant of submission, where it matters which proposal came first.
        sections: texts by key: a section's id, or the longer keys of `hanse.core.form`.
        annexes: files that belong to it.
        declarations: what partners have declared.
        drawn_at: when a site wrote the draft file this was read from, so that later changes can be told from it.
        assumptions: what reading this dossier had to assume, as sentences.
    """

    proposal: str
    strand: Maybe[str] = NOT_STATED
    consortium: Consortium = Consortium(())
    targets: Maybe[tuple[str, ...]] = NOT_STATED
    duration_months: Maybe[int] = NOT_STATED
    budget: Budget = Budget()
    call: str = ""
    title: str = ""
    submitted_at: Maybe[datetime] = NOT_STATED
    sections: Mapping[str, str] = field(default_factory=dict)
    annexes: tuple[Annex, ...] = ()
    declarations: tuple[Declared, ...] = ()
    drawn_at: Maybe[datetime] = NOT_STATED
    assumptions: tuple[str, ...] = ()


class Vocabulary:
    """The words a dossier may use for places: codes that exist and regions that exist.

    Args:
        geography: names of countries.
        regions: ids of world regions.
    """

    def __init__(self, geography: Geography, regions: Iterable[str]):
        self.countries = frozenset(geography.names)
        self.regions = frozenset(regions)
        self._known_target = cache(self.as_target)

    def as_country(self, written: object) -> str:
        """A country code that exists, in ISO 3166 form; EL and UK are read as GR and GB."""
        code = read_code(as_name(written))
        if code not in self.countries:
            raise ValueError(f"{written!r} is not a country code; expected two letters of ISO 3166, or EL, UK, XK")
        return code

    def as_target(self, written: object) -> str:
        """A country code or a world region id."""
        name = as_name(written)
        if name.lower() in self.regions:
            return name.lower()
        try:
            return self.as_country(name)
        except ValueError:
            raise ValueError(f"{name!r} is neither a country code nor a world region") from None

    def as_targets(self, written: object) -> tuple[str, ...]:
        """A list of targets, each named once."""
        targets = tuple(map(self._known_target, as_names(written)))
        if len(set(targets)) < len(targets):
            twice = sorted({target for target in targets if targets.count(target) > 1})
            raise ValueError(f"names {', '.join(twice)} more than once")
        return targets


def as_registration(written: object) -> date | Registration:
    """A day, or the word `never` for what is known not to have happened."""
    return Registration.NEVER if written == "never" else as_day(written)


def as_properties(written: object) -> Mapping[str, bool]:
    """A table of further facts, true or false each."""
    if not isinstance(written, Mapping):
        raise ValueError("is not a table; expected for example { defence_related = true }")
    return {as_name(name): as_boolean(holds) for name, holds in written.items()}


def parse_dossier(table: Mapping[str, Any], place: str, words: Vocabulary, faults: list[Fault]) -> Dossier:
    """Turn the parsed table of a dossier file into a `Dossier`.

    Args:
        table: content of the TOML or JSON file.
        place: file name, for messages.
        words: which country codes and regions exist.
        faults: every fault found is added here; the returned dossier is only to be used if none was.
    """
    top = Reader(table, place, "", faults)
    members = top.tables("member")
    assumed = sum(not member.has("role") for member in members)
    dossier = Dossier(
        proposal=top.require("proposal", as_name, ""),
        call=top.optional("call", as_text, ""),
        strand=top.maybe("strand", _as_strand),
        title=top.optional("title", as_text, ""),
        consortium=Consortium(tuple(parse_participant(member, words) for member in members)),
        targets=top.maybe("targets", words.as_targets),
        duration_months=top.maybe("duration_months", as_count),
        budget=_parse_budget(top.inner("budget")),
        submitted_at=top.maybe("submitted_at", as_instant),
        sections=top.optional("sections", _as_sections, {}),
        annexes=tuple(_parse_annex(annex) for annex in top.tables("annex")),
        declarations=tuple(_parse_declaration(made) for made in top.tables("declaration")),
        drawn_at=top.maybe("drawn_at", as_instant),
        assumptions=(role_assumption(assumed),) if assumed else (),
    )
    top.close()
    faults += check_members(dossier.consortium, place, "member")
    return dossier


def role_assumption(participants: int) -> str:
    """What it means for the reader that roles were left out."""
    return f"role of {participants} participant(s) not stated; read as beneficiary"


def parse_participant(reader: Reader, words: Vocabulary) -> Participant:
    """Read one member of a consortium."""
    id = reader.require("organisation", as_name, "")
    participant = Participant(
        Organisation(
            id=id,
            legal_name=reader.optional("legal_name", as_text, ""),
            country=reader.maybe("country", words.as_country),
            legal_entity=reader.maybe("legal_entity", as_name),
            kind=reader.maybe("kind", as_choice(OrganisationKind)),
            own_legal_personality=reader.maybe("own_legal_personality", as_boolean),
            registered_on=reader.maybe("registered_on", as_registration),
            registration_requested_on=reader.maybe("registration_requested_on", as_registration),
            properties=reader.optional("properties", as_properties, {}),
            sectors=reader.optional("sectors", _as_set, frozenset()),
            markets=reader.optional("markets", lambda written: frozenset(words.as_targets(written)), frozenset()),
        ),
        reader.optional("role", as_choice(Role), Role.BENEFICIARY),
    )
    reader.close()
    return participant


def check_members(consortium: Consortium, place: str, key: str) -> list[Fault]:
    """Faults that make a member list unusable in any format.

    An organisation is named once; there is at most one coordinator; a legal entity is established in one country.
    """
    faults = []
    seen: set[str] = set()
    seats: dict[str, str] = {}
    coordinators = []
    for number, participant in enumerate(consortium.participants, 1):
        organisation = participant.organisation
        if organisation.id in seen:
            faults.append(
                Fault(place, f"{key}[{number}]", f"organisation {organisation.id!r} is named twice in one proposal")
            )
        seen.add(organisation.id)
        if participant.role is Role.COORDINATOR:
            coordinators.append(organisation.id)
        entity, country = organisation.legal_entity, organisation.country
        if (
            not isinstance(entity, Unknown)
            and not isinstance(country, Unknown)
            and seats.setdefault(entity, country) != country
        ):
            where = f"{seats[entity]} and {country}"
            faults.append(
                Fault(place, f"{key}[{number}]", f"legal entity {entity!r} is placed in two countries, {where}")
            )
    if len(coordinators) > 1:
        faults.append(
            Fault(place, key, f"has {len(coordinators)} coordinators ({', '.join(coordinators)}); expected one")
        )
    return faults


def _as_set(written: object) -> frozenset[str]:
    return frozenset(as_names(written))


def _as_strand(written: object) -> str:
    if isinstance(written, list):
        raise ValueError("is a list; a proposal concerns one strand, so name one")
    return as_name(written)


def _as_sections(written: object) -> Mapping[str, str]:
    if not isinstance(written, Mapping):
        raise ValueError("is not a table of texts")
    return {as_name(name): as_text(text) for name, text in written.items()}


def _parse_annex(reader: Reader) -> Annex:
    annex = Annex(
        kind=reader.require("kind", as_name, ""),
        name=reader.require("name", as_name, ""),
        digest=reader.require("digest", as_name, ""),
        size=reader.require("size", as_count, 0),
        partner=reader.optional("partner", as_text, ""),
    )
    reader.close()
    return annex


def _parse_declaration(reader: Reader) -> Declared:
    made = Declared(
        kind=reader.require("kind", as_name, ""),
        partner=reader.require("partner", as_name, ""),
        digest=reader.require("digest", as_name, ""),
        made_on=reader.require("made_on", as_day, date.min),
    )
    reader.close()
    return made


def _parse_budget(reader: Reader) -> Budget:
    lines = tuple(_parse_line(line) for line in reader.tables("cost"))
    stated = reader.maybe("total_cost", parse_sum)
    summed = total(line.amount for line in lines)
    if lines and not isinstance(stated, Unknown) and stated != summed:
        reader.fault("total_cost", f"is {stated.plain}, but the cost lines add up to {summed.plain}")
    requested = reader.maybe("requested", parse_sum)
    budget = Budget(
        total_cost=summed if lines and isinstance(stated, Unknown) else stated,
        requested=requested,
        lines=lines,
        financing=_parse_sources(reader),
        parts=_parse_parts(reader, requested),
    )
    reader.close()
    return budget


def _parse_line(reader: Reader) -> CostLine:
    line = CostLine(
        partner=reader.require("partner", as_name, ""),
        work_package=reader.optional("work_package", as_text, ""),
        category=reader.require("category", as_name, ""),
        amount=reader.require("amount", parse_sum, ZERO),
        months=reader.maybe("months", _as_months),
        rate=reader.maybe("rate", parse_sum),
    )
    if not isinstance(line.months, Unknown) and not isinstance(line.rate, Unknown):
        product = personnel_cost(line.months, line.rate)
        if product != line.amount:
            counted = f"{show_months(line.months)} months at {line.rate.plain} are {product.plain}"
            reader.fault("amount", f"is {line.amount.plain}, but {counted}")
    reader.close()
    return line


def _parse_sources(reader: Reader) -> Maybe[tuple[Financing, ...]]:
    """Other sources: a list, or unknown for a reason that is told."""
    if isinstance(reader.table.get("financing", {}), Mapping):
        told: Maybe[tuple[Financing, ...]] = reader.maybe("financing", _as_sources)
        return told
    return tuple(_parse_financing(source) for source in reader.tables("financing"))


def _as_sources(_written: object) -> tuple[Financing, ...]:
    raise ValueError("is not a list of tables; expected one [[budget.financing]] each")


def _parse_financing(reader: Reader) -> Financing:
    source = Financing(
        source=reader.require("source", as_name, ""),
        amount=reader.require("amount", parse_sum, ZERO),
        partner=reader.maybe("partner", as_name),
        kind=reader.maybe("kind", as_choice(SourceKind)),
    )
    reader.close()
    return source


def _parse_parts(reader: Reader, requested: Maybe[Money]) -> tuple[Part, ...]:
    """The contribution by partner; where the whole is stated too, they add up to it."""
    parts = []
    seen: set[str] = set()
    for inner in reader.tables("part"):
        part = Part(inner.require("partner", as_name, ""), inner.require("requested", parse_sum, ZERO))
        if part.partner in seen:
            inner.fault("partner", f"names {part.partner!r} twice")
        seen.add(part.partner)
        inner.close()
        parts.append(part)
    summed = total(part.requested for part in parts)
    if parts and not isinstance(requested, Unknown) and requested != summed:
        reader.fault("requested", f"is {requested.plain}, but the parts of the partners add up to {summed.plain}")
    return tuple(parts)


def _as_months(written: object) -> int:
    """Person-months in hundredths: a whole number, or text such as `"4.5"`."""
    if isinstance(written, bool) or not isinstance(written, int | str):
        raise ValueError(f'is {written!r}; expected person-months such as 4 or "4.5"')
    return read_months(str(written))
