"""A receipt on paper: what was received, from whom, when, what came of it, and how anybody can check it."""

from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings

from hanse.core.submission.telling import Story, against_deadline, grouped, instant_in_words, story_of
from hanse.core.values.words import day_in_words
from hanse.engines import typeset
from hanse.engines.proof import fingerprint
from hanse.engines.typeset import Block, Document, Heading, Paragraphs, Points, Table, Tone
from hanse.stages.submission.queries.packages import name_of_file

UNTOLD = "not stated"


def receipt_pdf(document: Mapping[str, Any]) -> bytes:
    """A receipt as a PDF of one or two pages, the same bytes for the same receipt."""
    claims = document["claims"]
    story = story_of(claims)
    return typeset.pdf(
        Document(
            title=f"{story.headline}: {claims['title']}",
            above=f"Receipt {claims['number']}",
            facts=tuple(_facts(claims)),
            cover=(*_told(claims, story), *_proof(document)),
            foot=f"Receipt {claims['number']}, {instant_in_words(claims['received_at'])}",
            written_at=datetime.fromisoformat(claims["sealed_at"]),
        )
    )


def _facts(claims: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    call, lead = claims["call"], claims["coordinator"]
    yield "Application", f"{claims['title']}\n{claims['proposal']}, version {claims['draft_version']} of the draft"
    yield "Call", f"{call['reference']}, edition {call['edition']}"
    yield "Strand", claims["strand"] or "none chosen"
    yield "Coordinator", f"{lead['name']} ({lead['organisation']})" if lead else "none"
    apart = "" if claims["act"] == "admission" else against_deadline(claims)
    yield "Received", "\n".join(filter(None, (f"on {instant_in_words(claims['received_at'])}", apart)))
    yield "Deadline", f"on {instant_in_words(claims['closing'])}" if claims["closing"] else UNTOLD
    yield "Sealed", f"on {instant_in_words(claims['sealed_at'])}"
    if claims["admits"]:
        yield "Admits", f"the attempt of receipt {claims['admits']}"


def _told(claims: Mapping[str, Any], story: Story) -> Iterator[Block]:
    yield Heading("What happened")
    yield Paragraphs(f"{story.happened}\n{story.means}", Tone.GOOD if story.good else Tone.BAD)
    if claims["reason"]:
        yield Paragraphs(f"Reason: {claims['reason']}")
    if claims["reasons"]:
        yield Heading("Why", 2)
        yield Points([(each["text"], "") for each in claims["reasons"]], Tone.BAD)
    if claims["remarks"]:
        yield Heading("Remarks, which stop nothing", 2)
        yield Points([(remark, "") for remark in claims["remarks"]], Tone.DOUBT)
    if claims["mandates"]:
        yield Heading("Members and their mandates")
        rows = [(each["name"], each["role"].replace("_", " "), _day(each["given_on"])) for each in claims["mandates"]]
        yield Table(("Member", "Role", "Mandate of"), rows, widths=(6, 4, 3))


def _day(written: str | None) -> str:
    return day_in_words(date.fromisoformat(written)) if written else "no mandate"


def _proof(document: Mapping[str, Any]) -> Iterator[Block]:
    claims, chain = document["claims"], document["chain"]
    yield Heading("What proves it")
    rows = [
        ("Everything that was sealed (manifest.json)", claims["package"]),
        ("The application (application.json)", claims["content"]),
        ("What this receipt claims", chain["entry"]["facts"]["receipt"]),
        (f"Entry {chain['position']} of the record", chain["digest"]),
        (f"The call, edition {claims['call']['edition']}", claims["call"]["digest"]),
        (f"The rules that decided, Hanse {claims['code']['version']}", claims["code"]["core"]),
    ]
    shown = [(term, grouped(digest)) for term, digest in rows if digest]
    yield Table(("SHA-256 of", "Digest"), shown, widths=(4, 8))
    yield from _how(claims, document["signature"])


def _how(claims: Mapping[str, Any], signature: Mapping[str, str]) -> Iterator[Block]:
    file = name_of_file(claims["number"], "receipt", "json")
    package = name_of_file(claims["number"], "package", "zip")
    sealed = (f"hanse verify {package} --key key.pem", "with every file that was sealed")
    yield Heading("How anybody can check it")
    yield Paragraphs(
        "This paper tells what the file of the receipt proves. The file is checked without the site, on any machine "
        "with Python:"
    )
    yield Points(
        [
            ("pip install 'hanse[verify]'", ""),
            (f"hanse verify {file} --key key.pem", "receipt alone"),
            *([sealed] if claims["package"] else []),
        ]
    )
    yield Paragraphs(
        f"The key is published at {settings.ADDRESS}/transparency. The receipt was signed ({signature['algorithm']}) "
        f"by the key with this fingerprint (SHA-256):\n{grouped(fingerprint(b64decode(signature['public_key'])))}"
    )
