"""`hanse appoint`: appoint a person on the machine itself, as the first administrator has to be."""

import argparse
from pathlib import Path

from hanse.cli.web import add_data_option, configure
from hanse.core.values.faults import Fault, Faulty

ROLES = ("officer", "administrator", "expert", "auditor")
EXAMPLE = """\
example:
  hanse appoint ines@authority.example administrator

the person creates an account on the site first; administrators appoint everybody else there
"""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "appoint",
        help="appoint the first administrator",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("email", help="address of the person's account")
    parser.add_argument("role", choices=ROLES, help="what to appoint the person to")
    add_data_option(parser, "hanse-data")


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    configure("live", Path(arguments.data))
    from django.core.management import CommandError, call_command

    try:
        call_command("appoint", arguments.email, arguments.role)
    except CommandError as refused:
        raise Faulty([Fault("hanse appoint", arguments.email, str(refused))]) from None
    return 0
