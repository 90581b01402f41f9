"""What a document is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import TypeAlias


class Tone(Enum):
    """How a text stands out. The words carry the meaning, the look only helps."""

    PLAIN = "plain"
    QUIET = "quiet"
    GOOD = "good"
    BAD = "bad"
    DOUBT = "doubt"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a chapter.

    Attributes:
        level: 1 for a section, 2 for a part of it, 3 for a part of that.
        aside: words behind it that are no part of it, such as a count.
        tone: of the words behind it.
    """

    text: str
    level: int = 1
    aside: str = ""
    tone: Tone = Tone.QUIET


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """A text as it was written: an empty line parts paragraphs, a line end is kept."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Points:
    """A list: each point may name where it comes from."""

    points: Sequence[tuple[str, str]]
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its heads repeated on every page.

    Attributes:
        numbers: places of the columns that hold numbers.
        widths: shares of the columns; empty: as wide as their content wants.
        sums: how many rows at the end are sums.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    numbers: Sequence[int] = ()
    widths: Sequence[int] = ()
    sums: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing.

    Attributes:
        svg: the drawing, complete in itself.
        told: what it shows, in words.
    """

    svg: str
    told: str
    caption: str = ""


Block: TypeAlias = Heading | Paragraphs | Points | Table | Figure


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter."""

    title: str
    blocks: Sequence[Block] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document.

    Attributes:
        above: a line above the title, such as what kind of document it is.
        facts: terms and what holds for each, on the cover.
        cover: blocks on the cover, below the facts.
        foot: what stands at the foot of every page beside its number.
        written_at: the instant that the file names as its own.
    """

    title: str
    above: str = ""
    facts: Sequence[tuple[str, str]] = ()
    cover: Sequence[Block] = ()
    chapters: Sequence[Chapter] = ()
    foot: str = ""
    language: str = "en"
    written_at: datetime = datetime(2000, 1, 1, tzinfo=UTC)
