"""Processes that run together: one that falls is started again, and none outlives the one that started it."""

import os
import signal
import subprocess
import sys
import threading
import time
from types import TracebackType
from typing import Self

PAUSE = 1.0
"""Seconds before a process that ended is started again, and between looks at whether the parent is still there."""


class Beside:
    """A command of `hanse` that runs beside this process, and is started again when it ends.

    with Beside("work"):
        ...
    """

    def __init__(self, *words: str):
        self._command = [sys.executable, "-m", "hanse.cli.main", *words, "--beside", str(os.getpid())]
        self._ending = threading.Event()
        self._running = self._start()
        self._watch = threading.Thread(target=self._keep, name=f"beside {words[0]}", daemon=True)

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._running.terminate()
        self._watch.join()

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self._command)  # noqa: S603 -- our own command

    def _keep(self) -> None:
        while True:
            self._running.wait()
            if self._ending.wait(PAUSE):
                return
            self._running = self._start()
            if self._ending.is_set():  # told to end while it was started
                self._running.terminate()


def end_with(parent: int) -> None:
    """Let this process end in order once the one that started it has ended, however that ended.

    Else a server that was killed would leave processes behind that go on answering on its port.
    """

    def watch() -> None:
        while True:
            time.sleep(PAUSE)
            if os.getppid() != parent:
                os.kill(os.getpid(), signal.SIGTERM)  # again and again: one that is still starting does not hear it

    threading.Thread(target=watch, name=f"ends with {parent}", daemon=True).start()
