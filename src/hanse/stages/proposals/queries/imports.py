"""What a draft file says other than the draft: computed before anything is changed.

A file that the site wrote names when. What others have changed since is told from what the file's writer changed: a
text that still reads as it did at that instant was not touched by the writer, and a text that was touched is merged
with what others wrote meanwhile. A file without that instant is compared with the draft as it stands.

What a file does not mention stays as it is. An empty text empties a field, an amount of 0 a cell.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from django.db.models import Max

from hanse.core.budget import NOT_SHARED, OWN_FUNDS, CostLine, Financing
from hanse.core.form import Form, SectionKind, field_at
from hanse.core.proposal import Dossier
from hanse.core.values.merging import Change, differences
from hanse.core.values.pasting import cleaned
from hanse.core.values.unknown import Unknown
from hanse.stages.consortia.permissions import Standing
from hanse.stages.proposals.models import Cost, Proposal, Text, TextVersion
from hanse.stages.proposals.queries.dossiers import DURATION, TITLE, length_in, presentable
from hanse.stages.proposals.queries.money import Books, cells_since
from hanse.stages.proposals.queries.plan import place_in_words
from hanse.stages.proposals.queries.sheets import figures_in_words

Figures: TypeAlias = tuple[int, int | None, int | None]
"""Cents, months and rate of a cell."""
LONGEST_PLACE = 6
KINDS = {Change.SAME: "kept", Change.REMOVED: "out", Change.ADDED: "in"}
AROUND = 4
"""How many words of unchanged text are shown around a change."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words: kept, added or taken out."""

    words: str
    kind: str


@dataclass(frozen=True, slots=True)
class NewText:
    """A text that would change.

    Attributes:
        based_on: the version that the file's writer had before their eyes; 0: an empty field.
        met: whether somebody else changed it since, so that both are merged or one is set aside.
        pieces: the change, word by word, with some words around it.
    """

    key: str
    section: str
    title: str
    before: str
    value: str
    based_on: int
    met: bool
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class NewCell:
    """A cell of the budget that would change.

    Attributes:
        based_on: the version of the cell that the file's writer had before their eyes.
        met: whether it was changed since: then it stays as it is.
    """

    seat_id: int
    partner: str
    work_package: str
    category: str
    called: str
    before: str
    after: str
    cents: int
    months: int | None
    rate: int | None
    based_on: int
    met: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """A draft file beside the draft.

    Attributes:
        absent: how many texts of the draft the file does not mention.
        aside: what differs and is not imported, as sentences that say where it is changed.
    """

    texts: tuple[NewText, ...] = ()
    cells: tuple[NewCell, ...] = ()
    absent: int = 0
    aside: tuple[str, ...] = ()

    @property
    def identical(self) -> bool:
        """Whether the file says exactly what the draft says."""
        return not self.texts and not self.cells and not self.aside

    @property
    def changes(self) -> int:
        """How many fields and cells would change."""
        return len(self.texts) + len(self.cells)


def compare(
    proposal: Proposal,
    now: Dossier,
    file: Dossier,
    *,
    texts: Mapping[str, Text],
    form: Form,
    books: Books,
    standing: Standing,
    at: datetime,
) -> Comparison:
    """Compare a file with the draft.

    Args:
        now: the draft as the reader may see it.
        texts: of the draft, by key.
        standing: whose cells may be imported.
        at: the instant that counts as the file's own if it names none.
    """
    since = file.drawn_at if not isinstance(file.drawn_at, Unknown) and file.drawn_at < at else at
    written = written_texts(file)
    closed = dict(_closed(written, texts, form, standing))
    found = tuple(
        _new_texts(proposal, {key: said for key, said in written.items() if key not in closed}, texts, form, since)
    )
    absent = sum(1 for key, text in texts.items() if presentable(text.value) and key not in written)
    return Comparison(
        found,
        tuple(_new_cells(proposal, file, books, standing, since)),
        absent,
        (*_not_imported(now, file, books, standing), *closed.values()),
    )


def written_texts(file: Dossier) -> dict[str, str]:
    """The texts of a file by key, with those that have a place of their own in it."""
    written = dict(file.sections)
    if file.title:
        written.setdefault(TITLE, file.title)
    if not isinstance(file.duration_months, Unknown):
        written.setdefault(DURATION, str(file.duration_months))
    return written


