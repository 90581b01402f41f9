"""A deadline: when those who are not done are reminded of it, and the document by which it is moved.

    reminder_due(closing, at, told_at=...)     how long before the closing the reminder is that is due now
    notice = claims_of_notice(...)             what the notice of a moved deadline proves
    faults_in_notice(document)                 what does not hold together in one, but for its signature

A notice is built as a receipt is (`hanse.core.submission.documents`): claims, the entry of the record whose facts hold
their digest as `notice`, and a signature over both.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from hanse.core.values.digest import digest, plain

NOTICE = "hanse-deadline-1"
REMINDERS = (timedelta(days=7), timedelta(hours=48), timedelta(hours=24), timedelta(hours=3), timedelta(hours=1))
"""How long before the closing people are reminded."""

CLAIMS: Mapping[str, tuple[type, ...]] = {
    "format": (str,),
    "number": (str,),
    "call": (str,),
    "title": (str,),
    "edition_before": (dict,),
    "edition_after": (dict,),
    "closing_before": (str, type(None)),
    "closing_after": (str, type(None)),
    "reason": (str,),
    "proposed_by": (str,),
    "proposed_at": (str,),
    "published_by": (str,),
    "published_at": (str,),
}
"""The keys of claims, and what each holds."""
EDITION: Mapping[str, tuple[type, ...]] = {"edition": (str,), "number": (int,), "digest": (str,)}
"""How a notice names an edition of a call."""
PARTS = ("claims", "chain", "signature")
CHAIN = ("position", "digest", "entry")


def reminder_due(closing: datetime, at: datetime, *, told_at: datetime | None = None) -> timedelta | None:
    """How long before the closing the reminder is that is due now; None if none is.

    Of several that were missed only the latest is due. What was due before the deadline itself was told is not due any
    more: whoever was told of the deadline was reminded of it.

    Args:
        told_at: when this deadline was told to all who take part, if it was moved.
    """
    if at >= closing:
        return None
    passed = [before for before in REMINDERS if closing - before <= at]
    if not passed or (told_at is not None and closing - min(passed) <= told_at):
        return None
    return min(passed)


def claims_of_notice(
    *,
    number: str,
    call: str,
    title: str,
    edition_before: Mapping[str, Any],
    edition_after: Mapping[str, Any],
    closing_before: datetime | None,
    closing_after: datetime | None,
    reason: str,
    proposed_by: str,
    proposed_at: datetime,
    published_by: str,
    published_at: datetime,
) -> dict[str, Any]:
    """What a notice proves, in JSON types.

    Args:
        number: of the notice.
        call: reference; title: as the new edition says it.
        edition_before, edition_after: as `EDITION` says.
        closing_before, closing_after: the deadlines; None where an edition states no hour.
        proposed_by, published_by: names of the two officers.
    """
    told: dict[str, Any] = plain(
        {
            "format": NOTICE,
            "number": number,
            "call": call,
            "title": title,
            "edition_before": dict(edition_before),
            "edition_after": dict(edition_after),
            "closing_before": closing_before,
            "closing_after": closing_after,
            "reason": reason,
            "proposed_by": proposed_by,
            "proposed_at": proposed_at,
            "published_by": published_by,
            "published_at": published_at,
        }
    )
    return told


def faults_in_notice(document: Any) -> tuple[str, ...]:
    """What does not hold together in a notice, each with its place. Its signature is not looked at."""
    if not isinstance(document, Mapping):
        return ("the file holds no notice: expected claims, chain and signature",)
    missing = [name for name in PARTS if not isinstance(document.get(name), Mapping)]
    faults = [f"{name} is missing, or is no table" for name in missing]
    faults += [f"{name}: no part of a notice" for name in sorted(set(document) - set(PARTS))]
    if missing:
        return tuple(faults)
    wrong = [*_faults_in_claims(document["claims"])]
    return (*faults, *wrong, *_faults_in_chain(document["claims"], document["chain"]))


def _faults_in_claims(claims: Mapping[str, Any]) -> Iterator[str]:
    faults = [*_faults_in_table("claims", claims, CLAIMS)]
    for part in ("edition_before", "edition_after"):
        if isinstance(claims.get(part), Mapping):
            faults += _faults_in_table(f"claims.{part}", claims[part], EDITION)
    yield from faults
    if faults:
        return
    if claims["format"] != NOTICE:
        yield f"claims.format: {claims['format']!r}; this version reads {NOTICE}"
    for key in ("closing_before", "closing_after", "proposed_at", "published_at"):
        if claims[key] is not None and not _is_instant(claims[key]):
            yield f"claims.{key}: {claims[key]!r} is no instant with a zone"


def _faults_in_table(place: str, table: Mapping[str, Any], wanted: Mapping[str, tuple[type, ...]]) -> Iterator[str]:
    for key, kinds in wanted.items():
        held = table.get(key, ...)
        # True is a whole number to Python, and to nobody else.
        if not isinstance(held, kinds) or isinstance(held, bool):
            yield f"{place}.{key} is missing, or is not what stands there"
    yield from (f"{place}.{key}: no part of a notice" for key in sorted(set(table) - set(wanted)))


def _is_instant(written: str) -> bool:
    try:
        return datetime.fromisoformat(written).tzinfo is not None
    except ValueError:
        return False


def _faults_in_chain(claims: Mapping[str, Any], chain: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"chain.{key}: no part of a notice" for key in sorted(set(chain) - set(CHAIN)))
    entry = chain.get("entry")
    if not isinstance(entry, Mapping) or not isinstance(entry.get("facts"), Mapping):
        yield "chain.entry is missing, or is no entry of a record"
        return
    try:
        claimed, entered = digest(claims), digest(entry)
    except TypeError:
        yield "the notice holds a number with a point; no notice has one"
        return
    if entry["facts"].get("notice") != claimed:
        yield "claims: their digest is not the one in the record's entry; one of the two was changed"
    if entered != chain.get("digest"):
        yield "chain.entry: its digest is not chain.digest; one of the two was changed"
    if entry.get("number") != chain.get("position"):
        yield "chain.position is not the number of the entry"
