"""What the commands of the site do before a page is served."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from hanse.cli import web
from hanse.core.values.faults import Faulty


def test_a_secret_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "secret-key"
    first = web._secret(file)
    assert len(first) > 40
    assert web._secret(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_data_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.write_text("")
    with pytest.raises(Faulty) as refused:
        web.configure("live", taken / "data")
    assert str(refused.value.faults[0]).endswith("--data: cannot be used: Not a directory")


def hanse(*words: str, data: Path) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HANSE_", "DJANGO_"))}
    command = [sys.executable, "-m", "hanse.cli.main", *words, "--data", str(data)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_a_demonstration_is_made_ready_once_and_its_people_can_be_appointed(tmp_path: Path) -> None:
    data = tmp_path / "demo"
    for _ in range(2):
        made = hanse("demo", "--prepare", data=data)
        assert (made.returncode, made.stderr) == (0, "")
    done = hanse("appoint", "aylin@hanse.example", "expert", data=data)
    assert (done.returncode, done.stdout) == (0, "Aylin Demir is expert.\n")
    refused = hanse("appoint", "nobody@hanse.example", "expert", data=data)
    assert refused.returncode == 64
    assert "nobody has an account with nobody@hanse.example" in refused.stderr
    idle = hanse("work", "--once", data=data)
    assert (idle.returncode, idle.stderr) == (0, "")
    verified = hanse("verify", data=data)
    assert (verified.returncode, verified.stderr) == (0, "")
    assert verified.stdout.endswith("\nEverything holds.\n")
