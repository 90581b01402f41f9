"""What was made once from texts that a digest names, kept in this process: it is never out of date."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """The latest values by key; the oldest go first.

    Args:
        most: how many are kept.
    """

    def __init__(self, most: int = 128):
        self._most = most
        self._kept: dict[Hashable, T] = {}
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of a key, made if it is not there. Two threads may both make it; one of the two stays."""
        known = self._kept.get(key)
        if known is not None:
            return known
        made = make()
        with self._lock:
            while len(self._kept) >= self._most:
                del self._kept[next(iter(self._kept))]
            return self._kept.setdefault(key, made)
