"""Turns a document into data for the template and has it set."""

import json
import unicodedata
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import Any, Final

import typst

from hanse.engines.typeset.values import Block, Document, Figure, Heading, Paragraphs, Points, Table

TEMPLATE = Path(__file__).parent / "document.typ"
STANDARD: Final = "ua-1"
_HIDDEN = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_STRONG = {"L": False, "R": True, "AL": True}


def pdf(document: Document) -> bytes:
    """The document as a PDF. The same document gives the same bytes.

    A text with letters that no font of the typesetter has is set with the fonts of the machine, and without the claim
    to meet PDF/UA-1.
    """
    inputs = {"document": json.dumps(_data(document), ensure_ascii=False)}
    try:
        return _set(inputs, document, own_fonts=True)
    except typst.TypstError:
        return _set(inputs, document, own_fonts=False)


def _set(inputs: dict[str, str], document: Document, *, own_fonts: bool) -> bytes:
    return typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        ignore_system_fonts=own_fonts,
        sys_inputs=inputs,
        pdf_standards=STANDARD if own_fonts else None,
        timestamp=document.written_at.astimezone(UTC).replace(microsecond=0),
    )


def _data(document: Document) -> dict[str, Any]:
    return {
        "title": _line(document.title) or "Untitled",
        "above": _line(document.above),
        "facts": [[_line(term), _paragraphs(text)] for term, text in document.facts],
        "cover": _blocks(document.cover),
        "chapters": [
            {"title": _line(chapter.title), "blocks": _blocks(chapter.blocks)} for chapter in document.chapters
        ],
        "foot": _line(document.foot),
        "language": document.language,
    }


def _blocks(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    return [_block(block) for block in blocks]


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading():
            return {
                "kind": "heading",
                "text": _line(block.text) or "–",
                "level": block.level,
                "aside": _line(block.aside),
                "tone": block.tone.value,
            }
        case Paragraphs():
            return {"kind": "paragraphs", "paragraphs": _paragraphs(block.text), "tone": block.tone.value}
        case Points():
            points = [{"text": _paragraphs(text), "source": _line(source)} for text, source in block.points]
            return {"kind": "points", "points": points, "tone": block.tone.value}
        case Table():
            return {
                "kind": "table",
                "heads": [_line(head) for head in block.heads],
                "rows": [[_paragraphs(cell) for cell in row] for row in block.rows],
                "caption": _line(block.caption),
                "numbers": list(block.numbers),
                "widths": list(block.widths),
                "sums": block.sums,
            }
        case Figure():
            return {"kind": "figure", "svg": block.svg, "told": _line(block.told), "caption": _line(block.caption)}


def _paragraphs(text: str) -> list[dict[str, Any]]:
    """Paragraphs with their lines, and whether each runs from right to left."""
    found: list[dict[str, Any]] = []
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        cleaned = _line(line)
        if cleaned:
            lines.append(cleaned)
        elif lines:
            found.append({"lines": lines, "rtl": _runs_left(lines[0])})
            lines = []
    return found


def _line(text: str) -> str:
    """A line without what cannot be seen: control characters and marks that turn the order of letters."""
    kept = "".join(" " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter for letter in text)
    return " ".join("".join(letter for letter in kept if _may_stand(letter)).split())


def _may_stand(letter: str) -> bool:
    return letter not in _HIDDEN and unicodedata.category(letter) not in ("Cs", "Co", "Cn")


def _runs_left(text: str) -> bool:
    """Whether the first letter with a direction of its own runs from right to left."""
    return next((_STRONG[kind] for letter in text if (kind := unicodedata.bidirectional(letter)) in _STRONG), False)
