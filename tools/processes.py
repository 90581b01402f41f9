"""What runs under a process, and what it costs, as the kernel tells (`/proc`)."""

import os
import subprocess
from contextlib import suppress
from pathlib import Path

TICK = 1 / os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def children_of(pid: int) -> list[int]:
    """The processes that a process started and that still run, by id."""
    found: list[int] = []
    with suppress(OSError):
        for thread in (PROC / str(pid) / "task").iterdir():
            found += map(int, (thread / "children").read_text().split())
    return sorted(each for each in found if _state_of(each) not in ("Z", ""))


def all_under(pid: int) -> list[int]:
    """A process and all that it and its children started."""
    found = [pid]
    for each in found:
        found += children_of(each)
    return found


def command_of(pid: int) -> list[str]:
    """With which words a process was started; none if it has ended."""
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def seconds_of(pid: int) -> float:
    """Seconds of processor time that a process and its ended children have used."""
    told = _stat(pid)
    return sum(map(int, told[11:15])) * TICK if told else 0.0


def waited_for(what: str) -> float:
    """Seconds since the machine started in which somebody who had work to do waited; 0 where the kernel does not tell.

    Args:
        what: "cpu", "io" or "memory".
    """
    try:
        told = (PROC / "pressure" / what).read_text()
    except OSError:
        return 0.0
    return int(told.splitlines()[0].rpartition("=")[2]) / 1e6


def limit_files(pid: int, most: int | None, user: str | None = None) -> None:
    """Let a process and all under it write no further than so many bytes into any file, as if the disk were full.

    Args:
        most: bytes; None: as many as they like again.
        user: whose processes they are, if not one's own.
    """
    limit = f"--fsize={'unlimited' if most is None else most}:"  # the limit that holds; the one beyond stays
    for each in all_under(pid):
        command = ["prlimit", "--pid", str(each), limit]
        subprocess.run(command, check=False, stderr=subprocess.DEVNULL, user=user)  # noqa: S603 -- it may have ended


def _state_of(pid: int) -> str:
    told = _stat(pid)
    return told[0] if told else ""


def _stat(pid: int) -> list[str]:
    """What the kernel says of a process, from its state on; nothing if it has ended."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
