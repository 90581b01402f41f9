"""Reading a table collects every fault with its place, and never guesses."""

from datetime import UTC, date, datetime, time
from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.core.values.citation import Citation, Stated
from hanse.core.values.faults import Fault, Faulty
from hanse.core.values.reading import (
    Reader,
    as_boolean,
    as_choice,
    as_count,
    as_day,
    as_hour,
    as_instant,
    as_name,
    as_names,
    as_text,
    checked_text,
)
from hanse.core.values.unknown import NOT_STATED, Unknown


class Colour(Enum):
    """A choice for the tests."""

    RED = "red"
    BLUE = "blue"


def reader(table: dict[str, Any], path: str = "") -> Reader:
    return Reader(table, "file.toml", path, [])


def said(of: Reader) -> list[str]:
    return [str(fault) for fault in of.faults]


def test_a_required_key_is_read_or_its_absence_noted() -> None:
    found = reader({"id": " blue "})
    assert found.require("id", as_name, "") == "blue"
    assert found.require("title", as_name, "stand-in") == "stand-in"
    assert said(found) == ["file.toml: title: is missing"]


def test_every_wrong_key_is_found_in_one_reading() -> None:
    found = reader({"months": -1, "title": "", "open": "yes"}, "strand[2]")
    assert found.require("months", as_count, 7) == 7
    assert found.optional("title", as_name, "none") == "none"
    assert found.maybe("open", as_boolean) == NOT_STATED
    assert said(found) == [
        "file.toml: strand[2].months: is -1; expected a whole number of zero or more",
        "file.toml: strand[2].title: is empty; expected text",
        "file.toml: strand[2].open: is text; expected true or false",
    ]


def test_an_optional_key_left_out_is_the_default() -> None:
    found = reader({})
    assert found.optional("force", as_name, "required") == "required"
    assert found.citation() is None
    assert not found.has("force")
    assert said(found) == []


def test_a_fact_may_be_stated_left_out_or_written_as_unknown() -> None:
    found = reader({"hour": {"unknown": "searched the notice"}, "day": date(2020, 12, 2)})
    assert found.maybe("day", as_day) == date(2020, 12, 2)
    assert found.maybe("hour", as_hour) == Unknown("searched the notice")
    assert found.maybe("place", as_text) == NOT_STATED
    assert said(found) == []


@pytest.mark.parametrize(
    ("table", "figure"),
    [
        pytest.param({}, Stated(NOT_STATED), id="left out"),
        pytest.param({"months": None}, Stated(NOT_STATED), id="null in JSON"),
        pytest.param({"months": {"unknown": "not found"}}, Stated(Unknown("not found")), id="unknown with a note"),
        pytest.param({"months": 30}, Stated(30), id="bare"),
        pytest.param(
            {"months": {"value": 30, "cite": "notice: 4"}}, Stated(30, Citation("notice", "4")), id="with its citation"
        ),
        pytest.param({"months": {"value": 30, "assumed": "as in 2019"}}, Stated(30, None, "as in 2019"), id="assumed"),
    ],
)
def test_a_figure_is_stated_in_one_of_these_ways(table: dict[str, Any], figure: Stated[int]) -> None:
    found = reader(table)
    assert found.stated("months", as_count) == figure
    assert said(found) == []


def test_a_figure_written_wrongly_is_unknown_and_noted() -> None:
    found = reader({"months": "six", "years": {"value": 2, "sight": "notice"}})
    assert found.stated("months", as_count) == Stated(NOT_STATED)
    assert found.stated("years", as_count) == Stated(2)
    assert said(found) == [
        "file.toml: months: is 'six'; expected a whole number of zero or more",
        "file.toml: years.sight: is not a key here; expected one of: assumed, cite, value",
    ]


def test_tables_are_read_one_by_one_with_their_number() -> None:
    found = reader({"strand": [{"id": "A"}, {}]}, "call")
    first, second = found.tables("strand")
    assert first.require("id", as_name, "") == "A"
    assert second.require("id", as_name, "") == ""
    assert said(found) == ["file.toml: call.strand[2].id: is missing"]
    assert found.tables("envelope") == []


@pytest.mark.parametrize("written", ["text", 3, [1, 2], {"id": "A"}])
def test_what_is_not_a_list_of_tables_is_noted(written: object) -> None:
    found = reader({"strand": written})
    assert found.tables("strand") == []
    assert said(found) == ["file.toml: strand: is not a list of tables; expected one [[strand]] each"]


def test_a_table_inside_is_read_with_its_path() -> None:
    found = reader({"window": {"zone": ""}, "award": 3})
    found.inner("window").require("zone", as_name, "")
    assert found.inner("countries").table == {}
    assert found.inner("award").table == {}
    assert said(found) == [
        "file.toml: window.zone: is empty; expected text",
        "file.toml: award: is not a table; expected [award]",
    ]


