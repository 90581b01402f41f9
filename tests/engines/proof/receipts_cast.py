"""Receipts and packages as the site makes them, with a key of the tests.

case = made()                         a receipt of a submission with its package
case.document, case.parts             what it says; the files of the package by path
signed(claims, chain)                 a document signed by the key of the tests
written(path, parts)                  the package as a ZIP
rooted(nights)                        nightly roots
"""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hanse.core.proposal import Annex
from hanse.core.submission import Reason
from hanse.core.submission.documents import claims_of, manifest_of
from hanse.core.values.digest import canonical_json, digest

CLOSING = datetime(2020, 12, 2, 16, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
CALL = {"reference": "TEST-2020", "edition": "1.0", "number": 2, "digest": "ab" * 32}
CODE = {"version": "1.0", "core": "cd" * 32}
MANDATES = [
    {"organisation": "lanterna", "name": "Lanterna Marine Cluster", "role": "coordinator", "given_on": "2020-11-20"},
    {"organisation": "sava", "name": "Sava Logistics Cluster", "role": "member", "given_on": "2020-11-21"},
]
LATE = Reason("window", "Received on 2 December 2020 at 17:00:01 CET, 1 second after the deadline.")


@dataclass(frozen=True)
class Case:
    """A receipt, and what was sealed with it."""

    document: dict[str, Any]
    parts: dict[str, bytes]

    def file(self) -> bytes:
        """The receipt as a file."""
        return (json.dumps(self.document, ensure_ascii=False, indent=2) + "\n").encode()


def raw_of(key: Ed25519PrivateKey) -> bytes:
    """The 32 bytes of its public half."""
    return key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def pem_of(key: Ed25519PrivateKey) -> bytes:
    """Its public half as a file."""
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def made(
    act: str = "submission", outcome: str = "accepted", *, before: timedelta = timedelta(seconds=117), **changed: Any
) -> Case:
    """A receipt with its package; a withdrawal and an admission have none."""
    received = CLOSING - before
    sealed = act == "submission"
    application = json.dumps({"title": "Häfen", "budget": {"costs": [{"amount": "10.00"}]}}).encode()
    letter, plan = b"%PDF letter", b"%PDF plan"
    annexes = [
        Annex("letters", "Letter of Lanterna.pdf", sha256(letter).hexdigest(), len(letter), "lanterna"),
        Annex("plan", "plan.pdf", sha256(plan).hexdigest(), len(plan)),
    ]
    manifest = manifest_of(
        proposal="clean-seas", call=CALL, strand="A", draft_version=7, code=CODE, content=application,
        budget=json.loads(application)["budget"], annexes=annexes,
    )  # fmt: skip
    manifest |= {"received_at": received.isoformat(), "attempt": "first"}
    known: dict[str, Any] = {
        "number": "clean-seas/1",
        "act": act,
        "outcome": outcome,
        "proposal": "clean-seas",
        "title": "Häfen – clean seas",
        "call": CALL,
        "strand": "A",
        "received_at": received,
        "sealed_at": received + timedelta(seconds=1),
        "closing": CLOSING,
        "package": digest(manifest) if sealed else None,
        "content": sha256(application).hexdigest() if sealed else None,
        "draft_version": 7,
        "reasons": [LATE] if outcome == "refused" else [],
        "remarks": ["Advice targets is not followed: six targets are named."],
        "mandates": MANDATES,
        "coordinator": {"organisation": "lanterna", "name": "Lanterna Marine Cluster"},
        "code": CODE,
        "reason": "" if sealed else "A partner has left.",
        "admits": "clean-seas/1" if act == "admission" else None,
    }
    document = signed(claims_of(**{**known, **changed}))
    if not sealed:
        return Case(document, {})
    paths = [annex["path"] for annex in manifest["annexes"]]
    parts = {"manifest.json": canonical_json(manifest), "application.json": application}
    return Case(document, {**parts, **dict(zip(paths, (letter, plan), strict=True))})


def signed(claims: dict[str, Any], key: Ed25519PrivateKey = KEY, **entered: Any) -> dict[str, Any]:
    """A receipt of these claims; `entered` changes the entry of the record."""
    entry: dict[str, Any] = {
        "number": 42,
        "at": claims.get("sealed_at", ""),
        "act": "submit application",
        "actor": 7,
        "actor_name": "Giulia",
        "subject": ["proposal", "clean-seas"],
        "facts": {"receipt": digest(claims)},
        "previous": "0" * 64,
        **entered,
    }
    return signed_as(claims, {"position": 42, "digest": digest(entry), "entry": entry}, key)


def signed_as(claims: Any, chain: Any, key: Ed25519PrivateKey = KEY) -> dict[str, Any]:
    """A document whose signature is right, whatever it says."""
    value = key.sign(canonical_json({"claims": claims, "chain": chain}))
    signature = {
        "algorithm": "Ed25519",
        "key": sha256(raw_of(key)).hexdigest()[:16],
        "public_key": base64.b64encode(raw_of(key)).decode(),
        "value": base64.b64encode(value).decode(),
    }
    return {"claims": claims, "chain": chain, "signature": signature}


def written(path: Path, case: Case, **changed: bytes | None) -> Path:
    """The package as a ZIP; `changed` replaces files by the beginning of their paths, or leaves them out."""
    parts = {"receipt.json": case.file(), **case.parts}
    with ZipFile(path, "w", ZIP_DEFLATED) as package:
        for name, content in parts.items():
            other = changed.get(name.partition(".")[0], content)
            if other is not None:
                package.writestr(ZipInfo(name, (2020, 1, 1, 0, 0, 0)), other, ZIP_DEFLATED)
    return path


def rooted(nights: Any, *, begins: int = 1, key: Ed25519PrivateKey = KEY) -> list[dict[str, Any]]:
    """Nightly roots: of each night its day, the last entry, and the digest of that."""
    rows: list[dict[str, Any]] = []
    for day, last, head in nights:
        first = rows[-1]["last"] + 1 if rows else begins
        said = {
            "day": day,
            "first": first,
            "last": last,
            "head": head,
            "previous": rows[-1]["digest"] if rows else "0" * 64,
        }
        value = key.sign(canonical_json(said))
        rows.append(
            {
                **said,
                "digest": digest(said),
                "signature": base64.b64encode(value).decode(),
                "key": sha256(raw_of(key)).hexdigest()[:16],
            }
        )
    return rows
