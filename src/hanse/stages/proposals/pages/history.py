"""How an application came about: versions and what they changed, restoring, and texts that stand aside."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from hanse.core.form import field_at
from hanse.ground import clock
from hanse.ground.accounts.access import signed_in
from hanse.stages.consortia.queries.members import open_seats
from hanse.stages.proposals.actions import drafts as actions
from hanse.stages.proposals.pages.entry import inside, refused
from hanse.stages.proposals.queries import drafts
from hanse.stages.proposals.queries import history as queries
from hanse.stages.registry.actions.refusals import Refusal

CONFLICT = 409


@signed_in
@require_safe
def history(request: HttpRequest, ref: str) -> HttpResponse:
    """What was written when and by whom; of one field, what each version changed."""
    proposal, may = inside(request, ref)
    form = drafts.form_of(proposal, clock.now())
    draft = drafts.draft_of(proposal, open_seats(proposal.consortium), {})
    key, before = request.GET.get("key", ""), _number(request.GET.get("before", ""))
    if key:
        page = queries.history_of_field(proposal, key, form, draft.names, before)
        if not page.versions:
            raise Http404
    else:
        page = queries.history_of(proposal, form, draft.names, before)
    asides = [] if before else queries.asides_of(proposal, form, draft.names)
    context = {
        "proposal": proposal,
        "may": may,
        "part": "history",
        "part_name": "History",
        "key": key,
        "place": page.versions[0].place if key else None,
        "asked": bool(key) and field_at(form, key) is not None,
        "versions": [(version, queries.around(version.changes)) for version in page.versions],
        "earlier": page.earlier,
        "later": bool(before),
        "asides": [aside for aside in asides if not key or aside.row.key == key],
    }
    return render(request, "proposals/history.html", context)


@signed_in
@require_safe
def version(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """One version of one field, whole."""
    proposal, may = inside(request, ref)
    kept = queries.version_at(proposal, number)
    if kept is None:
        raise Http404
    form = drafts.form_of(proposal, clock.now())
    draft = drafts.draft_of(proposal, open_seats(proposal.consortium), {})
    text = drafts.text_at(proposal, kept.key)
    context = {
        "proposal": proposal,
        "may": may,
        "part": "history",
        "part_name": "One version",
        "kept": kept,
        "place": queries.place_of(form, kept.key, draft.names),
        "stands": text is not None and text.value == kept.value,
        "asked": field_at(form, kept.key) is not None,
    }
    return render(request, "proposals/version.html", context)


@signed_in
@require_POST
def restore(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Let a field read again as it did."""
    proposal, _ = inside(request, ref)
    kept = queries.version_at(proposal, number)
    if kept is None:
        raise Http404
    back = _of_field(ref, kept.key)
    try:
        saved = actions.restore(actor=request.user, ref=ref, key=kept.key, number=number, at=clock.now())
    except Refusal as refusal:
        return refused(request, refusal, back)
    if saved.state == "same":
        messages.info(request, "The field reads so already.")
    else:
        messages.success(request, "The field reads again as it did. What it read before stays in the history.")
    return redirect(back)


@signed_in
@require_POST
def aside(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Choose between two readings of a field: the merge as edited, what stands aside, or what stands."""
    found, _ = inside(request, ref)
    kept = queries.version_at(found, number)
    if kept is None:
        raise Http404
    act, based_on = request.POST.get("act", ""), _number(request.POST.get("based_on", ""))
    chosen = {"theirs": None, "mine": kept.value, "merged": request.POST.get("value", "")}
    if act not in chosen:
        raise Http404
    back = request.POST.get("back", "")
    back = _of_section(ref, kept.key) if back == "section" else reverse("proposals:history", args=[ref])
    scripted = "application/json" in request.headers.get("accept", "")
    try:
        saved = actions.settle(
            actor=request.user, ref=ref, number=number, value=chosen[act], based_on=based_on, at=clock.now()
        )
    except Refusal as refusal:
        if scripted:
            return JsonResponse({"state": "refused", "told": refusal.message}, status=refusal.status)
        return refused(request, refusal, back, chosen[act] or "")
    if scripted:
        text = drafts.text_at(found, kept.key)
        state = saved.state if saved else "same"
        told = {"state": state, "version": text.version if text else 0, "value": text.value if text else ""}
        return JsonResponse(told, status=CONFLICT if state == "conflict" else 200)
    if saved is not None and saved.state == "conflict":
        messages.warning(
            request, f"{saved.by} changed the field again meanwhile. Your choice stands aside, too; look once more."
        )
    else:
        messages.success(request, "The two versions are settled. Both stay in the history.")
    return redirect(back)


def _of_field(ref: str, key: str) -> str:
    return f"{reverse('proposals:history', args=[ref])}?{urlencode({'key': key})}"


def _of_section(ref: str, key: str) -> str:
    return reverse("proposals:section", args=[ref, key.partition("/")[0]])


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 18 else 0
