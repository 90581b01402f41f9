"""At least so many target third countries or world regions."""

from typing import Any

import pytest
from tests.cast import context, dossier, kind, kind_faults

from hanse.core.eligibility.findings import Verdict
from hanse.core.values.unknown import NOT_STATED

MET, NOT_MET, UNDECIDED = Verdict.MET, Verdict.NOT_MET, Verdict.UNDECIDED


@pytest.mark.parametrize(
    ("targets", "verdict", "reason", "repair"),
    [
        pytest.param(("US", "JP"), MET,
            "2 targets outside COSME, 2 needed: Japan (JP), United States (US).", "", id="two third countries"),
        pytest.param(("US",), NOT_MET, "Only 1 of the 2 targets needed outside COSME: United States (US).",
            "Add a target country outside COSME.", id="one is one too few"),
        pytest.param(("US", "RS"), NOT_MET,
            "Only 1 of the 2 targets needed outside COSME: United States (US). Not counted: Serbia (RS).",
            "Add a target country outside COSME.", id="a country of the programme is no third country"),
        pytest.param(("US", "BA"), UNDECIDED, "1 of the 2 targets needed outside COSME: United States (US). "
            "Not known whether these count: Bosnia and Herzegovina (BA).", "", id="a country in doubt"),
        pytest.param(("US", "NA"), MET,
            "2 targets outside COSME, 2 needed: Namibia (NA), United States (US).", "", id="Namibia is a country"),
        pytest.param((), NOT_MET, "Only 0 of the 2 targets needed outside COSME.",
            "Add 2 target countries outside COSME.", id="no targets"),
        pytest.param(NOT_STATED, UNDECIDED, "Target countries or regions are not stated.", "", id="not stated"),
    ],
)  # fmt: skip
def test_two_third_countries_are_needed(targets: Any, verdict: Verdict, reason: str, repair: str) -> None:
    rule = kind("minimum_targets", minimum=2, outside=["COSME"])
    outcome = rule.check(dossier(targets=targets), context())
    assert (outcome.verdict, outcome.reason, outcome.repair) == (verdict, reason, repair)


@pytest.mark.parametrize(
    ("allowed", "verdict"),
    [
        pytest.param(True, MET, id="regions count"),
        pytest.param(False, NOT_MET, id="regions do not count"),
        pytest.param({"unknown": "not found"}, UNDECIDED, id="the call does not say"),
    ],
)
def test_whether_a_world_region_counts_is_up_to_the_call(allowed: object, verdict: Verdict) -> None:
    rule = kind("minimum_targets", minimum=2, outside=["COSME"], regions_allowed=allowed)
    assert rule.check(dossier(targets=("US", "asia")), context()).verdict is verdict


def test_places_of_an_excluded_region_do_not_count() -> None:
    rule = kind(
        "minimum_targets", minimum=1, outside=["COSME"], regions_allowed=True, exclude_regions=["south_america", "JP"]
    )
    assert rule.check(dossier(targets=("BR", "CL", "south_america", "JP")), context()).facts == {
        "targets": [],
        "not_counted": ["BR", "CL", "JP", "south_america"],
    }
    assert rule.check(dossier(targets=("BR", "NA")), context()).verdict is MET


def test_a_target_is_asked_in_the_strand_and_also_without_one() -> None:
    rule = kind("minimum_targets", minimum=2, outside=["COSME"])
    assert rule.check(dossier(strand=NOT_STATED), context()).verdict is MET


def test_minimum_and_outside_must_be_given() -> None:
    assert kind_faults("minimum_targets", regions_allowed="yes") == [
        "minimum: is missing",
        "outside: is missing",
        "regions_allowed: is text; expected true or false",
    ]
