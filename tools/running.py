"""A site that runs in a process of its own, for tests, pictures and measurements: up when it answers, ended by id."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

from tools.processes import children_of, command_of

PATIENCE = 60
"""Seconds to wait for a site that starts."""


def free_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Running:
    """`hanse demo` or `hanse serve` on a free port of loopback.

        with Running("demo", data) as site:
            site.get("/calls")

    Args:
        options: of the command, such as `("--workers", "3")`.
        settings: of the site (`HANSE_...`), such as its mode.

    Attributes:
        address: where it is, such as `http://127.0.0.1:40123`.
        port: of it.
        log: the file with all it says.
        seconds: from the start of the process to the first whole page.
    """

    def __init__(
        self, command: str, data: Path, *, options: tuple[str, ...] = (), settings: Mapping[str, str] | None = None
    ):
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = data.parent / f"{data.name}.log"
        self._settings = dict(settings or {})
        self._command = [
            sys.executable, "-m", "hanse.cli.main", command, "--data", str(data), "--port", str(self.port), *options,
        ]  # fmt: skip

    def __enter__(self) -> Self:
        self.start()
        return self

    def start(self) -> None:
        """Start it, also again after it was ended or killed; it is up when this returns.

        Raises:
            RuntimeError: if it ends, or does not come up.
        """
        # What the caller is set to, such as the settings of tests, is not this site's.
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("HANSE_", "DJANGO_"))}
        start = time.perf_counter()
        with self.log.open("a") as log:
            self._process = subprocess.Popen(  # noqa: S603 -- our own command
                self._command, env=environment | self._settings, stdout=log, stderr=log, start_new_session=True
            )
        try:
            self._wait(start)
        except BaseException:
            self._end()
            raise
        self.seconds = time.perf_counter() - start

    def __exit__(self, *_: object) -> None:
        self._end()

    def get(self, path: str) -> tuple[bytes, str]:
        """What a path answers, as sent, and how it is encoded."""
        request = urllib.request.Request(f"{self.address}{path}", headers={"Accept-Encoding": "gzip"})  # noqa: S310 -- loopback
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 -- loopback
            return answer.read(), answer.headers.get("Content-Encoding", "")

    @property
    def pid(self) -> int:
        """The process that was started; the others are its children."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether that process still runs."""
        return self._process.poll() is None

    def serving(self) -> list[int]:
        """The processes that answer requests."""
        return [pid for pid in children_of(self.pid) if "work" not in command_of(pid)]

    def working(self) -> list[int]:
        """The process that sends messages."""
        return [pid for pid in children_of(self.pid) if "work" in command_of(pid)]

    def kill(self) -> None:
        """End all its processes at once, without a word."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(20)

    def said(self) -> str:
        """All it has said so far."""
        return self.log.read_text(encoding="utf-8")

    def _wait(self, start: float) -> None:
        while True:
            try:
                self.get("/")
            except (urllib.error.URLError, ConnectionError):
                if self._process.poll() is not None:
                    raise RuntimeError(f"the site ended:\n{self.said()}") from None
                if time.perf_counter() - start > PATIENCE:
                    raise RuntimeError(f"no page within {PATIENCE} s:\n{self.said()}") from None
                time.sleep(0.01)
            else:
                return

    def _end(self) -> None:
        with suppress(ProcessLookupError):  # its children may be there, though it was killed
            os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait(20)
