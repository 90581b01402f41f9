"""Learning facts: what was believed is closed, never changed, and what is believed now stands beside it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from hanse.ground.clock import BRUSSELS
from hanse.stages.registry.models import Fact, Organisation


def learn(
    organisation: Organisation,
    changes: Mapping[str, Any],
    *,
    by: Any,
    source: str,
    at: datetime,
    valid_from: date | None = None,
) -> int:
    """Write down that fields have these values. Within the transaction of the act; the caller holds the profile's lock.

    Args:
        changes: value by name of the field. A value that is known already is no change.
        valid_from: first day on which they hold. None: what was never stated holds as far back as anybody asks, and
            what replaces an earlier value holds from the day of `at` in Brussels.

    Returns:
        How many fields changed.
    """
    today = at.astimezone(BRUSSELS).date()
    known: dict[str, list[Fact]] = {}
    for fact in Fact.objects.filter(organisation=organisation, name__in=changes, known_until=None).order_by("pk"):
        known.setdefault(fact.name, []).append(fact)
    # A rehearsal clock may be set back; what is learnt later is still known later.
    at = max([at, *(fact.known_from for facts in known.values() for fact in facts)])
    closed: list[int] = []
    learnt: list[Fact] = []
    changed = 0
    for name, value in changes.items():
        believed = known.get(name, [])
        start = valid_from or (today if believed else None)
        if _holds_already(believed, value, valid_from):
            continue
        changed += 1

        def stated(value: Any, since: date | None, until: date | None, who: Any, source: str, name: str = name) -> Fact:
            return Fact(
                organisation=organisation,
                name=name,
                value=value,
                valid_from=since,
                valid_until=until,
                known_from=at,
                by=who,
                source=source,
            )

        for fact in believed:
            if start is not None and fact.valid_until is not None and fact.valid_until <= start:
                continue  # it ended before the new value begins
            closed.append(fact.pk)
            if start is not None and (fact.valid_from is None or fact.valid_from < start):
                # It held until the new value began.
                learnt.append(stated(fact.value, fact.valid_from, start, fact.by, fact.source))
        learnt.append(stated(value, start, None, by, source))
    Fact.objects.filter(pk__in=closed).update(known_until=at)
    Fact.objects.bulk_create(learnt)
    return changed


def _holds_already(believed: list[Fact], value: Any, start: date | None) -> bool:
    """Whether the value that holds at the end is this one, and from no later day than asked."""
    last = next((fact for fact in believed if fact.valid_until is None), None)
    if last is None or last.value != value:
        return False
    return start is None or last.valid_from is None or last.valid_from <= start
