"""The ledger as a workbook, and a workbook read back with every fault told by its cell.

A workbook holds a sheet for every partner whose cells the reader sees, and an overview. The head of a sheet says which
call, application, partner and form it is of, and at which instant it was made: from that the site knows how each cell
stood then, and so who has changed what since.
"""

import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from hanse.core.form import Asked
from hanse.core.values.digest import digest
from hanse.core.values.money import Money
from hanse.core.values.typed_amounts import read_amount, read_months, show_months
from hanse.core.values.unknown import Unknown
from hanse.ground.files.types import UNKNOWN, XLSX, in_words, sniff
from hanse.stages.proposals.models import Cost, Proposal
from hanse.stages.proposals.queries.money import Books, Key, Sheet, cells_since, holds

MOST_BYTES = 5 << 20
MOST_UNPACKED = 10 << 20
MOST_FILES = 500
MOST_FAULTS = 200
OVERVIEW = "Overview"
HEADS = ("Call", "Application", "Partner", "Form", "Version", "Made at")
COLUMNS_ROW = 9
"""Where the machine reads what each column is; people read the row below."""
TITLES_ROW = 10
FIRST_ROW = 11
NO_PACKAGE_MARK = "-"
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column that figures are typed into: of a category its `amount`, its `months` or its `rate`."""

    category: str
    of: str
    title: str

    @property
    def mark(self) -> str:
        """What the machine reads."""
        return f"{self.category}:{self.of}"


@dataclass(frozen=True, slots=True)
class NewCell:
    """A cell of the ledger as a workbook wants it.

    Attributes:
        before: what stands, in words; empty for nothing.
        after: what it would be, in words.
        based_on: version of what stands.
        note: who changed it since the workbook was made, where somebody did.
    """

    seat_id: int
    partner: str
    work_package: str
    category: str
    place: str
    cents: int
    months: int | None
    rate: int | None
    based_on: int
    before: str
    after: str
    note: str = ""


@dataclass(slots=True)
class Reading:
    """What a workbook says.

    Attributes:
        faults: everything that is wrong, by sheet and cell. If there are any, nothing is to be applied.
        cells: what would change.
        left_out: notes on what was not looked at.
    """

    faults: list[str] = field(default_factory=list)
    cells: list[NewCell] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


# --- writing -----------------------------------------------------------------------------------------------------


def workbook_of(proposal: Proposal, books: Books, at: datetime) -> bytes:
    """The ledger as far as its reader sees it, as a workbook."""
    from openpyxl import Workbook  # slow to load, and seldom needed
    from openpyxl.writer.excel import save_workbook

    book = Workbook()
    book.properties.created = book.properties.modified = at.astimezone(UTC).replace(tzinfo=None)
    first = book.active
    first.title = OVERVIEW
    _write_overview(first, proposal, books)
    taken = {OVERVIEW.casefold()}
    for sheet in books.sheets:
        if sheet.open:
            page = book.create_sheet(_title(sheet.name, taken))
            _write_sheet(page, proposal, books, sheet, at)
    written = BytesIO()
    save_workbook(book, written)
    return written.getvalue()


def columns_of(books: Books) -> list[Column]:
    """The columns that figures are typed into."""
    found = []
    for category in books.categories:
        if books.computed(category):
            continue
        if category.by is Asked.MONTHS:
            found.append(Column(category.id, "months", f"{category.title}: person-months"))
            found.append(Column(category.id, "rate", f"{category.title}: EUR a month"))
        else:
            found.append(Column(category.id, "amount", f"{category.title}: EUR"))
    return found


def digest_of_form(books: Books) -> str:
    """By which a sheet made from other columns is told."""
    return digest([[column.category, column.of] for column in columns_of(books)])[:16]


def _write_overview(page: Any, proposal: Proposal, books: Books) -> None:
    _text(page, 1, 1, f"Budget of {proposal.consortium.name}: overview. It is not read when the workbook comes back.")
    for number, head in enumerate(("Partner", "Costs", "Contribution", "Own funds", "Cells"), 1):
        _text(page, 3, number, head)
    ledger = books.ledger
    for row, sheet in enumerate(books.sheets, 4):
        _text(page, row, 1, sheet.name)
        figures = (ledger.cost_of(sheet.id), ledger.requested_by(sheet.id), ledger.own_funds_of(sheet.id))
        for number, amount in enumerate(figures, 2):
            if isinstance(amount, Unknown):
                _text(page, row, number, "open")
            else:
                _number(page, row, number, amount.cents)
        _text(page, row, 5, "shared" if sheet.open else "not shared")
    page.column_dimensions["A"].width = 40
    for letter in "BCDE":
        page.column_dimensions[letter].width = 18
    page.protection.enable()


def _write_sheet(page: Any, proposal: Proposal, books: Books, sheet: Sheet, at: datetime) -> None:
    from openpyxl.styles import Font, PatternFill, Protection

    _text(page, 1, 1, f"Budget of {sheet.name}")
    page["A1"].font = Font(bold=True, size=14)
    for row, (head, said) in enumerate(zip(HEADS, _head(proposal, books, sheet, at), strict=True), 2):
        _text(page, row, 1, head)
        _text(page, row, 2, said)
    columns = columns_of(books)
    for number, mark in enumerate(("title", "id", *(column.mark for column in columns)), 1):
        _text(page, COLUMNS_ROW, number, mark)
    page.row_dimensions[COLUMNS_ROW].hidden = True
    for number, title in enumerate(("Work package", "Number", *(column.title for column in columns)), 1):
        _text(page, TITLES_ROW, number, title)
        page.cell(TITLES_ROW, number).font = Font(bold=True)
    open_to_typing, ground = Protection(locked=False), PatternFill("solid", fgColor="FFF9E5")
    for row, package in enumerate(books.packages, FIRST_ROW):
        _text(page, row, 1, package.title)
        _text(page, row, 2, package.id or NO_PACKAGE_MARK)
        for number, column in enumerate(columns, 3):
            cell = page.cell(row, number)
            cell.protection, cell.fill = open_to_typing, ground
            cost = sheet.cells.get((package.id, column.category))
            cents = None if cost is None else _figure_in(cost, column)
            if cents is not None:
                _number(page, row, number, cents)
    page.column_dimensions["A"].width = 44
    for number in range(3, 3 + len(columns)):
        page.column_dimensions[page.cell(1, number).column_letter].width = 20
    page.freeze_panes = page.cell(FIRST_ROW, 3)
    page.protection.enable()


def _head(proposal: Proposal, books: Books, sheet: Sheet, at: datetime) -> tuple[str, ...]:
    return (
        proposal.consortium.call,
        proposal.ref,
        sheet.id,
        digest_of_form(books),
        str(proposal.version),
        at.astimezone(UTC).isoformat(),
    )


def _figure_in(cost: Cost, column: Column) -> int | None:
    """What a column shows of a cell, in hundredths; None for nothing."""
    if column.of == "months":
        return cost.months
    if column.of == "rate":
        return cost.rate
    return cost.cents or None


def _text(page: Any, row: int, number: int, said: str) -> None:
    """Write text as text: what begins like a formula is none."""
    cell = page.cell(row, number)
    cell.value = CONTROLS.sub("", said)[:32_000]
    cell.data_type = "s"


def _number(page: Any, row: int, number: int, hundredths: int) -> None:
    cell = page.cell(row, number)
    cell.value = Decimal(hundredths) / 100
    cell.number_format = "# ##0.00"


def _title(name: str, taken: set[str]) -> str:
    """A title that a workbook takes, and no other sheet has."""
    plain = _NOT_IN_TITLES.sub(" ", CONTROLS.sub("", name)).strip()[:31].strip() or "Partner"
    found, number = plain, 2
    while found.casefold() in taken:
        found = f"{plain[:27].strip()} {number}"
        number += 1
    taken.add(found.casefold())
    return found


# --- reading -----------------------------------------------------------------------------------------------------


def read_workbook(content: BinaryIO, size: int, proposal: Proposal, books: Books) -> Reading:
    """What a workbook would change in the cells of the reader's own partners, or everything that is wrong with it."""
    reading = Reading()
    told = _fault_of_file(content, size)
    if told:
        reading.faults.append(told)
        return reading
    try:
        book = _opened(content)
    except Exception:  # whatever a broken workbook makes its reader raise
        reading.faults.append("This workbook cannot be read. Open it, save it again as an Excel workbook (.xlsx).")
        return reading
    own: set[str] = set()
    for page in book.worksheets:
        if page.title == OVERVIEW:
            continue
        _read_page(page, proposal, books, reading, own)
    if not own and not reading.faults:
        names = ", ".join(sheet.name for sheet in books.sheets if sheet.own)
        reading.faults.append(f"The workbook has no sheet of {names}. Export it again and fill in that sheet.")
    if len(reading.faults) > MOST_FAULTS:
        more = len(reading.faults) - MOST_FAULTS
        reading.faults[MOST_FAULTS:] = [f"And {more} more of this kind."]
    return reading


