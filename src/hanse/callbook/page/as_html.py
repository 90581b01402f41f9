"""The page of a call as one HTML file that needs nothing else: no script, no font, no picture from elsewhere."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from types import MappingProxyType

from hanse.callbook.page.style import STYLE
from hanse.callbook.page.values import (
    Block,
    Clause,
    Line,
    Page,
    Pairs,
    Paragraph,
    Points,
    Section,
    SourceNote,
    Table,
    Text,
)
from hanse.core.values.citation import Citation


def as_html(page: Page) -> str:
    """The page as a standalone HTML document. Everything that comes from the call is escaped."""
    return "\n".join(_Writer(page).lines()) + "\n"


def body_of(page: Page, beside: Mapping[str, Sequence[tuple[str, str]]] = MappingProxyType({})) -> str:
    """The facts, sections and sources of a page as a part of another document, which brings its own head and style.

    Args:
        beside: links that stand below a clause, by its id: label and address.
    """
    return "\n".join(_Writer(page, beside).body())


class _Writer:
    def __init__(self, page: Page, beside: Mapping[str, Sequence[tuple[str, str]]] = MappingProxyType({})):
        self.page, self.beside = page, beside
        self._inside = ""

    def lines(self) -> Iterable[str]:
        page = self.page
        yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield f"<title>{escape(page.title)}</title>"
        yield f"<style>{STYLE}</style>\n</head>\n<body>"
        yield '<a class="skip" href="#content">Skip to the content</a>'
        yield '<header><div class="frame">'
        yield f"<p>{escape(page.subtitle)}</p>\n<h1>{escape(page.title)}</h1>\n</div></header>"
        yield from self._contents()
        yield '<main id="content" class="frame" tabindex="-1">'
        yield from self.body()
        yield "</main>"
        yield '<footer><div class="frame"><p>Made from the call folder alone. Numbers in brackets lead to the sources; '
        yield 'what no source says is marked <span class="mark">not stated</span>.</p></div></footer>'
        yield "</body>\n</html>"

    def body(self) -> Iterable[str]:
        yield from self._facts()
        for section in self.page.sections:
            yield from self._section(section)
        yield from self._sources()

    def _contents(self) -> Iterable[str]:
        yield '<nav class="frame" aria-label="On this page"><p>On this page</p>\n<ul>'
        for section in self.page.sections:
            yield f'<li><a href="#{section.id}">{escape(section.heading)}</a></li>'
        yield '<li><a href="#sources">Sources</a></li>\n</ul></nav>'

    def _facts(self) -> Iterable[str]:
        yield '<section aria-labelledby="at-a-glance"><h2 id="at-a-glance">At a glance</h2>\n<dl class="facts">'
        for name, line in self.page.facts:
            yield f"<div><dt>{escape(name)}</dt><dd>{self._line(line)}</dd></div>"
        yield "</dl></section>"

    def _section(self, section: Section) -> Iterable[str]:
        yield f'<section aria-labelledby="{section.id}">\n<h2 id="{section.id}">{escape(section.heading)}</h2>'
        for number, block in enumerate(section.blocks, 1):
            yield from self._block(block, f"{section.id}-{number}")
        yield "</section>"

    def _block(self, block: Block, id: str) -> Iterable[str]:
        if isinstance(block, Paragraph):
            kind = ' class="aside"' if block.aside else ""
            for part in self._line(block.line).split("\n\n"):
                yield f"<p{kind}>{part}</p>"
        elif isinstance(block, Points):
            tag = "ol" if block.numbered else "ul"
            items = "\n".join(f"<li>{self._line(line)}</li>" for line in block.lines)
            yield f"<{tag}>\n{items}\n</{tag}>"
        elif isinstance(block, Table):
            yield from self._table(block, id)
        elif isinstance(block, Pairs):
            yield self._pairs(block)
        else:
            yield from self._clause(block)

    def _clause(self, clause: Clause) -> Iterable[str]:
        yield f'<article class="clause" id="{escape(clause.id)}" aria-labelledby="{escape(clause.id)}-title">'
        yield f'<div class="top"><h3 id="{escape(clause.id)}-title">{escape(clause.title)}</h3>'
        yield f'<span class="tag">{escape(", ".join(clause.tags))}</span></div>'
        yield f"<p>{self._line(clause.text)}</p>\n{self._pairs(clause.particulars)}"
        if clause.id in self.beside:
            links = [f'<a href="{escape(to)}">{escape(label)}</a>' for label, to in self.beside[clause.id]]
            yield f'<p class="beside">{" ".join(links)}</p>'
        yield "</article>"

    def _pairs(self, block: Pairs) -> str:
        inner = "\n".join(
            f"<div><dt>{escape(name)}</dt><dd>{self._line(line)}</dd></div>" for name, line in block.pairs
        )
        return f'<dl class="pairs">\n{inner}\n</dl>'

    def _table(self, table: Table, id: str) -> Iterable[str]:
        """A table. Roles are spelt out because the narrow layout takes the table display away."""
        yield f'<div class="wide" role="region" aria-labelledby="{id}-caption" tabindex="0"><table role="table">'
        yield f'<caption id="{id}-caption">{escape(table.caption)}</caption>'
        heads = "".join(f'<th scope="col" role="columnheader">{escape(head)}</th>' for head in table.heads)
        yield f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>\n<tbody role="rowgroup">'
        self._inside = id  # a letter in a cell leads to the note below its own table
        for row in table.rows:
            first = escape(table.heads[0])
            cells = [f'<th scope="row" role="rowheader" data-head="{first}">{self._line(row[0])}</th>']
            for number, cell in enumerate(row[1:], 1):
                kind = ' class="figure"' if number in table.numeric else ""
                head = escape(table.heads[number])
                cells.append(f'<td role="cell" data-head="{head}"{kind}><div>{self._line(cell)}</div></td>')
            yield f'<tr role="row">{"".join(cells)}</tr>'
        self._inside = ""
        yield "</tbody></table></div>"
        if table.notes:
            notes = "\n".join(
                f'<li id="{id}-note-{letter}"><b>{letter}</b>{escape(note)}</li>' for letter, note in table.notes
            )
            yield f'<ol class="notes">\n{notes}\n</ol>'

    def _sources(self) -> Iterable[str]:
        yield '<section aria-labelledby="sources"><h2 id="sources">Sources</h2>\n<ol class="sources">'
        for note in self.page.sources:
            yield f'<li id="source-{note.number}">{self._source(note)}</li>'
        yield "</ol></section>"

    def _source(self, note: SourceNote) -> str:
        parts = [escape(note.title)]
        if note.address:
            parts.append(f"<br>{_address(note.address)}")
        if note.confidence:
            parts.append(f'<br><span class="note">How firmly it is known: {escape(note.confidence)}</span>')
        if len(note.clauses) == 1 and note.clauses[0]:
            parts.append(f'<br><span class="note">Cited: {escape(note.clauses[0])}</span>')
        elif len(note.clauses) > 1:
            places = "\n".join(
                f'<li id="source-{note.number}-{place}"><b>{note.number}.{place}</b>'
                f"{escape(clause) or 'the document as a whole'}</li>"
                for place, clause in enumerate(note.clauses, 1)
            )
            parts.append(f"\n<ol>\n{places}\n</ol>")
        return "".join(parts)

    def _line(self, line: Line) -> str:
        return " ".join(filter(None, (self._run(run) for run in line)))

    def _run(self, run: Text) -> str:
        words = escape(run.words)
        if run.anchor:
            words = f'<a href="#{escape(run.anchor)}">{words}</a>'
        if run.strong:
            words = f"<strong>{words}</strong>"
        if run.mark:
            note = f' <span class="note">{escape(run.note)}</span>' if run.note else ""
            words = f'{words} <span class="mark">{escape(run.mark)}</span>{note}'.strip()
        if run.letter:
            note = f'<a href="#{self._inside}-note-{run.letter}" aria-label="Note {run.letter}">{run.letter}</a>'
            words = f'<span class="whole">{words}<sup class="cite">{note}</sup></span>'
        return words + "".join(self._cite(citation) for citation in run.citations)

    def _cite(self, citation: Citation) -> str:
        label = self.page.labels[citation]
        place = label.replace(".", "-")
        return f'{_JOIN}<sup class="cite"><a href="#source-{place}" aria-label="Source {label}">[{label}]</a></sup>'


_JOIN = "&NoBreak;"
"""Keeps a mark on the line of what it belongs to."""


def _address(address: str) -> str:
    """A link, where the address is one that a browser may follow; plain text otherwise."""
    shown = escape(address)
    return f'<a href="{shown}" rel="noreferrer">{shown}</a>' if address.startswith(("https://", "http://")) else shown
