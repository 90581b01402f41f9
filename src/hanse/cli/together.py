"""Work on thousands of proposals on every core, its results in order."""

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

T = TypeVar("T")

WORTH_SHARING = 2_000
"""Fewer proposals than this are checked before a second process has started."""

AT_ONCE = 250
"""Proposals of a batch: their JSON takes a megabyte or two."""


def in_batches(count: int, work: Callable[[range], T]) -> Iterator[T]:
    """Do some work on the numbers from 0 to `count`, batch by batch, and give the results in order.

    A process for each core is forked, so that it has at once all that the work needs; this one hands the results on.
    A process waits with a result until it is asked for it: no more than one batch a core is held in memory.

    Args:
        work: pure work on a batch. A forked process has no threads, so it must not use a library that needs them.

    Raises:
        RuntimeError: if another process ended without an answer.
    """
    batches = [range(first, min(first + AT_ONCE, count)) for first in range(0, count, AT_ONCE)]
    cores = _cores()
    if count < WORTH_SHARING or cores == 1 or not hasattr(os, "fork"):
        yield from map(work, batches)
        return
    helpers = [_start(work, batches[number::cores]) for number in range(cores)]
    try:
        for number in range(len(batches)):
            yield _received(helpers[number % cores][1])
    finally:
        for process, results in helpers:
            # One that still waits to hand over a result would wait for ever; and a handler of SIGTERM that it has from
            # this process would not end it.
            process.kill()
            process.join()
            results.close()


def _start(work: Callable[[range], T], batches: Sequence[range]) -> "tuple[BaseProcess, Connection[None, T]]":
    import multiprocessing  # slow to load, and a single check must not wait for it

    fork = multiprocessing.get_context("fork")
    here, there = fork.Pipe(duplex=False)
    process = fork.Process(target=_answer, args=(work, batches, there), daemon=True)
    with warnings.catch_warnings():
        # Newer Pythons warn of forks beside threads; `work` keeps away from what needs them.
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    there.close()  # only the other process writes; its end is then seen here
    return process, here


def _answer(work: Callable[[range], T], batches: Sequence[range], there: "Connection[T, None]") -> None:
    with closing(there):
        for batch in batches:
            there.send(work(batch))


def _received(results: "Connection[None, T]") -> T:
    try:
        return results.recv()
    except EOFError:
        raise RuntimeError("a process that checked proposals ended without an answer") from None


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
