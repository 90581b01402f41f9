"""The file of failed requests: one line each, on the disk before the answer goes out; no database is asked.

It lies in the data folder, `evidence/attempts-2026-03.jsonl`: a file for each month, on each machine its own. A line is
an attempt slip, as the visitor has it. If the disk takes none it goes to the log of the process. Where that lies on the
same disk, the visitor's copy is the only one.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from hanse.ground.watch.attempts import FORMAT, Slip

FOLDER = "evidence"


def keep(slip: Slip) -> bool:
    """Append a slip; False if the disk did not take it whole and it went to stderr, if that took it."""
    line = json.dumps(slip) + "\n"
    try:
        _append(_file(datetime.fromisoformat(slip["claims"]["real"])), line.encode())
    except OSError as wrong:
        with suppress(OSError):
            print(
                f"evidence that no file took ({wrong.strerror or wrong}): {line}", end="", file=sys.stderr, flush=True
            )
        return False
    return True


def read(since: datetime, until: datetime) -> Iterator[Slip]:
    """The slips of requests that came in a span of real time, oldest first; a line that was cut off is passed over."""
    month = since.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while month <= until:
        for slip in _lines(_file(month)):
            if since <= datetime.fromisoformat(slip["claims"]["real"]) <= until:
                yield slip
        month = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)


def _file(real: datetime) -> Path:
    return Path(settings.DATA) / FOLDER / f"attempts-{real.astimezone(UTC):%Y-%m}.jsonl"


def _append(path: Path, line: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line  # the one before was cut off by a full disk
        if os.write(descriptor, line) < len(line):
            raise OSError(None, "it took a part of the line")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lines(path: Path) -> Iterator[Slip]:
    try:
        content = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return
    for line in content.split("\n"):
        try:
            slip = json.loads(line)
            if slip["claims"]["format"] == FORMAT and datetime.fromisoformat(slip["claims"]["real"]).tzinfo:
                yield slip
        except (ValueError, KeyError, TypeError):
            continue
