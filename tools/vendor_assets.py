#!/usr/bin/env python
"""Re-creates or checks the foreign files that pages are served with.

    tools/vendor_assets.py            fetch the packages with `npm pack` and write the files and their digests
    tools/vendor_assets.py --check    tell whether each committed file is still what VENDOR.toml says it is
    tools/vendor_assets.py --from D   take the packages from folder D instead of fetching them

`VENDOR.toml` beside the files names each package, its version, its licence, what was taken and what was changed. Only
what pages need is taken. Logos and the emblem of the European Union are marks, not software: they never come along.
"""

import argparse
import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
VENDORED = ROOT / "src" / "hanse" / "ground" / "ui" / "static" / "vendor"
RECORD = VENDORED / "VENDOR.toml"
SYMBOL = re.compile(r'<symbol [^>]*id="([^"]+)".*?</symbol>', re.DOTALL)


def main() -> int:
    """Do what the arguments ask."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the recorded digests, change nothing")
    parser.add_argument("--from", dest="folder", type=Path, help="folder that holds the packages as npm packs them")
    arguments = parser.parse_args()
    if arguments.check:
        faults = list(faults_found())
        print("\n".join(faults) or "Every vendored file is as recorded.")
        return 1 if faults else 0
    renew(arguments.folder)
    return 0


def record() -> Mapping[str, Any]:
    """The record as committed."""
    return tomllib.loads(RECORD.read_text(encoding="utf-8"))


def faults_found() -> Iterator[str]:
    """Each file that is missing, changed, or not on the record."""
    recorded = {file["path"]: file["sha256"] for package in record()["package"] for file in package["file"]}
    for path, digest in recorded.items():
        file = VENDORED / path
        if not file.exists():
            yield f"{path}: is on the record and missing"
        elif digest_of(file.read_bytes()) != digest:
            yield f"{path}: differs from the record"
    for file in sorted(VENDORED.rglob("*")):
        path = str(file.relative_to(VENDORED))
        if file.is_file() and file != RECORD and path not in recorded:
            yield f"{path}: is not on the record"


def renew(folder: Path | None) -> None:
    """Write each file anew from its package, and its digest into the record."""
    text = RECORD.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        for package in record()["package"]:
            archive = _packed(package["name"], package["version"], folder or Path(scratch), fetch=folder is None)
            with tarfile.open(archive) as opened:
                for file in package["file"]:
                    content = _taken(opened, file)
                    target = VENDORED / file["path"]
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(content)
                    text = _with_digest(text, file["path"], digest_of(content))
    RECORD.write_text(text, encoding="utf-8")


def digest_of(content: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _packed(name: str, version: str, folder: Path, *, fetch: bool) -> Path:
    if fetch:
        subprocess.run(  # noqa: S603 -- names and versions are our own record
            ["npm", "pack", "--silent", f"{name}@{version}", "--pack-destination", str(folder)],  # noqa: S607 -- any npm
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return folder / f"{name.removeprefix('@').replace('/', '-')}-{version}.tgz"


def _taken(archive: tarfile.TarFile, file: Mapping[str, Any]) -> bytes:
    member = archive.extractfile(f"package/{file['from']}")
    if member is None:
        sys.exit(f"{file['from']}: not in the package")
    content = member.read()
    if "symbols" in file:
        content = _some_symbols(content.decode(), file["symbols"]).encode()
    return content


def _some_symbols(sprite: str, names: list[str]) -> str:
    """The sprite with these symbols only, one a line."""
    found = {match[1]: match[0] for match in SYMBOL.finditer(sprite)}
    if missing := sorted(set(names) - set(found)):
        sys.exit(f"no such symbols: {', '.join(missing)}")
    head = sprite[: sprite.index("<symbol")]
    return "\n".join([head, *(found[name] for name in sorted(names)), "</svg>\n"])


def _with_digest(text: str, path: str, digest: str) -> str:
    pattern = re.compile(rf'(path = "{re.escape(path)}"\n(?:(?!path = ).*\n)*?sha256 = ")[0-9a-f]*(")')
    return pattern.sub(rf"\g<1>{digest}\g<2>", text, count=1)


if __name__ == "__main__":
    sys.exit(main())
