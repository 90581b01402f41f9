"""The tour and the rehearsal command, as a newcomer runs them."""

from pathlib import Path

import pytest

from hanse.cli.main import run

CALL = "COS-CLUSINT-2020-3-01"


def test_the_tour_checks_repairs_and_rehearses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "report.html"
    assert run(["tour", "--proposals", "40", "--report", str(report)]) == 0
    printed = capsys.readouterr().out
    assert "None of the 18 complete lists breaks a rule of its own call." in printed
    assert "Only 2 of the 3 countries needed in COSME: France (FR), Lithuania (LT)." in printed
    assert "the smallest repair is 1 more" in " ".join(printed.split())
    assert "40 synthetic proposals, seed 1" in printed
    assert report.read_text().startswith("<!doctype html>")
    assert not list(tmp_path.glob("*.part"))


def test_the_rehearsal_prints_the_same_digest_for_the_same_seed(capsys: pytest.CaptureFixture[str]) -> None:
    digests = []
    for _ in range(2):
        assert run(["rehearse", CALL, "--proposals", "40", "--seed", "7"]) == 0
        digests.append(capsys.readouterr().out.split("Digest: ")[1])
    assert digests[0] == digests[1]


def test_everything_assumed_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    run(["rehearse", CALL, "--proposals", "20"])
    printed = " ".join(capsys.readouterr().out.split())
    for about in ("award criteria", "overall threshold", "tie-break order", "rule registered"):
        assert f"Assumed: {about}: " in printed


def test_a_report_that_cannot_be_written_is_told_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["rehearse", CALL, "--report", str(tmp_path / "nowhere" / "r.html")]) == 64
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "cannot be written; expected a file in a folder that exists" in printed.err


@pytest.mark.parametrize("number", ["0", "-1", "many", "100001"])
def test_a_number_of_proposals_out_of_range_is_refused(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run(["rehearse", CALL, f"--proposals={number}"])
    assert left.value.code == 64
    assert "is not a number from 1 to 100000" in capsys.readouterr().err


def test_a_call_without_a_deadline_is_rehearsed_on_a_given_day_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rehearse", "HORIZON-EUROPE-STANDARD", "--proposals", "20"]) == 64
    capsys.readouterr()
    assert run(["rehearse", "HORIZON-EUROPE-STANDARD", "--proposals", "20", "--as-of", "2022-09-01"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "the call states no closing day; the rehearsal closes on 2022-09-01" in printed