def _closed(
    written: Mapping[str, str], texts: Mapping[str, Text], form: Form, standing: Standing
) -> Iterator[tuple[str, str]]:
    """Texts that differ and cannot be saved, each with the reason."""
    own = {seat.organisation.ref for seat in standing.accepted}
    for key, said in written.items():
        stands = texts.get(key)
        if _same(key, said, presentable(stands.value) if stands else ""):
            continue
        place = field_at(form, key)
        if place is None:
            yield key, f"The form of this call has no field {key[:80]!r}. Its text is not imported."
            continue
        section, part = place
        if part is None and said and not (said.isascii() and said.isdecimal() and len(said) < LONGEST_PLACE):
            yield key, f"{key[:80]!r} holds the place of a row, a number; {said[:40]!r} is none."
        elif section.kind is SectionKind.PARTNERS and not standing.coordinates and key.split("/")[1] not in own:
            yield key, f"The text {key[:80]!r} is another member's own. It is not imported."


# --- texts -------------------------------------------------------------------------------------------------------


def _new_texts(
    proposal: Proposal, written: Mapping[str, str], texts: Mapping[str, Text], form: Form, since: datetime
) -> Iterator[NewText]:
    versions = _versions_at(proposal, since)
    changed = [key for key, text in texts.items() if versions.get(key, 0) != text.version and key in written]
    then = _values_of(proposal, {key: versions[key] for key in changed if key in versions})
    order = {section.id: place for place, section in enumerate(form.sections)}
    for key, said in sorted(written.items(), key=lambda item: (order.get(item[0].partition("/")[0], 999), item[0])):
        stands, place = texts.get(key), field_at(form, key)
        if place is None:
            continue
        value = cleaned(said).text
        before = presentable(stands.value) if stands else ""
        base = presentable(then.get(key, "")) if key in changed else before
        if _same(key, value, before) or _same(key, value, base):
            continue
        section, title = place[0].title, place[1].title if place[1] else "Place in the table"
        yield NewText(
            key,
            section,
            title if title != section else "",
            before,
            value,
            versions.get(key, 0) if stands else 0,
            key in changed,
            difference(before, value),
        )


def _same(key: str, one: str, other: str) -> bool:
    if key == DURATION:
        first, second = length_in(one), length_in(other)
        if not isinstance(first, Unknown) and first == second:
            return True
    return one == other


def _versions_at(proposal: Proposal, since: datetime) -> dict[str, int]:
    """The version that each text had at an instant."""
    rows = TextVersion.objects.filter(proposal=proposal, number__isnull=False, written_at__lte=since)
    return dict(rows.values_list("key").annotate(latest=Max("number")))


def _values_of(proposal: Proposal, versions: Mapping[str, int]) -> dict[str, str]:
    """How texts read in a version."""
    if not versions:
        return {}
    rows = TextVersion.objects.filter(proposal=proposal, key__in=versions, number__isnull=False)
    return {key: value for key, number, value in rows.values_list("key", "number", "value") if versions[key] == number}


def difference(before: str, after: str) -> tuple[Piece, ...]:
    """What changes, word by word, with the words around it; nothing where only spaces and line ends do."""
    found = differences(before, after)
    if not any(each.text.strip() for each in found if each.change is not Change.SAME):
        return ()
    last = len(found) - 1
    return tuple(
        Piece(
            _shortened(each.text, place > 0, place < last) if each.change is Change.SAME else each.text,
            KINDS[each.change],
        )
        for place, each in enumerate(found)
    )


def _shortened(text: str, after: bool, ahead: bool) -> str:
    """The words next to a change before or behind them."""
    words = text.split()
    if len(words) <= 2 * AROUND:
        return text
    head = f"{text[0] if text[0].isspace() else ''}{' '.join(words[:AROUND])} " if after else ""
    tail = f" {' '.join(words[-AROUND:])}{text[-1] if text[-1].isspace() else ''}" if ahead else ""
    return f"{head}…{tail}"


# --- cells -------------------------------------------------------------------------------------------------------


