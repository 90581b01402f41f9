"""`hanse work`: send the messages of the outbox and go on with imports, until stopped."""

import argparse
from pathlib import Path

from hanse.cli.web import add_data_option, configure

EXAMPLE = """\
examples:
  hanse work
  hanse work --once
"""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "work",
        help="send the messages of the outbox and go on with imports",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_data_option(parser, "hanse-data")
    parser.add_argument("--once", action="store_true", help="leave when nothing is due any more")


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    configure("live", Path(arguments.data))
    from hanse.ground import clock, outbox
    from hanse.ground.outbox import worker
    from hanse.stages.registry.actions.importing import work_on

    worker.run([lambda: outbox.deliver(clock.now()), lambda: work_on(clock.now())], until_idle=arguments.once)
    return 0
