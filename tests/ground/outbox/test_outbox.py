"""The outbox: never lost, never sent for what did not happen, tried again, given up in the end and shown."""

import signal
import smtplib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.transaction import TransactionManagementError

from hanse.ground import outbox
from hanse.ground.outbox import queries, worker
from hanse.ground.outbox.models import Message

NOW = datetime(2020, 11, 29, 16, tzinfo=UTC)
GIULIA = "giulia@lanterna.example"


class Unreachable(BaseEmailBackend):
    """A mail server that does not answer."""

    def open(self) -> bool:
        """Fail as a socket does."""
        raise ConnectionRefusedError(111, "Connection refused")


class Picky(BaseEmailBackend):
    """A mail server that refuses one recipient."""

    def send_messages(self, email_messages: Any) -> int:
        """Refuse Giulia, accept all others."""
        if GIULIA in email_messages[0].to:
            raise smtplib.SMTPRecipientsRefused({GIULIA: (550, b"no such user")})
        return len(email_messages)


def posted(**changed: Any) -> Message:
    with transaction.atomic():
        return outbox.post(**{"to": GIULIA, "subject": "Welcome", "body": "Good day.", "at": NOW, **changed})


@pytest.mark.django_db
def test_a_message_is_sent_once() -> None:
    posted()
    assert outbox.deliver(NOW) == 1
    assert outbox.deliver(NOW) == 0
    assert [(letter.subject, letter.to) for letter in mail.outbox] == [("Welcome", [GIULIA])]
    assert queries.counts() == {"waiting": 0, "sent": 1, "given up": 0}


@pytest.mark.django_db
def test_the_same_key_is_the_same_message() -> None:
    assert posted(key="reminder 1").pk == posted(key="reminder 1", body="Other words.").pk
    assert posted(key="").pk != posted(key="").pk
    assert Message.objects.count() == 3


@pytest.mark.django_db
def test_a_subject_cannot_smuggle_headers_in() -> None:
    posted(subject="Welcome\r\nBcc: everybody@example.org")
    outbox.deliver(NOW)
    assert mail.outbox[0].subject == "Welcome Bcc: everybody@example.org"
    assert mail.outbox[0].recipients() == [GIULIA]


@pytest.mark.django_db(transaction=True)
def test_belongs_to_the_transaction_of_the_act() -> None:
    with pytest.raises(TransactionManagementError):
        outbox.post(to=GIULIA, subject="Welcome", body="Good day.", at=NOW)
    with pytest.raises(RuntimeError), transaction.atomic():
        outbox.post(to=GIULIA, subject="Welcome", body="Good day.", at=NOW)
        raise RuntimeError("the act failed")
    assert outbox.deliver(NOW) == 0
    assert not mail.outbox


@pytest.mark.django_db
def test_waits_longer_after_each_failure_and_is_given_up_in_the_end(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Unreachable"
    message = posted()
    at, pauses = NOW, []
    for _ in range(outbox.MOST_ATTEMPTS):
        assert outbox.deliver(at) == 1
        message.refresh_from_db()
        pauses.append(message.next_at - at)
        at = message.next_at
    assert pauses[0] == timedelta(minutes=1)
    assert pauses == sorted(pauses)
    assert message.state == Message.State.DEAD
    assert "Connection refused" in message.fault
    assert outbox.deliver(at) == 0


@pytest.mark.django_db
def test_a_dead_message_can_be_tried_again(settings: Any) -> None:
    message = posted()
    Message.objects.update(state=Message.State.DEAD, attempts=outbox.MOST_ATTEMPTS)
    outbox.retry(message, at=NOW)
    assert outbox.deliver(NOW) == 1
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_one_refused_recipient_holds_up_nobody_else(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Picky"
    refused, accepted = posted(), posted(to="jonas@salzspeicher.example")
    outbox.deliver(NOW)
    refused.refresh_from_db()
    accepted.refresh_from_db()
    assert (refused.state, accepted.state) == (Message.State.WAITING, Message.State.SENT)
    assert "550" in refused.fault


@pytest.mark.django_db
def test_messages_wait_where_no_mail_server_is_set(settings: Any) -> None:
    posted()
    settings.EMAIL_BACKEND = ""
    assert outbox.deliver(NOW) == 0
    assert queries.counts()["waiting"] == 1


@pytest.mark.django_db
def test_a_message_taken_by_a_worker_that_died_is_taken_over() -> None:
    message = posted()
    Message.objects.update(next_at=NOW + timedelta(minutes=10))  # as a worker leaves it that is killed while sending
    assert outbox.deliver(NOW) == 0
    assert outbox.deliver(NOW + timedelta(minutes=10)) == 1
    message.refresh_from_db()
    assert message.state == Message.State.SENT


@pytest.mark.django_db(transaction=True)
def test_the_worker_does_what_is_due_and_leaves_when_idle() -> None:
    left = [3, 2]
    before = signal.getsignal(signal.SIGTERM)
    worker.run([lambda: left.pop() if left else 0, lambda: 0], until_idle=True)
    assert not left
    assert signal.getsignal(signal.SIGTERM) is before, "whoever called it can be stopped as before"


@pytest.mark.django_db(transaction=True)
def test_the_worker_stops_when_it_is_told_to() -> None:
    def told() -> int:
        signal.raise_signal(signal.SIGTERM)
        return 1

    worker.run([told])


@pytest.mark.django_db
def test_letters_that_differ_are_written_in_one_query_and_each_once(django_assert_num_queries: Any) -> None:
    letters = [outbox.Letter(f"{n}@hanse.example", f"For\n{n}", f"Body {n}", f"reminder/{n}") for n in range(3)]
    with transaction.atomic():
        outbox.post_each(letters[:2], at=NOW, purpose="reminder")
        with django_assert_num_queries(1):
            outbox.post_each(letters, at=NOW + timedelta(hours=1), purpose="reminder")
    rows = Message.objects.order_by("key")
    assert [(row.to, row.subject, row.body, row.created_at) for row in rows] == [
        ("0@hanse.example", "For 0", "Body 0", NOW),
        ("1@hanse.example", "For 1", "Body 1", NOW),
        ("2@hanse.example", "For 2", "Body 2", NOW + timedelta(hours=1)),
    ]


@pytest.mark.django_db(transaction=True)
def test_letters_are_written_within_a_transaction_alone() -> None:
    with pytest.raises(TransactionManagementError):
        outbox.post_each([outbox.Letter(GIULIA, "Hello", "Body", "key")], at=NOW)
    assert not Message.objects.exists()
