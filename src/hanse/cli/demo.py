"""`hanse demo`: the site with a fictional cast, real organisations, the 2020 call three days before its deadline."""

import argparse
from pathlib import Path

from hanse.cli.web import add_data_option, add_server_options, configure, prepare, serve

EXAMPLE = """\
examples:
  hanse demo
  hanse demo --port 8080
"""


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "demo",
        help="run the site as a demonstration",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_data_option(parser, "out/demo")
    add_server_options(parser)
    parser.add_argument("--prepare", action="store_true", help="make the data ready and leave")


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    configure("demo", Path(arguments.data), f"http://{arguments.host}:{arguments.port}")
    from django.core.management import call_command

    prepare()
    call_command("demo_data", verbosity=0)
    if arguments.prepare:
        return 0
    # Passkeys are bound to a name: browsers keep none for a number.
    name = "localhost" if arguments.host == "127.0.0.1" else arguments.host
    print(f"Hanse is at http://{name}:{arguments.port} -- stop it with Ctrl-C", flush=True)
    return serve(arguments.host, arguments.port, arguments.workers)