def _fault_of_file(content: BinaryIO, size: int) -> str:
    """Why a file is not even opened; empty if it is."""
    if size > MOST_BYTES:
        most = MOST_BYTES >> 20
        return f"The file has {size / (1 << 20):.1f} MB; a budget has at most {most} MB. Send the exported workbook."
    if not size:
        return "The file is empty. Choose it again, from your own device rather than a shared drive."
    found = sniff(content)
    if found != XLSX:
        what = "of a type that is not known here" if found == UNKNOWN else in_words(found)
        return f"The file is {what}. Send the exported workbook, saved as an Excel workbook (.xlsx)."
    try:
        with ZipFile(content) as archive:
            return _fault_of_archive(archive)
    except (BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError, zlib.error):
        return "The file is damaged. Save the workbook again and send it."
    finally:
        content.seek(0)


def _fault_of_archive(archive: ZipFile) -> str:
    entries: list[ZipInfo] = archive.infolist()
    if any(entry.filename.lower().endswith("vbaproject.bin") for entry in entries):
        return "The workbook holds macros. Save it as an Excel workbook without macros (.xlsx)."
    if any("externallink" in entry.filename.lower() for entry in entries):
        return "The workbook is linked to another one. Paste figures as values and break the links."
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        return "The workbook unpacks to far more than a budget. Send the exported workbook."
    for entry in entries:
        if entry.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in _beginning(archive, entry).upper():
            return "The workbook was not written by a spreadsheet. Send the exported workbook."
    return ""


