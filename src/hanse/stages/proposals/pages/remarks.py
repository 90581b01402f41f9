"""Comments, answers and suggestions beside an application."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from hanse.core.form import Form, field_at
from hanse.ground import clock
from hanse.ground.accounts.access import signed_in
from hanse.stages.consortia.permissions import Standing
from hanse.stages.consortia.queries.members import open_seats
from hanse.stages.proposals.actions import remarks as actions
from hanse.stages.proposals.forms.remarks import CommentForm, ReplyForm, SuggestForm
from hanse.stages.proposals.models import Proposal
from hanse.stages.proposals.pages.entry import inside, refused
from hanse.stages.proposals.queries import drafts, history
from hanse.stages.proposals.queries import remarks as queries
from hanse.stages.registry.actions.refusals import Refusal

UNPROCESSABLE = 422
DONE = {
    "settle": (actions.settle, "The remark is settled."),
    "reopen": (actions.reopen, "The remark is open again."),
    "decline": (actions.decline, "The suggestion is declined. It stays to be read."),
}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def remarks(request: HttpRequest, ref: str) -> HttpResponse:
    """All remarks, or those on one section; write another one."""
    proposal, may = inside(request, ref)
    form = drafts.form_of(proposal, clock.now())
    chosen = form.section(request.GET.get("section", ""))
    if request.method != "POST":
        start = {"section": chosen.id if chosen else ""}
        return _remarks(request, proposal, may, form, CommentForm(form=form, initial=start))
    typed = CommentForm(request.POST, form=form)
    if not typed.is_valid():
        return _remarks(request, proposal, may, form, typed, status=UNPROCESSABLE)
    section, text = typed.cleaned_data["section"], typed.cleaned_data["text"]
    try:
        actions.comment(actor=request.user, ref=ref, section=section, text=text, at=clock.now())
    except Refusal as refusal:
        if not refusal.faults:
            return refused(request, refusal, _address(ref), text)
        typed.add_error("text", refusal.message)
        return _remarks(request, proposal, may, form, typed, status=refusal.status)
    messages.success(request, "Your remark is kept.")
    return redirect(_address(ref, section))


def _remarks(
    request: HttpRequest,
    proposal: Proposal,
    may: Standing,
    form: Form,
    comment: CommentForm,
    answer: tuple[int, ReplyForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    section = form.section(request.GET.get("section", ""))
    draft = drafts.draft_of(proposal, open_seats(proposal.consortium), drafts.texts_of(proposal))
    titles = {each.id: each.title for each in form.sections}
    context = {
        "proposal": proposal,
        "may": may,
        "part": "remarks",
        "part_name": "Remarks",
        "section": section,
        "form": comment,
        "threads": [
            {
                "thread": thread,
                "title": titles.get(thread.remark.section, thread.remark.section),
                "known": thread.remark.section in titles,
                "place": history.place_of(form, thread.remark.key, draft.names, draft.texts).title
                if thread.suggests
                else "",
                "changes": history.around(thread.changes),
                "own": thread.remark.written_by_id == request.user.pk,
                "reply": answer[1]
                if answer and answer[0] == thread.remark.pk
                else ReplyForm(auto_id=f"reply-{thread.remark.pk}-%s"),
                "answering": answer is not None and answer[0] == thread.remark.pk,
            }
            for thread in queries.threads_of(proposal, section.id if section else "")
        ],
        "here": _address(proposal.ref, section.id if section else ""),
    }
    return render(request, "proposals/remarks.html", context, status=status)


@signed_in
@require_POST
def remark(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Answer, settle, take over, decline or open again."""
    proposal, may = inside(request, ref)
    act, now = request.POST.get("act", ""), clock.now()
    back = f"{_address(ref)}#remark-{number}"
    typed = ReplyForm(request.POST, auto_id=f"reply-{number}-%s")
    try:
        if act == "reply":
            if not typed.is_valid():
                return _answered(request, proposal, may, number, typed, UNPROCESSABLE)
            actions.reply(actor=request.user, ref=ref, number=number, text=typed.cleaned_data["text"], at=now)
            messages.success(request, "Your answer is kept.")
        elif act == "take":
            saved = actions.take_over(actor=request.user, ref=ref, number=number, at=now)
            _tell_taken(request, saved.state, saved.by)
        elif act in DONE:
            do, told = DONE[act]
            do(actor=request.user, ref=ref, number=number, at=now)
            messages.success(request, told)
        else:
            raise Http404
    except Refusal as refusal:
        if refusal.faults:
            typed.add_error("text", refusal.message)
            return _answered(request, proposal, may, number, typed, refusal.status)
        return refused(request, refusal, back, request.POST.get("text", ""))
    return redirect(back)


def _answered(
    request: HttpRequest, proposal: Proposal, may: Standing, number: int, typed: ReplyForm, status: int
) -> HttpResponse:
    form = drafts.form_of(proposal, clock.now())
    return _remarks(request, proposal, may, form, CommentForm(form=form), (number, typed), status)


def _tell_taken(request: HttpRequest, state: str, by: str) -> None:
    if state == "conflict":
        told = f"{by} changed the same words meanwhile. Both versions are kept: choose in the history."
        messages.warning(request, told)
    elif state == "merged":
        messages.success(request, f"The suggestion is merged with what {by} changed meanwhile.")
    elif state == "same":
        messages.info(request, "The field reads so already.")
    else:
        messages.success(request, "The field reads as suggested now.")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def suggest(request: HttpRequest, ref: str) -> HttpResponse:
    """Suggest how a field should read."""
    proposal, may = inside(request, ref)
    key = request.GET.get("key", "")
    form = drafts.form_of(proposal, clock.now())
    found = field_at(form, key)
    if found is None or found[1] is None:
        raise Http404
    text = drafts.text_at(proposal, key)
    draft = drafts.draft_of(proposal, open_seats(proposal.consortium), drafts.texts_of(proposal))
    context: dict[str, Any] = {
        "proposal": proposal,
        "may": may,
        "part": "remarks",
        "part_name": "Suggestion",
        "place": history.place_of(form, key, draft.names, draft.texts),
        "cancel": reverse("proposals:section", args=[ref, found[0].id]),
    }
    if request.method != "POST":
        start = {"suggestion": text.value if text else "", "based_on": text.version if text else 0}
        return render(request, "proposals/suggest.html", context | {"form": SuggestForm(initial=start)})
    typed = SuggestForm(request.POST)
    if not typed.is_valid():
        return render(request, "proposals/suggest.html", context | {"form": typed}, status=UNPROCESSABLE)
    try:
        actions.suggest(actor=request.user, ref=ref, key=key, at=clock.now(), **typed.cleaned_data)
    except Refusal as refusal:
        if not refusal.faults:
            return refused(request, refusal, context["cancel"], typed.cleaned_data["suggestion"])
        for field, told in refusal.faults.items():
            typed.add_error(field, told)
        return render(request, "proposals/suggest.html", context | {"form": typed}, status=refusal.status)
    messages.success(request, "Your suggestion is kept. Whoever may write the field can take it over.")
    return redirect(_address(ref, found[0].id))


def _address(ref: str, section: str = "") -> str:
    page = reverse("proposals:remarks", args=[ref])
    return f"{page}?{urlencode({'section': section})}" if section else page
