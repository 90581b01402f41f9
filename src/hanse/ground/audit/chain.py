"""The chain of the record: entries are added in the transaction of the act, each with the digest of the one before."""

from collections.abc import Mapping
from datetime import UTC, datetime
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from hanse.core.values.digest import digest, plain

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from hanse.ground.audit.models import Event

Subject = tuple[str, str]
"""What an act was done to: a noun of the field and its ref."""

BEGINNING = "0" * 64
"""What the first entry carries in place of the digest of the one before."""
CHAIN_LOCK = 0x48414E5345  # "HANSE"
SALT_BYTES = 16


def record(act: str, *, actor: Any, subject: Subject, facts: Mapping[str, Any] | None = None, at: datetime) -> "Event":
    """Add an entry to the record.

    Args:
        act: what was done, as a verb with its object.
        actor: the user who did it; None for the system.
        subject: what it was done to.
        facts: what else belongs to it, as values that have a canonical form (`hanse.core.values.digest`).
        at: when, by the clock.

    Raises:
        TransactionManagementError: outside a transaction.
    """
    from hanse.ground.audit.models import Event  # models load after this package

    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(f"{act!r} is recorded outside the transaction of the act")
    lock()
    last = Event.objects.order_by("-number").values_list("number", "digest").first()
    number, previous = last or (0, BEGINNING)
    event = Event(
        number=number + 1,
        at=at,
        act=act,
        actor=actor,
        actor_name=actor.name if actor else "",
        subject_kind=subject[0],
        subject_ref=subject[1],
        facts=plain(facts or {}),
        previous=previous,
        # Digests are published. Without this, whoever guessed all of an entry but its instant could try instants.
        salt=token_hex(SALT_BYTES),
    )
    event.digest = digest_of(event)
    event.save(force_insert=True)
    return event


def lock() -> None:
    """Wait until nobody else is about to write an entry; until the end of the transaction nobody else does.

    On SQLite a transaction that writes is this lock already.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])


def history(subject: Subject) -> "QuerySet[Event]":
    """The entries about one thing, oldest first."""
    from hanse.ground.audit.models import Event

    return Event.objects.filter(subject_kind=subject[0], subject_ref=subject[1]).order_by("number")


def events() -> "QuerySet[Event]":
    """All entries, newest first."""
    from hanse.ground.audit.models import Event

    return Event.objects.order_by("-number")


def verify() -> int | None:
    """Replay the chain; the number of the first entry that is changed, missing or out of place, or None."""
    from hanse.ground.audit.models import Event

    expected, previous = 1, BEGINNING
    try:
        for event in Event.objects.order_by("number").iterator(chunk_size=2000):
            if event.number != expected or event.previous != previous or event.digest != digest_of(event):
                return expected
            expected, previous = expected + 1, event.digest
    except (ValueError, TypeError, AttributeError, RecursionError):
        return expected  # somebody has changed it so that it cannot even be read
    return None


def digest_of(event: "Event") -> str:
    """The digest of an entry, over all that it says and the digest of the one before."""
    return digest(entry_of(event))


def entry_of(event: "Event") -> dict[str, Any]:
    """An entry as it is digested, in JSON types. The oldest entries of a site may have no salt."""
    return {
        "number": event.number,
        "at": event.at.astimezone(UTC).isoformat(),
        "act": event.act,
        "actor": event.actor_id,
        "actor_name": event.actor_name,
        "subject": [event.subject_kind, event.subject_ref],
        "facts": event.facts,
        "previous": event.previous,
        **({"salt": event.salt} if event.salt else {}),
    }
