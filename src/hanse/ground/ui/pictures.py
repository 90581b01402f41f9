"""Pictures of figures, drawn on the server: bars, lines and a map of Europe, each with its table behind it.

    bars([("Denmark", 42), ("Belgium", 30)], title="Organisations by country", unit="organisations")
    lines(["1 Nov", "2 Nov"], {"Requests": [3, 5], "Published": [1, None]}, title="Requests a day")
    europe_map({"DK": 42, "BE": 30}, title="Where organisations are", unit="organisations")

Each is shown by `{% include "ui/picture.html" with picture=picture %}`. The drawing carries a title and a description
for those who hear it, the table tells every figure; colours and widths come from the style sheet, so that a picture is
legible on a phone, in the dark and on paper. Series differ by dashes too, not by colour alone.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise
from math import ceil, floor, log10
from pathlib import Path
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from hanse.ground.ui.templatetags.ui import grouped

Number = int | float | Decimal
ROW = 44
"""Height that a bar takes with its label, in pixels."""
HEIGHT = 280
TOP, BOTTOM = 24, 34
SERIES = 4
SHADES = 5
ALIASES = {"EL": "GR", "UK": "GB"}
"""Codes of European institutions that differ from ISO 3166."""


@dataclass(frozen=True)
class Picture:
    """A drawing and what it shows.

    Attributes:
        name: id on the page.
        heads: of the table's columns.
        rows: of the table; the first cell names the row.
        legend: drawn key and words of each series or shade.
        wide: whether it is a map, drawn to scale.
    """

    name: str
    title: str
    drawing: SafeString
    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]
    legend: Sequence[tuple[SafeString, str]] = ()
    note: str = ""
    kind: str = "bars"


def bars(
    values: Mapping[str, Number] | Iterable[tuple[str, Number]], *, title: str, unit: str = "", note: str = ""
) -> Picture:
    """A bar for each label, in the order given. Numbers below nothing are drawn as nothing."""
    rows = [(str(label), number) for label, number in (values.items() if isinstance(values, Mapping) else values)]
    most = max((number for _, number in rows), default=0) or 1
    drawn = format_html_join(
        "\n",
        '<text x="0" y="{}">{}</text><text class="figure" x="100%" y="{}" text-anchor="end">{}</text>'
        '<rect class="track" x="0" y="{}" width="100%" height="14"/>'
        '<rect class="bar" x="0" y="{}" width="{}%" height="14"/>',
        [
            (
                at * ROW + 14,
                _short(label),
                at * ROW + 14,
                _figure(number),
                at * ROW + 20,
                at * ROW + 20,
                _share(number, most),
            )
            for at, (label, number) in enumerate(rows)
        ],
    )
    told = f"{len(rows)} bars. " + _extremes(rows, unit)
    name = _name(title)
    return Picture(
        name=name,
        title=title,
        drawing=_fluid(name, title, told, max(len(rows) * ROW, ROW), drawn),
        heads=("", unit or "Number"),
        rows=[(label, _figure(number)) for label, number in rows],
        note=note,
    )


def lines(
    labels: Sequence[str], series: Mapping[str, Sequence[Number | None]], *, title: str, unit: str = "", note: str = ""
) -> Picture:
    """A line for each series over the same labels; a gap where there is no number.

    Raises:
        ValueError: for more series than can be told apart, or one of another length than the labels.
    """
    if len(series) > SERIES:
        raise ValueError(f"{len(series)} series; at most {SERIES} can be told apart")
    if wrong := [name for name, numbers in series.items() if len(numbers) != len(labels)]:
        raise ValueError(f"series {wrong[0]!r} has not as many numbers as there are labels")
    ticks = _ticks(max((number for numbers in series.values() for number in numbers if number is not None), default=0))
    top = ticks[-1]

    def across(at: int) -> float:
        return round(100 * at / max(len(labels) - 1, 1), 3)

    def up(number: Number) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * float(number) / top, 1)

    parts = [
        format_html_join(
            "\n",
            '<line class="{}" x1="0" x2="100%" y1="{}" y2="{}"/><text class="axis" x="0" y="{}">{}</text>',
            [("grid" if tick else "base", up(tick), up(tick), up(tick) - 5, _figure(tick)) for tick in ticks],
        ),
        format_html_join(
            "\n",
            '<text class="axis" x="{}%" y="{}" text-anchor="{}">{}</text>',
            [
                (
                    across(at),
                    HEIGHT - 10,
                    "start" if at == 0 else "end" if at == len(labels) - 1 else "middle",
                    labels[at],
                )
                for at in _some(len(labels))
            ],
        ),
    ]
    for number, points in enumerate(series.values(), start=1):
        known = list(enumerate(points))
        parts.append(
            format_html_join(
                "\n",
                '<line class="line series-{0} dash-{0}" x1="{1}%" y1="{2}" x2="{3}%" y2="{4}"/>',
                [
                    (number, across(at), up(here), across(at + 1), up(then))
                    for (at, here), (_, then) in pairwise(known)
                    if here is not None and then is not None
                ],
            )
        )
        parts.append(
            format_html_join(
                "\n",
                '<circle class="point series-{}" cx="{}%" cy="{}" r="3.5"/>',
                [(number, across(at), up(here)) for at, here in known if here is not None],
            )
        )
    told = "; ".join(
        f"{name}: " + _extremes([(labels[at], n) for at, n in enumerate(numbers) if n is not None], unit)
        for name, numbers in series.items()
    )
    name = _name(title)
    return Picture(
        name=name,
        title=title,
        drawing=_fluid(name, title, told, HEIGHT, SafeString("\n".join(parts))),
        heads=("", *series),
        rows=[(label, *(_figure(numbers[at]) for numbers in series.values())) for at, label in enumerate(labels)],
        legend=[(_stroke(number), name) for number, name in enumerate(series, start=1)],
        note=note,
        kind="lines",
    )


def europe_map(
    values: Mapping[str, Number],
    *,
    title: str = "",
    unit: str = "",
    names: Mapping[str, str] | None = None,
    note: str = "",
) -> Picture:
    """Countries of Europe in shades; those outside the frame stand in the table alone.

    Args:
        values: by country code, of ISO 3166 or as European institutions write it.
        title: what is shown.
        unit: what is counted.
        names: of countries, where they should differ from the map's own.
        note: a sentence below.
    """
    geometry = _geometry("europe")
    title = title or "Map of Europe"
    held = {ALIASES.get(code, code): number for code, number in values.items()}
    called = {**geometry["names"], **(names or {})}
    called |= {ALIASES.get(code, code): name for code, name in (names or {}).items()}
    limits = _limits([number for number in held.values() if number > 0])

    def shade(code: str) -> str:
        number = held.get(code)
        if number is None:
            return "land"
        return (
            f"shade-{next((at for at, limit in enumerate(limits, start=1) if number <= limit), 0) if number > 0 else 0}"
        )

    shapes = format_html_join(
        "\n", '<path class="{}" d="{}"/>', [("land " + shade(code), d) for code, d in geometry["shapes"].items()]
    )
    dots = format_html_join(
        "\n",
        '<circle class="land {}" cx="{}" cy="{}" r="7"/>',
        [(shade(code), x, y) for code, (x, y) in geometry["dots"].items() if code in held],
    )
    rows = sorted(held.items(), key=lambda row: (-row[1], called.get(row[0], row[0])))
    named = [(called.get(code, code), number) for code, number in rows]
    name = _name(title)
    drawing = format_html(
        '<svg class="hanse-picture__drawing hanse-picture__drawing--map" viewBox="0 0 {} {}" role="img" '
        'aria-labelledby="{}-title {}-told"><title id="{}-title">{}</title><desc id="{}-told">{}</desc>{}{}</svg>',
        *(geometry["width"], geometry["height"], name, name, name, title, name),
        f"{len(named)} countries. " + _extremes(named, unit),
        shapes,
        dots,
    )
    return Picture(
        name=name,
        title=title,
        drawing=drawing,
        heads=("Country", unit or "Number"),
        rows=[(label, _figure(number)) for label, number in named],
        legend=list(_key(limits, [number for number in held.values() if number > 0])),
        note=" ".join(part for part in (note, geometry["disclaimer"]) if part),
        kind="map",
    )


@cache
def _geometry(name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((Path(__file__).parent / "geometry" / f"{name}.json").read_text(encoding="utf-8"))
    return told


def _fluid(name: str, title: str, told: str, height: int, inside: SafeString) -> SafeString:
    """A drawing as wide as its place, with lengths across in shares of it: letters keep their size."""
    return format_html(
        '<svg class="hanse-picture__drawing" width="100%" height="{}" role="img" aria-labelledby="{}-title {}-told">'
        '<title id="{}-title">{}</title><desc id="{}-told">{}</desc>{}</svg>',
        *(height, name, name, name, title, name, told, inside),
    )


def _key(limits: Sequence[Number], numbers: Sequence[Number]) -> Iterable[tuple[SafeString, str]]:
    """What each shade means, in numbers that occur."""
    below: Number | None = None
    for at, limit in enumerate(limits, start=1):
        least = min(number for number in numbers if number <= limit and (below is None or number > below))
        told = _figure(limit) if least == limit else f"{_figure(least)} to {_figure(limit)}"
        yield _swatch(f"shade-{at}"), told
        below = limit
    yield _swatch("land"), "not counted, or none"


def _swatch(shade: str) -> SafeString:
    return format_html(
        '<svg class="hanse-picture__key" width="20" height="14" aria-hidden="true" focusable="false">'
        '<rect class="swatch {}" width="20" height="14" rx="2"/></svg>',
        shade,
    )


def _stroke(number: int) -> SafeString:
    return format_html(
        '<svg class="hanse-picture__key" width="40" height="14" aria-hidden="true" focusable="false">'
        '<line class="line series-{0} dash-{0}" x1="0" x2="40" y1="7" y2="7"/></svg>',
        number,
    )


def _limits(numbers: Sequence[Number]) -> list[Number]:
    """The highest number of each shade: shades hold about as many countries each."""
    different = sorted(set(numbers))
    if len(different) <= SHADES:
        return different
    ordered = sorted(numbers)
    found = {ordered[ceil(len(ordered) * part / SHADES) - 1] for part in range(1, SHADES + 1)}
    return sorted(found)


def _ticks(most: Number) -> list[int]:
    """Round numbers from nothing to just above the highest."""
    if most <= 4:
        return list(range(max(ceil(most), 1) + 1))
    rough = float(most) / 4
    power = 10 ** floor(log10(rough))
    step = next(
        int(power * part) for part in (1, 2, 5, 10) if power * part >= rough and int(power * part) == power * part
    )
    return list(range(0, ceil(float(most) / step) * step + 1, step))


def _some(count: int) -> list[int]:
    """Which of so many labels to write: at most four, with the first and the last."""
    if count <= 4:
        return list(range(count))
    return sorted({round(part * (count - 1) / 3) for part in range(4)})


def _share(number: Number, most: Number) -> float:
    return round(max(0.0, 100 * float(number) / float(most)), 2)


def _extremes(rows: Sequence[tuple[str, Number]], unit: str) -> str:
    """The highest and lowest in words."""
    if not rows:
        return "There are no figures."
    most, least = max(rows, key=lambda row: row[1]), min(rows, key=lambda row: row[1])
    counted = f" {unit}" if unit else ""
    if most[1] == least[1]:
        return f"All are {_figure(most[1])}{counted}."
    return f"Highest: {most[0]}, {_figure(most[1])}{counted}; lowest: {least[0]}, {_figure(least[1])}{counted}."


def _figure(number: Number | None) -> str:
    if number is None:
        return "–"
    return grouped(int(number)) if number == int(number) else f"{number:,.1f}".replace(",", "\u00a0")


def _short(label: str) -> str:
    return label if len(label) <= 42 else f"{label[:41].rstrip()}…"


def _name(title: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40]
    return f"picture-{words or 'plain'}"
