"""Checks a receipt from nothing but itself, a key to trust, and the package that belongs to it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hanse.core.submission.documents import faults_in_receipt
from hanse.core.submission.telling import faults_in_parts
from hanse.engines.proof.keys import ALGORITHM, fingerprint, read_key
from hanse.engines.proof.packages import check_package
from hanse.engines.proof.reading import oddities
from hanse.engines.proof.roots import Root, check_roots
from hanse.engines.proof.signatures import TRUSTED, faults_in_key, faults_in_signature, key_in
from hanse.engines.proof.values import RECEIPT, Check, Proof

WHOLE = "The receipt is whole: it is the one of which the record's entry keeps the digest, and the entry is unchanged."
SIGNED = f"Receipt and entry were signed together ({ALGORITHM}) with the key that the receipt names."


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
        raw = key_in(document["signature"])
        checks.append(Check(RECEIPT, SIGNED, tuple(faults_in_signature(document, raw))))
        if trusted is not None:
            checks.append(Check(RECEIPT, TRUSTED, tuple(faults_in_key(raw, trusted))))
    if package is not None:
        checks += check_package(document, package)
    notes: tuple[str, ...] = ()
    if roots and not whole:
        checked, notes = check_roots(roots, document, [each for each in (trusted, raw) if each])
        checks += checked
    return Proof(tuple(checks), fingerprint(raw) if raw else "", trusted is not None and raw is not None, notes)