def _new_cells(
    proposal: Proposal, file: Dossier, books: Books, standing: Standing, since: datetime
) -> Iterator[NewCell]:
    lines = _by_partner(file.budget.lines)
    computed = {category.id for category in books.categories if books.computed(category)} | {NOT_SHARED}
    for sheet in books.sheets:
        if not standing.speaks_for(sheet.seat.pk) or sheet.id not in lines:
            continue
        then = cells_since(proposal, sheet.seat, since)
        for line in lines[sheet.id]:
            key = line.work_package, line.category
            if line.category in computed:
                continue
            stands = sheet.cells.get(key)
            told, now = _figures(line), _held(stands)
            base = _kept(then[key]) if key in then else now
            if told in (now, base):
                continue
            yield NewCell(
                sheet.seat.pk,
                sheet.name,
                *key,
                f"{books.title_of_category(line.category)}, {books.title_of_package(line.work_package)}",
                figures_in_words(*now),
                figures_in_words(*told),
                cents=told[0],
                months=told[1],
                rate=told[2],
                based_on=0 if stands is None else stands.version,
                met=key in then,
            )


def _by_partner(lines: Sequence[CostLine]) -> dict[str, list[CostLine]]:
    found: dict[str, list[CostLine]] = {}
    for line in lines:
        found.setdefault(line.partner, []).append(line)
    return found


def _figures(line: CostLine) -> Figures:
    months = None if isinstance(line.months, Unknown) else line.months or None
    rate = None if isinstance(line.rate, Unknown) else line.rate.cents or None
    return line.amount.cents, months, rate


def _held(cost: Cost | None) -> Figures:
    return (0, None, None) if cost is None else (cost.cents, cost.months or None, cost.rate or None)


def _kept(kept: Mapping[str, Any] | None) -> Figures:
    return (0, None, None) if kept is None else (kept["cents"], kept["months"] or None, kept["rate"] or None)


# --- what stays --------------------------------------------------------------------------------------------------


def _not_imported(now: Dossier, file: Dossier, books: Books, standing: Standing) -> Iterator[str]:
    """What differs outside texts and own cells, with where it is changed."""
    yield from _aims(now, file)
    yield from _members(now, file)
    yield from _others_money(now, file, books, standing)
    if {annex.digest for annex in file.annexes} != {annex.digest for annex in now.annexes}:
        yield "Annexes differ. A draft file names them and does not carry them: add or remove files on the papers page."
    if set(file.declarations) != set(now.declarations):
        yield "Declarations differ. Each member makes its own on the papers page."


def _aims(now: Dossier, file: Dossier) -> Iterator[str]:
    if file.strand != now.strand:
        told = "none" if isinstance(file.strand, Unknown) else file.strand
        yield f"The strand differs (in the file: {told}). The coordinator changes it with the aims of the consortium."
    if file.targets != now.targets:
        told = "none" if isinstance(file.targets, Unknown) else ", ".join(map(place_in_words, file.targets))
        yield f"The targets differ (in the file: {told}). The coordinator changes them with the aims of the consortium."


def _members(now: Dossier, file: Dossier) -> Iterator[str]:
    here = {each.organisation.id: each for each in now.consortium.participants}
    there = {each.organisation.id: each for each in file.consortium.participants}
    for id in sorted(there.keys() - here.keys()):
        yield f"{there[id].organisation.name} is no member. The coordinator can invite it."
    for id in sorted(here.keys() - there.keys()):
        yield f"{here[id].organisation.name} is a member and stands not in the file. It stays a member."
    for id in sorted(here.keys() & there.keys()):
        name = here[id].organisation.name
        if here[id].role is not there[id].role:
            role = there[id].role.value.replace("_", " ")
            yield f"{name} is {role} in the file. The coordinator changes roles among the members."
        if here[id].organisation != there[id].organisation:
            yield f"What the file says of {name} differs from its profile. Its people change that in the registry."


def _others_money(now: Dossier, file: Dossier, books: Books, standing: Standing) -> Iterator[str]:
    here, there = _by_partner(now.budget.lines), _by_partner(file.budget.lines)
    own = {sheet.id for sheet in books.sheets if standing.speaks_for(sheet.seat.pk)}
    for id in sorted(there.keys() - own):
        if set(there[id]) != set(here.get(id, ())):
            yield f"Costs of {books.names.get(id, id)} differ. Only its own people change them."
    if set(file.budget.parts) != set(now.budget.parts):
        yield "Contributions of partners differ. Each partner states its own on the budget page."
    if _sources(file) != _sources(now):
        yield "Other sources of money differ. Each partner names its own on the budget page."


def _sources(dossier: Dossier) -> frozenset[Financing]:
    """Other money that somebody named; own funds are computed."""
    financing = dossier.budget.financing
    if isinstance(financing, Unknown):
        return frozenset()
    return frozenset(source for source in financing if source.source != OWN_FUNDS)