def test_a_misspelt_key_is_reported() -> None:
    found = reader({"title": "Blue", "titel": "Blue"})
    found.require("title", as_name, "")
    found.close()
    assert said(found) == ["file.toml: titel: is not a key here; expected one of: title"]


def test_a_key_where_none_is_expected_is_reported() -> None:
    found = reader({"minimum": 3})
    found.close()
    assert said(found) == ["file.toml: minimum: is not a key here; expected none"]


@pytest.mark.parametrize(
    ("convert", "written", "value"),
    [
        (as_text, "two\nlines\tand a tab", "two\nlines\tand a tab"),
        (as_text, "", ""),
        (as_name, "  Boğaz ", "Boğaz"),
        (as_name, "מזרח", "מזרח"),
        (as_boolean, False, False),
        (as_count, 0, 0),
        (as_day, date(2020, 12, 2), date(2020, 12, 2)),
        (as_day, " 2020-12-02 ", date(2020, 12, 2)),
        (as_instant, "2020-12-02T16:00:00Z", datetime(2020, 12, 2, 16, tzinfo=UTC)),
        (as_instant, datetime(2020, 12, 2, 16, tzinfo=UTC), datetime(2020, 12, 2, 16, tzinfo=UTC)),
        (as_hour, time(17), time(17)),
        (as_choice(Colour), "red", Colour.RED),
        (as_names, ["DE", " FR "], ("DE", "FR")),
        (as_names, (), ()),
    ],
)
def test_a_value_is_read(convert: Any, written: object, value: object) -> None:
    assert convert(written) == value


@pytest.mark.parametrize(
    ("convert", "written", "complaint"),
    [
        (as_text, 3, "is a number; expected text in quotes"),
        (as_text, None, "is a NoneType; expected text in quotes"),
        (as_name, " \n", "is empty; expected text"),
        (as_boolean, 1, "is a number; expected true or false"),
        (as_count, -1, "is -1; expected a whole number of zero or more"),
        (as_count, True, "is True; expected a whole number"),
        (as_count, 2.0, "is 2.0; expected a whole number"),
        (as_day, "2 December", "'2 December' is not a day; expected for example 2020-12-02"),
        (as_day, datetime(2020, 12, 2, tzinfo=UTC), "is a datetime; expected a day such as 2020-12-02"),
        (as_day, 2020, "is a number; expected a day"),
        (as_instant, "noon", "'noon' is not an instant"),
        (as_instant, 5, "is a number; expected an instant"),
        (as_instant, "2020-12-02T17:00:00", "2020-12-02T17:00:00 has no zone; expected for example"),
        (as_instant, datetime.fromisoformat("2020-12-02T17:00"), "has no zone"),
        (as_hour, "17:00", "is text; expected a local time such as 17:00:00"),
        (as_choice(Colour), "green", "is 'green'; expected one of \"red\", \"blue\""),
        (as_choice(Colour), ["red"], "expected one of"),
        (as_names, "DE", 'is text; expected a list such as ["DE", "FR"]'),
        (as_names, ["DE", ""], "is empty; expected text"),
        (as_names, {"DE": 1}, "is a table; expected a list"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_with_what_was_expected(convert: Any, written: object, complaint: str) -> None:
    with pytest.raises(ValueError) as wrong:
        convert(written)
    assert complaint in str(wrong.value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("a\x00b", "the control character U+0000 at position 2", id="a null character"),
        pytest.param("a\r", "the control character U+000D at position 2", id="a bare carriage return"),
        pytest.param("\x7f", "the control character U+007F at position 1", id="delete"),
        pytest.param("é\x85", "the control character U+0085 at position 2", id="a control of the second block"),
        pytest.param("abc\u202egpj", "the invisible direction mark U+202E at position 4", id="a reordering mark"),
        pytest.param("\u2066מ", "the invisible direction mark U+2066 at position 1", id="an isolate"),
    ],
)
def test_control_characters_and_invisible_marks_are_refused_by_place(text: str, complaint: str) -> None:
    with pytest.raises(ValueError) as wrong:
        checked_text(text)
    assert str(wrong.value) == f"has {complaint}; remove it"


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs"]), max_size=40))
def test_letters_of_every_script_pass_unchanged(text: str) -> None:
    assert checked_text(text) == text


def test_faults_are_told_together_and_sort_by_place() -> None:
    one, other = Fault("b.toml", "", "is empty"), Fault("a.toml", "id", "is missing")
    wrong = Faulty([one, other])
    assert str(wrong) == "b.toml: is empty\na.toml: id: is missing"
    assert wrong.faults == (one, other)
    assert sorted(wrong.faults) == [other, one]
