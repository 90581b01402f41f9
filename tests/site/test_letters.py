"""The outbox on pages: how letters fare, what of them is shown to whom, and trying again."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.people import browsing, person
from tests.together import at_once

from hanse.ground import audit, clock, outbox
from hanse.ground.accounts.actions import BACKEND
from hanse.ground.audit.models import Event
from hanse.ground.outbox.models import Message
from hanse.site import letters, resending
from hanse.site.desks import MOST_LETTERS, desks_of

pytestmark = pytest.mark.django_db
FAULT = "{'giulia@hanse.example': (550, b'no such user')}"
STATES = {"waiting": "kenji@hanse.example", "sent": "mila@hanse.example", "dead": "giulia@hanse.example"}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def main(path: str, who: str = "odile") -> str:
    answer = browsing(who).get(path)
    assert answer.status_code == 200
    return text(answer).partition("<main")[2].partition("</main>")[0]


def posted(at: datetime, **changed: Any) -> Message:
    given = {
        "to": "giulia@hanse.example",
        "subject": "<b>Received</b>",
        "body": "See https://hanse.example/x",
        "at": at,
    }
    state = changed.pop("state", Message.State.WAITING)
    with transaction.atomic():
        message = outbox.post(**{**given, **changed})
    if state != Message.State.WAITING:
        Message.objects.filter(pk=message.pk).update(state=state)
    message.refresh_from_db()
    return message


def dead(at: datetime, **changed: Any) -> Message:
    message = posted(at, **changed)
    Message.objects.filter(pk=message.pk).update(
        state=Message.State.DEAD, attempts=outbox.MOST_ATTEMPTS, fault=FAULT, next_at=at
    )
    message.refresh_from_db()
    return message


def titles(who: str, at: datetime) -> dict[str, Any]:
    return {section.title: section for desk in desks_of(person(who), at) for section in desk.sections}


# --- who sees what -----------------------------------------------------------------------------------------------


def test_the_outbox_is_public_in_a_demonstration_only(settings: Any, at: datetime) -> None:
    posted(at)
    assert browsing().get("/outbox").status_code == 302
    assert browsing("charlie").get("/outbox").status_code == 403
    for who in ("odile", "ines", "halvard"):
        assert browsing(who).get("/outbox").status_code == 200
    settings.MODE = "demo"
    page = main("/outbox", "")
    assert "&lt;b&gt;Received" in page
    assert "giulia@hanse.example" in page
    assert 'href="https://hanse.example/x"' in page


def test_what_stands_in_letters_to_applicants_is_for_their_readers(at: datetime) -> None:
    """A receipt, an invitation into a consortium, a link that lets its holder in."""
    for purpose in ("submission", "invitation", "password_reset_key", "consortium", ""):
        posted(at, purpose=purpose)
    page = main("/outbox")
    for word in ("Received", "https://hanse.example/x", "giulia", "17:00"):
        assert word not in page
    assert page.count("A letter for its reader alone") == 5


def test_what_the_authority_writes_to_many_is_shown_but_not_to_whom(at: datetime) -> None:
    posted(at, purpose="extension of a call", subject="Extended")
    page = main("/outbox")
    assert "Extended" in page
    assert "https://hanse.example/x" in page
    assert "giulia" not in page


def test_a_letter_that_was_given_up_says_to_whom_and_why(at: datetime) -> None:
    dead(at, purpose="submission")
    page = main("/outbox?state=dead")
    assert "To giulia@hanse.example" in page
    assert "550, b&#x27;no such user" in page
    assert "12 attempts." in page
    assert "Received" not in page


def test_a_letter_that_waits_for_its_next_attempt_says_when_and_why_but_not_for_whom(at: datetime) -> None:
    message = posted(at)
    Message.objects.filter(pk=message.pk).update(attempts=2, fault=FAULT, next_at=at + timedelta(minutes=2))
    page = main("/outbox?state=waiting")
    assert "2 attempts, the next one on 29\u00a0November\u00a02020, 17:02 Brussels time." in page
    assert "The last one failed: {&#x27;its reader&#x27;: (550" in page
    assert "giulia" not in page


@pytest.mark.parametrize("asked", [*STATES, "", "lost"])
def test_letters_are_filtered_by_state(asked: str, settings: Any, at: datetime) -> None:
    settings.MODE = "demo"
    for state, to in STATES.items():
        posted(at, to=to, state=state)
    page = main(f"/outbox?state={asked}", "")
    for state, to in STATES.items():
        assert (to in page) is (asked not in STATES or asked == state)
    for words in ("All</a>: 3", "Waiting</a>: 1", "Sent</a>: 1", "Given up</a>: 1"):
        assert words in page


def test_a_state_without_letters_says_so(at: datetime) -> None:
    assert "No message yet." in main("/outbox")
    assert "No letter is in this state." in main("/outbox?state=dead")


def test_letters_are_paged_within_their_state(settings: Any, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MODE = "demo"
    monkeypatch.setattr(letters, "A_PAGE", 2)
    for n in range(5):
        posted(at, to=f"reader-{n}@hanse.example", state="sent")
        posted(at, to=f"other-{n}@hanse.example")
    seen, path = [], "/outbox?state=sent"
    while path:
        page = main(path, "")
        assert "other-" not in page
        seen += [n for n in range(4, -1, -1) if f"reader-{n}@" in page]
        older = page.partition('href="?state=sent&amp;before=')[2].partition('"')[0]
        path = f"/outbox?state=sent&before={older}" if older else ""
    assert seen == [4, 3, 2, 1, 0]
    for hostile in ("x", "-1", "9" * 30, "%00", "²"):
        assert browsing().get(f"/outbox?before={hostile}").status_code == 200


def test_the_page_asks_as_much_for_many_letters_as_for_one(at: datetime) -> None:
    client = browsing("odile")

    def asked() -> int:
        client.get("/outbox")
        with CaptureQueriesContext(connection) as captured:
            client.get("/outbox")
        return len(captured)

    dead(at)
    one = asked()
    for _ in range(20):
        dead(at)
    assert asked() == one


# --- trying again ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["odile", "ines"])
def test_a_letter_is_tried_again_from_the_beginning_and_on_the_record(who: str, at: datetime) -> None:
    message = dead(at)
    assert f'action="/outbox/{message.pk}/retry"' in main("/outbox?state=dead", who)
    answer = browsing(who).post(f"/outbox/{message.pk}/retry", follow=True)
    assert "The letter is tried again from the beginning." in text(answer)
    message.refresh_from_db()
    assert (message.state, message.attempts) == (Message.State.WAITING, 0)
    event = Event.objects.get(act="try letter again")
    assert (event.actor, event.subject_kind, event.subject_ref) == (person(who), "letter", str(message.pk))
    assert event.facts == {"attempts": outbox.MOST_ATTEMPTS}
    assert outbox.deliver(clock.now()) == 1
    assert [letter.to for letter in mail.outbox] == [["giulia@hanse.example"]]


@pytest.mark.parametrize("mode", ["live", "rehearsal", "demo"])
@pytest.mark.parametrize(("who", "status"), [("", 302), ("charlie", 403), ("halvard", 403), ("elena", 403)])
def test_only_those_appointed_may_press(mode: str, who: str, status: int, settings: Any, at: datetime) -> None:
    message = dead(at)
    settings.MODE = mode
    assert browsing(who).post(f"/outbox/{message.pk}/retry").status_code == status
    message.refresh_from_db()
    assert message.state == Message.State.DEAD
    assert not Event.objects.filter(act="try letter again").exists()
    if mode == "demo" or who == "halvard":
        assert "Try again" not in main("/outbox?state=dead", who)


def test_looking_changes_nothing_and_a_form_from_elsewhere_neither(at: datetime) -> None:
    message = dead(at)
    assert browsing("odile").get(f"/outbox/{message.pk}/retry").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person("odile"), backend=BACKEND)
    assert strict.post(f"/outbox/{message.pk}/retry").status_code == 403
    message.refresh_from_db()
    assert message.state == Message.State.DEAD


@pytest.mark.parametrize("state", [Message.State.WAITING, Message.State.SENT])
def test_a_letter_that_is_not_given_up_is_left_alone(state: str, at: datetime) -> None:
    message = posted(at, state=state)
    answer = browsing("odile").post(f"/outbox/{message.pk}/retry", follow=True)
    assert "somebody was faster" in text(answer)
    message.refresh_from_db()
    assert message.state == state
    assert not Event.objects.filter(act="try letter again").exists()


@pytest.mark.parametrize("number", [10**6, 10**30])
def test_there_is_no_such_letter(number: int, at: datetime) -> None:
    assert browsing("odile").post(f"/outbox/{number}/retry").status_code == 404


def test_the_act_and_its_entry_are_one(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    message = dead(at)

    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("the record cannot be written")

    monkeypatch.setattr(audit, "record", fails)
    with pytest.raises(RuntimeError), transaction.atomic():
        resending.try_again(actor=person("odile"), number=message.pk, at=at)
    message.refresh_from_db()
    assert message.state == Message.State.DEAD


# --- the desk ----------------------------------------------------------------------------------------------------


def test_letters_that_could_not_be_delivered_are_on_the_desk_when_there_are_some(at: datetime) -> None:
    posted(at)
    heading = "Letters that could not be delivered"
    assert heading not in titles("odile", at)
    message = dead(at)
    for who in ("odile", "halvard"):
        section = titles(who, at)[heading]
        assert [(item.label, item.address) for item in section.items] == [(message.to, "/outbox?state=dead")]
        assert "550" in section.items[0].note
    assert heading not in titles("giulia", at)
    for _ in range(MOST_LETTERS):
        dead(at)
    assert len(titles("odile", at)[heading].items) == MOST_LETTERS
    assert heading in text(browsing("odile").get("/work"))


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_begin_it_once() -> None:
    at = datetime.fromisoformat("2020-11-29T16:00Z")
    message, odile, piet = dead(at), person("odile"), person("piet")

    def press(who: Any) -> Any:
        return lambda: resending.try_again(actor=who, number=message.pk, at=at)

    done = at_once(press(odile), press(piet), refused=())
    assert sorted(map(bool, done)) == [False, True]
    assert Event.objects.filter(act="try letter again").count() == 1
