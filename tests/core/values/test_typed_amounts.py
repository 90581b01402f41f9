"""What people type as an amount is read where it has one reading, and both readings are told where it has two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.core.values.money import Money
from hanse.core.values.typed_amounts import read_amount, read_months, show_months


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("0", 0),
        ("500", 50_000),
        (" 1234 ", 123_400),
        ("1234.5", 123_450),
        ("1234,5", 123_450),
        ("1 234,56", 123_456),
        ("1\u00a0234.56", 123_456),
        ("1\u202f234\u202f567", 123_456_700),
        ("1.234,56", 123_456),
        ("1,234.56", 123_456),
        ("1.234.567,8", 123_456_780),
        ("1,234,567.89", 123_456_789),
        ("1.234.567", 123_456_700),
        ("1'234.50", 123_450),
        ("1’234’567", 123_456_700),
        ("€ 500", 50_000),
        ("500€", 50_000),
        ("EUR 1 234", 123_400),
        ("1 234 euro", 123_400),
        ("500,-", 50_000),
        ("500.--", 50_000),
        ("0,50", 50),
        ("0.5", 50),
        ("007", 700),
        ("999999999999.99", 99_999_999_999_999),
    ],
)
def test_what_has_one_reading_is_read(typed: str, cents: int) -> None:
    assert read_amount(typed) == Money(cents)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "is empty"),
        ("€", "is empty"),
        ("about 5000", "'about 5000' is not an amount; expected for example 1234.56"),
        ("5k", "is not an amount"),
        ("1e5", "is not an amount"),
        ("=A1+5", "is not an amount"),
        ("5.", "is not an amount"),
        ("٥٠٠", "is not an amount"),
        ("12 34", "is not an amount"),
        ("1,23,456", "is not an amount"),
        ("1.23.456", "is not an amount"),
        ("1,23.45", "is not an amount"),
        ("1,234.56,7", "is not an amount"),
        ("1.234.5,67", "is not an amount"),
        ("-5", "is negative; expected zero or more"),
        ("−5", "is negative"),
        ("(5)", "is negative"),
        ("1,234", "can be 1\u00a0234 or 1 euro and a fraction; write 1234 or 1"),
        ("12.345", "can be 12\u00a0345 or 12 euro and a fraction; write 12345 or 12"),
        ("0,234", "more than two decimals"),
        ("1234.567", "more than two decimals"),
        ("1 234.567", "more than two decimals"),
        ("1.234,567", "more than two decimals"),
        ("1234567890123", "is too large"),
    ],
)
def test_what_has_none_or_two_is_said(typed: str, told: str) -> None:
    with pytest.raises(ValueError, match=r".") as said:
        read_amount(typed)
    assert told in str(said.value)


@given(st.integers(0, 10**14 - 1))
def test_what_is_shown_is_read_back(cents: int) -> None:
    amount = Money(cents)
    assert read_amount(str(amount)) == read_amount(amount.plain) == amount
    assert read_amount(str(amount).replace(".", ",")) == amount


@pytest.mark.parametrize(
    ("typed", "months"), [("4", 400), ("4,5", 450), ("4.25", 425), (" 1 200 ", 120_000), ("0", 0), ("10000", 1_000_000)]
)
def test_months_are_read_in_hundredths(typed: str, months: int) -> None:
    assert read_months(typed) == months


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "is not a number of months"),
        ("four", "is not a number of months"),
        ("4.", "is not a number of months"),
        ("1,2.3", "is not a number of months"),
        ("-1", "is negative"),
        ("1.125", "more than two decimals"),
        ("10001", "more than 10000 months"),
    ],
)
def test_months_that_are_none_are_said(typed: str, told: str) -> None:
    with pytest.raises(ValueError, match=r".") as said:
        read_months(typed)
    assert told in str(said.value)


@given(st.integers(0, 1_000_000))
def test_months_are_read_back(months: int) -> None:
    assert read_months(show_months(months)) == months
