"""Nightly roots: each day that has passed is closed by a signed statement of how far the record went.

A root covers the entries after the root before it, up to the one that stood last when it was made: so many entries, by
their numbers. An act that is recorded after midnight belongs to the next root, whatever instant it names. Where several
days are closed at once, each but the last ends before the first entry of a later day. A day without entries has a root
too: its `last` is that of the day before, and `first` the number after it.

What is signed is the canonical form of `STATED`; `hanse verify --roots` checks it (`hanse.engines.proof.roots`).
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from hanse.core.values.digest import canonical_json, digest
from hanse.core.values.words import day_in_words
from hanse.ground.audit import signing
from hanse.ground.audit.chain import BEGINNING, lock
from hanse.ground.audit.models import Event, Root
from hanse.ground.clock import BRUSSELS

STATED = ("day", "first", "last", "head", "previous")
"""What a root states: of these its digest is taken, and these are signed."""
MOST_DAYS = 3660
"""So many days are closed at once at most. Where a rehearsal clock was set further ahead, those before stay without."""
A_DAY = timedelta(days=1)


def close_days(at: datetime) -> int:
    """Make the roots of all days in Brussels that have passed and have none; how many were made.

    Raises:
        hanse.ground.audit.signing.NoKey: if there is no usable key.
    """
    today = at.astimezone(BRUSSELS).date()
    if not _days_before(today):
        return 0  # asked every few seconds: nobody has to wait for it
    with transaction.atomic():
        lock()
        days = _days_before(today)  # another worker may have been faster
        if not days:
            return 0
        Root.objects.bulk_create(_made(days, at))
    return len(days)


def _days_before(today: date) -> list[date]:
    """The days before this one that have no root, from the day of the first entry on.

    Where the first entry is of a later day, since the clock was set back, the first root is that of yesterday.
    """
    last = Root.objects.order_by("-day").values_list("day", flat=True).first()
    if last is not None:
        begin = last + A_DAY
    else:
        first = Event.objects.filter(number=1).values_list("at", flat=True).first()
        if first is None:
            return []
        begin = _day(first) if _day(first) <= today else today - A_DAY
    begin = max(begin, today - A_DAY * MOST_DAYS)
    return [begin + A_DAY * n for n in range((today - begin).days)]


def _made(days: list[date], at: datetime) -> Iterator[Root]:
    before = Root.objects.order_by("-day").first()
    last, head, previous = (before.last, before.head, before.digest) if before else (0, BEGINNING, BEGINNING)
    for day, (reached, tip) in zip(days, _ends(days, last, head), strict=True):
        root = Root(day=day, first=last + 1, last=reached, head=tip, previous=previous, made_at=at)
        stated = stated_by(root)
        root.digest = digest(stated)
        signed = signing.sign(canonical_json(stated))
        root.signature, root.key = signed.value, signed.key
        last, previous = root.last, root.digest
        yield root


def _ends(days: list[date], last: int, head: str) -> Iterator[tuple[int, str]]:
    """Number and digest of the entry with which each day ends; the last day takes all that are there."""
    if len(days) > 1:
        entries = Event.objects.filter(number__gt=last).order_by("number").values_list("number", "digest", "at")
        waiting = list(days[:-1])
        for number, entry, at in entries.iterator(chunk_size=2000):
            while waiting and _day(at) > waiting[0]:
                yield last, head
                waiting.pop(0)
            if not waiting:
                break
            last, head = number, entry
        for _ in waiting:
            yield last, head
    yield Event.objects.order_by("-number").values_list("number", "digest").first() or (last, head)


def _day(instant: datetime) -> date:
    return instant.astimezone(BRUSSELS).date()


def stated_by(root: Root) -> dict[str, Any]:
    """What a root states, in JSON types."""
    return {
        "day": root.day.isoformat(),
        "first": root.first,
        "last": root.last,
        "head": root.head,
        "previous": root.previous,
    }


def verify_roots() -> str | None:
    """What is wrong with the first root that does not hold, in words; None if all hold."""
    entry = Event.objects.filter(number=OuterRef("last")).values("digest")
    roots = Root.objects.order_by("day").annotate(entry=Subquery(entry))
    last, previous = 0, BEGINNING
    for root in roots.iterator(chunk_size=2000):
        wrong = _fault(root, last, previous)
        if wrong:
            return f"The root of {day_in_words(root.day)} {wrong}."
        last, previous = root.last, root.digest
    return None


def _fault(root: Any, last: int, previous: str) -> str:
    if root.previous != previous or root.first != last + 1 or root.last < last:
        return "does not follow on the one before it: one of them was changed, or one between them is missing"
    stated = stated_by(root)
    if root.digest != digest(stated):
        return "has another digest than that of what it states: it was changed"
    if root.entry is None:
        return f"ends with entry {root.last} of the record, which is missing"
    if root.entry != root.head:
        return f"ends with another entry {root.last} than the record holds now: the record was changed"
    try:
        if root.key != signing.public_key().id:
            return f"was signed with another key, {root.key}, than that of this site"
        if not signing.holds(canonical_json(stated), root.signature):
            return "is not signed by this site: it was changed"
    except signing.NoKey as wrong:
        return f"cannot be checked: {wrong}"
    return ""


def newest_first() -> QuerySet[Root]:
    """All roots, the newest first."""
    return Root.objects.order_by("-day")


def published(root: Root) -> dict[str, Any]:
    """A root as everybody may read it, in JSON types; `hanse verify --roots` takes a list of them."""
    return {**stated_by(root), "digest": root.digest, "signature": root.signature, "key": root.key}


def digests_of_day(number: int, most: int) -> list[tuple[int, str]] | None:
    """Number and digest of entries from one on, at most so many, to the end of its day; None if no root covers it."""
    last = Root.objects.filter(first__lte=number, last__gte=number).values_list("last", flat=True).first()
    if last is None:
        return None
    entries = Event.objects.filter(number__gte=number, number__lte=last).order_by("number")
    return list(entries.values_list("number", "digest")[:most])
