"""A timetable as a picture: work packages and tasks as bars over the months of a project, with its table behind it.

    gantt(plan, title="Timetable", names={"lanterna": "Lanterna Marine Cluster"})

is shown by `{% include "ui/gantt.html" with gantt=gantt %}`. Bars of work packages and of tasks differ in height too,
milestones are diamonds and deliverables are flags, each with its label, so that nothing is told by colour alone.
`paper_gantt` draws the same for print: complete drawings with their own colours, none longer than a page.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from hanse.core.form.plan import Mark, MarkKind, Piece, Plan, months_in_words

HEAD = 30
"""Height of the line of months at the top, in pixels."""
ROW, MARKED = 38, 54
"""Heights of a row, and of one with marks, whose labels stand below the bar."""
BAR, THIN = 12, 8
"""Heights of the bar of a work package and of a task."""
MOST_TICKS = 13
PAPER_WIDTH, PAPER_LABELS = 1000, 330
PAPER_ROW, PAPER_MARKED = 28, 42
PAPER_PAGE = 1150
LONGEST_ON_PAPER = 38


@dataclass(frozen=True, slots=True)
class Gantt:
    """A timetable to be shown.

    Attributes:
        name: id on the page.
        rows: of the table: what, who leads, first month, last month.
        months: how many months are drawn.
        empty: whether there is nothing to draw.
    """

    name: str
    title: str
    drawing: SafeString
    rows: Sequence[tuple[str, str, str, str]]
    months: int
    empty: bool


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the drawing: a bar, or the marks that belong to no work package."""

    label: str
    piece: Piece | None
    marks: tuple[Mark, ...]

    @property
    def is_package(self) -> bool:
        """Whether it is a work package, whose bar is the thicker one."""
        return self.piece is not None and self.piece.label.startswith("WP")

    def by_month(self) -> dict[int, list[Mark]]:
        """What falls due, by month: what shares a month shares a label."""
        found: dict[int, list[Mark]] = {}
        for mark in self.marks:
            if mark.month is not None:
                found.setdefault(mark.month, []).append(mark)
        return found


def gantt(
    plan: Plan, *, title: str = "Timetable", names: Mapping[str, str] | None = None, name: str = "timetable"
) -> Gantt:
    """A timetable for a page: as wide as its place, in the colours of the page.

    Args:
        plan: what is drawn.
        title: what is shown.
        names: of partners, by id.
        name: id on the page.
    """
    rows = list(_rows(plan))
    months = max(plan.months, 1)
    tops = list(accumulate((MARKED if row.marks else ROW for row in rows), initial=HEAD))
    height = tops[-1]
    inside = [
        format_html_join(
            "\n",
            '<line class="grid" x1="{0}%" x2="{0}%" y1="{1}" y2="{2}"/>'
            '<text class="axis" x="{0}%" y="14" text-anchor="{4}">{3}</text>',
            [
                (_across(tick - 1, months), HEAD - 10, height, tick, "end" if tick * 20 > months * 19 else "start")
                for tick in _ticks(months)
            ],
        )
    ]
    inside += [_drawn(row, top, months) for row, top in zip(rows, tops, strict=False)]
    drawing = format_html(
        '<svg class="hanse-picture__drawing" width="100%" height="{}" role="img" aria-labelledby="{}-title {}-told">'
        '<title id="{}-title">{}</title><desc id="{}-told">{}</desc>{}</svg>',
        *(height, name, name, name, title, name, told(plan), SafeString("\n".join(inside))),
    )
    return Gantt(name, title, drawing, list(_table(plan, names or {})), months, not rows)


def told(plan: Plan) -> str:
    """What the drawing shows, in words."""
    if not plan.packages and not plan.tasks and not plan.marks:
        return "Nothing is planned yet."
    counts = [
        (len(plan.packages), "work package", "work packages"),
        (len(plan.tasks), "task", "tasks"),
        (sum(mark.kind is MarkKind.DELIVERABLE for mark in plan.marks), "deliverable", "deliverables"),
        (sum(mark.kind is MarkKind.MILESTONE for mark in plan.marks), "milestone", "milestones"),
    ]
    counted = ", ".join(f"{count} {one if count == 1 else more}" for count, one, more in counts if count)
    spans = "; ".join(f"{package.label}: {months_in_words(*package.span)}" for package in plan.packages if package.span)
    return f"{counted} over {months_in_words(1, max(plan.months, 1))}." + (f" {spans}." if spans else "")


def paper_gantt(plan: Plan, *, serif: str = "Libertinus Serif") -> list[str]:
    """The timetable as complete drawings for print, in order; none is longer than a page."""
    sheets: list[list[_Row]] = []
    room = 0
    for row in _rows(plan):
        tall = PAPER_MARKED if row.marks else PAPER_ROW
        if room < tall:
            sheets.append([])
            room = PAPER_PAGE
        sheets[-1].append(row)
        room -= tall
    return [str(_sheet(rows, max(plan.months, 1), serif)) for rows in sheets]


def _rows(plan: Plan) -> Iterator[_Row]:
    for piece, marks in plan.rows():
        yield _Row(piece.called, piece, marks)
    loose = plan.due_in("")
    if loose:
        yield _Row("Of no work package", None, loose)


