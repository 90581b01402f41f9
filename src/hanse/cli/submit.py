"""`hanse submit`: submit or withdraw an application on the machine itself, on behalf of somebody who asked for it."""

import argparse
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from hanse.cli.terminal import shown, terminal_width, wrapped
from hanse.cli.web import add_data_option, configure
from hanse.core.submission.telling import story_of
from hanse.core.values.faults import Fault, Faulty

EXAMPLE = """\
examples:
  hanse submit blue-ways-1a2b3c4d --by giulia@lanterna.example --receipt receipt.json
  hanse submit blue-ways-1a2b3c4d --by giulia@lanterna.example --withdraw "Asked for by letter of 1 December."

for the hour in which somebody cannot reach the page: it is the same decision and the same receipt, and the record names
the person. On a rehearsal or a demonstration say HANSE_MODE=rehearsal or HANSE_MODE=demo, so that its clock tells the
time. Exit status: 0 it stands, 1 it is refused, with the reasons, 64 bad input.
"""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "submit",
        help="submit or withdraw an application on the machine itself",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("proposal", help="id of the application, as its address has it")
    parser.add_argument("--by", required=True, metavar="EMAIL", help="account of the person who acts")
    parser.add_argument("--withdraw", metavar="REASON", help="take back what was submitted, for this reason")
    parser.add_argument("--key", default="", help="key of the attempt: the same key gets the same receipt")
    parser.add_argument("--receipt", type=Path, metavar="FILE", help="write the receipt to this file")
    add_data_option(parser, "hanse-data")


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    data = Path(arguments.data)
    elsewhere = any(os.environ.get(name) for name in ("HANSE_DATA", "HANSE_DATABASE"))
    faults = []
    if not data.is_dir() and not elsewhere:
        # Nothing is made here: in an empty site there is nothing to submit.
        faults.append(Fault("hanse submit", "--data", f"{data} is no folder of a site; give the one of `hanse serve`"))
    # A receipt is asked for before anything is attempted, since afterwards it could only be said that it is lost.
    if arguments.receipt and (wrong := _not_to_be_written(arguments.receipt)):
        faults.append(Fault("hanse submit", "--receipt", wrong))
    if faults:
        raise Faulty(faults)
    configure("live", data)
    from django.db import Error

    from hanse.ground.clock.arrival import arrived

    try:
        document = _attempt(arguments, arrived())
    except Error as wrong:
        words = f"the database of {data} failed: {wrong}; look at the receipts on the site before another attempt"
        raise Faulty([Fault("hanse submit", "--data", words)]) from None
    claims = shown(document["claims"])
    story = story_of(claims)
    width = terminal_width()
    print(f"{story.headline}: receipt {claims['number']}")
    print(wrapped(f"{story.happened} {story.means}", width))
    for told in [*(each["text"] for each in claims["reasons"]), *claims["remarks"]]:
        print(wrapped(told, width, "  - ", "    "))
    if arguments.receipt:
        _write(document, arguments.receipt)
    return 0 if claims["outcome"] == "accepted" else 1


def _not_to_be_written(path: Path) -> str:
    """Why a receipt cannot be written to a file; empty if it can."""
    if path.exists():
        return f"{path} is there already, and may be another receipt; name a new file"
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}; make it, or name another one"
    return "" if os.access(path.parent, os.W_OK) else f"nothing can be written in {path.parent}; name another folder"


def _write(document: Mapping[str, Any], path: Path) -> None:
    """Write the receipt, and say where it is; what was decided stands also where no disk takes its receipt."""
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as wrong:
        with suppress(OSError):
            path.unlink()  # half a receipt would look like one that was tampered with
        print(f"The receipt could not be written to {path}: {wrong.strerror}. Fetch it on the site; it is kept there.")
    else:
        print(f"The receipt is in {path}; check it with: hanse verify {path}")


def _attempt(arguments: argparse.Namespace, arrival: Any) -> dict[str, Any]:
    from django.contrib.auth import get_user_model

    from hanse.stages.registry.actions.refusals import Refusal
    from hanse.stages.submission.actions import submitting

    person = get_user_model().objects.filter(email__iexact=arguments.by, is_active=True).first()
    if person is None:
        raise Faulty([Fault("hanse submit", "--by", f"there is no active account {arguments.by!r}")])
    told: dict[str, Any] = {
        "actor": person,
        "ref": arguments.proposal,
        "arrival": arrival,
        "key": arguments.key or uuid4().hex,
    }
    try:
        if arguments.withdraw is None:
            made = submitting.submit(**told)
        else:
            made = submitting.withdraw(**told, reason=arguments.withdraw)
    except Refusal as refusal:
        raise Faulty([Fault("hanse submit", arguments.proposal, shown(refusal.message))]) from None
    document: dict[str, Any] = made.document
    return document
