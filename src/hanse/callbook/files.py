"""Reading files safely: limits on size, encodings named, faults instead of exceptions of other libraries."""

import json
import tomllib
from pathlib import Path
from typing import Any

from hanse.core.values.faults import Fault

MOST_BYTES = 64 * 1024 * 1024
"""No TOML or JSON file of a call or a dossier is near this size; a larger one is a mistake or an attack."""


def read_text(path: Path, faults: list[Fault], most_bytes: int = MOST_BYTES) -> str | None:
    """The text of a UTF-8 file, with or without a byte order mark, Unix line ends; None after a fault."""
    try:
        if path.stat().st_size > most_bytes:
            faults.append(Fault(str(path), "", f"is larger than {most_bytes // 1024 // 1024} MiB; refused"))
            return None
        content = path.read_bytes()
    except OSError as wrong:
        faults.append(Fault(str(path), "", f"cannot be read: {wrong.strerror or wrong}"))
        return None
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as wrong:
        faults.append(Fault(str(path), "", f"is not UTF-8 text: byte {wrong.start + 1} cannot be read"))
        return None


def read_toml(path: Path, faults: list[Fault]) -> dict[str, Any] | None:
    """The tables of a TOML file; None after a fault, which names line and column."""
    text = read_text(path, faults)
    if text is None:
        return None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        faults.append(Fault(str(path), "", f"is not TOML: {wrong}"))
    except RecursionError:
        faults.append(Fault(str(path), "", "is nested too deeply"))
    except ValueError:
        faults.append(Fault(str(path), "", "is not usable TOML: it holds a number of thousands of digits"))
    return None


def read_json(path: Path, faults: list[Fault]) -> dict[str, Any] | None:
    """The object of a JSON file; None after a fault. A key given twice is a fault, never silently the last one."""
    text = read_text(path, faults)
    if text is None:
        return None
    try:
        parsed = json.loads(text, object_pairs_hook=_without_doubles)
    except json.JSONDecodeError as wrong:
        faults.append(Fault(f"{path}:{wrong.lineno}", "", f"is not JSON: {wrong.msg} at column {wrong.colno}"))
        return None
    except (RecursionError, ValueError) as wrong:
        faults.append(Fault(str(path), "", f"is not usable JSON: {wrong}"))
        return None
    if not isinstance(parsed, dict):
        faults.append(Fault(str(path), "", "holds no object; expected { ... }"))
        return None
    return parsed


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for key, value in pairs:
        if key in table:
            raise ValueError(f"the key {key!r} is given twice")
        table[key] = value
    return table
