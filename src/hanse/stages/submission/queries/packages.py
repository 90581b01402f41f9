"""A sealed package as a file: everything that was sealed, with the receipt that proves it."""

import json
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from hanse.core.values.digest import canonical_json
from hanse.ground import files
from hanse.ground.files.models import StoredFile
from hanse.stages.submission.models import Receipt
from hanse.stages.submission.queries.receipts import content_of

EPOCH = (2020, 1, 1, 0, 0, 0)
"""The same package gives the same file, whenever it is fetched."""


def receipt_file(receipt: Receipt) -> bytes:
    """A receipt as a file that `hanse verify` reads: the same bytes whichever database it comes from."""
    return (json.dumps(receipt.document, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def package_file(receipt: Receipt) -> bytes:
    """A package as a ZIP.

    Raises:
        ValueError: if the receipt has no package.
        FileNotFoundError: if the storage has lost an annex.
    """
    if receipt.package is None:
        raise ValueError(f"receipt {receipt.number} has no package")
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as package:
        for path, content, packed in _parts(receipt):
            entry = ZipInfo(path, EPOCH)
            entry.compress_type = ZIP_STORED if packed else ZIP_DEFLATED
            package.writestr(entry, content)
    return out.getvalue()


def _parts(receipt: Receipt) -> Iterator[tuple[str, bytes, bool]]:
    """Path, content, and whether it is compressed already."""
    assert receipt.package is not None  # noqa: S101 -- asked before
    manifest = receipt.package.manifest
    yield "receipt.json", receipt_file(receipt), False
    yield "manifest.json", canonical_json(manifest), False
    yield manifest["content"]["path"], content_of(receipt), False
    stored = {
        each.digest: each
        for each in StoredFile.objects.filter(digest__in=[annex["sha256"] for annex in manifest["annexes"]])
    }
    for annex in manifest["annexes"]:
        with files.opened(stored[annex["sha256"]]) as content:
            yield annex["path"], content.read(), True
