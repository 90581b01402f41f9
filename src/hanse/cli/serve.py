"""`hanse serve`: run the site."""

import argparse
from pathlib import Path

from hanse.cli.web import add_data_option, add_server_options, configure, prepare, serve

EXAMPLE = """\
example:
  HANSE_HOSTS=calls.example.org HANSE_DATABASE=postgresql://hanse:secret@db/hanse hanse serve --host 0.0.0.0

settings come from the environment; docs/reference/settings.md lists them
"""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "serve",
        help="run the site",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_data_option(parser, "hanse-data")
    add_server_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    from django.core.management import call_command

    configure("live", Path(arguments.data), f"http://{arguments.host}:{arguments.port}")
    prepare()
    call_command("collectstatic", interactive=False, verbosity=0)
    print(f"Hanse listens on http://{arguments.host}:{arguments.port}", flush=True)
    return serve(arguments.host, arguments.port, arguments.workers)
