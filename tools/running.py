"""A site that runs in a process of its own, for tests, pictures and measurements: up when it answers, ended by id."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self

PATIENCE = 60
"""Seconds to wait for a site that starts."""


class Running:
    """`hanse demo` or `hanse serve` on a free port of loopback.

        with Running("demo", data) as site:
            site.get("/calls")

    Attributes:
        address: where it is, such as `http://127.0.0.1:40123`.
        log: the file with all it says.
        seconds: from the start of the process to the first whole page.
    """

    def __init__(self, command: str, data: Path):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self.log = data.parent / f"{data.name}.log"
        self._command = [
            sys.executable, "-m", "hanse.cli.main", command, "--data", str(data), "--port", str(port),
        ]  # fmt: skip

    def __enter__(self) -> Self:
        # What the caller is set to, such as the settings of tests, is not this site's.
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("HANSE_", "DJANGO_"))}
        start = time.perf_counter()
        with self.log.open("w") as log:
            self._process = subprocess.Popen(  # noqa: S603 -- our own command
                self._command, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        try:
            self._wait(start)
        except BaseException:
            self._end()
            raise
        self.seconds = time.perf_counter() - start
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def get(self, path: str) -> tuple[bytes, str]:
        """What a path answers, as sent, and how it is encoded."""
        request = urllib.request.Request(f"{self.address}{path}", headers={"Accept-Encoding": "gzip"})  # noqa: S310 -- loopback
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 -- loopback
            return answer.read(), answer.headers.get("Content-Encoding", "")

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
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait(20)
