"""Dossier files with every fault listed at once."""

import json
from pathlib import Path

import pytest

from hanse.callbook.dossiers import check_distinct, dossier_files, read_dossier
from hanse.callbook.setting import vocabulary
from hanse.core.proposal import Dossier
from hanse.core.values.faults import Fault
from hanse.core.values.unknown import Unknown


def read(content: str | bytes, tmp_path: Path, name: str = "d.toml") -> tuple[Dossier | None, list[str]]:
    """Read a dossier; return it and the faults as sentences without the folder."""
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    faults: list[Fault] = []
    dossier = read_dossier(path, vocabulary(), faults)
    return dossier, [str(fault).replace(f"{tmp_path}/", "") for fault in faults]


def test_a_dossier_that_says_little_is_read_and_the_rest_is_unknown(tmp_path: Path) -> None:
    dossier, faults = read('proposal = "P1"', tmp_path)
    assert faults == []
    assert dossier is not None
    assert isinstance(dossier.strand, Unknown)
    assert dossier.consortium.participants == ()


def test_toml_and_json_read_the_same(tmp_path: Path) -> None:
    from_toml, _ = read('proposal = "P1"\nstrand = "A"\n[[member]]\norganisation = "o1"\ncountry = "EL"\n', tmp_path)
    written = {"proposal": "P1", "strand": "A", "member": [{"organisation": "o1", "country": "GR"}]}
    from_json, faults = read(json.dumps(written), tmp_path, "d.json")
    assert faults == []
    assert from_json == from_toml


def test_all_faults_of_a_dossier_are_told_at_once(tmp_path: Path) -> None:
    content = """
proposal = ""
strand = ["A", "B"]
targets = ["JP", "JP", "Atlantis"]
duration_months = -1
submitted_at = 2020-12-02T17:00:00
colour = "blue"
[budget]
total_cost = 10.5
requested = "1,5"
[[budget.cost]]
partner = "o1"
category = "travel"
amount = -3
[[member]]
country = "Italy"
role = "boss"
own_legal_personality = "yes"
registered_on = "soon"
properties = { independent = 1 }
"""
    _, faults = read(content, tmp_path)
    assert sorted(faults) == sorted(
        [
            "d.toml: proposal: is empty; expected text",
            "d.toml: strand: is a list; a proposal concerns one strand, so name one",
            "d.toml: targets: 'Atlantis' is neither a country code nor a world region",
            "d.toml: duration_months: is -1; expected a whole number of zero or more",
            "d.toml: submitted_at: 2020-12-02T17:00:00 has no zone; expected for example 2020-12-02T17:00:00+01:00 or ...Z",
            "d.toml: colour: is not a key here; expected one of: annex, budget, call, declaration, drawn_at, "
            "duration_months, member, proposal, sections, strand, submitted_at, targets, title",
            'd.toml: budget.total_cost: is the binary fraction 10.5; write it as text, for example "10.50"',
            "d.toml: budget.requested: '1,5' has a comma; write cents after a point and no thousands comma: \"1234.56\"",
            "d.toml: budget.cost[1].amount: -3.00 is negative; expected zero or more",
            "d.toml: member[1].organisation: is missing",
            "d.toml: member[1].country: 'Italy' is not a country code; expected two letters of ISO 3166, or EL, UK, XK",
            'd.toml: member[1].role: is \'boss\'; expected one of "coordinator", "beneficiary", "affiliated_entity", '
            '"associated_partner", "international_partner"',
            "d.toml: member[1].own_legal_personality: is text; expected true or false",
            "d.toml: member[1].registered_on: 'soon' is not a day; expected for example 2020-12-02",
            "d.toml: member[1].properties: is a number; expected true or false",
        ]
    )


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("d.toml", "proposal = ", "d.toml: is not TOML: Invalid value (at end of document)"),
        (
            "d.json",
            '{"proposal": "P1", "proposal": "P2"}',
            "d.json: is not usable JSON: the key 'proposal' is given twice",
        ),
        ("d.json", "[1]", "d.json: holds no object; expected { ... }"),
        ("d.json", "{", "d.json:1: is not JSON: Expecting property name enclosed in double quotes at column 2"),
        (
            "d.toml",
            f"duration_months = {'9' * 5000}",
            "d.toml: is not usable TOML: it holds a number of thousands of digits",
        ),
        ("d.toml", b"\xff\xfe", "d.toml: is not UTF-8 text: byte 1 cannot be read"),
        (
            "d.json",
            "[" * 100_000,
            "d.json: is not usable JSON: maximum recursion depth exceeded while decoding a JSON array "
            "from a unicode string",
        ),
    ],
)
def test_a_file_that_cannot_be_read_says_why(name: str, content: str | bytes, said: str, tmp_path: Path) -> None:
    dossier, faults = read(content, tmp_path, name)
    assert dossier is None
    assert faults == [said]


def test_a_missing_file_and_an_empty_folder_say_so(tmp_path: Path) -> None:
    faults: list[Fault] = []
    assert read_dossier(tmp_path / "none.toml", vocabulary(), faults) is None
    (tmp_path / "empty").mkdir()
    assert dossier_files([tmp_path / "empty"], faults) == []
    assert [fault.what for fault in faults] == [
        "cannot be read: No such file or directory",
        "holds no dossier; expected *.toml or *.json",
    ]


def test_two_dossiers_with_one_proposal_id_are_a_fault() -> None:
    faults: list[Fault] = []
    check_distinct([("a.toml", Dossier("P1")), ("b.toml", Dossier("P1")), ("b.toml", Dossier("P2"))], faults)
    assert [str(fault) for fault in faults] == ["b.toml: proposal: 'P1' is also the id of the proposal in a.toml"]
