"""What the commands of the web application share: where data lives, the secret, a prepared database, the server."""

import argparse
import multiprocessing
import os
import secrets
import sys
import tempfile
from functools import partial
from importlib import import_module
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, NoReturn

from hanse.cli.beside import Beside, end_with
from hanse.core.values.faults import Fault, Faulty

STOPPING = 10
"""Seconds that requests have to end in when the site is stopped; a body that still trickles in is cut."""


def add_data_option(parser: argparse.ArgumentParser, default: str) -> None:
    """Add `--data`."""
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(default),
        metavar="FOLDER",
        help=f"folder of database and files (default {default})",
    )


def add_server_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a command that serves pages."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default 8000)")
    parser.add_argument(
        "--workers", type=int, default=0, metavar="N", help="server processes (default: one a processor)"
    )


def configure(mode: str, data: Path, address: str = "") -> None:
    """Set the environment that the site's settings read, and start Django.

    What the environment says already stays. `address` is where people reach the site. A live site without a secret
    gets one, kept in the data folder.

    Raises:
        Faulty: if the web application is not installed, or the data folder cannot be used.
    """
    try:
        import django
    except ImportError:
        raise Faulty([Fault("hanse", "", "the web application is not installed; pip install 'hanse[site]'")]) from None
    try:
        (data / "static").mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise Faulty([Fault(str(data), "--data", f"cannot be used: {wrong.strerror}")]) from None
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hanse.site.settings")
    os.environ.setdefault("HANSE_MODE", mode)
    os.environ.setdefault("HANSE_DATA", str(data.resolve()))
    if address:
        os.environ.setdefault("HANSE_ADDRESS", address)
    if not os.environ.get("HANSE_SECRET_KEY"):
        os.environ["HANSE_SECRET_KEY"] = _secret(data / "secret-key")
    django.setup()


def _secret(file: Path) -> str:
    """The site's secret: kept in a file that only its owner may read."""
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_urlsafe(48))
    return file.read_text().strip()


def prepare() -> None:
    """Bring the database up to date."""
    from django.core.management import call_command

    call_command("prepare", verbosity=0)


def serve(host: str, port: int, workers: int) -> NoReturn:
    """Serve pages until stopped; messages of the outbox are sent by a process beside.

    A process that falls, whether it serves or sends, is started again.

    Args:
        workers: processes that serve; 0: one for each processor.
    """
    from django.db import connections

    tempfile.gettempdir()  # remembered in what is forked: where a disk is full, a new process would find none
    connections.close_all()  # what serves is forked from here, and must not share a file or a line with this process
    with Beside("work"):
        while _fell(host, port, workers or len(os.sched_getaffinity(0))):
            print("The server fell, and is started again.", file=sys.stderr, flush=True)
    sys.exit(0)


def _fell(host: str, port: int, workers: int) -> bool:
    """Serve until the server ends; whether it ended although nobody asked it to, and had come to serve.

    It starts processes again by itself, but gives up when the same one falls twice within seconds. That is right for a
    program that cannot start, and wrong for a machine in trouble on the evening of a deadline.

    Raises:
        SystemExit: if it did not come to serve, or ends as it was told to.
    """
    from granian.constants import Interfaces
    from granian.server import Server

    server = Server(
        "hanse.site.rsgi:application",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=workers,
        websockets=False,
        log_enabled=False,
        workers_kill_timeout=STOPPING,
        respawn_failed_workers=True,
    )
    loaded = multiprocessing.Event()
    try:
        server.serve(target_loader=partial(_load, os.getpid(), loaded))
    except SystemExit:
        if server.interrupt_signal or not loaded.is_set():
            raise
        return True
    return False


def _load(parent: int, loaded: Event, target: str) -> Any:
    """The application, in a process that serves; says so once it is there."""
    end_with(parent)
    module, _, name = target.partition(":")
    application = getattr(import_module(module), name)
    loaded.set()
    return application
