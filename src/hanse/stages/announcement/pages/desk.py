"""The officers' desk: editions from draft to publication by two persons, extensions, questions that wait."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hanse.callbook.new_call import template_texts
from hanse.core.values.faults import Faulty
from hanse.ground import clock
from hanse.ground.accounts.access import appointed
from hanse.ground.accounts.models import Role
from hanse.stages.announcement import actions
from hanse.stages.announcement.actions import Refusal
from hanse.stages.announcement.forms.editions import ExtensionForm, NewEditionForm, ReturnForm, TextsForm, in_order
from hanse.stages.announcement.models import IN_PREPARATION, CallEdition, State
from hanse.stages.announcement.pages.calls import found_or_404, standing_words
from hanse.stages.announcement.queries.changes import Effect, effect_of
from hanse.stages.announcement.queries.editions import (
    edition as kept_edition,
)
from hanse.stages.announcement.queries.editions import (
    edition_in_force,
    editions_in_force,
    editions_in_preparation,
    followers,
)
from hanse.stages.announcement.queries.folders import lint_of, texts_of
from hanse.stages.announcement.queries.questions import unanswered

SHOWN = 100


@appointed(Role.OFFICER)
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """What waits: editions in preparation, questions, and the calls that can be changed."""
    now = clock.now()
    context = {
        "editions": editions_in_preparation()[:SHOWN],
        "questions": unanswered()[:SHOWN],
        "calls": [standing_words(edition, now) for edition in editions_in_force(now)],
    }
    return render(request, "announcement/desk.html", context)


@appointed(Role.OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin an edition from uploaded files, from the edition in force, or from the template of a new call."""
    now = clock.now()
    if request.method != "POST":
        form = NewEditionForm(initial={"reference": request.GET.get("reference", "")[:80]})
        return render(request, "announcement/new.html", {"form": form})
    form = NewEditionForm(request.POST, request.FILES)
    if form.is_valid():
        reference = form.cleaned_data["reference"]
        base = None if "\0" in reference else edition_in_force(reference, now)
        start = template_texts(reference) if base is None else texts_of(base)
        begun = actions.draft_edition(
            actor=request.user,  # type: ignore[arg-type]
            reference=reference,
            texts=start | form.cleaned_data["uploads"],
            reason=form.cleaned_data["reason"],
            at=now,
        )
        if not isinstance(begun, Refusal):
            messages.success(request, "The draft is kept. Nobody but officers and auditors sees it.")
            return redirect("announcement:draft", begun.pk)
        _refused(form, begun)
    return render(request, "announcement/new.html", {"form": form}, status=422)


def _refused(form: forms.Form, refusal: Refusal) -> None:
    form.add_error(None, [refusal.message, *refusal.details])


def _found(edition_id: int) -> CallEdition:
    edition = kept_edition(edition_id)
    if edition is None or edition.state not in IN_PREPARATION:
        raise Http404(f"no edition {edition_id} in preparation")
    return edition


