"""Amounts as people type them: `1 234,56`, `1.234,56`, `1,234.56`, `€ 500`.

A comma and a point mean one thing in one country and another in the next. What has only one reading is read; what has
two is not guessed, and the message says both.
"""

import re

from hanse.core.values.money import Money

_CURRENCY = re.compile(r"^(?:€|EUR|euros?)|(?:€|EUR|euros?)$", re.IGNORECASE)
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2009\u202f\t'’", " "))
_ROUND = re.compile(r"[.,](?:-{1,2}|–|—)$")
_SPACED = re.compile(r"\d{1,3}(?: \d{3})+(?:[.,]\d*)?")
_FIGURES = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_EXAMPLE = "expected for example 1234.56"
MOST_DIGITS = 12
"""Digits of whole euro beyond which a figure is a slip of the hand."""
MOST_MONTHS = 1_000_000
"""Most person-months in one place, in hundredths."""


def read_amount(typed: str) -> Money:
    """Read an amount of euro as somebody typed it.

    Raises:
        ValueError: with what is wrong, or with both readings where there are two.
    """
    text = _ROUND.sub("", _CURRENCY.sub("", typed.strip()).strip().translate(_SPACES).strip())
    if not text:
        raise ValueError(f"is empty; {_EXAMPLE}")
    if text[0] in "-−–(":
        raise ValueError(f"{typed!r} is negative; expected zero or more")
    if " " in text:
        if not _SPACED.fullmatch(text):
            raise ValueError(f"{typed!r} is not an amount; {_EXAMPLE}")
        text = text.replace(" ", "")
        whole, _, cents = text.replace(",", ".").partition(".")
        return _money(whole, cents, typed)
    if not _FIGURES.fullmatch(text):
        raise ValueError(f"{typed!r} is not an amount; {_EXAMPLE}")
    marks = [letter for letter in text if letter in ".,"]
    if not marks:
        return _money(text, "", typed)
    if len(set(marks)) == 2:
        return _of_two_marks(text, marks, typed)
    groups = text.split(marks[0])
    grouped = _are_thousands(groups)
    if len(marks) > 1:
        if not grouped:
            raise ValueError(f"{typed!r} is not an amount; {_EXAMPLE}")
        return _money("".join(groups), "", typed)
    if grouped:
        whole, rest = groups
        thousands = str(_money(whole + rest, "", typed)).removesuffix(".00")
        raise ValueError(f"{typed!r} can be {thousands} or {whole} euro and a fraction; write {whole}{rest} or {whole}")
    return _money(groups[0], groups[1], typed)


def read_months(typed: str) -> int:
    """Read person-months, in hundredths: `4`, `4,5`, `4.25`.

    Raises:
        ValueError: with what is wrong.
    """
    text = typed.strip().translate(_SPACES).replace(" ", "").replace(",", ".")
    if text[:1] in ("-", "−", "–"):
        raise ValueError(f"{typed!r} is negative; expected zero or more")
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", text):
        raise ValueError(f"{typed!r} is not a number of months; expected for example 4.5")
    whole, _, part = text.partition(".")
    if len(part) > 2:
        raise ValueError(f"{typed!r} has more than two decimals; write hundredths of a month at most")
    months = int(whole) * 100 + int(part.ljust(2, "0"))
    if months > MOST_MONTHS:
        raise ValueError(f"{typed!r} is more than {MOST_MONTHS // 100} months; expected fewer")
    return months


def show_months(months: int) -> str:
    """Hundredths of a month as a number: `4.5`."""
    whole, part = divmod(months, 100)
    return f"{whole}.{part:02d}".rstrip("0").rstrip(".")


def _of_two_marks(text: str, marks: list[str], typed: str) -> Money:
    """Comma and point together: the last one is the decimal mark, the other one groups thousands."""
    decimal = marks[-1]
    if marks.count(decimal) > 1:
        raise ValueError(f"{typed!r} is not an amount; {_EXAMPLE}")
    whole, cents = text.split(decimal)
    groups = whole.split(marks[0])
    if not _are_thousands(groups):
        raise ValueError(f"{typed!r} is not an amount; {_EXAMPLE}")
    return _money("".join(groups), cents, typed)


def _are_thousands(groups: list[str]) -> bool:
    first, *rest = groups
    return 1 <= len(first) <= 3 and not first.startswith("0") and all(len(group) == 3 for group in rest)


def _money(whole: str, cents: str, typed: str) -> Money:
    if len(cents) > 2:
        raise ValueError(f"{typed!r} has more than two decimals; write whole cents")
    if len(whole.lstrip("0")) > MOST_DIGITS:
        raise ValueError(f"{typed!r} is too large; at most {MOST_DIGITS} digits of whole euro")
    return Money(int(whole) * 100 + int(cents.ljust(2, "0")))
