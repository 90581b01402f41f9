"""An unknown fact is neither yes nor no, and nobody can use it as one by accident."""

import pytest

from hanse.core.values.unknown import NOT_STATED, Unknown


def test_an_unknown_fact_cannot_be_read_as_yes_or_no() -> None:
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(NOT_STATED)
    with pytest.raises(TypeError, match="neither true nor false"):
        any([False, Unknown("hour")])


def test_two_unknowns_are_alike_only_if_they_miss_the_same() -> None:
    assert Unknown("hour") == Unknown("hour") != Unknown("day")
