"""Values in plain words."""

from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.core.call import Force, TieBreakKind
from hanse.core.values.money import Money, parse_money
from hanse.core.values.rates import parse_rate
from hanse.core.values.unknown import Unknown
from hanse.core.values.words import day_in_words, euro, hour_in_words, in_words, left_in_words, not_stated, per_cent


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "yes"),
        (False, "no"),
        (Unknown(""), "not stated"),
        (Unknown("not stated"), "not stated"),
        (Unknown("the hour."), "not stated (the hour)"),
        ({"unknown": "which proposals fall"}, "not stated (which proposals fall)"),
        (Money(660_000_000), "6\u00a0600\u00a0000\u00a0EUR"),
        (Money(1), "0.01\u00a0EUR"),
        (Fraction(9, 10), "90\u00a0%"),
        (Fraction(2, 3), "2/3"),
        (Decimal(100), "100"),
        (Decimal("3.50"), "3.5"),
        (Force.ADVISED, "advised"),
        (TieBreakKind.LOWER_REQUEST, "lower request"),
        (date(2020, 12, 2), "2 December 2020"),
        (time(17), "17:00"),
        (time(16, 59, 59), "16:59:59"),
        ("as it is", "as it is"),
        (3, "3"),
        (["EU", "COSME"], "EU, COSME"),
        (("DE",), "DE"),
        (frozenset({"b", "a"}), "a, b"),
        ((), "none"),
        ({"minimum": 3, "groups": ["EU"]}, "minimum: 3; groups: EU"),
    ],
)
def test_every_kind_of_value_reads_plainly(value: object, words: str) -> None:
    assert in_words(value) == words


def test_single_words_agree_with_the_general_function() -> None:
    assert day_in_words(date(2019, 1, 31)) == "31 January 2019"
    assert hour_in_words(time(0, 5)) == "00:05"
    assert not_stated(Unknown("a cap")) == "not stated (a cap)"


@given(st.integers(min_value=0, max_value=10**15))
def test_an_amount_in_words_reads_back_to_the_cent(cents: int) -> None:
    assert parse_money(euro(Money(cents)).removesuffix("EUR")) == Money(cents)


@given(st.fractions(min_value=0, max_value=1))
def test_a_rate_in_words_is_exact(rate: Fraction) -> None:
    assert parse_rate(per_cent(rate).replace("\u00a0", " ")) == rate


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, ""),
        (0, ""),
        (59, "less than a minute"),
        (60, "1 minute"),
        (3600, "1 hour"),
        (3660, "1 hour, 1 minute"),
        (86_400, "1 day"),
        (2 * 86_400 + 59 * 60, "2 days"),
        (2 * 86_400 + 3 * 3600 + 59 * 60, "2 days, 3 hours"),
    ],
)
def test_time_left_is_told_in_its_two_largest_units(seconds: float, words: str) -> None:
    assert left_in_words(timedelta(seconds=seconds)) == words
