"""The only reader of the reference tables: countries, regions, memberships, sectors, organisations, partnerships.

The tables come with Hanse and carry a source on every row; `reference/README.md` says what each holds and how far
to trust it. They are read once a process. `geography` and `regions` stand on the path of every check, so they read
with nothing but the csv module.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from hanse.core.consortium import Consortium, Organisation, Participant, Role
from hanse.core.proposal import Dossier, role_assumption
from hanse.core.values.countries import Geography, Membership
from hanse.core.values.money import Money, parse_sum
from hanse.core.values.unknown import NOT_STATED, Maybe, Unknown

REFERENCE = Path(__file__).parent / "reference"


@dataclass(frozen=True, slots=True)
class PartnershipMember:
    """An organisation in a partnership, as its source names it.

    Attributes:
        country: ISO 3166 code.
        country_stated: true if the source states the country, false if it was derived from elsewhere.
        role: unknown where the source does not tell coordinator and partners apart.
    """

    organisation: str
    country: str
    country_stated: bool
    role: Maybe[Role]


@dataclass(frozen=True, slots=True)
class Partnership:
    """A real partnership that an earlier call funded or labelled.

    Attributes:
        call: reference of the call, as `--call` takes it.
        strand: id of a strand of that call; unknown where the sources do not say.
        sector: id of a sector, see `sectors`; empty if none is stated.
        targets: codes of the countries it went to; unknown where none is named.
        complete: true if the source names every member. Counting members of an incomplete list proves nothing.
        start: day, month or year in which it began, as far as stated: `2016-01`; empty if it is not.
        grant: contribution of the Union, where published.
        agreement: number of the grant agreement, where published.
        source: address of the page.
        note: what a reader of the row has to know: gaps, contradictions, what was derived.
    """

    name: str
    call: str
    strand: Maybe[str]
    members: tuple[PartnershipMember, ...]
    sector: str
    targets: Maybe[tuple[str, ...]]
    complete: bool
    start: str
    grant: Maybe[Money]
    agreement: str
    source: str
    note: str


@cache
def geography() -> Geography:
    """Names, world regions and dated memberships of all countries."""
    names: dict[str, str] = {}
    regions_of: dict[str, str] = {}
    for code, name, region, _ in _rows("countries.csv"):
        names[code] = name
        if region:
            regions_of[code] = region
    memberships = [
        Membership(group, country, _day(signed), _day(in_force), _day(member_by), _day(until), source)
        for group, country, signed, in_force, member_by, until, source, _ in _rows("memberships.csv")
    ]
    group_names = {id: name for id, name, _ in _rows("groups.csv")}
    return Geography.of(names, regions_of, memberships, group_names)


@cache
def regions() -> Mapping[str, str]:
    """World regions that a target may name: English name by id."""
    return MappingProxyType({id: name for id, name, *_ in _rows("regions.csv")})


@cache
def regions_of_europe() -> frozenset[str]:
    """Ids of Europe and of the regions inside it, for calls that ask for targets beyond Europe."""
    return frozenset(id for id, _, _, _, europe, _ in _rows("regions.csv") if europe == "yes")


@cache
def sectors() -> Mapping[str, str]:
    """Sectors that the organisations and partnerships work in: name by id."""
    return MappingProxyType({id: name for id, name, _ in _rows("sectors.csv")})


@cache
def organisations() -> tuple[Organisation, ...]:
    """Real organisations with country and sectors. All else is unknown: the pages they come from do not say it."""
    return tuple(
        Organisation(
            id=name,
            legal_name=name,
            country=country or NOT_STATED,
            sectors=frozenset(sector for sector in worked_in.split(";") if sector),
        )
        for name, country, worked_in, _ in _rows("organisations.csv")
    )


@cache
def organisation_sources() -> Mapping[str, str]:
    """The page that each of `organisations` comes from, by its id."""
    return MappingProxyType({name: source for name, _, _, source in _rows("organisations.csv")})


@cache
def partnerships() -> tuple[Partnership, ...]:
    """Real partnerships of the calls of 2014, 2016 and 2017, in the order of the table."""
    rows: dict[str, list[list[str]]] = {}
    for row in _rows("partnerships.csv"):
        rows.setdefault(row[0], []).append(row)
    return tuple(_partnership(members) for members in rows.values())


def _partnership(rows: list[list[str]]) -> Partnership:
    """One partnership from its rows, which agree in all that is not about the member."""
    name, call, strand, _, _, _, sector, targets, source, complete, _, start, grant, agreement, note = rows[0]
    return Partnership(
        name=name,
        call=call,
        strand=strand or NOT_STATED,
        members=tuple(
            PartnershipMember(row[3], row[4], row[10] == "stated", _ROLES.get(row[5], NOT_STATED)) for row in rows
        ),
        sector=sector,
        targets=tuple(targets.split(";")) if targets else NOT_STATED,
        complete=complete == "yes",
        start=start,
        grant=parse_sum(grant) if grant else NOT_STATED,
        agreement=agreement,
        source=source,
        note=note,
    )


def published_dossier(partnership: Partnership) -> Dossier:
    """What is published of a partnership, as the dossier of its proposal; all else in it is unknown.

    The grant that was awarded is not the contribution that was requested, so the budget stays unknown too.
    """
    without_role = sum(isinstance(member.role, Unknown) for member in partnership.members)
    sectors_of = frozenset({partnership.sector} - {""})
    return Dossier(
        proposal=partnership.name,
        call=partnership.call,
        strand=partnership.strand,
        title=partnership.name,
        consortium=Consortium(
            tuple(
                Participant(
                    Organisation(
                        id=member.organisation,
                        legal_name=member.organisation,
                        country=member.country,
                        sectors=sectors_of,
                    ),
                    Role.BENEFICIARY if isinstance(member.role, Unknown) else member.role,
                )
                for member in partnership.members
            )
        ),
        targets=partnership.targets,
        assumptions=(role_assumption(without_role),) if without_role else (),
    )


_ROLES = {"coordinator": Role.COORDINATOR, "partner": Role.BENEFICIARY}


def _rows(name: str) -> Iterator[list[str]]:
    """The rows of a table, without its header."""
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        yield from reader


def _day(written: str) -> date | None:
    return date.fromisoformat(written) if written else None
