"""Tables: pages that stay put, in every order, whatever comes and goes; filters; exports."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.db import connection, models
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.test.utils import isolate_apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from hanse.ground.ui import tables
from hanse.ground.ui.tables import Column, Table, TablePage

with isolate_apps("hanse.ground.ui"):

    class Cluster(models.Model):
        """A cluster, known to these tests alone."""

        name = models.CharField(max_length=80)
        country = models.CharField(max_length=2, default="BE")
        members = models.IntegerField(null=True)
        asked_at = models.DateTimeField(null=True)
        founded_on = models.DateField(null=True)
        rate = models.DecimalField(null=True, max_digits=6, decimal_places=2)

        class Meta:
            app_label = "ui"
            db_table = "clusters_of_the_ui_tests"

        def __str__(self) -> str:
            return self.name


@pytest.fixture
def clusters(db: None) -> Iterator[models.Manager[Cluster]]:
    """An empty table of clusters."""
    columns = ", ".join(
        f"{column.column} {column.db_type(connection)}{' PRIMARY KEY' if column.primary_key else ''}"
        for column in Cluster._meta.local_fields
    )
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {Cluster._meta.db_table} ({columns})")
    yield Cluster._default_manager
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {Cluster._meta.db_table}")


class ClusterFilter(forms.Form):
    words = forms.CharField(required=False)
    most = forms.IntegerField(required=False)

    def narrow(self, queryset: models.QuerySet[Cluster]) -> models.QuerySet[Cluster]:
        if words := self.cleaned_data.get("words"):
            queryset = queryset.filter(name__icontains=words)
        if (most := self.cleaned_data.get("most")) is not None:
            queryset = queryset.filter(members__lte=most)
        return queryset


class PlainFilter(forms.Form):
    name = forms.CharField(required=False)
    country = forms.MultipleChoiceField(required=False, choices=[("BE", "Belgium"), ("DK", "Denmark"), ("ES", "Spain")])


CLUSTERS = Table(
    columns=[
        Column("name", "Name", sort="name", kind="link", value=lambda row: (row.name, f"/clusters/{row.pk}")),
        Column("country", "Country", sort="country"),
        Column("members", "Members", sort="members", kind="number"),
        Column("asked", "Asked", sort="asked_at", kind="date", value=lambda row: row.asked_at),
        Column("founded", "Founded", sort="founded_on", kind="date", value=lambda row: row.founded_on),
        Column("rate", "Rate", sort="rate", kind="number"),
        Column("remark", "Remark", value=lambda row: f"={row.name}"),
    ],
    filters=ClusterFilter,
    order="name",
    size=3,
    nouns=("cluster", "clusters"),
)
SORTS = [sign + name for name in ("name", "country", "members", "asked", "founded", "rate") for sign in ("", "-")]


def asked(address: str = "") -> HttpRequest:
    return RequestFactory().get(f"/clusters{address}")


def page(table: Table, address: str = "") -> TablePage:
    return table.page(asked(address), Cluster._default_manager.all())


def keys(shown: TablePage) -> list[int]:
    return [row.pk for row in shown.objects]


def walked(table: Table, address: str) -> list[int]:
    """All rows from the page at an address on."""
    found = []
    while True:
        shown = page(table, address)
        found += keys(shown)
        if not shown.next:
            return found
        address = shown.next


def walked_back(table: Table, address: str) -> list[int]:
    """All rows from the page at an address back to the first, in the order of the table."""
    found: list[int] = []
    while True:
        shown = page(table, address)
        found = keys(shown) + found
        if not shown.previous:
            return found
        address = shown.previous


def last_page(table: Table, address: str) -> str:
    while following := page(table, address).next:
        address = following
    return address


VALUES = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["Ålborg", "ann", "Ann", "Zeta", "émile", "0", ""]),
        "country": st.sampled_from(["BE", "DK", "ES"]),
        "members": st.none() | st.integers(-3, 3) | st.sampled_from([2**31 - 1, -(2**31)]),
        "asked_at": st.none() | st.sampled_from([datetime(2020, 12, 2, 16, 0, 0, n, UTC) for n in (0, 1, 999_999)]),
        "founded_on": st.none() | st.sampled_from([date(1999, 1, 1), date(2001, 2, 3)]),
        "rate": st.none() | st.sampled_from([Decimal("0.10"), Decimal("0.20"), Decimal("99.99")]),
    }
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(VALUES, max_size=14), sort=st.sampled_from(SORTS), size=st.integers(1, 5))
def test_pages_in_turn_hold_each_row_once_in_order_both_ways(
    clusters: models.Manager[Cluster], rows: list[dict[str, Any]], sort: str, size: int
) -> None:
    clusters.all().delete()
    for number, values in enumerate(rows, start=1):
        clusters.create(pk=number, **values)
    table = replace(CLUSTERS, size=size)
    field_name = table._field(sort)
    assert isinstance(field_name, str)

    found = walked(table, f"?sort={sort}")

    place = models.F(field_name).desc(nulls_last=True) if sort[0] == "-" else models.F(field_name).asc(nulls_last=True)
    assert found == list(clusters.order_by(place, "pk").values_list("pk", flat=True))
    assert walked_back(table, last_page(table, f"?sort={sort}")) == found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(VALUES, min_size=4, max_size=12),
    fresh=st.lists(VALUES, max_size=6),
    gone=st.sets(st.integers(1, 12), max_size=4),
    sort=st.sampled_from(SORTS),
)
def test_rows_that_come_or_go_between_pages_neither_hide_nor_repeat_the_others(
    clusters: models.Manager[Cluster],
    rows: list[dict[str, Any]],
    fresh: list[dict[str, Any]],
    gone: set[int],
    sort: str,
) -> None:
    clusters.all().delete()
    for number, values in enumerate(rows, start=1):
        clusters.create(pk=number, **values)
    before = walked(CLUSTERS, f"?sort={sort}")
    first = page(CLUSTERS, f"?sort={sort}")
    for number, values in enumerate(fresh, start=100):
        clusters.create(pk=number, **values)
    clusters.filter(pk__in=gone).delete()

    rest = walked(CLUSTERS, first.next)

    seen = keys(first) + rest
    staying = [pk for pk in before if pk not in gone]
    if any(pk not in gone for pk in before[3:]):
        assert [pk for pk in seen if pk in staying or pk in keys(first)].count(seen[0]) == 1
        assert [pk for pk in rest if pk < 100] == [pk for pk in staying if pk not in keys(first)]
        assert len(set(seen)) == len(seen)


def test_a_page_is_the_first_if_its_mark_is_made_up_or_of_another_table(clusters: models.Manager[Cluster]) -> None:
    for number in range(1, 9):
        clusters.create(pk=number, name=f"Cluster {number}", members=number)
    first = keys(page(CLUSTERS))
    of_numbers = parse_qs(urlsplit(page(CLUSTERS, "?sort=members").next).query)["after"][0]

    for mark in ("1", "null", "[]", "' OR 1=1 --", "%00", "a" * 5000, of_numbers, f"{of_numbers}x", "é:é:é"):
        assert keys(page(CLUSTERS, f"?after={mark}")) == first, mark
        assert keys(page(CLUSTERS, f"?before={mark}")) == first, mark


def test_an_order_that_is_not_offered_is_the_usual_one(clusters: models.Manager[Cluster]) -> None:
    for number in range(1, 4):
        clusters.create(pk=number, name=f"Cluster {9 - number}")

    for sort in ("remark", "-remark", "pk", "password", "--name", "name__regex", "", "%00"):
        shown = page(CLUSTERS, f"?sort={sort}")
        assert (keys(shown), shown.sort) == ([3, 2, 1], ""), sort


def test_a_column_may_be_in_an_order_of_its_own(clusters: models.Manager[Cluster]) -> None:
    for number, name in enumerate(["b", "A", "a", "B", "c", "C"], start=1):
        clusters.create(pk=number, name=name)
    table = replace(CLUSTERS, columns=[Column("name", "Name", sort=Lower("name"))], size=2)

    assert walked(table, "?sort=name") == [2, 3, 1, 4, 5, 6]
    assert walked_back(table, last_page(table, "?sort=-name")) == [5, 6, 1, 4, 2, 3]


def test_the_page_before_the_first_full_one_is_the_first(clusters: models.Manager[Cluster]) -> None:
    for number in range(10, 20):
        clusters.create(pk=number, name=f"Cluster {number}")
    second = page(CLUSTERS, page(CLUSTERS).next)
    clusters.filter(pk=10).delete()

    earlier = page(CLUSTERS, second.previous)

    assert keys(earlier) == [11, 12, 13]
    assert earlier.previous == ""
    assert keys(page(CLUSTERS, earlier.next)) == [14, 15, 16]


def test_a_page_whose_rows_are_all_gone_leads_back_to_the_first(clusters: models.Manager[Cluster]) -> None:
    for number in range(1, 6):
        clusters.create(pk=number, name=f"Cluster {number}")
    following = page(CLUSTERS).next
    clusters.filter(pk__gt=3).delete()

    assert keys(page(CLUSTERS, following)) == [1, 2, 3]


def test_a_head_sorts_the_other_way_round_and_keeps_the_filters(clusters: models.Manager[Cluster]) -> None:
    clusters.create(pk=1, name="Food")
    shown = page(CLUSTERS, "?words=food&sort=members&after=x&junk=1")

    by_name = {head.column.name: head for head in shown.heads}
    assert by_name["members"].state == "ascending"
    assert parse_qs(by_name["members"].address[1:]) == {"words": ["food"], "sort": ["-members"]}
    assert parse_qs(by_name["name"].address[1:]) == {"words": ["food"], "sort": ["name"]}
    assert by_name["remark"].address == ""
    assert shown.exports == [
        ("CSV", "?words=food&sort=members&format=csv"),
        ("XLSX", "?words=food&sort=members&format=xlsx"),
    ]


def test_filters_narrow_and_a_wrong_one_is_told_at_its_field(clusters: models.Manager[Cluster]) -> None:
    for number, name in enumerate(["Food", "Seafood", "Steel"], start=1):
        clusters.create(pk=number, name=name, members=number)

    assert keys(page(CLUSTERS, "?words=FOOD&most=1")) == [1]
    wrong = page(CLUSTERS, "?words=food&most=many")
    assert wrong.form is not None
    assert (keys(wrong), wrong.filtered) == ([1, 2], True)
    assert dict(wrong.form.errors) == {"most": ["Enter a whole number."]}
    assert page(CLUSTERS, "?words=").filtered is False
    assert keys(page(CLUSTERS, "?words=%00")) == [1, 2, 3]


def test_a_filter_without_a_word_of_its_own_asks_for_equality(clusters: models.Manager[Cluster]) -> None:
    for number, country in enumerate(["BE", "DK", "ES"], start=1):
        clusters.create(pk=number, name=f"Cluster {number}", country=country)
    table = replace(CLUSTERS, filters=PlainFilter)

    assert keys(page(table, "?country=BE&country=ES")) == [1, 3]
    assert keys(page(table, "?country=BE&name=Cluster+2")) == []
    assert keys(page(table, "?country=XX")) == [1, 2, 3]


def test_a_filter_may_not_take_a_word_of_the_table() -> None:
    class Taking(forms.Form):
        sort = forms.CharField()

    with pytest.raises(ValueError, match="a filter is called sort"):
        replace(CLUSTERS, filters=Taking)


def test_counts_stop_where_counting_would_be_dear(
    clusters: models.Manager[Cluster], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert page(CLUSTERS).count == "0 clusters"
    clusters.create(pk=1, name="One")
    assert page(CLUSTERS).count == "1 cluster"
    clusters.bulk_create([Cluster(pk=n, name="More") for n in range(2, 8)])
    assert page(CLUSTERS).count == "7 clusters"
    monkeypatch.setattr(tables, "COUNTED", 5)
    assert page(CLUSTERS).count == "more than 5 clusters"


def test_a_page_asks_the_database_as_often_for_few_rows_as_for_many(
    clusters: models.Manager[Cluster], django_assert_num_queries: Any
) -> None:
    clusters.bulk_create([Cluster(pk=n, name=f"Cluster {n:03}") for n in range(1, 10)])
    following = page(CLUSTERS).next
    with django_assert_num_queries(2):
        page(CLUSTERS)
    with django_assert_num_queries(3):  # one more: whether anything comes before
        page(replace(CLUSTERS, size=5), following)


HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "＝1",
    "a\x00b\x1b[31m\x7f",
    'ordinary, "quoted"\r\nline',
    "=cmd|' /C calc'!A0",
]


def cells_of(response: HttpResponseBase) -> list[tuple[Any, ...]]:
    """The rows of a workbook that was answered."""
    book = load_workbook(io.BytesIO(b"".join(response)))
    response.file_to_stream.close()  # type: ignore[attr-defined]
    return list(book.active.iter_rows())


def test_no_export_holds_what_a_spreadsheet_would_calculate(clusters: models.Manager[Cluster]) -> None:
    for number, name in enumerate(HOSTILE, start=1):
        clusters.create(pk=number, name=name.replace("\x00", "\x01"), members=-number, rate=Decimal("0.50"))
    table = replace(CLUSTERS, order="pk")

    text = b"".join(table.as_csv(asked(), clusters.all()).streaming_content).decode()  # type: ignore[arg-type]
    assert text.startswith("\ufeff")
    head, *rows = list(csv.reader(io.StringIO(text[1:], newline="")))
    assert head == ["Name", "Country", "Members", "Asked", "Founded", "Rate", "Remark"]
    names = [row[0] for row in rows]
    assert names[:9] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "' =1", "'=1", "'\n=1", "'  =1", "'＝1"]
    assert names[9:] == ["ab[31m", 'ordinary, "quoted"\nline', "'=cmd|' /C calc'!A0"]
    assert [row[2] for row in rows] == [str(-n) for n in range(1, len(HOSTILE) + 1)]
    assert all(row[6].startswith("'=") for row in rows)

    cells = cells_of(table.as_xlsx(asked(), clusters.all()))
    assert not [cell for row in cells for cell in row if cell.data_type == "f"]
    assert [row[0].value for row in cells[1:]][:4] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)"]
    assert [row[2].value for row in cells[1:]] == [-n for n in range(1, len(HOSTILE) + 1)]


def test_exports_hold_all_that_the_filters_leave_in_the_order_asked(clusters: models.Manager[Cluster]) -> None:
    instant = datetime(2020, 12, 2, 16, 0, tzinfo=UTC)
    for number in range(1, 8):
        clusters.create(pk=number, name=f"Food {number}", members=number, asked_at=instant, founded_on=date(2001, 2, 3))
    clusters.create(pk=9, name="Steel", members=9)
    request = asked("?words=food&sort=-members&format=csv")

    response = CLUSTERS.response(request, clusters.all(), "unused.html", filename="Clusters of /etc")

    assert response["Content-Disposition"] == 'attachment; filename="Clusters-of-etc.csv"'
    rows = list(csv.reader(io.StringIO(b"".join(response).decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == [f"Food {n}" for n in range(7, 0, -1)]
    assert rows[1][3:5] == ["2020-12-02T17:00:00+01:00", "2001-02-03"]
    cells = cells_of(CLUSTERS.response(asked("?format=xlsx"), clusters.filter(pk=1), "unused.html"))
    assert [cell.value.isoformat() for cell in cells[1][3:5]] == ["2020-12-02T17:00:00", "2001-02-03T00:00:00"]


def test_htmx_gets_the_table_alone_and_only_where_it_asks_for_it(clusters: models.Manager[Cluster]) -> None:
    clusters.create(pk=1, name="<script>alert(1)</script>")
    request = asked()
    request.user = AnonymousUser()
    request.htmx = SimpleNamespace(history_restore_request=False, target="table")  # type: ignore[attr-defined]

    response = CLUSTERS.response(request, clusters.all(), "ui/no-such-template.html")

    text = response.content.decode()  # type: ignore[attr-defined]
    assert text.lstrip().startswith('<div class="hanse-table" id="table">')
    assert "HX-Request" in response["Vary"]
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_each_cell_names_its_column_for_narrow_screens(clusters: models.Manager[Cluster]) -> None:
    clusters.create(pk=1, name="Food", members=12345, asked_at=datetime(2020, 12, 2, 16, 0, tzinfo=UTC))

    text = render_to_string("ui/table.html", {"table": page(CLUSTERS, "?sort=-members")})

    assert text.count("data-ecl-table-header=") == text.count("<td") == len(CLUSTERS.columns)
    assert '<a class="ecl-link" href="/clusters/1">Food</a>' in text
    assert "12\u00a0345" in text
    assert "2\u00a0December\u00a02020, 17:00 Brussels time" in text
    assert text.count('aria-sort="descending"') == 1


def test_an_address_that_a_browser_would_run_is_no_link() -> None:
    @dataclass
    class Row:
        pk: int = 1
        site: tuple[str, str] = field(default=("a site", "javascript:alert(1)"))

    shown = replace(
        page_without_rows(), rows=[[tables._cell(Column("site", "Site", kind="link"), Row())]], objects=[Row()]
    )
    text = render_to_string("ui/table.html", {"table": shown})
    assert "javascript:" not in text
    assert "a site" in text


def page_without_rows() -> TablePage:
    return TablePage("table", "", [], [], [], "", "", None, False, "", "", "", "/clusters", [])
