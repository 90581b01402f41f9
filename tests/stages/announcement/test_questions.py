"""Anybody asks on a clause; officers answer in public."""

from datetime import datetime

from tests.stages.announcement.conftest import CALL

from hanse.ground import audit
from hanse.ground.accounts.models import User
from hanse.ground.outbox.models import Message
from hanse.stages.announcement import actions, queries
from hanse.stages.announcement.actions import Refusal
from hanse.stages.announcement.models import Question
from hanse.stages.announcement.queries.questions import published_questions


def asked(at: datetime, clause: str = "rule-duration", text: str = "Do 30 months include January?") -> Question:
    question = actions.ask(reference=CALL, clause=clause, text=text, at=at)
    assert isinstance(question, Question)
    return question


def answered(officer: User, at: datetime, number: int) -> Question | Refusal:
    return actions.answer(
        actor=officer, reference=CALL, number=number, wording="Is January counted?", text="Yes, as any month.", at=at
    )


def test_questions_are_numbered_and_wait(calls: datetime) -> None:
    assert [asked(calls).number, asked(calls, "").number] == [1, 2]
    assert [question.number for question in queries.unanswered()] == [1, 2]
    first = Question.objects.get(number=1)
    assert first.clause_title.startswith("Rule duration: ")
    assert not published_questions(CALL).exists()


def test_nothing_is_kept_of_who_asks(calls: datetime) -> None:
    asked(calls)
    [event] = audit.history(("call", CALL)).filter(act="ask question")
    assert event.actor is None
    assert event.facts == {"question": 1, "clause": "rule-duration"}


def test_an_answer_is_public_only_once_it_is_published(calls: datetime, odile: User, giulia: User) -> None:
    actions.follow(actor=giulia, reference=CALL, at=calls)
    asked(calls)
    assert isinstance(answered(odile, calls, 1), Question)
    assert not published_questions(CALL).exists()
    assert isinstance(actions.publish_answer(actor=odile, reference=CALL, number=1, at=calls), Question)
    [public] = published_questions(CALL)
    assert (public.wording, public.answer) == ("Is January counted?", "Yes, as any month.")
    assert "Is January counted?" in Message.objects.get(to=giulia.email).body
    assert not queries.unanswered().exists()


def test_what_is_published_is_not_answered_again(calls: datetime, odile: User) -> None:
    asked(calls)
    answered(odile, calls, 1)
    actions.publish_answer(actor=odile, reference=CALL, number=1, at=calls)
    assert isinstance(answered(odile, calls, 1), Refusal)
    again = actions.publish_answer(actor=odile, reference=CALL, number=1, at=calls)
    assert isinstance(again, Refusal) and again.status == 409


def test_a_declined_question_stays_on_record_only(calls: datetime, odile: User) -> None:
    asked(calls)
    assert isinstance(actions.decline(actor=odile, reference=CALL, number=1, reason="Spam.", at=calls), Question)
    assert not published_questions(CALL).exists()
    assert not queries.unanswered().exists()


def test_a_clause_that_is_not_there_is_refused(calls: datetime) -> None:
    refusal = actions.ask(reference=CALL, clause="rule-of-thumb", text="?", at=calls)
    assert isinstance(refusal, Refusal) and refusal.status == 422


def test_no_call_no_question(calls: datetime, odile: User) -> None:
    nowhere = actions.ask(reference="NO-SUCH-CALL", clause="", text="?", at=calls)
    assert isinstance(nowhere, Refusal) and nowhere.status == 404
    missing = answered(odile, calls, 7)
    assert isinstance(missing, Refusal) and missing.status == 404


def test_a_flood_is_stopped(calls: datetime, monkeypatch: object) -> None:
    from hanse.stages.announcement.actions import questions as acts

    monkeypatch.setattr(acts, "MOST_WAITING", 2)  # type: ignore[attr-defined]
    asked(calls)
    asked(calls)
    refusal = actions.ask(reference=CALL, clause="", text="?", at=calls)
    assert isinstance(refusal, Refusal) and refusal.status == 429
