"""Renews the parts of the README that programs print: command outputs and the figures of the benchmarks.

Run: make readme. A test fails when a command prints something else than the README shows.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
RESULTS = ROOT / "bench" / "results.json"
OUTPUT = re.compile(r"(<!-- output: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)
FIGURES = re.compile(r"(<!-- figures -->\n).*?(<!-- end figures -->)", re.DOTALL)
MOST_LINES = 62
"""A longer output is cut, and the README says so."""


def renewed(text: str) -> str:
    """The README with every command run anew and the figures taken from the last benchmark."""
    text = OUTPUT.sub(lambda found: found[1] + shown(found[2]) + found[3], text)
    return FIGURES.sub(lambda found: found[1] + figures() + found[2], text)


def shown(command: str) -> str:
    """A command and what it prints, as a block of Markdown."""
    program, *arguments = shlex.split(command)
    assert program == "hanse"  # noqa: S101 -- only our own command is shown
    done = subprocess.run(  # noqa: S603 -- the README's own commands
        [sys.executable, "-m", "hanse.cli.main", *arguments],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.rstrip("\n").split("\n")
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], f"... ({len(lines) - MOST_LINES} more lines)"]
    return "\n".join(["```", f"$ {command}", *(line.rstrip() for line in lines), "```\n"])


def figures() -> str:
    """The figures of the last benchmark as a table; each script writes its rows."""
    if not RESULTS.exists():
        return ""
    results = json.loads(RESULTS.read_text())
    rows = [row for name in sorted(results) for row in results[name]["rows"]]
    lines = ["| Work | Measured | Limit or peer in the same run | Ratio |", "|---|---|---|---|"]
    lines += [f"| {row['work']} | {row['measured']} | {row['against']} | {row.get('ratio', '')} |" for row in rows]
    loads = ", ".join(f"{name} {results[name]['load_before']}" for name in sorted(results))
    return "\n".join([*lines, "", f"On {results[min(results)]['cores']} cores; load before each run: {loads}.", ""])


if __name__ == "__main__":
    README.write_text(renewed(README.read_text()))
