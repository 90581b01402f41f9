"""The measurements of submission, small: what they look for must hold on any machine, however slow."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
DATABASES = {"sqlite", "postgresql"}


def measured(script: str, tmp_path: Path, *options: str) -> dict[str, Any]:
    figures = tmp_path / "figures.json"
    command = [sys.executable, str(REPOSITORY / "bench" / script), *options, "--json", str(figures)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600, cwd=REPOSITORY)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    told: dict[str, Any] = json.loads(figures.read_text())
    return told


def test_nothing_is_lost_or_double_under_load(tmp_path: Path) -> None:
    """Also where one of three processes is killed half way."""
    told = measured("submission.py", tmp_path, "--seconds", "6", "--applications", "40", "--rate", "10")
    assert set(told["runs"]) == DATABASES
    for run in told["runs"].values():
        assert (run["submissions"], run["accepted"], run["server_errors"], run["faults"]) == (60, 60, 0, 0)
    assert told["runs"]["postgresql"]["workers"] == 3
    assert told["runs"]["postgresql"]["respawned_after_s"] is not None


@pytest.mark.parametrize("database", sorted(DATABASES))
def test_what_was_handed_out_survives_kills_and_full_disks(database: str, tmp_path: Path) -> None:
    """Every kind of kill once."""
    told = measured("faults.py", tmp_path, "--quick", "--on", database)["runs"][database]
    assert told["faults"] == 0
    assert told["handed_out"] == told["receipts"] > 0
    assert len(told["kills"]) == {"sqlite": 4, "postgresql": 5}[database]
    assert told["answers_503"] > 0, "a full disk is answered"
