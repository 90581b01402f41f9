"""The file of failed requests: whole lines on the disk, or stderr; and what can be read of it later."""

import json
import stat
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

import pytest

from hanse.ground.clock import BRUSSELS
from hanse.ground.watch import evidence
from hanse.ground.watch.attempts import FORMAT

NOON = datetime(2026, 12, 31, 12, tzinfo=UTC)


def a_slip(real: datetime = NOON, id: str = "1") -> dict[str, Any]:
    return {"claims": {"format": FORMAT, "id": id, "real": real.isoformat()}, "signature": {}}


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Path) -> Path:
    """A data folder of this test's own."""
    settings.DATA = tmp_path
    return tmp_path


def ids(since: datetime, until: datetime) -> list[str]:
    return [slip["claims"]["id"] for slip in evidence.read(since, until)]


def test_each_month_has_a_file_that_only_its_owner_reads(data: Path) -> None:
    later = NOON + timedelta(days=1)
    assert evidence.keep(a_slip())
    assert evidence.keep(a_slip(later, "2"))
    names = sorted(path.name for path in (data / "evidence").iterdir())
    assert names == ["attempts-2026-12.jsonl", "attempts-2027-01.jsonl"]
    assert stat.S_IMODE((data / "evidence" / names[0]).stat().st_mode) == 0o600
    assert ids(NOON, later) == ["1", "2"]
    assert ids(NOON + timedelta(seconds=1), later) == ["2"]
    assert ids(NOON - timedelta(days=400), NOON - timedelta(days=1)) == []


def test_the_zone_of_who_asks_changes_nothing() -> None:
    eve = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    evidence.keep(a_slip(eve))
    brussels = eve.astimezone(BRUSSELS)
    assert brussels.year == 2027
    assert ids(brussels, brussels) == ["1"]


def test_a_line_that_was_cut_off_spoils_no_other(data: Path) -> None:
    evidence.keep(a_slip())
    file = data / "evidence" / "attempts-2026-12.jsonl"
    with file.open("a") as out:
        out.write('{"claims": {"format": "hanse-att')
    evidence.keep(a_slip(NOON + timedelta(seconds=1), "2"))
    assert ids(NOON, NOON + timedelta(minutes=1)) == ["1", "2"]


def test_what_somebody_else_wrote_there_is_passed_over(data: Path) -> None:
    (data / "evidence").mkdir()
    lines = [
        "null",
        "[]",
        "{}",
        '{"claims": 1}',
        '{"claims": {"format": "hanse-attempt-1", "real": "noon"}}',
        "é\u2028",
    ]
    (data / "evidence" / "attempts-2026-12.jsonl").write_text("\n".join(lines) + "\n")
    assert ids(NOON - timedelta(days=1), NOON) == []


FULL = """
import json, resource, signal, sys
from pathlib import Path
from django.conf import settings
settings.configure(DATA=Path(sys.argv[1]))
from hanse.ground.watch import evidence
slip = json.loads(sys.argv[2])
kept = [evidence.keep(slip)]
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (len(json.dumps(slip)) + 20,) * 2)
kept.append(evidence.keep(slip))
print(json.dumps(kept))
"""


def test_a_file_that_takes_no_more_sends_the_line_to_the_log(data: Path) -> None:
    """A limit on the size of files stops the second line in the middle, as a full disk does."""
    slip = a_slip()
    done = _run(FULL, data, slip)
    assert json.loads(done.stdout) == [True, False]
    assert done.stderr.startswith("evidence that no file took (")
    assert json.loads(done.stderr.partition("): ")[2]) == slip
    assert ids(NOON, NOON) == ["1"], "half a line is none"


def test_a_log_on_the_same_disk_leaves_the_slip_to_the_visitor(data: Path) -> None:
    """The answer goes out all the same."""
    log = data / "site.log"
    with log.open("w") as out:
        out.write("x" * 10_000)
        out.flush()
        done = _run(FULL, data, a_slip(), stderr=out)
    assert json.loads(done.stdout) == [True, False]
    assert log.stat().st_size == 10_000


READ_ONLY = """
import json, os, sys
from pathlib import Path
from django.conf import settings
settings.configure(DATA=Path(sys.argv[1]))
from hanse.ground.watch import evidence
if os.getuid() == 0:
    os.setuid(65534)
print(json.dumps(evidence.keep(json.loads(sys.argv[2]))))
"""


def test_a_folder_that_is_closed_sends_the_line_to_the_log() -> None:
    slip = a_slip()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        done = _run(READ_ONLY, Path(folder), slip)
        Path(folder).chmod(0o755)
    assert done.stdout == "false\n", done.stderr
    assert json.loads(done.stderr.partition("): ")[2]) == slip


def _run(
    program: str, data: Path, slip: dict[str, Any], stderr: int | TextIO = subprocess.PIPE
) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", program, str(data), json.dumps(slip)]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=stderr, text=True, check=False, timeout=60)
