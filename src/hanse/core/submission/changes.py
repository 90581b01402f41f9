"""What changed between two states of an application, one change a thing that a person would call one.

Applications are compared as the tables that a draft file holds (docs/reference/dossier.md): a text, a member, a cell of
the budget, an annex, a declaration, an aim. Rows are the same by what they are of, never by where they stand.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

Table = Mapping[str, Any]
Place = tuple[str, ...]


class Kind(Enum):
    """What changed."""

    AIM = "aim"
    TEXT = "text"
    MEMBER = "member"
    BUDGET = "budget cell"
    ANNEX = "annex"
    DECLARATION = "declaration"


@dataclass(frozen=True, slots=True)
class ApplicationChange:
    """One change.

    Attributes:
        place: what changed: the key of a text; ids of partner, work package and category of a cell.
        before, after: how it read; empty where it was not, or is no more.
    """

    kind: Kind
    place: Place
    before: str
    after: str


_AIMS = ("title", "strand", "targets", "duration_months")
_ROWS: Mapping[str, tuple[str, ...]] = {
    "cost": ("partner", "work_package", "category"),
    "financing": ("partner", "source"),
    "part": ("partner",),
}
"""What rows of the budget are of."""


def changes_between(before: Table, after: Table) -> tuple[ApplicationChange, ...]:
    """Every change from one state to another, in the order of kinds and places; none if they say the same."""
    old, new = dict(_things(before)), dict(_things(after))
    found = [
        ApplicationChange(kind, place, was.beside(now), now.beside(was))
        for kind, place in {**old, **new}
        if (was := old.get((kind, place), _NOTHING)) != (now := new.get((kind, place), _NOTHING))
    ]
    order = list(Kind)
    return tuple(sorted(found, key=lambda change: (order.index(change.kind), change.place)))


def changes_in_words(changes: Iterable[ApplicationChange]) -> str:
    """How many, and of what: `14 changes: 9 texts, 3 budget cells, 2 annexes`."""
    counts = Counter(change.kind for change in changes)
    whole = sum(counts.values())
    if not whole:
        return "no changes"
    told = ", ".join(f"{counts[kind]} {_several(kind, counts[kind])}" for kind in Kind if counts[kind])
    return f"{whole} change{'' if whole == 1 else 's'}: {told}"


def _several(kind: Kind, count: int) -> str:
    word = kind.value
    return word if count == 1 else f"{word}es" if word.endswith("x") else f"{word}s"


@dataclass(frozen=True, slots=True)
class _Thing:
    """What stands in one place; things are compared as they are, not as they are shown."""

    held: Any
    shown: str = field(compare=False)

    def beside(self, other: "_Thing") -> str:
        """How it reads beside another state of it: of two rows, only what differs."""
        if not isinstance(self.held, Mapping) or not isinstance(other.held, Mapping):
            return self.shown
        return _told({key: held for key, held in self.held.items() if held != other.held.get(key, _NOTHING)})


_NOTHING = _Thing(None, "")


def _things(table: Table) -> Iterator[tuple[tuple[Kind, Place], _Thing]]:
    for key in _AIMS:
        if key in table:
            yield (Kind.AIM, (key,)), _Thing(table[key], _shown(table[key]))
    for key, text in table.get("sections", {}).items():
        yield (Kind.TEXT, (key,)), _Thing(text, text)
    yield from _rows(Kind.MEMBER, (), table.get("member", ()), ("organisation",))
    for key, held in table.get("budget", {}).items():
        if key in _ROWS and isinstance(held, list | tuple) and held:
            yield from _rows(Kind.BUDGET, (key,), held, _ROWS[key])
        else:  # that there are none is stated too
            yield (Kind.BUDGET, (key,)), _Thing(held, _shown(held) or "none")
    yield from _rows(Kind.ANNEX, (), table.get("annex", ()), ("kind", "partner"))
    yield from _rows(Kind.DECLARATION, (), table.get("declaration", ()), ("kind", "partner"))


def _rows(
    kind: Kind, under: Place, rows: Iterable[Table], of: tuple[str, ...]
) -> Iterator[tuple[tuple[Kind, Place], _Thing]]:
    seen: Counter[Place] = Counter()
    for row in sorted(rows, key=_shown):  # where they stand says nothing
        place = (*under, *(str(row.get(key, "")) for key in of))
        seen[place] += 1
        # Two rows of the same thing stay two.
        told = place if seen[place] == 1 else (*place, str(seen[place]))
        held = {key: value for key, value in row.items() if key not in of}
        yield (kind, told), _Thing(held, _told(held))


def _told(row: Table) -> str:
    return "; ".join(f"{key.replace('_', ' ')}: {_shown(value)}" for key, value in row.items())


def _shown(held: Any) -> str:
    if isinstance(held, bool):
        return "yes" if held else "no"
    if isinstance(held, Mapping):
        return ", ".join(f"{key} {_shown(value)}" for key, value in sorted(held.items()))
    if isinstance(held, list | tuple):
        return ", ".join(map(_shown, held))
    return str(held)
