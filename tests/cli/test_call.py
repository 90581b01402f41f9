"""`hanse call` from the outside: what is printed, and with which status it leaves."""

import json
from pathlib import Path
from typing import Any

import pytest

from hanse.callbook.calls import call_names
from hanse.cli.call_show import machine_zone
from hanse.cli.main import run

REF = "COS-CLUSTER-2014-3-03"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A new call folder."""
    assert run(["call", "new", str(tmp_path / "mine")]) == 0
    return tmp_path / "mine"


@pytest.fixture(autouse=True)
def nothing_left_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the fixtures printed is not what a test looks at."""
    capsys.readouterr()


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def answer(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def dossier(path: Path, proposal: str, *countries: str) -> Path:
    members = "".join(
        f'[[member]]\norganisation = "{proposal}-{n}"\ncountry = "{code}"\nkind = "cluster_organisation"\n'
        f'role = "{"beneficiary" if n else "coordinator"}"\n'
        for n, code in enumerate(countries)
    )
    head = f'proposal = "{proposal}"\nstrand = "A"\ntargets = ["JP", "US"]\nduration_months = 24\n'
    budget = '[budget]\ntotal_cost = "400000"\nrequested = "350000"\n'
    path.write_text(head + members + budget, "utf-8")
    return path


# --- help ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [[], ["list"], ["show"], ["lint"], ["test"], ["new"], ["diff"]])
def test_every_command_has_help_with_an_example(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run(["call", *command, "--help"])
    assert left.value.code == 0
    assert "example: hanse call" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["call"], ["call", "read"], ["call", "show"], ["call", "lint", "--format", "xml"]])
