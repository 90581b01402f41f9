"""Attempt slips: what a visitor gets whose request the machine failed, as evidence that it came, and when.

    {"claims": {"format": "hanse-attempt-1", "id", "method", "path", "received_at", "real", "user", "fault"},
     "signature": {"algorithm", "key", "public_key", "value"} or {"missing": why}}

The signature is over the canonical JSON of `{"claims": claims}`. A slip needs no database, and says nothing of what was
sent. It proves no submission: two officers weigh it.
"""

import base64
import json
import uuid
from dataclasses import dataclass
from enum import Enum
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hanse.core.values.digest import canonical_json
from hanse.ground.audit import signing
from hanse.ground.clock.arrival import Arrival
from hanse.ground.watch.faults import Fault

FORMAT = "hanse-attempt-1"
LONGEST_PATH = 300
LONGEST = 10_000
"""Characters of a slip that comes back."""
WITH_SECRETS = ("/accounts/", "/invitations/")
"""Beginnings of addresses whose end may let somebody in: of them nothing more is told."""

Slip = dict[str, Any]


class Worth(Enum):
    """What a slip that comes back is worth."""

    OURS = "ours"
    CHANGED = "changed"
    NOT_OURS = "not ours"
    UNSIGNED = "unsigned"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Examined:
    """A slip that came back, and what it is worth.

    Attributes:
        claims: what it says; empty if it cannot be read.
    """

    worth: Worth
    claims: dict[str, Any]


def slip(*, method: str, path: str, arrival: Arrival, user_id: int | None, fault: Fault) -> Slip:
    """A slip for a request that failed; unsigned, and saying so, if there is no key to sign with."""
    claims = {
        "format": FORMAT,
        "id": uuid.uuid4().hex,
        "method": method,
        "path": told(path),
        "received_at": arrival.at.isoformat(),
        "real": arrival.real.isoformat(),
        "user": user_id,
        "fault": fault.value,
    }
    return {"claims": claims, "signature": _signature(claims)}


def told(path: str) -> str:
    """An address as slips tell it: without what lets somebody in, and not without end."""
    for beginning in WITH_SECRETS:
        if path.startswith(beginning):
            return f"{beginning}..."
    return path[:LONGEST_PATH]


def examine(text: str) -> Examined:
    """What a slip is worth that somebody hands in as text.

    Raises:
        NoKey: if the site's own key cannot be read.
    """
    given = _read(text)
    if given is None:
        return Examined(Worth.UNREADABLE, {})
    claims, signature = given["claims"], given["signature"]
    if "missing" in signature:
        return Examined(Worth.UNSIGNED, claims)
    ours = signing.public_key()
    if signature.get("key") != ours.id:
        return Examined(Worth.NOT_OURS, claims)
    try:
        value = base64.b64decode(str(signature.get("value")), validate=True)
        Ed25519PublicKey.from_public_bytes(base64.b64decode(ours.raw)).verify(value, canonical_json({"claims": claims}))
    except (InvalidSignature, ValueError, TypeError):
        return Examined(Worth.CHANGED, claims)
    return Examined(Worth.OURS, claims)


def _signature(claims: dict[str, Any]) -> dict[str, str]:
    try:
        signed, public = signing.sign(canonical_json({"claims": claims})), signing.public_key()
    except signing.NoKey:
        return {"missing": "The site's key could not be read when this was written."}
    return {"algorithm": signing.ALGORITHM, "key": signed.key, "public_key": public.raw, "value": signed.value}


def _read(text: str) -> Slip | None:
    """A slip from text; None if it is none."""
    if len(text) > LONGEST:
        return None
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict):
        return None
    claims, signature = given.get("claims"), given.get("signature")
    if not isinstance(claims, dict) or not isinstance(signature, dict) or claims.get("format") != FORMAT:
        return None
    return given
