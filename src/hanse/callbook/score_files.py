"""Reads what a ranking needs beside the call: a table of scores, and the recorded decisions of officers.

The table has one row a criterion: `proposal,strand,criterion,points,requested`. The requested amount stands on each
row of a proposal or on one of them. Every fault is told at once, with its line.
"""

import csv
import io
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from hanse.callbook.files import read_json, read_text, read_toml
from hanse.core.call import AwardCriterion, Call, PartialPlace
from hanse.core.evaluation import points_fault
from hanse.core.selection import Decisions, Evaluated, PartialPlaceDecision, TieDecision, TransferDecision
from hanse.core.values.faults import Fault, Faulty
from hanse.core.values.money import ZERO, Money, parse_sum
from hanse.core.values.reading import Reader, as_choice, as_count, as_day, as_name, checked_text

COLUMNS = ("proposal", "strand", "criterion", "points", "requested")

MOST_BYTES = 256 * 1024 * 1024
MOST_IN_A_LINE = 64 * 1024
"""Characters. A row of scores has some forty; a longer line is no table."""

_PLAIN = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
_COMMA = re.compile(r"[0-9]+,[0-9]+")
_CONTROL_BYTES = bytes([*range(9), *range(11, 32), 127])
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def read_scores(path: Path, call: Call) -> tuple[Evaluated, ...]:
    """Read a table of scores, in the order in which proposals first appear.

    Args:
        path: CSV with a header; comma, semicolon or tab, with or without byte order mark, Unix or Windows line ends.
            Columns may stand in any order; others are ignored.
        call: for its strands and award criteria, which must be known.

    Raises:
        Faulty: with every fault of the table, each with file and line.
    """
    faults: list[Fault] = []
    text = read_text(path, faults, MOST_BYTES)
    if text is not None and _is_readable(text, str(path), faults):
        found = _Scores(str(path), call, faults).read(text)
        if not faults:
            return found
    raise Faulty(faults)


def _is_readable(text: str, place: str, faults: list[Fault]) -> bool:
    """True if the text can be a table at all: not empty, no endless line, no control characters."""
    if not text.strip():
        faults.append(Fault(place, "", f"is empty; expected a header line with the columns {', '.join(COLUMNS)}"))
        return False
    if max(map(len, text.split("\n"))) > MOST_IN_A_LINE:
        faults += [
            Fault(f"{place}:{number}", "", f"has {len(line)} characters in one line; no row of scores has; refused")
            for number, line in enumerate(text.split("\n"), 1)
            if len(line) > MOST_IN_A_LINE
        ]
    # Deleting bytes is ten times faster than a search, and nearly every table is plain ASCII without any.
    packed = text.encode()
    if not text.isascii() or len(packed.translate(None, _CONTROL_BYTES)) < len(packed):
        for number, line in enumerate(text.split("\n"), 1):
            found = _CONTROL.search(line)
            if found:
                what = f"has the control character U+{ord(found.group()):04X} at position {found.start() + 1}"
                faults.append(Fault(f"{place}:{number}", "", f"{what}; remove it"))
    return not faults


