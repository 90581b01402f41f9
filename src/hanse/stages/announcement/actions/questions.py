"""Questions on a call: asked by anybody, answered and published by officers."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from hanse.ground import audit
from hanse.ground.accounts.models import User
from hanse.stages.announcement.actions.following import tell_followers
from hanse.stages.announcement.actions.refusal import Refusal, by_officers
from hanse.stages.announcement.models import CallEdition, Question
from hanse.stages.announcement.queries.editions import edition_in_force
from hanse.stages.announcement.queries.folders import read
from hanse.stages.announcement.queries.questions import clauses_of, waiting_for

MOST_WAITING = 500
"""Past so many unanswered questions on one call, more are a flood."""


@transaction.atomic
def ask(*, reference: str, clause: str, text: str, at: datetime) -> Question | Refusal:
    """Put a question on a clause of a call. Nothing is kept of who asks."""
    edition = edition_in_force(reference, at)
    if edition is None:
        return Refusal("There is no such call.", status=404)
    clauses = clauses_of(read(edition))
    if clause and clause not in clauses:
        return Refusal("The call has no such clause any more. Choose another, or the call as a whole.", status=422)
    # The lock gives each question a number of its own.
    CallEdition.objects.select_for_update(no_key=True).get(pk=edition.pk)
    if waiting_for(reference) >= MOST_WAITING:
        return Refusal("Too many questions on this call wait for an answer. Try again in some days.", status=429)
    last = Question.objects.filter(reference=reference).aggregate(last=Max("number"))["last"] or 0
    question = Question.objects.create(
        reference=reference,
        number=last + 1,
        edition_number=edition.number,
        clause=clause,
        clause_title=clauses.get(clause, "")[:300],
        text=text,
        asked_at=at,
    )
    facts = {"question": question.number, "clause": clause}
    audit.record("ask question", actor=None, subject=("call", reference), facts=facts, at=at)
    return question


def _locked(reference: str, number: int, *states: str) -> Question | Refusal:
    question = Question.objects.select_for_update().filter(reference=reference, number=number).first()
    if question is None:
        return Refusal("There is no such question.", status=404)
    if question.state not in states:
        return Refusal(f"The question is {question.get_state_display()}: somebody else was faster.")
    return question


@by_officers
@transaction.atomic
def answer(
    *,
    actor: User,
    reference: str,
    number: int,
    wording: str,
    text: str,
    leads_to_corrigendum: bool = False,
    at: datetime,
) -> Question | Refusal:
    """Write the answer, and the question as it will be published. May be written anew until it is published."""
    question = _locked(reference, number, Question.State.WAITING, Question.State.ANSWERED)
    if isinstance(question, Refusal):
        return question
    question.wording, question.answer, question.leads_to_corrigendum = wording, text, leads_to_corrigendum
    question.state = Question.State.ANSWERED
    question.answered_by, question.answered_at = actor, at
    question.save()
    audit.record("answer question", actor=actor, subject=("call", reference), facts={"question": number}, at=at)
    return question


@by_officers
@transaction.atomic
def publish_answer(*, actor: User, reference: str, number: int, at: datetime) -> Question | Refusal:
    """Let everybody read question and answer, and tell those who follow the call."""
    question = _locked(reference, number, Question.State.ANSWERED)
    if isinstance(question, Refusal):
        return question
    question.state, question.published_at = Question.State.PUBLISHED, at
    question.save()
    told = tell_followers(
        reference,
        subject=f"{reference}: question {number} is answered",
        body=(
            f"{question.wording}\n\n{question.answer}\n\n"
            f"All questions: {settings.ADDRESS}/calls/{reference}/questions\n"
        ),
        at=at,
        purpose="answer to a question on a call",
    )
    facts = {"question": number, "told": told}
    audit.record("publish answer", actor=actor, subject=("call", reference), facts=facts, at=at)
    return question


@by_officers
@transaction.atomic
def decline(*, actor: User, reference: str, number: int, reason: str, at: datetime) -> Question | Refusal:
    """Leave a question without a public answer; the reason stays on record."""
    question = _locked(reference, number, Question.State.WAITING, Question.State.ANSWERED)
    if isinstance(question, Refusal):
        return question
    question.state, question.answer = Question.State.DECLINED, reason
    question.answered_by, question.answered_at = actor, at
    question.save()
    facts = {"question": number, "reason": reason}
    audit.record("decline question", actor=actor, subject=("call", reference), facts=facts, at=at)
    return question