def _beginning(archive: ZipFile, entry: ZipInfo) -> bytes:
    with archive.open(entry) as content:
        return content.read(4096)


def _opened(content: BinaryIO) -> Any:
    import warnings

    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about looks that are not kept
        return load_workbook(content)


def _read_page(page: Any, proposal: Proposal, books: Books, reading: Reading, own: set[str]) -> None:
    """Read the sheet of one partner."""
    said = {head: _said(page.cell(row, 2).value) for row, head in enumerate(HEADS, 2)}
    heads = [_said(page.cell(row, 1).value) for row in range(2, 2 + len(HEADS))]
    called = f"Sheet {page.title}"
    if heads != list(HEADS):
        reading.faults.append(
            f"{called}: its head is not that of an exported sheet. Remove the sheet, or export again."
        )
        return
    partner = books.sheet(said["Partner"])
    told = _fault_of_head(said, partner, proposal, books)
    if told:
        reading.faults.append(f"{called}, {told}")
        return
    assert partner is not None  # noqa: S101 -- its fault would have been told
    if not partner.own:
        reading.left_out.append(f"{called} is of another partner and was not read.")
        return
    if partner.id in own:
        reading.faults.append(f"{called}: {partner.name} has two sheets. Keep one.")
        return
    own.add(partner.id)
    since = _instant(said["Made at"])
    if since is None:
        reading.faults.append(f"{called}, cell B7: {said['Made at']!r} is no instant. Export the workbook again.")
        return
    _Page(page, called, books, partner, cells_since(proposal, partner.seat, since), reading).read()


