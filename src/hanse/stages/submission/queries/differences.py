"""What changed since an application was sealed, in the words of its form, for one reader.

    told_of_changes(changes, ground, may)       each change with its title and both sides

Figures that a partner keeps to itself are kept here too: others read that they changed, and nothing else of them.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hanse.core.form import Form, PartKind, field_at, names_in
from hanse.core.submission.changes import ApplicationChange, Kind
from hanse.core.values.money import Money
from hanse.core.values.words import day_in_words, euro
from hanse.stages.consortia.permissions import Standing
from hanse.stages.proposals.models import Part, Proposal
from hanse.stages.proposals.queries import drafts
from hanse.stages.proposals.queries.history import place_of
from hanse.stages.registry.models import Organisation
from hanse.stages.submission.queries.preparing import Ground

NOT_SHARED = "not shared"

_AIMS = {
    "title": "Title",
    "strand": "Strand",
    "targets": "Target countries and world regions",
    "duration_months": "Length in months",
}
_WHOLE = {
    "requested": "Contribution requested",
    "total_cost": "Total costs",
    "cost": "Costs",
    "financing": "Other sources",
    "part": "Contributions by partner",
}
_CELLS = ("cost", "financing")
"""What of the budget a partner may keep to itself; its contribution it may not."""
_NAMED = (PartKind.PARTNER, PartKind.PARTNERS, PartKind.TARGET)
_AMOUNT = re.compile(r"(^|amount: |rate: |requested: )(\d+)\.(\d\d)\b")
_DAY = re.compile(r"\b(\d{4}-\d\d-\d\d)\b")
_DIGEST = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{56}\b")


@dataclass(frozen=True, slots=True)
class Told:
    """One change as a reader sees it.

    Attributes:
        kind: `text`, `member`, `budget cell` and so on.
        title: what changed, as the form and the register call it.
        section: id of its section, to lead there; empty where there is none.
        before, after: how it read; empty where it was not, or is no more.
    """

    kind: str
    title: str
    section: str
    before: str
    after: str


def told_of_changes(changes: Sequence[ApplicationChange], ground: Ground, may: Standing) -> list[Told]:
    """Each change in words. Cells that the reader may not see are one line a partner."""
    if not changes:
        return []
    written = drafts.written_in(ground.proposal)
    names = {**drafts.place_names(), **_partners(changes), **_members(ground)}
    closed = partners_keeping_cells(ground.proposal, may)
    told, kept = [], set()
    for change in changes:
        partner = change.place[1] if change.kind is Kind.BUDGET and len(change.place) > 1 else ""
        if change.place[0] in _CELLS and partner in closed:
            kept.add(partner)
        else:
            told.append(_told(change, ground.form, names, written))
    return told + [
        Told(Kind.BUDGET.value, f"{names.get(each, each)}: figures that are not shared", "", NOT_SHARED, NOT_SHARED)
        for each in sorted(kept)
    ]


def partners_keeping_cells(proposal: Proposal, may: Standing) -> frozenset[str]:
    """The partners, past ones too, whose cells a reader may not see; in one query."""
    parts = Part.objects.filter(proposal=proposal, shared=False).values_list("seat", "seat__organisation__ref")
    return frozenset(ref for seat, ref in parts if not may.speaks_for(seat))


def _members(ground: Ground) -> dict[str, str]:
    return {seat.organisation.ref: seat.organisation.name for seat in ground.seats}


def _partners(changes: Iterable[ApplicationChange]) -> dict[str, str]:
    """Names of organisations that changes speak of, also of those that have left."""
    steps = {step for change in changes if change.kind is not Kind.TEXT for step in change.place}
    return dict(Organisation.objects.filter(ref__in=steps).values_list("ref", "name"))


def _told(change: ApplicationChange, form: Form, names: Mapping[str, str], written: Mapping[str, str]) -> Told:
    if change.kind is Kind.TEXT:
        return _of_text(change, form, names, written)
    title = _title(change, form, names, written)
    before, after = (_shown(change, side, names) for side in (change.before, change.after))
    return Told(change.kind.value, title, "", before, after)


def _of_text(change: ApplicationChange, form: Form, names: Mapping[str, str], written: Mapping[str, str]) -> Told:
    key = "/".join(change.place)
    place = place_of(form, key, names, written)
    found = field_at(form, key)
    named = found is not None and found[1] is not None and found[1].kind in _NAMED
    before, after = (
        ", ".join(names.get(id, id) for id in names_in(side)) if named else side
        for side in (change.before, change.after)
    )
    return Told(change.kind.value, place.title, place.section, before, after)


def _title(change: ApplicationChange, form: Form, names: Mapping[str, str], written: Mapping[str, str]) -> str:
    first, *rest = change.place
    if change.kind is Kind.AIM:
        return _AIMS.get(first, first)
    if change.kind is Kind.MEMBER:
        return names.get(first, first)
    if change.kind is Kind.BUDGET:
        return _title_of_money(first, rest, form, names, written)
    papers = {annex.id: annex.title for annex in form.annexes}
    papers |= {declaration.id: declaration.title for declaration in form.declarations}
    return ", ".join([papers.get(first, first), *(names.get(step, step) for step in rest if step)])


def _title_of_money(
    table: str, of: Sequence[str], form: Form, names: Mapping[str, str], written: Mapping[str, str]
) -> str:
    if not of:
        return _WHOLE.get(table, table)
    partner = names.get(of[0], of[0]) or "The whole project"
    if table == "part":
        return f"{partner}: contribution"
    if table == "cost":
        package, category, *again = of[1:]
        categories = {each.id: each.title for each in form.cost_categories}
        called = written.get(f"work_packages/{package}/title", "").strip() or package
        told = [categories.get(category, category), *([f"work package “{called}”"] if package else []), *again]
    else:
        told = [step for step in of[1:] if step]
    return f"{partner}: {', '.join(told)}"


def _shown(change: ApplicationChange, side: str, names: Mapping[str, str]) -> str:
    """One side, with codes, amounts, days and digests as a person reads them."""
    if change.kind is Kind.AIM:
        return ", ".join(names.get(id, id) for id in side.split(", ")) if change.place == ("targets",) else side
    if change.kind is Kind.BUDGET:
        return _AMOUNT.sub(lambda found: f"{found[1]}{euro(Money(int(found[2]) * 100 + int(found[3])))}", side)
    return _DAY.sub(lambda found: _day(found[1]), _DIGEST.sub(r"\1…", side))


def _day(written: str) -> str:
    try:
        return day_in_words(date.fromisoformat(written))
    except ValueError:
        return written
