"""The page of a call as values: what, who, how much, until when, how it is judged, how to apply, rule by rule.

`page_of` builds it from the `Call` alone; nothing here knows a particular call. Renderers turn the page into
terminal text or HTML. Every text carries its citations and says where it is assumed or not stated.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeAlias

from hanse.core.call import Call
from hanse.core.values.citation import Citation, Stated
from hanse.core.values.unknown import Maybe, Unknown
from hanse.core.values.words import in_words, not_stated


@dataclass(frozen=True, slots=True)
class Text:
    """A run of words.

    Attributes:
        words: what it says, without markup.
        citations: where it comes from.
        mark: `assumed` or `not stated`, or empty.
        note: why it is assumed, or what was looked for.
        anchor: id of the part of the page it points to, if any.
        strong: whether it leads the line.
        letter: in a table, the letter of the note below it that stands in for `note`.
    """

    words: str
    citations: tuple[Citation, ...] = ()
    mark: str = ""
    note: str = ""
    anchor: str = ""
    strong: bool = False
    letter: str = ""


Line: TypeAlias = tuple[Text, ...]
"""Runs of words that stand on one line, in a cell, or in a paragraph."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `aside` if it is a remark on what the sources leave open."""

    line: Line
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """A list of points, numbered where their order counts."""

    lines: tuple[Line, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table, made by `table`. The first cell of a row names the row.

    Attributes:
        numeric: the columns that hold figures.
        notes: what is said below the table about marked cells, by letter.
    """

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    numeric: frozenset[int] = frozenset()
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names with their values, such as the particulars of a rule."""

    pairs: tuple[tuple[str, Line], ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """One rule: its text, and its particulars."""

    id: str
    title: str
    text: Line
    particulars: Pairs
    tags: tuple[str, ...]


Block: TypeAlias = Paragraph | Points | Table | Pairs | Clause


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page with its heading."""

    id: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class SourceNote:
    """A source with the places in it that the page cites, numbered from 1 each."""

    number: int
    title: str
    address: str
    confidence: str
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """The page of a call.

    Attributes:
        facts: the status facts at the head, label and line.
        labels: the number under which each citation stands in the list of sources: `2` or `2.1`.
    """

    title: str
    subtitle: str
    facts: tuple[tuple[str, Line], ...]
    sections: tuple[Section, ...]
    sources: tuple[SourceNote, ...]
    labels: dict[Citation, str] = field(default_factory=dict)


@dataclass(frozen=True)
class View:
    """From where and when a page is read.

    Attributes:
        zone: IANA name of the reader's time zone.
        now: the instant of reading, for the time left; None leaves it out.
        country: the name of a country by its code.
    """

    zone: str = "UTC"
    now: datetime | None = None
    country: Callable[[str], str] = str


def text(words: str, citation: Citation | None = None, *, anchor: str = "", strong: bool = False) -> Text:
    """A run of words with at most one citation."""
    return Text(words, () if citation is None else (citation,), anchor=anchor, strong=strong)


def table(
    caption: str, heads: tuple[str, ...], rows: Iterable[tuple[Line, ...]], numeric: frozenset[int] = frozenset()
) -> Table:
    """A table whose cells stay short: what is to be said about a marked cell moves below, once for each note."""
    notes: dict[str, str] = {}

    def lettered(run: Text) -> Text:
        if not run.note:
            return run
        return replace(run, note="", letter=notes.setdefault(run.note, LETTERS[len(notes) % len(LETTERS)]))

    short = tuple(tuple(tuple(lettered(run) for run in cell) for cell in row) for row in rows)
    return Table(caption, heads, short, numeric, tuple((letter, note) for note, letter in notes.items()))


LETTERS = tuple("abcdefghijklmnopqrstuvwxyz") + tuple(
    f"{a}{b}" for a in "abcdefgh" for b in "abcdefghijklmnopqrstuvwxyz"
)
"""Letters of the notes below a table."""


def figure(stated: Stated[Any], suffix: str = "") -> Line:
    """A figure of the call: its value with citation, marked if it is assumed, or marked as not stated."""
    if isinstance(stated.value, Unknown):
        return gap(stated.value)
    cited = () if stated.citation is None else (stated.citation,)
    mark = "assumed" if stated.assumed else ""
    return (Text(f"{in_words(stated.value)}{suffix}", cited, mark, stated.assumed),)


def fact(value: Maybe[Any], citation: Citation | None = None) -> Line:
    """A fact that may be unknown."""
    return gap(value) if isinstance(value, Unknown) else (text(in_words(value), citation),)


def gap(unknown: Unknown) -> Line:
    """What the sources do not say."""
    note = not_stated(unknown).removeprefix("not stated").strip(" ()")
    return (Text("", mark="not stated", note=note),)


def cited(sections: tuple[Section, ...], facts: tuple[tuple[str, Line], ...]) -> Iterator[Citation]:
    """Every citation of the page in reading order, each once."""
    seen: set[Citation] = set()
    lines = [line for _, line in facts]
    lines += [line for section in sections for block in section.blocks for line in _lines(block)]
    for line in lines:
        for run in line:
            for citation in run.citations:
                if citation not in seen:
                    seen.add(citation)
                    yield citation


def _lines(block: Block) -> Iterator[Line]:
    if isinstance(block, Paragraph):
        yield block.line
    elif isinstance(block, Points):
        yield from block.lines
    elif isinstance(block, Table):
        yield from (cell for row in block.rows for cell in row)
    elif isinstance(block, Pairs):
        yield from (line for _, line in block.pairs)
    else:
        yield block.text
        yield from _lines(block.particulars)


def numbered(citations: list[Citation], call: Call) -> tuple[tuple[SourceNote, ...], dict[Citation, str]]:
    """Number the sources in the order of their first citation, and the places in each.

    A source of the folder that the page cites nowhere still is listed, last: its sentences are carried by fields.
    """
    clauses: dict[str, list[str]] = {}
    for citation in citations:
        clauses.setdefault(citation.source, []).append(citation.clause)
    for id in call.sources:
        clauses.setdefault(id, [])
    notes, labels = [], {}
    for number, (id, places) in enumerate(clauses.items(), 1):
        source = call.sources.get(id)
        notes.append(
            SourceNote(
                number,
                source.title if source else id,
                source.address if source else "",
                source.confidence if source else "",
                tuple(places),
            )
        )
        for place, clause in enumerate(places, 1):
            labels[Citation(id, clause)] = f"{number}.{place}" if len(places) > 1 else str(number)
    return tuple(notes), labels
