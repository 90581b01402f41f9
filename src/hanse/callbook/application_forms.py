"""Reads application forms: the standard one, and what a call's `application.toml` makes of it."""

from functools import cache
from pathlib import Path

from hanse.callbook.files import read_toml
from hanse.core.form import Form, parse_form
from hanse.core.values.faults import Fault, Faulty

STANDARD = Path(__file__).parent / "standard_application.toml"
FILE = "application.toml"


@cache
def standard_form() -> Form:
    """The form of a call that brings none of its own.

    Raises:
        Faulty: if the file that comes with Hanse is broken.
    """
    faults: list[Fault] = []
    table = read_toml(STANDARD, faults)
    form = parse_form(table or {}, STANDARD.name, faults)
    if faults:
        raise Faulty(faults)
    return form


def read_form_of_folder(folder: Path, faults: list[Fault]) -> Form:
    """The form of a call folder; the standard one if it has no `application.toml`. Faults are added to the list."""
    path = folder / FILE
    if not path.is_file():
        return standard_form()
    table = read_toml(path, faults)
    return standard_form() if table is None else parse_form(table, f"{folder.name}/{FILE}", faults, standard_form())


def read_form(folder: Path) -> Form:
    """The form of a call folder.

    Raises:
        Faulty: with every fault of its `application.toml`.
    """
    faults: list[Fault] = []
    form = read_form_of_folder(folder, faults)
    if faults:
        raise Faulty(faults)
    return form
