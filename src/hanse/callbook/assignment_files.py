"""Reads what an assignment of experts needs: proposals, experts, affinities and conflicts, each a CSV table.

Columns, in any order; others are ignored:
  proposals   `proposal`, and `sectors` if affinities are to be counted from sectors
  experts     `expert`, and optionally `country`, `practitioner` (yes or no), `sectors`, `max_load`
  affinities  `proposal,expert,affinity`; a pair that has no row has the affinity 0
  conflicts   `proposal,expert`, and optionally `reason`; a pair may stand in several rows
Comma, semicolon or tab, with or without byte order mark, Unix or Windows line ends, plain or .csv.gz. Every fault of
all files is told at once, with file and line.

Without a table of affinities, the affinity of a pair is the number of sectors that proposal and expert have in common:
0, 1, 2 and so on, exactly. Several sectors stand in one cell, separated by `|` or `;`.
"""

import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from hanse.callbook.tables import table_rows
from hanse.core.assignment import UNITS, AssignmentProblem, to_units
from hanse.core.values.countries import read_code
from hanse.core.values.faults import Fault, Faulty
from hanse.core.values.reading import checked_text

BY_SECTORS = "affinity = number of sectors that the proposal and the expert have in common"
"""The formula that stands in for a table of affinities; to be shown wherever its result is."""

MOST_PAIRS = 100_000_000
"""Pairs of a proposal and an expert. Each takes nine bytes, so more would not fit into an ordinary machine."""

MOST_REMEMBERED = 200_000
"""Different ways of writing an affinity that are remembered while a table is read."""

T = TypeVar("T")

_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class _Table:
    """A table being read: where each wanted column stands, and the rows below the header."""

    place: str
    columns: dict[str, int]
    rows: Iterator[tuple[int, list[str]]]


@dataclass(slots=True)
class _Expert:
    country: str = ""
    practitioner: bool | None = None
    sectors: frozenset[str] = frozenset()
    max_load: int | None = None


@dataclass(slots=True)
class _Read:
    """What has been read so far, and every fault."""

    faults: list[Fault] = field(default_factory=list)
    proposals: dict[str, frozenset[str]] = field(default_factory=dict)
    experts: dict[str, _Expert] = field(default_factory=dict)


def read_assignment_files(
    proposals: Path,
    experts: Path,
    affinity: Path | None,
    conflicts: Path | None,
    *,
    per_proposal: int,
    max_load: int,
    no_two_of_one_country: bool = False,
    at_least_one_practitioner: bool = False,
) -> AssignmentProblem:
    """Read the tables into a problem, in the order of the files.

    Args:
        proposals, experts, affinity, conflicts: the tables; see the module.
        per_proposal: experts for each proposal.
        max_load: proposals for each expert at most, unless the table of experts gives one of its own.
        no_two_of_one_country: needs the country of every expert.
        at_least_one_practitioner: needs to know of every expert whether he or she is a practitioner.

    Raises:
        Faulty: with every fault of all files.
    """
    read = _Read()
    _read_proposals(read, proposals, sectors_needed=affinity is None)
    _read_experts(read, experts, affinity is None, no_two_of_one_country, at_least_one_practitioner)
    height, width = len(read.proposals), len(read.experts)
    if height * width > MOST_PAIRS:
        read.faults.append(Fault(str(experts), "", f"makes {height * width} pairs; at most {MOST_PAIRS} are read"))
        raise Faulty(read.faults)
    scores = _by_sectors(read) if affinity is None else _read_affinities(read, affinity)
    barred, reasons = _read_conflicts(read, conflicts)
    if read.faults:
        raise Faulty(read.faults)
    known = read.experts.values()
    return AssignmentProblem(
        proposals=tuple(read.proposals),
        experts=tuple(read.experts),
        per_proposal=per_proposal,
        max_load=tuple(max_load if expert.max_load is None else expert.max_load for expert in known),
        affinity=scores,
        conflicts=barred,
        countries=tuple(expert.country for expert in known) if no_two_of_one_country else (),
        practitioners=bytes(bool(expert.practitioner) for expert in known) if at_least_one_practitioner else b"",
        no_two_of_one_country=no_two_of_one_country,
        at_least_one_practitioner=at_least_one_practitioner,
        conflict_reasons=reasons,
    )


