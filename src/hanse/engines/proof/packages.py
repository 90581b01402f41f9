"""Checks the ZIP of a sealed package against its receipt. Nothing is unpacked to disk, and nothing without bounds."""

import re
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from stat import S_IFMT, S_IFREG
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from hanse.core.submission.documents import APPLICATION, MANIFEST_FILE, RECEIPT_FILE, File, faults_in_package
from hanse.engines.proof.reading import same, strict_json
from hanse.engines.proof.values import PACKAGE, Check, Unusable

MOST_FILES = 2_000
MOST_TABLES = 4 << 20
"""Bytes of the list of files in a ZIP."""
MOST_JSON = 64 << 20
MOST_UNPACKED = 4 << 30
STEP = 1 << 18

TIGHT = "The ZIP holds its files and nothing else."
BELONGS = "The receipt in the package is this receipt."
MANIFEST = "The list of what was sealed (manifest.json) is the one that the receipt names, and speaks of the same."
SEALED = "Every file in the package is as it was sealed, none is missing, none was added."

_SAFE = re.compile(r"(?:annexes/)?[A-Za-z0-9_][A-Za-z0-9._-]*")
_START, _END, _END64 = b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x07"
_END_BYTES, _END64_BYTES, _LOCAL_BYTES, _DESCRIPTOR_BYTES = 22, 20, 30, 16
_ENCRYPTED, _DESCRIBED = 0x1, 0x8
_LARGE_FILE = 0x0001
"""The one extra field that a file may have: its size, where 32 bits do not hold it."""
_BROKEN = (BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
"""What reading a damaged ZIP can raise."""
_SHARED = ("proposal", "call", "strand", "draft_version", "received_at", "code")
"""What manifest and claims both say."""


def receipt_in(package: Path) -> Any:
    """The receipt that lies in a package.

    Raises:
        Unusable: if the file is no package, or has no receipt that can be read.
        OSError: if it cannot be read.
    """
    with package.open("rb") as file:
        faults = _faults_in_envelope(file)
        if faults:
            raise Unusable(faults[0])
        try:
            with ZipFile(file) as held:
                return strict_json(_content(held, held.getinfo(RECEIPT_FILE), MOST_JSON))
        except KeyError:
            raise Unusable(f"has no {RECEIPT_FILE}: it is no package of a submission") from None
        except _BROKEN as wrong:
            raise Unusable(f"{RECEIPT_FILE} in it cannot be read: {wrong}") from None


def check_package(document: Any, package: Path) -> list[Check]:
    """Look at a package and at how it fits its receipt.

    Raises:
        Unusable: if the file is no ZIP at all.
        OSError: if it cannot be read.
    """
    with package.open("rb") as file:
        faults = _faults_in_envelope(file)
        if faults:
            return [Check(PACKAGE, TIGHT, faults)]
        try:
            with ZipFile(file) as held:
                return list(_checks(document, held, file))
        except _BROKEN as wrong:
            return [Check(PACKAGE, TIGHT, (f"the package is damaged: {wrong}",))]


def _faults_in_envelope(file: IO[bytes]) -> tuple[str, ...]:
    """What is wrong with where the ZIP begins and ends, before anything in it is believed."""
    if file.read(len(_START)) != _START:
        raise Unusable("is no ZIP; expected a package as the site hands it out")
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_BYTES - _END64_BYTES))
    end = file.read()
    faults = ("the package ends early, or something was attached to it: fetch it again",)
    if end[-_END_BYTES:][:4] != _END or end.startswith(_END64):
        return faults
    *_, files, length, start, comment = struct.unpack("<4s4H2LH", end[-_END_BYTES:])
    if start + length + _END_BYTES != size or comment:
        return faults
    if files > MOST_FILES or length > MOST_TABLES:
        return (f"the package lists {files} files; no package has more than {MOST_FILES}",)
    return ()


def _checks(document: Any, held: ZipFile, file: IO[bytes]) -> Iterator[Check]:
    entries = held.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED:
        yield Check(
            PACKAGE, TIGHT, (f"the package unpacks to {unpacked} bytes; at most {MOST_UNPACKED} are looked at",)
        )
        return
    yield Check(PACKAGE, TIGHT, (*_faults_in_names(entries), *_faults_between(entries, file, held.start_dir)))
    yield Check(PACKAGE, BELONGS, tuple(_faults_in_inner_receipt(document, held)))
    claims = document.get("claims") if isinstance(document, dict) else None
    manifest, faults = _manifest(claims if isinstance(claims, dict) else {}, held)
    yield Check(PACKAGE, MANIFEST, faults)
    if manifest is not None:
        yield Check(PACKAGE, SEALED, _faults_in_files(manifest, held))


# --- the ZIP itself ----------------------------------------------------------------------------------------------


def _faults_in_names(entries: Sequence[ZipInfo]) -> Iterator[str]:
    seen = set()
    for entry in entries:
        name = entry.orig_filename
        if name.casefold() in seen:
            yield f"{name!r} is in the package twice"
        seen.add(name.casefold())
        if not _SAFE.fullmatch(name):
            yield f"{name!r} is no name that a file in a package has"
        if S_IFMT(entry.external_attr >> 16) not in (0, S_IFREG):
            yield f"{name!r} is a link or a device, not a file"
        if entry.flag_bits & _ENCRYPTED or entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            yield f"{name!r} is encrypted, or packed in a way that packages are not"
        if entry.comment or _extras(entry.extra) - {_LARGE_FILE}:
            yield f"{name!r} carries something beside its content"


