"""The project is neither shorter nor longer than its strand allows."""

from typing import Any

import pytest
from tests.cast import call, call_tables, context, dossier, kind, kind_faults

from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import Verdict
from hanse.core.values.unknown import NOT_STATED

MET, NOT_MET, UNDECIDED = Verdict.MET, Verdict.NOT_MET, Verdict.UNDECIDED


def months_from_to(least: Any, most: Any) -> Context:
    """The small call with other durations in strand A."""
    strands = call_tables()[0]["strand"]
    strands[0] |= {"min_months": least, "max_months": most}
    return context(call(strand=strands))


SILENT = {"unknown": "not found"}


@pytest.mark.parametrize(
    ("months", "verdict", "reason", "repair"),
    [
        pytest.param(29, NOT_MET, "29 months is shorter than the 30 months of strand A.", "Plan 1 more month(s).",
            id="one month too short"),
        pytest.param(30, MET, "30 months; 30 to 36 are allowed.", "", id="the shortest"),
        pytest.param(36, MET, "36 months; 30 to 36 are allowed.", "", id="the longest"),
        pytest.param(37, NOT_MET, "37 months is longer than the 36 months of strand A.", "Plan 1 fewer month(s).",
            id="one month too long"),
        pytest.param(NOT_STATED, UNDECIDED, "The duration is not stated.", "", id="not stated"),
    ],
)  # fmt: skip
def test_thirty_to_thirty_six_months(months: Any, verdict: Verdict, reason: str, repair: str) -> None:
    outcome = kind("duration_range").check(dossier(duration_months=months), context())
    assert (outcome.verdict, outcome.reason, outcome.repair) == (verdict, reason, repair)


@pytest.mark.parametrize(
    ("least", "most", "verdicts", "reason"),
    [
        pytest.param(SILENT, 24, [UNDECIDED, NOT_MET], "The call does not state the shortest duration of strand A.",
            id="only the longest is stated"),
        pytest.param(25, SILENT, [NOT_MET, UNDECIDED], "24 months is shorter than the 25 months of strand A.",
            id="only the shortest is stated"),
        pytest.param(SILENT, SILENT, [UNDECIDED, UNDECIDED], "The call does not state the shortest duration of strand A.",
            id="neither is stated"),
        pytest.param(0, 24, [MET, NOT_MET], "24 months; at most 24 are allowed.", id="no shortest duration"),
    ],
)  # fmt: skip
def test_a_bound_that_the_call_does_not_state_leaves_it_open(
    least: Any, most: Any, verdicts: list[Verdict], reason: str
) -> None:
    outcomes = [
        kind("duration_range").check(dossier(duration_months=months), months_from_to(least, most))
        for months in (24, 25)
    ]
    assert [outcome.verdict for outcome in outcomes] == verdicts
    assert outcomes[0].reason == reason


def test_the_reason_names_the_bound_that_is_not_stated() -> None:
    outcome = kind("duration_range").check(dossier(duration_months=40), months_from_to(25, SILENT))
    assert outcome.reason == "The call does not state the longest duration of strand A."
    assert outcome.facts["shortest"] == 25


@pytest.mark.parametrize("strand", [NOT_STATED, "C"])
def test_without_a_strand_of_the_call_there_is_no_allowed_duration(strand: Any) -> None:
    outcome = kind("duration_range").check(dossier(strand=strand), context())
    assert outcome.verdict is UNDECIDED
    assert outcome.reason == "The strand is not known, so neither is the allowed duration."


def test_it_takes_no_parameters() -> None:
    assert kind_faults("duration_range", maximum=36) == ["maximum: is not a key here; expected none"]
