"""Tables of many rows: filters, sorting, pages that stay put while rows come and go, and exports.

    ORGANISATIONS = Table(
        columns=[
            Column("name", "Name", sort=Lower("name"), kind="link", value=lambda row: (row.name, row.address)),
            Column("country", "Country", sort="country"),
            Column("founded_on", "Founded", sort="founded_on", kind="date"),
        ],
        filters=OrganisationFilter,      # a form class; None for none
        order="name",                    # a column's name, or a field; "-" before it for the other way round
        nouns=("organisation", "organisations"),
    )

    def organisations(request):
        return ORGANISATIONS.response(request, queries.published(), "registry/organisations.html", {"more": "context"})

The template of the page says `{% include "ui/table.html" %}`. `response` answers with the page, with the table alone
where htmx asks for it, or with the export that `?format=csv` or `?format=xlsx` asks for. Who needs the pieces calls
`page`, `as_csv` and `as_xlsx`, and includes the template `with table=page`.

A filter form says itself how it narrows, by a method `narrow(queryset) -> queryset` that reads `cleaned_data` with
`get`: what is typed wrongly is missing there, and told at its field. Without that method, each field that is filled in
must equal the field of its name, or be among them if several can be chosen.

Pages are told by the row they begin after, never by a number: rows that come or go elsewhere move nothing, and a page
far down costs no more than the first. That row's place is signed, so an address that somebody made up leads to the
first page. Rows without a value come last, in both directions; `key`, unique, settles the order of equals. The queryset
must hold each row once. Counts stop at `COUNTED`.

Exports never hold what a spreadsheet would calculate: text that begins like a formula gets an apostrophe before it, and
control characters are left out.
"""

import csv
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django import forms
from django.core import signing
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import Combinable
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from hanse.ground import clock
from hanse.ground.clock import BRUSSELS
from hanse.ground.ui.templatetags.ui import brussels, day, grouped

