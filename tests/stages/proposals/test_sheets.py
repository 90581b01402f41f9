"""The budget as a workbook: there and back changes nothing, and whatever is wrong in it is told by its cell."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from tests.conftest import NOW
from tests.people import person
from tests.stages.proposals.money_cast import FLAT, REF, Cast, cast

from hanse.core.form import Asked
from hanse.stages.announcement import actions as announcement
from hanse.stages.consortia.models import Consortium
from hanse.stages.proposals.actions.money import Typed, save_cells
from hanse.stages.proposals.models import Cost, MoneyChange, Proposal, Text
from hanse.stages.proposals.queries import sheets

pytestmark = pytest.mark.django_db
MADE = NOW + timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)
SALZ = "Salzspeicher Food Network"


@pytest.fixture
def team(at: datetime) -> Cast:
    announcement.load_callbook(at)
    return cast()


def written(team: Cast, who: str = "jonas") -> bytes:
    """The workbook that somebody downloads."""
    return sheets.workbook_of(team.proposal, team.books(who), MADE)


def read(team: Cast, content: bytes, who: str = "jonas") -> sheets.Reading:
    """What somebody's workbook says."""
    return sheets.read_workbook(BytesIO(content), len(content), team.proposal, team.books(who))


def changed(content: bytes, change: Callable[[Any], object], title: str = SALZ) -> bytes:
    """A workbook in which somebody changed a sheet."""
    book = load_workbook(BytesIO(content))
    change(book[title])
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def column(page: Any, mark: str) -> int:
    """The number of a column."""
    return next(int(cell.column) for cell in page[sheets.COLUMNS_ROW] if cell.value == mark)


def put(mark: str, value: Any, row: int = sheets.FIRST_ROW) -> Callable[[Any], None]:
    """Put a value into a cell."""

    def change(page: Any) -> None:
        page.cell(row, column(page, mark)).value = value

    return change


# --- there and back ----------------------------------------------------------------------------------------------


def test_there_and_back_nothing_changes(team: Cast) -> None:
    categories = team.books().categories

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.randoms(use_true_random=False))
    def back(chance: random.Random) -> None:
        Cost.objects.all().delete()
        MoneyChange.objects.all().delete()
        cells = []
        for package in ("", "1", "2"):
            for category in categories:
                if chance.random() < 0.4:
                    continue
                if category.by is Asked.MONTHS:
                    months, rate = chance.randrange(10**5), chance.randrange(10**8)
                    cells.append(
                        Typed(package, category.id, 0, *((months, rate) if chance.random() < 0.8 else (months, None)))
                    )
                else:
                    cells.append(Typed(package, category.id, chance.randrange(10**11)))
        save_cells(actor=person("jonas"), ref=REF, seat_id=team.seats["jonas"].pk, cells=cells, at=NOW)
        reading = read(team, written(team))
        assert (reading.faults, reading.cells) == ([], [])

    back()


def test_an_amount_of_personnel_without_months_comes_back_unchanged(team: Cast) -> None:
    team.put("jonas", "1", "personnel", cents=500)
    assert read(team, written(team)).cells == []


def test_what_was_typed_is_what_would_change(team: Cast) -> None:
    team.put("jonas", "1", "travel", cents=500_00)

    def change(page: Any) -> None:
        put("travel:amount", "1.234,56")(page)
        put("personnel:months", 4.5)(page)
        put("personnel:rate", 6120.5)(page)
        put("travel:amount", 0.1, row=sheets.FIRST_ROW + 2)(page)

    reading = read(team, changed(written(team), change))
    assert reading.faults == []
    assert [(c.work_package, c.category, c.cents, c.months, c.rate, c.based_on) for c in reading.cells] == [
        ("1", "personnel", 0, 450, 612_050, 0),
        ("1", "travel", 123_456, None, None, 1),
        ("", "travel", 10, None, None, 0),
    ]
    first, second, _ = reading.cells
    assert (first.before, first.after) == ("", "4.5 months, 6\u00a0120.50 EUR a month")
    assert (second.before, second.after, second.place) == ("500.00 EUR", "1\u00a0234.56 EUR", f"Sheet {SALZ}, row 11")


def test_an_emptied_cell_is_emptied(team: Cast) -> None:
    team.put("jonas", "1", "travel", cents=500_00)
    (cell,) = read(team, changed(written(team), put("travel:amount", None))).cells
    assert (cell.before, cell.after, cell.cents) == ("500.00 EUR", "empty", 0)


def test_what_others_changed_since_is_kept_unless_it_was_typed_too(team: Cast) -> None:
    for package in ("1", "2"):
        team.put("jonas", package, "travel", cents=500_00)
    book = written(team)
    for package in ("1", "2", ""):
        team.put("jonas", package, "travel", cents=700_00, at=LATER)
    team.put("jonas", "1", "personnel", months=100, rate=100, at=LATER)
    reading = read(team, changed(book, put("travel:amount", 600)))
    (cell,) = reading.cells
    assert (cell.before, cell.after, cell.based_on) == ("700.00 EUR", "600.00 EUR", 2)
    assert cell.note == "changed on the site since the workbook was made"


