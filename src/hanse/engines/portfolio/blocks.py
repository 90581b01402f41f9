"""Cells of a participants table as text, a block of some hundred thousand rows at a time.

Speed comes from reading a file the way most files are. Whatever looks otherwise (a row that is too short, a quote
in the middle of a cell, a cell of a megabyte) is `Irregular`: the exact reader then judges it and names its place.
"""

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np
import polars as pl
from numpy.typing import NDArray

REQUIRED = ("proposal", "organisation")
COLUMNS = (
    *REQUIRED,
    "legal_name", "legal_entity", "country", "role", "kind", "own_legal_personality", "registered_on",
    "registration_requested_on", "properties", "strand", "targets", "total_cost", "requested", "duration_months",
    "submitted_at",
)  # fmt: skip

BLOCK = 48 << 20
"""Bytes of text that are parsed at once."""
LONGEST_LINE = 1 << 16
ROWS = 400_000
"""Rows of a Parquet file that are read at once."""
MOST_BYTES = 8 << 30
MOST_RATIO = 200
"""A compressed table that grows beyond these is left to the exact reader, which refuses bombs."""

_NEWLINE, _RETURN, _QUOTE = b'\n\r"'
_MARK = b"\xef\xbb\xbf"


class Irregular(Exception):
    """The fast reader met something it does not judge. The exact reader names every fault, if it is one."""


def text_blocks(path: Path, renamed: Mapping[str, str]) -> Iterator[pl.DataFrame]:
    """The table's columns under our names, as text; an empty cell is an empty text.

    Args:
        path: CSV (comma, semicolon or tab), CSV.GZ or Parquet.
        renamed: our column name to the file's, for files that name columns otherwise.

    Raises:
        Irregular: if the file is not an ordinary table, or cannot be read.
    """
    try:
        if path.name.lower().endswith(".parquet"):
            yield from _parquet_blocks(path, renamed)
        elif path.name.lower().endswith(".gz"):
            with gzip.open(path) as packed:
                yield from _csv_blocks(packed, renamed, path.stat().st_size)  # type: ignore[arg-type]
        else:
            with path.open("rb") as plain:
                yield from _csv_blocks(plain, renamed, 0)
    except (OSError, EOFError, csv.Error, UnicodeDecodeError, pl.exceptions.PolarsError) as wrong:
        raise Irregular(str(wrong)) from wrong


def frame_blocks(frame: pl.DataFrame, renamed: Mapping[str, str]) -> Iterator[pl.DataFrame]:
    """A table that is in memory already, in the same form."""
    places = _places(frame.columns, renamed)
    texts = frame.select(
        pl.col(frame.columns[place]).cast(pl.String).fill_null("").alias(ours) for ours, place in places.items()
    )
    yield from texts.iter_slices(ROWS)


def _parquet_blocks(path: Path, renamed: Mapping[str, str]) -> Iterator[pl.DataFrame]:
    whole = pl.scan_parquet(path, glob=False)
    names = whole.collect_schema().names()
    chosen = [names[place] for place in _places(names, renamed).values()]
    rows = int(whole.select(pl.len()).collect().item())
    for first in range(0, rows, ROWS):
        yield from frame_blocks(whole.select(chosen).slice(first, ROWS).collect(), renamed)


def _places(header: Iterable[str], renamed: Mapping[str, str]) -> dict[str, int]:
    """Where each of our columns stands in the file."""
    names = [name.strip() for name in header]
    places = {}
    for column in COLUMNS:
        written = renamed.get(column, column)
        if names.count(written) > 1 or (written not in names and (column in renamed or column in REQUIRED)):
            raise Irregular(f"column {written}")
        if written in names:
            places[column] = names.index(written)
    return places


