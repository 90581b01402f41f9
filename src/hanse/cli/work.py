"""`hanse work`: send messages, go on with imports; daily look for duplicates and thin old drafts; until stopped."""

import argparse
from collections.abc import Callable
from datetime import datetime
from functools import partial
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
        help="send messages, go on with imports, look for duplicates",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_data_option(parser, "hanse-data")
    parser.add_argument("--once", action="store_true", help="leave when nothing is due any more")


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    configure("live", Path(arguments.data))
    from hanse.ground import outbox
    from hanse.ground.outbox import worker
    from hanse.stages.proposals.actions.drafts import thin_when_due
    from hanse.stages.registry.actions.cleaning import look_when_due
    from hanse.stages.registry.actions.importing import work_on

    duties = (outbox.deliver, work_on, look_when_due, thin_when_due)
    worker.run([partial(_now, duty) for duty in duties], until_idle=arguments.once)
    return 0


def _now(duty: Callable[[datetime], int]) -> int:
    from hanse.ground import clock

    return duty(clock.now())
