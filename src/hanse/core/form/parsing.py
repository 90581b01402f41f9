"""Reading a form from its table, alone or as changes to another form."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from hanse.core.form.values import (
    Annex,
    Asked,
    CostCategory,
    Declaration,
    Form,
    PaperGate,
    Part,
    PartKind,
    Property,
    Section,
    SectionKind,
    Table,
)
from hanse.core.values.faults import Fault
from hanse.core.values.rates import parse_rate
from hanse.core.values.reading import Reader, as_boolean, as_choice, as_count, as_name, as_names, as_text

Item = TypeVar("Item", Section, Annex, Declaration, Property, CostCategory)

_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NOTHING = Form("")


def parse_form(table: Mapping[str, Any], place: str, faults: list[Fault], standard: Form = _NOTHING) -> Form:
    """Turn the parsed table of an `application.toml` into a `Form`.

    Args:
        table: content of the file.
        place: file name, for messages.
        faults: every fault found is added here; the returned form is only to be used if none was.
        standard: the form that a file with `based_on = "standard"` changes: it drops, changes and adds.
    """
    top = Reader(table, place, "", faults)
    based = top.optional("based_on", _as_standard, "")
    base = standard if based else _NOTHING
    dropped: tuple[str, ...] = top.optional("drop", as_names, ())
    known = [section.id for section in base.sections] + [annex.id for annex in base.annexes]
    known += [each.id for each in base.declarations] + [each.id for each in base.properties]
    known += [category.id for category in base.cost_categories]
    for id in dropped:
        if id not in known:
            top.fault("drop", f"names {id!r}, which the standard form does not have")
    sections = _placed(
        _changed([s for s in base.sections if s.id not in dropped], top),
        [_read_section(reader) for reader in top.tables("section")],
        top,
    )
    rate = top.stated("indirect_rate", parse_rate)
    form = Form(
        title=top.optional("title", as_name, base.title) if based else top.require("title", as_name, ""),
        sections=tuple(sections),
        annexes=_joined(base.annexes, dropped, top, "annex", _read_annex),
        declarations=_joined(base.declarations, dropped, top, "declaration", _read_declaration),
        properties=_joined(base.properties, dropped, top, "property", _read_property),
        cost_categories=_joined(base.cost_categories, dropped, top, "cost_category", _read_category),
        indirect_rate=rate if top.has("indirect_rate") else base.indirect_rate,
        assumed=top.optional("assumed", as_text, base.assumed),
    )
    top.close()
    _check_whole(form, top)
    return form


def _as_standard(written: object) -> str:
    if written != "standard":
        raise ValueError(f'is {written!r}; expected "standard", the only form to start from')
    return "standard"


def as_id(written: object) -> str:
    """A short id: small letters, digits and underscores."""
    id = as_name(written)
    if not _ID.fullmatch(id):
        raise ValueError(f"{id!r} is no id; expected small letters, digits and underscores, such as work_packages")
    return id


def _joined(
    base: tuple[Item, ...], dropped: Iterable[str], top: Reader, key: str, read: Callable[[Reader], Item]
) -> tuple[Item, ...]:
    """What is left of the standard, with what the file writes anew in the place of what has the same id."""
    written = [read(reader) for reader in top.tables(key)]
    _check_twice((item.id for item in written), top, key)
    own = {item.id: item for item in written}
    kept = tuple(own.pop(item.id, item) for item in base if item.id not in dropped)
    return kept + tuple(own.values())


def _changed(sections: list[Section], top: Reader) -> list[Section]:
    """The sections with titles, questions, limits and strands changed as the file says."""
    by_id = {section.id: section for section in sections}
    for reader in top.tables("change"):
        id = reader.require("section", as_id, "")
        section = by_id.get(id)
        part_id = reader.optional("part", as_id, "")
        if section is None:
            reader.fault("section", f"names {id!r}, which the standard form does not have or the file drops")
            section = Section(id, "", "")
        section = replace(
            section,
            strands=reader.optional("strands", as_names, section.strands),
            least=reader.optional("least", as_count, section.least),
            citation=reader.citation() or section.citation,
            chapter=reader.optional("chapter", as_name, section.chapter),
        )
        by_id[id] = _with_part(section, part_id, reader) if part_id else _with_words(section, reader)
        reader.close()
    return [by_id[section.id] for section in sections]


def _with_words(section: Section, reader: Reader) -> Section:
    title, ask = reader.optional("title", as_name, section.title), reader.optional("ask", as_text, section.ask)
    parts = section.parts
    if section.kind is SectionKind.ONCE:
        parts = tuple(replace(part, title=title, ask=ask, **_limits(part, reader)) for part in parts)
    return replace(section, title=title, ask=ask, parts=parts)


def _with_part(section: Section, id: str, reader: Reader) -> Section:
    if section.part(id) is None:
        reader.fault("part", f"names {id!r}, which the section does not have")
    title, ask = reader.optional("title", as_name, ""), reader.optional("ask", as_text, "")
    parts = (
        replace(part, title=title or part.title, ask=ask or part.ask, **_limits(part, reader))
        if part.id == id
        else part
        for part in section.parts
    )
    return replace(section, parts=tuple(parts))


def _limits(part: Part, reader: Reader) -> dict[str, Any]:
    return {
        "words": reader.optional("words", as_count, part.words),
        "required": reader.optional("required", as_boolean, part.required),
    }


def _placed(sections: list[Section], added: list[tuple[Section, str]], top: Reader) -> list[Section]:
    """New sections where `after` says, at the end where it says nothing; one with a known id takes its place."""
    _check_twice((section.id for section, _ in added), top, "section")
    for section, after in added:
        ids = [each.id for each in sections]
        if section.id in ids:
            sections[ids.index(section.id)] = section
        elif not after:
            sections.append(section)
        elif after in ids:
            sections.insert(ids.index(after) + 1, section)
        else:
            top.fault(f"section {section.id}.after", f"names {after!r}, which is no section before it")
    return sections


def _read_section(reader: Reader) -> tuple[Section, str]:
    id = reader.require("id", as_id, "")
    title = reader.require("title", as_name, "")
    ask = reader.optional("ask", as_text, "")
    kind = reader.optional("kind", as_choice(SectionKind), SectionKind.ONCE)
    once = kind is SectionKind.ONCE
    parts = [_read_part(reader, id, title, ask)] if once else [_own_part(inner) for inner in reader.tables("part")]
    section = Section(
        id=id,
        title=title,
        chapter=reader.require("chapter", as_name, ""),
        kind=kind,
        ask=ask,
        parts=tuple(parts),
        strands=reader.optional("strands", as_names, ()),
        least=reader.optional("least", as_count, 0) if kind is SectionKind.RECORDS else 0,
        record=reader.require("record", as_name, "") if kind is SectionKind.RECORDS else "",
        shows=reader.require("shows", as_choice(Table), Table.MEMBERS) if kind is SectionKind.SHOWN else None,
        citation=reader.citation(),
    )
    after = reader.optional("after", as_id, "")
    reader.close()
    if kind not in (SectionKind.SHOWN, SectionKind.ONCE) and not section.parts:
        reader.fault("part", "is missing; expected at least one [[section.part]]")
    _check_twice((part.id for part in section.parts), reader, "part")
    return section, after


def _own_part(reader: Reader) -> Part:
    part = _read_part(
        reader,
        reader.require("id", as_id, ""),
        reader.require("title", as_name, ""),
        reader.optional("ask", as_text, ""),
    )
    reader.close()
    return part


def _read_part(reader: Reader, id: str, title: str, ask: str) -> Part:
    part = Part(
        id=id,
        title=title,
        kind=reader.optional("field", as_choice(PartKind), PartKind.TEXT),
        ask=ask,
        words=reader.optional("words", as_count, 0),
        choices=reader.optional("choices", as_names, ()),
        required=reader.optional("required", as_boolean, True),
    )
    if (part.kind is PartKind.CHOICE) != bool(part.choices):
        reader.fault("choices", 'go with field = "choice", and it with them')
    return part


def _read_annex(reader: Reader) -> Annex:
    annex = Annex(
        id=reader.require("id", as_id, ""),
        title=reader.require("title", as_name, ""),
        ask=reader.optional("ask", as_text, ""),
        required=reader.optional("required", as_boolean, True),
        of_each_partner=reader.optional("of_each_partner", as_boolean, False),
        most_megabytes=reader.optional("most_megabytes", as_count, 10),
        most_pages=reader.optional("most_pages", as_count, 0),
        gate=reader.optional("gate", as_choice(PaperGate), PaperGate.SUBMISSION),
        strands=reader.optional("strands", as_names, ()),
        citation=reader.citation(),
    )
    reader.close()
    return annex


def _read_declaration(reader: Reader) -> Declaration:
    declaration = Declaration(
        id=reader.require("id", as_id, ""),
        title=reader.require("title", as_name, ""),
        text=reader.require("text", as_name, ""),
        gate=reader.optional("gate", as_choice(PaperGate), PaperGate.SUBMISSION),
        strands=reader.optional("strands", as_names, ()),
        citation=reader.citation(),
    )
    reader.close()
    return declaration


def _read_property(reader: Reader) -> Property:
    found = Property(
        id=reader.require("id", as_id, ""),
        title=reader.require("title", as_name, ""),
        text=reader.require("text", as_name, ""),
        rules=reader.optional("rules", as_names, ()),
        sections=reader.optional("sections", as_names, ()),
        strands=reader.optional("strands", as_names, ()),
        citation=reader.citation(),
    )
    reader.close()
    return found


def _read_category(reader: Reader) -> CostCategory:
    category = CostCategory(
        id=reader.require("id", as_id, ""),
        title=reader.require("title", as_name, ""),
        by=reader.optional("by", as_choice(Asked), Asked.AMOUNT),
        carries_indirect=reader.optional("carries_indirect", as_boolean, True),
        indirect=reader.optional("indirect", as_boolean, False),
    )
    reader.close()
    return category


def _check_whole(form: Form, top: Reader) -> None:
    """What only the whole form can show: sections that are named and are not there, two places for one thing."""
    ids = {section.id for section in form.sections}
    for found in form.properties:
        for id in found.sections:
            if id not in ids:
                top.fault(f"property {found.id}.sections", f"names {id!r}, which the form does not have")
    for section in form.sections:
        wanted = "work_packages" if any(part.kind is PartKind.WORK_PACKAGE for part in section.parts) else ""
        if wanted and wanted not in ids:
            top.fault(f"section {section.id}", "asks for a work package, and the form has no section work_packages")
    if sum(category.indirect for category in form.cost_categories) > 1:
        top.fault("cost_category", "names more than one category for indirect costs")


def _check_twice(ids: Iterable[str], reader: Reader, key: str) -> None:
    seen: set[str] = set()
    for id in ids:
        if id in seen:
            reader.fault(key, f"names {id!r} twice")
        seen.add(id)
