"""`hanse assign`: tables in, the best assignment out, with its proof, its reasons, or what is missing."""

import csv
import io
import json
import sys
from pathlib import Path

import pytest

from hanse.cli.assign import _engine, how_good
from hanse.cli.main import run
from hanse.core.assignment import UNITS, Assignment

PROPOSALS = "proposal,sectors\nP1,health\nP2,health|textiles\nP3,mining\n"
EXPERTS = """\
expert,country,practitioner,sectors
E1,FR,no,health|textiles
E2,FR,yes,health
E3,DE,no,textiles
E4,IT,yes,mining
"""
AFFINITY = "proposal,expert,affinity\nP1,E1,0.9\nP1,E2,0.8\nP2,E1,0.7\nP2,E3,0.4\nP3,E4,0.6\nP3,E1,0.95\n"
CONFLICTS = "proposal,expert,reason\nP1,E4,former colleague\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, content in (("P", PROPOSALS), ("E", EXPERTS), ("A", AFFINITY), ("C", CONFLICTS)):
        (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
    return tmp_path


def assign(*more: str, per_proposal: int = 1, max_load: int = 1, affinity: bool = True) -> int:
    tables = ["--proposals", "P.csv", "--experts", "E.csv", "--conflicts", "C.csv"]
    tables += ["--affinity", "A.csv"] if affinity else []
    return run(["assign", *tables, "--per-proposal", str(per_proposal), "--max-load", str(max_load), *more])


def test_the_text_says_how_good_the_assignment_is_and_lists_the_worst_served_first(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert assign() == 0
    assert capsys.readouterr().out == (
        "3 proposals, 4 experts, 1 for each\n"
        "Aim: the highest total. Proven optimal: no assignment is better.\n"
        "Total affinity 2.15; the worst-served proposal gets 0.4.\n"
        "\n"
        "Proposals, the worst served first\n"
        "  P2  0.4: E3 (0.4)\n"
        "  P1  0.8: E2 (0.8)\n"
        "  P3  0.95: E1 (0.95)\n"
    )


def test_the_fair_aim_raises_the_worst_served_proposal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert assign("--fair", "--format", "json") == 0
    table = json.loads(capsys.readouterr().out)
    assert (table["status"], table["aim"], table["worst"], table["worst_bound"]) == ("optimal", "fair", "0.6", "0.6")
    assert (table["total"], table["total_bound"], table["gap"]) == ("2.1", "2.1", 0.0)
    assert table["loads"] == {"E1": 1, "E2": 1, "E3": 0, "E4": 1}
    assert table["proposals"][1] == {
        "proposal": "P2", "affinity": "0.7", "experts": [{"expert": "E1", "affinity": "0.7"}],
    }  # fmt: skip


def test_side_rules_are_held(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--no-two-of-one-country", "--at-least-one-practitioner", "--format", "csv")
    assert assign(*options, per_proposal=2, max_load=3) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    chosen = {
        proposal: {row["expert"] for row in rows if row["proposal"] == proposal} for proposal in ("P1", "P2", "P3")
    }
    assert chosen == {"P1": {"E2", "E3"}, "P2": {"E1", "E4"}, "P3": {"E1", "E4"}}
    assert rows[0] == {"proposal": "P1", "expert": "E2", "affinity": "0.8"}


def test_without_affinities_the_formula_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert assign(affinity=False) == 0
    text = " ".join(capsys.readouterr().out.split())
    formula = "affinity = number of sectors that the proposal and the expert have in common"
    assert f"No table of affinities: {formula}." in text
    assert "Total affinity 4; the worst-served proposal gets 1." in text


def test_a_gap_is_told_with_what_is_still_possible() -> None:
    found = Assignment(((0,),), UNITS, UNITS, 2 * UNITS, fair=True, worst_bound=4 * UNITS)
    assert how_good(found) == (
        "not proven optimal; the worst-served proposal cannot get more than 4 (at most 75.0000% of it is missing) and "
        "the total cannot exceed 2 (at most 50.0000% of it is missing)"
    )


def test_a_fault_inside_the_engine_is_not_taken_for_a_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise ModuleNotFoundError("no module", name="hanse.somewhere")

    monkeypatch.setattr("hanse.cli.assign.import_module", fail)
    with pytest.raises(ModuleNotFoundError):
        _engine()


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        (("P2", "E1"), ["E1 has the most proposals allowed already (1)", "would lower the total by 0.05"]),
        (("P1", "E4"), ["E4 has a conflict with P1: former colleague."]),
        (("P3", "E1"), ["Why is E1 on P3?", "E1 is on P3, with an affinity of 0.95."]),
    ],
)
def test_any_pair_is_explained(
    folder: Path, capsys: pytest.CaptureFixture[str], pair: tuple[str, str], words: list[str]
) -> None:
    assert assign("--why", *pair) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert all(part in text for part in words)
    assert "Proposals, the worst served first" not in text


def test_a_pair_is_explained_in_every_form(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert assign("--fair", "--why", "P3", "E1", "--format", "json") == 0
    why = json.loads(capsys.readouterr().out)["why"]
    assert (why["proposal"], why["expert"], why["assigned"], why["loss"]) == ("P3", "E1", False, None)
    assert why["reasons"][-1] == "with the pair, the worst-served proposal would fall from 0.6 to 0.4"
    assert assign("--why", "P3", "E1", "--format", "csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert rows == [
        {"proposal": "P3", "expert": "E1", "assigned": "yes", "reason": "E1 is on P3, with an affinity of 0.95"}
    ]


@pytest.mark.parametrize("form", ["text", "csv", "json"])
def test_what_is_missing_is_told_in_every_form(folder: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    assert assign("--format", form, per_proposal=4, max_load=9) == 1
    shown = capsys.readouterr().out
    assert "proposal P1 has only 3 experts without a conflict; 4 are needed" in shown
    if form == "json":
        assert json.loads(shown)["status"] == "infeasible"


def test_the_result_is_written_to_a_file_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert assign("--format", "csv", "--output", "list.csv") == 0
    assert capsys.readouterr().out == ""
    assert (folder / "list.csv").read_text() == "proposal,expert,affinity\nP1,E2,0.8\nP2,E3,0.4\nP3,E1,0.95\n"


def test_a_long_list_is_cut_in_the_text_only(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "P.csv").write_text("proposal,sectors\n" + "".join(f"P{n:02},health\n" for n in range(1, 41)))
    (folder / "C.csv").write_text("proposal,expert\n")
    assert assign(affinity=False, max_load=40) == 0
    text = capsys.readouterr().out
    assert text.count("(1)") == 30
    assert text.endswith("... and 10 more; --format csv lists all.\n")


def test_bad_tables_and_unknown_pairs_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert assign("--why", "P9", "E9") == 64
    assert capsys.readouterr().err.splitlines() == [
        "--why: proposal: 'P9' is not in the table of proposals",
        "--why: expert: 'E9' is not in the table of experts",
        "2 faults; nothing was done.",
    ]
    (folder / "A.csv").write_text("proposal,expert,affinity\nP1,E1,much\n")
    assert assign("--output", "out.txt") == 64
    assert "A.csv:2: affinity: 'much' is not a number; expected for example 0.731" in capsys.readouterr().err
    assert not (folder / "out.txt").exists()


@pytest.mark.parametrize(("option", "value"), [("--per-proposal", "0"), ("--max-load", "-1"), ("--max-load", "2.5")])
def test_numbers_that_make_no_sense_are_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    with pytest.raises(SystemExit) as left:
        assign(f"{option}={value}")
    assert left.value.code == 64
    assert "is not a whole number from" in capsys.readouterr().err


def test_without_its_libraries_the_command_says_what_to_install(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "ortools" or "engines.assignment" in name]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("ortools", "ortools.graph", "ortools.graph.python", "ortools.sat.python", "ortools.linear_solver"):
        monkeypatch.setitem(sys.modules, name, None)
    assert assign() == 64
    assert "pip install 'hanse[assign]'" in capsys.readouterr().err


def test_the_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run(["assign", "--help"])
    assert left.value.code == 0
    assert "hanse assign --proposals P.csv --experts E.csv --affinity A.csv" in capsys.readouterr().out
