"""The contribution requested is not above the maximum rate of eligible costs."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cast import call, call_tables, context, dossier, euro, kind

from hanse.core.budget import Budget, CostLine, total
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import Verdict
from hanse.core.values.money import Money
from hanse.core.values.unknown import NOT_STATED

MET, NOT_MET, UNDECIDED = Verdict.MET, Verdict.NOT_MET, Verdict.UNDECIDED
SPACE = "\u00a0"
SILENT = {"unknown": "not found"}
SUPPORT = {"category": "support", "title": "Financial support to third parties", "max_rate": "100 %"}
OTHER = {"category": "other", "title": "Other costs", "max_rate": "90 %"}


def rated(rate: Any, *cost_rates: dict[str, Any]) -> Context:
    """The small call with another rate in strand A and rates for categories of costs."""
    strands = call_tables()[0]["strand"]
    strands[0]["max_rate"] = rate
    return context(call(strand=strands, cost_rate=list(cost_rates)))


def ledger(requested: int, **cents: int) -> Budget:
    """A budget with one line for each category, in cents."""
    lines = tuple(CostLine("lanterna", "WP1", category, Money(amount)) for category, amount in cents.items())
    return Budget(total(line.amount for line in lines), Money(requested), lines)


@pytest.mark.parametrize(
    ("costs", "requested", "verdict", "reason", "repair"),
    [
        pytest.param(1000, 900, MET, f"9.00 EUR is 90{SPACE}% of costs; 9.00 EUR is the most at 90{SPACE}%.", "",
            id="exactly ninety per cent"),
        pytest.param(1000, 901, NOT_MET, f"90.1{SPACE}% exceeds 90{SPACE}% of eligible costs.",
            "Lower the request by 0.01 EUR, or raise own funds by 0.02 EUR.", id="one cent more"),
        pytest.param(1001, 901, NOT_MET, f"90.009{SPACE}% exceeds 90{SPACE}% of eligible costs.",
            "Lower the request by 0.01 EUR, or raise own funds by 0.01 EUR.", id="the limit is cut to the cent"),
        pytest.param(1001, 900, MET, f"9.00 EUR is 89.91{SPACE}% of costs; 9.00 EUR is the most at 90{SPACE}%.", "",
            id="just below"),
        pytest.param(0, 0, MET, f"0.00 EUR is nothing of no costs; 0.00 EUR is the most at 90{SPACE}%.", "",
            id="nothing of nothing"),
        pytest.param(0, 1, NOT_MET, f"0.01 EUR exceeds the 0.00 EUR that 90{SPACE}% allow.",
            "Lower the request by 0.01 EUR.", id="a cent of nothing"),
    ],
)  # fmt: skip
def test_at_most_ninety_per_cent_of_costs(
    costs: int, requested: int, verdict: Verdict, reason: str, repair: str
) -> None:
    budget = Budget(Money(costs), Money(requested))
    outcome = kind("reimbursement_rate").check(dossier(budget=budget), context())
    assert (outcome.verdict, outcome.reason, outcome.repair) == (verdict, reason, repair)


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_the_repairs_that_it_offers_do_repair(costs: int, requested: int) -> None:
    rule = kind("reimbursement_rate")
    outcome = rule.check(dossier(budget=Budget(Money(costs), Money(requested))), context())
    if outcome.verdict is NOT_MET:
        cut = outcome.facts["allowed"]
        assert rule.check(dossier(budget=Budget(Money(costs), cut)), context()).verdict is MET
        raised = -(-requested * 10 // 9)
        assert rule.check(dossier(budget=Budget(Money(raised), Money(requested))), context()).verdict is MET
        assert rule.check(dossier(budget=Budget(Money(raised - 1), Money(requested))), context()).verdict is NOT_MET


def test_a_rate_of_nothing_allows_nothing() -> None:
    outcome = kind("reimbursement_rate").check(dossier(budget=Budget(euro(10), Money(1))), rated("0 %"))
    assert (outcome.verdict, outcome.reason) == (NOT_MET, f"0.01 EUR exceeds the 0.00 EUR that 0{SPACE}% allow.")


@pytest.mark.parametrize(
    ("rate", "requested", "verdict", "reason"),
    [
        pytest.param("90 %", 1400, MET, f"14.00 EUR is 93.33{SPACE}% of costs; 14.00 EUR is the most at "
            "the rates of its cost categories.", id="each category at its own rate"),
        pytest.param("90 %", 1401, NOT_MET,
            "14.01 EUR exceeds the 14.00 EUR that the rates of its cost categories allow.", id="one cent more"),
        pytest.param(SILENT, 1400, MET, f"14.00 EUR is 93.33{SPACE}% of costs; 14.00 EUR is the most at "
            "the rates of its cost categories.", id="the strand's own rate is not needed"),
    ],
)  # fmt: skip
def test_rates_side_by_side_are_summed_over_the_ledger(
    rate: Any, requested: int, verdict: Verdict, reason: str
) -> None:
    outcome = kind("reimbursement_rate").check(
        dossier(budget=ledger(requested, support=500, other=1000)), rated(rate, SUPPORT, OTHER)
    )
    assert (outcome.verdict, outcome.reason) == (verdict, reason)


def test_a_category_without_a_rate_of_its_own_takes_the_strand_s() -> None:
    budget = ledger(500 + 800, support=500, travel=1000)
    assert kind("reimbursement_rate").check(dossier(budget=budget), rated("80 %", SUPPORT)).verdict is MET
    open_rate = kind("reimbursement_rate").check(dossier(budget=budget), rated(SILENT, SUPPORT))
    assert (open_rate.verdict, open_rate.reason) == (
        UNDECIDED,
        "The call does not state the maximum rate for costs of category travel.",
    )


def test_a_rate_of_another_strand_does_not_count() -> None:
    elsewhere = rated("90 %", {**SUPPORT, "strands": ["B"]})
    assert kind("reimbursement_rate").check(dossier(budget=ledger(91, support=100)), elsewhere).verdict is NOT_MET


@pytest.mark.parametrize(
    ("changed", "here", "reason"),
    [
        pytest.param({"strand": NOT_STATED}, context(), "The strand is not known, so neither is its maximum rate.",
            id="no strand"),
        pytest.param({"strand": "C"}, context(), "The strand is not known, so neither is its maximum rate.",
            id="a strand that the call has not"),
        pytest.param({"budget": Budget(requested=Money(1))}, context(), "The total eligible cost is not stated.",
            id="no costs"),
        pytest.param({"budget": Budget(Money(1))}, context(), "The contribution requested is not stated.",
            id="no request"),
        pytest.param({}, rated(SILENT), "The call does not state the maximum rate of strand A.", id="no rate"),
        pytest.param({}, rated("90 %", SUPPORT),
            "The call sets a rate for each category of costs, and the budget does not list its cost lines.",
            id="rates by category, costs in one sum"),
    ],
)  # fmt: skip
def test_what_is_not_stated_leaves_it_undecided(changed: dict[str, Any], here: Context, reason: str) -> None:
    outcome = kind("reimbursement_rate").check(dossier(**changed), here)
    assert (outcome.verdict, outcome.reason) == (UNDECIDED, reason)
