"""How an application came about: every version of every text, what stands aside, what changed since last time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from hanse.core.form import Form, field_at
from hanse.core.values.merging import Change, Difference, Merge, differences, merge
from hanse.stages.proposals.models import Presence, Proposal, Text, TextVersion
from hanse.stages.proposals.queries import drafts

A_PAGE = 40
OF_A_FIELD = 8
"""Versions of one field on a page, each with what it changed."""
AROUND = 160
"""Letters of unchanged text that are shown before and after a change."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key stands in the form, in words.

    Attributes:
        section: id of its section; empty if the form asks for it no more.
        title: of the field, with what it belongs to.
    """

    key: str
    section: str
    title: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a text.

    Attributes:
        changes: against the version before it; empty in a list of all fields.
        stands: whether the field reads so now.
    """

    row: TextVersion
    place: Place
    changes: tuple[Difference, ...] = ()
    stands: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a history, the latest first.

    Attributes:
        earlier: where the next part begins; 0: there is none.
    """

    versions: tuple[Version, ...]
    earlier: int = 0


@dataclass(frozen=True, slots=True)
class Aside:
    """A text that stands aside, and the field as it reads now.

    Attributes:
        merge: both put together.
        now: the field; None if nothing is written there any more.
    """

    row: TextVersion
    place: Place
    merge: Merge
    now: Text | None


@dataclass(frozen=True, slots=True)
class SectionChange:
    """What others did to a section.

    Attributes:
        who: their names.
        count: how many times something was saved.
    """

    section: str
    who: tuple[str, ...]
    count: int
    latest: datetime


def place_of(form: Form, key: str, names: Mapping[str, str], records: Mapping[str, str] | None = None) -> Place:
    """A key in words.

    Args:
        names: of partners and targets, by id.
        records: texts, by which a record is called by its title.
    """
    found = field_at(form, key)
    if found is None:
        return Place(key, "", f"{key}, which the form does not ask for any more")
    section, part = found
    of = key.split("/")[1] if "/" in key else ""
    if not of:
        return Place(key, section.id, section.title)
    called = names.get(of, of)
    if section.record:
        title = (records or {}).get(f"{section.id}/{of}/title", "").strip()
        called = f"{section.record} {of}" + (f" “{title[:60]}”" if title else "")
        called = called[:1].upper() + called[1:]
    return Place(key, section.id, f"{section.title}: {called}, {part.title if part else 'its place'}")


def history_of(proposal: Proposal, form: Form, names: Mapping[str, str], before: int = 0) -> Page:
    """What was written into any field, the latest first.

    Args:
        before: where this part begins, as `Page.earlier` of the one before says.
    """
    rows = _ordered(_versions(proposal), before)[: A_PAGE + 1].defer("value")
    found = list(rows)
    titles = _titles(proposal)
    shown = found[:A_PAGE]
    return Page(
        tuple(Version(row, place_of(form, row.key, names, titles)) for row in shown),
        shown[-1].pk if len(found) > A_PAGE else 0,
    )


def history_of_field(proposal: Proposal, key: str, form: Form, names: Mapping[str, str], before: int = 0) -> Page:
    """The versions of one field, the latest first, each with what it changed."""
    earlier = TextVersion.objects.filter(
        proposal=proposal, key=OuterRef("key"), number__isnull=False, number__lt=OuterRef("number")
    ).order_by("-number")
    rows = _ordered(_versions(proposal).filter(key=key), before)
    found = list(rows.annotate(previous=Subquery(earlier.values("value")[:1]))[: OF_A_FIELD + 1])
    text = drafts.text_at(proposal, key)
    place = place_of(form, key, names, _titles(proposal))
    shown = found[:OF_A_FIELD]
    return Page(
        tuple(
            Version(
                row,
                place,
                differences(row.previous or "", row.value),
                text is not None and row.number == text.version,
            )
            for row in shown
        ),
        shown[-1].pk if len(found) > OF_A_FIELD else 0,
    )


def around(changes: Sequence[Difference]) -> tuple[Difference, ...]:
    """Changes with the text about them; long stretches that stayed are cut short."""
    last = len(changes) - 1
    return tuple(
        Difference(change.change, _short(change.text, place == 0, place == last))
        if change.change is Change.SAME
        else change
        for place, change in enumerate(changes)
    )


def _short(text: str, first: bool, last: bool) -> str:
    if len(text) <= 2 * AROUND + 20:
        return text
    before = "" if first else text[:AROUND]
    after = "" if last else text[-AROUND:]
    return f"{before} … {after}"


def version_at(proposal: Proposal, number: int) -> TextVersion | None:
    """One kept text, by its id in the history."""
    return TextVersion.objects.filter(proposal=proposal, pk=number).select_related("written_by").first()


def asides_of(proposal: Proposal, form: Form, names: Mapping[str, str], section: str = "") -> list[Aside]:
    """The texts that stand aside and wait for a choice, with the field beside them."""
    rows = list(drafts.aside_of(proposal))
    if section:
        rows = [row for row in rows if row.key.partition("/")[0] == section]
    if not rows:
        return []
    keys = {row.key for row in rows}
    now = {text.key: text for text in Text.objects.filter(proposal=proposal, key__in=keys).select_related("changed_by")}
    bases = {
        (key, number): value
        for key, number, value in TextVersion.objects.filter(
            proposal=proposal, key__in=keys, number__in={row.based_on for row in rows}
        ).values_list("key", "number", "value")
    }
    titles = _titles(proposal)
    found = []
    for row in rows:
        text = now.get(row.key)
        both = merge(bases.get((row.key, row.based_on), ""), row.value, text.value if text else "")
        found.append(Aside(row, place_of(form, row.key, names, titles), both, text))
    return found


def changed_since(proposal: Proposal, user: Any, *, since: datetime | None = None) -> list[SectionChange]:
    """What others changed since a person was last told, by section, the latest first.

    Somebody who never opened the application is told everything.

    Args:
        since: from when; None: from when the person caught up.
    """
    if since is None:
        seen = Presence.objects.filter(proposal=proposal, user=user).values_list("caught_up_at", flat=True).first()
        since = seen or proposal.created_at
    return _by_section(_others(proposal, user, since).values_list("key", "written_by__name", "written_at"))


def changes_and_asides(proposal: Proposal, user: Any, since: datetime) -> tuple[list[SectionChange], int]:
    """What others changed since an instant, and how many texts stand aside; in one query."""
    aside = Q(nature=TextVersion.Nature.ASIDE, settled_at__isnull=True)
    changed = Q(number__isnull=False, written_at__gt=since) & ~Q(written_by=user)
    rows = TextVersion.objects.filter(aside | changed, proposal=proposal).order_by("-written_at", "-pk")
    found = list(rows.values_list("key", "written_by__name", "written_at", "number"))
    changes = _by_section((key, name, when) for key, name, when, number in found if number is not None)
    return changes, sum(number is None for *_, number in found)


def _others(proposal: Proposal, user: Any, since: datetime) -> QuerySet[TextVersion]:
    rows = _versions(proposal).filter(written_at__gt=since).exclude(written_by=user)
    return rows.order_by("-written_at", "-pk")


def _by_section(saves: Iterable[tuple[str, str, datetime]]) -> list[SectionChange]:
    found: dict[str, list[tuple[str, datetime]]] = {}
    for key, name, when in saves:
        found.setdefault(key.partition("/")[0], []).append((name, when))
    return [
        SectionChange(section, tuple(dict.fromkeys(name for name, _ in each)), len(each), each[0][1])
        for section, each in found.items()
    ]


def _versions(proposal: Proposal) -> QuerySet[TextVersion]:
    """What was once the text of a field; what stands aside was not."""
    rows = TextVersion.objects.filter(proposal=proposal, number__isnull=False)
    return rows.select_related("written_by")


def _ordered(rows: QuerySet[TextVersion], before: int) -> QuerySet[TextVersion]:
    """The latest first. Rows are only ever added, so their ids follow time."""
    return (rows.filter(pk__lt=before) if before else rows).order_by("-pk")


def _titles(proposal: Proposal) -> dict[str, str]:
    rows = Text.objects.filter(proposal=proposal, key__endswith="/title")
    return dict(rows.values_list("key", "value"))
