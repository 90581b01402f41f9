"""Threads that serve one at a time, and others beside what takes long."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from hanse.site.lanes import Lanes

NEVER = 3_600.0
"""A patience that does not end within a test."""


def of_one_loop(test: Callable[[], object]) -> None:
    asyncio.run(asyncio.wait_for(test(), 60))  # type: ignore[arg-type]


def test_brief_work_is_done_one_after_the_other_in_one_thread() -> None:
    done: list[tuple[int, str]] = []
    running: list[int] = []

    def work(number: int) -> int:
        running.append(number)
        assert len(running) == 1
        done.append((number, threading.current_thread().name))
        running.remove(number)
        return number * 2

    async def test() -> None:
        lanes = Lanes(4, NEVER)
        assert await asyncio.gather(*(lanes.run(work, number) for number in range(20))) == [n * 2 for n in range(20)]

    of_one_loop(test)
    assert [number for number, _ in done] == list(range(20)), "in the order in which it was asked for"
    assert len({thread for _, thread in done}) == 1


def test_what_takes_long_keeps_nobody_waiting_and_the_first_thread_comes_first_again() -> None:
    go = threading.Event()

    def name() -> str:
        return threading.current_thread().name

    def held() -> str:
        assert go.wait(60)
        return name()

    async def test() -> None:
        lanes = Lanes(2, 0.01)
        long = asyncio.create_task(lanes.run(held))
        await asyncio.sleep(0)  # it begins
        beside = await lanes.run(name)
        go.set()
        first = await long
        assert first != beside
        assert await lanes.run(name) == first

    of_one_loop(test)


def test_when_all_threads_are_held_the_next_waits_for_one() -> None:
    go = threading.Event()
    begun = threading.Semaphore(0)

    def held() -> bool:
        begun.release()
        return go.wait(60)

    async def test() -> None:
        lanes = Lanes(2, 0.001)
        long = [asyncio.create_task(lanes.run(held)) for _ in range(2)]
        for _ in range(2):
            assert await asyncio.to_thread(begun.acquire, timeout=60)
        late = asyncio.create_task(lanes.run(threading.get_ident))
        await asyncio.sleep(0.05)
        assert not late.done()
        go.set()
        assert await asyncio.gather(*long) == [True, True]
        assert await late

    of_one_loop(test)


def test_work_that_fails_lets_the_next_begin() -> None:
    def fail() -> None:
        raise RuntimeError("as it happens")

    async def test() -> None:
        lanes = Lanes(1, NEVER)
        for _ in range(3):
            with pytest.raises(RuntimeError, match="as it happens"):
                await lanes.run(fail)
        assert await lanes.run(lambda: 1) == 1

    of_one_loop(test)


def test_who_went_away_while_waiting_keeps_nobody_out() -> None:
    go = threading.Event()

    async def test() -> None:
        lanes = Lanes(1, NEVER)
        long = asyncio.create_task(lanes.run(go.wait, 60))
        gone = asyncio.create_task(lanes.run(lambda: 1))
        await asyncio.sleep(0)
        gone.cancel()
        go.set()
        assert await long
        assert await lanes.run(lambda: 2) == 2

    of_one_loop(test)
