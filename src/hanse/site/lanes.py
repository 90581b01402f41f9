"""Threads that serve requests: one at a time, and another one beside a request that takes long.

Python lets one thread of a process compute at a time. Several that take turns gain nothing by it, and lose: whoever
asks the database lets go, and gets its turn back only when another has had enough, which makes the time between BEGIN
and COMMIT, for which all others wait, several times as long. And each thread has a line to the database of its own,
whose memory of pages is worth nothing once another line has written. Several processors are used by several processes.

What takes long, such as a paper that is drawn or a wait for a lock, must keep nobody else waiting. So after a moment
the next request begins in another thread.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from heapq import heappop, heappush
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Lanes:
    """Threads of which the first serves, and the others only while it is held up.

    For one event loop.

    Args:
        number: of threads.
        patience: seconds after which a request is long, and the next one need not wait for it.
    """

    def __init__(self, number: int, patience: float):
        self._patience = patience
        self._turn = asyncio.Semaphore()
        self._idle = asyncio.Semaphore(number)
        self._lanes = [(n, ThreadPoolExecutor(1, thread_name_prefix=f"serving-{n}")) for n in range(number)]

    async def run(self, work: Callable[P, T], *told: P.args, **named: P.kwargs) -> T:
        """Do some work in a thread when its turn has come, in the order in which it was asked for; what it gives."""
        await self._turn.acquire()
        try:
            await self._idle.acquire()
        except BaseException:
            self._turn.release()
            raise
        lane = heappop(self._lanes)
        waiting = True

        def let_the_next_begin() -> None:
            nonlocal waiting
            if waiting:
                waiting = False
                self._turn.release()

        def end() -> None:
            heappush(self._lanes, lane)
            self._idle.release()
            let_the_next_begin()

        loop = asyncio.get_running_loop()
        # The thread itself says when it is idle: whoever waits for it may have gone before.
        doing = lane[1].submit(work, *told, **named)
        doing.add_done_callback(lambda _: loop.call_soon_threadsafe(end))
        loop.call_later(self._patience, let_the_next_begin)
        return await asyncio.wrap_future(doing)
