"""A large table is judged by columns; nobody can tell from the answer."""

import gzip
import random
import sys
from pathlib import Path

import pytest

from hanse.cli import large_table
from hanse.cli.main import run

CALL = "COS-CLUSINT-2020-3-01"
HEADER = (
    "proposal,strand,organisation,legal_name,country,role,kind,legal_entity,own_legal_personality,registered_on,"
    "targets,total_cost,requested,duration_months\n"
)


def table(path: Path, proposals: int = 300) -> Path:
    """A mixed table: most proposals sound, some short of a country, some with unknown facts, some sharing a member."""
    chance = random.Random(5)
    lines = [HEADER]
    for n in range(proposals):
        for m in range(chance.randrange(2, 7)):
            shared = m == 1 and chance.randrange(10) == 0
            id = "shared" if shared else f"o{n}-{m}"
            country = "IT" if shared else chance.choice(["IT", "DE", "FR", "RS", "TR", "GB", "UA", ""])
            kind = chance.choice(["cluster_organisation", "cluster_organisation", "business_network", ""])
            strand = "AB"[n % 5 == 0]
            lines.append(
                f"P{n},{strand},{id},Name {id},{country},{'partner' if m else 'coordinator'},{kind},e-{id},true,"
                f"2019-05-01,JP;US,600000,{450000 + n % 3},{20 if strand == 'B' else 33}\n"
            )
    text = "".join(lines)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def answer(path: Path, format: str, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    """The exit status and what was printed."""
    status = run(["check", str(path), "--call", CALL, "--format", format, *options])
    return status, capsys.readouterr().out


@pytest.mark.parametrize("format", ["text", "csv", "json"])
@pytest.mark.parametrize("options", [[], ["--separately"], ["--all"]])
@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz"])
def test_both_ways_give_the_same_answer(
    format: str,
    options: list[str],
    name: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("polars")
    path = table(tmp_path / name)
    one_by_one = answer(path, format, capsys, *options)
    monkeypatch.setattr(large_table, "WORTH_COLUMNS", 0)
    assert answer(path, format, capsys, *options) == one_by_one
    assert one_by_one[0] == 1


def test_a_fault_in_a_large_table_is_named_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("polars")
    path = table(tmp_path / "t.csv")
    path.write_text(path.read_text() + "P9999,A,x,X,QQ,partner,,,,,,,,\n")
    line = len(path.read_text().splitlines())
    monkeypatch.setattr(large_table, "WORTH_COLUMNS", 0)
    assert run(["check", str(path), "--call", CALL]) == 64
    assert f"t.csv:{line}: country: 'QQ' is not a country code" in capsys.readouterr().err


def test_without_the_columnar_library_the_table_is_read_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = table(tmp_path / "t.csv", 20)
    expected = answer(path, "csv", capsys)
    monkeypatch.setattr(large_table, "WORTH_COLUMNS", 0)
    monkeypatch.setitem(sys.modules, "hanse.engines.portfolio", None)
    assert answer(path, "csv", capsys) == expected
