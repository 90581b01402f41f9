"""Checks a receipt from nothing but itself, a key to trust, and the package that belongs to it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hanse.core.submission.documents import faults_in_receipt
from hanse.core.submission.telling import faults_in_parts
from hanse.core.values.digest import canonical_json
from hanse.engines.proof.keys import ALGORITHM, KEY_BYTES, SHOWN, fingerprint, from_base64, read_key, signed_by
from hanse.engines.proof.packages import check_package
from hanse.engines.proof.reading import oddities
from hanse.engines.proof.roots import Root, check_roots
from hanse.engines.proof.values import RECEIPT, Check, Proof

SIGNATURE = ("algorithm", "key", "public_key", "value")
WHOLE = "The receipt is whole: it is the one of which the record's entry keeps the digest, and the entry is unchanged."
SIGNED = f"Receipt and entry were signed together ({ALGORITHM}) with the key that the receipt names."
TRUSTED = "That key is the one that was given to compare with."


def check_receipt(
    document: Any, *, package: Path | None = None, key: bytes | None = None, roots: Sequence[Root] = ()
) -> Proof:
    """Look at everything that can be proved of a receipt, without the site.

    Args:
        document: the receipt, as parsed from JSON.
        package: the ZIP that was sealed with it.
        key: the site's public key as its holder got it: content of a PEM file, or base 64.
        roots: the nightly roots of the record, as `read_roots` gives them.

    Raises:
        Unusable: if the key is none, or the package is no ZIP.
        OSError: if the package cannot be read.
    """
    trusted = None if key is None else read_key(key)
    odd = oddities(document)
    if odd:
        return Proof((Check(RECEIPT, WHOLE, tuple(f"the receipt {each}" for each in odd)),), "", False)
    whole = faults_in_receipt(document)
    if isinstance(document, dict) and isinstance(document.get("claims"), dict):
        whole += faults_in_parts(document["claims"])
    checks = [Check(RECEIPT, WHOLE, whole)]
    raw = None
    if isinstance(document, dict) and isinstance(document.get("signature"), dict):
        raw = _key_in(document["signature"])
        checks.append(Check(RECEIPT, SIGNED, tuple(_faults_in_signature(document, raw))))
        if trusted is not None:
            checks.append(Check(RECEIPT, TRUSTED, tuple(_faults_in_key(raw, trusted))))
    if package is not None:
        checks += check_package(document, package)
    notes: tuple[str, ...] = ()
    if roots and not whole:
        checked, notes = check_roots(roots, document, [each for each in (trusted, raw) if each])
        checks += checked
    return Proof(tuple(checks), fingerprint(raw) if raw else "", trusted is not None and raw is not None, notes)


def _key_in(signature: Mapping[str, Any]) -> bytes | None:
    written = signature.get("public_key")
    raw = from_base64(written) if isinstance(written, str) else None
    return raw if raw is not None and len(raw) == KEY_BYTES else None


def _faults_in_signature(document: Mapping[str, Any], raw: bytes | None) -> Iterator[str]:
    signature = document["signature"]
    missing = [key for key in SIGNATURE if not isinstance(signature.get(key), str)]
    yield from (f"signature.{key} is missing, or is no text" for key in missing)
    yield from (f"signature.{key}: no part of a receipt" for key in sorted(set(signature) - set(SIGNATURE)))
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
        yield "signature: the key did not sign these claims with this entry; receipt or signature was changed"


def _faults_in_key(raw: bytes | None, trusted: bytes) -> Iterator[str]:
    if raw is None:
        yield "the receipt has no key that could be compared"
    elif raw != trusted:
        yield (
            f"the receipt was signed with another key: its fingerprint begins {fingerprint(raw)[:SHOWN]}, that of the "
            f"key given {fingerprint(trusted)[:SHOWN]}"
        )
