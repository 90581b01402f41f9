"""The reference of the call folder names every key, kind and parameter that the reader knows."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from hanse.core.call import SECTIONS, parse_call
from hanse.core.eligibility.kinds import KINDS
from hanse.core.values.faults import Fault
from hanse.core.values.reading import Reader

REFERENCE = (Path(__file__).parents[2] / "docs" / "reference" / "call-folder.md").read_text("utf-8")
PROSE = re.sub(r"```.*?```", "", REFERENCE, flags=re.DOTALL)
TERMS = set(re.findall(r"`([^`]+)`", PROSE))
WORDS = {word for term in TERMS for word in re.split(r"[^A-Za-z_]+", term)}


def known_keys(main: dict[str, object], rules: dict[str, object], sources: dict[str, object]) -> set[str]:
    """The keys that the reader names as expected where a table has a wrong one."""
    faults: list[Fault] = []
    parse_call(main, rules, sources, "", faults)
    listed = [fault.what.partition("expected one of: ")[2] for fault in faults if "is not a key here" in fault.what]
    assert listed
    return {key for line in listed for key in line.split(", ")}


def test_every_key_of_the_three_files_is_described() -> None:
    wrong = {"wrong": 1}
    main: dict[str, object] = {
        **wrong,
        "window": wrong,
        "countries": {**wrong, "treatment": [wrong]},
        "award": {**wrong, "criteria": {"value": [wrong]}, "tie_breaks": {"value": [wrong]}},
        **{name: [wrong] for name in ("strand", "envelope", "cost_rate", "transfer", "statement")},
    }
    keys = known_keys(main, {"rule": [wrong]}, {"source": [{**wrong, "sentence": [wrong]}]})
    assert len(keys) > 50
    assert keys - WORDS == set()


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_described_with_its_parameters(name: str) -> None:
    (row,) = re.findall(rf"^\| `{name}` \|.*$", REFERENCE, re.MULTILINE)
    kind = KINDS[name].parse(Reader({}, "", "", []))
    named = set(re.findall(r"`([a-z_]+)`", row))
    assert {field.name for field in fields(kind)} <= named  # type: ignore[arg-type]


def test_every_section_of_the_page_is_named() -> None:
    assert set(SECTIONS) <= TERMS
