"""Signatures over claims and an entry of the record: the same in receipts and in notices of moved deadlines."""

from collections.abc import Iterator, Mapping
from typing import Any

from hanse.core.values.digest import canonical_json
from hanse.engines.proof.keys import ALGORITHM, KEY_BYTES, SHOWN, fingerprint, from_base64, signed_by

SIGNATURE = ("algorithm", "key", "public_key", "value")
TRUSTED = "That key is the one that was given to compare with."


def key_in(signature: Mapping[str, Any]) -> bytes | None:
    """The public key that a signature carries; None if it carries none."""
    written = signature.get("public_key")
    raw = from_base64(written) if isinstance(written, str) else None
    return raw if raw is not None and len(raw) == KEY_BYTES else None


def faults_in_signature(document: Mapping[str, Any], raw: bytes | None, what: str = "receipt") -> Iterator[str]:
    """What does not hold of the signature over claims and entry.

    Args:
        raw: the key that it carries.
        what: how the document is called.
    """
    signature = document["signature"]
    missing = [key for key in SIGNATURE if not isinstance(signature.get(key), str)]
    yield from (f"signature.{key} is missing, or is no text" for key in missing)
    yield from (f"signature.{key}: no part of a {what}" for key in sorted(set(signature) - set(SIGNATURE)))
    if missing:
        return
    if signature["algorithm"] != ALGORITHM:
        yield f"signature.algorithm: {signature['algorithm'][:40]!r}; expected {ALGORITHM}"
    if raw is None:
        yield f"signature.public_key is no {ALGORITHM} key in base 64"
        return
    if signature["key"] != fingerprint(raw)[:SHOWN]:
        yield "signature.key does not name the key in signature.public_key"
    value = from_base64(signature["value"])
    if value is None:
        yield "signature.value is no base 64"
        return
    content = canonical_json({"claims": document.get("claims"), "chain": document.get("chain")})
    if not signed_by(raw, value, content):
        yield f"signature: the key did not sign these claims with this entry; {what} or signature was changed"


def faults_in_key(raw: bytes | None, trusted: bytes, what: str = "receipt") -> Iterator[str]:
    """Why the key of a document is not the one that is trusted."""
    if raw is None:
        yield f"the {what} has no key that could be compared"
    elif raw != trusted:
        yield (
            f"the {what} was signed with another key: its fingerprint begins {fingerprint(raw)[:SHOWN]}, that of the "
            f"key given {fingerprint(trusted)[:SHOWN]}"
        )
