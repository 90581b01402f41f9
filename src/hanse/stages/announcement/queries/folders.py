"""From the kept text of a call folder to values: read by the callbook, and remembered by digest.

A digest stands for one content for ever, so what is remembered here is never out of date, in whatever process.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from hanse.callbook.application_forms import read_form
from hanse.callbook.calls import read_call_folder
from hanse.callbook.cases import dossier_of, read_cases, run_case
from hanse.callbook.lint import Remark, Weight, lint
from hanse.callbook.reference import geography
from hanse.core.call import Call
from hanse.core.form import Form
from hanse.core.proposal import Dossier
from hanse.core.values.digest import digest
from hanse.core.values.faults import Fault, Faulty
from hanse.stages.announcement.models import LONGEST_REFERENCE, CallEdition, FolderText
from hanse.stages.announcement.queries.remembered import Remembered

Texts = Mapping[str, str]
"""The text of each file of a call folder, by its path in the folder."""

_FILE = re.compile(
    r"(call|rules|sources|assumptions|application)\.toml|CHANGES\.md|cases/[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.toml"
)
_REFERENCE = re.compile(rf"[A-Za-z0-9][A-Za-z0-9.-]{{0,{LONGEST_REFERENCE - 1}}}")


def is_file_of_a_folder(path: str) -> bool:
    """Whether a path may stand in a call folder."""
    return _FILE.fullmatch(path) is not None


def is_reference(written: str) -> bool:
    """Whether a call may be called so."""
    return _REFERENCE.fullmatch(written) is not None and written != "desk"  # the desk has that address


def digest_of_text(content: str) -> str:
    """The digest under which a text is kept."""
    return sha256(content.encode()).hexdigest()


def manifest_of(texts: Texts) -> dict[str, str]:
    """The digest of each text by path, in alphabetical order."""
    return {path: digest_of_text(content) for path, content in sorted(texts.items())}


def digest_of(manifest: Mapping[str, str]) -> str:
    """The digest of a folder."""
    return digest(manifest)


def texts_of(edition: CallEdition) -> dict[str, str]:
    """The files of an edition."""
    kept = dict(FolderText.objects.filter(digest__in=edition.manifest.values()).values_list("digest", "content"))
    return {path: kept[digest] for path, digest in edition.manifest.items()}


@contextmanager
def unfolded(texts: Texts, name: str) -> Iterator[Path]:
    """The texts as a folder on disk, for as long as the callbook reads it."""
    with TemporaryDirectory(prefix="hanse-call-") as above:
        folder = Path(above) / name
        for path, content in texts.items():
            if not is_file_of_a_folder(path):
                raise ValueError(f"{path!r} is no file of a call folder")
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8", newline="")
        yield folder


def parse(texts: Texts, name: str, *, assume: bool = False) -> Call:
    """Read a call from its texts.

    Raises:
        Faulty: with every fault of the folder; places carry no path of this machine.
    """
    faults: list[Fault] = []
    with unfolded(texts, name) as folder:
        call = read_call_folder(folder, faults, assume)
        where = f"{folder.parent}/"
    if faults or call is None:
        raise Faulty(Fault(f.place.replace(where, ""), f.key, f.what.replace(where, "")) for f in faults)
    return call


_calls: Remembered[Call] = Remembered()


def read(edition: CallEdition, *, assume: bool = False) -> Call:
    """The call as an edition states it; with `assume`, gaps filled from its `assumptions.toml` and marked."""
    key = edition.reference, edition.digest, assume
    return _calls.get(key, lambda: parse(texts_of(edition), edition.reference, assume=assume))


_forms: Remembered[Form] = Remembered()


def form_of_edition(edition: CallEdition) -> Form:
    """The application form of an edition.

    Raises:
        Faulty: if its `application.toml` cannot be read; such an edition is not published.
    """

    def make() -> Form:
        with unfolded(texts_of(edition), edition.reference) as folder:
            return read_form(folder)

    return _forms.get((edition.reference, edition.digest), make)


@dataclass(frozen=True, slots=True)
class Inspection:
    """What lint says of a folder.

    Attributes:
        faults: why the folder cannot be read, if it cannot.
    """

    remarks: tuple[Remark, ...]
    faults: tuple[Fault, ...] = ()

    @property
    def contradictions(self) -> tuple[Remark, ...]:
        """What keeps the folder from being published."""
        return tuple(remark for remark in self.remarks if remark.weight is Weight.CONTRADICTION)

    @property
    def warnings(self) -> tuple[Remark, ...]:
        """What a person should look at."""
        return tuple(remark for remark in self.remarks if remark.weight is Weight.WARNING)

    @property
    def publishable(self) -> bool:
        """True without contradictions and faults."""
        return not (self.faults or self.contradictions)

    @property
    def digest(self) -> str:
        """Changes when anything that lint says changes."""
        return digest([str(said) for said in (*self.remarks, *self.faults)])


def inspect(texts: Texts, name: str) -> Inspection:
    """Lint a folder."""
    with unfolded(texts, name) as folder:
        where = f"{folder.parent}/"
        try:
            return Inspection(lint(folder))
        except Faulty as wrong:
            faults = (Fault(f.place.replace(where, ""), f.key, f.what.replace(where, "")) for f in wrong.faults)
            return Inspection((), tuple(faults))


_inspections: Remembered[Inspection] = Remembered()


def lint_of(edition: CallEdition) -> Inspection:
    """What lint says of an edition."""
    return _inspections.get((edition.reference, edition.digest), lambda: inspect(texts_of(edition), edition.reference))


def broken_cases(texts: Texts, name: str) -> dict[str, list[str]]:
    """The worked cases that a folder answers otherwise than they expect: their names by file."""
    call = parse(texts, name)
    faults: list[Fault] = []
    with unfolded(texts, name) as folder:
        cases = read_cases(folder, faults)
    broken: dict[str, list[str]] = {}
    for case in cases:
        if not run_case(case, call, geography()).passed:
            broken.setdefault(case.file.partition("/")[2], []).append(case.name)
    return broken


def worked_cases(edition: CallEdition) -> tuple[Dossier, ...]:
    """The worked cases of an edition as proposals under their names."""
    faults: list[Fault] = []
    with unfolded(texts_of(edition), edition.reference) as folder:
        cases = read_cases(folder, faults)
    call = read(edition)
    return tuple(replace(dossier_of(case.proposal, call), proposal=case.name) for case in cases)
