"""Rates as exact fractions."""

import re
from fractions import Fraction

_WRITTEN = re.compile(r"(\d+(?:\.\d+)?)\s*(%?)")


def parse_rate(written: object) -> Fraction:
    """Read a rate between 0 and 1: `0.9`, `"0.9"`, `"90 %"` or `"2/3"`.

    Raises:
        ValueError: with what is wrong and what was expected.
    """
    if isinstance(written, bool) or not isinstance(written, int | float | str):
        raise ValueError('is not a rate; expected for example 0.9 or "90 %"')
    text = str(written).strip()
    if "/" in text:
        try:
            rate = Fraction(text)
        except (ValueError, ZeroDivisionError):
            raise ValueError(f'{text!r} is not a rate; expected for example "2/3"') from None
    else:
        found = _WRITTEN.fullmatch(text)
        if not found:
            raise ValueError(f'{text!r} is not a rate; expected for example 0.9 or "90 %"')
        rate = Fraction(found[1]) / (100 if found[2] else 1)
    if not 0 <= rate <= 1:
        raise ValueError(f'{text!r} is not between 0 and 1; for ninety per cent write 0.9 or "90 %"')
    return rate


def show_rate(rate: Fraction, places: int = 2) -> str:
    """Show a rate in per cent with at most `places` decimals, cut off and never rounded up: 0.904 is `90.4 %`.

    Cutting keeps a rate just above a limit from reading as the limit only when the decimals suffice; callers
    that compare two rates show them with `show_rates_apart`.
    """
    return show_share(rate.numerator, rate.denominator, places)


def show_share(part: int, whole: int, places: int = 2) -> str:
    """Show what `part` is of `whole`, as `show_rate` does; `whole` is above zero."""
    full, rest = divmod(part * 100 * 10**places // whole, 10**places)
    decimals = f"{rest:0{places}d}".rstrip("0") if places else ""
    return f"{full}.{decimals}\u00a0%" if decimals else f"{full}\u00a0%"


def show_rates_apart(rate: Fraction, limit: Fraction) -> tuple[str, str]:
    """Show two different rates with as many decimals as it takes to tell them apart (at most twelve)."""
    for places in range(1, 13):
        shown = show_rate(rate, places), show_rate(limit, places)
        if rate == limit or shown[0] != shown[1]:
            return shown
    return shown
