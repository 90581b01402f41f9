"""How far a draft has come: which fields there are, what is filled, what is too long or does not fit."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hanse.core.form.values import Form, Part, PartKind, Section, SectionKind
from hanse.core.values.unknown import Maybe, Unknown

RECORD = re.compile(r"[1-9][0-9]{0,3}")
_WORD = re.compile(r"\w+(?:[’'\-.,/]\w+)*")


def words_in(text: str) -> int:
    """How many words a text has: runs of letters and digits; a hyphen or an apostrophe joins, a dash does not."""
    return sum(1 for _ in _WORD.finditer(text))


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a section of records.

    Attributes:
        id: as it stands in keys; never given twice.
        place: its place in the table.
        values: what is written, by id of the part; what is empty is left out.
    """

    id: str
    place: int
    values: Mapping[str, str]


def records_of(section: Section, texts: Mapping[str, str]) -> tuple[Record, ...]:
    """The records of a section in their order. A record exists while its key holds a place."""
    start = f"{section.id}/"
    places: dict[str, int] = {}
    values: dict[str, dict[str, str]] = {}
    for key, value in texts.items():
        if not key.startswith(start):
            continue
        id, _, part = key[len(start) :].partition("/")
        if part:
            if value:
                values.setdefault(id, {})[part] = value
        elif value.isdecimal() and len(value) < 6:
            places[id] = int(value)
    found = (Record(id, place, values.get(id, {})) for id, place in places.items())
    return tuple(sorted(found, key=lambda record: (record.place, len(record.id), record.id)))


@dataclass(frozen=True, slots=True)
class FieldState:
    """One field of a draft.

    Attributes:
        of: what it belongs to in words-to-be: id of the record, of the target or of the partner; else empty.
        fault: what does not fit, as a sentence; empty where nothing does not.
    """

    key: str
    part: Part
    of: str
    value: str
    words: int
    fault: str = ""

    @property
    def filled(self) -> bool:
        """Whether anything is written."""
        return bool(self.value.strip())

    @property
    def over(self) -> int:
        """How many words too many there are."""
        return max(0, self.words - self.part.words) if self.part.words else 0

    @property
    def wanting(self) -> bool:
        """Whether it is asked for and empty."""
        return self.part.required and not self.filled


@dataclass(frozen=True, slots=True)
class SectionState:
    """One section of a draft.

    Attributes:
        fields: every field it has now.
        records: how many records there are, of a section of records.
        wanting: what is still asked for, as sentences.
        faults: what is too long or does not fit, as sentences.
    """

    section: Section
    fields: tuple[FieldState, ...] = ()
    records: int = 0
    wanting: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def begun(self) -> bool:
        """Whether anything is written in it."""
        return self.records > 0 or any(field.filled for field in self.fields)

    @property
    def complete(self) -> bool:
        """Whether nothing that is asked for is missing."""
        return not self.wanting


@dataclass(frozen=True)
class Draft:
    """What a draft says, for questions about its fields.

    Attributes:
        texts: by key.
        targets: of the consortium, unknown if not stated.
        partners: ids of the organisations that take part.
        months: the planned length, by which months of the plan are judged.
    """

    texts: Mapping[str, str]
    targets: Maybe[Sequence[str]] = ()
    partners: Sequence[str] = ()
    months: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)


def fields_of(section: Section, draft: Draft) -> Iterator[tuple[str, Part, str]]:
    """Every field of a section in a draft: its key, its part, and what it belongs to."""
    if section.kind is SectionKind.ONCE:
        for part in section.parts:
            yield section.id, part, ""
        return
    if section.kind is SectionKind.RECORDS:
        ids: Iterable[str] = (record.id for record in records_of(section, draft.texts))
    elif section.kind is SectionKind.TARGETS:
        ids = () if isinstance(draft.targets, Unknown) else draft.targets
    elif section.kind is SectionKind.PARTNERS:
        ids = draft.partners
    else:
        ids = ()
    for id in ids:
        for part in section.parts:
            yield f"{section.id}/{id}/{part.id}", part, id


