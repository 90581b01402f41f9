"""Processes that run together: one that is killed comes again, and none stays when the first one is gone."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tools.processes import all_under, command_of
from tools.running import Running

PATIENCE = 60


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Running]:
    settings = {"HANSE_MODE": "rehearsal", "HANSE_HTTPS": "no"}
    with Running("serve", tmp_path / "data", options=("--workers", "2"), settings=settings) as running:
        yield running


def until(done: Callable[[], object]) -> None:
    """Wait until something is so."""
    limit = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < limit, "it never came to that"
        time.sleep(0.05)


def kill_the_newest(site: Running) -> None:
    """The one that came last; and wait until another one is there in its place."""
    killed = site.serving()[-1]
    os.kill(killed, signal.SIGKILL)
    until(lambda: len(site.serving()) == 2 and killed not in site.serving())


def answers(site: Running) -> bool:
    """Whether it serves pages at the moment."""
    try:
        site.get("/calls")
    except OSError:
        return False
    return True


def test_whatever_is_killed_comes_again_and_nothing_outlives_the_server(site: Running) -> None:
    until(lambda: len(site.working()) == 1)
    serving, working = site.serving(), site.working()
    assert len(serving) == 2
    for pid in (serving[0], working[0]):
        os.kill(pid, signal.SIGKILL)
    until(lambda: len(site.serving()) == 2 and serving[0] not in site.serving())
    until(lambda: len(site.working()) == 1 and working[0] not in site.working())
    site.get("/calls")

    for _ in range(2):  # twice within seconds, and the server itself gives up
        kill_the_newest(site)
    until(lambda: answers(site))

    family = all_under(site.pid)
    os.kill(site.pid, signal.SIGKILL)
    until(lambda: not any(command_of(pid) for pid in family))