def test_text_in_a_workbook_is_never_a_formula(team: Cast) -> None:
    Text.objects.filter(key="work_packages/1/title").update(value='=HYPERLINK("https://example.org")\x01')
    page = load_workbook(BytesIO(written(team)))[SALZ]
    assert page.cell(sheets.FIRST_ROW, 1).data_type == "s"
    assert read(team, written(team)).faults == []


def test_names_become_titles_that_a_workbook_takes(team: Cast) -> None:
    for seat, name in zip(team.seats.values(), ("[Sea]/Food: " * 5, "[Sea]/Food: " * 6, "***"), strict=True):
        seat.organisation.name = name
        seat.organisation.save()
    titles = load_workbook(BytesIO(written(team))).sheetnames
    assert len({title.casefold() for title in titles}) == 4
    assert titles[3] == "Partner"
    assert read(team, written(team)).faults == []


def test_computed_columns_are_not_typed(team: Cast) -> None:
    team.put("jonas", "1", "travel", cents=100_00)
    books = team.books("jonas", FLAT)
    content = sheets.workbook_of(team.proposal, books, MADE)
    marks = [cell.value for cell in load_workbook(BytesIO(content))[SALZ][sheets.COLUMNS_ROW]]
    assert marks == ["title", "id", "personnel:months", "personnel:rate", "travel:amount", "subcontracting:amount"]
    assert sheets.read_workbook(BytesIO(content), len(content), team.proposal, books).faults == []
    assert "the cost categories have changed since" in read(team, content).faults[0]


# --- what is wrong -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mark", "value", "told"),
    [
        ("travel:amount", "about 5000", "'about 5000' is not an amount; expected for example 1234.56."),
        ("travel:amount", "=SUM(A1:A3)", "holds a formula; paste it as a value."),
        ("travel:amount", "=1+1", "holds a formula; paste it as a value."),
        ("travel:amount", -5, "-5 is negative; expected zero or more."),
        ("travel:amount", "-5", "'-5' is negative; expected zero or more."),
        ("travel:amount", 1.005, "1.005 has more than two decimals; round it to the cent."),
        ("travel:amount", "1,234", "'1,234' can be 1\u00a0234 or 1 euro and a fraction; write 1234 or 1."),
        ("travel:amount", True, "'True' is not an amount."),
        ("travel:amount", date(2020, 1, 1), "'2020-01-01 00:00:00' is not an amount."),
        ("travel:amount", "#DIV/0!", "holds the error #DIV/0!; write the figure."),
        ("travel:amount", 10**13, "is too large; at most 12 digits of whole euro."),
        ("personnel:months", "four", "'four' is not a number of months; expected for example 4.5."),
        ("personnel:months", 1.125, "1.125 has more than two decimals; round it to the cent."),
    ],
)
def test_a_figure_that_cannot_be_read_is_told_with_sheet_and_cell(team: Cast, mark: str, value: Any, told: str) -> None:
    places: list[str] = []

    def change(page: Any) -> None:
        put(mark, value)(page)
        places.append(page.cell(sheets.FIRST_ROW, column(page, mark)).coordinate)

    reading = read(team, changed(written(team), change))
    assert len(reading.faults) == 1
    assert reading.faults[0].startswith(f"Sheet {SALZ}, cell {places[0]}: ")
    assert reading.faults[0].endswith(told)


def test_everything_that_is_wrong_is_told_at_once(team: Cast) -> None:
    def change(page: Any) -> None:
        for row in range(11, 14):
            put("travel:amount", "x", row=row)(page)
            put("equipment:amount", -1, row=row)(page)

    assert len(read(team, changed(written(team), change)).faults) == 6


