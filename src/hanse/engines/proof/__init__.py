"""Proves a receipt without the site: digests, the entry of the record, the signature, the sealed package.

    proof = check_receipt(document, package=Path("package.zip"), key=Path("key.pem").read_bytes())
    proof.holds, proof.faults, proof.checks
    receipt_in(Path("package.zip"))               the receipt that lies in a package
    check_notice(document, key=...)               the same for the notice of a moved deadline

What a receipt consists of, and what in it does not hold together, the core says (`hanse.core.submission.documents`);
here are the signature, the ZIP and the nightly roots. Everything is read as if a stranger had made it.
"""

from hanse.engines.proof.keys import fingerprint, read_key
from hanse.engines.proof.notices import check_notice
from hanse.engines.proof.packages import receipt_in
from hanse.engines.proof.receipts import check_receipt
from hanse.engines.proof.roots import read_roots
from hanse.engines.proof.values import Check, Proof, Unusable

__all__ = [
    "Check",
    "Proof",
    "Unusable",
    "check_notice",
    "check_receipt",
    "fingerprint",
    "read_key",
    "read_roots",
    "receipt_in",
]
