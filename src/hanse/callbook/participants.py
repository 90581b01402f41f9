"""Reads a participants table: one row a participant, many proposals, every fault with its line.

The columns are a contract (docs/reference/participants-table.md). A cell that is empty, and a column that is
missing, make the fact they carry unknown.
"""

import csv
import gzip
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar

from hanse.core.budget import Budget
from hanse.core.consortium import Consortium, Organisation, OrganisationKind, Participant, Role
from hanse.core.proposal import Dossier, Vocabulary, as_registration, check_members, role_assumption
from hanse.core.values.faults import Fault
from hanse.core.values.money import parse_sum
from hanse.core.values.reading import as_instant, checked_text
from hanse.core.values.unknown import NOT_STATED, Maybe

T = TypeVar("T")

REQUIRED = ("proposal", "organisation")
MEMBER = (
    "organisation",
    "legal_name",
    "country",
    "role",
    "kind",
    "legal_entity",
    "own_legal_personality",
    "registered_on",
    "registration_requested_on",
    "properties",
)
PROPOSAL = ("strand", "targets", "total_cost", "requested", "duration_months", "submitted_at")
COLUMNS = ("proposal", *MEMBER, *PROPOSAL)

MOST_BYTES = 8 * 1024**3
MOST_RATIO = 200
"""Ordinary tables shrink 10 to 40 times; a file that grows more than this is a bomb."""


def table_suffix(path: Path) -> str:
    """`.csv`, `.csv.gz` or `.parquet` if the path names a table, else an empty text."""
    name = path.name.lower()
    return next((suffix for suffix in (".csv", ".csv.gz", ".parquet") if name.endswith(suffix)), "")


def check_size(path: Path, faults: list[Fault]) -> bool:
    """True if a compressed table unpacks to a plausible size; else a fault is added. Reads it once, in small pieces."""
    if table_suffix(path) != ".csv.gz":
        return True
    try:
        packed = max(path.stat().st_size, 1)
        unpacked = 0
        with gzip.open(path) as stream:
            while block := stream.read(1 << 20):
                unpacked += len(block)
                if unpacked > MOST_BYTES or (unpacked > 64 << 20 and unpacked > MOST_RATIO * packed):
                    sizes = f"more than {unpacked >> 20} MiB from {packed >> 10} KiB"
                    what = f"unpacks to {sizes}; refused as a decompression bomb"
                    faults.append(Fault(str(path), "", what))
                    return False
    except (OSError, EOFError) as wrong:
        faults.append(Fault(str(path), "", f"cannot be unpacked: {wrong}"))
        return False
    return True


def read_participants(path: Path, words: Vocabulary, renamed: Mapping[str, str], faults: list[Fault]) -> list[Dossier]:
    """Read a table into dossiers, in the order in which proposals first appear.

    Args:
        path: CSV (comma, semicolon or tab; with or without byte order mark; any line ends), CSV.GZ or Parquet.
        words: which country codes and regions exist.
        renamed: our column name to the file's, for files that name columns otherwise.
        faults: every fault is added here with its line; the dossiers are only to be used if none was.
    """
    if table_suffix(path) == ".parquet":
        rows = _parquet_rows(path, faults)
    elif check_size(path, faults):
        rows = _csv_rows(path, faults)
    else:
        return []
    return _Table(path, words, renamed, faults).read(rows)


