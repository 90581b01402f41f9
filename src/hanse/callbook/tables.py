"""Rows of tables in CSV, CSV.GZ and Parquet, with their line numbers; what cannot be read becomes a fault."""

import csv
import gzip
import io
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from hanse.core.values.faults import Fault

MOST_BYTES = 8 * 1024**3
MOST_RATIO = 200
"""Ordinary tables shrink 10 to 40 times; a file that grows more than this is a bomb."""


def table_suffix(path: Path) -> str:
    """`.csv`, `.csv.gz` or `.parquet` if the path names a table, else an empty text."""
    name = path.name.lower()
    return next((suffix for suffix in (".csv", ".csv.gz", ".parquet") if name.endswith(suffix)), "")


def check_size(path: Path, faults: list[Fault]) -> bool:
    """True if a compressed table unpacks to a plausible size; else a fault is added. Reads it once, in small pieces."""
    if table_suffix(path) != ".csv.gz":
        return True
    try:
        packed = max(path.stat().st_size, 1)
        unpacked = 0
        with gzip.open(path) as stream:
            while block := stream.read(1 << 20):
                unpacked += len(block)
                if unpacked > MOST_BYTES or (unpacked > 64 << 20 and unpacked > MOST_RATIO * packed):
                    sizes = f"more than {unpacked >> 20} MiB from {packed >> 10} KiB"
                    what = f"unpacks to {sizes}; refused as a decompression bomb"
                    faults.append(Fault(str(path), "", what))
                    return False
    except (OSError, EOFError) as wrong:
        faults.append(Fault(str(path), "", f"cannot be unpacked: {wrong}"))
        return False
    return True


def table_rows(path: Path, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Rows of a table with their line numbers, the header first; none after a fault."""
    if table_suffix(path) == ".parquet":
        return _parquet_rows(path, faults)
    return _csv_rows(path, faults) if check_size(path, faults) else iter(())


def _csv_rows(path: Path, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Rows with their line numbers; stops at what cannot be read, with a fault."""
    opened = gzip.open if table_suffix(path) == ".csv.gz" else open
    line = 0
    try:
        with opened(path, "rb") as raw:
            text = io.TextIOWrapper(raw, "utf-8-sig", newline="")
            first = text.readline(1 << 20)
            separator = max(",;\t", key=first.count)
            reader = csv.reader(chain((first,), text), delimiter=separator, strict=True)
            for row in reader:
                line = reader.line_num
                yield line, row
    except UnicodeDecodeError as wrong:
        faults.append(
            Fault(f"{path}:{line + 1}", "", f"is not UTF-8 text near this line ({wrong.reason}); save it as UTF-8")
        )
    except csv.Error as wrong:
        faults.append(Fault(f"{path}:{line + 1}", "", f"is not CSV: {wrong}"))
    except (OSError, EOFError) as wrong:
        faults.append(Fault(str(path), "", f"cannot be read: {wrong}"))


def _parquet_rows(path: Path, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Rows of a Parquet file as texts; the number of a row stands for its line."""
    try:
        import polars
    except ImportError:
        faults.append(Fault(str(path), "", "Parquet needs the extra 'bulk': pip install 'hanse[bulk]'"))
        return
    try:
        frame = polars.read_parquet(path)
    except (OSError, polars.exceptions.PolarsError) as wrong:
        faults.append(Fault(str(path), "", f"cannot be read as Parquet: {wrong}"))
        return
    yield 1, frame.columns
    texts = frame.with_columns(polars.all().cast(polars.String)).fill_null("")
    for number, row in enumerate(texts.iter_rows(), 2):
        yield number, list(row)
