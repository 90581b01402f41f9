"""Reminders before a deadline: whom they reach, what they say, that they come once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from tests.conftest import NOW
from tests.people import person
from tests.stages.consortia.casting import a_consortium, editor_of, invited, organisation_of, the_calls
from tests.stages.submission.moving_cast import moved
from tests.stages.submission.sealing_cast import CLOSING, before, ready, submitted, withdrawn
from tests.together import at_once

from hanse.ground.audit.models import Event
from hanse.ground.outbox.models import Message
from hanse.stages.consortia.actions import forming
from hanse.stages.proposals.actions import drafts as writing
from hanse.stages.submission.actions import reminding
from hanse.stages.submission.actions.reminding import remind_when_due
from hanse.stages.submission.models import ReminderRound

pytestmark = pytest.mark.django_db


def left(**span: float) -> datetime:
    return CLOSING - timedelta(**span)


def told(at: datetime) -> list[Message]:
    """The reminders that the worker writes when it turns at an instant, until nothing is due any more."""
    known = set(Message.objects.values_list("pk", flat=True))
    while remind_when_due(at):
        pass
    return list(Message.objects.exclude(pk__in=known).order_by("to", "subject"))


def reminders() -> QuerySet[Message]:
    return Message.objects.filter(purpose=reminding.PURPOSE)


def begun(*members: Any, ref: str = "blue-ways", name: str = "Blue ways") -> Any:
    the_calls()
    consortium = a_consortium(*(members or ("giulia", "jonas", "mila")), ref=ref, name=name)
    return writing.begin(actor=person("giulia"), ref=consortium.ref, at=NOW)


def test_who_has_not_submitted_reads_what_is_missing() -> None:
    begun()
    letters = told(left(hours=24))
    assert [(letter.to, letter.subject) for letter in letters] == [("giulia@hanse.example", "Not submitted: Blue ways")]
    body = letters[0].body
    assert "The application “Blue ways” (COS-CLUSINT-2020-3-01) is not submitted." in body
    assert "closes on 2\u00a0December\u00a02020, 17:00 Brussels time, in 1 day." in body
    assert "As it stands it would be refused:" in body
    assert "missing" in body
    assert body.rstrip().endswith("/proposals/blue-ways/submission")


def test_nothing_would_stop_an_application_that_is_whole() -> None:
    ready()
    (letter,) = told(left(hours=3))
    assert "As it stands, nothing would stop it." in letter.body
    assert "in 3 hours" in letter.body


def test_a_submitted_version_that_is_behind_is_told_with_its_changes() -> None:
    proposal = ready()
    assert submitted(proposal, arrival=before(days=2, hours=1)).accepted
    writing.save(actor=person("giulia"), ref=proposal.ref, key="summary", value="We go far abroad.", based_on=1, at=NOW)
    (letter,) = told(left(hours=24))
    assert (letter.to, letter.subject) == ("giulia@hanse.example", "Behind: Blue ways")
    assert "is behind its draft: 1 change: 1 text." in letter.body


def test_who_is_up_to_date_is_left_in_peace() -> None:
    proposal = ready()
    assert submitted(proposal, arrival=before(days=2, hours=1)).accepted
    known = Message.objects.count()
    assert told(left(hours=24)) == []
    assert told(left(hours=1)) == []
    assert Message.objects.count() == known


def test_a_text_that_reads_as_it_was_submitted_is_not_behind() -> None:
    proposal = ready()
    submitted(proposal, arrival=before(days=2, hours=1))
    for based_on, value in enumerate(("Something else.", "We go abroad."), 1):
        writing.save(actor=person("giulia"), ref=proposal.ref, key="summary", value=value, based_on=based_on, at=NOW)
    assert told(left(hours=24)) == []


def test_a_withdrawn_application_is_not_submitted() -> None:
    proposal = ready()
    submitted(proposal, arrival=before(days=2, hours=1))
    withdrawn(proposal, arrival=before(days=2))
    (letter,) = told(left(hours=24))
    assert letter.subject == "Not submitted: Blue ways"
    assert "is withdrawn, so nothing is submitted." in letter.body


def test_a_change_of_aims_is_seen() -> None:
    proposal = ready()
    submitted(proposal, arrival=before(days=3))
    consortium = proposal.consortium
    forming.change_aim(
        actor=person("giulia"),
        ref=consortium.ref,
        based_on=consortium.version,
        name=consortium.name,
        idea=consortium.idea,
        strand=consortium.strand,
        targets=["US", "JP", "CA"],
        sectors=[],
        at=left(days=2, hours=1),
    )
    (letter,) = told(left(hours=48))
    assert "1 change: 1 aim." in letter.body


def test_everybody_who_acts_for_the_coordinator_is_told_and_nobody_else() -> None:
    invited(begun().consortium, "aylin")
    editor_of("charlie", organisation_of("giulia"))
    assert [letter.to for letter in told(left(hours=24))] == ["charlie@hanse.example", "giulia@hanse.example"]


def test_an_inactive_account_is_not_written_to() -> None:
    begun()
    user = person("giulia")
    user.is_active = False
    user.save()
    assert told(left(hours=24)) == []


def test_a_letter_says_nothing_of_other_consortia() -> None:
    begun()
    the_other = a_consortium("aylin", "jonas", ref="green-ways", name="Green ways")
    writing.begin(actor=person("aylin"), ref=the_other.ref, at=NOW)
    letters = told(left(hours=24))
    assert [(letter.to, letter.subject) for letter in letters] == [
        ("aylin@hanse.example", "Not submitted: Green ways"),
        ("giulia@hanse.example", "Not submitted: Blue ways"),
    ]
    assert "Green" not in letters[1].body and "Blue" not in letters[0].body


def test_what_is_not_begun_or_dissolved_is_nobodys_matter() -> None:
    the_calls()
    a_consortium(ref="unbegun", name="Unbegun")
    proposal = begun()
    forming.dissolve(actor=person("giulia"), ref=proposal.ref, reason="We part.", at=NOW)
    assert told(left(hours=24)) == []


def test_a_change_of_a_member_is_seen() -> None:
    proposal = ready()
    submitted(proposal, arrival=before(days=3))
    body = organisation_of("jonas").legal_entity
    assert body is not None
    body.own_legal_personality = False
    body.save()
    organisation_of("jonas").__class__.objects.filter(legal_entity=body).update(changed_at=left(days=2, hours=1))
    (letter,) = told(left(hours=48))
    assert "1 change: 1 member." in letter.body


# --- rounds --------------------------------------------------------------------------------------------------------


def test_each_round_comes_once_and_late_rounds_give_way() -> None:
    begun()
    counts = [
        len(told(at))
        for at in (
            left(days=7, seconds=1),
            left(days=7),
            left(days=6),
            left(hours=48),
            # the worker was down for the round at 24 hours
            left(hours=3),
            left(hours=2),
            left(hours=1),
            left(seconds=1),
            CLOSING,
            CLOSING + timedelta(days=1),
        )
    ]
    assert counts == [0, 1, 0, 1, 1, 0, 1, 0, 0, 0]


def test_who_withdraws_or_writes_after_a_round_is_not_told_at_once() -> None:
    proposal = ready()
    submitted(proposal, arrival=before(days=2, hours=1))
    assert told(left(hours=48)) == []
    writing.save(actor=person("giulia"), ref=proposal.ref, key="summary", value="Other.", based_on=1, at=NOW)
    assert told(left(hours=47)) == []
    assert len(told(left(hours=24))) == 1


@pytest.fixture
def small_turns(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(reminding, "AT_ONCE", 2)
    yield 2


def test_a_turn_does_a_bounded_amount_of_work(small_turns: int) -> None:
    for number in range(5):
        begun(ref=f"way-{number}", name=f"Way {number}")
    done = [remind_when_due(left(hours=24)) for _ in range(5)]
    assert done == [2, 2, 1, 0, 0]
    assert reminders().count() == 5


def test_a_worker_that_was_killed_within_a_round_goes_on_where_it_was(small_turns: int) -> None:
    for number in range(3):
        begun(ref=f"way-{number}", name=f"Way {number}")
    remind_when_due(left(hours=24))
    ReminderRound.objects.update(reached=0, done=False)  # as if it had not noted how far it was
    told(left(hours=24))
    assert reminders().count() == 3


def test_two_workers_that_read_the_same_write_once(monkeypatch: pytest.MonkeyPatch) -> None:
    begun()
    letters = reminding._letters

    def slow(*arguments: Any) -> Any:
        """Another worker is faster while this one composes its letters."""
        monkeypatch.setattr(reminding, "_letters", letters)
        assert remind_when_due(left(hours=24)) == 1
        Message.objects.all().delete()
        return letters(*arguments)

    monkeypatch.setattr(reminding, "_letters", slow)
    assert remind_when_due(left(hours=24)) == 0
    assert not Message.objects.exists()


def test_who_submits_while_the_letter_is_composed_does_not_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    proposal = ready()
    letters = reminding._letters

    def slow(*arguments: Any) -> Any:
        composed = list(letters(*arguments))
        submitted(proposal)
        return composed

    monkeypatch.setattr(reminding, "_letters", slow)
    remind_when_due(left(hours=24))
    assert not reminders().exists()


def test_a_turn_asks_as_much_for_five_as_for_one() -> None:
    def asked(at: datetime) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert remind_when_due(at)
        return len(captured)

    first = ready(ref="first", name="First")
    submitted(first, arrival=before(days=3))
    writing.save(actor=person("giulia"), ref="first", key="summary", value="Other.", based_on=1, at=NOW)
    begun(ref="draft", name="Draft")
    remind_when_due(left(days=7))  # what is remembered of the call is read
    for_one = asked(left(hours=48))
    for number in range(4):
        more = ready(ref=f"more-{number}", name=f"More {number}")
        submitted(more, arrival=before(days=3))
        writing.save(actor=person("giulia"), ref=more.ref, key="summary", value="Other.", based_on=1, at=NOW)
        begun(ref=f"draft-{number}", name=f"Draft {number}")
    assert asked(left(hours=24)) == for_one
    assert reminders().filter(created_at=left(hours=24)).count() == 10


def test_nothing_is_asked_of_applications_while_no_round_is_due() -> None:
    begun()
    with CaptureQueriesContext(connection) as captured:
        assert remind_when_due(left(days=8)) == 0
    assert len(captured) == 1


def test_reminders_are_not_on_record() -> None:
    begun()
    known = Event.objects.count()
    assert told(left(hours=24))
    assert Event.objects.count() == known


# --- a deadline that is moved --------------------------------------------------------------------------------------


def test_after_an_extension_the_rounds_begin_anew() -> None:
    begun()
    assert len(told(left(hours=1))) == 1
    later = CLOSING + timedelta(days=14)
    moved(later, at=left(minutes=30))
    assert told(left(minutes=20)) == []
    assert len(told(later - timedelta(days=7))) == 1
    assert len(told(later - timedelta(hours=1))) == 1


def test_whoever_was_told_of_the_new_deadline_is_not_reminded_of_it_at_once() -> None:
    begun()
    later = CLOSING + timedelta(hours=20)
    moved(later, at=left(hours=2))
    assert told(left(hours=2)) == []
    (letter,) = told(later - timedelta(hours=3))
    assert "3\u00a0December\u00a02020, 13:00 Brussels time" in letter.body


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_write_each_letter_once() -> None:
    for number in range(6):
        begun(ref=f"way-{number}", name=f"Way {number}")

    def work() -> None:
        while remind_when_due(left(hours=24)):
            pass

    at_once(work, work, refused=())
    assert reminders().count() == 6
