"""The documents that prove a submission, as values: manifest of a package, claims of a receipt (docs/decisions/0023).

    manifest = manifest_of(...)                        digests of all that is sealed
    claims = claims_of(...)                            what a receipt proves
    document = receipt_document(claims, chain, signature)
    faults_in_receipt(document)                        what does not hold together in it, but for the signature
    faults_in_package(manifest, files)                 the same for a package

Everything in them is a JSON type, and its digest is that of its canonical form (`hanse.core.values.digest`).
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from hanse.core.proposal import Annex
from hanse.core.submission.deciding import Reason
from hanse.core.values.digest import digest, plain

RECEIPT = "hanse-receipt-1"
PACKAGE = "hanse-package-1"
APPLICATION = "application.json"
RECEIPT_FILE, MANIFEST_FILE = "receipt.json", "manifest.json"
LONGEST_NAME = 100
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_DIGEST = re.compile(r"[0-9a-f]{64}")
CLAIMS: Mapping[str, tuple[type, ...]] = {
    "format": (str,),
    "number": (str,),
    "act": (str,),
    "outcome": (str,),
    "proposal": (str,),
    "title": (str,),
    "call": (dict,),
    "strand": (str,),
    "received_at": (str,),
    "sealed_at": (str,),
    "closing": (str, type(None)),
    "package": (str, type(None)),
    "content": (str, type(None)),
    "draft_version": (int,),
    "reasons": (list,),
    "remarks": (list,),
    "mandates": (list,),
    "coordinator": (dict, type(None)),
    "code": (dict,),
    "reason": (str,),
    "admits": (str, type(None)),
}
"""The keys of claims, and what each holds."""
UNDIGESTED = (TypeError, ValueError, RecursionError)
"""What reading or digesting a document of strangers may raise."""
ACTS = ("submission", "withdrawal", "admission")
OUTCOMES = ("accepted", "refused")


@dataclass(frozen=True, slots=True)
class File:
    """A file of a package as it was found: what is needed to compare it, not its content."""

    sha256: str
    size: int


def manifest_of(
    *,
    proposal: str,
    call: Mapping[str, Any],
    strand: str,
    draft_version: int,
    code: Mapping[str, str],
    content: bytes,
    budget: Any,
    annexes: Iterable[Annex],
) -> dict[str, Any]:
    """What a package holds, by digests; the sealing adds `received_at` and `attempt`.

    Args:
        call: reference, edition, number and digest of the edition.
        code: version, and digest of the core.
        content: bytes of `application.json`.
        budget: the table `budget` of the application, in JSON types.
    """
    return {
        "format": PACKAGE,
        "proposal": proposal,
        "call": dict(call),
        "strand": strand,
        "draft_version": draft_version,
        "code": dict(code),
        "content": {"path": APPLICATION, "sha256": sha256(content).hexdigest(), "size": len(content)},
        "budget": {"sha256": digest(budget)},
        "annexes": [
            {
                "path": f"annexes/{number:02d}-{_safe(annex.name)}",
                "kind": annex.kind,
                "partner": annex.partner,
                "name": annex.name,
                "sha256": annex.digest,
                "size": annex.size,
            }
            for number, annex in enumerate(annexes, start=1)
        ],
    }


def _safe(name: str) -> str:
    """A file name that means the same everywhere and leads nowhere."""
    return _UNSAFE.sub("-", name).strip(".-")[-LONGEST_NAME:] or "file"


def claims_of(
    *,
    number: str,
    act: str,
    outcome: str,
    proposal: str,
    title: str,
    call: Mapping[str, Any],
    strand: str,
    received_at: datetime,
    sealed_at: datetime,
    closing: datetime | None,
    package: str | None,
    content: str | None,
    draft_version: int,
    reasons: Iterable[Reason],
    remarks: Sequence[str],
    mandates: Sequence[Mapping[str, Any]],
    coordinator: Mapping[str, str] | None,
    code: Mapping[str, str],
    reason: str = "",
    admits: str | None = None,
) -> dict[str, Any]:
    """What a receipt proves, in JSON types.

    Args:
        number: of the receipt.
        act: one of `ACTS`; outcome: one of `OUTCOMES`.
        call: as in the manifest.
        closing: the deadline that held; None where its hour is not stated.
        package: digest of the manifest; content: of `application.json`.
        reasons: why it is refused.
        remarks: what does not stop it.
        mandates: who takes part, in which role, by a mandate of which day.
        reason: of a withdrawal or an admission.
        admits: number of the refused attempt that is admitted.
    """
    told: dict[str, Any] = plain(
        {
            "format": RECEIPT,
            "number": number,
            "act": act,
            "outcome": outcome,
            "proposal": proposal,
            "title": title,
            "call": dict(call),
            "strand": strand,
            "received_at": received_at,
            "sealed_at": sealed_at,
            "closing": closing,
            "package": package,
            "content": content,
            "draft_version": draft_version,
            "reasons": [{"about": each.about, "text": each.text} for each in reasons],
            "remarks": list(remarks),
            "mandates": [dict(mandate) for mandate in mandates],
            "coordinator": dict(coordinator) if coordinator else None,
            "code": dict(code),
            "reason": reason,
            "admits": admits,
        }
    )
    return told


def receipt_document(
    claims: Mapping[str, Any], chain: Mapping[str, Any], signature: Mapping[str, str]
) -> dict[str, Any]:
    """The whole receipt."""
    return {"claims": dict(claims), "chain": dict(chain), "signature": dict(signature)}


def faults_in_receipt(document: Any) -> tuple[str, ...]:
    """What does not hold together in a receipt, each with its place. Its signature is not looked at."""
    if not isinstance(document, Mapping):
        return ("the file holds no receipt: expected claims, chain and signature",)
    shapes = {"claims": dict, "chain": dict, "signature": dict}
    missing = [name for name, kind in shapes.items() if not isinstance(document.get(name), kind)]
    extra = sorted(set(document) - set(shapes))
    faults = [f"{name} is missing, or is no table" for name in missing]
    faults += [f"{name}: no part of a receipt" for name in extra]
    if missing:
        return tuple(faults)
    return (*faults, *_faults_in_claims(document["claims"]), *_faults_in_chain(document))


def _faults_in_claims(claims: Mapping[str, Any]) -> list[str]:
    faults = [f"claims.{key} is missing" for key in CLAIMS if key not in claims]
    faults += [f"claims.{key}: no part of a receipt" for key in sorted(set(claims) - set(CLAIMS))]
    for key, kinds in CLAIMS.items():
        # True is a whole number to Python, and to nobody else.
        if key in claims and (not isinstance(claims[key], kinds) or isinstance(claims[key], bool)):
            faults.append(f"claims.{key}: {str(claims[key])[:40]!r} is not what stands there")
    if faults:
        return faults
    if claims["format"] != RECEIPT:
        faults.append(f"claims.format: {claims['format']!r}; this version reads {RECEIPT}")
    for key, known in (("act", ACTS), ("outcome", OUTCOMES)):
        if claims[key] not in known:
            faults.append(f"claims.{key}: {claims[key]!r}; expected one of {', '.join(known)}")
    for key in ("package", "content"):
        if claims[key] is not None and not _DIGEST.fullmatch(claims[key]):
            faults.append(f"claims.{key} is no SHA-256 digest")
    for key in ("received_at", "sealed_at", "closing"):
        if claims[key] is not None and not _is_instant(claims[key]):
            faults.append(f"claims.{key}: {claims[key]!r} is no instant with a zone")
    return faults


def _is_instant(written: str) -> bool:
    try:
        return datetime.fromisoformat(written).tzinfo is not None
    except ValueError:
        return False


def _faults_in_chain(document: Mapping[str, Any]) -> list[str]:
    chain, claims = document["chain"], document["claims"]
    faults = [f"chain.{key}: no part of a receipt" for key in sorted(set(chain) - {"position", "digest", "entry"})]
    entry = chain.get("entry")
    if not isinstance(entry, Mapping) or not isinstance(entry.get("facts"), Mapping):
        return [*faults, "chain.entry is missing, or is no entry of a record"]
    try:
        claimed, entered = digest(claims), digest(entry)
    except UNDIGESTED:
        return [*faults, "the receipt holds a number with a point, half a letter, or too many layers; no receipt does"]
    if entry["facts"].get("receipt") != claimed:
        faults.append("claims: their digest is not the one in the record's entry; one of the two was changed")
    if entered != chain.get("digest"):
        faults.append("chain.entry: its digest is not chain.digest; one of the two was changed")
    if not isinstance(chain.get("position"), int) or entry.get("number") != chain["position"]:
        faults.append("chain.position is not the number of the entry")
    return faults


def faults_in_package(manifest: Any, found: Mapping[str, File], application: bytes | None) -> tuple[str, ...]:
    """What does not hold together in a package, each with its place.

    Args:
        manifest: as read from `manifest.json`.
        found: every file in the package by its path, but for `manifest.json` and `receipt.json`.
        application: bytes of `application.json`, where it was found.
    """
    try:
        listed = {each["path"]: each for each in [manifest["content"], *manifest["annexes"]]}
        sealed_budget = manifest["budget"]["sha256"]
        wanted = {path: (each["sha256"], each["size"]) for path, each in listed.items()}
    except (KeyError, TypeError):
        return ("manifest.json is not as a manifest is: expected content, budget and annexes",)
    faults = [] if manifest.get("format") == PACKAGE else [f"manifest.json: format is not {PACKAGE}"]
    for path, (told, size) in wanted.items():
        file = found.get(path)
        if file is None:
            faults.append(f"{path} is missing")
        elif file.size != size:
            faults.append(f"{path} has {file.size} bytes; {size} were sealed")
        elif file.sha256 != told:
            faults.append(f"{path}: its content is not the one that was sealed")
    faults += [f"{path}: was not sealed, and has no place here" for path in sorted(set(found) - set(wanted))]
    if len(listed) <= len(manifest["annexes"]):
        faults.append("manifest.json names a path twice")
    if application is not None and not _holds_budget(application, sealed_budget):
        faults.append(f"{APPLICATION}: its budget is not the one that was sealed")
    return tuple(faults)


def _holds_budget(application: bytes, sealed: Any) -> bool:
    try:
        table = json.loads(application)
        return bool(digest(table.get("budget", {})) == sealed)
    except (*UNDIGESTED, AttributeError):
        return False
