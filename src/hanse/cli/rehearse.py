"""`hanse rehearse`: a whole call, run with synthetic consortia before a real one arrives."""

import argparse
import gc
import os
import sys
from datetime import date
from pathlib import Path

from hanse.callbook.calls import read_call
from hanse.callbook.reference import organisations
from hanse.cli.setting import as_of_argument, context_for
from hanse.cli.terminal import terminal_width, wrapped_line
from hanse.core.values.faults import Fault, Faulty
from hanse.engines.rehearsal.run import Assign, Rehearsal, rehearse

EXAMPLE = """\
example:
  hanse rehearse COS-CLUSINT-2020-3-01 --proposals 2000 --seed 1 --report rehearsal.html

The same seed gives the same digest. What the call does not state is filled from its assumptions.toml, and
everything that rests on it says "assumed".
"""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "rehearse",
        help="run a whole call with synthetic consortia",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("call", metavar="REF|FOLDER")
    parser.add_argument("--proposals", type=_count, default=200, metavar="N", help="how many (default 200)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="decides all that chance decides (default 1)")
    parser.add_argument("--as-of", metavar="INSTANT", type=as_of_argument, help="day on which countries are asked")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the report with charts here, as HTML")


def _count(written: str) -> int:
    if not written.isdigit() or not 1 <= int(written) <= 100_000:
        raise argparse.ArgumentTypeError(f"{written!r} is not a number from 1 to 100000")
    return int(written)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    from hanse.engines.rehearsal.report import in_lines

    if arguments.report:
        check_writable(arguments.report)
    rehearsal = rehearsal_of(arguments.call, arguments.proposals, arguments.seed, arguments.as_of)
    for line in in_lines(rehearsal):
        print(wrapped_line(line, terminal_width()))
    if arguments.report:
        write_report(rehearsal, arguments.report)
        print(f"  Report: {arguments.report}")
    return 0


def rehearsal_of(call_name: str, proposals: int, seed: int, as_of: date | None = None) -> Rehearsal:
    """Rehearse a call by name or folder, telling progress on standard error.

    Raises:
        Faulty: if the call cannot be read, or a strand can have no eligible consortium.
    """
    gc.disable()
    call = read_call(call_name, assume=True)
    context = context_for(call, as_of)
    try:
        return rehearse(context, organisations(), proposals, seed, engine(), _progress)
    except ValueError as wrong:
        raise Faulty([Fault(call_name, "", str(wrong))]) from wrong


def engine() -> Assign | None:
    """The assignment engine, if its libraries are installed."""
    try:
        from hanse.engines.assignment import solve_sum
    except ImportError:
        return None
    return solve_sum


def check_writable(path: Path) -> None:
    """Find out before the work is done whether its result can be kept. Raises Faulty if not."""
    folder = path.parent
    if path.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        raise Faulty([Fault("--report", str(path), "cannot be written; expected a file in a folder that exists")])


def write_report(rehearsal: Rehearsal, path: Path) -> None:
    """Write the HTML report whole or not at all."""
    from hanse.engines.rehearsal.report import as_html

    part = path.with_name(f"{path.name}.part")
    part.write_text(as_html(rehearsal), encoding="utf-8")
    part.replace(path)


def _progress(doing: str) -> None:
    if sys.stderr.isatty():
        print(f"... {doing}", file=sys.stderr)