def test_more_faults_than_anybody_reads_are_counted(team: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_FAULTS", 1)

    def change(page: Any) -> None:
        for row in range(11, 14):
            put("travel:amount", "x", row=row)(page)

    assert read(team, changed(written(team), change)).faults[1:] == ["And 2 more of this kind."]


def head(row: int, value: str) -> Callable[[Any], None]:
    """Change a cell of the head."""

    def change(page: Any) -> None:
        page.cell(row, 2).value = value

    return change


def swapped(page: Any) -> None:
    """Two columns change places."""
    first, second = column(page, "travel:amount"), column(page, "equipment:amount")
    for row in (sheets.COLUMNS_ROW, sheets.TITLES_ROW):
        page.cell(row, first).value, page.cell(row, second).value = (
            page.cell(row, second).value,
            page.cell(row, first).value,
        )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (head(2, "COS-CLUSINT-2016-03-01"), "cell B2: this is the sheet of another call, 'COS-CLUSINT-2016-03-01'"),
        (head(3, "other-seas"), "cell B3: this is the sheet of another application, 'other-seas'."),
        (head(4, "nobody"), "cell B4: 'nobody' is no partner of this application."),
        (head(5, "0"), "cell B5: the cost categories have changed since."),
        (head(6, "99"), "cell B6: there is no version '99' of this application."),
        (head(6, "one"), "cell B6: there is no version 'one' of this application."),
        (head(7, "today"), "cell B7: 'today' is no instant."),
        (head(7, "2020-11-29T10:00:00"), "cell B7: '2020-11-29T10:00:00' is no instant."),
        (lambda page: page.merge_cells("C11:D12"), "cells C11:D12 are merged. Split them."),
        (lambda page: page.delete_rows(11), "the row of '1. Work 1' is missing. Keep the rows as exported."),
        (lambda page: page.delete_rows(1), "its head is not that of an exported sheet."),
        (lambda page: page.delete_cols(5), "a column is missing or in another place. Keep the columns as exported."),
        (lambda page: page.insert_cols(4), "a column is missing or in another place."),
        (swapped, "a column is missing or in another place."),
        (lambda page: page.cell(9, 5, "gifts:amount"), "'gifts:amount' was added."),
        (lambda page: page.cell(12, 30, 5), "cell AD12: this column was added. Remove it."),
        (lambda page: page.cell(14, 2, "7"), "cell B14: there is no work package '7'; rows cannot be added here."),
        (lambda page: page.cell(14, 3, 5), "cell B14: there is no work package ''; rows cannot be added here."),
        (lambda page: page.cell(14, 2, "1"), "cell B14: work package '1' stands in row 11 too."),
        (lambda page: page.cell(9000, 4, "x"), "there is something below row 511."),
    ],
)  # fmt: skip
def test_a_sheet_that_is_not_the_exported_one_is_told(team: Cast, change: Callable[[Any], object], told: str) -> None:
    reading = read(team, changed(written(team), change))
    assert any(told in fault for fault in reading.faults), reading.faults
    assert all(fault.startswith(f"Sheet {SALZ}") for fault in reading.faults)
    assert reading.cells == []


def test_a_sheet_of_another_application_is_refused(team: Cast) -> None:
    giulia = person("giulia")
    stamps = {"created_by": giulia, "created_at": NOW, "changed_at": NOW}
    other = Consortium.objects.create(ref="other", name="Other", call=team.proposal.consortium.call, **stamps)
    proposal = Proposal.objects.create(ref="other", consortium=other, **stamps)
    content = sheets.workbook_of(proposal, team.books("jonas"), MADE)
    assert "another application, 'other'" in read(team, content).faults[0]


def test_a_workbook_of_another_partner_is_refused(team: Cast) -> None:
    book = load_workbook(BytesIO(written(team, "mila")))
    del book[SALZ]
    saved = BytesIO()
    book.save(saved)
    reading = read(team, saved.getvalue())
    assert reading.faults == [f"The workbook has no sheet of {SALZ}. Export it again and fill in that sheet."]
    assert len(reading.left_out) == 2


def test_one_partner_has_one_sheet(team: Cast) -> None:
    def twice(page: Any) -> None:
        page.parent.copy_worksheet(page)

    assert f"{SALZ} has two sheets. Keep one." in read(team, changed(written(team), twice)).faults[0]


def archive(**entries: bytes) -> bytes:
    """A ZIP archive that claims to be a workbook."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as written_to:
        written_to.writestr("xl/workbook.xml", b"<workbook/>")
        for name, content in entries.items():
            written_to.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "The file is empty."),
        (b"Partner;Travel\n", "The file is plain text. Send the exported workbook"),
        (b"%PDF-1.4\n", "The file is a PDF document."),
        (b"\x00\x01\x02", "The file is of a type that is not known here."),
        (b"x" * ((30 << 20) + 1), "The file has 30.0 MB; a budget has at most 5 MB."),
        (archive(**{"xl/vbaProject.bin": b"x"}), "The workbook holds macros."),
        (archive(**{"xl/externalLinks/1.xml": b"x"}), "The workbook is linked to another one."),
        (archive(**{"xl/bomb.xml": b" " * (11 << 20)}), "unpacks to far more than a budget"),
        (archive(**{f"xl/{number}": b"" for number in range(600)}), "unpacks to far more than a budget"),
        (archive(**{"xl/a.xml": b"<!doctype a [<!entity b 'c'>]><a/>"}), "was not written by a spreadsheet"),
        (archive(), "This workbook cannot be read."),
        (archive()[:-60], "The file is of a type that is not known here."),
    ],
    ids=["empty", "csv", "pdf", "unknown", "30 MB", "macros", "links", "bomb", "many", "entities", "hollow", "cut"],
)
def test_a_file_that_is_no_budget_is_not_opened(team: Cast, content: bytes, told: str) -> None:
    reading = read(team, content)
    assert len(reading.faults) == 1
    assert told in reading.faults[0]


def test_a_damaged_archive_is_told(team: Cast) -> None:
    whole = bytearray(archive(**{"xl/a.xml": b"<a>" + bytes(range(256)) * 50}))
    place = whole.index(b"xl/a.xml") + 20
    whole[place : place + 40] = b"\xff" * 40
    assert read(team, bytes(whole)).faults == ["The file is damaged. Save the workbook again and send it."]


def test_reading_asks_the_database_once_a_sheet(team: Cast) -> None:
    content, books = written(team), team.books("jonas")
    with CaptureQueriesContext(connection) as spent:
        sheets.read_workbook(BytesIO(content), len(content), team.proposal, books)
    assert len(spent) == 1
