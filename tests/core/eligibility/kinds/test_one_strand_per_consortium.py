"""A consortium applies for one strand only."""

from dataclasses import replace
from typing import Any

import pytest
from tests.cast import consortium, context, dossier, kind, kind_faults

from hanse.core.consortium import Consortium
from hanse.core.eligibility.findings import Verdict
from hanse.core.proposal import Dossier
from hanse.core.values.unknown import NOT_STATED

MET, NOT_MET, UNDECIDED = Verdict.MET, Verdict.NOT_MET, Verdict.UNDECIDED


def red(*countries: str, **changed: Any) -> Dossier:
    """Another submission, in strand B unless said otherwise."""
    return dossier(*countries, **{"proposal": "red", "strand": "B", **changed})


@pytest.mark.parametrize(
    ("other", "by_members", "by_coordinator"),
    [
        pytest.param(red("IT", "DE", "RS"), NOT_MET, NOT_MET, id="the same consortium in another strand"),
        pytest.param(red("DE", "IT", "RS"), NOT_MET, MET, id="the same members, led by another"),
        pytest.param(red("IT", "DE", "TR"), MET, NOT_MET, id="the same coordinator with another partner"),
        pytest.param(red("IT", "DE", "RS", strand="A"), MET, MET, id="the same consortium in the same strand"),
        pytest.param(red("FR", "ES", "PL"), MET, MET, id="other members"),
        pytest.param(red("IT", "DE", "RS", strand=NOT_STATED), UNDECIDED, UNDECIDED,
            id="the same consortium in a strand that is not stated"),
    ],
)  # fmt: skip
def test_what_makes_two_consortia_the_same_is_up_to_the_call(
    other: Dossier, by_members: Verdict, by_coordinator: Verdict
) -> None:
    blue = dossier()
    verdicts = [
        kind("one_strand_per_consortium", same=same).check(blue, context(others=[blue, other])).verdict
        for same in ("same_members", "same_coordinator")
    ]
    assert verdicts == [by_members, by_coordinator]


def test_the_other_proposals_are_named() -> None:
    blue = dossier()
    here = context(others=[blue, red(), red(proposal="green"), red(proposal="grey", strand=NOT_STATED)])
    outcome = kind("one_strand_per_consortium", same="same_members").check(blue, here)
    assert outcome.reason == "The same members stand in another strand with green, red."
    assert (outcome.facts, outcome.repair) == ({"proposals": ["green", "red"]}, "Withdraw all but one of them.")


def test_where_the_own_strand_is_not_stated_the_same_consortium_leaves_it_undecided() -> None:
    blue = dossier(strand=NOT_STATED)
    outcome = kind("one_strand_per_consortium", same="same_coordinator").check(blue, context(others=[blue, red()]))
    assert (outcome.verdict, outcome.reason) == (
        UNDECIDED,
        "The same coordinator stand in red too; whether in the same strand is not stated.",
    )


def test_without_the_other_submissions_it_is_undecided() -> None:
    outcome = kind("one_strand_per_consortium", same="same_members").check(dossier(), context())
    assert (outcome.verdict, outcome.reason) == (UNDECIDED, "Needs all submissions of the call.")


@pytest.mark.parametrize("same", ["same_members", "same_coordinator"])
def test_two_empty_consortia_are_not_the_same(same: str) -> None:
    blue, other = dossier(consortium=Consortium(())), red(consortium=Consortium(()))
    assert kind("one_strand_per_consortium", same=same).check(blue, context(others=[blue, other])).verdict is MET


def test_two_hundred_members_are_compared_whatever_their_order() -> None:
    blue = dossier(consortium=consortium(*["IT"] * 200))
    turned = replace(blue, proposal="red", strand="B", consortium=Consortium(blue.consortium.participants[::-1]))
    here = context(others=[blue, turned])
    assert kind("one_strand_per_consortium", same="same_members").check(blue, here).verdict is NOT_MET


def test_what_makes_them_the_same_must_be_said() -> None:
    assert kind_faults("one_strand_per_consortium") == ["same: is missing"]
