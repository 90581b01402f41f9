"""`hanse verify`: whether a receipt, what was sealed, or a moved deadline hold, without the site; or a whole site."""

import argparse
import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from hanse.callbook.files import read_json
from hanse.cli.terminal import clean, terminal_width
from hanse.core.values.faults import Fault, Faulty

DOES_NOT_HOLD = 1
"""Exit status where something does not hold."""

MOST_KEY_BYTES = 1 << 16
MOST_ROOTS_BYTES = 64 << 20
DATA = "hanse-data"
EXAMPLE = """\
examples:
  hanse verify receipt.json --key key.pem
  hanse verify receipt.json --package package.zip --key key.pem --roots roots.json
  hanse verify package.zip --key key.pem              the receipt is in the package
  hanse verify deadline-1.json --key key.pem          the notice of a moved deadline
  hanse verify --data /srv/hanse                      a whole site, on its own machine

Key and roots are published by the site, under /transparency. Without --key a receipt can only be found to agree with
itself; the fingerprint to compare is printed.

exit status: 0 it holds, 1 something does not hold, 64 bad input
"""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "verify",
        help="prove a receipt without the site, or check a whole site",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "receipt",
        nargs="?",
        type=Path,
        metavar="RECEIPT",
        help="receipt.json, a package (ZIP), or the notice of a moved deadline",
    )
    parser.add_argument("--package", type=Path, metavar="ZIP", help="what was sealed with the receipt")
    parser.add_argument("--key", metavar="FILE|KEY", help="public key of the site: a PEM file, or its base 64")
    parser.add_argument("--roots", type=Path, metavar="FILE", help="roots.json of the site: the record night by night")
    parser.add_argument(
        "--data", type=Path, metavar="FOLDER", help=f"check the site in this folder (default {DATA}) instead"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    offline = [arguments.receipt, arguments.package, arguments.key, arguments.roots]
    if not any(offline):
        return _verify_site(arguments)
    faults = []
    if arguments.data is not None:
        faults.append(Fault("--data", str(arguments.data), "checks a site; give it alone, without a receipt"))
    if arguments.receipt is None and arguments.package is None:
        faults.append(Fault("hanse verify", "RECEIPT", "is missing; give receipt.json, or a package that holds it"))
    if faults:
        raise Faulty(faults)
    return _verify_receipt(arguments)


# --- a receipt ---------------------------------------------------------------------------------------------------


def _verify_receipt(arguments: argparse.Namespace) -> int:
    proof = _engine()
    from hanse.cli import verify_render

    faults: list[Fault] = []
    given: Path = arguments.receipt or arguments.package
    package: Path | None = arguments.package
    if _is_zip(given):
        if package not in (None, given):
            faults.append(Fault("--package", str(package), f"is one package too many: {given} is one, too"))
        package = given
        document = _of_package(proof, given, faults)
    else:
        document = read_json(given, faults)
    key = _key(proof, arguments.key, faults)
    roots = _roots(proof, arguments.roots, faults)
    if faults:
        raise Faulty(faults)
    if verify_render.is_notice(document):
        if package is not None:
            raise Faulty([Fault("--package", str(package), "belongs to a receipt; a moved deadline has none")])
        found = proof.check_notice(document, key=key, roots=roots)
        if arguments.format == "json":
            _print_json(verify_render.notice_as_json(document, found))
        else:
            sys.stdout.writelines(
                f"{line}\n" for line in verify_render.notice_as_text(document, found, terminal_width())
            )
        return 0 if found.holds else DOES_NOT_HOLD
    try:
        found = proof.check_receipt(document, package=package, key=key, roots=roots)
    except (proof.Unusable, OSError) as wrong:
        raise Faulty([_unusable(package or given, wrong)]) from None
    if arguments.format == "json":
        _print_json(verify_render.as_json(document, found))
    else:
        sys.stdout.writelines(f"{line}\n" for line in verify_render.as_text(document, found, terminal_width()))
    return 0 if found.holds else DOES_NOT_HOLD


def _engine() -> Any:
    """The engine, loaded only now: it needs a library that most commands do not."""
    try:
        return import_module("hanse.engines.proof")
    except ModuleNotFoundError as missing:
        if (missing.name or "").split(".")[0] != "cryptography":
            raise
        words = "needs cryptography, which is not installed; expected the extra: pip install 'hanse[verify]'"
        raise Faulty([Fault("hanse verify", "", words)]) from None


def _is_zip(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(2) == b"PK"
    except OSError:
        return False  # whoever reads it next says why it cannot be read


def _of_package(proof: Any, path: Path, faults: list[Fault]) -> Any:
    try:
        return proof.receipt_in(path)
    except (proof.Unusable, OSError) as wrong:
        faults.append(_unusable(path, wrong))
        return None


def _key(proof: Any, written: str | None, faults: list[Fault]) -> bytes | None:
    """The key as it was given: content of a file, else the word itself."""
    if written is None:
        return None
    try:
        content = written.encode()
        if Path(written).is_file():
            with Path(written).open("rb") as file:
                content = file.read(MOST_KEY_BYTES)
        proof.read_key(content)
    except (proof.Unusable, OSError, ValueError) as wrong:
        faults.append(Fault("--key", written[:80], f"{_unusable(Path(), wrong).what}; there may be no such file"))
        return None
    return content


def _roots(proof: Any, path: Path | None, faults: list[Fault]) -> Any:
    if path is None:
        return ()
    try:
        with path.open("rb") as file:
            return proof.read_roots(file.read(MOST_ROOTS_BYTES))
    except (proof.Unusable, OSError) as wrong:
        faults.append(_unusable(path, wrong))
        return ()


def _unusable(path: Path, wrong: Exception) -> Fault:
    if isinstance(wrong, OSError):
        return Fault(str(path), "", f"cannot be read: {wrong.strerror or wrong}")
    return Fault(str(path), "", str(wrong))


# --- a site ------------------------------------------------------------------------------------------------------


def _verify_site(arguments: argparse.Namespace) -> int:
    data: Path = arguments.data or Path(DATA)
    elsewhere = any(os.environ.get(name) for name in ("HANSE_DATA", "HANSE_DATABASE"))
    if not data.is_dir() and (arguments.data or not elsewhere):
        # Nothing is made here: an empty site would hold.
        words = "is no folder of a site; give receipt.json to prove a receipt, or the folder of a site with --data"
        raise Faulty([Fault(str(data), "", words)])
    from hanse.cli.web import configure

    configure("live", data)
    from django.db import Error

    from hanse.stages.submission.queries.verification import verify_all

    holds, rows = True, []
    text = arguments.format == "text"
    try:
        for what, count, fault in verify_all():
            holds = holds and not fault
            rows.append({"what": what, "count": count, "fault": fault})
            if text:
                print(f"✗ {what}: {count} hold, then: {clean(fault)}" if fault else f"✓ {what}: {count}", flush=True)
    except Error as wrong:
        words = f"the database cannot be read: {wrong}. Start `hanse serve` of this version once, which prepares it."
        raise Faulty([Fault(str(data), "", words)]) from None
    if text:
        print(
            "Everything holds." if holds else "Something does not hold. Keep the database as it is, and a copy of it."
        )
    else:
        _print_json({"holds": holds, "checks": rows})
    return 0 if holds else DOES_NOT_HOLD


def _print_json(told: Any) -> None:
    print(json.dumps(told, ensure_ascii=False, indent=2))
