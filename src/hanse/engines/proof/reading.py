"""JSON from strangers: nothing given twice, nothing without a canonical form, nothing without end."""

import json
from typing import Any

from hanse.core.values.digest import canonical_json

MOST_DEPTH = 40


def strict_json(content: bytes) -> Any:
    """What JSON says.

    Raises:
        ValueError: if it is none, gives a key twice, or holds what has no canonical form; the message says which.
    """
    try:
        value = json.loads(content.decode(), object_pairs_hook=_without_doubles)
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    odd = oddities(value)
    if odd:
        raise ValueError(odd[0])
    return value


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("gives a key twice")
    return table


def oddities(value: Any) -> tuple[str, ...]:
    """What in a value has no canonical form, so that no digest of it can be taken."""
    found: list[str] = []
    waiting: list[tuple[Any, int]] = [(value, 0)]
    while waiting:
        each, depth = waiting.pop()
        if depth > MOST_DEPTH:
            return (f"is nested more than {MOST_DEPTH} deep",)
        if isinstance(each, dict):
            waiting += [(part, depth + 1) for pair in each.items() for part in pair]
            if not all(isinstance(key, str) for key in each):
                found.append("has a key that is no text")
        elif isinstance(each, list):
            waiting += [(part, depth + 1) for part in each]
        elif isinstance(each, str):
            if any("\ud800" <= letter <= "\udfff" for letter in each):
                found.append("holds half a letter, which no text has")
        elif not (each is None or isinstance(each, int)):
            found.append(f"holds {str(each)[:20]}, a number with a point, which nothing sealed has")
    return tuple(dict.fromkeys(found))


def same(one: Any, other: Any) -> bool:
    """Whether two values of JSON say the same: 1 and true do not."""
    return not oddities(one) and not oddities(other) and canonical_json(one) == canonical_json(other)
