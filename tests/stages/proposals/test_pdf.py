"""The whole application as a PDF: everything that is written, counted and open, and nothing the reader may not see."""

from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader
from tests.conftest import NOW
from tests.people import browsing, person
from tests.stages.proposals.draft_cast import REF, form, seats, standing_draft, write
from tests.stages.proposals.money_cast import Cast

from hanse.core.form import PartKind, SectionKind
from hanse.ground.files.models import StoredFile
from hanse.stages.proposals.models import Annex, Declaration, Text
from hanse.stages.proposals.queries import drafts
from hanse.stages.proposals.queries.output import application_of, document_of, pdf_of
from hanse.stages.proposals.queries.papers import wording_digest

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(at: Any) -> Cast:
    return standing_draft()


def said(made: bytes) -> str:
    """The words of a PDF."""
    pages = (page.extract_text() for page in PdfReader(BytesIO(made)).pages)
    return " ".join(" ".join(pages).replace("\u00a0", " ").split())


def made(team: Cast, who: str = "giulia") -> bytes:
    """The PDF as somebody downloads it."""
    team.proposal.refresh_from_db()
    return pdf_of(application_of(team.proposal, seats(team), team.standing(who), NOW))


def test_the_pdf_holds_what_is_written_and_says_what_is_not(team: Cast) -> None:
    words = said(made(team))
    for each in (
        "Quiet harbours", "Application to Clusters Go International 2020: draft", "COS-CLUSINT-2020-3-01, edition",
        "Clean seas", "Japan, United States", "30 months", "24 000.50 EUR", "10 000.00",
        "Lanterna Marine Cluster", "Italy", "coordinator", "No: not as it stands", "To repair it:",
        'We go to "Japan". Together \\ abroad, "calmly".', "of 300 words", "Not written yet.", "#panic() *bold*",
        "Work package 1: Work 1", "Stay together.", "WP1 Work 1", "First fair", "T1.1 First fair runs in months 28 to 31",
        "Annexes and declarations", "not attached (not required)", "Declaration on honour", "not made yet",
        "Costs by partner", "22 500.00", "Clean seas: draft, version", "as of 29 November 2020, 17:00 Brussels time",
        "Maritime technology", "alone brings: Japan",
    ):  # fmt: skip
        assert each in words, each


def test_too_many_words_are_marked(team: Cast) -> None:
    write(team, "giulia", "summary", "word " * 312)
    assert "312 of 300 words: 12 too many" in said(made(team))


def test_what_does_not_fit_is_said_beside_it(team: Cast) -> None:
    write(team, "giulia", "duration_months", "two years")
    words = said(made(team))
    assert "'two years' is not a number" in words
    assert "Not stated yet" in words


def test_papers_are_listed_with_their_state(team: Cast) -> None:
    giulia = person("giulia")
    file = StoredFile.objects.create(digest="ab" * 32, size=2_500_000, media_type="application/pdf", kept_at=NOW)
    Annex.objects.create(proposal=team.proposal, kind="letters", name="l.pdf", file=file, added_by=giulia, added_at=NOW)
    Declaration.objects.create(
        proposal=team.proposal, seat=team.seats["jonas"], kind="honour", wording="We.", digest=holding_wording(team),
        made_by=giulia, made_at=NOW,
    )  # fmt: skip
    words = said(made(team))
    assert "l.pdf all 2.5 MB abababababababab" in words
    assert "Salzspeicher Food Network made on 29 November 2020" in words
    assert words.count("not made yet") == 2
    Declaration.objects.update(digest="cd" * 32)  # on a wording that holds no more
    assert "made on" not in said(made(team))


def holding_wording(team: Cast) -> str:
    """By what the declaration on honour is known that holds now."""
    return wording_digest(drafts.form_of(team.proposal, NOW).declarations[0].text)


def test_the_pdf_is_made_for_those_who_hear_it(team: Cast) -> None:
    write(team, "giulia", "targets/JP/goals", "Häfen – ports, порты, λιμάνια")
    root: Any = PdfReader(BytesIO(made(team))).trailer["/Root"]
    assert root["/Lang"] == "en"
    assert b"pdfuaid:part" in root["/Metadata"].get_data()


def test_the_same_state_gives_the_same_bytes(team: Cast) -> None:
    assert made(team) == made(team)


def test_costs_that_are_not_shared_are_sums_in_the_copy_of_others(team: Cast) -> None:
    team.keep("giulia")
    words = said(made(team, "jonas"))
    assert "1 000.50" not in words
    assert "Shown as sums only, since they are not shared: Lanterna Marine Cluster." in words
    assert "1 000.50" in said(made(team))


def test_the_page_hands_it_over_for_reading_alone(team: Cast) -> None:
    response = browsing("mila").get(f"/proposals/{REF}/application.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith('attachment; filename="clean-seas-version-')
    assert response.content.startswith(b"%PDF")


def test_an_application_to_a_call_that_is_not_here_is_set_all_the_same(team: Cast) -> None:
    consortium = team.proposal.consortium
    consortium.call, consortium.strand, consortium.targets = "GONE", "", []
    consortium.save()
    words = said(made(team))
    assert "The rules of this call are not at hand" in words
    assert "Not chosen yet" in words


def test_an_empty_application_is_set(team: Cast) -> None:
    Text.objects.all().delete()
    words = said(made(team))
    assert "Not written yet." in words
    assert "Clean seas" in words


def test_a_large_application_in_many_scripts_is_set(team: Cast) -> None:
    scripts = "Häfen 日本の港 مرحبا بالعالم שלום Ελλάδα 🚢 "
    texts = {}
    asked = form(team)
    for section in asked.sections:
        ids = {
            SectionKind.ONCE: [""],
            SectionKind.RECORDS: [str(n) for n in range(1, 61 if section.id == "tasks" else 21)],
            SectionKind.TARGETS: ["JP", "US"],
            SectionKind.PARTNERS: ["lanterna", "salzspeicher", "sava"],
        }.get(section.kind, [])
        for id in ids:
            if section.kind is SectionKind.RECORDS:
                texts[f"{section.id}/{id}"] = id
            for part in section.parts:
                key = f"{section.id}/{id}/{part.id}" if id else section.id
                texts[key] = {
                    PartKind.TEXT: scripts * 30, PartKind.LINE: scripts, PartKind.NUMBER: "12",
                    PartKind.WORK_PACKAGE: "3", PartKind.PARTNER: "sava", PartKind.PARTNERS: "sava, lanterna",
                    PartKind.TARGET: "JP",
                }.get(part.kind, "7")  # fmt: skip
    Text.objects.all().delete()
    giulia = person("giulia")
    Text.objects.bulk_create(
        Text(proposal=team.proposal, key=key, value=value, changed_by=giulia, changed_at=NOW)
        for key, value in texts.items()
    )
    assert len(PdfReader(BytesIO(made(team))).pages) > 20


def test_an_application_is_gathered_in_few_queries(team: Cast) -> None:
    held, standing = seats(team), team.standing("giulia")
    with CaptureQueriesContext(connection) as queries:
        document_of(application_of(team.proposal, held, standing, NOW))
    assert len(queries) <= 14
