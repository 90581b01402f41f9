"""What `hanse verify` prints of a receipt: for somebody who has just missed or met a deadline, and for programs."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from hanse.cli.terminal import clean, shown, wrapped
from hanse.core.submission.deadlines import NOTICE
from hanse.core.submission.telling import Story, grouped, instant_in_words, story_of
from hanse.core.values.words import day_in_words
from hanse.engines.proof import Proof

SENT_ALONG = "send the files to the authority as they are, without opening them in another program."


def is_notice(document: Any) -> bool:
    """Whether a file says of itself that it is the notice of a moved deadline."""
    claims = document.get("claims") if isinstance(document, dict) else None
    return isinstance(claims, dict) and claims.get("format") == NOTICE


def notice_as_json(document: Any, proof: Proof) -> dict[str, Any]:
    """What was found of a notice, for programs. What it says is left out where it does not hold."""
    return {
        **_found(proof),
        "claims": document["claims"] if proof.holds else None,
    }


def notice_as_text(document: Any, proof: Proof, width: int) -> Iterator[str]:
    """What was found of a notice, line by line, without line ends."""
    if not proof.holds:
        yield "THIS NOTICE DOES NOT HOLD. Rely on nothing that it says."
        yield from _checks(proof, width)
        return
    claims = shown(document["claims"])
    yield "THIS NOTICE HOLDS." if proof.compared else "THIS NOTICE AGREES WITH ITSELF. Compare its key, as told below."
    yield ""
    before, after = (
        instant_in_words(claims[key]) if claims[key] else "not stated" for key in ("closing_before", "closing_after")
    )
    rows = [
        ("Notice", claims["number"]),
        ("Call", f"{claims['title']} ({claims['call']})"),
        ("Deadline", f"{after}; before: {before}"),
        ("Reason", claims["reason"]),
        ("Proposed", f"by {claims['proposed_by']}, {instant_in_words(claims['proposed_at'])}"),
        ("Published", f"by {claims['published_by']}, {instant_in_words(claims['published_at'])}"),
        ("Edition", f"{claims['edition_after']['number']}, after {claims['edition_before']['number']}"),
        ("Record", f"entry {document['chain']['position']}"),
    ]
    for term, said in rows:
        yield wrapped(said, width, f"{term:<13}", " " * 13)
    yield from _checks(proof, width)
    yield ""
    if not proof.compared:
        told = (
            "Anybody can make a notice that agrees with itself. Compare the fingerprint of its key with that of the key"
        )
        yield wrapped(f"{told} which the authority publishes on its site, under /transparency:", width)
    yield wrapped(grouped(proof.fingerprint), width, "  ")


def as_json(document: Any, proof: Proof) -> dict[str, Any]:
    """What was found, for programs. What a receipt says is left out where it does not hold."""
    story = story_of(document["claims"]) if proof.receipt_holds else None
    return {
        **_found(proof),
        "told": {"headline": story.headline, "happened": story.happened, "means": story.means} if story else None,
        "claims": document["claims"] if story else None,
    }


def as_text(document: Any, proof: Proof, width: int) -> Iterator[str]:
    """What was found, line by line, without line ends."""
    if not proof.receipt_holds:
        yield from _broken(proof, width)
        return
    claims = shown(document["claims"])
    story = story_of(claims)
    yield wrapped(_headline(proof, story), width)
    yield ""
    yield from _story(claims, story, width)
    yield from _details(claims, document, width)
    yield from _checks(proof, width)
    yield from _left_to_reader(proof, width)


def _headline(proof: Proof, story: Story) -> str:
    if not proof.holds:
        return "THE RECEIPT HOLDS, BUT WHAT WAS GIVEN WITH IT DOES NOT."
    if not proof.compared:
        return f"THIS RECEIPT AGREES WITH ITSELF: {story.headline}. Compare its key, as told below."
    return f"THIS RECEIPT HOLDS: {story.headline}."


def _broken(proof: Proof, width: int) -> Iterator[str]:
    yield "THIS RECEIPT DOES NOT HOLD. Rely on nothing that it says."
    yield from _checks(proof, width)
    yield ""
    yield "What to do"
    again = "Download the receipt and its package again from the site and check them: a file can be damaged on its way."
    for remedy in (again, f"If it still does not hold, {SENT_ALONG}"):
        yield wrapped(remedy, width, "- ", "  ")


def _story(claims: Mapping[str, Any], story: Story, width: int) -> Iterator[str]:
    yield wrapped(story.happened, width)
    yield wrapped(story.means, width)
    if claims["reason"]:
        yield wrapped(f"Reason: {claims['reason']}", width)
    if claims["reasons"]:
        yield ""
        yield "Why"
        for each in claims["reasons"]:
            yield wrapped(each["text"], width, "- ", "  ")
    if claims["remarks"]:
        yield ""
        yield "Remarks, which stop nothing"
        for remark in claims["remarks"]:
            yield wrapped(remark, width, "- ", "  ")


def _details(claims: Mapping[str, Any], document: Mapping[str, Any], width: int) -> Iterator[str]:
    call = claims["call"]
    rows = [
        ("Receipt", claims["number"]),
        ("Call", f"{call['reference']}, edition {call['edition']}"),
        ("Deadline", instant_in_words(claims["closing"]) if claims["closing"] else "the call states no hour"),
        ("Sealed", f"{instant_in_words(claims['sealed_at'])}, version {claims['draft_version']} of the draft"),
        ("Record", f"entry {document['chain']['position']}"),
    ]
    rows += [("Package", grouped(claims["package"]))] if claims["package"] else []
    rows += [("Application", grouped(claims["content"]))] if claims["content"] else []
    yield ""
    for term, said in rows:
        yield wrapped(said, width, f"{term:<13}", " " * 13)
    if claims["mandates"]:
        yield ""
        yield "Members"
        for each in claims["mandates"]:
            given = (
                f"mandate of {day_in_words(date.fromisoformat(each['given_on']))}" if each["given_on"] else "no mandate"
            )
            yield wrapped(f"{each['name']}, {each['role'].replace('_', ' ')}: {given}", width, "- ", "  ")


def _found(proof: Proof) -> dict[str, Any]:
    return {
        "holds": proof.holds,
        "key": {"fingerprint": proof.fingerprint, "compared": proof.compared},
        "checks": [
            {"about": check.about, "what": check.what, "holds": check.holds, "faults": list(check.faults)}
            for check in proof.checks
        ],
        "notes": list(proof.notes),
    }


def _checks(proof: Proof, width: int) -> Iterator[str]:
    faulty = [check for check in proof.checks if not check.holds]
    if faulty:
        yield ""
        yield "What does not hold"
        for fault in (fault for check in faulty for fault in check.faults):
            yield wrapped(clean(fault), width, "✗ ", "  ")
    held = [check for check in proof.checks if check.holds]
    if held:
        yield ""
        yield "What was checked and holds"
        for check in held:
            yield wrapped(check.what, width, "✓ ", "  ")
    for note in proof.notes:
        yield wrapped(note, width, "? ", "  ")


def _left_to_reader(proof: Proof, width: int) -> Iterator[str]:
    yield ""
    if not proof.holds:
        yield wrapped(f"Download the files again from the site. If they still do not hold, {SENT_ALONG}", width)
        return
    if proof.compared:
        yield wrapped(f"The key that was given has the fingerprint {grouped(proof.fingerprint)}.", width)
        return
    yield "Left to you"
    yield wrapped(
        "Nobody changed this receipt since it was signed. Who signed it, only its key tells, and anybody can make one. "
        "Check again with --key, or compare the fingerprint of its key with that of the key which the authority "
        "publishes on its site, under /transparency:",
        width,
    )
    yield wrapped(grouped(proof.fingerprint), width, "  ")
