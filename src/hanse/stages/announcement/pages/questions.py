"""Questions on a call: read and asked by everybody, answered by officers."""

from datetime import datetime
from hashlib import sha256

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from hanse.ground import clock
from hanse.ground.accounts.access import anyone, appointed
from hanse.ground.accounts.models import Role
from hanse.stages.announcement import actions
from hanse.stages.announcement.actions import Refusal
from hanse.stages.announcement.forms.questions import AnswerForm, AskForm, DeclineForm
from hanse.stages.announcement.models import Question
from hanse.stages.announcement.pages.calls import found_or_404, standing_words
from hanse.stages.announcement.queries.folders import read
from hanse.stages.announcement.queries.questions import clauses_of, published_questions
from hanse.stages.announcement.queries.questions import question as kept_question

MOST_AN_HOUR = 10
"""Questions that one address may ask in an hour."""
AN_HOUR = 3600
SHOWN = 200


@anyone
@require_GET
def questions(request: HttpRequest, reference: str) -> HttpResponse:
    """Every question on a call that is answered in public, by clause."""
    now = clock.now()
    edition = found_or_404(reference, now)
    clause = request.GET.get("clause", "")[:120]
    found = published_questions(reference)
    shown = found.filter(clause=clause) if clause and "\0" not in clause else found
    context = {
        **standing_words(edition, now),
        "questions": shown[:SHOWN],
        "clause": clauses_of(read(edition)).get(clause, ""),
    }
    return render(request, "announcement/questions.html", context)


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask a question, without an account. Nothing is kept of who asks but a count for an hour."""
    now = clock.now()
    edition = found_or_404(reference, now)
    call = read(edition)
    if request.method != "POST":
        form = AskForm(call, initial={"clause": request.GET.get("clause", "")})
        return _ask_page(request, form, reference, now)
    form = AskForm(call, request.POST)
    if not form.is_valid():
        return _ask_page(request, form, reference, now, status=422)
    if _too_many(request):
        form.add_error(None, f"More than {MOST_AN_HOUR} questions came from your address in an hour. Try again later.")
        return _ask_page(request, form, reference, now, status=429)
    asked = actions.ask(reference=reference, clause=form.cleaned_data["clause"], text=form.cleaned_data["text"], at=now)
    if isinstance(asked, Refusal):
        form.add_error(None, asked.message)
        return _ask_page(request, form, reference, now, status=asked.status)
    messages.success(
        request,
        f"Your question has the number {asked.number}. It appears here with its answer when an officer publishes it.",
    )
    return redirect("announcement:questions", reference)


def _ask_page(request: HttpRequest, form: AskForm, reference: str, now: datetime, status: int = 200) -> HttpResponse:
    context = {**standing_words(found_or_404(reference, now), now), "form": form}
    return render(request, "announcement/ask.html", context, status=status)


def _too_many(request: HttpRequest) -> bool:
    """Count this question for its address, of which only a digest is kept, for an hour."""
    address = request.META.get("REMOTE_ADDR", "")
    key = "questions-from-" + sha256(address.encode()).hexdigest()[:32]
    if cache.add(key, 1, AN_HOUR):
        return False
    try:
        return cache.incr(key) > MOST_AN_HOUR
    except ValueError:  # the hour ended in between
        return False


@appointed(Role.OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """A question before an officer: write the answer, publish it, or decline."""
    now = clock.now()
    kept = kept_question(reference, number)
    if kept is None:
        raise Http404(f"no question {number} on {reference}")
    if request.method != "POST":
        return _question_page(request, kept, _answer_form(kept), DeclineForm())
    act = request.POST.get("act", "")
    if act == "publish":
        done = actions.publish_answer(actor=request.user, reference=reference, number=number, at=now)  # type: ignore[arg-type]
        return _after(request, done, "The answer is published.")
    if act == "decline":
        declining = DeclineForm(request.POST)
        if not declining.is_valid():
            return _question_page(request, kept, _answer_form(kept), declining, status=422)
        reason = declining.cleaned_data["reason"]
        done = actions.decline(actor=request.user, reference=reference, number=number, reason=reason, at=now)  # type: ignore[arg-type]
        return _after(request, done, "The question is declined.")
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _question_page(request, kept, form, DeclineForm(), status=422)
    done = actions.answer(actor=request.user, reference=reference, number=number, at=now, **form.cleaned_data)  # type: ignore[arg-type]
    if isinstance(done, Refusal):
        messages.error(request, done.message)  # not in the form: a question that is done shows none
        return _question_page(request, kept, form, DeclineForm(), status=done.status)
    messages.success(request, "The answer is kept. It is not public until it is published.")
    return redirect("announcement:question", reference, number)


def _answer_form(kept: Question) -> AnswerForm:
    initial = {
        "wording": kept.wording or kept.text,
        "text": kept.answer,
        "leads_to_corrigendum": kept.leads_to_corrigendum,
    }
    return AnswerForm(initial=initial)


def _after(request: HttpRequest, done: Question | Refusal, said: str) -> HttpResponse:
    if isinstance(done, Refusal):
        messages.error(request, done.message)
    else:
        messages.success(request, said)
    return redirect(f"{reverse('announcement:desk')}#questions")


def _question_page(
    request: HttpRequest, kept: Question, form: AnswerForm, declining: DeclineForm, status: int = 200
) -> HttpResponse:
    context = {"question": kept, "form": form, "declining": declining}
    return render(request, "announcement/question.html", context, status=status)
