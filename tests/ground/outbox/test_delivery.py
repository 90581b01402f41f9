"""Delivery where things go wrong: killed workers, workers side by side, servers that hang up, acts that fail."""

import smtplib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.locmem import EmailBackend as Kept
from django.db import connection, connections, transaction

from hanse.ground import outbox
from hanse.ground.outbox import delivery, worker
from hanse.ground.outbox.models import Message

NOW = datetime(2020, 11, 29, 16, tzinfo=UTC)
TAKEN_OVER = NOW + delivery.LEASE


class Killed(BaseException):
    """As when the machine stops a process: nothing after it is done."""


class KilledAfterSending(Kept):
    """A server that takes the message; then the worker is gone."""

    def send_messages(self, messages: Any) -> int:
        """Take it, and kill."""
        super().send_messages(messages)
        raise Killed


class HangsUp(Kept):
    """A server that takes one message for each time it is called, as busy ones do."""

    called, taken = 0, 0

    def open(self) -> bool:
        """Count the call."""
        type(self).called += 1
        type(self).taken = 0
        return True

    def send_messages(self, messages: Any) -> int:
        """Take the first, hang up at the second."""
        if self.taken:
            raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
        type(self).taken += 1
        return super().send_messages(messages)


class GoesAway(HangsUp):
    """A server that takes one message and does not answer any more."""

    def open(self) -> bool:
        """Answer the first time only."""
        if self.called:
            raise ConnectionRefusedError(111, "Connection refused")
        return super().open()


class Slow(Kept):
    """A server so slow that, while it takes the first message, another worker takes over all others and is done."""

    meanwhile: Callable[[], object] | None = None

    def send_messages(self, messages: Any) -> int:
        """Let the other one work, then take the message."""
        other, type(self).meanwhile = type(self).meanwhile, None
        if other:
            other()
        return super().send_messages(messages)


class Broken(BaseEmailBackend):
    """A backend with a fault of its own."""

    def send_messages(self, email_messages: Any) -> int:
        """Fail as no mail server does."""
        raise KeyError("no such template")


@pytest.fixture(autouse=True)
def _servers_begin_anew() -> None:
    for server in (HangsUp, GoesAway):
        server.called, server.taken = 0, 0


def posted(to: str = "giulia@lanterna.example", **changed: Any) -> Message:
    with transaction.atomic():
        return outbox.post(**{"to": to, "subject": "Welcome", "body": "Good day.", "at": NOW, **changed})


def many(count: int) -> list[str]:
    addresses = [f"reader-{n:02d}@hanse.example" for n in range(count)]
    with transaction.atomic():
        outbox.post_all(addresses, subject="News", body="The call is extended.", at=NOW)
    return addresses


def reached() -> list[str]:
    return sorted(address for letter in mail.outbox for address in letter.to)