def _fault_of_head(said: Mapping[str, str], partner: Sheet | None, proposal: Proposal, books: Books) -> str:
    if said["Call"] != proposal.consortium.call:
        return f"cell B2: this is the sheet of another call, {said['Call']!r}. Export the workbook of this application."
    if said["Application"] != proposal.ref:
        return f"cell B3: this is the sheet of another application, {said['Application']!r}."
    if partner is None:
        return f"cell B4: {said['Partner']!r} is no partner of this application."
    if said["Form"] != digest_of_form(books):
        return "cell B5: the cost categories have changed since. Export the workbook again."
    version = said["Version"]
    if not version.isdecimal() or int(version[:18]) > proposal.version:
        return f"cell B6: there is no version {version!r} of this application."
    return ""


def _instant(said: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


class _Page:
    """Reads the figures of one sheet."""

    def __init__(
        self,
        page: Any,
        called: str,
        books: Books,
        partner: Sheet,
        since: Mapping[Key, Mapping[str, Any] | None],
        reading: Reading,
    ):
        self.page, self.called, self.books, self.partner = page, called, books, partner
        self.since, self.reading = since, reading
        self.columns = columns_of(books)
        self.merged = [str(cells) for cells in page.merged_cells.ranges]

    def read(self) -> None:
        """Add what would change, or what is wrong."""
        before = len(self.reading.faults)
        self.reading.faults += [f"{self.called}, cells {cells} are merged. Split them." for cells in self.merged]
        marks = ["title", "id", *(column.mark for column in self.columns)]
        self._check_columns(marks)
        rows = self._rows()
        if len(self.reading.faults) > before:
            return
        for package, row in rows.items():
            figures: dict[str, dict[str, int | None]] = {}
            for number, column in enumerate(self.columns, 3):
                figures.setdefault(column.category, {})[column.of] = self._figure(row, number, column)
            for category, typed in figures.items():
                self._compare(package, category, typed, row)

    def _check_columns(self, marks: Sequence[str]) -> None:
        for number, mark in enumerate(marks, 1):
            found = _said(self.page.cell(COLUMNS_ROW, number).value)
            if found != mark:
                place = self.page.cell(TITLES_ROW, number).coordinate
                what = "a column is missing or in another place" if found in ("", *marks) else f"{found!r} was added"
                self.reading.faults.append(f"{self.called}, cell {place}: {what}. Keep the columns as exported.")
                return
        for number in range(len(marks) + 1, min(self.page.max_column, len(marks) + 50) + 1):
            for row in range(COLUMNS_ROW, min(self.page.max_row, 500) + 1):
                if self.page.cell(row, number).value is not None:
                    place = self.page.cell(row, number).coordinate
                    self.reading.faults.append(f"{self.called}, cell {place}: this column was added. Remove it.")
                    break

    def _rows(self) -> dict[str, int]:
        """The row of every work package."""
        known = {package.id or NO_PACKAGE_MARK: package for package in self.books.packages}
        found: dict[str, int] = {}
        last, width = min(self.page.max_row, FIRST_ROW + 500), len(self.columns) + 2
        for row in range(FIRST_ROW, last + 1):
            said = _said(self.page.cell(row, 2).value)
            place = f"{self.called}, cell B{row}"
            if not said and all(self.page.cell(row, number).value is None for number in range(1, width + 1)):
                continue
            if said not in known:
                self.reading.faults.append(f"{place}: there is no work package {said!r}; rows cannot be added here.")
            elif said in found:
                self.reading.faults.append(f"{place}: work package {said!r} stands in row {found[said]} too.")
            else:
                found[said] = row
        if any(row > last and cell.value is not None for (row, _), cell in self.page._cells.items()):
            self.reading.faults.append(
                f"{self.called}: there is something below row {last}. Keep the rows as exported."
            )
        self.reading.faults += [
            f"{self.called}: the row of {package.title!r} is missing. Keep the rows as exported."
            for mark, package in known.items()
            if mark not in found
        ]
        return {("" if mark == NO_PACKAGE_MARK else mark): row for mark, row in found.items()}

    def _figure(self, row: int, number: int, column: Column) -> int | None:
        cell = self.page.cell(row, number)
        try:
            return _read_figure(cell, read_months if column.of == "months" else lambda typed: read_amount(typed).cents)
        except ValueError as wrong:
            self.reading.faults.append(f"{self.called}, cell {cell.coordinate}: {wrong}.")
            return None

    def _compare(self, package: str, category: str, typed: Mapping[str, int | None], row: int) -> None:
        """Add a cell if the sheet holds something else than it held when it was made, and than what stands."""
        stands = self.partner.cells.get((package, category))
        now = _shown_figures(stands, typed)
        then = now
        if (package, category) in self.since:
            then = _kept_figures(self.since[package, category], typed)
        if typed in (now, then):
            return
        changed = then != now and stands is not None
        self.reading.cells.append(
            NewCell(
                self.partner.seat.pk,
                self.partner.name,
                package,
                category,
                f"{self.called}, row {row}",
                typed.get("amount") or 0,
                typed.get("months"),
                typed.get("rate"),
                0 if stands is None else stands.version,
                ""
                if stands is None or not holds(stands)
                else figures_in_words(stands.cents, stands.months, stands.rate),
                figures_in_words(typed.get("amount") or 0, typed.get("months"), typed.get("rate")),
                "changed on the site since the workbook was made" if changed else "",
            )
        )


def _shown_figures(stands: Cost | None, typed: Mapping[str, int | None]) -> dict[str, int | None]:
    """A cell as its columns show it."""
    if stands is None:
        return dict.fromkeys(typed)
    held = {"amount": stands.cents or None, "months": stands.months, "rate": stands.rate}
    return {of: held[of] for of in typed}


def _kept_figures(kept: Mapping[str, Any] | None, typed: Mapping[str, int | None]) -> dict[str, int | None]:
    if kept is None:
        return dict.fromkeys(typed)
    held = {"amount": kept["cents"] or None, "months": kept["months"], "rate": kept["rate"]}
    return {of: held[of] for of in typed}


def figures_in_words(cents: int, months: int | None, rate: int | None) -> str:
    """A cell in words; an empty one is told as such."""
    if months is None and rate is None:
        return f"{Money(cents)} EUR" if cents else "empty"
    counted = "no months" if months is None else f"{show_months(months)} months"
    return f"{counted}, {'no rate' if rate is None else f'{Money(rate)} EUR a month'}"


def _read_figure(cell: Any, read: Callable[[str], int]) -> int | None:
    """A figure in hundredths; None for an empty cell.

    Raises:
        ValueError: with what is wrong.
    """
    value = cell.value
    if cell.data_type == "f" or (isinstance(value, str) and value.startswith("=")):
        raise ValueError("holds a formula; paste it as a value")
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if cell.data_type == "e":
        raise ValueError(f"holds the error {value}; write the figure")
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{str(value)!r} is not an amount")
    return (read(value) if isinstance(value, str) else _hundredths(value, read)) or None


def _hundredths(value: float, read: Callable[[str], int]) -> int:
    """A number of a spreadsheet; the shortest writing of its binary fraction is what was typed."""
    exact = Decimal(repr(value))
    if not exact.is_finite():
        raise ValueError(f"{str(value)!r} is not an amount")
    if exact < 0:
        raise ValueError(f"{value} is negative; expected zero or more")
    if exact != round(exact, 2):
        raise ValueError(f"{value} has more than two decimals; round it to the cent")
    return read(f"{exact:.2f}")


def _said(value: Any) -> str:
    return "" if value is None else str(value).strip()
