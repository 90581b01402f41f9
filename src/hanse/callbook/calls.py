"""Reads call folders: those that come with Hanse, by name, and any other folder, by path.

A folder holds `call.toml`, `rules.toml`, `sources.toml`, and optionally `application.toml`,
`assumptions.toml`, `cases/*.toml` and `CHANGES.md`. The format is described in `docs/reference/call-folder.md`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hanse.callbook.files import read_toml
from hanse.core.call import Call, parse_call
from hanse.core.eligibility.engine import bind
from hanse.core.values.faults import Fault, Faulty
from hanse.core.values.reading import Reader, as_name

CALLS = Path(__file__).parent / "calls"


def call_names() -> tuple[str, ...]:
    """References of the calls that come with Hanse, in alphabetical order."""
    return tuple(sorted(folder.name for folder in CALLS.iterdir() if (folder / "call.toml").is_file()))


def call_folder(name_or_path: str) -> Path:
    """The folder of a call.

    Raises:
        Faulty: if it is neither one of `call_names` nor a folder with a `call.toml`.
    """
    if name_or_path in call_names():
        return CALLS / name_or_path
    folder = Path(name_or_path)
    if (folder / "call.toml").is_file():
        return folder
    known = ", ".join(call_names())
    what = "has no call.toml" if folder.is_dir() else f"is neither a folder nor a known call; known are {known}"
    raise Faulty([Fault(name_or_path, "", what)])


def read_call(name_or_path: str, assume: bool = False) -> Call:
    """Read and check a call.

    Args:
        name_or_path: reference of a call that comes with Hanse, or path of a folder.
        assume: fill gaps from `assumptions.toml`; every figure filled in so says so.

    Raises:
        Faulty: with every fault of the folder.
    """
    faults: list[Fault] = []
    call = read_call_folder(call_folder(name_or_path), faults, assume)
    if faults or call is None:
        raise Faulty(faults)
    return call


def read_call_folder(folder: Path, faults: list[Fault], assume: bool = False) -> Call | None:
    """Read a call folder and add its faults to a list; None if a file could not be read at all."""
    tables = [read_toml(folder / name, faults) for name in ("call.toml", "rules.toml", "sources.toml")]
    main, rules, sources = tables
    if main is None or rules is None or sources is None:
        return None
    place = folder.name
    if assume:
        main = _with_assumptions(main, folder, faults)
    call = parse_call(main, rules, sources, place, faults)
    bind(call, f"{place}/rules.toml", faults)
    return call


def _with_assumptions(main: dict[str, Any], folder: Path, faults: list[Fault]) -> dict[str, Any]:
    """A copy of the call's tables with unknown figures filled in. Only what is unknown may be assumed."""
    path = folder / "assumptions.toml"
    if not path.is_file():
        return main
    table = read_toml(path, faults)
    if table is None:
        return main
    top = Reader(table, f"{folder.name}/assumptions.toml", "", faults)
    for reader in top.tables("assumption"):
        field = reader.require("field", as_name, "")
        why = reader.require("why", as_name, "")
        value = reader.require("value", lambda written: written, None)
        reader.close()
        filled = _filled(main, field.split("."), {"value": value, "assumed": why})
        if filled is None:
            reader.fault("field", f"{field!r} is stated by the call; only what is unknown can be assumed")
        else:
            main = filled
    top.close()
    return main


def _filled(table: Mapping[str, Any], path: list[str], figure: dict[str, Any]) -> dict[str, Any] | None:
    """The table with a figure put in at a dotted path; None if something is stated there already.

    A step into a list of tables goes by the table's `id`: `strand.A.max_grant`.
    """
    step, rest = path[0], path[1:]
    present = table.get(step)
    if not rest:
        stated = present is not None and not (isinstance(present, Mapping) and set(present) == {"unknown"})
        return None if stated else {**table, step: figure}
    if isinstance(present, list):
        items = [_filled(item, rest[1:], figure) if item.get("id") == rest[0] else item for item in present]
        return None if None in items else {**table, step: items}
    inner = _filled(present or {}, rest, figure)
    return None if inner is None else {**table, step: inner}