class _Scores:
    """The state of reading one table.

    Twenty thousand proposals are read in a fraction of a second because a cell that has been understood once is not
    looked at again: points by criterion and text, proposals by their text, strand and amount by comparison.
    """

    def __init__(self, place: str, call: Call, faults: list[Fault]):
        self._place, self._faults = place, faults
        self._strands = frozenset(strand.id for strand in call.strands)
        self._criteria = {criterion.id: criterion for criterion in call.award.criteria.known or ()}
        self._step = call.award.step.value
        self._points: dict[str, dict[str, Decimal]] = {criterion: {} for criterion in self._criteria}
        self._proposals: dict[str, _Proposal] = {}
        self._rows: Any = None

    def read(self, text: str) -> tuple[Evaluated, ...]:
        header, _, _ = text.partition("\n")
        self._rows = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=header.count), strict=True)
        try:
            self._read_rows([name.strip() for name in next(self._rows)])
        except csv.Error as wrong:
            self._fault("", f"is not CSV: {wrong}")
        return tuple(self._evaluated(table) for table in self._proposals.values())

    def _read_rows(self, header: list[str]) -> None:
        places = self._places(header)
        if places is None:
            return
        width = len(header)
        at_proposal, at_strand, at_criterion, at_points, at_requested = places
        by_text: dict[str, _Proposal] = {}
        known = self._points
        for row in self._rows:
            if len(row) != width:
                if row:
                    self._fault("", f"has {len(row)} cells; the header has {width}")
                continue
            table = by_text.get(row[at_proposal])
            if table is None:
                table = by_text[row[at_proposal]] = self._proposal(row[at_proposal].strip(), row[at_strand].strip())
            if row[at_strand] != table.strand:
                self._check_strand(table, row[at_strand].strip())
            if row[at_requested] and row[at_requested] != table.written:
                self._take_requested(table, row[at_requested].strip())
            criterion = row[at_criterion]
            points = known[criterion].get(row[at_points]) if criterion in known else None
            if points is None:
                criterion = criterion.strip()
                points = self._points_of(criterion, row[at_points].strip())
            if criterion in table.points:
                self._fault("criterion", f"proposal {table.id} has {criterion!r} on an earlier row already")
            table.points[criterion] = points
        if not self._proposals:
            self._fault("", "has a header but no rows")

    def _places(self, header: list[str]) -> list[int] | None:
        """Where each column stands; None if one is missing or named twice."""
        wrong = False
        for column in COLUMNS:
            count = header.count(column)
            if count != 1:
                what = "is the name of two columns; expected one" if count else "this column is missing"
                self._fault(column, f"{what}; the header has {', '.join(header)}")
                wrong = True
        return None if wrong else [header.index(column) for column in COLUMNS]

    def _proposal(self, id: str, strand: str) -> "_Proposal":
        """The proposal of a row, made and checked where it first appears."""
        table = self._proposals.get(id)
        if table is not None:
            return table
        if not id:
            self._fault("proposal", "is empty; every row names its proposal")
        try:
            checked_text(id)
        except ValueError as wrong:
            self._fault("proposal", str(wrong))
        else:
            if id and not id.isprintable():
                self._fault("proposal", f"{id!r} is not an identifier; expected text of one line without tabs")
        if strand not in self._strands:
            known = ", ".join(sorted(self._strands))
            self._fault("strand", f"{strand!r} is not a strand of the call; expected one of {known}")
        table = self._proposals[id] = _Proposal(id, strand, self._rows.line_num)
        return table

    def _check_strand(self, table: "_Proposal", written: str) -> None:
        if written != table.strand:
            self._fault("strand", f"is {written!r} here and {table.strand!r} on line {table.line}")

    def _take_requested(self, table: "_Proposal", written: str) -> None:
        try:
            amount = parse_sum(written) if written else None
        except ValueError as wrong:
            self._fault("requested", str(wrong))
            # That no amount could be read would be the same fault told again.
            table.written = table.written or written
            return
        if amount is None:
            return
        if amount == ZERO:
            self._fault("requested", f"is {written}; expected more than zero")
        if table.requested is not None and amount != table.requested:
            told = f"{table.requested.plain} on an earlier row of proposal {table.id}"
            self._fault("requested", f"is {written!r} here and {told}")
            return
        table.requested, table.written = amount, written

    def _points_of(self, criterion: str, written: str) -> Decimal:
        """Points not met before. What is wrong is a fault of each row that has it, so only what is right is kept."""
        known = self._criteria.get(criterion)
        if known is None:
            self._fault("criterion", f"{criterion!r} is not a criterion; expected one of {', '.join(self._criteria)}")
            return ZERO_POINTS
        if not _PLAIN.fullmatch(written):
            self._fault("points", _not_points(written, known))
            return ZERO_POINTS
        points = Decimal(written)
        wrong = points_fault(known, self._step, points)
        if wrong:
            self._fault("points", f"{wrong} (criterion {criterion})")
        else:
            self._points[criterion][written] = points
        return points

    def _evaluated(self, table: "_Proposal") -> Evaluated:
        missing = [criterion for criterion in self._criteria if criterion not in table.points]
        if missing:
            self._fault("criterion", f"proposal {table.id} has no points on {', '.join(missing)}", table.line)
        if not table.written:
            what = f"proposal {table.id} states no requested amount on any of its rows"
            self._fault("requested", what, table.line)
        return Evaluated(table.id, table.strand, table.points, table.requested)

    def _fault(self, key: str, what: str, line: int | None = None) -> None:
        at = self._rows.line_num if line is None else line
        self._faults.append(Fault(f"{self._place}:{at}", key, what))