def field_at(form: Form, key: str) -> tuple[Section, Part | None] | None:
    """What a key stands for: its section and its part; the part is None for the place of a record. None: nothing.

    A field of a target or a partner that is not in the draft now has a meaning all the same: it may come back.
    """
    id, _, rest = key.partition("/")
    section = form.section(id)
    if section is None:
        return None
    if section.kind is SectionKind.ONCE:
        return None if rest else (section, section.parts[0])
    of, _, part_id = rest.partition("/")
    if not of or section.kind is SectionKind.SHOWN:
        return None
    if section.kind is SectionKind.RECORDS and not RECORD.fullmatch(of):
        return None
    if not part_id:
        return (section, None) if section.kind is SectionKind.RECORDS else None
    part = section.part(part_id)
    return None if part is None else (section, part)


def fault_of(part: Part, value: str, draft: Draft) -> str:
    """What does not fit in a field, as a sentence; empty where nothing is wrong. Nothing is ever refused for it."""
    said = value.strip()
    if not said:
        return ""
    if part.kind is PartKind.NUMBER and not _is_number(said):
        return f"{said!r} is not a number; expected for example 12 or 12.5."
    if part.kind is PartKind.MONTH:
        return _month_fault(said, draft.months)
    if part.kind is PartKind.CHOICE and said not in part.choices:
        return f"{said!r} is none of the choices: {', '.join(part.choices)}."
    if part.kind in (PartKind.PARTNER, PartKind.PARTNERS):
        gone = [id for id in names_in(said) if id not in draft.partners]
        return f"{', '.join(draft.names.get(id, id) for id in gone)}: not a member of the consortium." if gone else ""
    if part.kind is PartKind.TARGET and not isinstance(draft.targets, Unknown) and said not in draft.targets:
        return f"{draft.names.get(said, said)} is no target of the application."
    if part.kind is PartKind.WORK_PACKAGE and not draft.texts.get(f"work_packages/{said}"):
        return f"There is no work package {said!r}."
    return ""


def names_in(written: str) -> list[str]:
    """The ids in a field that holds several, as they stand there: separated by commas."""
    return [name for part in written.split(",") if (name := part.strip())]


def _is_number(said: str) -> bool:
    return re.fullmatch(r"-?\d{1,15}([.,]\d{1,6})?", said.replace("\u00a0", "").replace(" ", "")) is not None


def _month_fault(said: str, last: int | None) -> str:
    if not (said.isascii() and said.isdecimal() and 1 <= int(said[:6]) <= 999):
        return f"{said!r} is not a month of the project; expected a number from 1."
    if last is not None and int(said) > last:
        return f"Month {said} is after the end of the project in month {last}."
    return ""


def states_of(form: Form, draft: Draft) -> tuple[SectionState, ...]:
    """How far every section has come, in the order of the form."""
    return tuple(state_of(section, draft) for section in form.sections)


def state_of(section: Section, draft: Draft) -> SectionState:
    """How far one section has come."""
    fields = []
    for key, part, of in fields_of(section, draft):
        value = draft.texts.get(key, "")
        fields.append(
            FieldState(
                key,
                part,
                of,
                value,
                words_in(value) if part.kind is PartKind.TEXT else 0,
                fault_of(part, value, draft) if part.kind is not PartKind.TEXT else "",
            )
        )
    records = len(records_of(section, draft.texts)) if section.kind is SectionKind.RECORDS else 0
    return SectionState(
        section, tuple(fields), records, tuple(_wanting(section, fields, records, draft)), tuple(_faults(fields, draft))
    )


def _wanting(section: Section, fields: Sequence[FieldState], records: int, draft: Draft) -> Iterator[str]:
    if section.kind is SectionKind.TARGETS and (isinstance(draft.targets, Unknown) or not draft.targets):
        yield "No target country or world region is chosen yet."
    if section.kind is SectionKind.RECORDS and records < section.least:
        yield f"At least {section.least} wanted; there {'is' if records == 1 else 'are'} {records or 'none'}."
    for state in fields:
        if state.wanting:
            yield f"{_called(state, draft)}: nothing is written yet."


def _faults(fields: Sequence[FieldState], draft: Draft) -> Iterator[str]:
    for state in fields:
        if state.over:
            too_many = f"{state.over} more than the {state.part.words} asked for"
            yield f"{_called(state, draft)}: {state.words} words, {too_many}."
        if state.fault:
            yield f"{_called(state, draft)}: {state.fault}"


def _called(state: FieldState, draft: Draft) -> str:
    return f"{draft.names.get(state.of, state.of)}, {state.part.title}" if state.of else state.part.title