def _csv_blocks(stream: BinaryIO, renamed: Mapping[str, str], packed: int) -> Iterator[pl.DataFrame]:
    """Cut the text after a line and hand each piece to the parser.

    Args:
        packed: size of the compressed file, 0 if it is none.
    """
    first = stream.readline(LONGEST_LINE).removeprefix(_MARK).decode()
    if not first.endswith("\n") or first.count('"') % 2:
        raise Irregular("header")
    separator = max(",;\t", key=first.count)
    header = next(csv.reader(io.StringIO(first, newline=""), delimiter=separator, strict=True))
    places = _places(header, renamed)
    names = [f"column_{place}" for place in range(len(header))]
    for ours, place in places.items():
        names[place] = ours
    kept, text = b"", stream.read(BLOCK)
    unpacked = len(text)
    while kept or text:
        after = stream.read(BLOCK)
        unpacked += len(after)
        if packed and (unpacked > MOST_BYTES or (unpacked > 64 << 20 and unpacked > MOST_RATIO * packed)):
            raise Irregular("unpacks to an implausible size")
        block = kept + text
        end = _end_of_lines(block) if after else len(block)
        block, kept, text = block[:end], block[end:], after
        if not after:
            block = block.rstrip(b"\r\n")  # empty lines at the end of a file tell nothing
        if block:
            yield _parsed(block, names, list(places), separator)


def _end_of_lines(block: bytes) -> int:
    """The place after the last line break that stands outside quotes; 0 if there is none."""
    end = block.rfind(b"\n") + 1
    while end and block.count(b'"', 0, end) % 2:
        end = block.rfind(b"\n", 0, block.rfind(b'"', 0, end)) + 1
    return end


def _parsed(block: bytes, names: list[str], wanted: list[str], separator: str) -> pl.DataFrame:
    """Parse whole lines.

    The parser fills a short row up without a word and skips nothing, so separators are counted beside it.
    """
    _check_line_lengths(block)
    letters = np.frombuffer(block, np.uint8)
    if _QUOTE in block:
        separators, breaks = _count_outside_quotes(letters, ord(separator))
    else:
        separators, breaks = block.count(separator.encode()), block.count(b"\n")
    lines = breaks + (letters[-1] != _NEWLINE)
    if separators != lines * (len(names) - 1):
        raise Irregular("a row has fewer cells or more than the header")
    if b"\r" in block and block.count(b"\r") != block.count(b"\r\n"):
        raise Irregular("a line ends otherwise than the others")
    header = separator.join(names).encode() + b"\n"
    frame = pl.read_csv(
        header + block,
        separator=separator,
        columns=wanted,
        infer_schema=False,
        empty_string_is_null=False,
        extra_columns="raise",
    )
    if len(frame) != lines:
        raise Irregular("lines do not match rows")
    return frame


def _check_line_lengths(block: bytes) -> None:
    """Refuse a block with a stretch of text so long that a cell may be beyond what the exact reader takes."""
    for end in range(LONGEST_LINE, len(block), LONGEST_LINE):
        if block.rfind(b"\n", end - LONGEST_LINE, end) < 0:
            raise Irregular("a very long line")


def _count_outside_quotes(letters: NDArray[np.uint8], separator: int) -> tuple[int, ...]:
    """Separators and line breaks outside quotes, if every quote stands where one may.

    A quote opens a cell after a separator or a line break, closes it before one, and is doubled inside.
    """
    quotes = np.flatnonzero(letters == _QUOTE)
    if len(quotes) % 2:
        raise Irregular("a quote is not closed")
    opening, closing = quotes[::2], quotes[1::2]
    before = letters[np.maximum(opening - 1, 0)]
    doubled = np.zeros(len(opening), bool)
    doubled[1:] = opening[1:] == closing[:-1] + 1
    after = letters[np.minimum(closing + 1, len(letters) - 1)]
    opens = (opening == 0) | (before == separator) | (before == _NEWLINE) | doubled
    closes = (closing == len(letters) - 1) | (after == separator) | (after == _NEWLINE) | (after == _RETURN)
    closes[:-1] |= doubled[1:]
    if not (opens.all() and closes.all()):
        raise Irregular("a quote in the middle of a cell")
    inside = _between(opening + 1, closing, letters)
    return tuple(
        int(np.count_nonzero(letters == letter) - np.count_nonzero(inside == letter))
        for letter in (separator, _NEWLINE)
    )


def _between(starts: NDArray[np.intp], ends: NDArray[np.intp], letters: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """All letters inside some stretches."""
    sizes = ends - starts
    starts, sizes = starts[sizes > 0], sizes[sizes > 0]
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    found: NDArray[np.uint8] = letters[np.repeat(starts, sizes) + within]
    return found
