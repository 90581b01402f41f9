"""The contribution requested is not above the cap per project."""

from typing import Any

import pytest
from tests.cast import call, call_tables, context, dossier, euro, kind

from hanse.core.budget import Budget
from hanse.core.eligibility.findings import Verdict
from hanse.core.values.money import Money, parse_money
from hanse.core.values.unknown import NOT_STATED

MET, NOT_MET, UNDECIDED = Verdict.MET, Verdict.NOT_MET, Verdict.UNDECIDED
SPACE = "\u00a0"


@pytest.mark.parametrize(
    ("requested", "verdict", "reason", "repair"),
    [
        pytest.param("550000.00", MET, f"550{SPACE}000.00 EUR; at most 550{SPACE}000.00 EUR per project.", "",
            id="exactly the cap"),
        pytest.param("550000.01", NOT_MET,
            f"550{SPACE}000.01 EUR exceeds the 550{SPACE}000.00 EUR per project of strand A.",
            "Lower the request by 0.01 EUR.", id="one cent more"),
        pytest.param("0", MET, f"0.00 EUR; at most 550{SPACE}000.00 EUR per project.", "", id="nothing"),
    ],
)  # fmt: skip
def test_at_most_550_000_euro_in_strand_a(requested: str, verdict: Verdict, reason: str, repair: str) -> None:
    outcome = kind("grant_cap").check(dossier(budget=Budget(requested=parse_money(requested))), context())
    assert (outcome.verdict, outcome.reason, outcome.repair) == (verdict, reason, repair)


def test_each_strand_has_its_own_cap() -> None:
    asked = Budget(requested=euro(450_000) + Money(1))
    verdicts = [kind("grant_cap").check(dossier(strand=s, budget=asked), context()).verdict for s in ("A", "B")]
    assert verdicts == [MET, NOT_MET]


def test_what_is_not_stated_leaves_it_undecided() -> None:
    silent = kind("grant_cap").check(dossier(budget=Budget()), context())
    assert (silent.verdict, silent.reason) == (UNDECIDED, "The contribution requested is not stated.")
    strands = call_tables()[0]["strand"]
    del strands[0]["max_grant"]
    open_cap = kind("grant_cap").check(dossier(), context(call(strand=strands)))
    assert (open_cap.verdict, open_cap.reason) == (
        UNDECIDED,
        "The call does not state the maximum grant of strand A.",
    )


@pytest.mark.parametrize("strand", [NOT_STATED, "C"])
def test_without_a_strand_of_the_call_there_is_no_cap(strand: Any) -> None:
    outcome = kind("grant_cap").check(dossier(strand=strand), context())
    assert (outcome.verdict, outcome.reason) == (
        UNDECIDED,
        "The strand is not known, so neither is its maximum grant.",
    )
