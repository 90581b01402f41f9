"""Sums of a budget are exact and empty sums are zero."""

from hypothesis import given
from hypothesis import strategies as st
from tests.cast import euro

from hanse.core.budget import Budget, CostLine, total
from hanse.core.values.money import ZERO, Money
from hanse.core.values.unknown import NOT_STATED


def test_a_category_sums_over_partners_and_work_packages() -> None:
    budget = Budget(
        lines=(
            CostLine("lanterna", "WP1", "personnel", euro(100)),
            CostLine("sava", "WP2", "personnel", Money(1)),
            CostLine("sava", "WP2", "travel", euro(7)),
        )
    )
    assert budget.cost_of("personnel") == Money(10_001)
    assert budget.cost_of("equipment") == ZERO


def test_a_budget_of_which_nothing_is_said_is_unknown_and_not_zero() -> None:
    empty = Budget()
    assert (empty.total_cost, empty.requested, empty.financing, empty.lines) == (NOT_STATED, NOT_STATED, NOT_STATED, ())


@given(st.lists(st.integers(-(10**12), 10**12)))
def test_a_total_is_the_sum_of_cents(cents: list[int]) -> None:
    assert total(map(Money, cents)) == Money(sum(cents))
