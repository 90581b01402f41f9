"""`hanse work`: what the worker does once and leaves, and what stops it from starting."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path


def hanse(*words: str, data: Path) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HANSE_", "DJANGO_"))}
    command = [sys.executable, "-m", "hanse.cli.main", *words, "--data", str(data)]
    environment["HANSE_MODE"] = "demo"
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_the_worker_closes_the_days_of_the_record_and_does_not_start_without_the_key(tmp_path: Path) -> None:
    data = tmp_path / "demo"
    assert hanse("demo", "--prepare", data=data).returncode == 0
    done = hanse("work", "--once", data=data)
    assert (done.returncode, done.stderr) == (0, "")
    with closing(sqlite3.connect(data / "hanse.sqlite3")) as site:
        entries = dict(site.execute("SELECT number, digest FROM audit_event"))
        [(day, first, last, head)] = site.execute("SELECT day, first, last, head FROM audit_root")
    assert (day, first, entries[last]) == ("2020-11-28", 1, head)
    assert last >= len(entries) - 2, "all but what other duties of the same round record"
    (data / "signing-key.pem").unlink()
    refused = hanse("work", "--once", data=data)
    assert refused.returncode == 64
    assert "signing-key.pem: the signing key cannot be read: No such file or directory. Restore it" in refused.stderr