ZERO_POINTS = Decimal(0)
"""Stands in for points that cannot be read, so that reading goes on."""


class _Proposal:
    """What the rows of one proposal have said so far.

    Attributes:
        line: of its first row.
        written: the requested amount as written, once there is one.
    """

    __slots__ = ("id", "line", "points", "requested", "strand", "written")

    def __init__(self, id: str, strand: str, line: int):
        self.id, self.strand, self.line = id, strand, line
        self.points: dict[str, Decimal] = {}
        self.requested: Money | None = None
        self.written = ""


def _not_points(written: str, criterion: AwardCriterion) -> str:
    if not written:
        return f"is empty; expected points on {criterion.id}"
    if _COMMA.fullmatch(written):
        return f"{written!r} has a decimal comma; write {written.replace(',', '.')}"
    if written.startswith("-") and _PLAIN.fullmatch(written[1:]):
        return f"{written} is negative; expected zero or more"
    return f"{written[:40]!r} is not a number of points; expected for example 3.5"


# --- decisions -------------------------------------------------------------------------------------------------


def read_decisions(path: Path) -> Decisions:
    """Read recorded decisions from a TOML or JSON file: tables `tie`, `partial_place` and `transfer`.

    Raises:
        Faulty: with every fault of the file.
    """
    faults: list[Fault] = []
    table = (read_json if path.suffix.lower() == ".json" else read_toml)(path, faults)
    decisions = Decisions() if table is None else _parse_decisions(table, str(path), faults)
    if faults:
        raise Faulty(faults)
    return decisions


def _parse_decisions(table: Mapping[str, Any], place: str, faults: list[Fault]) -> Decisions:
    top = Reader(table, place, "", faults)
    ties, partial_places, transfers = [], [], []
    for reader in top.tables("tie"):
        order = reader.require("order", _as_order, NOBODY)
        step = reader.optional("step", as_count, None)
        ties.append(TieDecision(order, *_signed(reader), step))
        reader.close()
    for reader in top.tables("partial_place"):
        proposal = reader.require("proposal", as_name, "")
        then = reader.require("then", as_choice(PartialPlace), PartialPlace.STOP)
        partial_places.append(PartialPlaceDecision(proposal, then, *_signed(reader)))
        reader.close()
    for reader in top.tables("transfer"):
        source, destination = reader.require("from", as_name, ""), reader.require("to", as_name, "")
        transfers.append(TransferDecision(source, destination, *_signed(reader)))
        reader.close()
    top.close()
    return Decisions(tuple(ties), tuple(partial_places), tuple(transfers))


NOBODY: tuple[tuple[str, ...], ...] = ()


def _signed(reader: Reader) -> tuple[Any, Any, Any]:
    """Who decided, when and why: a decision without these three settles nothing."""
    return reader.require("by", as_name, ""), reader.require("on", as_day, None), reader.require("reason", as_name, "")


def _as_order(written: object) -> tuple[tuple[str, ...], ...]:
    """Best first: identifiers, or lists of identifiers that stay equal."""
    if not isinstance(written, list) or not written:
        raise ValueError('is not a list; expected for example ["P2", "P1"] or ["P2", ["P1", "P3"]]')
    return tuple(
        tuple(as_name(each) for each in tier) if isinstance(tier, list) else (as_name(tier),) for tier in written
    )