def test_a_wrong_command_line_leaves_with_64(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run(words)
    assert left.value.code == 64
    assert "usage: hanse call" in capsys.readouterr().err


# --- list ---------------------------------------------------------------------------------------------------------


def test_list_names_every_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["call", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(call_names())
    (line,) = (line for line in lines if line.startswith(REF))
    assert "2015-03-31" in line
    assert "3\u00a0750\u00a0000\u00a0EUR" in line


def test_list_in_json_has_stable_keys_and_plain_values(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["call", "list", "--format", "json"]) == 0
    calls = {call["call"]: call for call in answer(capsys)["calls"]}
    assert list(calls[REF]) == [
        "call", "edition", "title", "programme", "opens_on", "closes_on", "closes_at_utc", "zone", "total", "strands",
        "rules",
    ]  # fmt: skip
    assert calls[REF]["closes_at_utc"] == "2015-03-31T15:00:00+00:00"
    assert calls[REF]["total"] == "3750000.00"
    assert calls["HORIZON-EUROPE-STANDARD"]["closes_on"] is None


# --- show ---------------------------------------------------------------------------------------------------------


def test_show_reads_on_a_terminal_with_the_time_left(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--zone", "Europe/Athens", "--now", "2030-04-16T16:00:00+02:00", "--width", "90"]
    assert run(["call", "show", str(folder), *words]) == 0
    printed = capsys.readouterr().out
    assert "Status              open; 1 hour left" in printed
    assert "Athens (your zone)" in printed
    assert "\x1b" not in printed


def test_show_of_a_call_long_gone_says_closed_without_being_told_the_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["call", "show", REF]) == 0
    assert "Status closed" in " ".join(capsys.readouterr().out.split())


def test_a_page_that_is_kept_shows_no_status_unless_an_instant_is_given(tmp_path: Path, folder: Path) -> None:
    page = tmp_path / "page.html"
    words = ["call", "show", str(folder), "--format", "html", "--output", str(page)]
    assert run(words) == 0
    assert "Status" not in page.read_text("utf-8")
    assert run([*words, "--now", "2030-05-01T00:00:00Z"]) == 0
    assert "<dt>Status</dt><dd>closed</dd>" in page.read_text("utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "page.html"]


def test_show_with_assumptions_marks_them(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["call", "show", str(folder), "--format", "json"]) == 0
    assert answer(capsys)["assumptions"] == []
    assert run(["call", "show", str(folder), "--format", "json", "--assume"]) == 0
    assert answer(capsys)["assumptions"][1].startswith("number of evaluators: three experts are usual")


def test_every_wrong_option_of_show_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--zone", "Atlantis/Harbour", "--now", "2020-12-02T17:00:00", "--width", "0"]
    assert run(["call", "show", REF, *words]) == 64
    told = capsys.readouterr().err
    assert "'Atlantis/Harbour' is not a time zone" in told
    assert "has no zone" in told
    assert "0 is not a width" in told


def test_a_file_that_cannot_be_written_is_told_and_nothing_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").mkdir()
    assert run(["call", "show", REF, "--output", str(tmp_path / "taken")]) == 64
    assert run(["call", "show", REF, "--output", str(tmp_path / "no" / "page.txt")]) == 64
    assert capsys.readouterr().err.count("cannot be written") == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "taken"]


def test_an_unknown_call_is_told_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["call", "show", "COS-NOWHERE"]) == 64
    assert f"known are {', '.join(call_names())}" in capsys.readouterr().err


def test_the_machines_zone_is_the_variable_if_it_names_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", ":Asia/Tokyo")
    assert machine_zone() == "Asia/Tokyo"
    monkeypatch.setenv("TZ", "JST-9")
    named = machine_zone()
    monkeypatch.delenv("TZ")
    assert named == machine_zone()


def test_the_terminals_width_is_used_up_to_a_hundred_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    longest = []
    for columns in ("80", "300"):
        monkeypatch.setenv("COLUMNS", columns)
        assert run(["call", "show", REF]) == 0
        words = [line for line in capsys.readouterr().out.splitlines() if "http" not in line]
        longest.append(max(map(len, words)))
    assert longest[0] <= 80 < longest[1] <= 100


# --- lint ---------------------------------------------------------------------------------------------------------


def test_lint_of_every_shipped_call_is_clean(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["call", "lint"]) == 0
    assert f"{len(call_names())} calls: 0 contradictions" in capsys.readouterr().out


def test_lint_leaves_with_one_on_a_contradiction_and_names_the_remedy(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replace_in(folder / "call.toml", '"3 000 000"', '"3 100 000"')
    assert run(["call", "lint", str(folder)]) == 1
    printed = capsys.readouterr().out
    assert "contradiction: mine/call.toml: total: the envelopes add up to" in printed
    assert "Correct an envelope or the total." in printed
    assert printed.endswith("1 call: 1 contradiction, 0 warnings\n")


def test_lint_in_json_has_stable_keys(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replace_in(folder / "sources.toml", "number = 3", "number = 4")
    assert run(["call", "lint", str(folder), "--format", "json"]) == 0
    (found,) = answer(capsys)["calls"]
    assert (found["call"], found["contradictions"]) == (str(folder), [])
    assert [list(remark) for remark in found["warnings"]] == [["place", "key", "what", "remedy"]]


def test_lint_leaves_with_64_and_every_fault_of_every_folder(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["call", "new", str(tmp_path / "second")]) == 0
    replace_in(folder / "call.toml", 'programme = "Example programme"', "")
    replace_in(tmp_path / "second" / "rules.toml", "grant_cap", "grant_hat")
    assert run(["call", "lint", str(folder), str(tmp_path / "second")]) == 64
    told = capsys.readouterr().err
    assert "mine/call.toml: programme: is missing" in told
    assert "there is no rule kind 'grant_hat'" in told
    assert run(["call", "lint", "nowhere", "neither"]) == 64
    assert capsys.readouterr().err.count("is neither a folder nor a known call") == 2


# --- test ---------------------------------------------------------------------------------------------------------


def test_test_runs_the_cases_of_every_shipped_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["call", "test"]) == 0
    assert capsys.readouterr().out.endswith(" passed, 0 failed\n")


def test_a_failed_case_is_printed_with_the_difference(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replace_in(folder / "rules.toml", "minimum = 3", "minimum = 4")
    assert run(["call", "test", str(folder)]) == 1
    printed = capsys.readouterr().out
    assert "A: three Member States are enough (mine/cases/strand-a.toml)" in printed
    assert "why: Section 6.2 asks for three different Member States." in printed
    assert "expected eligible, found not_eligible" in printed
    assert "rule A-three-countries: expected met, found not_met: Only 3 of the 4" in printed
    assert "13 cases: " in printed


def test_test_in_json_has_stable_keys(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["call", "test", str(folder), "--format", "json"]) == 0
    found = answer(capsys)
    assert found["summary"] == {"cases": 13, "passed": 13, "failed": 0}
    assert list(found["calls"][0]["cases"][0]) == [
        "case", "file", "passed", "expected", "found", "differences", "why",
    ]  # fmt: skip


def test_a_call_without_cases_cannot_be_tested(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (folder / "cases").iterdir():
        path.unlink()
    assert run(["call", "test", str(folder)]) == 64
    assert "holds no case" in capsys.readouterr().err


def test_a_case_that_cannot_be_read_leaves_with_64(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replace_in(folder / "cases" / "strand-a.toml", 'expect = "eligible"', 'expect = "fine"')
    assert run(["call", "test", str(folder)]) == 64
    assert 'expected one of "eligible", "not_eligible", "undecided"' in capsys.readouterr().err


# --- new ----------------------------------------------------------------------------------------------------------


def test_new_lints_cleanly_and_passes_its_cases(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["call", "lint", str(folder)]) == 0
    assert run(["call", "test", str(folder)]) == 0
    assert capsys.readouterr().out == ("1 call: 0 contradictions, 0 warnings\n1 call, 13 cases: 13 passed, 0 failed\n")


def test_new_refuses_to_overwrite(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "call.toml").write_text("mine", "utf-8")
    assert run(["call", "new", str(folder)]) == 64
    assert "is there already" in capsys.readouterr().err
    assert (folder / "call.toml").read_text("utf-8") == "mine"


# --- diff ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def later(tmp_path: Path, folder: Path) -> Path:
    """A second edition: a later deadline and a fourth country in strand A."""
    assert run(["call", "new", str(tmp_path / "later")]) == 0
    later = tmp_path / "later"
    replace_in(later / "call.toml", '"later"', '"mine"')
    replace_in(later / "call.toml", 'edition = "1.0"', 'edition = "1.1"')
    replace_in(later / "call.toml", "closes_on = 2030-04-16", "closes_on = 2030-04-30")
    replace_in(later / "rules.toml", "minimum = 3", "minimum = 4")
    return later


CHANGES = [
    "call, edition: was 1.0, is now 1.1",
    "deadline, closes on: was 16 April 2030 [call-text, section 3], is now 30 April 2030 [call-text, section 3]",
    "rule A-three-countries, parameter minimum: was 3 [call-text, section 6.2], is now 4 [call-text, section 6.2]",
]


def test_diff_lists_changes_in_plain_words(folder: Path, later: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["call", "diff", str(folder), str(later)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "mine, edition 1.0 to 1.1: 3 changes", *(f"* {change}" for change in CHANGES),
    ]  # fmt: skip


def test_diff_of_a_call_with_itself_is_empty(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["call", "diff", str(folder), str(folder)]) == 0
    assert capsys.readouterr().out == "mine, edition 1.0 to 1.0: 0 changes\n"


def test_diff_says_whose_verdict_changes_and_by_which_rule(
    tmp_path: Path, folder: Path, later: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drafts = tmp_path / "drafts"
    drafts.mkdir()
    dossier(drafts / "three.toml", "three", "IT", "DE", "FR")
    dossier(drafts / "four.toml", "four", "IT", "DE", "FR", "ES")
    dossier(drafts / "alone.toml", "alone", "IT")
    capsys.readouterr()
    assert run(["call", "diff", str(folder), str(later), str(drafts)]) == 0
    printed = capsys.readouterr().out
    assert "3 proposals checked against both: 1 with another verdict" in printed
    assert "* three: was eligible, is now not eligible" in printed
    assert "    rule A-three-countries: met -> not met. Only 3 of the 4 countries needed" in printed
    assert "four" not in printed.partition("checked against both")[2]


def test_diff_reads_participants_tables_and_answers_in_json(
    tmp_path: Path, folder: Path, later: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "participants.csv"
    facts = "cluster_organisation,JP;US,400000,350000,24"
    rows = [f"p,A,o{n},{code},{facts}" for n, code in enumerate(("IT", "DE", "FR"))]
    header = "proposal,strand,organisation,country,kind,targets,total_cost,requested,duration_months"
    table.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    capsys.readouterr()
    assert run(["call", "diff", str(folder), str(later), str(table), "--format", "json"]) == 0
    found = answer(capsys)
    assert list(found) == ["old", "new", "changes", "proposals_checked", "proposals"]
    assert [change["item"] for change in found["changes"]] == ["call", "deadline", "rule A-three-countries"]
    assert list(found["changes"][0]) == [
        "kind", "item", "fact", "before", "after", "before_citation", "after_citation",
    ]  # fmt: skip
    (proposal,) = found["proposals"]
    assert (proposal["before"], proposal["after"], proposal["changes_verdict"]) == ("eligible", "not_eligible", True)
    assert [rule["rule"] for rule in proposal["rules"]] == ["A-three-countries"]


def test_diff_tells_a_rule_that_answers_otherwise_though_the_verdict_stays(
    tmp_path: Path, folder: Path, later: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replace_in(later / "rules.toml", 'id = "A-three-countries"', 'id = "A-three-countries"\nforce = "advised"')
    replace_in(later / "rules.toml", "maximum = 5", "maximum = 1")
    draft = dossier(tmp_path / "four.toml", "four", "IT", "DE", "FR", "ES")
    capsys.readouterr()
    assert run(["call", "diff", str(folder), str(later), str(draft)]) == 0
    printed = capsys.readouterr().out
    assert "1 proposal checked against both: 0 with another verdict" in printed
    assert "* four: still eligible, but rules answer differently" in printed
    assert "rule five-targets: met -> not met." in printed


def test_diff_collects_the_faults_of_both_calls_and_every_dossier(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("proposal =", "utf-8")
    assert run(["call", "diff", "nowhere", "neither", str(broken)]) == 64
    told = capsys.readouterr().err
    assert told.count("is neither a folder nor a known call") == 2
    assert "is not TOML" in told


def test_diff_of_calls_that_name_no_day_asks_for_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = dossier(tmp_path / "draft.toml", "draft", "IT", "DE", "FR")
    words = ["call", "diff", "HORIZON-EUROPE-STANDARD", "HORIZON-EUROPE-STANDARD", str(draft)]
    assert run(words) == 64
    assert "give --as-of" in capsys.readouterr().err
    assert run([*words, "--as-of", "2022-09-01"]) == 0
    assert "1 proposal checked against both: 0 with another verdict" in capsys.readouterr().out
    assert run([*words, "--as-of", "soon"]) == 64
    assert "'soon' is neither a day nor an instant" in capsys.readouterr().err
