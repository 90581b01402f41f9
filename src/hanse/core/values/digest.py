"""One canonical form for every value that is ever proved: the same content gives the same digest everywhere."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

from hanse.core.values.money import Money
from hanse.core.values.unknown import Unknown


def plain(value: Any) -> Any:
    """Turn a core value into JSON types: money as text with two decimals, fractions as `n/d`, instants in ISO 8601.

    Raises:
        TypeError: for a binary fraction or any type that has no exact form.
    """
    if isinstance(value, Money):
        return value.plain
    if value is None or (isinstance(value, bool | int | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Unknown):
        return {"unknown": value.note}
    if isinstance(value, Fraction | Decimal):
        return str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plain(item) for item in value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if is_dataclass(value):
        # What does not take part in equality is not content: it must not change a digest.
        return {field.name: plain(getattr(value, field.name)) for field in fields(value) if field.compare}
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical_json(value: Any) -> bytes:
    """The canonical bytes of a value: JSON, keys sorted, no spare space, UTF-8."""
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical form, in lower-case hexadecimal."""
    from hashlib import sha256  # slow to load, and most commands prove nothing

    return sha256(canonical_json(value)).hexdigest()
