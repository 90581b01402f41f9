"""The same content gives the same bytes and the same digest; what has no exact form is refused."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cast import dossier, euro

from hanse.core.consortium import Role
from hanse.core.values.digest import canonical_json, digest, plain
from hanse.core.values.money import Money
from hanse.core.values.unknown import Unknown


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (7, 7),
        ("Boğaz", "Boğaz"),
        (Role.COORDINATOR, "coordinator"),
        (Money(123_456), "1234.56"),
        (Unknown("not found"), {"unknown": "not found"}),
        (Fraction(9, 10), "9/10"),
        (Decimal("3.50"), "3.50"),
        (datetime(2020, 12, 2, 16, tzinfo=UTC), "2020-12-02T16:00:00+00:00"),
        (date(2020, 12, 2), "2020-12-02"),
        (time(17), "17:00:00"),
        ({Role.BENEFICIARY: [Money(1)]}, {"beneficiary": ["0.01"]}),
        (frozenset({"b", "a"}), ["a", "b"]),
        ((1, [2]), [1, [2]]),
    ],
)
def test_each_value_has_one_exact_form(value: object, expected: object) -> None:
    assert plain(value) == expected


@pytest.mark.parametrize("value", [0.1, b"bytes", object()])
def test_what_has_no_exact_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match=f"{type(value).__name__} has no canonical form"):
        plain(value)


def test_a_dossier_becomes_json_and_its_digest_moves_with_every_cent() -> None:
    blue = dossier()
    assert json.loads(canonical_json(blue))["budget"]["requested"] == "500000.00"
    same = digest(dossier())
    dearer = digest(replace(blue, budget=replace(blue.budget, requested=euro(500_000) + Money(1))))
    assert digest(blue) == same != dearer
    assert len(same) == 64


def test_the_canonical_bytes_are_fixed() -> None:
    assert canonical_json({"b": "é", "a": 1}) == '{"a":1,"b":"é"}'.encode()
    assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=6))
def test_the_order_of_keys_does_not_matter(table: dict[str, Any]) -> None:
    assert digest(table) == digest(dict(reversed(table.items())))
