"""The `hanse` command. Only the module of the command that was asked for is loaded, so that a check starts at once."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from hanse import __version__
from hanse.core.values.faults import Faulty

BAD_INPUT = 64
"""Exit status for input that cannot be used (EX_USAGE of sysexits); 1 and 2 are verdicts."""

COMMANDS = {
    "check": ("hanse.cli.check", "check consortia against a call, rule by rule"),
    "advise": ("hanse.cli.advise", "find the smallest additions that make a consortium eligible"),
    "rank": ("hanse.cli.rank", "rank scored proposals into a selection list"),
    "assign": ("hanse.cli.assign", "assign experts to proposals, the optimum"),
    "call": ("hanse.cli.call", "list, show, lint, test, write and compare calls"),
    "rehearse": ("hanse.cli.rehearse", "run a whole call with synthetic consortia"),
    "tour": ("hanse.cli.tour", "see what Hanse does, on real partnerships, in a minute"),
    "demo": ("hanse.cli.demo", "run the site as a demonstration"),
    "serve": ("hanse.cli.serve", "run the site"),
    "work": ("hanse.cli.work", "send messages, go on with imports, look for duplicates"),
    "submit": ("hanse.cli.submit", "submit or withdraw an application on the machine itself"),
    "verify": ("hanse.cli.verify", "prove a receipt without the site, or check a whole site"),
    "appoint": ("hanse.cli.appoint", "appoint the first administrator"),
}


class Parser(argparse.ArgumentParser):
    """An argument parser that leaves with the status of bad input, since 2 is a verdict here."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command line and leave."""
        self.print_usage(sys.stderr)
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    parser = Parser(
        prog="hanse",
        description="Runs a consortium funding call. Each command has --help with an example.",
    )
    parser.add_argument("--version", action="version", version=f"hanse {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    chosen = next((word for word in words if not word.startswith("-")), "")
    module = None
    for name, (path, summary) in COMMANDS.items():
        if name == chosen:
            module = import_module(path)
            module.add_parser(commands)
        else:
            commands.add_parser(name, help=summary, add_help=False)
    parsed = parser.parse_args(words)
    if module is None:  # pragma: no cover - argparse has left already: a command is required
        return BAD_INPUT
    try:
        status: int = module.run(parsed)
        sys.stdout.flush()
    except Faulty as wrong:
        return report_faults(wrong)
    except BrokenPipeError:
        # The reader has seen enough (`hanse check ... | head`). Point stdout elsewhere, or Python complains at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def report_faults(wrong: Faulty) -> int:
    """Print every fault on standard error and return the status of bad input."""
    for fault in wrong.faults:
        print(fault, file=sys.stderr)
    count = len(wrong.faults)
    print(f"{count} fault{'s' if count != 1 else ''}; nothing was done.", file=sys.stderr)
    return BAD_INPUT


if __name__ == "__main__":
    sys.exit(run())
