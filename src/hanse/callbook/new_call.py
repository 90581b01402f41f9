"""Writes a new call folder from the commented template, whole or not at all."""

import json
import shutil
from pathlib import Path
from tempfile import mkdtemp

from hanse.core.values.faults import Fault, Faulty
from hanse.core.values.reading import as_name

TEMPLATE = Path(__file__).parent / "template"


def write_new_call(folder: Path) -> tuple[Path, ...]:
    """Write a complete call folder; its name becomes the reference of the call. Returns the files, in order.

    The folder is prepared beside its place and then renamed, so that nobody ever sees half of it.

    Raises:
        Faulty: if something is there already, the name cannot be a reference, or the place cannot be written.
    """
    if folder.exists() or folder.is_symlink():
        raise Faulty([Fault(str(folder), "", "is there already; name a folder that does not exist yet")])
    target = folder.absolute()
    try:
        reference = as_name(target.name)
    except ValueError as wrong:
        raise Faulty([Fault(str(folder), "", f"its name {wrong}")]) from None
    try:
        beside = Path(mkdtemp(prefix=".new-call-", dir=target.parent))
    except OSError as wrong:
        raise Faulty([Fault(str(target.parent), "", f"cannot be written: {wrong.strerror or wrong}")]) from None
    try:
        whole = beside / "call"
        shutil.copytree(TEMPLATE, whole)
        main = whole / "call.toml"
        main.write_text(_named(main.read_text("utf-8"), reference), "utf-8")
        whole.rename(target)
    except OSError as wrong:
        raise Faulty([Fault(str(folder), "", f"cannot be written: {wrong.strerror or wrong}")]) from None
    finally:
        shutil.rmtree(beside)
    return tuple(sorted(path.relative_to(target) for path in target.rglob("*") if path.is_file()))


def template_texts(reference: str) -> dict[str, str]:
    """The texts of a new call by path in its folder, without writing them anywhere."""
    files = {path.relative_to(TEMPLATE).as_posix(): path for path in TEMPLATE.rglob("*") if path.is_file()}
    return {name: _named(file.read_text("utf-8"), reference) for name, file in sorted(files.items())}


def _named(text: str, reference: str) -> str:
    """A text of the template with the reference put in: a JSON string is a TOML string too."""
    return text.replace('"@REFERENCE@"', json.dumps(reference, ensure_ascii=False))
