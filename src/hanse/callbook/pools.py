"""Reads a pool: a table with one row an organisation that could join a consortium.

`organisation` (an id, named once) and `country` are columns that must be there. `legal_name`, `legal_entity`, `kind`,
`own_legal_personality` (true or false), `registered_on` and `registration_requested_on` (a day, or `never`),
`properties`, `sectors` and `markets` (lists with `;`) may be. A property with `!` before it is known to be false. A
cell that is empty, and a column that is missing, make the fact they carry unknown. Other columns are ignored.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from hanse.callbook.cells import as_flags, as_kind, as_yes_no, split
from hanse.callbook.tables import table_rows
from hanse.core.consortium import Organisation
from hanse.core.proposal import Vocabulary, as_registration
from hanse.core.values.faults import Fault
from hanse.core.values.reading import checked_text
from hanse.core.values.unknown import NOT_STATED, Maybe

T = TypeVar("T")

REQUIRED = ("organisation", "country")
OWN = ("organisation", "legal_name", "legal_entity")
TRAITS = (
    "country",
    "kind",
    "own_legal_personality",
    "registered_on",
    "registration_requested_on",
    "properties",
    "sectors",
    "markets",
)
COLUMNS = (*OWN, *TRAITS)


class _Trait(NamedTuple):
    """A column of facts that many rows share: its name, how a cell is read, and the cells read so far."""

    column: str
    convert: Callable[[str], Any]
    known: dict[str, Any]


def read_pool(path: Path, words: Vocabulary, faults: list[Fault]) -> tuple[Organisation, ...]:
    """Read a table into organisations, in its order.

    Args:
        path: CSV (comma, semicolon or tab; with or without byte order mark; any line ends), CSV.GZ or Parquet.
        words: which country codes and regions exist.
        faults: every fault is added here with its line; the organisations are only to be used if none was.
    """
    return _Pool(path, words, faults).read()


class _Pool:
    """The state of reading one pool: cells already understood, ids and legal entities already met."""

    def __init__(self, path: Path, words: Vocabulary, faults: list[Fault]):
        self.path, self.words, self.faults = path, words, faults
        self._line = 1
        self._lines: dict[str, int] = {}
        self._seats: dict[str, tuple[Maybe[str], int]] = {}
        converters: tuple[Callable[[str], Any], ...] = (
            words.as_country,
            as_kind,
            as_yes_no,
            as_registration,
            as_registration,
            as_flags,
            _as_set,
            self._as_markets,
        )
        empty: tuple[Any, ...] = (*[NOT_STATED] * 5, {}, frozenset(), frozenset())
        # The same cell gives the same object, so that reading is fast and equal facts are recognised at once.
        self._traits = [
            _Trait(column, convert, {"": nothing})
            for column, convert, nothing in zip(TRAITS, converters, empty, strict=True)
        ]

    def read(self) -> tuple[Organisation, ...]:
        before = len(self.faults)  # other files may have had faults of their own
        rows = table_rows(self.path, self.faults)
        _, header = next(rows, (1, []))
        if header:
            places = self._places(header)
        elif len(self.faults) == before:
            self._fault("", f"is empty; expected a header line with at least the columns {', '.join(REQUIRED)}")
        if len(self.faults) > before:
            return ()
        width, found = len(header), []
        own = [places.get(column) for column in OWN]
        shared = [places.get(column) for column in TRAITS]
        for line, row in rows:
            self._line = line
            if len(row) == width:
                cells = ["" if place is None else row[place] for place in shared]
                found.append(self._organisation(["" if p is None else row[p].strip() for p in own], cells))
            elif row:
                self._fault("", f"has {len(row)} cells; the header has {width}")
        if not found and len(self.faults) == before:
            self._fault("", "has a header but no rows")
        return tuple(found)

    def _places(self, header: list[str]) -> dict[str, int]:
        """Where each column stands; faults for columns missing or named twice."""
        names = [name.strip() for name in header]
        for column in COLUMNS:
            if names.count(column) > 1:
                self._fault(column, "is the name of two columns; expected one")
            elif column in REQUIRED and column not in names:
                self._fault(column, f"this column is missing; the header has {', '.join(names)}")
        return {column: names.index(column) for column in COLUMNS if column in names}

    def _organisation(self, own: list[str], cells: list[str]) -> Organisation:
        traits = [
            known[cell] if cell in known else self._read(column, convert, known, cell)
            for (column, convert, known), cell in zip(self._traits, cells, strict=True)
        ]
        for column, written in zip(OWN, own, strict=True):
            if not (written.isascii() and written.isprintable()):
                self._text(column, written)
        id, name, entity = own
        if not id:
            self._fault("organisation", "is empty; every row names an organisation")
        elif self._lines.setdefault(id, self._line) != self._line:
            self._fault("organisation", f"{id!r} is also named on line {self._lines[id]}; expected once")
        if entity:
            self._check_seat(entity, traits[0])
        return Organisation(id, name, traits[0], entity or NOT_STATED, *traits[1:])

    def _check_seat(self, entity: str, country: Maybe[str]) -> None:
        """A legal entity is established in one country."""
        seat, line = self._seats.setdefault(entity, (country, self._line))
        if seat != country:
            places = [place if isinstance(place, str) else "(not stated)" for place in (seat, country)]
            what = f"{entity!r} is placed in {places[0]} on line {line} and in {places[1]} here; expected one country"
            self._fault("legal_entity", what)

    def _read(self, column: str, convert: Callable[[str], Any], known: dict[str, Any], cell: str) -> Any:
        """The value of a cell not met before; a wrong cell is not kept, since it is a fault of each line it is on."""
        written = cell.strip()
        if written not in known:
            try:
                known[written] = convert(written)
            except ValueError as wrong:
                self._fault(column, str(wrong))
                return known[""]
        value = known[cell] = known[written]
        return value

    def _as_markets(self, written: str) -> frozenset[str]:
        return frozenset(self.words.as_targets(split(written)))

    def _text(self, column: str, written: str) -> None:
        try:
            checked_text(written)
        except ValueError as wrong:
            self._fault(column, str(wrong))

    def _fault(self, key: str, what: str) -> None:
        self.faults.append(Fault(f"{self.path}:{self._line}", key, what))


def _as_set(written: str) -> frozenset[str]:
    return frozenset(checked_text(part) for part in split(written))
