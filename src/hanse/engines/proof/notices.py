"""Checks the notice of a moved deadline from nothing but itself, a key to trust, and the nightly roots."""

from collections.abc import Sequence
from typing import Any

from hanse.core.submission.deadlines import faults_in_notice
from hanse.engines.proof.keys import ALGORITHM, fingerprint, read_key
from hanse.engines.proof.reading import oddities
from hanse.engines.proof.roots import Root, check_roots
from hanse.engines.proof.signatures import TRUSTED, faults_in_key, faults_in_signature, key_in
from hanse.engines.proof.values import NOTICE, Check, Proof

WHOLE = "The notice is whole: it is the one of which the record's entry keeps the digest, and the entry is unchanged."
SIGNED = f"Notice and entry were signed together ({ALGORITHM}) with the key that the notice names."


def check_notice(document: Any, *, key: bytes | None = None, roots: Sequence[Root] = ()) -> Proof:
    """Look at everything that can be proved of a notice, without the site.

    Args:
        document: the notice, as parsed from JSON.
        key: the site's public key as its holder got it: content of a PEM file, or base 64.
        roots: the nightly roots of the record, as `read_roots` gives them.

    Raises:
        Unusable: if the key is none.
    """
    trusted = None if key is None else read_key(key)
    odd = oddities(document)
    if odd:
        return Proof((Check(NOTICE, WHOLE, tuple(f"the notice {each}" for each in odd)),), "", False)
    whole = faults_in_notice(document)
    checks = [Check(NOTICE, WHOLE, whole)]
    raw = None
    if isinstance(document, dict) and isinstance(document.get("signature"), dict):
        raw = key_in(document["signature"])
        checks.append(Check(NOTICE, SIGNED, tuple(faults_in_signature(document, raw, "notice"))))
        if trusted is not None:
            checks.append(Check(NOTICE, TRUSTED, tuple(faults_in_key(raw, trusted, "notice"))))
    notes: tuple[str, ...] = ()
    if roots and not whole:
        checked, notes = check_roots(roots, document, [each for each in (trusted, raw) if each])
        checks += checked
    return Proof(tuple(checks), fingerprint(raw) if raw else "", trusted is not None and raw is not None, notes)
