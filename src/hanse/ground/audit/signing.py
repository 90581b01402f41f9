"""The key with which the site signs what it hands out: receipts, nightly roots, moved deadlines.

    signed = signing.sign(canonical_json(what))      Signature(key, value)
    signing.holds(canonical_json(what), signed.value)
    signing.public_key()                             the public half, for everybody

The private key is the file that `HANSE_SIGNING_KEY` names, else `signing-key.pem` in the data
folder, made on first use. Whoever holds it can forge receipts: only its owner may read it, and it is kept apart from
the database.
"""

import base64
import binascii
import os
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

ALGORITHM = "Ed25519"
KEY_FILE = "signing-key.pem"
SHOWN = 16
"""Hexadecimal digits of the digest of a public key by which it is named."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What proves that the site said something.

    Attributes:
        key: name of the public key that proves it.
        value: the signature, in base 64.
    """

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half of the site's key.

    Attributes:
        id: by which a signature names it: the beginning of the digest of its 32 bytes.
        raw: its 32 bytes in base 64, as receipts carry them.
        pem: as a file.
    """

    id: str
    raw: str
    pem: str


class NoKey(Exception):
    """The signing key cannot be read."""


def sign(content: bytes) -> Signature:
    """Sign bytes.

    Raises:
        NoKey: if there is no usable key; the message names file, fault and remedy.
    """
    private = _private_key(key_file())
    return Signature(public_key().id, base64.b64encode(private.sign(content)).decode())


def public_key() -> PublicKey:
    """The public half of the key in use.

    Raises:
        NoKey: as `sign` does.
    """
    public = _private_key(key_file()).public_key()
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return PublicKey(sha256(raw).hexdigest()[:SHOWN], base64.b64encode(raw).decode(), pem.decode())


def holds(content: bytes, signature: str) -> bool:
    """Whether the key in use signed these bytes.

    Raises:
        NoKey: as `sign` does.
    """
    public = _private_key(key_file()).public_key()
    try:
        public.verify(base64.b64decode(signature, validate=True), content)
    except (InvalidSignature, binascii.Error):
        return False
    return True


def key_file() -> Path:
    """Where the private key lies."""
    return Path(settings.SIGNING_KEY)


def make_key() -> Path:
    """Make the key if there is none, as `hanse serve` and `hanse demo` do before they serve; where it lies.

    Two processes that make one at the same time end with the same one.

    Raises:
        NoKey: if it cannot be written.
    """
    path = key_file()
    if path.exists():
        return path
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    begun = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(pem)
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(begun, path)  # fails if another process was faster: its key stands
        except FileExistsError:
            pass
        finally:
            begun.unlink()
    except OSError as wrong:
        raise NoKey(f"{path}: the signing key cannot be written: {wrong.strerror}. Give the folder room.") from None
    return path


@cache
def _private_key(path: Path) -> Ed25519PrivateKey:
    try:
        content = path.read_bytes()
    except OSError as wrong:
        told = f"{path}: the signing key cannot be read: {wrong.strerror}. Restore it from the backup of the site."
        raise NoKey(told) from None
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError):
        raise NoKey(f"{path} holds no private key without password. Restore it from the backup of the site.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise NoKey(f"{path} holds a key of another kind; expected {ALGORITHM}.")
    return key
