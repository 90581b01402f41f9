#!/usr/bin/env python
"""Re-creates or checks the foreign files that pages are served with.

    tools/vendor_assets.py            fetch the packages with `npm pack` and write the files and their digests
    tools/vendor_assets.py --check    tell whether each committed file is still what VENDOR.toml says it is
    tools/vendor_assets.py --from D   take the packages from folder D instead of fetching them

`VENDOR.toml` beside the files names each package, its version, its licence, what was taken and what was changed. Only
what pages need is taken. Logos and the emblem of the European Union are marks, not software: they never come along.

A sheet of styles with `classes` is cut: of each rule, those selectors stay whose ECL classes are all on that list,
where a name stands for a block with its parts and variants, and may hold a `*`. Rules without an ECL class stay, rules
left without a selector go, and so do animations that nothing names. With `without`, selectors that match such a pattern
go too. With `swaps`, a text is put for another: so fixed white becomes a variable that a dark scheme can set.
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
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
VENDORED = ROOT / "src" / "hanse" / "ground" / "ui" / "static" / "vendor"
RECORD = VENDORED / "VENDOR.toml"
NEGATION = re.compile(r":not\([^()]*\)")
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
    if "classes" in file:
        cut = "".join(_cut(content.decode(), file["classes"], file.get("without", [])))
        for old, new in file.get("swaps", []):
            if old not in cut:
                sys.exit(f"{file['path']}: nothing left to swap for {old!r}")
            cut = cut.replace(old, new)
        content = _without_idle_animations(cut).encode()
    return content


def _cut(sheet: str, classes: list[str], without: list[str]) -> Iterator[str]:
    """The sheet with rules for these classes only, one a line; comments stay, since they hold the notice."""
    for prelude, body in _rules(sheet):
        if body is None:
            yield f"{prelude}\n"
            continue
        notice, head = _parted(prelude)
        if notice:
            yield f"{notice}\n"
        if head.startswith(("@media", "@supports", "@container", "@layer")):
            inner = "".join(_cut(body, classes, without))
            if inner:
                yield f"{head}{{\n{inner}}}\n"
        elif head.startswith("@"):
            yield f"{head}{{{body}}}\n"
        else:
            kept = [one for one in _selectors(head) if _wanted(one, classes, without)]
            if kept:
                yield f"{','.join(kept)}{{{body}}}\n"


def _rules(sheet: str) -> Iterator[tuple[str, str | None]]:
    """What stands before each block and in it, outermost blocks only; a statement without a block has none."""
    start = at = 0
    while at < len(sheet):
        if sheet.startswith("/*", at):
            at = sheet.index("*/", at) + 2
        elif sheet[at] in "\"'":
            at = _past_string(sheet, at)
        elif sheet[at] == ";":
            yield sheet[start : at + 1].strip(), None
            start = at = at + 1
        elif sheet[at] == "{":
            end = _past_block(sheet, at)
            yield sheet[start:at].strip(), sheet[at + 1 : end - 1]
            start = at = end
        else:
            at += 1


def _past_block(sheet: str, at: int) -> int:
    depth = 0
    while True:
        if sheet[at] in "\"'":
            at = _past_string(sheet, at)
            continue
        depth += {"{": 1, "}": -1}.get(sheet[at], 0)
        at += 1
        if not depth:
            return at


def _past_string(sheet: str, at: int) -> int:
    quote = sheet[at]
    at += 1
    while sheet[at] != quote:
        at += 2 if sheet[at] == "\\" else 1
    return at + 1


def _parted(prelude: str) -> tuple[str, str]:
    """Comments before a selector, and the selector."""
    end = prelude.rfind("*/") + 2 if "*/" in prelude else 0
    return prelude[:end].strip(), prelude[end:].strip()


def _selectors(head: str) -> list[str]:
    """The selectors of a rule: parted by commas outside brackets."""
    found, depth, start = [], 0, 0
    for at, char in enumerate(head):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(char, 0)
        if char == "," and not depth:
            found.append(head[start:at])
            start = at + 1
    return [*found, head[start:]]


def _wanted(selector: str, classes: list[str], without: list[str]) -> bool:
    bare = selector
    while NEGATION.search(bare):
        bare = NEGATION.sub("", bare)
    if any(fnmatchcase(bare, pattern) for pattern in without):
        return False
    named = re.findall(r"\.ecl-([\w-]+)", bare)
    return all(_listed(name, classes) for name in named)


def _listed(name: str, classes: list[str]) -> bool:
    block = re.split(r"__|--", name)[0]
    return any(fnmatchcase(block, listed) or fnmatchcase(name, listed) for listed in classes)


def _without_idle_animations(sheet: str) -> str:
    """The sheet without animations that no rule names."""

    def kept(match: re.Match[str]) -> str:
        used = re.search(rf"animation[^;}}]*\b{match[1]}\b", sheet)
        return match[0] if used else ""

    return re.sub(r"@keyframes (\w+)\{.*\}\n", kept, sheet)


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
