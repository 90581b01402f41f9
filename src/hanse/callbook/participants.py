"""Reads a participants table: one row a participant, many proposals, every fault with its line.

The columns are a contract (docs/reference/participants-table.md). A cell that is empty, and a column that is
missing, make the fact they carry unknown.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from hanse.callbook.cells import as_flags, as_kind, as_number, as_role, as_yes_no, split
from hanse.callbook.tables import table_rows
from hanse.core.budget import Budget
from hanse.core.consortium import Consortium, Organisation, OrganisationKind, Participant, Registration, Role
from hanse.core.proposal import Dossier, Vocabulary, as_registration, check_members, role_assumption
from hanse.core.values.faults import Fault
from hanse.core.values.money import parse_sum
from hanse.core.values.reading import as_instant, checked_text
from hanse.core.values.unknown import NOT_STATED, Maybe

T = TypeVar("T")

REQUIRED = ("proposal", "organisation")
TEXTS = ("organisation", "legal_name", "legal_entity")
TRAITS = (
    "country",
    "role",
    "kind",
    "own_legal_personality",
    "properties",
)
DAYS = ("registered_on", "registration_requested_on")
PROPOSAL = ("strand", "targets", "total_cost", "requested", "duration_months", "submitted_at")
COLUMNS = ("proposal", *TEXTS, *TRAITS, *DAYS, *PROPOSAL)


def read_participants(path: Path, words: Vocabulary, renamed: Mapping[str, str], faults: list[Fault]) -> list[Dossier]:
    """Read a table into dossiers, in the order in which proposals first appear.

    Args:
        path: CSV (comma, semicolon or tab; with or without byte order mark; any line ends), CSV.GZ or Parquet.
        words: which country codes and regions exist.
        renamed: our column name to the file's, for files that name columns otherwise.
        faults: every fault is added here with its line; the dossiers are only to be used if none was.
    """
    own: list[Fault] = []  # other files may have had faults of their own
    dossiers = _Table(path, words, renamed, own).read(table_rows(path, own))
    faults += sorted(own, key=_line_of)
    return dossiers


@dataclass(slots=True)
class _Proposal:
    """What the rows of one proposal have told so far."""

    line: int
    told: tuple[str, ...]
    members: list[Participant] = field(default_factory=list)
    without_role: int = 0


class _Traits(NamedTuple):
    """The facts of a row that many members share, read once for every combination of cells."""

    role: Role | None
    country: Maybe[str]
    kind: Maybe[OrganisationKind]
    own_legal_personality: Maybe[bool]
    properties: Mapping[str, bool]


class _Table:
    """The state of reading one table: where columns stand, and cells already understood."""

    def __init__(self, path: Path, words: Vocabulary, renamed: Mapping[str, str], faults: list[Fault]):
        self.path, self.words, self.renamed, self.faults = path, words, renamed, faults
        self._traits: dict[tuple[str, ...], _Traits] = {}
        self._days: dict[str, Maybe[date | Registration]] = {}
        self._cells: dict[tuple[str, str], Any] = {}
        self._line = 1

    def read(self, rows: Iterator[tuple[int, list[str]]]) -> list[Dossier]:
        header = next(rows, None)
        if header is None or not header[1]:
            if not self.faults:
                self._fault("", "is empty; expected a header line with at least the columns proposal, organisation")
            return []
        places = self._places(header[1])
        if self.faults:
            return []
        proposals = self._gather(rows, places, len(header[1]))
        if not proposals and not self.faults:
            self._fault("", "has a header but no rows")
        columns = tuple(column for column in PROPOSAL if column in places)
        return [self._dossier(id, found, columns) for id, found in proposals.items()]

    def _gather(
        self, rows: Iterator[tuple[int, list[str]]], places: Mapping[str, int], width: int
    ) -> dict[str, _Proposal]:
        """Read every row and put it to its proposal."""
        proposal_at, organisation_at = places["proposal"], places["organisation"]
        name_at, entity_at = places.get("legal_name"), places.get("legal_entity")
        registered_at, requested_at = (places.get(column) for column in DAYS)
        trait_columns = tuple(column for column in TRAITS if column in places)
        trait_cells = _getter([places[column] for column in trait_columns])
        own_columns = tuple(column for column in PROPOSAL if column in places)
        own_cells = _getter([places[column] for column in own_columns])
        checked_at = {places[column]: column for column in ("proposal", *TEXTS) if column in places}
        known_traits = self._traits
        proposals: dict[str, _Proposal] = {}
        for line, row in rows:
            self._line = line
            if len(row) != width:
                if row:
                    self._fault("", f"has {len(row)} cells; the header has {width}")
                continue
            letters = "".join(row)
            if not (letters.isascii() and letters.isprintable()):
                self._check_letters(row, checked_at)
            cells = trait_cells(row)
            traits = known_traits.get(cells)
            if traits is None:
                traits = self._read_traits(cells, dict(zip(trait_columns, cells, strict=True)))
            organisation = Organisation(
                row[organisation_at].strip(),
                "" if name_at is None else row[name_at].strip(),
                traits.country,
                NOT_STATED if entity_at is None else row[entity_at].strip() or NOT_STATED,
                traits.kind,
                traits.own_legal_personality,
                NOT_STATED if registered_at is None else self._day("registered_on", row[registered_at]),
                NOT_STATED if requested_at is None else self._day("registration_requested_on", row[requested_at]),
                traits.properties,
            )
            id = row[proposal_at].strip()
            if not (id and organisation.id):
                self._fault(
                    "organisation" if id else "proposal", "is empty; every row names its proposal and an organisation"
                )
            told = own_cells(row)
            proposal = proposals.get(id)
            if proposal is None:
                proposal = proposals[id] = _Proposal(line, told)
            elif told != proposal.told:
                proposal.told = self._joined(id, own_columns, proposal.told, told)
            proposal.members.append(Participant(organisation, traits.role or Role.BENEFICIARY))
            if traits.role is None:
                proposal.without_role += 1
        return proposals

    def _places(self, header: list[str]) -> dict[str, int]:
        """Where each column stands; faults for columns missing or named twice."""
        names = [name.strip() for name in header]
        places = {}
        for column in COLUMNS:
            written = self.renamed.get(column, column)
            found = names.count(written)
            if found > 1:
                self._fault(written, "is the name of two columns; expected one")
            elif found:
                places[column] = names.index(written)
            elif column in self.renamed:
                self._fault(written, f"there is no such column; the header has {', '.join(names)}")
            elif column in REQUIRED:
                self._fault(column, f"this column is missing; the header has {', '.join(names)}")
        return places

    def _read_traits(self, key: tuple[str, ...], cells: Mapping[str, str]) -> _Traits:
        faults_before = len(self.faults)
        properties = dict(self._cell("properties", cells, as_flags) or {})
        own = self._cell("own_legal_personality", cells, as_yes_no)
        if own is None:
            own = properties.pop("own_legal_personality", None)
        traits = _Traits(
            role=self._cell("role", cells, as_role),
            country=_or_unknown(self._cell("country", cells, self.words.as_country)),
            kind=_or_unknown(self._cell("kind", cells, as_kind)),
            own_legal_personality=_or_unknown(own),
            properties=properties,
        )
        if len(self.faults) == faults_before:  # the same wrong cells further down are faults of their own line
            self._traits[key] = traits
        return traits

    def _day(self, column: str, written: str) -> Maybe[date | Registration]:
        known = self._days.get(written)
        if known is not None:
            return known
        faults_before = len(self.faults)
        found = self._cell(column, {column: written}, as_registration)
        day: Maybe[date | Registration] = NOT_STATED if found is None else found
        if len(self.faults) == faults_before:
            self._days[written] = day
        return day

    def _dossier(self, proposal: str, found: _Proposal, columns: tuple[str, ...]) -> Dossier:
        self._line = found.line
        cells = dict(zip(columns, found.told, strict=True))
        consortium = Consortium(tuple(found.members))
        self.faults += check_members(consortium, f"{self.path}:{found.line}", f"proposal {proposal}")
        return Dossier(
            proposal=proposal,
            strand=_or_unknown(self._cell("strand", cells, checked_text)),
            consortium=consortium,
            targets=_or_unknown(self._cell("targets", cells, self._as_targets)),
            duration_months=_or_unknown(self._cell("duration_months", cells, as_number)),
            budget=Budget(
                total_cost=_or_unknown(self._cell("total_cost", cells, parse_sum)),
                requested=_or_unknown(self._cell("requested", cells, parse_sum)),
            ),
            submitted_at=_or_unknown(self._cell("submitted_at", cells, as_instant)),
            assumptions=(role_assumption(found.without_role),) if found.without_role else (),
        )

    def _as_targets(self, written: str) -> tuple[str, ...]:
        return self.words.as_targets(split(written))

    def _cell(self, column: str, cells: Mapping[str, str], convert: Callable[[str], T]) -> T | None:
        """The value of a cell, None if it is empty; a cell seen before is not read again."""
        written = cells.get(column, "").strip()
        if not written:
            return None
        key = (column, written)
        if key not in self._cells:
            try:
                self._cells[key] = convert(written)
            except ValueError as wrong:
                self._fault(column, str(wrong))
                return None
        value: T = self._cells[key]
        return value

    def _check_letters(self, row: list[str], places: Mapping[int, str]) -> None:
        """A row with letters beyond plain ones: its names are looked at one by one."""
        for place, column in places.items():
            try:
                checked_text(row[place])
            except ValueError as wrong:
                self._fault(column, str(wrong))

    def _joined(
        self, proposal: str, columns: tuple[str, ...], before: tuple[str, ...], told: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Values of a proposal may stand on one row only or on each, but must not differ."""
        joined = []
        for column, old, new in zip(columns, before, told, strict=True):
            if old.strip() and new.strip() and old.strip() != new.strip():
                self._fault(column, f"is {new!r} here and {old!r} on an earlier row of proposal {proposal}")
            joined.append(old if old.strip() else new)
        return tuple(joined)

    def _fault(self, key: str, what: str) -> None:
        self.faults.append(Fault(f"{self.path}:{self._line}", key, what))


def _line_of(fault: Fault) -> int:
    """The line a fault stands on, so that a reader can walk the file from top to bottom."""
    line = fault.place.rpartition(":")[2]
    return int(line) if line.isdigit() else 0


def _getter(places: list[int]) -> Callable[[list[str]], tuple[str, ...]]:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda row: tuple(row[place] for place in places)  # itemgetter of one place gives no tuple


def _or_unknown(value: T | None) -> Maybe[T]:
    return NOT_STATED if value is None else value