class _Table:
    """The state of reading one table: where columns stand, and cells already understood."""

    def __init__(self, path: Path, words: Vocabulary, renamed: Mapping[str, str], faults: list[Fault]):
        self.path, self.words, self.renamed, self.faults = path, words, renamed, faults
        self._members: dict[tuple[str, ...], Participant] = {}
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
        width = len(header[1])
        proposal_at = places["proposal"]
        member_columns = tuple(column for column in MEMBER if column in places)
        member_cells = _getter([places[column] for column in member_columns])
        own_columns = tuple(column for column in PROPOSAL if column in places)
        own_cells = _getter([places[column] for column in own_columns])
        members: dict[str, list[Participant]] = {}
        own: dict[str, tuple[str, ...]] = {}
        lines: dict[str, int] = {}
        without_role: dict[str, int] = {}
        role_at = places.get("role")
        known = self._members
        for line, row in rows:
            if len(row) != width:
                if row:
                    self._fault(f"{line}", f"has {len(row)} cells; the header has {width}", of_line=True)
                continue
            self._line = line
            proposal = row[proposal_at].strip()
            cells = member_cells(row)
            participant = known.get(cells)
            if participant is None:
                faults_before = len(self.faults)
                participant = self._participant(dict(zip(member_columns, cells, strict=True)))
                if len(self.faults) == faults_before:  # the same wrong cells further down are faults of their own line
                    known[cells] = participant
            if role_at is None or not row[role_at].strip():
                without_role[proposal] = without_role.get(proposal, 0) + 1
            told = own_cells(row)
            before = own.get(proposal)
            if before is None:
                if not proposal:
                    self._fault("proposal", "is empty; every row names its proposal")
                self._text("proposal", proposal)
                own[proposal], lines[proposal], members[proposal] = told, line, [participant]
            else:
                members[proposal].append(participant)
                if told != before:
                    own[proposal] = self._joined(proposal, own_columns, before, told)
        if not own and not self.faults:
            self._fault("", "has a header but no rows")
        dossiers = [
            self._dossier(
                proposal,
                members[proposal],
                dict(zip(own_columns, cells, strict=True)),
                lines[proposal],
                without_role.get(proposal, 0),
            )
            for proposal, cells in own.items()
        ]
        self.faults.sort(key=_line_of)
        return dossiers

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

    def _participant(self, cells: Mapping[str, str]) -> Participant:
        properties = dict(self._cell("properties", cells, _as_flags) or {})
        own = self._cell("own_legal_personality", cells, _as_yes_no)
        if own is None:
            own = properties.pop("own_legal_personality", None)
        id = cells["organisation"].strip()
        if not id:
            self._fault("organisation", "is empty; every row names an organisation")
        return Participant(
            Organisation(
                id=self._text("organisation", id),
                legal_name=self._text("legal_name", cells.get("legal_name", "").strip()),
                country=_or_unknown(self._cell("country", cells, self.words.as_country)),
                legal_entity=_or_unknown(self._cell("legal_entity", cells, checked_text)),
                kind=_or_unknown(self._cell("kind", cells, _as_kind)),
                own_legal_personality=_or_unknown(own),
                registered_on=_or_unknown(self._cell("registered_on", cells, as_registration)),
                registration_requested_on=_or_unknown(self._cell("registration_requested_on", cells, as_registration)),
                properties=properties,
            ),
            self._cell("role", cells, _as_role) or Role.BENEFICIARY,
        )

    def _dossier(
        self, proposal: str, members: list[Participant], cells: Mapping[str, str], line: int, without_role: int
    ) -> Dossier:
        self._line = line
        consortium = Consortium(tuple(members))
        self.faults += [
            replace(fault, place=f"{self.path}:{line}")
            for fault in check_members(consortium, "", f"proposal {proposal}")
        ]
        return Dossier(
            proposal=proposal,
            strand=_or_unknown(self._cell("strand", cells, checked_text)),
            consortium=consortium,
            targets=_or_unknown(self._cell("targets", cells, self._as_targets)),
            duration_months=_or_unknown(self._cell("duration_months", cells, _as_number)),
            budget=Budget(
                total_cost=_or_unknown(self._cell("total_cost", cells, parse_sum)),
                requested=_or_unknown(self._cell("requested", cells, parse_sum)),
            ),
            submitted_at=_or_unknown(self._cell("submitted_at", cells, as_instant)),
            assumptions=(role_assumption(without_role),) if without_role else (),
        )

    def _as_targets(self, written: str) -> tuple[str, ...]:
        return self.words.as_targets(_split(written))

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

    def _text(self, column: str, written: str) -> str:
        try:
            return checked_text(written)
        except ValueError as wrong:
            self._fault(column, str(wrong))
            return ""

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

    def _fault(self, key: str, what: str, *, of_line: bool = False) -> None:
        line = key if of_line else str(self._line)
        self.faults.append(Fault(f"{self.path}:{line}", "" if of_line else key, what))