@appointed(Role.OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def edition(request: HttpRequest, edition_id: int) -> HttpResponse:
    """An edition in preparation: its texts, what lint says, what it changes and whom that touches."""
    draft = _found(edition_id)
    texts = texts_of(draft)
    based_on = draft.digest
    form = TextsForm(texts, initial={"reason": draft.reason})
    if request.method == "POST":
        based_on = request.POST.get("based_on", "")[:64]
        form = TextsForm(texts, request.POST, request.FILES)
        if not form.is_valid():
            return _edition_page(request, draft, form, based_on, status=422)
        done = actions.change_draft(
            actor=request.user,  # type: ignore[arg-type]
            edition_id=edition_id,
            based_on=based_on,
            texts=form.texts(),
            reason=form.cleaned_data["reason"],
            at=clock.now(),
        )
        if isinstance(done, Refusal):
            _refused(form, done)
            # Saving again after this page is a decision made with both sides in view.
            return _edition_page(request, draft, form, draft.digest, status=done.status, theirs=texts)
        messages.success(request, "The draft is kept.")
        return redirect("announcement:draft", edition_id)
    return _edition_page(request, draft, form, based_on)


def _edition_page(
    request: HttpRequest,
    draft: CallEdition,
    form: TextsForm,
    based_on: str,
    status: int = 200,
    theirs: dict[str, str] | None = None,
) -> HttpResponse:
    found = lint_of(draft)
    context: dict[str, Any] = {
        "edition": draft,
        "form": form,
        "based_on": based_on,
        "lint": found,
        "effect": _effect(draft),
        "followers": followers(draft.reference),
        "is_draft": draft.state == State.DRAFT,
        "own": draft.proposed_by_id == request.user.pk,
        "moves": draft.base is not None and draft.closing != draft.base.closing,
        "return_form": ReturnForm(),
        "texts": [(path, texts_path) for path, texts_path in _shown_texts(draft)],
        "theirs": [] if theirs is None else [(path, theirs[path]) for path in in_order(theirs)],
    }
    return render(request, "announcement/draft.html", context, status=status)


def _shown_texts(draft: CallEdition) -> list[tuple[str, str]]:
    """The texts to be read, where they stand still."""
    if draft.state == State.DRAFT:
        return []
    texts = texts_of(draft)
    return [(path, texts[path]) for path in in_order(texts)]


def _effect(draft: CallEdition) -> Effect | None:
    """What it changes; None for a first edition, and as long as it cannot be read."""
    if draft.base is None:
        return None
    try:
        return effect_of(draft.base, draft)
    except Faulty:
        return None


def _done(request: HttpRequest, done: CallEdition | Refusal, said: str, stay: int | None = None) -> HttpResponse:
    """Back to the edition or the desk, with what came of it."""
    if isinstance(done, Refusal):
        messages.error(request, " ".join([done.message, *done.details[:5]]))
    else:
        messages.success(request, said)
    if stay is not None and kept_edition(stay) is not None:
        return redirect("announcement:draft", stay)
    return redirect("announcement:desk")


@appointed(Role.OFFICER)
@require_POST
def propose(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Put a draft before a second officer."""
    _found(edition_id)
    based_on = request.POST.get("based_on", "")[:64]
    done = actions.propose(actor=request.user, edition_id=edition_id, based_on=based_on, at=clock.now())  # type: ignore[arg-type]
    return _done(request, done, "The edition is proposed. Another officer can publish it now.", edition_id)


@appointed(Role.OFFICER)
@require_POST
def send_back(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Return a proposed edition to draft."""
    _found(edition_id)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say what should change, so that a colleague can work on it.")
        return redirect("announcement:draft", edition_id)
    reason = form.cleaned_data["reason"]
    done = actions.return_to_draft(actor=request.user, edition_id=edition_id, reason=reason, at=clock.now())  # type: ignore[arg-type]
    return _done(request, done, "The edition is a draft again.", edition_id)


@appointed(Role.OFFICER)
@require_POST
def withdraw(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Drop an edition that was never published."""
    _found(edition_id)
    done = actions.withdraw(actor=request.user, edition_id=edition_id, at=clock.now())  # type: ignore[arg-type]
    return _done(request, done, "The edition is withdrawn.")


@appointed(Role.OFFICER)
@require_POST
def publish(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Bring a proposed edition into force, as the second of two persons."""
    draft = _found(edition_id)
    based_on = request.POST.get("based_on", "")[:64]
    done = actions.publish(actor=request.user, edition_id=edition_id, based_on=based_on, at=clock.now())  # type: ignore[arg-type]
    if isinstance(done, Refusal):
        return _done(request, done, "", edition_id)
    messages.success(request, f"Edition {done.number} of {done.reference} is in force.")
    return redirect("announcement:call", draft.reference)


@appointed(Role.OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: HttpRequest, reference: str) -> HttpResponse:
    """Propose a later deadline."""
    now = clock.now()
    current = found_or_404(reference, now)
    if request.method != "POST":
        form = ExtensionForm(initial={"day": current.closes_on, "hour": current.closes_at})
        return _extend_page(request, current, form)
    form = ExtensionForm(request.POST)
    if not form.is_valid():
        return _extend_page(request, current, form, status=422)
    day, hour = form.moved_to()
    done = actions.extend(
        actor=request.user,  # type: ignore[arg-type]
        reference=reference,
        day=day,
        hour=hour,
        reason=form.cleaned_data["reason"],
        decided_on=now.astimezone(ZoneInfo(current.zone)).date(),
        at=now,
    )
    if isinstance(done, Refusal):
        _refused(form, done)
        return _extend_page(request, current, form, status=done.status)
    messages.success(request, "The new deadline is proposed. It holds when another officer publishes it.")
    return redirect("announcement:draft", done.pk)


def _extend_page(request: HttpRequest, current: CallEdition, form: ExtensionForm, status: int = 200) -> HttpResponse:
    context = {"edition": current, "form": form, "followers": followers(current.reference)}
    return render(request, "announcement/extend.html", context, status=status)
