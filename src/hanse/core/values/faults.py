"""Wrong input, told all at once: where, what is wrong, what was expected."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong with an input: the file (and line), the key in it, and what is wrong with what was expected."""

    place: str
    key: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.key}: {self.what}" if self.key else f"{self.place}: {self.what}"


class Faulty(Exception):
    """An input that cannot be used. Carries every fault found, never only the first."""

    def __init__(self, faults: Iterable[Fault]):
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))
