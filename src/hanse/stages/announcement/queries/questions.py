"""Questions on calls, and what they can be tied to."""

from django.db.models import Count, QuerySet

from hanse.callbook.page.sections import HEADINGS, anchor
from hanse.core.call import Call
from hanse.stages.announcement.models import Question


def clauses_of(call: Call) -> dict[str, str]:
    """What a question can be tied to: the sections of the call's page, then its rules; by id on the page."""
    sections = {id.replace("_", "-"): heading for id, heading in HEADINGS.items()}
    return sections | {anchor(rule): f"Rule {rule.id}: {rule.text}" for rule in call.rules}


def published_questions(reference: str) -> QuerySet[Question]:
    """The questions that everybody can read, with their answers, the latest first."""
    return Question.objects.filter(reference=reference, state=Question.State.PUBLISHED).order_by("-number")


def published_by_clause(reference: str) -> dict[str, int]:
    """How many questions of a call everybody can read, by the clause that they are on."""
    counted = published_questions(reference).order_by("clause").values_list("clause").annotate(many=Count("id"))
    return dict(counted)


def unanswered() -> QuerySet[Question]:
    """Questions that wait for an answer, or for its publication, of all calls; the oldest first."""
    waiting = (Question.State.WAITING, Question.State.ANSWERED)
    return Question.objects.filter(state__in=waiting).order_by("asked_at", "id")


def question(reference: str, number: int) -> Question | None:
    """One question of a call."""
    return Question.objects.filter(reference=reference, number=number).first()


def waiting_for(reference: str) -> int:
    """How many questions of a call wait for an answer."""
    return Question.objects.filter(reference=reference, state=Question.State.WAITING).count()
