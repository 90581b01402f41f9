"""Euro amounts in whole cents, and the one rounding that always adds up."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

_PLAIN = re.compile(r"-?\d+(\.\d{1,2})?")
_SPACES = str.maketrans("", "", " \u00a0\u2009\u202f")


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount of euro, held in integer cents. May be negative: a balance can be."""

    cents: int

    def __add__(self, other: "Money") -> "Money":
        return Money(self.cents + other.cents)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.cents - other.cents)

    def __str__(self) -> str:
        """Show as `1 234.56`, the way EU documents group thousands (a no-break space)."""
        sign = "-" if self.cents < 0 else ""
        euros, cents = divmod(abs(self.cents), 100)
        return f"{sign}{euros:,}".replace(",", "\u00a0") + f".{cents:02d}"

    @property
    def plain(self) -> str:
        """The amount as a file holds it: `1234.56`."""
        sign = "-" if self.cents < 0 else ""
        euros, cents = divmod(abs(self.cents), 100)
        return f"{sign}{euros}.{cents:02d}"


ZERO = Money(0)


def parse_money(written: object) -> Money:
    """Read an amount of euro: a whole number, or text such as `"550 000"` or `"1234.56"`.

    Raises:
        ValueError: with what is wrong and what was expected. A decimal comma is refused, because `1,234`
            means a thousand in one country and one in another; a binary fraction is refused, because it
            cannot hold most cents.
    """
    if isinstance(written, bool):
        raise ValueError('is a yes/no value; expected an amount such as 550000 or "1234.56"')
    if isinstance(written, int):
        return Money(written * 100)
    if isinstance(written, float):
        raise ValueError(f'is the binary fraction {written!r}; write it as text, for example "{written:.2f}"')
    if not isinstance(written, str):
        raise ValueError('is not an amount; expected for example 550000 or "1234.56"')
    text = written.strip().translate(_SPACES)
    if "," in text:
        raise ValueError(f'{written!r} has a comma; write cents after a point and no thousands comma: "1234.56"')
    if not _PLAIN.fullmatch(text) or not text.isascii():
        raise ValueError(f'{written!r} is not an amount; expected for example "1234.56"')
    euros, _, cents = text.partition(".")
    magnitude = int(euros.lstrip("-")) * 100 + int(cents.ljust(2, "0"))
    return Money(-magnitude if text.startswith("-") else magnitude)


def parse_sum(written: object) -> Money:
    """Read an amount that cannot be below zero, such as a cost or a grant. Raises as `parse_money` does."""
    amount = parse_money(written)
    if amount < ZERO:
        raise ValueError(f"{amount.plain} is negative; expected zero or more")
    return amount


def portion(amount: Money, rate: Fraction) -> Money:
    """The part of `amount` that `rate` allows, rounded down to the cent: a maximum rate is never exceeded."""
    return Money(amount.cents * rate.numerator // rate.denominator)


def share_out(total: Money, weights: Sequence[int]) -> tuple[Money, ...]:
    """Split `total` by `weights` so that the parts add up to it to the cent (largest remainder; ties go first come).

    Args:
        total: zero or more.
        weights: zero or more each, not all zero; any unit.

    Raises:
        ValueError: if the total or a weight is negative, or all weights are zero.
    """
    if total < ZERO or any(weight < 0 for weight in weights) or not sum(weights):
        raise ValueError("expected a total and weights of zero or more, with at least one weight above zero")
    whole = sum(weights)
    floors = [total.cents * weight // whole for weight in weights]
    rests = [total.cents * weight % whole for weight in weights]
    left = total.cents - sum(floors)
    for place in sorted(range(len(weights)), key=lambda place: -rests[place])[:left]:
        floors[place] += 1
    return tuple(Money(cents) for cents in floors)