def _line_of(fault: Fault) -> int:
    """The line a fault stands on, so that a reader can walk the file from top to bottom."""
    line = fault.place.rpartition(":")[2]
    return int(line) if line.isdigit() else 0


def _getter(places: list[int]) -> Callable[[list[str]], tuple[str, ...]]:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda row: tuple(row[place] for place in places)


def _or_unknown(value: T | None) -> Maybe[T]:
    return NOT_STATED if value is None else value


def _split(written: str) -> list[str]:
    return [part.strip() for part in written.split(";") if part.strip()]


def _as_flags(written: str) -> Mapping[str, bool]:
    """Properties: `defence_related;!independent`."""
    return {checked_text(part.lstrip("! ")): not part.startswith("!") for part in _split(written)}


def _as_yes_no(written: str) -> bool:
    if written.lower() not in {"true", "false", "yes", "no"}:
        raise ValueError(f"is {written!r}; expected true or false")
    return written.lower() in {"true", "yes"}


def _as_kind(written: str) -> OrganisationKind:
    try:
        return OrganisationKind(written)
    except ValueError:
        raise ValueError(f"is {written!r}; expected one of {', '.join(k.value for k in OrganisationKind)}") from None


def _as_role(written: str) -> Role:
    if written == "partner":  # what lists of members commonly write for a beneficiary that does not coordinate
        return Role.BENEFICIARY
    try:
        return Role(written)
    except ValueError:
        raise ValueError(f"is {written!r}; expected one of {', '.join(role.value for role in Role)}") from None


def _as_number(written: str) -> int:
    if not (written.isascii() and written.isdigit()):
        raise ValueError(f"is {written!r}; expected a whole number of zero or more")
    return int(written)


def _csv_rows(path: Path, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Rows with their line numbers; stops at what cannot be read, with a fault."""
    opened = gzip.open if table_suffix(path) == ".csv.gz" else open
    line = 0
    try:
        with opened(path, "rb") as raw:
            text = io.TextIOWrapper(raw, "utf-8-sig", newline="")
            first = text.readline(1 << 20)
            separator = max(",;\t", key=first.count)
            reader = csv.reader(_chain(first, text), delimiter=separator, strict=True)
            for row in reader:
                line = reader.line_num
                yield line, row
    except UnicodeDecodeError as wrong:
        faults.append(
            Fault(f"{path}:{line + 1}", "", f"is not UTF-8 text near this line ({wrong.reason}); save it as UTF-8")
        )
    except csv.Error as wrong:
        faults.append(Fault(f"{path}:{line + 1}", "", f"is not CSV: {wrong}"))
    except (OSError, EOFError) as wrong:
        faults.append(Fault(str(path), "", f"cannot be read: {wrong}"))


def _chain(first: str, rest: Iterable[str]) -> Iterator[str]:
    yield first
    yield from rest


def _parquet_rows(path: Path, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Rows of a Parquet file as texts; the number of a row stands for its line."""
    try:
        import polars
    except ImportError:
        faults.append(Fault(str(path), "", "Parquet needs the extra 'bulk': pip install 'hanse[bulk]'"))
        return
    try:
        frame = polars.read_parquet(path)
    except (OSError, polars.exceptions.PolarsError) as wrong:
        faults.append(Fault(str(path), "", f"cannot be read as Parquet: {wrong}"))
        return
    yield 1, frame.columns
    texts = frame.with_columns(polars.all().cast(polars.String)).fill_null("")
    for number, row in enumerate(texts.iter_rows(), 2):
        yield number, list(row)
