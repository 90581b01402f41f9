"""`hanse check` from the outside: what is printed, and with which status it leaves."""

import csv
import io
import json
from pathlib import Path

import pytest

from hanse.cli.main import run

CALL = "COS-CLUSINT-2020-3-01"
HEADER = "proposal,strand,organisation,legal_name,country,role,kind,own_legal_personality,registered_on,targets,total_cost,requested,duration_months"
FACTS = "cluster_organisation,true,2019-05-01,JP;US,600000,540000,33"
EXAMPLES = Path(__file__).parents[2] / "examples"


def table(tmp_path: Path, **consortia: str) -> Path:
    """A table with one proposal a keyword, its members given by countries."""
    path = tmp_path / "participants.csv"
    lines = [HEADER]
    for proposal, countries in consortia.items():
        for n, country in enumerate(countries.split()):
            role = "beneficiary" if n else "coordinator"
            lines.append(f"{proposal},A,{proposal}-{n},{proposal} {n},{country},{role},{FACTS}")
    path.write_text("\n".join(lines) + "\n")
    return path


def test_an_eligible_dossier_leaves_with_zero_and_shows_each_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(EXAMPLES / "blue-light.toml")]) == 0
    printed = capsys.readouterr().out
    assert "Proposal BLUE-LIGHT, strand A: ELIGIBLE" in printed
    assert "Left to the officer\n- A-scope: " in printed
    assert "Needs all submissions\n- one-strand: " in printed


def test_a_dossier_that_fails_leaves_with_one_and_shows_reason_clause_and_repair(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["check", str(EXAMPLES / "one-country-short.toml")]) == 1
    printed = capsys.readouterr().out
    assert "ONE-COUNTRY-SHORT, strand A: NOT ELIGIBLE" in printed
    assert "Italy (IT)" in printed
    assert "Repair: Add a member established in" in printed
    assert "A-two-member-states; source: newsletter, Strand A consortium, second point" in printed
    assert printed.index("Not met") < printed.index("Met\n")
    assert run(["check", str(EXAMPLES / "one-country-short.toml"), "--all"]) == 1
    assert len(capsys.readouterr().out) > len(printed)


def test_a_dossier_with_open_facts_leaves_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = tmp_path / "draft.toml"
    draft.write_text((EXAMPLES / "blue-light.toml").read_text().replace("duration_months = 33", ""))
    assert run(["check", str(draft)]) == 2
    assert "The duration is not stated." in capsys.readouterr().out


def test_json_keeps_its_contract(capsys: pytest.CaptureFixture[str]) -> None:
    run(["check", str(EXAMPLES / "one-country-short.toml"), "--format", "json"])
    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == ["call", "edition", "as_of", "assumptions", "summary", "proposals"]
    assert (answer["call"], answer["as_of"]) == (CALL, "2020-12-02")
    assert answer["summary"] == {"eligible": 0, "not_eligible": 1, "undecided": 0}
    (proposal,) = answer["proposals"]
    assert set(proposal) == {
        "proposal", "strand", "verdict", "left_to_officer", "needs_all_submissions", "assumptions", "findings",
    }  # fmt: skip
    broken = [finding for finding in proposal["findings"] if finding["verdict"] == "not_met"]
    assert len(broken) == 1
    assert set(broken[0]) == {"rule", "verdict", "force", "reason", "facts", "repair", "citation"}
    assert broken[0]["facts"]["countries"] == ["IT"]
    assert set(broken[0]["citation"]) == {"source", "clause"}


