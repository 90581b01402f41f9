"""A document is set as it was written: literally, the same each time, and readable by those who hear it."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from hanse.engines.typeset import Chapter, Document, Figure, Heading, Paragraphs, Points, Table, Tone, pdf

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 20"><rect width="50" height="10" fill="#0b4a7d"/></svg>'
AT = datetime(2020, 11, 29, 16, tzinfo=UTC)


def document(*blocks: Any, **held: Any) -> Document:
    """A document of one chapter."""
    all_of_it: dict[str, Any] = {
        "title": "Blue light",
        "chapters": (Chapter("Summary", blocks),),
        "written_at": AT,
        **held,
    }
    return Document(**all_of_it)


def text_of(made: bytes) -> str:
    """The words of a PDF, with spaces and line ends as one space."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages).split())


FULL = document(
    Heading("Where we go", 1, "12 of 10 words: 2 too many", Tone.BAD),
    Heading("Japan", 2),
    Paragraphs("Ports.\nShips.\n\nFirms.", Tone.QUIET),
    Points((("Two targets are named.", "Newsletter: 4.1"), ("Three partners.", "")), Tone.GOOD),
    Table(("Partner", "Costs"), (("Lanterna", "1.50"), ("All", "1.50")), "Costs by partner", (1,), (3, 1), 1),
    Figure(SVG, "One bar.", "Timetable"),
    above="Application",
    facts=(("Call", "TEST-2020"), ("Members", "Lanterna\nFaros\n\nSava")),
    cover=(Heading("Verdict"), Paragraphs("Undecided.", Tone.DOUBT)),
    foot="Draft, version 7",
)


def test_everything_that_is_written_is_in_the_file() -> None:
    said = text_of(pdf(FULL))
    for words in (
        "Blue light", "Application", "TEST-2020", "Sava", "Verdict", "Undecided.", "Summary", "Where we go",
        "12 of 10 words: 2 too many", "Japan", "Ports. Ships. Firms.", "Newsletter: 4.1", "Costs by partner",
        "Lanterna", "1.50", "Timetable", "Draft, version 7", "Page 1 of 2",
    ):  # fmt: skip
        assert words in said


def test_the_same_document_gives_the_same_bytes() -> None:
    assert pdf(FULL) == pdf(FULL)


def test_the_file_names_title_language_and_time_and_is_tagged() -> None:
    reader = PdfReader(BytesIO(pdf(FULL)))
    assert reader.metadata is not None
    assert reader.metadata.title == "Blue light"
    assert reader.metadata.creation_date == AT
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()


@pytest.mark.parametrize(
    "written",
    ["#panic()", "*bold*", "_slanted_", "$x^2$", "<label>", "@someone", "// no remark", "= No heading", "#import \"a\"",
     "\\u{41}", "[body]", "```code```", "--", "https://hanse.example/a_b", '{"a": 1}', "-- #sys.inputs"],
)  # fmt: skip
def test_a_text_is_shown_and_never_read_as_markup(written: str) -> None:
    made = pdf(
        document(
            Heading(written),
            Paragraphs(f"Says {written}."),
            Points(((f"Point {written}", f"Source {written}"),)),
            Table((f"Head {written}",), ((f"Cell {written}",),), f"Caption {written}"),
            title=f"Title {written}",
            foot=f"Foot {written}",
        )
    )
    said = text_of(made).replace(" ", "")
    for before in ("Says", "Point", "Source", "Head", "Cell", "Caption", "Title", "Foot"):
        assert (before + written).replace(" ", "") in said


def test_letters_of_any_script_are_set() -> None:
    made = pdf(document(Paragraphs("日本の市場\n\nمرحبا بالعالم\n\nשלום 123 abc\n\nΔοκιμή Тест 🚢"), title="市場"))
    assert len(PdfReader(BytesIO(made)).pages) == 2


def test_an_empty_document_has_a_page() -> None:
    assert len(PdfReader(BytesIO(pdf(Document("")))).pages) == 1


def test_chapters_begin_on_pages_of_their_own_behind_their_list() -> None:
    said = [page.extract_text() for page in PdfReader(BytesIO(pdf(document(chapters=(Chapter("One"), Chapter("Two"))))))
            .pages]  # fmt: skip
    assert len(said) == 4
    assert "Contents" in said[1]
    assert "Two" in said[3]


@given(st.text(), st.sampled_from(Tone))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_breaks_it(text: str, tone: Tone) -> None:
    made = pdf(
        document(Heading(text, 1, text), Paragraphs(text, tone), Points(((text, text),)), Table((text,), ((text,),)))
    )
    assert made.startswith(b"%PDF")
