"""Earlier states of a profile: as known then, beside what is known now."""

from datetime import date, datetime, time, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from hanse.ground import clock
from hanse.ground.accounts.access import anyone
from hanse.ground.clock import BRUSSELS
from hanse.stages.registry.forms.history import HistoryForm
from hanse.stages.registry.models import Fact, Organisation
from hanse.stages.registry.pages.entry import seen
from hanse.stages.registry.permissions import Standing
from hanse.stages.registry.queries import facts

UNPROCESSABLE = 422
LEARNT_SHOWN = 50


@anyone
@require_GET
def history(request: HttpRequest, ref: str) -> HttpResponse:
    """What a profile said for a day, as known on a day, and what is known now."""
    shown, may = seen(request, ref)
    if shown.ref != ref:
        return redirect("registry:history", shown.ref)
    now, today = clock.now(), clock.today()
    asked = bool({"held", "known"} & set(request.GET))
    form = HistoryForm(request.GET if asked else None, initial={"held": today, "known": today})
    held, known = today, today
    if asked and form.is_valid():
        held, known = form.cleaned_data["held"], form.cleaned_data["known"]
    since = public_since(shown, may)
    known_at, day = _end_of(known), held
    if since:
        known_at, day = max(known_at, since), max(held, since.astimezone(BRUSSELS).date())
    learnt = [
        fact
        for fact in facts.history(shown)[: LEARNT_SHOWN + 1]
        if fact.name != facts.WHICH_ENTITY and (since is None or _was_public(fact, since))
    ]
    context = {
        "organisation": shown,
        "form": form,
        "held": held,
        "known": known,
        "lines": facts.lines(shown, day, known_at, now, max(today, day)),
        "since": since if (known_at, day) != (_end_of(known), held) else None,
        "learnt": [
            (
                max(fact.known_from, since) if since else fact.known_from,
                facts.label_of(fact.name),
                facts.in_words(fact.name, fact.value) or "nothing stated",
                fact.source,
            )
            for fact in learnt[:LEARNT_SHOWN]
        ],
        "more": len(learnt) > LEARNT_SHOWN,
    }
    return render(request, "registry/history.html", context, status=UNPROCESSABLE if form.errors else 200)


def public_since(organisation: Organisation, may: Standing) -> datetime | None:
    """Since when visitors may know what the profile said; None for those who may know all of it.

    What a draft said before it was published was nobody else's to read, and is not now.
    """
    if may.acts or may.officer or may.auditor:
        return None
    return organisation.published_at or organisation.created_at


def _was_public(fact: Fact, since: datetime) -> bool:
    """Whether a fact was still believed, and still held, when the profile became public."""
    day = since.astimezone(BRUSSELS).date()
    believed = fact.known_until is None or fact.known_until > since
    return believed and (fact.valid_until is None or fact.valid_until > day)


def _end_of(day: date) -> datetime:
    """The last instant of a day in Brussels."""
    return datetime.combine(day + timedelta(days=1), time.min, BRUSSELS) - timedelta(microseconds=1)
