"""Work shared among processes comes back whole and in order."""

import os
from collections.abc import Iterator

import pytest

from hanse.cli import together
from hanse.cli.together import in_batches


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(together, "WORTH_SHARING", 10)
    monkeypatch.setattr(together, "AT_ONCE", 3)
    yield
    assert not _children(), "a process was left behind"


def _children() -> list[int]:
    from multiprocessing import active_children

    return [child.pid or 0 for child in active_children()]


def _told(batch: range) -> tuple[int, list[int]]:
    return os.getpid(), list(batch)


@pytest.mark.parametrize("cores", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 30])
def test_results_come_in_order_whatever_the_number_of_processes(
    count: int, cores: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "_cores", lambda: cores)
    answers = list(in_batches(count, _told))
    assert [number for _, numbers in answers for number in numbers] == list(range(count))
    shared = count >= 10 and cores > 1
    assert {process == os.getpid() for process, _ in answers} == ({not shared} if count else set())


def test_a_process_that_dies_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "_cores", lambda: 2)

    def work(batch: range) -> int:
        if 3 in batch:
            os._exit(7)
        return batch.start

    results = in_batches(20, work)
    assert next(results) == 0
    with pytest.raises(RuntimeError, match="ended without an answer"):
        list(results)


def test_nobody_is_left_waiting_when_the_reader_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "_cores", lambda: 2)
    results = in_batches(60, lambda batch: b"x" * 1_000_000 if batch else b"")
    assert len(next(results)) == 1_000_000
    results.close()  # type: ignore[attr-defined]
