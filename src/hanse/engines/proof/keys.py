"""Public keys and signatures: the only place that knows the library."""

import base64
import binascii
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hanse.engines.proof.values import Unusable

ALGORITHM = "Ed25519"
KEY_BYTES = 32
SHOWN = 16
"""Hexadecimal digits of its fingerprint by which a receipt names a key."""


def read_key(content: bytes) -> bytes:
    """The 32 bytes of a public key, from a PEM file or from base 64.

    Raises:
        Unusable: if it is neither, or the key of another kind.
    """
    content = content.strip()
    if b"PRIVATE KEY" in content:
        raise Unusable("is a private key, which nobody but the site may hold; expected the public one")
    if content.startswith(b"-----BEGIN"):
        return _from_pem(content)
    raw = from_base64(content.decode("ascii", "replace"))
    if raw is None or len(raw) != KEY_BYTES:
        raise Unusable(f"is no public key; expected {ALGORITHM} as PEM (-----BEGIN PUBLIC KEY-----) or as base 64")
    return raw


def _from_pem(content: bytes) -> bytes:
    try:
        key = serialization.load_pem_public_key(content)
    except Exception:  # the library has no one name for what can be wrong with a file
        raise Unusable(f"is no public key that can be read; expected {ALGORITHM} as PEM") from None
    if not isinstance(key, Ed25519PublicKey):
        raise Unusable(f"holds a key of another kind; expected {ALGORITHM}")
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def from_base64(written: str) -> bytes | None:
    """What a text in base 64 says; None if it is none, or not as the site writes it.

    Base 64 leaves bits that say nothing; a text that differs in them is another text.
    """
    try:
        content = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if base64.b64encode(content).decode() == written else None


def fingerprint(raw: bytes) -> str:
    """By what people compare a public key: SHA-256 of its 32 bytes."""
    return sha256(raw).hexdigest()


def signed_by(raw: bytes, signature: bytes, content: bytes) -> bool:
    """Whether the holder of a key signed this."""
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True
