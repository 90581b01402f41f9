"""The command as a whole: help everywhere, quick to start, well-behaved in a pipe."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hanse.cli.main import COMMANDS, run

ROOT = Path(__file__).parents[2]
HANSE = [sys.executable, "-m", "hanse.cli.main"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run([command, "--help"])
    assert left.value.code == 0
    assert f"hanse {command}" in capsys.readouterr().out.partition("example")[2]


def test_the_bare_command_lists_all_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run(["--help"])
    assert left.value.code == 0
    printed = capsys.readouterr().out
    assert all(f"    {command} " in printed for command in COMMANDS)


def test_a_reader_who_has_seen_enough_causes_no_noise() -> None:
    """`hanse call show ... | head -1`: the pipe closes early."""
    process = subprocess.Popen(
        [*HANSE, "check", str(ROOT / "examples"), "--all"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    process.wait(timeout=60)
    noise = process.stderr.read()
    process.stderr.close()
    assert noise == b""


def test_a_check_loads_none_of_the_heavy_libraries() -> None:
    code = (
        "import sys; from hanse.cli.main import run; "
        f"run(['check', {str(ROOT / 'examples' / 'blue-light.toml')!r}]); "
        "heavy = {'numpy', 'polars', 'ortools', 'multiprocessing', 'asyncio', 'orjson'}; "
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": "src"},
    )
    assert done.stderr == "[]\n"
