"""The fast reader gives what the exact reader gives, or says that the table is irregular."""

import csv
import gzip
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.engines.portfolio.tables import Row, row_lists, words

from hanse.callbook.participants import COLUMNS as EXACT_COLUMNS
from hanse.callbook.participants import read_participants
from hanse.core.proposal import Dossier
from hanse.core.values.faults import Fault
from hanse.engines.portfolio import Irregular, read_table, table_of
from hanse.engines.portfolio import blocks as blocks_module
from hanse.engines.portfolio import loading as loading_module
from hanse.engines.portfolio.blocks import COLUMNS
from hanse.engines.portfolio.loading import first_places

HEADER = "proposal,strand,organisation,legal_name,country,role"


def fast(path: Path) -> list[Dossier]:
    """All proposals of a file by the fast reader."""
    table = read_table(path, words())
    return table.dossiers(range(len(table)))


def exact(path: Path) -> tuple[list[Dossier], list[Fault]]:
    """All proposals of a file by the exact reader, and its faults."""
    faults: list[Fault] = []
    return read_participants(path, words(), {}, faults), faults


def written(rows: Sequence[Row], separator: str = ",", all_quoted: bool = False, ends: str = "\n") -> bytes:
    """Rows as a CSV file."""
    text = io.StringIO()
    quoting: Literal[0, 1] = csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL
    writer = csv.DictWriter(text, COLUMNS, restval="", delimiter=separator, quoting=quoting, lineterminator=ends)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def test_both_readers_know_the_same_columns() -> None:
    assert sorted(COLUMNS) == sorted(EXACT_COLUMNS)


