"""What a source does not say.

A fact is either a value or `Unknown`. `Unknown` is never read as "no", as zero or as a default: it makes a
verdict undecided, and its note travels to the reader.
"""

from dataclasses import dataclass
from typing import NoReturn, TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A fact that is not stated. `note` says what was looked for, in plain words."""

    note: str = ""

    def __bool__(self) -> NoReturn:
        raise TypeError("an unknown fact is neither true nor false; ask isinstance(fact, Unknown) first")


Maybe: TypeAlias = T | Unknown

NOT_STATED = Unknown("not stated")
