"""Rates are exact fractions, and a rate above its limit never reads as the limit."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.core.values.rates import parse_rate, show_rate, show_rates_apart

SPACE = "\u00a0"


@pytest.mark.parametrize(
    ("written", "rate"),
    [
        pytest.param(0.9, Fraction(9, 10), id="a decimal means what it shows"),
        pytest.param("0.9", Fraction(9, 10), id="so does the same as text"),
        pytest.param("90 %", Fraction(9, 10), id="per cent"),
        pytest.param("12.5%", Fraction(1, 8), id="per cent with decimals"),
        pytest.param(" 2/3 ", Fraction(2, 3), id="a fraction"),
        pytest.param(1, Fraction(1), id="all"),
        pytest.param(0, Fraction(0), id="nothing"),
    ],
)
def test_a_rate_is_read_exactly(written: object, rate: Fraction) -> None:
    assert parse_rate(written) == rate


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        pytest.param(90, "'90' is not between 0 and 1; for ninety per cent write 0.9", id="ninety is not 90 %"),
        pytest.param("101 %", "not between 0 and 1", id="more than all"),
        pytest.param("-1/2", "not between 0 and 1", id="below nothing"),
        pytest.param("1/0", 'expected for example "2/3"', id="divided by zero"),
        pytest.param("a/b", 'expected for example "2/3"', id="letters"),
        pytest.param("0,9", "is not a rate", id="a decimal comma"),
        pytest.param("ninety", "is not a rate", id="a word"),
        pytest.param(True, "is not a rate", id="true is not all"),
        pytest.param(None, "is not a rate", id="nothing written"),
        pytest.param(float("nan"), "is not a rate", id="not a number"),
    ],
)
def test_what_is_not_a_rate_is_refused_with_what_was_expected(written: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_rate(written)


@pytest.mark.parametrize(
    ("rate", "places", "shown"),
    [
        (Fraction(9, 10), 2, "90"),
        (Fraction(904, 1000), 2, "90.4"),
        (Fraction(2, 3), 2, "66.66"),
        (Fraction(2, 3), 0, "66"),
        (Fraction(1, 1000), 2, "0.1"),
        (Fraction(3, 2), 2, "150"),
    ],
)
def test_a_rate_is_cut_off_and_never_rounded_up(rate: Fraction, places: int, shown: str) -> None:
    assert show_rate(rate, places) == f"{shown}{SPACE}%"


def test_two_rates_are_shown_with_as_many_decimals_as_tell_them_apart() -> None:
    assert show_rates_apart(Fraction(900_001, 10**6), Fraction(9, 10)) == (f"90.0001{SPACE}%", f"90{SPACE}%")
    assert show_rates_apart(Fraction(1, 2), Fraction(1, 2)) == (f"50{SPACE}%", f"50{SPACE}%")


def test_rates_that_twelve_decimals_do_not_tell_apart_are_shown_alike() -> None:
    assert show_rates_apart(Fraction(9, 10) + Fraction(1, 10**20), Fraction(9, 10)) == (f"90{SPACE}%", f"90{SPACE}%")


@given(st.fractions(0, 1), st.integers(0, 6))
def test_what_is_shown_is_never_more_than_the_rate_and_less_than_one_last_digit_below(
    rate: Fraction, places: int
) -> None:
    shown = Fraction(show_rate(rate, places).removesuffix(f"{SPACE}%")) / 100
    assert shown <= rate < shown + Fraction(1, 100 * 10**places)
