"""Writing messages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

if TYPE_CHECKING:
    from hanse.ground.outbox.models import Message

LONGEST_SUBJECT = 300


@dataclass(frozen=True, slots=True)
class Letter:
    """One of many letters that differ.

    Attributes:
        key: a letter whose key is there already is not written.
    """

    to: str
    subject: str
    body: str
    key: str


def post(*, to: str, subject: str, body: str, at: datetime, key: str = "", purpose: str = "") -> "Message":
    """Write a message, to be sent once the transaction around it is done.

    Args:
        subject: line breaks in it become spaces, so that nothing in it can pass for a header.
        key: if a message with this key is there already, that one is returned and nothing is written.

    Raises:
        TransactionManagementError: outside a transaction.
    """
    from hanse.ground.outbox.models import Message  # models load after this package

    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(f"a message to {to} is written outside the transaction of the act")
    content = _content(to, subject, body, purpose, at)
    if not key:
        return Message.objects.create(**content)
    return Message.objects.get_or_create(key=key, defaults=content)[0]


def post_all(addresses: Iterable[str], *, subject: str, body: str, at: datetime, purpose: str = "") -> int:
    """Write the same message to many; to how many. See `post`.

    Raises:
        TransactionManagementError: outside a transaction.
    """
    from hanse.ground.outbox.models import Message  # models load after this package

    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("messages are written outside the transaction of the act")
    return len(Message.objects.bulk_create(Message(**_content(to, subject, body, purpose, at)) for to in addresses))


def post_each(letters: Iterable[Letter], *, at: datetime, purpose: str = "") -> None:
    """Write letters that differ, each once however often it is asked for; in one query for many. See `post`.

    Raises:
        TransactionManagementError: outside a transaction.
    """
    from hanse.ground.outbox.models import Message  # models load after this package

    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("messages are written outside the transaction of the act")
    rows = [
        Message(key=letter.key, **_content(letter.to, letter.subject, letter.body, purpose, at)) for letter in letters
    ]
    Message.objects.bulk_create(rows, ignore_conflicts=True)


def _content(to: str, subject: str, body: str, purpose: str, at: datetime) -> dict[str, Any]:
    return {
        "to": to,
        "subject": " ".join(subject.split())[:LONGEST_SUBJECT],
        "body": body,
        "purpose": purpose,
        "created_at": at,
        "next_at": at,
    }


@transaction.atomic
def retry(message: "Message", *, at: datetime) -> None:
    """Try a dead message again, from the beginning."""
    kind = type(message)
    kind.objects.filter(pk=message.pk, state=kind.State.DEAD).update(state=kind.State.WAITING, attempts=0, next_at=at)
