"""Values as a reader meets them on a page: amounts, rates, days and gaps in plain words."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

from hanse.core.values.money import Money
from hanse.core.values.rates import show_rate
from hanse.core.values.unknown import Unknown

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def euro(amount: Money) -> str:
    """An amount with its unit, cents only where there are any: `6 600 000 EUR` (no-break spaces)."""
    return f"{str(amount).removesuffix('.00')}\u00a0EUR"


def per_cent(rate: Fraction) -> str:
    """A rate in per cent if four decimals hold it exactly, else as the fraction it is: `90 %`, `2/3`."""
    exact = (rate * 100 * 10**4).denominator == 1
    return show_rate(rate, 4) if exact else str(rate)


def day_in_words(day: date) -> str:
    """`2 December 2020`, the same in every locale."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def hour_in_words(hour: time) -> str:
    """`17:00`, with seconds only where there are any."""
    return f"{hour:%H:%M}" if not hour.second else f"{hour:%H:%M:%S}"


def left_in_words(left: timedelta) -> str:
    """`3 days, 4 hours`, `4 hours, 5 minutes`, `5 minutes`, `less than a minute`; nothing when none is left.

    The script that lets countdowns tick words it alike.
    """
    if left <= timedelta():
        return ""
    minutes = left // timedelta(minutes=1)
    parts = [(minutes // 1440, "day"), (minutes // 60 % 24, "hour"), (minutes % 60, "minute")]
    first = next((place for place, (count, _) in enumerate(parts) if count), None)
    if first is None:
        return "less than a minute"
    return ", ".join(f"{count} {unit}{'s' * (count != 1)}" for count, unit in parts[first : first + 2] if count)


def not_stated(fact: Unknown) -> str:
    """A gap in words: `not stated`, with what was looked for where the folder says so."""
    note = fact.note.strip().rstrip(".")
    return "not stated" if note in ("", "not stated") else f"not stated ({note})"


def in_words(value: Any) -> str:
    """Any value of a call in words. Text passes through; a list reads with commas, a table as `key: value`."""
    plain = _scalar(value)
    if plain is not None:
        return plain
    if isinstance(value, Mapping):
        if set(value) == {"unknown"}:
            return not_stated(Unknown(str(value["unknown"])))
        return "; ".join(f"{key}: {in_words(item)}" for key, item in value.items())
    if isinstance(value, list | tuple | frozenset | set):
        items = [in_words(item) for item in value]
        return ", ".join(items if isinstance(value, list | tuple) else sorted(items)) or "none"
    return str(value)


def _scalar(value: Any) -> str | None:
    """The value in words if it is a single one of a known type, else None."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Unknown):
        return not_stated(value)
    if isinstance(value, Money):
        return euro(value)
    if isinstance(value, Fraction):
        return per_cent(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, Enum):
        return str(value.value).replace("_", " ")
    if isinstance(value, date):
        return day_in_words(value)
    if isinstance(value, time):
        return hour_in_words(value)
    return None
