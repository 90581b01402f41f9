"""A timetable shows every bar where its months are, tells the same in a table, and fits on paper."""

from xml.etree import ElementTree as ET

import pytest
from django.template.loader import render_to_string

from hanse.core.form.plan import Mark, MarkKind, Piece, Plan
from hanse.ground.ui.gantt import Gantt, gantt, paper_gantt, told

MILESTONE, DELIVERABLE = MarkKind.MILESTONE, MarkKind.DELIVERABLE
PLAN = Plan(
    packages=(Piece("1", "WP1", "Manage", "lanterna", 1, 20), Piece("2", "WP2", "Go <abroad> & back", "faros", 6, 15)),
    tasks=(Piece("1", "T2.1", "Fair", "", 6, 8, "2"), Piece("2", "T0.1", "Lost", "", None, 3)),
    marks=(
        Mark("1", "D1", "Report", DELIVERABLE, 10, "1"),
        Mark("1", "M1", "Signed", MILESTONE, 10, "1"),
        Mark("2", "M2", "Someday", MILESTONE, None, "1"),
        Mark("3", "M3", "End", MILESTONE, 20),
    ),
    months=20,
)


def drawn(shown: Gantt) -> ET.Element:
    return ET.fromstring(shown.drawing)  # noqa: S314 -- our own drawing


def test_bars_stand_where_their_months_are() -> None:
    bars = [one for one in drawn(gantt(PLAN)).iter("rect") if (one.get("class") or "").startswith("bar")]
    assert [(bar.get("class"), bar.get("x"), bar.get("width")) for bar in bars] == [
        ("bar", "0.0%", "100.0%"),
        ("bar", "25.0%", "50.0%"),
        ("bar gantt-thin", "25.0%", "15.0%"),
    ]


def test_what_shares_a_month_shares_a_label() -> None:
    marks = [one for one in drawn(gantt(PLAN)).iter("svg") if one.get("overflow")]
    assert [(mark.get("x"), mark.findtext("text"), mark.findtext("title")) for mark in marks] == [
        ("50.0%", "D1, M1", "D1 Report, M1 Signed: month 10"),
        ("100.0%", "M3", "M3 End: month 20"),
    ]
    assert [path.get("class") for path in marks[0].iter("path")] == ["gantt-deliverable", "gantt-milestone"]


def test_the_drawing_is_told_in_words() -> None:
    root = drawn(gantt(PLAN, title="Plan & time", name="when"))
    assert root.findtext("title") == "Plan & time"
    assert root.findtext("desc") == (
        "2 work packages, 2 tasks, 1 deliverable, 3 milestones over months 1 to 20. "
        "WP1: months 1 to 20; WP2: months 6 to 15."
    )
    assert root.get("aria-labelledby") == "when-title when-told"
    assert told(Plan(packages=(Piece("1", "WP1", "", "", None, None),), months=1)) == "1 work package over month 1."


def test_the_table_tells_what_cannot_be_drawn_too() -> None:
    assert gantt(PLAN, names={"lanterna": "Lanterna Marine Cluster"}).rows == [
        ("WP1 Manage", "Lanterna Marine Cluster", "1", "20"),
        ("D1 Report", "", "", "10"),
        ("M1 Signed", "", "", "10"),
        ("M2 Someday", "", "", "–"),
        ("WP2 Go <abroad> & back", "faros", "6", "15"),
        ("T2.1 Fair", "–", "6", "8"),
        ("T0.1 Lost", "–", "–", "3"),
        ("M3 End", "", "", "20"),
    ]
    assert "T0.1 Lost (no months to draw)" in gantt(PLAN).drawing


def test_an_empty_plan_says_so() -> None:
    shown = gantt(Plan())
    assert shown.empty
    assert "Nothing is planned yet." in shown.drawing
    html = render_to_string("ui/gantt.html", {"gantt": shown})
    assert "Nothing is planned yet." in html
    assert "<svg" not in html
    assert paper_gantt(Plan()) == []


def test_the_page_shows_drawing_key_and_table() -> None:
    html = render_to_string("ui/gantt.html", {"gantt": gantt(PLAN, title="Timetable")})
    assert "style=" not in html
    for words in ("work package", "milestone", "The timetable as a table", "Go &lt;abroad&gt; &amp; back", "Led by"):
        assert words in html


@pytest.mark.parametrize(("months", "last"), [(1, "1"), (13, "13"), (14, "13"), (36, "34"), (999, "961")])
def test_months_at_the_top_are_few_enough_to_be_read(months: int, last: str) -> None:
    ticks = [one.text for one in drawn(gantt(Plan(packages=PLAN.packages[:1], months=months))).iter("text")
             if one.get("class") == "axis"]  # fmt: skip
    assert len(ticks) <= 13
    assert ticks[-1] == last


def test_a_large_plan_is_drawn_on_several_sheets() -> None:
    packages = tuple(Piece(str(n), f"WP{n}", f"Work {n} " + "long " * 30, "", 1, 36) for n in range(1, 21))
    tasks = tuple(Piece(str(n), f"T{n % 20 + 1}.1", "Task", "", n % 30 + 1, n % 30 + 4, str(n % 20 + 1))
                  for n in range(60))  # fmt: skip
    marks = tuple(Mark(str(n), f"D{n}", "Paper", DELIVERABLE, n, str(n)) for n in range(1, 21))
    sheets = paper_gantt(Plan(packages, tasks, marks, 36))
    assert len(sheets) == 3
    heights = [float((ET.fromstring(sheet).get("viewBox") or "").split()[3]) for sheet in sheets]  # noqa: S314 -- our own
    assert max(heights) < 1200
    assert sum(sheet.count("<rect") for sheet in sheets) == 80
    assert "…" in sheets[0]


def test_paper_shows_the_same_with_its_own_colours() -> None:
    (sheet,) = paper_gantt(PLAN)
    assert "class=" not in sheet
    texts = [one.text for one in ET.fromstring(sheet).iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314 -- our own
    assert texts[-1] == "M3"
    assert "D1, M1" in texts
    assert "Of no work package" in texts
