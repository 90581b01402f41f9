"""What changed between two states of an application: a table that a person can read."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.core.submission.changes import Kind, changes_between, changes_in_words

SEALED: dict[str, Any] = {
    "proposal": "blue-ways",
    "title": "Blue ways",
    "strand": "A",
    "targets": ["US", "JP"],
    "duration_months": 32,
    "member": [
        {"organisation": "lanterna", "country": "IT", "role": "coordinator"},
        {"organisation": "salzspeicher", "country": "DE", "role": "beneficiary"},
    ],
    "budget": {
        "requested": "90000.00",
        "cost": [
            {"partner": "lanterna", "work_package": "1", "category": "travel", "amount": "50.00"},
            {"partner": "lanterna", "work_package": "2", "category": "travel", "amount": "70.00"},
        ],
        "financing": [{"source": "own", "amount": "10.00", "partner": "lanterna"}],
        "part": [{"partner": "lanterna", "requested": "90000.00"}],
    },
    "annex": [{"kind": "letter", "partner": "lanterna", "name": "a.pdf", "digest": "aa", "size": 3}],
    "declaration": [{"kind": "honour", "partner": "lanterna", "digest": "bb", "made_on": "2020-11-29"}],
    "sections": {"summary": "We go abroad.", "work_packages/1/title": "Begin"},
}


def changed(**paths: Any) -> dict[str, Any]:
    """The application with some of it otherwise."""
    return {**deepcopy(SEALED), **paths}


CASES: list[tuple[str, dict[str, Any], list[tuple[Kind, tuple[str, ...]]]]] = [
    ("nothing", {}, []),
    ("another title", {"title": "Green ways"}, [(Kind.AIM, ("title",))]),
    ("a target more", {"targets": ["US", "JP", "KR"]}, [(Kind.AIM, ("targets",))]),
    (
        "a text written, another gone",
        {"sections": {"summary": "We go abroad.", "roadmap": "Step by step."}},
        [(Kind.TEXT, ("roadmap",)), (Kind.TEXT, ("work_packages/1/title",))],
    ),
    (
        "a member replaced",
        {"member": [SEALED["member"][0], {"organisation": "phare", "country": "FR", "role": "beneficiary"}]},
        [(Kind.MEMBER, ("phare",)), (Kind.MEMBER, ("salzspeicher",))],
    ),
    ("members in another order", {"member": SEALED["member"][::-1]}, []),
    (
        "one cell",
        {"budget": {**SEALED["budget"], "cost": [SEALED["budget"]["cost"][0], {**SEALED["budget"]["cost"][1], "amount": "71.00"}]}},
        [(Kind.BUDGET, ("cost", "lanterna", "2", "travel"))],
    ),
    (
        "the sum that is asked for",
        {"budget": {**SEALED["budget"], "requested": {"unknown": "not settled"}}},
        [(Kind.BUDGET, ("requested",))],
    ),
    (
        "financing not known",
        {"budget": {**SEALED["budget"], "financing": {"unknown": "not settled"}}},
        [(Kind.BUDGET, ("financing",)), (Kind.BUDGET, ("financing", "lanterna", "own"))],
    ),
    (
        "the same source twice",
        {"budget": {**SEALED["budget"], "financing": SEALED["budget"]["financing"] * 2}},
        [(Kind.BUDGET, ("financing", "lanterna", "own", "2"))],
    ),
    ("an annex exchanged", {"annex": [{**SEALED["annex"][0], "digest": "cc"}]}, [(Kind.ANNEX, ("letter", "lanterna"))]),
    ("a declaration revoked", {"declaration": []}, [(Kind.DECLARATION, ("honour", "lanterna"))]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "now", "found"), CASES, ids=[case[0] for case in CASES])
def test_one_change_for_each_thing(what: str, now: dict[str, Any], found: list[Any]) -> None:
    assert [(change.kind, change.place) for change in changes_between(SEALED, changed(**now))] == found


def test_both_sides_are_told() -> None:
    (change,) = changes_between(SEALED, changed(title="Green ways"))
    assert (change.before, change.after) == ("Blue ways", "Green ways")
    (gone,) = changes_between(SEALED, changed(annex=[]))
    assert (gone.before, gone.after) == ("name: a.pdf; digest: aa; size: 3", "")


def test_changes_are_told_in_words() -> None:
    found = changes_between(SEALED, changed(title="Green ways", sections={}, annex=[], declaration=[]))
    assert changes_in_words(found) == "5 changes: 1 aim, 2 texts, 1 annex, 1 declaration"
    assert changes_in_words(changes_between(SEALED, changed(annex=[]))) == "1 change: 1 annex"
    assert changes_in_words(()) == "no changes"
    assert changes_in_words(changes_between({"annex": [{"kind": "a"}, {"kind": "b"}]}, {})) == "2 changes: 2 annexes"


tables = st.fixed_dictionaries(
    {},
    optional={
        "title": st.text(max_size=5),
        "sections": st.dictionaries(st.sampled_from("abc"), st.text(min_size=1, max_size=3)),
        "annex": st.lists(
            st.fixed_dictionaries({"kind": st.sampled_from("xy"), "size": st.integers(1, 3)}), max_size=3
        ),
    },
)


@given(tables, tables)
def test_the_way_back_has_as_many_changes(one: dict[str, Any], other: dict[str, Any]) -> None:
    there, back = changes_between(one, other), changes_between(other, one)
    assert [(c.kind, c.place, c.before, c.after) for c in there] == [(c.kind, c.place, c.after, c.before) for c in back]
    assert changes_between(one, deepcopy(one)) == ()
