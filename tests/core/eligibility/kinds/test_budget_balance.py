"""Costs and the money that covers them are equal."""

from typing import Any

import pytest
from tests.cast import context, dossier, kind

from hanse.core.budget import Budget, Financing
from hanse.core.eligibility.findings import Verdict
from hanse.core.values.money import Money
from hanse.core.values.unknown import NOT_STATED

MET, NOT_MET, UNDECIDED = Verdict.MET, Verdict.NOT_MET, Verdict.UNDECIDED


def budget(costs: int | None, requested: int | None, *others: int, silent: bool = False) -> Budget:
    """Amounts in cents; None is not stated, `silent` leaves out the other sources."""
    return Budget(
        NOT_STATED if costs is None else Money(costs),
        NOT_STATED if requested is None else Money(requested),
        financing=NOT_STATED if silent else tuple(Financing("own funds", Money(other)) for other in others),
    )


@pytest.mark.parametrize(
    ("written", "verdict", "reason", "repair"),
    [
        pytest.param(budget(1000, 900, 60, 40), MET,
            "9.00 EUR requested and 1.00 EUR of other sources equal the costs.", "", id="two sources cover the rest"),
        pytest.param(budget(1000, 900, 99), NOT_MET, "0.01 EUR of the costs of 10.00 EUR have no source.",
            "Add 0.01 EUR of own funds or another source, or lower the costs by it.", id="one cent without a source"),
        pytest.param(budget(1000, 900, 101), NOT_MET, "The sources exceed the costs of 10.00 EUR by 0.01 EUR.",
            "Lower the request or another source by 0.01 EUR.", id="one cent too much"),
        pytest.param(budget(1000, 1000), MET, "10.00 EUR requested and 0.00 EUR of other sources equal the costs.", "",
            id="no other source is needed for all of the costs"),
        pytest.param(budget(1000, 999), NOT_MET, "0.01 EUR of the costs of 10.00 EUR have no source.",
            "Add 0.01 EUR of own funds or another source, or lower the costs by it.", id="other sources stated as none"),
        pytest.param(budget(1000, 900, silent=True), MET, "The applicants carry the rest of 1.00 EUR themselves.", "",
            id="where other sources are left out, the rest is the applicants' own"),
        pytest.param(budget(1000, 1001, silent=True), NOT_MET,
            "The request of 10.01 EUR is above the costs of 10.00 EUR.", "Lower the request by 0.01 EUR.",
            id="a request above the costs"),
        pytest.param(budget(None, 900, 100), UNDECIDED, "The total eligible cost is not stated.", "", id="no costs"),
        pytest.param(budget(1000, None, 100), UNDECIDED, "The contribution requested is not stated.", "",
            id="no request"),
        pytest.param(budget(0, 0), MET, "0.00 EUR requested and 0.00 EUR of other sources equal the costs.", "",
            id="nothing for nothing"),
    ],
)  # fmt: skip
def test_sources_equal_costs_to_the_cent(written: Budget, verdict: Verdict, reason: str, repair: str) -> None:
    outcome = kind("budget_balance").check(dossier(budget=written), context())
    assert (outcome.verdict, outcome.reason, outcome.repair) == (verdict, reason, repair)


def test_the_facts_are_the_three_sums() -> None:
    facts: dict[str, Any] = dict(kind("budget_balance").check(dossier(budget=budget(1000, 900, 100)), context()).facts)
    assert facts == {"total_cost": Money(1000), "requested": Money(900), "other_sources": Money(100)}
