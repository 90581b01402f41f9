"""Reads dossiers: one proposal a file, TOML or JSON, or a folder of them."""

from collections.abc import Iterable
from pathlib import Path

from hanse.callbook.files import read_json, read_toml
from hanse.core.proposal import Dossier, Vocabulary, parse_dossier
from hanse.core.values.faults import Fault

DOSSIER_SUFFIXES = (".toml", ".json")


def read_dossier(path: Path, words: Vocabulary, faults: list[Fault]) -> Dossier | None:
    """Read one dossier file; None if it could not be read at all. Faults are added to the list."""
    read = read_json if path.suffix.lower() == ".json" else read_toml
    table = read(path, faults)
    return None if table is None else parse_dossier(table, str(path), words, faults)


def dossier_files(paths: Iterable[Path], faults: list[Fault]) -> list[Path]:
    """The dossier files behind paths: a file stands for itself, a folder for every TOML and JSON file in it."""
    files: list[Path] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in DOSSIER_SUFFIXES and p.is_file())
        if not inside:
            faults.append(Fault(str(path), "", "holds no dossier; expected *.toml or *.json"))
        files += inside
    return files


def check_distinct(dossiers: Iterable[tuple[str, Dossier]], faults: list[Fault]) -> None:
    """Add a fault for each proposal id that two dossiers carry. Takes pairs of place and dossier."""
    places: dict[str, str] = {}
    for place, dossier in dossiers:
        first = places.setdefault(dossier.proposal, place)
        if first != place:
            faults.append(Fault(place, "proposal", f"{dossier.proposal!r} is also the id of the proposal in {first}"))
