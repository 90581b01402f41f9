"""Amounts are whole cents, read without guessing, and shared out without losing one."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.core.values.money import ZERO, Money, parse_money, parse_sum, portion, share_out


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        pytest.param(550_000, 55_000_000, id="a whole number is euro"),
        pytest.param("1234.56", 123_456, id="cents stand after a point"),
        pytest.param("1234.5", 123_450, id="one decimal is ten cents each"),
        pytest.param("12", 1_200, id="text without a point is euro"),
        pytest.param("550 000", 55_000_000, id="a space may group thousands"),
        pytest.param("550\u00a0000", 55_000_000, id="so may a no-break space"),
        pytest.param("550\u202f000", 55_000_000, id="so may a narrow no-break space"),
        pytest.param("  7.00 ", 700, id="spaces around are ignored"),
        pytest.param("-0.05", -5, id="five cents below zero"),
        pytest.param(-3, -300, id="a negative whole number"),
    ],
)
def test_an_amount_is_read_exactly(written: object, cents: int) -> None:
    assert parse_money(written) == Money(cents)


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        pytest.param("1,234.56", "comma", id="a thousands comma is refused"),
        pytest.param("1234,56", "comma", id="a decimal comma is refused"),
        pytest.param(0.1, "binary fraction 0.1; write it as text", id="a binary fraction is refused"),
        pytest.param(True, "yes/no", id="true is not one euro"),
        pytest.param(None, "is not an amount", id="nothing is not an amount"),
        pytest.param("", "is not an amount", id="empty text"),
        pytest.param("1.234", "is not an amount", id="three decimals"),
        pytest.param("12.", "is not an amount", id="a point without cents"),
        pytest.param("€ 5", "is not an amount", id="a currency sign"),
        pytest.param("٣", "is not an amount", id="digits of another script"),
        pytest.param("1e6", "is not an amount", id="scientific notation"),
    ],
)
def test_what_is_not_an_amount_is_refused_with_what_was_expected(written: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_money(written)


def test_a_sum_cannot_be_below_zero() -> None:
    assert parse_sum("0") == ZERO
    with pytest.raises(ValueError, match=r"-0\.01 is negative; expected zero or more"):
        parse_sum("-0.01")


@pytest.mark.parametrize(
    ("cents", "shown", "plain"),
    [
        (0, "0.00", "0.00"),
        (5, "0.05", "0.05"),
        (-5, "-0.05", "-0.05"),
        (123_456_789, "1\u00a0234\u00a0567.89", "1234567.89"),
        (-55_000_000, "-550\u00a0000.00", "-550000.00"),
    ],
)
def test_an_amount_is_shown_the_way_eu_documents_group_thousands(cents: int, shown: str, plain: str) -> None:
    assert (str(Money(cents)), Money(cents).plain) == (shown, plain)


@given(st.integers(-(10**18), 10**18))
def test_what_is_written_plainly_reads_back_the_same(cents: int) -> None:
    assert parse_money(Money(cents).plain) == Money(cents)


@given(st.integers(), st.integers())
def test_adding_and_taking_away_are_exact(one: int, other: int) -> None:
    assert Money(one) + Money(other) - Money(other) == Money(one)


@given(st.integers(0, 10**15), st.fractions(0, 1))
def test_a_portion_never_exceeds_its_rate_and_misses_it_by_less_than_a_cent(cents: int, rate: Fraction) -> None:
    part = portion(Money(cents), rate).cents
    assert part <= cents * rate < part + 1


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=9).filter(any))
def test_parts_add_up_and_none_is_a_cent_or_more_from_its_due(cents: int, weights: list[int]) -> None:
    parts = share_out(Money(cents), weights)
    assert sum(part.cents for part in parts) == cents
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.cents - Fraction(cents * weight, sum(weights))) < 1


def test_the_spare_cent_goes_to_the_largest_remainder_and_among_equals_to_the_first() -> None:
    assert share_out(Money(100), [1, 1, 1]) == (Money(34), Money(33), Money(33))
    assert share_out(Money(10), [1, 2, 0]) == (Money(3), Money(7), Money(0))


@pytest.mark.parametrize(
    ("total", "weights"),
    [
        pytest.param(-1, [1], id="a negative total"),
        pytest.param(1, [2, -1], id="a negative weight"),
        pytest.param(1, [0, 0], id="no weight above zero"),
        pytest.param(1, [], id="nobody to share with"),
    ],
)
def test_what_cannot_be_shared_out_is_refused(total: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match="expected a total and weights of zero or more"):
        share_out(Money(total), weights)