KINDS = ("text", "number", "date", "link")
FORMATS = ("csv", "xlsx")
OWN_WORDS = frozenset({"sort", "after", "before", "format"})
COUNTED = 10_000
"""Up to how many rows are counted; beyond, there are "more than" so many."""
XLSX_ROWS = 1_048_576
XLSX_CELL = 32_767
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
FORMULAS = tuple("=+-@\t\r\n＝＋－＠")


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        name: unique in its table; stands in addresses.
        label: what heads it.
        sort: the field to order by, such as `legal_entity__country`, or an expression, such as `Lower("name")`; None if
            it cannot be sorted.
        value: of a row; the row's attribute of that name if not said. Of a link, the text and the address.
        kind: `text`, `number`, `date` (a date or an instant) or `link`.
    """

    name: str
    label: str
    sort: str | Combinable | None = None
    value: Callable[[Any], Any] | None = None
    kind: str = "text"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind of column {self.name} is {self.kind!r}; expected one of {', '.join(KINDS)}")

    def of(self, row: Any) -> Any:
        """What a row holds here."""
        return self.value(row) if self.value else getattr(row, self.name)


@dataclass(frozen=True)
class Head:
    """The head of a column on a page: `state` is `ascending`, `descending` or empty, `address` sorts the other way."""

    column: Column
    state: str
    address: str


@dataclass(frozen=True)
class Cell:
    """What stands in a cell: text, and the address it leads to, if any."""

    column: Column
    text: Any
    address: str = ""


@dataclass(frozen=True)
class TablePage:
    """A page of a table, as `ui/table.html` shows it.

    Attributes:
        rows: the cells of each row.
        objects: the rows themselves.
        count: how many rows there are, in words.
        filtered: whether any filter is set.
        previous: address of the page before, if there is one; so `next`.
        exports: label and address of each export.
        form: the filter form, bound to what was asked, if there is one.
    """

    name: str
    caption: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    objects: Sequence[Any]
    count: str
    empty: str
    form: forms.Form | None
    filtered: bool
    previous: str
    next: str
    sort: str
    address: str
    exports: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Table:
    """How rows of a model are shown.

    Attributes:
        columns: from left to right.
        filters: class of the form that narrows the rows.
        order: column or field that rows are in the order of until somebody sorts them.
        key: unique field that settles the order of equals.
        size: rows on a page.
        nouns: what one row is, and several.
        caption: what the table shows, for those who do not see the page around it.
        empty: what is said when there is no row.
        name: id on the page; differs between two tables of one page.
        exported: the formats it can be taken away in.
    """

    columns: Sequence[Column]
    filters: type[forms.Form] | None = None
    order: str = "pk"
    key: str = "pk"
    size: int = 25
    nouns: tuple[str, str] = ("row", "rows")
    caption: str = ""
    empty: str = ""
    name: str = "table"
    exported: Sequence[str] = FORMATS
    _by_name: Mapping[str, Column] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {column.name: column for column in self.columns})
        if len(self._by_name) != len(self.columns):
            raise ValueError("two columns share a name")
        if taken := OWN_WORDS & set(self.filters.base_fields if self.filters else ()):
            raise ValueError(f"a filter is called {', '.join(sorted(taken))}; the table needs that word")

    # --- doors ----------------------------------------------------------------------------------------------------

    def response(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        template: str,
        context: Mapping[str, Any] | None = None,
        filename: str = "",
    ) -> HttpResponseBase:
        """The page, the table alone for htmx, or the export asked for."""
        wanted = request.GET.get("format", "")
        if wanted in self.exported:
            made = self.as_csv if wanted == "csv" else self.as_xlsx
            return made(request, queryset, filename or self.nouns[1].replace(" ", "-"))
        htmx: Any = getattr(request, "htmx", None)
        alone = bool(htmx) and not htmx.history_restore_request and htmx.target == self.name
        told = {**(context or {}), "table": self.page(request, queryset)}
        response: HttpResponse = render(request, "ui/table.html" if alone else template, told)
        patch_vary_headers(response, ["HX-Request"])
        return response

    def page(self, request: HttpRequest, queryset: QuerySet[Any]) -> TablePage:
        """The page that a request asks for; the first one if it asks for something that cannot be."""
        form, queryset, kept = self._narrowed(request, queryset)
        sort = self._sort_asked(request)
        total = _counted(queryset)
        walk = _Walk(queryset, self._field(sort), sort.startswith("-"), self.key, self.size)
        rows, earlier, later = walk.page(request.GET.get("after", ""), request.GET.get("before", ""))
        with_sort = kept.copy()
        if sort != self.order:
            with_sort["sort"] = sort
        return TablePage(
            name=self.name,
            caption=self.caption,
            heads=[self._head(column, sort, kept) for column in self.columns],
            rows=[[_cell(column, row) for column in self.columns] for row in rows],
            objects=rows,
            count=self._count_in_words(total),
            empty=self.empty or f"There are no {self.nouns[1]} to show.",
            form=form,
            filtered=bool(kept),
            previous=_address(with_sort, before=earlier) if earlier else "",
            next=_address(with_sort, after=later) if later else "",
            sort=sort if sort != self.order else "",
            address=request.path,
            exports=[(wanted.upper(), _address(with_sort, format=wanted)) for wanted in self.exported],
        )

    def as_csv(self, request: HttpRequest, queryset: QuerySet[Any], filename: str = "table") -> StreamingHttpResponse:
        """All rows that the filters leave, in their order, as UTF-8 text that spreadsheets open rightly."""
        writer = csv.writer(_Echo())
        head = [column.label for column in self.columns]

        def lines() -> Iterator[str]:
            yield "\ufeff"
            yield writer.writerow([_safe(label) for label in head])
            for row in self._all(request, queryset):
                yield writer.writerow([_plain(_safe(_exported(column, row))) for column in self.columns])

        response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{_filename(filename)}.csv"'
        return response

    def as_xlsx(self, request: HttpRequest, queryset: QuerySet[Any], filename: str = "table") -> FileResponse:
        """The same as a workbook, written row by row; instants are in Brussels time."""
        from openpyxl import Workbook  # slow to load, and seldom needed

        book = Workbook(write_only=True)
        book.properties.created = clock.now().replace(tzinfo=None)
        sheet = book.create_sheet(self.nouns[1][:31])
        sheet.append([_safe(column.label) for column in self.columns])
        rows = self._all(request, queryset)
        for row in islice(rows, XLSX_ROWS - 2):
            sheet.append([_for_workbook(_safe(_exported(column, row))) for column in self.columns])
        if next(rows, None) is not None:
            sheet.append(["A workbook holds no more rows; the CSV export holds all."])
        file = tempfile.TemporaryFile()  # noqa: SIM115 -- the response closes it
        book.save(file)
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=f"{_filename(filename)}.xlsx")

    # --- steps ----------------------------------------------------------------------------------------------------

    def _narrowed(
        self, request: HttpRequest, queryset: QuerySet[Any]
    ) -> tuple[forms.Form | None, QuerySet[Any], QueryDict]:
        """The filter form, the rows it leaves, and what of the address says so."""
        kept = QueryDict(mutable=True)
        if self.filters is None:
            return None, queryset, kept
        form = self.filters(request.GET)
        form.is_valid()
        for name in form.fields:
            if told := [value for value in request.GET.getlist(name) if value]:
                kept.setlist(name, told)
        narrow = getattr(form, "narrow", None)
        return form, narrow(queryset) if narrow else _narrowed_by_equality(form, queryset), kept

    def _sort_asked(self, request: HttpRequest) -> str:
        asked = request.GET.get("sort", "")
        column = self._by_name.get(asked.removeprefix("-"))
        return asked if column and column.sort else self.order

    def _field(self, sort: str) -> str | Combinable:
        name = sort.removeprefix("-")
        column = self._by_name.get(name)
        return (column.sort if column else None) or name

    def _all(self, request: HttpRequest, queryset: QuerySet[Any]) -> Iterator[Any]:
        _, queryset, _ = self._narrowed(request, queryset)
        sort = self._sort_asked(request)
        walk = _Walk(queryset, self._field(sort), sort.startswith("-"), self.key, self.size)
        return iter(walk.ordered(backwards=False).iterator(chunk_size=1000))

    def _head(self, column: Column, sort: str, kept: QueryDict) -> Head:
        if not column.sort:
            return Head(column, "", "")
        state = {column.name: "ascending", f"-{column.name}": "descending"}.get(sort, "")
        return Head(column, state, _address(kept, sort=f"-{column.name}" if state == "ascending" else column.name))

    def _count_in_words(self, total: int) -> str:
        if total > COUNTED:
            return f"more than {grouped(COUNTED)} {self.nouns[1]}"
        return f"{grouped(total)} {self.nouns[0] if total == 1 else self.nouns[1]}"


@dataclass(frozen=True)
class _Walk:
    """Rows in one order, and the way from page to page through them."""

    queryset: QuerySet[Any]
    field: str | Combinable
    descending: bool
    key: str
    size: int

    def ordered(self, *, backwards: bool) -> QuerySet[Any]:
        """All rows, those without a value last; or the same from the end."""
        place = F("_place")
        if self.descending != backwards:
            first = place.desc(nulls_first=True) if backwards else place.desc(nulls_last=True)
        else:
            first = place.asc(nulls_first=True) if backwards else place.asc(nulls_last=True)
        placed: QuerySet[Any] = self.queryset.annotate(
            _place=F(self.field) if isinstance(self.field, str) else self.field
        )
        return placed.order_by(first, f"-{self.key}" if backwards else self.key)

    def page(self, after: str, before: str) -> tuple[list[Any], str, str]:
        """Rows of a page, and where the pages before and after it begin, if there are any."""
        if before and (mark := self._read(before)):
            rows = list(self._beyond(mark, backwards=True)[: self.size])
            if len(rows) == self.size:
                rows.reverse()
                return self._told(rows, more=True)
        elif after and (mark := self._read(after)):
            rows = list(self._beyond(mark, backwards=False)[: self.size + 1])
            if rows:
                return self._told(rows[: self.size], more=len(rows) > self.size)
        rows = list(self.ordered(backwards=False)[: self.size + 1])
        _, _, later = self._told(rows[: self.size], more=len(rows) > self.size, first=True)
        return rows[: self.size], "", later

    def _told(self, rows: list[Any], *, more: bool, first: bool = False) -> tuple[list[Any], str, str]:
        earlier = "" if first or not rows else self._mark(rows[0])
        if earlier and not self._beyond(self._place(rows[0]), backwards=True).exists():
            earlier = ""
        return rows, earlier, self._mark(rows[-1]) if more else ""

    def _beyond(self, mark: tuple[Any, Any], *, backwards: bool) -> QuerySet[Any]:
        """Rows on one side of a place, the nearest first."""
        value, key = mark
        beside = {f"{self.key}__{'lt' if backwards else 'gt'}": key}
        if value is None:
            where = Q(_place__isnull=True, **beside)
            if backwards:
                where |= Q(_place__isnull=False)
        else:
            where = Q(**{f"_place__{'lt' if self.descending != backwards else 'gt'}": value}) | Q(
                _place=value, **beside
            )
            if not backwards:
                where |= Q(_place__isnull=True)
        return self.ordered(backwards=backwards).filter(where)

    def _place(self, row: Any) -> tuple[Any, Any]:
        key = row
        for part in self.key.split("__"):
            key = getattr(key, part)
        return row._place, key

    def _salt(self) -> str:
        model: type[Model] = self.queryset.model
        return f"hanse.ground.ui.tables:{model._meta.label}:{self.field}:{self.key}"

    def _mark(self, row: Any) -> str:
        return signing.dumps([_packed(part) for part in self._place(row)], salt=self._salt())

    def _read(self, mark: str) -> tuple[Any, Any] | None:
        """The place that a mark of ours tells; nothing for any other."""
        try:
            value, key = signing.loads(mark, salt=self._salt())
        except signing.BadSignature:
            return None
        return _unpacked(value), _unpacked(key)


class _Echo:
    """Hands back what it is given to write."""

    def write(self, text: str) -> str:
        return text


def _packed(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, datetime):
        return ["instant", value.isoformat()]
    if isinstance(value, date):
        return ["day", value.isoformat()]
    if value is None or isinstance(value, str | int | float):
        return value
    return ["number" if isinstance(value, Decimal) else "text", str(value)]


def _unpacked(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    kind, text = value
    read: Mapping[str, Callable[[str], Any]] = {
        "instant": datetime.fromisoformat,
        "day": date.fromisoformat,
        "number": Decimal,
        "text": str,
    }
    return read[kind](text)


def _narrowed_by_equality(form: forms.Form, queryset: QuerySet[Any]) -> QuerySet[Any]:
    for name, value in form.cleaned_data.items():
        if value in (None, "", []):
            continue
        several = isinstance(value, list | QuerySet)
        queryset = queryset.filter(**{f"{name}__in" if several else name: value})
    return queryset


def _counted(queryset: QuerySet[Any]) -> int:
    return queryset.order_by()[: COUNTED + 1].count()


def _address(kept: QueryDict, **words: str) -> str:
    told = kept.copy()
    for word, value in words.items():
        told[word] = value
    return f"?{told.urlencode()}"


def _cell(column: Column, row: Any) -> Cell:
    value = column.of(row)
    if column.kind == "link" and isinstance(value, tuple):
        return Cell(column, _shown(value[0], "text"), str(value[1] or ""))
    return Cell(column, _shown(value, column.kind))


def _shown(value: Any, kind: str) -> Any:
    """A value as pages show it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return brussels(value)
    if isinstance(value, date):
        return day(value)
    if kind == "number" and isinstance(value, int | Decimal):
        return grouped(value)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(part) for part in value)
    return value


def _exported(column: Column, row: Any) -> Any:
    """A value as exports hold it: numbers and dates as such, all else as text."""
    value = column.of(row)
    if column.kind == "link" and isinstance(value, tuple):
        value = value[0]
    if isinstance(value, int | float | Decimal | date) and not isinstance(value, bool):
        return value
    return str(_shown(value, "text"))


def _safe(value: Any) -> Any:
    """Text without control characters that no spreadsheet takes for a formula."""
    if not isinstance(value, str):
        return value
    clean = CONTROLS.sub("", value.replace("\r\n", "\n").replace("\t", " "))
    dangerous = value.startswith(FORMULAS) or clean.lstrip().startswith(FORMULAS)
    return f"'{clean}" if dangerous else clean


def _plain(value: Any) -> Any:
    """For CSV: an instant in Brussels time, with its offset."""
    return value.astimezone(BRUSSELS).isoformat(timespec="seconds") if isinstance(value, datetime) else value


def _for_workbook(value: Any) -> Any:
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.astimezone(BRUSSELS).replace(tzinfo=None)
    if isinstance(value, str) and len(value) > XLSX_CELL:
        return f"{value[: XLSX_CELL - 1]}…"
    return value


def _filename(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "table"
