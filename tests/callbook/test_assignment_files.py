"""The tables of an assignment: what is read, and every fault with its file and line."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from hanse.callbook.assignment_files import read_assignment_files
from hanse.core.assignment import UNITS, AssignmentProblem
from hanse.core.values.faults import Faulty

PROPOSALS = "proposal,title\nP1,One\nP2,Two\n"
EXPERTS = "expert,country,practitioner\nE1,FR,yes\nE2,EL,no\nE3,DE,1\n"
AFFINITY = "proposal,expert,affinity\nP1,E1,0.731\nP2,E3,1\nP1,E3,-0.5\n"
CONFLICTS = "proposal,expert,reason\nP2,E1,same employer\nP2,E1,\nP1,E2,\nP2,E1,family\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in (("P", PROPOSALS), ("E", EXPERTS), ("A", AFFINITY), ("C", CONFLICTS)):
        (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
    return tmp_path


def read(folder: Path, *, affinity: bool = True, conflicts: bool = True, **more: Any) -> AssignmentProblem:
    return read_assignment_files(
        folder / "P.csv",
        folder / "E.csv",
        folder / "A.csv" if affinity else None,
        folder / "C.csv" if conflicts else None,
        **{"per_proposal": 1, "max_load": 2, **more},
    )


def faults_of(folder: Path, **more: Any) -> list[str]:
    with pytest.raises(Faulty) as refused:
        read(folder, **more)
    return [str(fault).replace(f"{folder}/", "") for fault in refused.value.faults]


def test_the_tables_become_a_problem(folder: Path) -> None:
    problem = read(folder, no_two_of_one_country=True, at_least_one_practitioner=True)
    assert (problem.proposals, problem.experts) == (("P1", "P2"), ("E1", "E2", "E3"))
    assert list(problem.affinity) == [731_000, 0, -500_000, 0, 0, UNITS]
    assert bytes(problem.conflicts) == bytes([0, 1, 0, 1, 0, 0])
    assert problem.conflict_reasons == {(1, 0): "same employer; family"}
    assert problem.countries == ("FR", "GR", "DE")
    assert problem.practitioners == bytes([1, 0, 1])
    assert problem.max_load == (2, 2, 2)


def test_what_no_rule_asks_for_is_not_needed(folder: Path) -> None:
    (folder / "E.csv").write_text("expert,country\nE1,\nE2,nowhere\nE3,\n")
    problem = read(folder, conflicts=False)
    assert (problem.countries, problem.practitioners, bytes(problem.conflicts)) == ((), b"", bytes(6))


def test_an_expert_may_have_a_load_of_his_own(folder: Path) -> None:
    (folder / "E.csv").write_text("expert,max_load\nE1,5\nE2,\nE3,0\n")
    assert read(folder).max_load == (5, 2, 0)


def test_without_affinities_common_sectors_are_counted(folder: Path) -> None:
    (folder / "P.csv").write_text("proposal,sectors\nP1,Health|Textiles\nP2,health | textiles\n")
    (folder / "E.csv").write_text("expert,sectors\nE1,TEXTILES\nE2,\nE3,Textiles|Health|Mining\n")
    assert list(read(folder, affinity=False).affinity) == [UNITS, 0, 2 * UNITS] * 2


@pytest.mark.parametrize("write", ["semicolon", "crlf and mark", "blanks", "gzip"])
def test_other_ways_of_writing_a_table_read_the_same(folder: Path, write: str) -> None:
    expected = list(read(folder).affinity)
    if write == "semicolon":
        (folder / "A.csv").write_text(AFFINITY.replace(",", ";"))
    elif write == "crlf and mark":
        (folder / "A.csv").write_bytes(b"\xef\xbb\xbf" + AFFINITY.replace("\n", "\r\n").encode())
    elif write == "blanks":
        (folder / "A.csv").write_text(AFFINITY.replace(",", " , ").replace("\nP2", "\n\nP2") + "\n\n")
    else:
        (folder / "A.csv.gz").write_bytes(gzip.compress(AFFINITY.encode()))
        problem = read_assignment_files(
            folder / "P.csv", folder / "E.csv", folder / "A.csv.gz", None, per_proposal=1, max_load=2
        )
        assert list(problem.affinity) == expected
        return
    assert list(read(folder).affinity) == expected


def test_every_fault_of_every_table_is_told_at_once(folder: Path) -> None:
    (folder / "P.csv").write_text("proposal,title\nP1,a\nP2,b\nP1,c\n,d\n\x07P3,e\n")
    (folder / "E.csv").write_text(
        "expert,country,practitioner,max_load\nE1,France,maybe,-1\nE2,FR,no,1.5\nE3,,,2\nE4,FR\n"
    )
    (folder / "A.csv").write_text(
        "proposal,expert,affinity\nP1,E1,0.1234567\nP9,E9,1\nP1,E2,\nP1\nP2,E2,1\n P2,E2,0.5\nP2,E3,nan\n"
    )
    (folder / "C.csv").write_text("proposal,expert,reason\nP1,E7,\nP2,E1,\u202efalse\nP2\n")
    assert faults_of(folder, no_two_of_one_country=True, at_least_one_practitioner=True) == [
        "P.csv:4: proposal: P1 stands here a second time; expected each once",
        "P.csv:5: proposal: is empty; expected an identifier",
        "P.csv:6: proposal: has the control character U+0007 at position 1; remove it",
        "E.csv:2: max_load: is '-1'; expected a whole number of 0 or more, or nothing",
        "E.csv:2: country: is 'France'; expected a country code of two letters, or the rule cannot be held",
        "E.csv:2: practitioner: is 'maybe'; expected yes or no, or the rule cannot be held",
        "E.csv:3: max_load: is '1.5'; expected a whole number of 0 or more, or nothing",
        "E.csv:4: country: is ''; expected a country code of two letters, or the rule cannot be held",
        "E.csv:4: practitioner: is ''; expected yes or no, or the rule cannot be held",
        "E.csv:5: has 2 cells; expected at least 4",
        "A.csv:2: affinity: '0.1234567' has more than 6 decimal places; round it to 6 or fewer",
        "A.csv:3: proposal: 'P9' is not in the table of proposals",
        "A.csv:3: expert: 'E9' is not in the table of experts",
        "A.csv:4: affinity: '' is not a number; expected for example 0.731",
        "A.csv:5: has 1 cells; expected at least 3",
        "A.csv:7: P2 with E2 stands here a second time; expected each pair once",
        "A.csv:8: affinity: 'nan' is out of range; expected -1000 to 1000",
        "C.csv:2: expert: 'E7' is not in the table of experts",
        "C.csv:3: reason: has the invisible direction mark U+202E at position 1; remove it",
        "C.csv:4: has 1 cells; expected at least 3",
    ]


def test_missing_doubled_and_absent_headers_are_told(folder: Path) -> None:
    (folder / "P.csv").write_text("id,title\nP1,One\n")
    (folder / "E.csv").write_text("expert,country,country\nE1,FR,FR\n")
    (folder / "A.csv").write_text("")
    (folder / "C.csv").write_text("proposal;expert\nP1;E1\n")
    assert faults_of(folder, no_two_of_one_country=True) == [
        "P.csv:1: proposal: is missing; the columns are id, title",
        "E.csv:1: country: is the name of two columns; expected one",
        "A.csv:1: is empty; expected a header line with proposal, expert, affinity",
    ]


def test_columns_that_a_rule_needs_must_be_there(folder: Path) -> None:
    (folder / "E.csv").write_text("expert\nE1\n")
    faults = faults_of(folder, affinity=False, no_two_of_one_country=True, at_least_one_practitioner=True)
    assert faults[:4] == [
        "P.csv:1: sectors: is missing; the columns are proposal, title",
        "E.csv:1: sectors: is missing; the columns are expert",
        "E.csv:1: country: is missing; the columns are expert",
        "E.csv:1: practitioner: is missing; the columns are expert",
    ]


def test_tables_without_rows_are_told(folder: Path) -> None:
    (folder / "P.csv").write_text("proposal\n")
    (folder / "E.csv").write_text("expert\n\n")
    assert faults_of(folder, conflicts=False) == [
        "P.csv: has no proposals; expected at least one row",
        "E.csv: has no experts; expected at least one row",
    ]


def test_files_that_cannot_be_read_are_told(folder: Path) -> None:
    (folder / "P.csv").unlink()
    (folder / "A.csv").write_bytes(b"proposal,expert,affinity\nP1,E1,\xff\n")
    (folder / "C.csv").write_bytes(b"\xff\xfe")
    faults = faults_of(folder)
    assert len(faults) == 3
    assert "P.csv: cannot be read" in faults[0]
    assert "No such file or directory" in faults[0]
    assert all("is not UTF-8 text" in fault for fault in faults[1:])


def test_more_pairs_than_a_machine_holds_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hanse.callbook.assignment_files.MOST_PAIRS", 5)
    assert faults_of(folder) == ["E.csv: makes 6 pairs; at most 5 are read"]


def test_many_different_affinities_are_read_without_remembering_all(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hanse.callbook.assignment_files.MOST_REMEMBERED", 1)
    assert list(read(folder).affinity) == [731_000, 0, -500_000, 0, 0, UNITS]
