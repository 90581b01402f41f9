"""`hanse call show`: the page of a call on the terminal, as HTML or as JSON."""

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hanse.callbook.calls import read_call
from hanse.callbook.page.sections import page_of
from hanse.callbook.page.values import Page, View
from hanse.callbook.reference import geography
from hanse.cli.terminal import terminal_width
from hanse.core.call import Call
from hanse.core.values.faults import Fault, Faulty
from hanse.core.values.reading import as_instant


def run(arguments: argparse.Namespace) -> int:
    """Show one call; returns 0. Raises Faulty for a call or an option that cannot be used."""
    zone, now = _options(arguments)
    call = read_call(arguments.call, arguments.assume)
    page = page_of(call, View(zone, now, geography().name))
    written = _written(page, call, arguments)
    if arguments.output is None:
        sys.stdout.write(written)
    else:
        _write_whole(arguments.output, written)
    return 0


def _options(arguments: argparse.Namespace) -> tuple[str, datetime | None]:
    """The reader's zone and instant; every option that is wrong is named."""
    faults: list[Fault] = []
    zone, now = arguments.zone or machine_zone(), None
    if not _is_zone(zone):
        faults.append(Fault("--zone", "", f"{zone!r} is not a time zone; expected for example Europe/Athens"))
    if arguments.now is not None:
        try:
            now = as_instant(arguments.now)
        except ValueError as wrong:
            faults.append(Fault("--now", "", str(wrong)))
    elif arguments.format == "text" and arguments.output is None:
        now = datetime.now(UTC)  # a page that is kept would go stale; one on a screen is read now
    if arguments.width is not None and arguments.width < 1:
        faults.append(Fault("--width", "", f"{arguments.width} is not a width; expected for example 80"))
    if faults:
        raise Faulty(faults)
    return zone, now


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # an unknown zone is a KeyError, a wrong path one of the others
        return False
    return True


def machine_zone() -> str:
    """The IANA name of this machine's time zone: the variable TZ, else what /etc/localtime leads to, else UTC."""
    _, _, linked = str(Path("/etc/localtime").resolve()).partition("/zoneinfo/")
    candidates = (os.environ.get("TZ", "").removeprefix(":"), linked)
    return next((name for name in candidates if name and _is_zone(name)), "UTC")


def _written(page: Page, call: Call, arguments: argparse.Namespace) -> str:
    if arguments.format == "html":
        from hanse.callbook.page.as_html import as_html

        return as_html(page)
    if arguments.format == "json":
        from hanse.callbook.page.as_json import as_json

        return as_json(page, call)
    from hanse.callbook.page.as_text import as_text

    on_screen = arguments.output is None and sys.stdout.isatty()
    width = arguments.width or terminal_width(100)
    return as_text(page, width, colour=on_screen and "NO_COLOR" not in os.environ)


def _write_whole(path: Path, text: str) -> None:
    """Write a file beside its place and rename it, so that a failure leaves what was there."""
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_text(text, "utf-8")
        beside.replace(path)
    except OSError as wrong:
        beside.unlink(missing_ok=True)
        raise Faulty([Fault(str(path), "", f"cannot be written: {wrong.strerror or wrong}")]) from None
