"""At most so many targets."""

from typing import Any

import pytest
from tests.cast import context, dossier, kind, kind_faults

from hanse.core.eligibility.findings import Verdict
from hanse.core.values.unknown import NOT_STATED

MET, NOT_MET, UNDECIDED = Verdict.MET, Verdict.NOT_MET, Verdict.UNDECIDED


@pytest.mark.parametrize(
    ("targets", "verdict", "reason", "repair"),
    [
        pytest.param(("US", "JP", "BR", "CL", "asia"), MET, "5 targets; not more than 5 are wanted.", "",
            id="five, regions counted like countries"),
        pytest.param(("US", "JP", "BR", "CL", "CA", "NA"), NOT_MET, "6 targets; not more than 5 are wanted.",
            "Leave out 1 of the targets.", id="six"),
        pytest.param((), MET, "0 targets; not more than 5 are wanted.", "", id="none"),
        pytest.param(NOT_STATED, UNDECIDED, "Target countries or regions are not stated.", "", id="not stated"),
    ],
)  # fmt: skip
def test_not_more_than_five_targets_are_wanted(targets: Any, verdict: Verdict, reason: str, repair: str) -> None:
    outcome = kind("maximum_targets", maximum=5).check(dossier(targets=targets), context())
    assert (outcome.verdict, outcome.reason, outcome.repair) == (verdict, reason, repair)


def test_the_maximum_must_be_given() -> None:
    assert kind_faults("maximum_targets") == ["maximum: is missing"]
