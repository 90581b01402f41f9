"""`hanse verify` of the notice of a moved deadline."""

import json
from pathlib import Path

import pytest
from tests.engines.proof.receipts_cast import KEY, OTHER_KEY, pem_of
from tests.engines.proof.test_notices import notice

from hanse.cli.main import run

Printed = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "deadline-1.json").write_text(json.dumps(notice()), encoding="utf-8")
    (tmp_path / "key.pem").write_bytes(pem_of(KEY))
    (tmp_path / "other.pem").write_bytes(pem_of(OTHER_KEY))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(printed: Printed) -> str:
    return " ".join(printed.readouterr().out.split())


def test_a_notice_that_holds_tells_both_deadlines_and_both_officers(folder: Path, capsys: Printed) -> None:
    assert run(["verify", "deadline-1.json", "--key", "key.pem"]) == 0
    told = said(capsys)
    assert told.startswith("THIS NOTICE HOLDS.")
    assert "9 December 2020 at 17:00:00 Brussels time (16:00:00 UTC); before: 2 December 2020" in told
    assert "by Odile Lambert" in told and "by Piet Claes" in told


def test_without_a_key_the_fingerprint_is_left_to_the_reader(folder: Path, capsys: Printed) -> None:
    assert run(["verify", "deadline-1.json"]) == 0
    assert "AGREES WITH ITSELF" in said(capsys)


def test_a_notice_that_does_not_hold(folder: Path, capsys: Printed) -> None:
    assert run(["verify", "deadline-1.json", "--key", "other.pem"]) == 1
    told = said(capsys)
    assert told.startswith("THIS NOTICE DOES NOT HOLD.")
    assert "signed with another key" in told


def test_a_notice_for_programs(folder: Path, capsys: Printed) -> None:
    assert run(["verify", "deadline-1.json", "--key", "key.pem", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["holds"] and told["claims"]["number"] == "TEST-2020/1"
    assert run(["verify", "deadline-1.json", "--key", "other.pem", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["claims"] is None


def test_a_notice_has_no_package(folder: Path, capsys: Printed) -> None:
    (folder / "package.zip").write_bytes(b"PK")
    assert run(["verify", "deadline-1.json", "--package", "package.zip"]) == 64
    assert "a moved deadline has none" in capsys.readouterr().err