@settings(max_examples=60, deadline=None)
@given(
    rows=row_lists(),
    separator=st.sampled_from(",;\t"),
    all_quoted=st.booleans(),
    ends=st.sampled_from(["\n", "\r\n"]),
    names=st.lists(st.text("aé \";,'\n", max_size=4), min_size=1, max_size=5),
    block=st.sampled_from([40, 300, 1 << 20]),
)
def test_the_fast_reader_reads_what_the_exact_reader_reads(
    rows: list[Row],
    separator: str,
    all_quoted: bool,
    ends: str,
    names: list[str],
    block: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("tables") / "t.csv"
    named = [{**row, "legal_name": names[place % len(names)]} for place, row in enumerate(rows)]
    path.write_bytes(written(named, separator, all_quoted, ends))
    expected, faults = exact(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks_module, "BLOCK", block)
        try:
            found = fast(path)
        except Irregular:
            # The exact reader takes more: a name of several lines between lines that end with CR LF, for instance.
            assert any("\n" in name for name in names)
        else:
            assert not faults
            assert found == expected


@settings(max_examples=30, deadline=None)
@given(rows=row_lists())
def test_every_format_gives_the_same_table(rows: list[Row], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("tables")
    plain = written(rows)
    (folder / "t.csv").write_bytes(plain)
    (folder / "t.csv.gz").write_bytes(gzip.compress(plain))
    frame = pl.read_csv(plain, infer_schema=False)
    frame.write_parquet(folder / "t.parquet")
    expected, faults = exact(folder / "t.csv")
    assert not faults
    assert fast(folder / "t.csv") == expected
    assert fast(folder / "t.csv.gz") == expected
    assert fast(folder / "t.parquet") == expected


@pytest.mark.parametrize(("cell", "read_as"), [("EL", "GR"), ("UK", "GB"), ("xk", "XK"), ("NA", "NA"), (" de ", "DE")])
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_country_codes_as_people_write_them(cell: str, read_as: str, suffix: str, tmp_path: Path) -> None:
    text = f"{HEADER}\nP1,A,o1,One,{cell},coordinator\n"
    path = tmp_path / f"t.{suffix}"
    if suffix == "csv":
        path.write_text(text)
    else:
        pl.DataFrame({"proposal": ["P1"], "organisation": ["o1"], "country": [cell]}).write_parquet(path)
    (dossier,) = fast(path)
    assert dossier.consortium.participants[0].organisation.country == read_as


def test_typed_columns_of_parquet_are_read_as_text(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    frame = pl.DataFrame(
        {
            "proposal": [1, 1],
            "organisation": [7, 8],
            "registered_on": pl.Series(["2020-01-02", None]).str.to_date(),
            "own_legal_personality": [True, False],
            "requested": [550_000, 550_000],
            "total_cost": [600_000.5, None],
        }
    )
    frame.write_parquet(path)
    expected, faults = exact(path)
    assert not faults
    assert fast(path) == expected


def test_an_exchange_of_columns_and_other_names_are_followed(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("PIC,unknown,project\no1,x,P1\no2,y,P1\n")
    table = read_table(path, words(), {"proposal": "project", "organisation": "PIC"})
    assert [member.organisation.id for member in table.dossier(0).consortium.participants] == ["o1", "o2"]


MORE = "legal_entity,targets,requested,duration_months,registered_on,submitted_at,own_legal_personality,properties,kind"
IRREGULAR = {
    "an unknown country": "P1,A,o1,One,QQ,coordinator",
    "an unknown role": "P1,A,o1,One,IT,chief",
    "no organisation": "P1,A,,One,IT,coordinator",
    "no proposal": ",A,o1,One,IT,coordinator",
    "an organisation twice": "P1,A,o1,One,IT,coordinator\nP1,A,o1,One,IT,partner",
    "an organisation twice, once with a space": "P1,A,o1,One,IT,coordinator\nP1,A, o1,One,IT,partner",
    "two coordinators": "P1,A,o1,One,IT,coordinator\nP1,A,o2,Two,IT,coordinator",
    "two coordinators apart": "P1,A,o1,,IT,coordinator\nP2,A,o1,,IT,coordinator\nP1,A,o2,,IT,coordinator",
    "strands that differ": "P1,A,o1,One,IT,coordinator\nP1,B,o2,Two,IT,partner",
    "strands that differ apart": "P1,A,o1,One,IT,coordinator\nP2,A,o1,One,IT,\nP1,B,o2,Two,IT,partner",
    "too few cells": "P1,A,o1,One,IT",
    "too many cells": "P1,A,o1,One,IT,coordinator,x",
    "too few and too many cells": "P1,A,o1,One,IT\nP2,A,o1,One,IT,coordinator,x",
    "a control character": "P1,A,o1,O\x07ne,IT,coordinator",
    "a direction mark": "P1,A,o\u202e1,One,IT,coordinator",
    "a quote inside a cell": 'P1,A,o1,On"e,IT,coordinator\nP1,A,o2,T"wo,IT,partner',
    "text after a quote": 'P1,A,o1,"One"x,IT,coordinator',
    "a quote that stays open": 'P1,A,o1,"One,IT,coordinator',
    "a line that ends with CR alone": "P1,A,o1,One,IT,coordinator\rP1,A,o2,Two,IT,partner",
    "a CR inside quotes": 'P1,A,o1,"O\rne",IT,coordinator',
    "an empty line": "P1,A,o1,One,IT,coordinator\n\nP1,A,o2,Two,IT,partner",
    "a very long cell": f"P1,A,o1,{'x' * 140_000},IT,coordinator",
    "no rows": "",
}
MORE_IRREGULAR = {
    "an entity in two countries": "P1,A,o1,,IT,,E{rest}\nP1,A,o2,,DE,,E{rest}",
    "a target that does not exist": "P1,A,o1,,IT,,,QQ,,,,,,,",
    "a target named twice": "P1,A,o1,,IT,,,US;US,,,,,,,",
    "money with a comma": 'P1,A,o1,,IT,,,,"1,50",,,,,,',
    "negative money": "P1,A,o1,,IT,,,,-5,,,,,,",
    "more money than there is": "P1,A,o1,,IT,,,,99999999999999999,,,,,,",
    "a fraction of a month": "P1,A,o1,,IT,,,,,1.5,,,,,",
    "more months than a number holds": "P1,A,o1,,IT,,,,,3000000000,,,,,",
    "a day of another calendar": "P1,A,o1,,IT,,,,,,01.05.2019,,,,",
    "a naive time": "P1,A,o1,,IT,,,,,,,2020-12-02T17:00:00,,,",
    "a time of the Middle Ages": "P1,A,o1,,IT,,,,,,,0900-12-02T17:00:00Z,,,",
    "neither yes nor no": "P1,A,o1,,IT,,,,,,,,perhaps,,",
    "a kind that is none": "P1,A,o1,,IT,,,,,,,,,,company",
}


@pytest.mark.parametrize("rows", IRREGULAR.values(), ids=IRREGULAR.keys())
def test_what_is_out_of_the_ordinary_is_irregular(rows: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(f"{HEADER}\n{rows}\n".encode())
    with pytest.raises(Irregular):
        read_table(path, words())


@pytest.mark.parametrize("rows", MORE_IRREGULAR.values(), ids=MORE_IRREGULAR.keys())
def test_cells_that_the_core_refuses_are_irregular(rows: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"{HEADER},{MORE}\n{rows.replace('{rest}', ',' * 8)}\n")
    with pytest.raises(Irregular):
        read_table(path, words())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", b""),
        ("t.csv", b"proposal,organisation"),
        ("t.csv", b"proposal,country\nP1,IT\n"),
        ("t.csv", b"proposal,organisation,organisation\nP1,o,o\n"),
        ("t.csv", b'proposal,"organisation\nP1,o\n'),
        ("t.csv", b"proposal,organisation\nP1,\xff\n"),
        ("t.csv.gz", b"plain"),
        ("t.csv.gz", gzip.compress(b"proposal,organisation\n" + b"P,o\n" * (30 << 20))),
        ("t.parquet", b"plain"),
        ("missing.csv", None),
        ("missing.parquet", None),
    ],
    ids=range(11),
)
def test_a_file_that_is_no_table_is_irregular(name: str, content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(Irregular):
        read_table(tmp_path / name, words())


def test_a_column_that_should_be_there_under_another_name_is_irregular(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("proposal,organisation\nP1,o1\n")
    with pytest.raises(Irregular):
        read_table(path, words(), {"country": "land"})


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: "\ufeff" + text, id="byte order mark"),
        pytest.param(lambda text: text.rstrip("\n"), id="no line end at the end"),
        pytest.param(lambda text: text + "\n\n", id="empty lines at the end"),
    ],
)
def test_the_dialect_of_a_spreadsheet_does_not_matter(change: Callable[[str], str], tmp_path: Path) -> None:
    text = f"{HEADER}\nP1,A,o1,One,IT,coordinator\nP1,A,o2,Two,DE,partner\n"
    (tmp_path / "plain.csv").write_text(text)
    (tmp_path / "t.csv").write_text(change(text))
    assert fast(tmp_path / "t.csv") == exact(tmp_path / "plain.csv")[0]


def test_scattered_rows_of_one_proposal_are_gathered(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"{HEADER}\nP2,A,o1,One,IT,\nP1,B,o2,Two,DE,\nP2,,o3,Three,FR,\nP1,,o4,Four,,\n")
    expected, faults = exact(path)
    assert not faults
    assert fast(path) == expected


def test_spaces_around_a_cell_tell_nothing(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        f"{HEADER},requested\nP1, A,o1 ,One,IT, coordinator,5 \n P1,A , o2,Two, ,partner, 5\nP2,B,o1,,,, \n"
    )
    expected, faults = exact(path)
    assert not faults
    assert fast(path) == expected


def test_a_parser_that_sees_other_rows_than_lines_is_not_trusted(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("proposal,organisation\nP1,o1\nP1,o2\n")
    frame = pl.DataFrame({"proposal": ["P1"], "organisation": ["o1"]})
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Irregular):
        patch.setattr(pl, "read_csv", lambda *_, **__: frame)
        read_table(path, words())


def test_a_frame_in_memory_is_a_table_too() -> None:
    table = table_of(pl.DataFrame({"Proposal": ["P"], "organisation": ["o"]}), words(), {"proposal": "Proposal"})
    assert (len(table), table.participants) == (1, 1)
    assert table.dossier(0).proposal == "P"


@given(st.lists(st.text("ab", max_size=3)))
@example([])
def test_each_text_is_found_where_it_stands_first(texts: list[str]) -> None:
    assert first_places(pl.Series(texts, dtype=pl.String)).tolist() == [texts.index(text) for text in texts]


def test_two_texts_with_one_hash_are_irregular() -> None:
    class Clash:
        """A series whose hash is always the same."""

        def __init__(self, series: pl.Series):
            self.series = series

        def hash(self) -> pl.Series:
            return pl.Series([1] * len(self.series), dtype=pl.UInt64)

        def gather(self, places: pl.Series) -> pl.Series:
            return self.series.gather(places)

    with pytest.raises(Irregular):
        loading_module.first_places(Clash(pl.Series(["a", "b"])))  # type: ignore[arg-type]
