"""What changed between two states of an application: a table that a person can read."""

from copy import deepcopy
from random import Random
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
        "no other sources",
        {"budget": {**SEALED["budget"], "financing": []}},
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


def test_of_two_rows_only_what_differs_is_told() -> None:
    cell, other = SEALED["budget"]["cost"]
    (change,) = changes_between(
        SEALED, changed(budget={**SEALED["budget"], "cost": [{**cell, "amount": "60.00"}, other]})
    )
    assert (change.before, change.after) == ("amount: 50.00", "amount: 60.00")
    first, second = SEALED["member"]
    (more,) = changes_between(SEALED, changed(member=[{**first, "own_legal_personality": True}, second]))
    assert (more.before, more.after) == ("", "own legal personality: yes")
    (less,) = changes_between(
        {"member": [{**first, "own_legal_personality": True}]}, {"member": [{**first, "own_legal_personality": False}]}
    )
    assert (less.before, less.after) == ("own legal personality: yes", "own legal personality: no")


def test_changes_are_told_in_words() -> None:
    found = changes_between(SEALED, changed(title="Green ways", sections={}, annex=[], declaration=[]))
    assert changes_in_words(found) == "5 changes: 1 aim, 2 texts, 1 annex, 1 declaration"
    assert changes_in_words(changes_between(SEALED, changed(annex=[]))) == "1 change: 1 annex"
    assert changes_in_words(()) == "no changes"
    assert changes_in_words(changes_between({"annex": [{"kind": "a"}, {"kind": "b"}]}, {})) == "2 changes: 2 annexes"


UNKNOWN = st.just({"unknown": "not settled"})
WORD = st.sampled_from(["a", "b", "1", "true", ""])


def rows(of: dict[str, Any], **held: Any) -> Any:
    """Rows that are of different things, each holding something."""
    keys = tuple(of)
    row = st.fixed_dictionaries(of, optional=held)
    return st.lists(row, max_size=4, unique_by=lambda row: tuple(row[key] for key in keys))


AMOUNT = st.sampled_from(["1.00", "2.00"])
APPLICATIONS = st.fixed_dictionaries(
    {},
    optional={
        "title": WORD,
        "strand": WORD,
        "targets": st.lists(WORD, max_size=3) | UNKNOWN,
        "duration_months": st.integers(1, 3) | UNKNOWN,
        "sections": st.dictionaries(WORD, WORD, max_size=3),
        "member": rows({"organisation": WORD}, country=WORD, own_legal_personality=st.booleans() | UNKNOWN),
        "annex": rows({"kind": WORD, "partner": WORD}, size=st.integers(1, 2)),
        "declaration": rows({"kind": WORD, "partner": WORD}, digest=WORD),
        "budget": st.fixed_dictionaries(
            {},
            optional={
                "requested": AMOUNT | UNKNOWN,
                "cost": rows({"partner": WORD, "work_package": WORD, "category": WORD}, amount=AMOUNT),
                "financing": rows({"partner": WORD, "source": WORD}, amount=AMOUNT) | UNKNOWN,
                "part": rows({"partner": WORD}, requested=AMOUNT),
            },
        ),
    },
)  # fmt: skip


def shuffled(table: Any, chance: Random) -> Any:
    """The same application, its rows and keys in another order."""
    if isinstance(table, dict):
        keys = list(table)
        chance.shuffle(keys)
        return {key: shuffled(table[key], chance) for key in keys}
    if isinstance(table, list) and all(isinstance(row, dict) for row in table):
        mixed = [shuffled(row, chance) for row in table]
        chance.shuffle(mixed)
        return mixed
    return table


def canonical(table: Any) -> Any:
    """An application without the order of rows, and without tables that hold nothing."""
    if isinstance(table, dict):
        held = {key: canonical(inner) for key, inner in sorted(table.items())}
        return {key: inner for key, inner in held.items() if inner != {} and (inner != [] or key in STATED_EMPTY)}
    if isinstance(table, list) and all(isinstance(row, dict) for row in table):
        return sorted((canonical(row) for row in table), key=str)
    return table


STATED_EMPTY = ("targets", "cost", "financing", "part")
"""What may be stated to be none, which is not the same as not stated."""


@given(APPLICATIONS, APPLICATIONS)
def test_there_is_a_change_exactly_where_two_applications_differ(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (changes_between(one, other) == ()) == (canonical(one) == canonical(other))


@given(APPLICATIONS, st.randoms(use_true_random=False))
def test_where_rows_stand_says_nothing(table: dict[str, Any], chance: Random) -> None:
    assert changes_between(table, shuffled(table, chance)) == ()


@given(APPLICATIONS, APPLICATIONS)
def test_the_way_back_has_the_same_changes_the_other_way_round(one: dict[str, Any], other: dict[str, Any]) -> None:
    there, back = changes_between(one, other), changes_between(other, one)
    assert [(c.kind, c.place, c.before, c.after) for c in there] == [(c.kind, c.place, c.after, c.before) for c in back]
    assert changes_in_words(there) == changes_in_words(back)
    assert len({(c.kind, c.place) for c in there}) == len(there)


def test_what_reads_alike_and_is_not_the_same_is_a_change() -> None:
    assert len(changes_between({"targets": ["a, b"]}, {"targets": ["a", "b"]})) == 1
    assert len(changes_between({"title": "unknown not settled"}, {"title": {"unknown": "not settled"}})) == 1


def test_a_text_is_told_whole() -> None:
    long = "One sentence of many. " * 500
    (change,) = changes_between({"sections": {"summary": long}}, {"sections": {"summary": f"{long}More."}})
    assert (change.before, change.after) == (long, f"{long}More.")
