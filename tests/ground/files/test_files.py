"""Files: kept once under their digest; what they are, their content says; a refusal says why and what to do."""

import io
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from hanse.ground import files
from hanse.ground.files import types
from hanse.ground.files.configuration import storage
from hanse.ground.files.models import StoredFile

NOW = datetime(2020, 11, 29, 16, tzinfo=UTC)
A_PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
A_PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")
pytestmark = pytest.mark.django_db


def archive(**parts: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as out:
        for name, content in parts.items():
            out.writestr(name.replace("__", "/"), content)
    return held.getvalue()


def sheet() -> bytes:
    held = io.BytesIO()
    Workbook().save(held)
    return held.getvalue()


def keep(name: str, content: bytes, allowed: frozenset[str] = files.DOCUMENTS, most: int = 1 << 20) -> StoredFile:
    upload = SimpleUploadedFile(name, content)
    return files.keep(upload, allowed=allowed, most_bytes=most, at=NOW)


def test_gives_back_what_was_kept() -> None:
    stored = keep("statutes.pdf", A_PDF)
    with files.opened(stored) as content:
        assert content.read() == A_PDF
    assert (stored.media_type, stored.size) == (types.PDF, len(A_PDF))


def test_keeps_the_same_content_once() -> None:
    assert keep("statutes.pdf", A_PDF).pk == keep("copy of statutes.pdf", A_PDF).pk
    assert StoredFile.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content", "allowed", "words"),
    [
        ("statutes.pdf", b"", files.DOCUMENTS, "statutes.pdf is empty"),
        ("logo.pdf", A_PNG, files.DOCUMENTS, "is a PNG image, although its name promises a PDF document. Rename it"),
        ("statutes.pdf", b"MZ\x90\x00" * 50, files.DOCUMENTS, "of a type that is not known here, although its name"),
        ("list.csv", A_PDF, files.TABLES, "is a PDF document, although its name promises plain text"),
        ("list.csv", b"a;b\x00c", files.TABLES, "of a type that is not known here"),
        ("all.zip", archive(a=b"1"), files.DOCUMENTS, "all.zip is a ZIP archive. Choose a JPEG image or"),
        ("x.pdf", A_PDF + bytes(2 << 20), files.DOCUMENTS, "x.pdf has 2.0 MB; at most 1.0 MB are allowed"),
        ("\u202efdp.exe\x07", b"MZ", files.DOCUMENTS, "fdp.exe is plain text"),
    ],
)
def test_a_refusal_says_why_and_what_to_do(name: str, content: bytes, allowed: frozenset[str], words: str) -> None:
    with pytest.raises(files.Refused) as refused:
        keep(name, content, allowed)
    assert words in str(refused.value)
    assert "\x07" not in str(refused.value)
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (A_PDF, types.PDF),
        (A_PNG, types.PNG),
        (sheet(), types.XLSX),
        (archive(word__document_xml=b"<w/>", **{"word__document.xml": b"<w/>"}), types.DOCX),
        (archive(mimetype=types.ODT.encode()), types.ODT),
        (archive(mimetype=b"x" * 10_000), types.ZIP),
        (b"PK\x03\x04 cut off", types.UNKNOWN),
        ("name;land\nBoğaz;TR\n".encode(), types.TEXT),
        ("name;land\nŁódź;PL\n".encode("cp1250"), types.TEXT),
        ("name\n".encode("utf-16"), types.TEXT),
        (bytes(range(256)), types.UNKNOWN),
    ],
)
def test_the_content_says_what_a_file_is(content: bytes, found: str) -> None:
    assert types.sniff(io.BytesIO(content)) == found


def test_files_lie_under_their_digest(settings: Any) -> None:
    stored = keep("statutes.pdf", A_PDF)
    folder = Path(settings.STORAGES["default"]["OPTIONS"]["location"])
    assert (folder / stored.digest[:2] / stored.digest).read_bytes() == A_PDF


def test_files_can_be_in_a_bucket(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    import boto3
    from moto import mock_aws

    told = {"HANSE_S3_BUCKET": "hanse", "HANSE_S3_REGION": "us-east-1", "HANSE_S3_KEY": "k", "HANSE_S3_SECRET": "s"}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="hanse")
        settings.STORAGES = {**settings.STORAGES, "default": storage(Path(os.devnull))}
        stored = keep("statutes.pdf", A_PDF)
        keep("again.pdf", A_PDF)
        with files.opened(stored) as content:
            assert content.read() == A_PDF
        assert type(storages["default"]).__name__ == "S3Storage"