def at_once(*jobs: Callable[[], object]) -> list[BaseException]:
    """Do jobs in threads that start together; what went wrong in them."""
    start, faults = Barrier(len(jobs)), []

    def do(job: Callable[[], object]) -> None:
        try:
            start.wait(timeout=60)
            job()
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [Thread(target=do, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return faults


@pytest.mark.django_db
def test_a_worker_killed_between_sending_and_noting_sends_once_more_under_the_same_id(settings: Any) -> None:
    message = posted()
    settings.EMAIL_BACKEND = f"{__name__}.KilledAfterSending"
    with pytest.raises(Killed):
        outbox.deliver(NOW)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    message.refresh_from_db()
    assert (message.state, message.attempts) == (Message.State.WAITING, 0)
    assert outbox.deliver(TAKEN_OVER - timedelta(seconds=1)) == 0, "the lease is still the killed worker's"
    assert outbox.deliver(TAKEN_OVER + timedelta(seconds=1)) == 1
    assert len({str(letter.message()["Message-ID"]) for letter in mail.outbox}) == 1
    assert [letter.to for letter in mail.outbox] == [[message.to], [message.to]]
    message.refresh_from_db()
    assert (message.state, message.attempts) == (Message.State.SENT, 1)


@pytest.mark.django_db
def test_a_worker_whose_lease_has_ended_leaves_alone_what_another_has_taken_over(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Slow"
    addresses = many(4)
    Slow.meanwhile = lambda: outbox.deliver(TAKEN_OVER + timedelta(seconds=1))
    outbox.deliver(NOW)
    assert reached() == sorted([addresses[0], *addresses]), "only the message in hand is sent twice"
    assert not Message.objects.exclude(state=Message.State.SENT).exists()


@pytest.mark.django_db
def test_a_server_that_hangs_up_after_a_message_is_called_again(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.HangsUp"
    addresses = many(3)
    assert outbox.deliver(NOW) == 3
    assert reached() == addresses
    assert HangsUp.called == 3
    assert not Message.objects.exclude(state=Message.State.SENT, attempts=1, fault="").exists()


@pytest.mark.django_db
def test_when_the_server_goes_away_the_rest_waits(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.GoesAway"
    addresses = many(3)
    outbox.deliver(NOW)
    assert reached() == addresses[:1]
    waiting = Message.objects.filter(state=Message.State.WAITING)
    assert [message.to for message in waiting.order_by("id")] == addresses[1:]
    assert {(message.attempts, message.next_at - NOW) for message in waiting} == {(1, delivery.FIRST_PAUSE)}
    assert all("Connection refused" in message.fault for message in waiting)


@pytest.mark.django_db
def test_pauses_double_up_to_six_hours() -> None:
    message = posted()
    pauses = []
    for attempt in range(delivery.MOST_ATTEMPTS - 1):
        message.attempts = attempt
        delivery._note_failure([message], NOW, "busy")
        pauses.append((message.next_at - NOW) // timedelta(minutes=1))
        assert message.state == Message.State.WAITING
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]
    delivery._note_failure([message], NOW, "")
    assert (message.state, message.fault) == (Message.State.DEAD, "no reason given")


@pytest.mark.django_db(transaction=True)
def test_a_duty_that_fails_in_any_way_stops_no_other(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    posted()
    done: list[str] = []

    def goes_on() -> int:
        done.append("import")
        return 0

    worker.run([lambda: outbox.deliver(NOW), goes_on], until_idle=True)
    assert done == ["import"]
    assert "no such template" in caplog.text
    assert Message.objects.get().state == Message.State.WAITING


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_every_message_once() -> None:
    addresses = many(60)

    def work() -> None:
        while outbox.deliver(NOW, limit=7):
            pass

    assert at_once(work, work, work) == []
    assert reached() == addresses
    assert not Message.objects.exclude(state=Message.State.SENT, attempts=1).exists()


@pytest.mark.django_db(transaction=True)
def test_a_claim_passes_over_what_another_worker_is_claiming() -> None:
    if connection.vendor != "postgresql":
        return  # on SQLite one waits for the other
    many(6)
    mine: list[Message] = []
    theirs: list[Message] = []
    with transaction.atomic():
        mine += delivery._claim(NOW, 4)
        assert at_once(lambda: theirs.extend(delivery._claim(NOW, 4))) == []
    assert [len(mine), len(theirs)] == [4, 2]
    assert not {message.pk for message in mine} & {message.pk for message in theirs}


@pytest.mark.django_db(transaction=True)
def test_a_message_of_an_act_that_fails_is_never_sent() -> None:
    """Not while the act goes on, where a worker could look at it, and not after."""
    written, looked = Event(), Event()

    def act() -> None:
        with transaction.atomic():
            outbox.post(to="giulia@lanterna.example", subject="Received", body="Submitted.", at=NOW)
            written.set()
            looked.wait(timeout=60)
            transaction.set_rollback(True)

    def look() -> None:
        try:
            assert written.wait(timeout=60)
            if connection.vendor == "postgresql":  # on SQLite the worker waits for the end of the act
                assert outbox.deliver(NOW) == 0
        finally:
            looked.set()

    assert at_once(act, look) == []
    assert outbox.deliver(NOW) == 0
    assert (Message.objects.count(), len(mail.outbox)) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_the_same_key_from_many_transactions_at_once_is_one_message() -> None:
    found: list[int] = []

    def post() -> None:
        found.extend(posted(key=f"reminder {n}").pk for n in range(5))

    assert at_once(*[post] * 6) == []
    assert len(found) == 30
    assert len(set(found)) == Message.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_the_same_key_is_written_by_the_second_if_the_first_is_rolled_back() -> None:
    found: list[int] = []
    begun = Event()

    def fails() -> None:
        with transaction.atomic():
            outbox.post(to="giulia@lanterna.example", subject="First", body="x", at=NOW, key="reminder")
            begun.set()
            transaction.set_rollback(True)

    def holds() -> None:
        assert begun.wait(timeout=60)
        found.append(posted(subject="Second", key="reminder").pk)

    assert at_once(fails, holds) == []
    assert list(Message.objects.values_list("pk", "subject")) == [(found[0], "Second")]
