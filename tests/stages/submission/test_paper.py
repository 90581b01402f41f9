"""A receipt on paper: what happened, in words and digests, for every act and outcome; and it fits on two pages."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from tests.engines.proof.receipts_cast import made

from hanse.stages.submission.queries.paper import receipt_pdf


def said(document: dict[str, Any]) -> str:
    """The words of the paper."""
    pages = (page.extract_text() for page in PdfReader(BytesIO(receipt_pdf(document))).pages)
    return " ".join(" ".join(pages).replace("\u00a0", " ").split())


def test_the_paper_of_a_submission_tells_all_that_its_receipt_proves(settings: Any) -> None:
    settings.ADDRESS = "https://calls.authority.example"
    document = made().document
    words = said(document)
    for each in (
        "Receipt clean-seas/1", "Received: Häfen – clean seas", "clean-seas, version 7 of the draft",
        "Call TEST-2020, edition 1.0", "Strand A", "Coordinator Lanterna Marine Cluster (lanterna)",
        "Received on 2 December 2020 at 16:58:03 Brussels time (15:58:03 UTC) 1 minute and 57 seconds before the deadline",
        "Deadline on 2 December 2020 at 17:00:00 Brussels time (16:00:00 UTC)",
        "Sealed on 2 December 2020 at 16:58:04 Brussels time", "It is submitted.",
        "Remarks, which stop nothing", "six targets are named.",
        "Lanterna Marine Cluster coordinator 20 November 2020", "Sava Logistics Cluster member 21 November 2020",
        "Entry 42 of the record", "The rules that decided, Hanse 1.0 cdcdcdcd cdcdcdcd",
        "pip install 'hanse[verify]'", "hanse verify clean-seas-receipt-1.json --key key.pem",
        "hanse verify clean-seas-package-1.zip --key key.pem",
        "https://calls.authority.example/transparency", "56475aa7 5463474c 0285df5d bf2bcab7",
        "Page 1 of 2",
    ):  # fmt: skip
        assert each in words, each
    joined = words.replace(" ", "")
    for digest in (
        document["claims"]["package"],
        document["claims"]["content"],
        document["chain"]["digest"],
        document["chain"]["entry"]["facts"]["receipt"],
        document["claims"]["call"]["digest"],
    ):
        assert digest in joined


@pytest.mark.parametrize(
    ("act", "outcome", "expected"),
    [
        ("submission", "refused", ("Not submitted: Häfen", "Why • Received on 2 December", "it submitted nothing")),
        ("withdrawal", "accepted", ("Withdrawn: Häfen", "Reason: A partner has left.", "takes no part in the call")),
        ("withdrawal", "refused", ("Not withdrawn: Häfen", "changed nothing")),
        ("admission", "accepted", ("Admitted after the closing: Häfen", "Admits the attempt of receipt clean-seas/1")),
    ],
)
def test_every_act_and_outcome_is_told_as_what_it_is(act: str, outcome: str, expected: tuple[str, ...]) -> None:
    words = said(made(act, outcome).document)
    for each in expected:
        assert each in words, each
    assert ("application.json" in words) == (act == "submission")


def test_an_admission_is_not_held_against_the_deadline_it_comes_after() -> None:
    assert "after the deadline" not in said(made("admission", before=timedelta(days=-7)).document)


def test_what_is_not_there_is_said() -> None:
    bare = made(coordinator=None, strand="", closing=None, mandates=[], remarks=[], package=None, content=None)
    words = said(bare.document)
    assert "Strand none chosen" in words
    assert "Coordinator none" in words
    assert "Deadline not stated" in words
    assert "Members and their mandates" not in words
    assert "Remarks" not in words
    assert "no mandate" in said(
        made(mandates=[{"organisation": "x", "name": "X", "role": "member", "given_on": None}]).document
    )


def test_a_full_receipt_fits_on_two_pages() -> None:
    member = {"name": "Cluster of a long name for its field", "role": "associated_partner", "given_on": "2020-11-20"}
    mandates = [{**member, "organisation": f"m{number}"} for number in range(20)]
    full = made("submission", "refused", mandates=mandates, remarks=["A remark that takes a line of its own."] * 6)
    made_pdf = PdfReader(BytesIO(receipt_pdf(full.document)))
    assert len(made_pdf.pages) == 2


def test_the_same_receipt_gives_the_same_bytes_for_those_who_hear_it_too() -> None:
    document = made().document
    assert receipt_pdf(document) == receipt_pdf(document)
    root: Any = PdfReader(BytesIO(receipt_pdf(document))).trailer["/Root"]
    assert root["/Lang"] == "en"
    assert b"pdfuaid:part" in root["/Metadata"].get_data()


def test_a_title_is_shown_as_it_was_written() -> None:
    title = '#panic() *bold* {what} Порты "x" \\'
    assert title.replace(" ", "") in said(made(title=title).document).replace(" ", "")
