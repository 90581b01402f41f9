"""The page of a call as terminal text: as wide as asked, plain where nobody sees colour."""

import textwrap
from collections.abc import Iterable
from itertools import zip_longest

from hanse.callbook.page.values import Block, Clause, Line, Page, Pairs, Paragraph, Points, Section, Table, Text

NARROWEST = 40
_BOLD, _FAINT, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_HARD = "\u00a0"


def as_text(page: Page, width: int = 80, colour: bool = False) -> str:
    """The page as text.

    Args:
        width: columns to fill; fewer than 40 are taken as 40. Long words, such as addresses, stand alone and overhang.
        colour: whether headings may carry terminal codes.
    """
    return "\n".join(_Writer(page, max(width, NARROWEST), colour).lines()) + "\n"


class _Writer:
    def __init__(self, page: Page, width: int, colour: bool):
        self.page, self.width, self.colour = page, width, colour

    def lines(self) -> Iterable[str]:
        page = self.page
        yield from (self._styled(line, _BOLD) for line in self._wrap(page.title))
        yield from self._wrap(page.subtitle)
        yield ""
        yield from self._pairs(page.facts)
        for section in page.sections:
            yield from self._section(section)
        yield from self._heading("Sources")
        for note in page.sources:
            lead = f"{note.number}. "
            yield from self._wrap(note.title, lead, " " * len(lead))
            inner = " " * len(lead)
            if note.address:
                yield inner + note.address
            if note.confidence:
                yield from self._wrap(f"How firmly it is known: {note.confidence}", inner, inner)
            many = len(note.clauses) > 1
            for place, clause in enumerate(note.clauses, 1):
                if clause or many:
                    mark = f"{inner}{note.number}.{place} " if many else f"{inner}Cited: "
                    yield from self._wrap(clause or "the document as a whole", mark, " " * len(mark))

    def _section(self, section: Section) -> Iterable[str]:
        yield from self._heading(section.heading)
        for number, block in enumerate(section.blocks):
            if number:
                yield ""
            yield from self._block(block)

    def _heading(self, heading: str) -> Iterable[str]:
        yield ""
        yield self._styled(heading.upper(), _BOLD)
        yield self._styled("-" * min(len(heading), self.width), _FAINT)

    def _block(self, block: Block) -> Iterable[str]:
        if isinstance(block, Paragraph):
            for part in self._said(block.line).split("\n\n"):
                yield from self._wrap(part)
        elif isinstance(block, Points):
            for number, line in enumerate(block.lines, 1):
                mark = f"{number}. " if block.numbered else "* "
                yield from self._wrap(self._said(line), mark, " " * len(mark))
        elif isinstance(block, Table):
            yield from self._table(block)
        elif isinstance(block, Pairs):
            yield from self._pairs(block.pairs)
        else:
            yield from self._clause(block)

    def _clause(self, clause: Clause) -> Iterable[str]:
        yield self._styled(f"{clause.title} ({', '.join(clause.tags)})", _BOLD)
        yield from self._wrap(self._said(clause.text), "  ", "  ")
        narrower = _Writer(self.page, self.width - 4, self.colour)
        for line in narrower._pairs(clause.particulars.pairs):
            yield f"    {line}"

    def _pairs(self, pairs: Iterable[tuple[str, Line]]) -> Iterable[str]:
        """Names on the left, values beside them; under them where the window is narrow or the name is long."""
        listed = [(name, self._said(line)) for name, line in pairs]
        room = self.width // 3
        column = min(max((len(name) for name, _ in listed), default=0), room) + 2
        for name, value in listed:
            if len(name) > room:
                yield from self._wrap(name)
                yield from self._wrap(value, " " * 4, " " * 4)
            else:
                yield from self._wrap(value, f"{name:{column}}", " " * column)

    def _table(self, table: Table) -> Iterable[str]:
        yield self._styled(table.caption, _BOLD)
        rows = [tuple(self._said(cell) for cell in row) for row in table.rows]
        widths = _widths([table.heads, *rows], self.width)
        if widths:
            yield from self._row(table.heads, widths, table.numeric)
            yield "  ".join("-" * width for width in widths)
            for row in rows:
                yield from self._row(row, widths, table.numeric)
        else:
            yield from self._records(table.heads, rows)
        for letter, note in table.notes:
            yield from self._wrap(note, f"  {letter}. ", "     ")

    def _records(self, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterable[str]:
        """Rows one under the other, for a table that does not fit beside itself."""
        for number, row in enumerate(rows):
            if number:
                yield ""
            yield from self._wrap(f"{heads[0]} {row[0]}")
            for head, cell in zip(heads[1:], row[1:], strict=True):
                yield from self._wrap(cell or "-", f"  {head}: ", "    ")

    def _row(self, row: tuple[str, ...], widths: list[int], numeric: frozenset[int]) -> Iterable[str]:
        columns = [textwrap.wrap(_soft(cell), width) or [""] for cell, width in zip(row, widths, strict=True)]
        for cells in zip_longest(*columns, fillvalue=""):
            padded = [
                _hard(cell).rjust(width) if number in numeric else _hard(cell).ljust(width)
                for number, (cell, width) in enumerate(zip(cells, widths, strict=True))
            ]
            yield "  ".join(padded).rstrip()

    def _said(self, line: Line) -> str:
        return " ".join(filter(None, (self._run(run) for run in line)))

    def _run(self, run: Text) -> str:
        parts = [run.words] if run.words else []
        if run.mark == "not stated":
            parts.append("not stated")
            parts += [f"({said})" for said in [run.note or run.letter] if said]
        elif run.mark:
            said = f": {run.note}" if run.note else f", {run.letter}" if run.letter else ""
            parts.append(f"({run.mark}{said})")
        labels = ", ".join(self.page.labels[citation] for citation in run.citations)
        if labels:
            parts.append(f"[{labels}]")
        return " ".join(parts)

    def _wrap(self, words: str, first: str = "", later: str = "") -> list[str]:
        """Wrap at spaces that may break; a no-break space stays inside its line."""
        wrapped = textwrap.wrap(
            _soft(words),
            self.width,
            initial_indent=first,
            subsequent_indent=later,
            break_long_words=False,
            break_on_hyphens=False,
        )
        return [_hard(line) for line in wrapped] or [first.rstrip()]

    def _styled(self, words: str, style: str) -> str:
        return f"{style}{words}{_PLAIN}" if self.colour and words else words


_STAND_IN = "\ue000"
"""Stands for a no-break space while textwrap works, which would break there."""


def _soft(words: str) -> str:
    return words.replace(_HARD, _STAND_IN)


def _hard(words: str) -> str:
    return words.replace(_STAND_IN, _HARD)


def _widths(rows: list[tuple[str, ...]], width: int) -> list[int]:
    """Column widths that fit, the widest columns wrapped first; none if a column would become unreadable."""
    columns = list(zip(*rows, strict=True))
    natural = [max(len(cell) for cell in column) for column in columns]
    least = [max(len(word) for cell in column for word in [*cell.split(" "), ""]) for column in columns]
    room = width - 2 * (len(columns) - 1)
    if sum(least) > room:
        return []
    while sum(natural) > room:
        widest = max((n for n in range(len(natural)) if natural[n] > least[n]), key=lambda n: natural[n])
        natural[widest] -= 1
    tallest = max((len(cell) // max(natural[n], 1) for row in rows for n, cell in enumerate(row)), default=0)
    return [] if tallest > 12 else natural
