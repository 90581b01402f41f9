"""`hanse rank`: a table of scores in, a selection list out; every fault with its line, every assumption in the open."""

import csv
import io
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from hanse.cli.main import run

CALL = """
reference = "RANK-TEST"
edition = "1.0"
title = "A call of the tests"
programme = "none"
total = 1500

[window]
closes_on = 2020-12-02
closes_at = 17:00:00
zone = "Europe/Brussels"

[[strand]]
id = "A"
title = "All sectors"
envelope = "a"
[[strand]]
id = "B"
title = "Defence and security"
envelope = "b"

[[envelope]]
id = "a"
amount = 1000
[[envelope]]
id = "b"
amount = 500

[[transfer]]
from = "b"
to = { unknown = "the page breaks off" }
when = "too few proposals pass the thresholds"
"""
AWARD = """
[award]
overall_threshold = 10
step = "0.5"
tie_breaks = [{ kind = "criterion", criterion = "impact", cite = "notice: 8.3" }]
criteria = [
  { id = "quality", title = "Quality", max_points = 10, threshold = 5, weight = "1.5" },
  { id = "impact", title = "Impact", max_points = 10, threshold = 5 },
]
"""
NO_AWARD = """
[award]
criteria = { unknown = "award criteria of the tests" }
"""
ASSUMPTIONS = """
[[assumption]]
field = "award.criteria"
why = "made up for a rehearsal"
value = [{ id = "quality", title = "Quality", max_points = 10, threshold = 5 }]
[[assumption]]
field = "award.overall_threshold"
why = "made up for a rehearsal"
value = 5
"""
RULES = """
[[rule]]
id = "three"
kind = "minimum_entities"
text = "Three entities."
parameters = { minimum = 3 }
cite = "notice: 6.2"
"""
SOURCES = """
[[source]]
id = "notice"
title = "Call notice of the tests"
"""
HEADER = "proposal,strand,criterion,points,requested\n"
SCORES = HEADER + (
    "P1,A,quality,9,600\nP1,A,impact,9,\n"
    "P2,A,quality,8,400.00\nP2,A,impact,8.5,400\n"
    "P3,A,quality,8,100\nP3,A,impact,8,100\n"
    "P4,A,quality,4.5,100\nP4,A,impact,10,100\n"
    "P7,B,quality,7,500\nP7,B,impact,7,500\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A call folder whose award criteria are stated."""
    return call_folder(tmp_path / "call", AWARD)


def call_folder(folder: Path, award: str, transfer: bool = False) -> Path:
    """A call folder with these award criteria."""
    folder.mkdir()
    main = CALL if transfer else CALL.partition("[[transfer]]")[0]
    for name, content in (("call.toml", main + award), ("rules.toml", RULES), ("sources.toml", SOURCES)):
        (folder / name).write_text(content)
    return folder


def table(folder: Path, content: str | bytes = SCORES) -> str:
    """A table of scores beside the call folder."""
    path = folder.parent / "scores.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def ranked(folder: Path, capsys: pytest.CaptureFixture[str], *more: str, content: str | bytes = SCORES) -> Any:
    """The ranking as JSON; it must be complete or open, never bad input."""
    assert run(["rank", table(folder, content), "--call", str(folder), "--format", "json", *more]) in (0, 2)
    return json.loads(capsys.readouterr().out)


def faults(folder: Path, capsys: pytest.CaptureFixture[str], content: str | bytes) -> list[str]:
    """What is told of a bad table, without its folder and without the last line that counts."""
    assert run(["rank", table(folder, content), "--call", str(folder)]) == 64
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err.replace(f"{folder.parent}/", "").splitlines()[:-1]


# --- what comes out --------------------------------------------------------------------------------------------


def test_a_table_of_scores_becomes_a_selection_list(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rank", table(folder), "--call", str(folder)]) == 0
    printed = capsys.readouterr().out.replace("\u00a0", " ")
    assert "3 funded, 0 undecided, 1 reserve list, 1 below a threshold" in printed
    assert "1  P1  strand A  total 22.5  600 EUR" in printed
    assert "Funded with 400 EUR: 400 EUR was left before it and 0 EUR after." in printed
    assert "The envelope is used up by those above." in printed
    assert "Points short of the lowest funded total: 0.5." in printed
    assert "P4: Points on Quality: 4.5, below its threshold of 5." in printed
    assert "To be decided" not in printed


def test_the_json_alone_is_enough_to_compute_the_digest_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = ranked(folder, capsys)
    lines = [line for listed in told["envelopes"] for line in listed["lines"]] + told["below_threshold"]
    records = []
    for line in lines:
        points = [line["points"][criterion["id"]] for criterion in told["terms"]["criteria"]]
        place = "-" if line["place"] is None else str(line["place"])
        cells = [line["proposal"], line["strand"], line["requested"], *points, line["total"]]
        records.append("\t".join([*cells, line["envelope"], place, line["standing"]]))
    covered = {key: told[key] for key in ("call", "edition", "terms", "decisions")} | {"lines": sorted(records)}
    canonical = json.dumps(covered, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert sha256(canonical).hexdigest() == told["digest"]


def test_the_json_lets_an_outsider_rank_and_fund_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = ranked(folder, capsys)
    assert told["summary"] == {"funded": 3, "reserve": 1, "undecided": 0, "below_threshold": 1}
    assert told["terms"]["envelopes"] == {"a": "1000.00", "b": "500.00"}
    assert told["terms"]["strands"] == {"A": "a", "B": "b"}
    second = told["envelopes"][0]["lines"][1]
    assert {key: second[key] for key in second if key != "trace"} == {
        "proposal": "P2", "strand": "A", "envelope": "a", "place": 2, "standing": "funded",
        "points": {"quality": "8", "impact": "8.5"}, "total": "20.5", "unweighted": "16.5", "requested": "400.00",
        "left_before": "400.00", "left_after": "0.00", "distance_to_line": "0",
    }  # fmt: skip
    assert told["below_threshold"][0]["distance_to_line"] == "3.75"
    assert told["open_questions"] == []


def test_the_order_of_rows_columns_and_the_kind_of_file_do_not_matter(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = ranked(folder, capsys)
    rows = [row.split(",") for row in SCORES.splitlines()]
    turned = [[*reversed(row), "seen"] for row in (rows[0], *reversed(rows[1:]))]
    turned[0][-1] = "note"
    variants = [
        "\ufeff" + SCORES,
        SCORES.replace("\n", "\r\n"),
        SCORES.replace(",", ";"),
        SCORES.replace(",", "\t"),
        SCORES.replace(",", " , "),
        SCORES.replace("P2,A,impact,8.5,400", " P2 ,A , impact, 8.50 , "),
        "\n".join(",".join(row) for row in turned) + "\n\n",
        "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows),
    ]
    for content in variants:
        assert ranked(folder, capsys, content=content) == expected


def test_the_csv_has_a_row_for_each_proposal_with_its_explanation(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["rank", table(folder), "--call", str(folder), "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["proposal"], row["place"], row["standing"]) for row in rows] == [
        ("P1", "1", "funded"),
        ("P2", "2", "funded"),
        ("P3", "3", "reserve"),
        ("P7", "1", "funded"),
        ("P4", "", "below_threshold"),
    ]
    assert rows[2]["distance_to_line"] == "0.5"
    assert rows[4]["left_before"] == ""
    assert rows[0]["explanation"].startswith("Place 1 of 3 for envelope a")
    # The call does not say which total the overall threshold is held against, and weights differ.
    assert all(row["assumed"].startswith("Assumed: overall threshold:") for row in rows)
    assert (
        run(["rank", table(folder), "--call", str(folder), "--format", "csv", "--overall-threshold", "weighted"]) == 0
    )
    assert all(not row["assumed"] for row in csv.DictReader(io.StringIO(capsys.readouterr().out)))


def test_an_identifier_is_never_run_as_a_formula_nor_turned_around(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = SCORES.replace("P1,", "=1+2,").replace("P4,", "אבג,")
    run(["rank", table(folder, odd), "--call", str(folder), "--format", "csv"])
    assert ",'=1+2," in capsys.readouterr().out
    run(["rank", table(folder, odd), "--call", str(folder)])
    assert "\u2068אבג\u2069" in capsys.readouterr().out


def test_a_ranking_is_written_whole_or_not_at_all(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out" / "ranking.json"
    words = ["rank", table(folder), "--call", str(folder), "--format", "json", "--output", str(target)]
    assert run(words) == 64
    assert "ranking.json: cannot be written: No such file or directory" in capsys.readouterr().err
    target.parent.mkdir()
    assert run(words) == 0
    assert capsys.readouterr().out == ""
    before = target.read_text()
    assert json.loads(before)["call"] == "RANK-TEST"

    def full_disk(self: Path, other: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", full_disk)
        assert run(words) == 64
    assert "cannot be written: No space left on device" in capsys.readouterr().err
    assert target.read_text() == before
    assert list(target.parent.iterdir()) == [target]
    assert run([*words[:-1], str(target.parent)]) == 64
    assert "is not a file; nothing is written over it" in capsys.readouterr().err


def test_without_the_fast_encoder_the_same_values_are_written(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fast = ranked(folder, capsys)
    monkeypatch.setitem(__import__("sys").modules, "orjson", None)
    assert ranked(folder, capsys) == fast


# --- what stays open -------------------------------------------------------------------------------------------


def test_a_tie_at_the_line_and_money_without_a_place_leave_with_2_until_officers_decide(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = call_folder(tmp_path / "call", AWARD, transfer=True)
    tied = SCORES.replace("P2,A,impact,8.5", "P2,A,impact,8").replace("P3,A,quality,8,100", "P3,A,quality,8,300")
    tied = tied.replace("P3,A,impact,8,100", "P3,A,impact,8,").replace("P7,B,quality,7,500", "P7,B,quality,7,200")
    tied = tied.replace("P7,B,impact,7,500", "P7,B,impact,7,")
    words = ["rank", table(folder, tied), "--call", str(folder)]
    assert run(words) == 2
    printed = " ".join(capsys.readouterr().out.replace("\u00a0", " ").split())
    assert "To be decided before this ranking can be adopted" in printed
    assert "? Envelope a: 400 EUR is left for P2 and P3, which are tied: no tie-break of the call tells them" in printed
    assert "? Envelope b: 300 EUR is left, and the call does not say where it goes. An officer decides." in printed
    decisions = tmp_path / "decisions.toml"
    signed = 'by = "Odile Lambert"\non = 2021-03-01\nreason = "In the minutes."\n'
    decisions.write_text(
        f'[[tie]]\norder = ["P3", ["P2"]]\n{signed}\n[[transfer]]\nfrom = "b"\nto = "a"\n{signed}'
        f'[[partial_place]]\nproposal = "P2"\nthen = "skip"\n{signed}'
    )
    assert run([*words, "--decisions", str(decisions), "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["decisions"]["ties"][0]["order"] == [["P3"], ["P2"]]
    assert told["envelopes"][0]["received"] == "300.00"
    assert [line["standing"] for line in told["envelopes"][0]["lines"]] == ["funded"] * 3
    # With the money of b there is no partial place any more.
    assert told["remarks"] == ["The recorded decision on P2 settles no partial place."]
    assert run([*words, "--decisions", str(decisions)]) == 0
    assert "Remark: The recorded decision on P2 settles no partial place." in capsys.readouterr().out


def test_decisions_may_be_json_and_a_half_recorded_one_is_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.toml"
    good.write_text('{"tie": [{"order": ["P1", "P2"], "step": 2, "by": "O.", "on": "2021-03-01", "reason": "R."}]}')
    told = ranked(folder, capsys, "--decisions", str(good))
    assert told["remarks"] == ["The recorded order of P1, P2 settles no tie."]
    bad.write_text(
        '[[tie]]\norder = "P1"\nby = "O."\n[[partial_place]]\nproposal = "P1"\nthen = "pay"\n[[tie]]\norder = []\n'
    )
    assert run(["rank", table(folder), "--call", str(folder), "--decisions", str(bad)]) == 64
    printed = capsys.readouterr().err
    for fault in (
        'bad.toml: tie[1].order: is not a list; expected for example ["P2", "P1"] or ["P2", ["P1", "P3"]]',
        "bad.toml: tie[1].on: is missing",
        "bad.toml: tie[1].reason: is missing",
        "bad.toml: tie[2].by: is missing",
        "bad.toml: partial_place[1].then: is 'pay'",
    ):
        assert fault in printed
    assert run(["rank", table(folder), "--call", str(folder), "--decisions", str(tmp_path / "none.toml")]) == 64


def test_a_call_whose_criteria_are_not_published_is_ranked_only_with_assumptions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = call_folder(tmp_path / "call", NO_AWARD)
    words = ["rank", table(folder, HEADER + "P1,A,quality,9,600\n"), "--call", str(folder)]
    assert run(words) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert (
        "The award criteria of RANK-TEST are not published (award criteria of the tests), so nothing is ranked. "
        "With --assume"
    ) in printed.err
    assert run([*words, "--assume"]) == 2
    assert "Its assumptions.toml does not fill them in either" in capsys.readouterr().err
    (folder / "assumptions.toml").write_text(ASSUMPTIONS)
    assert run([*words, "--assume"]) == 0
    printed_list = capsys.readouterr().out
    assert "Assumed: award criteria: made up for a rehearsal." in printed_list
    for heading in ("Ranking (assumed)", "Envelope a (assumed)", "Funded (assumed)"):
        assert heading in printed_list
    run([*words, "--assume", "--format", "json"])
    assert "award criteria: made up for a rehearsal" in json.loads(capsys.readouterr().out)["assumptions"]


def test_the_2020_call_has_no_published_criteria(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scores = tmp_path / "scores.csv"
    scores.write_text(SCORES)
    assert run(["rank", str(scores), "--call", "COS-CLUSINT-2020-3-01"]) == 2
    assert "The award criteria of COS-CLUSINT-2020-3-01 are not published" in capsys.readouterr().err


def test_an_unknown_amount_is_said_in_the_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = call_folder(tmp_path / "call", AWARD)
    text = (folder / "call.toml").read_text().replace("amount = 500\n", 'amount = { unknown = "the split" }\n')
    (folder / "call.toml").write_text(text)
    assert run(["rank", table(folder), "--call", str(folder)]) == 2
    printed = capsys.readouterr().out
    assert "Amount for strand B: not stated (the split)." in printed
    assert "Left: not stated (the split)." in printed


# --- what is refused -------------------------------------------------------------------------------------------


def test_every_fault_of_a_table_is_told_at_once_with_its_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = HEADER + (
        "P1,A,quality,9,600\n"
        "P1,A,charm,9,600\n"
        "P1,B,impact,9,700\n"
        "P1,A,quality,8,600\n"
        "P2,Z,quality,10.5,-5\n"
        'P2,Z,impact,"8,5",1\n'
        "P3,A,quality,8.3,\n"
        "P3,A,impact,-1,\n"
        "P4,A,quality,,0\n"
        "P4,A,impact,many,1\n"
        ",A,quality,8,1\n"
        "P5,A,quality\n"
        "\n"
        "P6,A,quality,8,1e3\n"
        "P6,A,impact,8,1e3\n"
    )
    assert (
        faults(folder, capsys, content)
        == [
            "scores.csv:3: criterion: 'charm' is not a criterion; expected one of quality, impact",
            "scores.csv:4: strand: is 'B' here and 'A' on line 2",
            "scores.csv:4: requested: is '700' here and 600.00 on an earlier row of proposal P1",
            "scores.csv:5: criterion: proposal P1 has 'quality' on an earlier row already",
            "scores.csv:6: strand: 'Z' is not a strand of the call; expected one of A, B",
            "scores.csv:6: requested: -5.00 is negative; expected zero or more",
            "scores.csv:6: points: 10.5 is more than can be given; expected at most 10 (criterion quality)",
            "scores.csv:7: points: '8,5' has a decimal comma; write 8.5",
            "scores.csv:8: points: 8.3 is not a multiple of 0.5; points are given in that step (criterion quality)",
            "scores.csv:9: points: -1 is negative; expected zero or more",
            "scores.csv:10: requested: is 0; expected more than zero",
            "scores.csv:10: points: is empty; expected points on quality",
            "scores.csv:11: requested: is '1' here and 0.00 on an earlier row of proposal P4",
            "scores.csv:11: points: 'many' is not a number of points; expected for example 3.5",
            "scores.csv:12: proposal: is empty; every row names its proposal",
            "scores.csv:13: has 3 cells; the header has 5",
            "scores.csv:15: requested: '1e3' is not an amount; expected for example \"1234.56\"",
            "scores.csv:8: requested: proposal P3 states no requested amount on any of its rows",
            "scores.csv:12: criterion: proposal  has no points on impact",
            "scores.csv:6: criterion: proposal P6 has no points on impact",
        ][:-1]
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            "",
            "scores.csv: is empty; expected a header line with the columns proposal, strand, criterion, points, requested",
        ),
        ("\n \n", "scores.csv: is empty; expected a header line"),
        (HEADER, "scores.csv:1: has a header but no rows"),
        (
            "proposal,strand,points\nP1,A,9\n",
            "scores.csv:1: criterion: this column is missing; the header has proposal",
        ),
        ("proposal,proposal,strand,criterion,points,requested\n", "scores.csv:1: proposal: is the name of two columns"),
        (HEADER + "P1,A,quality,9\x00,600\n", "scores.csv:2: has the control character U+0000 at position 15"),
        (HEADER + "P\x85,A,quality,9,600\n", "scores.csv:2: has the control character U+0085 at position 2"),
        (HEADER + "P\u202e1,A,quality,9,600\n", "scores.csv:2: proposal: has the invisible direction mark U+202E"),
        (HEADER + "P\u20281,A,quality,9,600\n", "scores.csv:2: proposal: 'P\\u20281' is not an identifier"),
        (HEADER + "P1,A,quality,٣,600\n", "scores.csv:2: points: '٣' is not a number of points"),
        (HEADER + 'P1,A,quality,9,"600\n', "scores.csv:2: is not CSV: unexpected end of data"),
        (HEADER + 'P1,A,quality,"9"x,600\n', "scores.csv:2: is not CSV: "),
        (HEADER + "P1,A,quality,9,55O\n", "scores.csv:2: requested: '55O' is not an amount"),
        (HEADER + 'P1,A,quality,9,"550,000"\n', "scores.csv:2: requested: '550,000' has a comma"),
        (HEADER + "P1,A,quality,0.0000001,600\n", "scores.csv:2: points: 1E-7 has more than 6 decimal places"),
        (HEADER + "x" * 100_000 + "\n", "scores.csv:2: has 100000 characters in one line"),
        (HEADER.encode() + b"P\xff,A,quality,9,600\n", "scores.csv: is not UTF-8 text: byte 45 cannot be read"),
    ],
)
def test_a_bad_table_is_refused_and_told_why(
    content: str | bytes, told: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert any(line.startswith(told) for line in faults(folder, capsys, content))


def test_an_endless_line_is_refused_before_it_is_read(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endless = tmp_path / "scores.csv"
    with endless.open("wb") as file:  # sparse: the size is there, the disk is not used
        file.truncate(300 * 1024 * 1024)
    assert run(["rank", str(endless), "--call", str(folder)]) == 64
    assert "is larger than 256 MiB; refused" in capsys.readouterr().err


def test_a_missing_file_or_call_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rank", "nowhere.csv", "--call", str(folder)]) == 64
    assert "nowhere.csv: cannot be read: No such file or directory" in capsys.readouterr().err
    assert run(["rank", table(folder), "--call", "COS-NONE"]) == 64
    assert "COS-NONE: is neither a folder nor a known call" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["rank"], ["rank", "x.csv"], ["rank", "x.csv", "--call", "c", "--format", "xml"]])
def test_a_wrong_command_line_leaves_with_64(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run(words)
    assert left.value.code == 64
    assert "usage: hanse rank" in capsys.readouterr().err


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run(["rank", "--help"])
    assert left.value.code == 0
    assert "hanse rank scores.csv --call COS-CLUSINT-2020-3-01 --assume" in capsys.readouterr().out
