"""The page of a call as JSON with stable keys, for programs that show it their own way."""

import json
from typing import Any

from hanse.callbook.page.values import Block, Line, Page, Pairs, Paragraph, Points, Table, Text
from hanse.core.call import Call


def as_json(page: Page, call: Call) -> str:
    """The page as indented JSON. A run of words is `{"words", "citations", "mark", "note"}`.

    In a table the note is the letter under which the table's `notes` has it.
    """
    content = {
        "call": call.reference,
        "edition": call.edition,
        "title": page.title,
        "programme": page.subtitle,
        "assumptions": list(call.assumptions),
        "facts": [{"name": name, "value": _line(line, page)} for name, line in page.facts],
        "sections": [
            {
                "id": section.id,
                "heading": section.heading,
                "blocks": [_block(block, page) for block in section.blocks],
            }
            for section in page.sections
        ],
        "sources": [
            {
                "number": note.number,
                "title": note.title,
                "address": note.address,
                "confidence": note.confidence,
                "clauses": list(note.clauses),
            }
            for note in page.sources
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _line(line: Line, page: Page) -> list[dict[str, Any]]:
    return [_run(run, page) for run in line]


def _run(run: Text, page: Page) -> dict[str, Any]:
    labels = [page.labels[citation] for citation in run.citations]
    return {"words": run.words, "citations": labels, "mark": run.mark, "note": run.note or run.letter}


def _block(block: Block, page: Page) -> dict[str, Any]:
    if isinstance(block, Paragraph):
        return {"type": "paragraph", "text": _line(block.line, page)}
    if isinstance(block, Points):
        lines = [_line(line, page) for line in block.lines]
        return {"type": "points", "numbered": block.numbered, "points": lines}
    if isinstance(block, Table):
        rows = [[_line(cell, page) for cell in row] for row in block.rows]
        return {
            "type": "table",
            "caption": block.caption,
            "heads": list(block.heads),
            "rows": rows,
            "notes": dict(block.notes),
        }
    if isinstance(block, Pairs):
        return {"type": "pairs", "pairs": _pairs(block, page)}
    return {
        "type": "rule",
        "rule": block.title,
        "tags": list(block.tags),
        "text": _line(block.text, page),
        "particulars": _pairs(block.particulars, page),
    }


def _pairs(block: Pairs, page: Page) -> list[dict[str, Any]]:
    return [{"name": name, "value": _line(line, page)} for name, line in block.pairs]
