"""A document as a PDF: values in, bytes out, the same bytes for the same values.

    pdf(Document(title="Blue light", chapters=(Chapter("Summary", (Paragraphs("We go abroad."),)),), ...))

What is written into a document is data for the template, never markup: a star is a star. The PDF is tagged, names its
language, and meets PDF/UA-1 where the fonts that come with the typesetter have every letter of the text.
"""

from hanse.engines.typeset.door import pdf
from hanse.engines.typeset.values import (
    Block,
    Chapter,
    Document,
    Figure,
    Heading,
    Paragraphs,
    Points,
    Table,
    Tone,
)

__all__ = [
    "Block",
    "Chapter",
    "Document",
    "Figure",
    "Heading",
    "Paragraphs",
    "Points",
    "Table",
    "Tone",
    "pdf",
]
