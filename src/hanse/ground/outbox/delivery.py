"""Sending what is due."""

from datetime import datetime, timedelta
from smtplib import SMTPServerDisconnected
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction

from hanse.ground.clock.arrival import stamp_of_host

if TYPE_CHECKING:
    from hanse.ground.outbox.models import Message

MOST_ATTEMPTS = 12
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
LEASE = timedelta(minutes=10)
"""For how long a worker has a message to itself, from when it turns to it."""


def deliver(at: datetime, limit: int = 100) -> int:
    """Send messages that are due, oldest first; how many were tried. Nothing if the site has no mail server."""
    if not settings.EMAIL_BACKEND:
        return 0
    begun = stamp_of_host()
    left = _claim(at, limit)
    claimed = len(left)
    if not claimed:
        return 0
    try:
        with get_connection() as server:
            while left:
                if _is_ours(left[0], at + begun.waited() + LEASE):
                    _send(left[0], at, server)
                left.pop(0)
    except OSError as wrong:  # the server does not answer: every message waits for its next turn
        _note_failure([message for message in left if _is_ours(message, message.next_at)], at, str(wrong))
    return claimed


@transaction.atomic
def _claim(at: datetime, limit: int) -> list["Message"]:
    """Take messages for this worker alone, until the lease ends."""
    from hanse.ground.outbox.models import Message  # models load after this package

    due = Message.objects.filter(state=Message.State.WAITING, next_at__lte=at).order_by("next_at", "id")
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)
    claimed = list(due[:limit])
    Message.objects.filter(pk__in=[message.pk for message in claimed]).update(next_at=at + LEASE)
    for message in claimed:
        message.next_at = at + LEASE
    return claimed


def _is_ours(message: "Message", until: datetime) -> bool:
    """Whether a claimed message is still this worker's, which then has it until an instant.

    A slow server can keep a worker so long with the messages before it that another one has taken it over.
    """
    kept = type(message).objects.filter(pk=message.pk, state=message.State.WAITING, next_at=message.next_at)
    if not kept.update(next_at=until):
        return False
    message.next_at = until
    return True


def _send(message: "Message", at: datetime, server: BaseEmailBackend) -> None:
    letter = EmailMessage(
        message.subject,
        message.body,
        to=[message.to],
        headers={"Message-ID": f"<outbox-{message.pk}@{settings.MAIL_DOMAIN}>"},
        connection=server,
    )
    wrong = _attempt(letter)
    if isinstance(wrong, SMTPServerDisconnected):  # many servers hang up after some letters: it is nobody's fault
        server.close()
        server.open()
        wrong = _attempt(letter)
    if wrong is not None:
        _note_failure([message], at, str(wrong))
        return
    message.state, message.sent_at, message.fault = message.State.SENT, at, ""
    message.attempts += 1
    message.save(update_fields=("state", "sent_at", "attempts", "fault"))


def _attempt(letter: EmailMessage) -> Exception | None:
    try:
        letter.send()
    except (OSError, ValueError) as wrong:  # smtplib's errors are OSError; a broken address is ValueError
        return wrong
    return None


def _note_failure(messages: list["Message"], at: datetime, fault: str) -> None:
    for message in messages:
        message.attempts += 1
        message.fault = fault[:300] or "no reason given"
        given_up = message.attempts >= MOST_ATTEMPTS
        message.state = message.State.DEAD if given_up else message.State.WAITING
        message.next_at = at + min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (message.attempts - 1))
        message.save(update_fields=("attempts", "fault", "state", "next_at"))
