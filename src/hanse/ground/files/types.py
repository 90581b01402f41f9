"""What a file is, by its content."""

from pathlib import PurePath
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

import puremagic

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
TEXT = "text/plain"
ZIP = "application/zip"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
UNKNOWN = "application/octet-stream"

NAMES = {
    PDF: "a PDF document",
    PNG: "a PNG image",
    JPEG: "a JPEG image",
    TEXT: "plain text",
    ZIP: "a ZIP archive",
    DOCX: "a Word document",
    XLSX: "an Excel sheet",
    ODT: "an OpenDocument text",
    ODS: "an OpenDocument sheet",
}
"""Types in words, for messages."""

ENDINGS = {
    ".pdf": PDF,
    ".png": PNG,
    ".jpg": JPEG,
    ".jpeg": JPEG,
    ".txt": TEXT,
    ".csv": TEXT,
    ".toml": TEXT,
    ".json": TEXT,
    ".md": TEXT,
    ".zip": ZIP,
    ".docx": DOCX,
    ".xlsx": XLSX,
    ".odt": ODT,
    ".ods": ODS,
}
"""What a name promises."""

DOCUMENTS = frozenset({PDF, PNG, JPEG, DOCX, ODT})
SHEETS = frozenset({XLSX, ODS})
TABLES = frozenset({TEXT})

_HEAD = 8192
_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}


def in_words(media_type: str) -> str:
    """A type for people."""
    return NAMES.get(media_type, f"a file of type {media_type}")


def promised(name: str) -> str:
    """The type that a file name promises; empty if it promises none that is known."""
    return ENDINGS.get(PurePath(name).suffix.lower(), "")


def sniff(content: BinaryIO) -> str:
    """The type of a content; `UNKNOWN` if it is none of those known here. Leaves the content at its beginning."""
    content.seek(0)
    head = content.read(_HEAD)
    content.seek(0)
    if head.startswith(b"PK\x03\x04"):
        return _in_archive(content)
    for found in _magic(head):
        if found in (PDF, PNG, JPEG):
            return found
    return TEXT if _is_text(content) else UNKNOWN


def _magic(head: bytes) -> list[str]:
    if not head:
        return []
    try:
        return [match.mime_type for match in puremagic.magic_string(head)]
    except puremagic.PureError:
        return []


def _in_archive(content: BinaryIO) -> str:
    """What an archive is for: only its list of names is read, and a few bytes that say what it is."""
    try:
        with ZipFile(content) as archive:
            names = set(archive.namelist())
            if "mimetype" in names:
                with archive.open("mimetype") as said:
                    declared = said.read(100).decode("ascii", "replace").strip()
                return declared if declared in (ODT, ODS) else ZIP
            return next((kind for part, kind in _PARTS.items() if part in names), ZIP)
    except (BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
        return UNKNOWN
    finally:
        content.seek(0)


def _is_text(content: BinaryIO) -> bool:
    """Whether no byte stands in it that text has not. Encodings with one byte a letter count: a reader decides."""
    control = bytes(set(range(32)) - {9, 10, 12, 13, 27})
    try:
        while piece := content.read(1 << 20):
            if any(byte in piece for byte in control):
                return piece[:2] in (b"\xff\xfe", b"\xfe\xff")
    finally:
        content.seek(0)
    return True
