"""Nightly roots of the record: which of them covers a receipt, and whether they follow on each other.

A root is published each night with the digest of the last entry of the record. Whoever keeps a copy can tell later that
nothing up to that night was changed, whatever the site says then.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from hanse.core.values.digest import canonical_json, digest
from hanse.core.values.words import day_in_words
from hanse.engines.proof.keys import SHOWN, fingerprint, from_base64, signed_by
from hanse.engines.proof.reading import strict_json
from hanse.engines.proof.values import ROOTS, Check, Unusable

ROW: Mapping[str, type] = {
    "day": str, "first": int, "last": int, "head": str, "previous": str, "digest": str, "signature": str, "key": str,
}  # fmt: skip
PROVED = ("day", "first", "last", "head", "previous")
"""What the digest of a root is over; its signature too."""
BEGINNING = "0" * 64
"""What the first entry of the record, and the first root, carry in place of the one before."""

Root = Mapping[str, Any]


def read_roots(content: bytes) -> tuple[Root, ...]:
    """The rows of `roots.json`, oldest first.

    Raises:
        Unusable: if it holds none, with what is wrong.
    """
    try:
        told = strict_json(content)
    except ValueError as wrong:
        raise Unusable(f"is no list of roots: {wrong}") from None
    rows = told.get("roots") if isinstance(told, dict) else told
    if not isinstance(rows, list) or not rows:
        raise Unusable("is no list of roots; expected roots.json as the site publishes it")
    for number, row in enumerate(rows, start=1):
        odd = [key for key, kind in ROW.items() if not isinstance(row, dict) or not isinstance(row.get(key), kind)]
        if odd or not _is_day(row["day"]):
            raise Unusable(
                f"row {number} is no root: {', '.join(odd) or 'day'} is missing, or is not what stands there"
            )
    return tuple(sorted(rows, key=lambda row: (row["last"], row["day"])))


def _is_day(written: str) -> bool:
    try:
        return bool(date.fromisoformat(written))
    except ValueError:
        return False


def check_roots(roots: Sequence[Root], document: Any, keys: Sequence[bytes]) -> tuple[list[Check], tuple[str, ...]]:
    """Look at the roots, and for the one that covers a receipt.

    Args:
        document: the receipt, in which a position and an entry are known to stand.
        keys: public keys with which a root may be signed.

    Returns:
        What was checked, and notes of what could not be.
    """
    chain = document["chain"]
    position = chain["position"]
    last = roots[-1]["last"]
    known = {fingerprint(key)[:SHOWN]: key for key in keys}
    following = Check(
        ROOTS,
        f"The nightly roots ({len(roots)}) follow on each other up to entry {last} of the record, as they were signed.",
        tuple(_faults_in_order(roots, known)),
    )
    others = sum(1 for root in roots if root["key"] not in known)
    notes = [f"Roots signed with another key than the receipt, whose signature was not checked: {others}."] * bool(
        others
    )
    at = next((at for at, root in enumerate(roots) if root["first"] <= position <= root["last"]), None)
    if at is None:
        later = " The root of the night after it does: fetch roots.json again then." if position > last else ""
        return [following], (
            *notes,
            f"None of the roots given covers entry {position}; they end at entry {last}.{later}",
        )
    before = roots[at - 1]["head"] if at else None
    night = day_in_words(date.fromisoformat(roots[at]["day"]))
    covered = f"The root of {night} covers the entry of this receipt: {position} of {_span(roots[at])}."
    return [following, Check(ROOTS, covered, tuple(_faults_at(roots[at], before, chain)))], tuple(notes)


def _span(root: Root) -> str:
    return f"{root['first']} to {root['last']}"


def _faults_in_order(roots: Sequence[Root], known: Mapping[str, bytes]) -> Iterator[str]:
    """What does not hold of the roots themselves. Those given may begin later than the record."""
    before: Root | None = None
    for root in roots:
        named = f"the root of {root['day']}"
        if before and (root["previous"] != before["digest"] or root["first"] != before["last"] + 1):
            yield f"{named} does not follow on the one before it, of {before['day']}: one is missing or was changed"
        proved = {key: root[key] for key in PROVED}
        if digest(proved) != root["digest"]:
            yield f"{named}: its digest is not that of what it says; it was changed"
        key, value = known.get(root["key"]), from_base64(root["signature"])
        if key is not None and (value is None or not signed_by(key, value, canonical_json(proved))):
            yield f"{named}: the key did not sign it; it was changed"
        before = root


def _faults_at(root: Root, before: str | None, chain: Mapping[str, Any]) -> Iterator[str]:
    """What of a receipt can be held against the root itself: the entry at its end, and the one at its beginning."""
    named = f"the root of {root['day']}"
    if chain["position"] == root["last"] and chain["digest"] != root["head"]:
        yield f"{named} ends with another entry {root['last']} than that of the receipt"
    known = BEGINNING if root["first"] == 1 else before
    if chain["position"] == root["first"] and known is not None and chain["entry"].get("previous") != known:
        yield f"{named} begins behind another entry than that of the receipt does"
