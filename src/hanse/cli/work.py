"""`hanse work`: send messages, remind of deadlines, import; daily close the record, clean up; until stopped."""

import argparse
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from hanse.cli.beside import end_with
from hanse.cli.web import add_data_option, configure
from hanse.core.values.faults import Fault, Faulty

EXAMPLE = """\
examples:
  hanse work
  hanse work --once
"""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "work",
        help="send messages, remind of deadlines, go on with imports, do what is due daily",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_data_option(parser, "hanse-data")
    parser.add_argument("--once", action="store_true", help="leave when nothing is due any more")
    parser.add_argument("--beside", type=int, metavar="PID", help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    if arguments.beside:
        end_with(arguments.beside)
    configure("live", Path(arguments.data))
    from hanse.ground import audit, outbox
    from hanse.ground.audit import signing
    from hanse.ground.outbox import worker
    from hanse.ground.watch import pulse
    from hanse.stages.proposals.actions.drafts import thin_when_due
    from hanse.stages.registry.actions.cleaning import look_when_due
    from hanse.stages.registry.actions.importing import work_on
    from hanse.stages.submission.actions.reminding import remind_when_due

    try:
        signing.public_key()  # without it no day could be closed, and nobody would notice for long
    except signing.NoKey as wrong:
        raise Faulty([Fault("HANSE_SIGNING_KEY", "", str(wrong))]) from None
    duties = (outbox.deliver, remind_when_due, work_on, audit.close_days, look_when_due, thin_when_due)
    with pulse.beating():
        worker.run([partial(_now, duty) for duty in duties], until_idle=arguments.once)
    return 0


def _now(duty: Callable[[datetime], int]) -> int:
    from hanse.ground import clock

    return duty(clock.now())
