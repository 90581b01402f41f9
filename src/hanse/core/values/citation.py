"""Where a fact comes from."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from hanse.core.values.unknown import Maybe, Unknown

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in a source: `source` is an id of the call's `sources.toml`, `clause` a place in it (may be empty)."""

    source: str
    clause: str = ""

    def __str__(self) -> str:
        return f"{self.source}, {self.clause}" if self.clause else self.source


def parse_citation(written: object) -> Citation:
    """Read `"source"` or `"source: clause"`. Raises ValueError if it is not text or names no source."""
    if not isinstance(written, str) or not written.strip():
        raise ValueError('is not a citation; expected "source" or "source: clause"')
    source, _, clause = written.partition(":")
    if not source.strip():
        raise ValueError(f'{written!r} names no source; expected "source: clause"')
    return Citation(source.strip(), clause.strip())


@dataclass(frozen=True, slots=True)
class Stated(Generic[T]):
    """A figure of the call with its citation, or `Unknown`; `assumed` says why, if a rehearsal filled it in."""

    value: Maybe[T]
    citation: Citation | None = None
    assumed: str = ""

    @property
    def known(self) -> T | None:
        """The value, or None if it is unknown."""
        return None if isinstance(self.value, Unknown) else self.value