def _faults_between(entries: Sequence[ZipInfo], file: IO[bytes], end: int) -> Iterator[str]:
    """What lies in the package and belongs to no file of its list: other programs may show it as a file."""
    at = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if entry.header_offset != at:
            yield f"before {entry.orig_filename!r} lies something that is in no list"
        file.seek(entry.header_offset)
        head = file.read(_LOCAL_BYTES)
        if len(head) < _LOCAL_BYTES or head[:4] != _START:
            yield f"{entry.orig_filename!r} does not begin where the list says"
            return
        flags, name, extra = struct.unpack("<6xH18x2H", head)
        if file.read(name) != entry.orig_filename.encode() or _extras(file.read(extra)) - {_LARGE_FILE}:
            yield f"{entry.orig_filename!r} is named otherwise where it lies, or carries something beside its content"
        at = entry.header_offset + _LOCAL_BYTES + name + extra + entry.compress_size
        at += _DESCRIPTOR_BYTES if flags & _DESCRIBED else 0
    if at != end:
        yield "behind the last file lies something that is in no list"


def _extras(data: bytes) -> set[int]:
    """Kinds of the extra fields in a header; -1 for what is none."""
    found: set[int] = set()
    while data:
        if len(data) < 4:
            return {*found, -1}
        kind, length = struct.unpack("<2H", data[:4])
        found.add(kind)
        data = data[4 + length :]
    return found


# --- what is in it -----------------------------------------------------------------------------------------------


def _faults_in_inner_receipt(document: Any, held: ZipFile) -> Iterator[str]:
    try:
        inner = strict_json(_content(held, held.getinfo(RECEIPT_FILE), MOST_JSON))
    except KeyError:
        yield f"{RECEIPT_FILE} is missing"
    except _BROKEN as wrong:
        yield f"{RECEIPT_FILE} cannot be read: {wrong}"
    else:
        if not same(inner, document):
            yield f"{RECEIPT_FILE} is another receipt than the one given"


def _manifest(claims: Mapping[str, Any], held: ZipFile) -> tuple[Any, tuple[str, ...]]:
    """The manifest, if it can be read, and what speaks against it."""
    try:
        content = _content(held, held.getinfo(MANIFEST_FILE), MOST_JSON)
        manifest = strict_json(content)
    except KeyError:
        return None, (f"{MANIFEST_FILE} is missing",)
    except _BROKEN as wrong:
        return None, (f"{MANIFEST_FILE} cannot be read: {wrong}",)
    if not isinstance(manifest, dict):
        return None, (f"{MANIFEST_FILE} holds no table",)
    faults = []
    if claims.get("package") is None:
        faults.append(_no_package(claims))
    elif sha256(content).hexdigest() != claims["package"]:
        faults.append(f"{MANIFEST_FILE}: its digest is not claims.package; one of the two was changed")
    faults += [
        f"{MANIFEST_FILE}: {key} is not that of the receipt"
        for key in _SHARED
        if not same(manifest.get(key), claims.get(key))
    ]
    content_entry = manifest.get("content")
    if not isinstance(content_entry, dict) or content_entry.get("sha256") != claims.get("content"):
        faults.append(f"{MANIFEST_FILE}: the digest of {APPLICATION} is not claims.content")
    return manifest, tuple(faults)


def _no_package(claims: Mapping[str, Any]) -> str:
    admitted = claims.get("admits")
    other = f"the receipt of the attempt, {admitted}" if admitted else "the receipt inside the package"
    return f"the receipt names no package: nothing was sealed with it; check the package with {other}"


def _faults_in_files(manifest: Mapping[str, Any], held: ZipFile) -> tuple[str, ...]:
    sizes = _sealed_sizes(manifest)
    found: dict[str, File] = {}
    application = None
    for entry in held.infolist():
        path = entry.filename
        if path in (RECEIPT_FILE, MANIFEST_FILE):
            continue
        if sizes.get(path) != entry.file_size:
            found[path] = File("", entry.file_size)  # another size or not sealed: no need to look inside
            continue
        try:
            found[path] = File(_digest(held, entry), entry.file_size)
            if path == APPLICATION and entry.file_size <= MOST_JSON:
                application = _content(held, entry, MOST_JSON)
        except _BROKEN:
            found[path] = File("damaged", entry.file_size)
    return faults_in_package(manifest, found, application)


def _sealed_sizes(manifest: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {each["path"]: each["size"] for each in [manifest["content"], *manifest["annexes"]]}
    except (KeyError, TypeError):
        return {}  # the core says what is wrong with it


def _digest(held: ZipFile, entry: ZipInfo) -> str:
    told = sha256()
    with held.open(entry) as content:
        while step := content.read(STEP):
            told.update(step)
    return told.hexdigest()


def _content(held: ZipFile, entry: ZipInfo, most: int) -> bytes:
    """What a file holds.

    Raises:
        ValueError: if it is larger than that.
    """
    if entry.file_size > most:
        raise ValueError(f"{entry.filename} has {entry.file_size} bytes; at most {most} are read")
    return held.read(entry)
