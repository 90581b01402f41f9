"""A receipt on paper: what was received, when, and how anybody can check it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from hanse.core.values.words import day_in_words
from hanse.engines import typeset
from hanse.engines.typeset import Block, Chapter, Document, Paragraphs, Points, Table, Tone
from hanse.ground.clock import BRUSSELS

TITLES = {
    ("submission", "accepted"): "Received",
    ("submission", "refused"): "Not submitted",
    ("withdrawal", "accepted"): "Withdrawn",
    ("withdrawal", "refused"): "Not withdrawn",
    ("admission", "accepted"): "Admitted after the closing",
}
GROUP = 8


def receipt_pdf(document: Mapping[str, Any]) -> bytes:
    """A receipt as a PDF, the same bytes for the same receipt."""
    claims, chain, signature = document["claims"], document["chain"], document["signature"]
    received = datetime.fromisoformat(claims["received_at"])
    return typeset.pdf(
        Document(
            title=f"{TITLES[claims['act'], claims['outcome']]}: {claims['title']}",
            above=f"Receipt {claims['number']}",
            facts=tuple(_facts(claims)),
            cover=tuple(_told(claims)),
            chapters=(Chapter("Proof", tuple(_proof(claims, chain, signature))),),
            foot=f"Receipt {claims['number']}, {instant(received)}",
            written_at=received,
        )
    )


def instant(at: datetime) -> str:
    """An instant as a receipt tells it, in Brussels and in UTC, to the thousandth of a second."""
    local, world = at.astimezone(BRUSSELS), at.astimezone(UTC)
    fine = f".{local.microsecond // 1000:03d}"
    return f"{day_in_words(local.date())}, {local:%H:%M:%S}{fine} {local:%Z} ({world:%H:%M:%S}{fine} UTC)"


def grouped(digest: str) -> str:
    """A digest in groups that two people can compare aloud."""
    return " ".join(digest[start : start + GROUP] for start in range(0, len(digest), GROUP))


def _facts(claims: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    call = claims["call"]
    yield "Call", f"{call['reference']}, edition {call['edition']}"
    yield "Strand", claims["strand"] or "Not chosen"
    yield "Coordinator", claims["coordinator"]["name"] if claims["coordinator"] else "None"
    yield "Received", instant(datetime.fromisoformat(claims["received_at"]))
    if claims["closing"]:
        yield "Deadline", instant(datetime.fromisoformat(claims["closing"]))
    yield "Application", f"{claims['proposal']}, version {claims['draft_version']} of the draft"


def _told(claims: Mapping[str, Any]) -> Iterator[Block]:
    if claims["reason"]:
        yield Paragraphs(f"Reason: {claims['reason']}")
    if claims["admits"]:
        yield Paragraphs(f"Admits the attempt of receipt {claims['admits']}.")
    if claims["reasons"]:
        yield Points([(each["text"], "") for each in claims["reasons"]], Tone.BAD)
    if claims["remarks"]:
        yield Points([(remark, "") for remark in claims["remarks"]], Tone.DOUBT)
    rows = [(each["name"], each["role"].replace("_", " "), each["given_on"] or "none") for each in claims["mandates"]]
    if rows:
        yield Table(("Member", "Role", "Mandate of"), rows, widths=(6, 4, 3))


def _proof(claims: Mapping[str, Any], chain: Mapping[str, Any], signature: Mapping[str, str]) -> Iterator[Block]:
    rows = [
        ("Package", grouped(claims["package"]) if claims["package"] else "none"),
        ("Application", grouped(claims["content"]) if claims["content"] else "none"),
        ("Claims of this receipt", grouped(chain["entry"]["facts"]["receipt"])),
        (f"Entry {chain['position']} of the record", grouped(chain["digest"])),
        ("Edition of the call", grouped(claims["call"]["digest"])),
        (f"Core of version {claims['code']['version']}", grouped(claims["code"]["core"])),
    ]
    yield Table(("SHA-256 of", "Digest"), rows, widths=(3, 8))
    yield Paragraphs(
        f"Signed with {signature['algorithm']}, key {signature['key']}. The file of this receipt proves itself without "
        "the site: hanse verify receipt.json --key key.pem; with --package it proves every file that was sealed."
    )