def _drawn(row: _Row, top: int, months: int) -> SafeString:
    """The label with the bar below it, and the marks on the bar."""
    package = row.is_package
    height = BAR if package else THIN
    middle = top + 20 + BAR // 2
    span = row.piece.span if row.piece else None
    undrawn = "" if span or row.piece is None else " (no months to draw)"
    parts = [
        format_html(
            '<text class="{}" x="0" y="{}">{}{}</text><rect class="track" x="0" y="{}" width="100%" height="2"/>',
            *("gantt-package" if package else "gantt-task", top + 14, _short(row.label, 60), undrawn, middle - 1),
        )
    ]
    if span:
        parts.append(
            format_html(
                '<rect class="{}" x="{}%" y="{}" width="{}%" height="{}" rx="2"/>',
                "bar" if package else "bar gantt-thin",
                *(_across(span[0] - 1, months), middle - height // 2),
                *(_across(span[1] - span[0] + 1, months), height),
            )
        )
    parts += [_marks(marks, month, months, middle) for month, marks in row.by_month().items()]
    return SafeString("".join(parts))


def _marks(marks: Sequence[Mark], month: int, months: int, middle: int) -> SafeString:
    """A diamond for a milestone, a flag for a deliverable, at the end of its month; their label stands below."""
    told = ", ".join(mark.called for mark in marks)
    return format_html(
        '<svg x="{}%" y="{}" overflow="visible"><title>{}</title>{}'
        '<text class="axis" x="{}" y="23" text-anchor="{}">{}</text></svg>',
        *(_across(month, months), middle, f"{told}: month {month}"),
        format_html_join("", '<path class="gantt-{}" d="{}"/>', [(m.kind.name.lower(), _shape(m)) for m in marks]),
        *((0, "end") if month * 10 > months * 9 else (-4, "middle")),
        ", ".join(mark.label for mark in marks),
    )


def _shape(mark: Mark) -> str:
    return "M-7 -8L0 -1L-7 6L-14 -1Z" if mark.kind is MarkKind.MILESTONE else "M-1 8V-9H-10V-1H-2V8Z"


def _table(plan: Plan, names: Mapping[str, str]) -> Iterator[tuple[str, str, str, str]]:
    for piece, marks in plan.rows():
        lead = names.get(piece.lead, piece.lead) or "–"
        yield piece.called, lead, _month(piece.start), _month(piece.end)
        yield from ((mark.called, "", "", _month(mark.month)) for mark in marks)
    yield from ((mark.called, "", "", _month(mark.month)) for mark in plan.due_in(""))


def _month(month: int | None) -> str:
    return "–" if month is None else str(month)


def _across(month: int, months: int) -> float:
    return round(100 * month / months, 3)


def _ticks(months: int) -> list[int]:
    """Which months are written at the top: the first of each step, few enough to be read on a phone."""
    step = next((step for step in (1, 2, 3, 6, 12, 24, 60, 120) if -(-months // step) <= MOST_TICKS), 120)
    return list(range(1, months + 1, step))


def _short(label: str, most: int) -> str:
    return label if len(label) <= most else f"{label[: most - 1].rstrip()}…"


# --- on paper ----------------------------------------------------------------------------------------------------


def _sheet(rows: Sequence[_Row], months: int, serif: str) -> SafeString:
    """One drawing with labels at the left and its own colours."""
    tops = list(accumulate((PAPER_MARKED if row.marks else PAPER_ROW for row in rows), initial=24))
    height = tops[-1]
    room = PAPER_WIDTH - PAPER_LABELS - 12

    def at(month: int) -> float:
        return round(PAPER_LABELS + room * month / months, 2)

    ticks = format_html_join(
        "",
        '<line x1="{0}" x2="{0}" y1="20" y2="{1}" stroke="#c9d3dd" stroke-width="0.8"/>'
        '<text x="{0}" y="14" font-size="15" fill="#51606f">{2}</text>',
        [(at(tick - 1), height, tick) for tick in _ticks(months)],
    )
    lines = []
    for row, top in zip(rows, tops, strict=False):
        middle = top + PAPER_ROW // 2
        package = row.is_package
        lines.append(
            format_html(
                '<text x="{}" y="{}" font-size="17" font-weight="{}" fill="#1c2733">{}</text>',
                *(0 if package else 14, middle + 5, 600 if package else 400, _short(row.label, LONGEST_ON_PAPER)),
            )
        )
        if row.piece and row.piece.span:
            start, end = row.piece.span
            tall = 12 if package else 7
            lines.append(
                format_html(
                    '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>',
                    *(at(start - 1), middle - tall / 2, round(at(end) - at(start - 1), 2), tall),
                    "#0b4a7d" if package else "#6f8fae",
                )
            )
        lines += [_paper_marks(marks, at(month), middle) for month, marks in row.by_month().items()]
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" font-family="{}">{}{}</svg>',
        *(PAPER_WIDTH, height, serif, ticks, SafeString("".join(lines))),
    )


def _paper_marks(marks: Sequence[Mark], across: float, middle: int) -> SafeString:
    colours = {MarkKind.MILESTONE: "#8f1d1d", MarkKind.DELIVERABLE: "#7a4b00"}
    return format_html(
        '<g transform="translate({} {})">{}<text x="0" y="22" font-size="14" text-anchor="end">{}</text></g>',
        *(across, middle),
        format_html_join("", '<path d="{}" fill="{}"/>', [(_shape(mark), colours[mark.kind]) for mark in marks]),
        ", ".join(mark.label for mark in marks),
    )
