"""Pictures: every figure stands in the table, shapes match numbers, nothing of the data is markup."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from hanse.ground.ui import pictures
from hanse.ground.ui.pictures import Picture, bars, europe_map, lines

HOSTILE = "\"'></title><script>alert(1)</script>"
GEOMETRY = json.loads((Path(pictures.__file__).parent / "geometry" / "europe.json").read_text(encoding="utf-8"))


def drawn(picture: Picture) -> ET.Element:
    return ET.fromstring(picture.drawing)  # noqa: S314 -- our own drawing


def widths(picture: Picture) -> Sequence[str | None]:
    return [one.get("width") for one in drawn(picture).iter("rect") if one.get("class") == "bar"]


def shade_of(picture: Picture, code: str) -> str:
    path = next(one for one in drawn(picture).iter("path") if one.get("d") == GEOMETRY["shapes"][code])
    return (path.get("class") or "").removeprefix("land ")


def test_bars_are_as_long_as_their_numbers() -> None:
    picture = bars({"Denmark": 40, "Belgium": 10, "Spain": 0, "Loss": -5}, title="By country", unit="organisations")
    assert widths(picture) == ["100.0%", "25.0%", "0.0%", "0.0%"]
    assert picture.rows == [("Denmark", "40"), ("Belgium", "10"), ("Spain", "0"), ("Loss", "-5")]
    assert "Highest: Denmark, 40 organisations; lowest: Loss, -5 organisations." in picture.drawing


@pytest.mark.parametrize("values", [[], [("None", 0)]])
def test_no_figures_make_no_error(values: Any) -> None:
    assert len(widths(bars(values, title="Empty"))) == len(values)
    assert drawn(lines([], {}, title="Empty")).tag == "svg"
    assert drawn(europe_map({}, title="Empty")).tag == "svg"


def test_a_line_is_broken_where_a_number_is_missing() -> None:
    picture = lines(["a", "b", "c", "d"], {"One": [1, None, 3, 4]}, title="Broken")
    segments = [one for one in drawn(picture).iter("line") if "series-1" in (one.get("class") or "")]
    assert [(one.get("x1"), one.get("x2")) for one in segments] == [("66.667%", "100.0%")]
    assert len(list(drawn(picture).iter("circle"))) == 3
    assert picture.rows[1] == ("b", "–")


def test_lines_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="5 series; at most 4"):
        lines(["a"], {str(n): [1] for n in range(5)}, title="Too many")
    with pytest.raises(ValueError, match="series 'One' has not as many numbers"):
        lines(["a", "b"], {"One": [1]}, title="Short")


@given(st.one_of(st.integers(0, 10**9), st.floats(0, 10**6)))
def test_ticks_are_few_whole_and_reach_above_the_highest(most: float) -> None:
    ticks = pictures._ticks(most)
    assert ticks[0] == 0
    assert ticks[-1] >= most
    assert 2 <= len(ticks) <= 6
    assert {b - a for a, b in pairwise(ticks)} == {ticks[1]}


def test_a_map_shades_countries_by_their_numbers() -> None:
    picture = europe_map({"DK": 42, "BE": 30, "DE": 17, "ES": 0}, title="Where", unit="organisations")
    assert [shade_of(picture, code) for code in ("DK", "BE", "DE", "ES", "FR")] == [
        "shade-3",
        "shade-2",
        "shade-1",
        "shade-0",
        "land",
    ]
    assert [words for _, words in picture.legend] == ["17", "30", "42", "not counted, or none"]
    assert picture.rows[0] == ("Denmark", "42")
    assert GEOMETRY["disclaimer"] in picture.note


def test_a_map_reads_the_codes_of_european_institutions() -> None:
    picture = europe_map({"EL": 2, "UK": 3})
    assert shade_of(picture, "GR") == "shade-1"
    assert shade_of(picture, "GB") == "shade-2"
    assert [row[0] for row in picture.rows] == ["United Kingdom", "Greece"]


def test_a_country_outside_the_frame_stands_in_the_table() -> None:
    picture = europe_map({"BR": 3, "DK": 1}, names={"BR": "Brazil"})
    assert [row[0] for row in picture.rows] == ["Brazil", "Denmark"]


def test_a_country_too_small_to_see_has_a_dot_if_it_is_counted() -> None:
    assert len(list(drawn(europe_map({"MT": 1, "DK": 1})).iter("circle"))) == 1
    assert not list(drawn(europe_map({"DK": 1})).iter("circle"))


@given(st.dictionaries(st.sampled_from(sorted(GEOMETRY["shapes"])), st.integers(1, 1000), min_size=1))
def test_every_counted_country_has_the_shade_that_the_key_gives_its_number(values: dict[str, int]) -> None:
    picture = europe_map(values)
    ranges = {f"shade-{at}": words.replace("\u00a0", "") for at, (_, words) in enumerate(picture.legend, start=1)}
    for code, number in values.items():
        low, _, high = ranges[shade_of(picture, code)].partition(" to ")
        assert int(low) <= number <= int(high or low)


def test_the_map_has_each_member_state_and_folds_what_has_no_code() -> None:
    member_states = [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
    assert set(member_states) <= set(GEOMETRY["shapes"])
    assert {"UA", "MD", "XK", "ME", "RS", "MK", "AL", "BA", "TR", "IS", "NO", "CH", "LI", "GB"} <= set(
        GEOMETRY["shapes"]
    )
    assert all(re.fullmatch("[A-Z]{2}", code) for code in GEOMETRY["shapes"])
    assert GEOMETRY["shapes"]["CY"].count("M") == 1


def test_the_map_says_where_it_comes_from() -> None:
    assert re.fullmatch("[0-9a-f]{64}", GEOMETRY["sha256"])
    assert "BSD-3-Clause" in GEOMETRY["licence"]


@pytest.mark.parametrize(
    "picture",
    [
        bars([(HOSTILE, 1)], title=HOSTILE, unit=HOSTILE, note=HOSTILE),
        lines([HOSTILE, "b"], {HOSTILE: [1, 2]}, title=HOSTILE, unit=HOSTILE),
        europe_map({"BE": 1, HOSTILE: 2}, title=HOSTILE, unit=HOSTILE, names={"BE": HOSTILE}),
    ],
)
def test_words_of_data_never_become_markup(picture: Picture) -> None:
    text = render_to_string("ui/picture.html", {"picture": picture})
    assert "<script" not in text
    assert "style=" not in text
    drawing = drawn(picture)
    assert [one.text for one in drawing.iter("title")] == [HOSTILE]
    labelled = (drawing.get("aria-labelledby") or "").split()
    assert labelled == [one.get("id") for one in drawing if one.tag in ("title", "desc")]
