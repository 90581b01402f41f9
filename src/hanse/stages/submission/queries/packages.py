"""A sealed package as a file: everything that was sealed, with the receipt that proves it."""

import json
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from hanse.core.values.digest import canonical_json
from hanse.ground import files
from hanse.ground.files.models import StoredFile
from hanse.stages.submission.models import Package, Receipt
from hanse.stages.submission.queries.receipts import content_of

EPOCH = (2020, 1, 1, 0, 0, 0)
"""The same package gives the same file, whenever it is fetched."""


def receipt_file(receipt: Receipt) -> bytes:
    """A receipt as a file that `hanse verify` reads: the same bytes whichever database it comes from."""
    return (json.dumps(receipt.document, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


class Lost(Exception):
    """Files of a sealed package are not in the storage.

    Attributes:
        files: entries of the manifest: `path`, and what else it says of them.
    """

    def __init__(self, files: list[dict[str, Any]]):
        super().__init__(", ".join(each["path"] for each in files))
        self.files = files


def name_of_file(number: str, what: str, kind: str) -> str:
    """How a file is called that is fetched with a receipt.

    Args:
        number: of the receipt.
        what: "receipt" or "package".
        kind: the end of its name.
    """
    proposal, _, place = number.rpartition("/")
    return f"{proposal}-{what}-{place}.{kind}"


def package_file(receipt: Receipt) -> bytes:
    """A package as a ZIP.

    Raises:
        ValueError: if the receipt has no package.
        Lost: if the storage has lost annexes; all of them are named.
    """
    if receipt.package is None:
        raise ValueError(f"receipt {receipt.number} has no package")
    annexes = _annexes(receipt.package)
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as package:
        for path, content, packed in _parts(receipt, annexes):
            entry = ZipInfo(path, EPOCH)
            entry.compress_type = ZIP_STORED if packed else ZIP_DEFLATED
            package.writestr(entry, content)
    return out.getvalue()


def _annexes(package: Package) -> list[tuple[str, StoredFile]]:
    """Path and file of each."""
    sealed = package.manifest["annexes"]
    stored = {each.digest: each for each in StoredFile.objects.filter(digest__in=[annex["sha256"] for annex in sealed])}
    kept = {digest for digest, each in stored.items() if files.is_whole(each)}
    if lost := [annex for annex in sealed if annex["sha256"] not in kept]:
        raise Lost(lost)
    return [(annex["path"], stored[annex["sha256"]]) for annex in sealed]


def _parts(receipt: Receipt, annexes: Iterable[tuple[str, StoredFile]]) -> Iterator[tuple[str, bytes, bool]]:
    """Path, content, and whether it is compressed already."""
    assert receipt.package is not None  # noqa: S101 -- asked before
    manifest = receipt.package.manifest
    yield "receipt.json", receipt_file(receipt), False
    yield "manifest.json", canonical_json(manifest), False
    yield manifest["content"]["path"], content_of(receipt), False
    for path, stored in annexes:
        with files.opened(stored) as content:
            yield path, content.read(), True
