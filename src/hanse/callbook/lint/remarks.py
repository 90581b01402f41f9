"""What lint says: where, what, and what to do about it."""

from dataclasses import dataclass, replace
from enum import Enum


class Weight(Enum):
    """A contradiction makes a call unfit for publication; a warning asks a person to look."""

    CONTRADICTION = "contradiction"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing lint found.

    Attributes:
        place: the file, with the folder's name once `at` has put it there.
        key: the key in it.
        what: what is wrong, in one sentence without its full stop.
        remedy: what to do, as a sentence.
    """

    weight: Weight
    place: str
    key: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.weight.value}: {self.place}: {self.key}: {self.what}. {self.remedy}"

    def at(self, folder: str) -> "Remark":
        """This remark with the folder's name before the file."""
        return replace(self, place=f"{folder}/{self.place}")


def contradiction(place: str, key: str, what: str, remedy: str) -> Remark:
    """A remark that no call may be published with."""
    return Remark(Weight.CONTRADICTION, place, key, what, remedy)


def warning(place: str, key: str, what: str, remedy: str) -> Remark:
    """A remark that a person should look at."""
    return Remark(Weight.WARNING, place, key, what, remedy)