def test_both_json_encoders_write_the_same_values(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(table(tmp_path, P1="IT DE FR", P2="IT IT RS TR"))
    run(["check", path, "--call", CALL, "--format", "json"])
    fast = json.loads(capsys.readouterr().out)
    monkeypatch.setitem(__import__("sys").modules, "orjson", None)
    run(["check", path, "--call", CALL, "--format", "json"])
    assert json.loads(capsys.readouterr().out) == fast


def test_csv_has_one_row_a_proposal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = run(["check", str(table(tmp_path, P1="IT DE FR", P2="IT IT RS TR")), "--call", CALL, "--format", "csv"])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert status == 1
    assert [(row["proposal"], row["verdict"]) for row in rows] == [("P1", "eligible"), ("P2", "not_eligible")]
    assert rows[1]["not_met"]
    assert rows[0]["needs_all_submissions"] == ""


def test_a_table_is_checked_as_all_submissions_unless_separately(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = table(tmp_path, P1="IT DE FR", P2="ES PT BE")
    path.write_text(path.read_text().replace("P2-0", "P1-0"))
    run(["check", str(path), "--call", CALL, "--format", "csv"])
    together = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    run(["check", str(path), "--call", CALL, "--format", "csv", "--separately"])
    apart = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["verdict"] for row in together} != {"eligible"}
    assert {row["verdict"] for row in apart} == {"eligible"}
    assert all(row["needs_all_submissions"] for row in apart)


def test_a_spreadsheet_will_not_run_a_name_as_a_formula(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = table(tmp_path, P1="IT DE FR")
    path.write_text(path.read_text().replace("\nP1,", "\n=1+2,"))
    run(["check", str(path), "--call", CALL, "--format", "csv"])
    assert capsys.readouterr().out.splitlines()[1].startswith("'=1+2,")


def test_the_overview_names_what_is_wrong_and_says_when_it_stops(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = table(tmp_path, **{f"P{n:02d}": "IT IT" for n in range(30)})
    assert run(["check", str(path), "--call", CALL]) == 1
    printed = capsys.readouterr().out
    assert "30 proposals: 0 eligible, 30 not eligible, 0 undecided" in printed
    assert "... and 10 more that are not eligible or undecided; --all shows them." in printed
    assert "P29" not in printed
    run(["check", str(path), "--call", CALL, "--all"])
    assert "P29" in capsys.readouterr().out


def test_a_folder_of_dossiers_is_checked_together(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(EXAMPLES)]) == 1
    assert "2 proposals: 1 eligible, 1 not eligible, 0 undecided" in capsys.readouterr().out


def test_a_strand_on_the_command_line_overrides_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(EXAMPLES / "blue-light.toml"), "--strand", "Z"]) == 1
    assert "The call has no strand Z" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "nowhere.toml"], "nowhere.toml: cannot be read: No such file or directory"),
        (["check", str(EXAMPLES), "--call", "COS-NONE"], "COS-NONE: is neither a folder nor a known call"),
        (["check", str(EXAMPLES / "pool.csv"), "--call", CALL], "pool.csv:1: proposal: this column is missing"),
        (["check", str(EXAMPLES), "--column", "colour=blue"], "--column: colour=blue: expected OURS=THEIRS"),
    ],
)
def test_bad_input_is_told_on_standard_error_with_status_64(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 64
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err
    assert "nothing was done" in printed.err


@pytest.mark.parametrize(
    "words",
    [[], ["chek"], ["check"], ["check", "x", "--as-of", "2020-12-02T17:00:00"], ["check", "x", "--as-of", "soon"]],
)
def test_a_wrong_command_line_leaves_with_64(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run(words)
    assert left.value.code == 64
    assert "usage: hanse" in capsys.readouterr().err


def test_a_call_without_a_deadline_needs_a_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(table(tmp_path, P1="IT DE FR"))
    assert run(["check", path, "--call", "HORIZON-EUROPE-STANDARD"]) == 64
    assert "give --as-of" in capsys.readouterr().err
    assert run(["check", path, "--call", "HORIZON-EUROPE-STANDARD", "--as-of", "2022-09-01"]) != 64


def test_a_table_names_no_call_so_the_command_must(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(table(tmp_path, P1="IT DE FR"))]) == 64
    assert "--call: is missing, and the dossiers name no call; see `hanse call list`" in capsys.readouterr().err


def test_two_hundred_members_and_none_are_both_answered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    crowd = table(tmp_path, P1=" ".join(["IT", "DE", "FR", "ES", "PT"] * 40))
    assert run(["check", str(crowd), "--call", CALL]) == 0
    nobody = tmp_path / "nobody.toml"
    nobody.write_text('proposal = "N"\nstrand = "A"\n')
    assert run(["check", str(nobody), "--call", CALL]) == 1
    assert "NOT ELIGIBLE" in capsys.readouterr().out
