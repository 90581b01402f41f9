"""A proposal names one strand that the call has."""

from typing import Any

import pytest
from tests.cast import context, dossier, kind

from hanse.core.eligibility.findings import Verdict
from hanse.core.values.unknown import NOT_STATED


@pytest.mark.parametrize(
    ("strand", "verdict", "reason", "repair"),
    [
        pytest.param("B", Verdict.MET, "The proposal concerns strand B.", "", id="a strand of the call"),
        pytest.param("b", Verdict.NOT_MET, "The call has no strand b; it has A, B.", "Name one of A, B.",
            id="another strand"),
        pytest.param(NOT_STATED, Verdict.UNDECIDED, "The strand is not stated; the call has A, B.", "", id="not stated"),
    ],
)  # fmt: skip
def test_the_strand_is_one_of_the_call(strand: Any, verdict: Verdict, reason: str, repair: str) -> None:
    outcome = kind("strand_of_the_call").check(dossier(strand=strand), context())
    assert (outcome.verdict, outcome.reason, outcome.repair) == (verdict, reason, repair)