def _open(path: Path, needed: Sequence[str], optional: Sequence[str], faults: list[Fault]) -> _Table | None:
    """Find the columns in the header; None after a fault."""
    before = len(faults)
    rows = table_rows(path, faults)
    _, header = next(rows, (0, []))
    if len(faults) > before:
        return None
    names = [name.strip() for name in header]
    if not any(names):
        faults.append(Fault(f"{path}:1", "", f"is empty; expected a header line with {', '.join(needed)}"))
        return None
    for name in (*needed, *optional):
        if names.count(name) > 1:
            faults.append(Fault(f"{path}:1", name, "is the name of two columns; expected one"))
        elif name in needed and name not in names:
            faults.append(Fault(f"{path}:1", name, f"is missing; the columns are {', '.join(names)}"))
    if len(faults) > before:
        return None
    return _Table(str(path), {name: names.index(name) for name in (*needed, *optional) if name in names}, rows)


def _cells(table: _Table, faults: list[Fault]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows as cells by column name; empty lines are passed over, short ones are faults."""
    last = max(table.columns.values())
    for line, row in table.rows:
        if not any(row):
            continue
        if len(row) <= last:
            faults.append(Fault(f"{table.place}:{line}", "", f"has {len(row)} cells; expected at least {last + 1}"))
            continue
        yield line, {name: row[index].strip() for name, index in table.columns.items()}


def _new_id(written: str, known: object, noun: str, place: str, faults: list[Fault]) -> bool:
    """True if an identifier can be taken in; else a fault is added."""
    if not written:
        faults.append(Fault(place, noun, "is empty; expected an identifier"))
        return False
    try:
        checked_text(written)
    except ValueError as wrong:
        faults.append(Fault(place, noun, str(wrong)))
        return False
    if isinstance(known, dict) and written in known:
        faults.append(Fault(place, noun, f"{written} stands here a second time; expected each once"))
        return False
    return True


def _read_proposals(read: _Read, path: Path, *, sectors_needed: bool) -> None:
    needed = ("proposal", "sectors") if sectors_needed else ("proposal",)
    table = _open(path, needed, (), read.faults)
    if table is None:
        return
    before = len(read.faults)
    for line, cells in _cells(table, read.faults):
        if _new_id(cells["proposal"], read.proposals, "proposal", f"{path}:{line}", read.faults):
            read.proposals[cells["proposal"]] = _sectors(cells.get("sectors", ""))
    if not read.proposals and len(read.faults) == before:
        read.faults.append(Fault(str(path), "", "has no proposals; expected at least one row"))


def _read_experts(read: _Read, path: Path, sectors: bool, countries: bool, practitioners: bool) -> None:
    needed = ["expert"]
    needed += ["sectors"] if sectors else []
    needed += ["country"] if countries else []
    needed += ["practitioner"] if practitioners else []
    table = _open(path, needed, ("max_load",), read.faults)
    if table is None:
        return
    before = len(read.faults)
    for line, cells in _cells(table, read.faults):
        place = f"{path}:{line}"
        if not _new_id(cells["expert"], read.experts, "expert", place, read.faults):
            continue
        expert = read.experts[cells["expert"]] = _Expert(sectors=_sectors(cells.get("sectors", "")))
        expert.max_load = _cell(cells, "max_load", _load, place, read.faults)
        if countries:
            expert.country = _cell(cells, "country", _country, place, read.faults) or ""
        if practitioners:
            expert.practitioner = _cell(cells, "practitioner", _yes_or_no, place, read.faults)
    if not read.experts and len(read.faults) == before:
        read.faults.append(Fault(str(path), "", "has no experts; expected at least one row"))


def _cell(cells: dict[str, str], name: str, convert: Callable[[str], T], place: str, faults: list[Fault]) -> T | None:
    try:
        return convert(cells.get(name, ""))
    except ValueError as wrong:
        faults.append(Fault(place, name, str(wrong)))
        return None


def _load(written: str) -> int | None:
    if not written:
        return None
    if not re.fullmatch("[0-9]{1,9}", written):
        raise ValueError(f"is {written!r}; expected a whole number of 0 or more, or nothing")
    return int(written)


def _country(written: str) -> str:
    code = read_code(written)
    if not re.fullmatch("[A-Z]{2}", code):
        raise ValueError(f"is {written!r}; expected a country code of two letters, or the rule cannot be held")
    return code


def _yes_or_no(written: str) -> bool:
    if written.lower() not in _YES:
        raise ValueError(f"is {written!r}; expected yes or no, or the rule cannot be held")
    return _YES[written.lower()]


def _sectors(written: str) -> frozenset[str]:
    return frozenset(word.strip().casefold() for word in re.split("[|;]", written) if word.strip())


def _by_sectors(read: _Read) -> "array[int]":
    """Affinities as the number of common sectors. Proposals and experts with the same sectors are counted once."""
    scores = array("q")
    known: dict[frozenset[str], array[int]] = {}
    of_experts = [expert.sectors for expert in read.experts.values()]
    for sectors in read.proposals.values():
        if sectors not in known:
            known[sectors] = array("q", [UNITS * len(sectors & own) for own in of_experts])
        scores.extend(known[sectors])
    return scores


def _read_affinities(read: _Read, path: Path) -> "array[int]":
    """The table of affinities as flat memory. Three million rows in a few seconds: a value is parsed once."""
    width = len(read.experts)
    pairs = len(read.proposals) * width
    scores, seen = array("q", bytes(8 * pairs)), bytearray(pairs)
    table = _open(path, ("proposal", "expert", "affinity"), (), read.faults)
    if table is None:
        return scores
    at_p, at_e, at_a = (table.columns[name] for name in ("proposal", "expert", "affinity"))
    first = {id: position * width for position, id in enumerate(read.proposals)}
    column = {id: position for position, id in enumerate(read.experts)}
    units = _Units()
    for line, row in table.rows:
        try:
            pair = first[row[at_p]] + column[row[at_e]]
            score = units[row[at_a]]
        except (KeyError, IndexError, ValueError):
            pair, score = _repaired(read, table, line, row, units)
            if pair < 0:
                continue
        if seen[pair]:
            words = f"{row[at_p].strip()} with {row[at_e].strip()} stands here a second time; expected each pair once"
            read.faults.append(Fault(f"{path}:{line}", "", words))
        seen[pair] = 1
        scores[pair] = score
    return scores


class _Units(dict[str, int]):
    """Units by what is written. A table has few different values, or can afford to forget."""

    def __missing__(self, written: str) -> int:
        if len(self) > MOST_REMEMBERED:
            self.clear()
        units = self[written] = to_units(written)
        return units


def _repaired(read: _Read, table: _Table, line: int, row: list[str], units: _Units) -> tuple[int, int]:
    """A row with blanks around its cells, read with patience, or its faults; the pair is -1 then."""
    if not any(row):
        return -1, 0
    cells = next(_cells(_Table(table.place, table.columns, iter([(line, row)])), read.faults), None)
    if cells is None:
        return -1, 0
    pair = _pair(read, cells[1], f"{table.place}:{line}")
    score = _cell(cells[1], "affinity", units.__getitem__, f"{table.place}:{line}", read.faults)
    return (-1, 0) if pair < 0 or score is None else (pair, score)


def _pair(read: _Read, cells: dict[str, str], place: str) -> int:
    """The position of a pair in flat memory, or -1 after a fault for each unknown identifier."""
    known = True
    for noun, ids in (("proposal", read.proposals), ("expert", read.experts)):
        # If a table of identifiers could not be read at all, its own faults say enough.
        if cells[noun] not in ids:
            known = False
            if ids:
                read.faults.append(Fault(place, noun, f"{cells[noun]!r} is not in the table of {noun}s"))
    if not known:
        return -1
    return list(read.proposals).index(cells["proposal"]) * len(read.experts) + list(read.experts).index(cells["expert"])


def _read_conflicts(read: _Read, path: Path | None) -> tuple[bytearray, dict[tuple[int, int], str]]:
    """One byte for each pair, not zero for a conflict, and the reasons that are stated."""
    width = len(read.experts)
    barred = bytearray(len(read.proposals) * width)
    reasons: dict[tuple[int, int], str] = {}
    if path is None:
        return barred, reasons
    table = _open(path, ("proposal", "expert"), ("reason",), read.faults)
    if table is None:
        return barred, reasons
    row_of = {id: position for position, id in enumerate(read.proposals)}
    column_of = {id: position for position, id in enumerate(read.experts)}
    for line, cells in _cells(table, read.faults):
        place = f"{path}:{line}"
        if cells["proposal"] not in row_of or cells["expert"] not in column_of:
            _pair(read, cells, place)
            continue
        row, column = row_of[cells["proposal"]], column_of[cells["expert"]]
        barred[row * width + column] = 1
        why = _cell(cells, "reason", checked_text, place, read.faults)
        if why:
            reasons[row, column] = "; ".join(filter(None, (reasons.get((row, column)), why)))
    return barred, reasons
