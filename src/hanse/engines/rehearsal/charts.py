"""Charts as SVG text, without a library and without script. Each goes with the table it was drawn from.

Colours come from the classes `c1` to `c4` of the page that shows the chart, so that a dark page stays readable;
no chart speaks by colour alone, every bar carries its figure.
"""

from collections.abc import Sequence
from html import escape

WIDTH = 720
ROW = 26
LABEL = 250
FIGURE = 78


def bars(title: str, description: str, rows: Sequence[tuple[str, int]], unit: str = "") -> str:
    """Horizontal bars, one a row, with the figure behind each.

    Args:
        rows: label and value (zero or more) in the order shown.
        unit: follows each figure.
    """
    most = max((value for _, value in rows), default=0) or 1
    room = WIDTH - LABEL - FIGURE
    parts = []
    for place, (label, value) in enumerate(rows):
        y = place * ROW
        length = round(value / most * room, 1)
        parts.append(_label(label, y))
        parts.append(f'<rect class="c1" x="{LABEL}" y="{y + 4}" width="{length}" height="{ROW - 8}"/>')
        figure = f"{value:,}".replace(",", "\u00a0") + (f" {unit}" if unit else "")
        parts.append(_text(LABEL + length + 6, y + ROW - 9, figure))
    return _svg(title, description, len(rows) * ROW, parts)


def stacked(title: str, description: str, legend: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]]) -> str:
    """Horizontal bars of several parts, each row scaled to its own whole, figures inside or behind.

    Args:
        legend: what the parts are, at most four.
        rows: label and one value a part.
    """
    room = WIDTH - LABEL - FIGURE
    parts = [_legend(legend)]
    for place, (label, values) in enumerate(rows, 1):
        y = place * ROW
        whole = sum(values) or 1
        parts.append(_label(label, y))
        x = float(LABEL)
        for number, value in enumerate(values, 1):
            length = value / whole * room
            if value:
                parts.append(
                    f'<rect class="c{number}" x="{x:.1f}" y="{y + 4}" width="{length:.1f}" height="{ROW - 8}"/>'
                )
                if length > 9 * len(str(value)) + 6:
                    parts.append(_text(x + length / 2, y + ROW - 9, str(value), f"in{number}", "middle"))
            x += length
        parts.append(_text(LABEL + room + 6, y + ROW - 9, str(sum(values))))
    return _svg(title, description, (len(rows) + 1) * ROW, parts)


def columns(
    title: str, description: str, heights: Sequence[int], marks: Sequence[tuple[float, str]], axis: tuple[str, str]
) -> str:
    """Vertical columns of equal width, such as a histogram.

    Args:
        heights: value of each column, from left to right.
        marks: vertical lines, each a place as a share of the width (0 to 1) and a label.
        axis: label at the left and right end.
    """
    top, base, left, right = 34, 190, 46, WIDTH - 14
    most = max(heights, default=0) or 1
    step = (right - left) / max(len(heights), 1)
    parts = [_text(left - 6, top + 8, str(most), anchor="end"), _text(left - 6, base, "0", anchor="end")]
    parts.append(f'<line class="axis" x1="{left}" y1="{base}" x2="{right}" y2="{base}"/>')
    for place, height in enumerate(heights):
        tall = height / most * (base - top)
        x = left + place * step
        parts.append(
            f'<rect class="c1" x="{x:.1f}" y="{base - tall:.1f}" width="{max(step - 1, 0.6):.1f}" height="{tall:.1f}"/>'
        )
    for share, label in marks:
        x = left + share * (right - left)
        anchor = "end" if share > 0.6 else "start"
        parts.append(f'<line class="mark" x1="{x:.1f}" y1="{top - 16}" x2="{x:.1f}" y2="{base}"/>')
        parts.append(_text(x + (-5 if anchor == "end" else 5), top - 8, label, anchor=anchor))
    parts.append(_text(left, base + 18, axis[0]))
    parts.append(_text(right, base + 18, axis[1], anchor="end"))
    return _svg(title, description, base + 26, parts)


def _svg(title: str, description: str, height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg role="img" viewBox="0 0 {WIDTH} {height}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{''.join(parts)}</svg>"
    )


def _legend(words: Sequence[str]) -> str:
    parts = []
    x = LABEL
    for number, word in enumerate(words, 1):
        parts.append(f'<rect class="c{number}" x="{x}" y="6" width="12" height="12"/>')
        parts.append(_text(x + 18, 17, word))
        x += 34 + 8 * len(word)
    return "".join(parts)


def _label(label: str, y: int) -> str:
    shown = label if len(label) <= 34 else label[:33] + "…"
    return _text(LABEL - 8, y + ROW - 9, shown, anchor="end")


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    classes = f' class="{kind}"' if kind else ""
    return f'<text{classes} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
