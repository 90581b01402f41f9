"""Writing an application: its overview, its sections, saving a form or a single field, and what others do meanwhile."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hanse.core.form import Draft, Form, Section, SectionKind, SectionState, Table, field_at, state_of, states_of
from hanse.ground import clock
from hanse.ground.accounts.access import View, access_of, signed_in
from hanse.ground.ui.templatetags.ui import brussels
from hanse.stages.consortia.models import Seat, SeatState
from hanse.stages.consortia.permissions import Standing, standing_in
from hanse.stages.consortia.queries.members import by_ref, consortia_of, open_seats
from hanse.stages.proposals.actions import drafts as actions
from hanse.stages.proposals.actions import presence
from hanse.stages.proposals.actions.drafts import Saved
from hanse.stages.proposals.forms.drafts import Faulty, editor_of, posted, sent_field
from hanse.stages.proposals.models import Proposal, Text
from hanse.stages.proposals.pages.entry import inside, refused
from hanse.stages.proposals.permissions import may_write
from hanse.stages.proposals.queries import drafts, history, money, plan
from hanse.stages.proposals.queries import remarks as remark_queries
from hanse.stages.proposals.queries.dossiers import dossier_of
from hanse.stages.proposals.queries.overview import overview_of
from hanse.stages.registry.actions.refusals import Refusal

CONFLICT, UNPROCESSABLE = 409, 422
KEPT = "kept_forms"
MOST_KEPT = 300_000
"""Characters of a form that are kept over a sign-in."""
OVERLAP = timedelta(minutes=1)
"""A save that began before a page was asked for may end after it."""


# --- the whole ---------------------------------------------------------------------------------------------------


@signed_in
@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    """The applications in which a person takes part, and consortia that have none yet."""
    found = drafts.proposals_of(request.user)
    begun = {proposal.consortium_id for proposal in found}
    waiting = [
        seat.consortium
        for seat in consortia_of(request.user)
        if seat.state == SeatState.ACCEPTED and seat.consortium_id not in begun
    ]
    context = {"proposals": found, "waiting": list(dict.fromkeys(waiting))}
    return render(request, "proposals/proposals.html", context)


@signed_in
@require_POST
def begin(request: HttpRequest, ref: str) -> HttpResponse:
    """Begin the application of a consortium."""
    try:
        actions.begin(actor=request.user, ref=ref, at=clock.now())
    except Refusal as refusal:
        return refused(request, refusal, reverse("proposals:proposals"))
    return redirect("proposals:proposal", ref)


@signed_in
@require_safe
def proposal(request: HttpRequest, ref: str) -> HttpResponse:
    """The sections by chapter and how far each has come; before it is begun, how to begin."""
    now = clock.now()
    try:
        found, may = inside(request, ref)
    except Http404:
        return _not_begun(request, ref, now)
    form = drafts.form_of(found, now)
    seats, written = open_seats(found.consortium), drafts.written_in(found)
    states = states_of(form, drafts.draft_reading(found, seats, written))
    remarks = remark_queries.open_counts(found)
    presences = remark_queries.presences_of(found)
    told = next((one.caught_up_at for one in presences if one.user_id == request.user.pk), found.created_at)
    changes, asides = history.changes_and_asides(found, request.user, told)
    if request.method == "GET":
        presence.catch_up(actor=request.user, proposal=found, at=now)
    by_id = {state.section.id: state for state in states}
    context = {
        "proposal": found,
        "may": may,
        "part": "overview",
        "form": form,
        "chapters": [
            (title, [(by_id[each.id], _word(by_id[each.id]), remarks.get(each.id, 0)) for each in sections])
            for title, sections in form.chapters()
        ],
        "changes": [(change, form.section(change.section)) for change in changes],
        "asides": asides,
        "present": remark_queries.present(presences, request.user, now),
        "complete": sum(state.complete for state in states if state.section.parts),
        "asked": sum(bool(state.section.parts) for state in states),
        "overview": overview_of(found, seats, written.get(drafts.DURATION, ""), form, states, may, now),
    }
    return render(request, "proposals/proposal.html", context)


def _not_begun(request: HttpRequest, ref: str, now: datetime) -> HttpResponse:
    consortium = by_ref(ref)
    if consortium is None or drafts.by_ref(ref) is not None:
        raise Http404
    may = standing_in(request.user, consortium, now)
    if not may.takes_part:
        raise Http404
    return render(request, "proposals/begin.html", {"consortium": consortium, "may": may})


def _word(state: SectionState) -> tuple[str, str]:
    """How far a section has come, in a word and a tone."""
    if not state.section.parts:
        return "made from the rest", "plain"
    if any(field.over for field in state.fields):
        return "too long", "doubt"
    if state.faults:
        return "something does not fit", "doubt"
    if state.complete:
        return "complete", "good"
    return ("begun", "busy") if state.begun else ("empty", "quiet")


# --- a section ---------------------------------------------------------------------------------------------------


def _kept_over_sign_in(view: View) -> View:
    """Keep what is sent by somebody whose session has ended, and show it again after the sign-in."""

    @wraps(view)
    def keep(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and not request.user.is_authenticated:
            sent = request.POST.urlencode()
            if len(sent) <= MOST_KEPT:
                request.session[KEPT] = {"path": request.path, "sent": sent}
        return view(request, *args, **kwargs)

    keep.access = access_of(view)  # type: ignore[attr-defined]
    return keep


@_kept_over_sign_in
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, ref: str, section: str) -> HttpResponse:
    """One section: what it asks, its fields, and what stands aside in it."""
    found, may = inside(request, ref)
    form = drafts.form_of(found, clock.now())
    asked = form.section(section)
    if asked is None:
        raise Http404
    if request.method == "POST":
        return _save(request, found, may, form, asked)
    kept = request.session.pop(KEPT, None)
    if kept and kept["path"] == request.path:
        return _again(request, found, may, form, asked, kept["sent"])
    presence.seen(actor=request.user, proposal=found, section=section, at=clock.now())
    return _section(request, found, may, form, asked)


def _section(
    request: HttpRequest,
    proposal: Proposal,
    may: Standing,
    form: Form,
    section: Section,
    typed: Mapping[str, tuple[str, int]] | None = None,
    fault: str = "",
    status: int = 200,
    kept: bool = False,
) -> HttpResponse:
    now = clock.now()
    seats, texts = open_seats(proposal.consortium), drafts.texts_of(proposal)
    draft = drafts.draft_of(proposal, seats, texts)
    editor = editor_of(
        form,
        state_of(section, draft),
        draft,
        texts,
        lambda of: may_write(may, section, of),
        typed,
        reverse("proposals:history", args=[proposal.ref]),
        reverse("proposals:suggest", args=[proposal.ref]) if may.may_edit else "",
    )
    order = [each.id for each in form.sections]
    place = order.index(section.id)
    context = {
        "proposal": proposal,
        "may": may,
        "part": "section",
        "part_name": section.title,
        "section": section,
        "records": section.kind is SectionKind.RECORDS,
        "editor": editor,
        "gone": _gone(section, texts) if may.may_edit else [],
        "writes": may.may_edit and (editor.editable or section.kind is SectionKind.RECORDS),
        "asides": history.asides_of(proposal, form, draft.names, section.id),
        "remarks": remark_queries.open_counts(proposal).get(section.id, 0),
        "present": remark_queries.present(remark_queries.presences_of(proposal), request.user, now),
        "before": form.sections[place - 1] if place else None,
        "after": form.sections[place + 1] if place + 1 < len(order) else None,
        "now": now,
        "fault": fault,
        "shown": _shown(proposal, may, form, section, seats, texts, draft, now),
        "kept": kept,
    }
    return render(request, "proposals/section.html", context, status=status)


def _gone(section: Section, texts: Mapping[str, Text]) -> list[tuple[str, str]]:
    """Records that were taken out and hold something, by id with their title."""
    if section.kind is not SectionKind.RECORDS:
        return []
    start = f"{section.id}/"
    ids = [key.removeprefix(start) for key, text in texts.items() if key.startswith(start) and not text.value]
    titles = {id: texts.get(f"{start}{id}/title") for id in ids if "/" not in id}
    return [(id, title.value if title and title.value else f"no. {id}") for id, title in titles.items()]


def _shown(
    proposal: Proposal,
    may: Standing,
    form: Form,
    section: Section,
    seats: list[Seat],
    texts: dict[str, Text],
    draft: Draft,
    now: datetime,
) -> Any:
    """What a section shows that is made from the rest of the application."""
    if section.shows is None:
        return None
    counted = [seat for seat in seats if seat.state == SeatState.ACCEPTED]
    if section.shows is Table.MEMBERS:
        return plan.members_shown(seats)
    if section.shows is Table.GANTT:
        return plan.plan_shown(form, draft)
    if section.shows is Table.COMPLEMENTARITY:
        return plan.complementarity_shown(dossier_of(proposal, counted, at=now, viewer=may, texts=texts, form=form))
    books = money.ledger_of(proposal, counted, form, may)
    if section.shows is Table.COSTS_BY_PARTNER:
        return money.costs_by_partner(books)
    if section.shows is Table.COSTS_BY_WORK_PACKAGE:
        return money.costs_by_work_package(books)
    return money.financing(books)


def _save(request: HttpRequest, proposal: Proposal, may: Standing, form: Form, section: Section) -> HttpResponse:
    """Save every field of the form, then do what was asked of its records."""
    texts = posted(request.POST)
    texts = {key: text for key, text in texts.items() if key.partition("/")[0] == section.id}
    act, now = request.POST.get("act", ""), clock.now()
    try:
        saved = actions.save_many(actor=request.user, ref=proposal.ref, texts=texts, at=now) if texts else {}
        _act(request, proposal.ref, section, act, now)
    except Refusal as refusal:
        if refusal.status == UNPROCESSABLE:
            fault = refusal.message
            return _section(request, proposal, may, form, section, texts, fault, refusal.status)
        back = reverse("proposals:section", args=[proposal.ref, section.id])
        return refused(request, refusal, back, "\n\n".join(value for value, _ in texts.values() if value))
    _tell(request, saved, act)
    if any(each.state == "conflict" for each in saved.values()):
        return _section(request, proposal, may, form, section, status=CONFLICT)
    place = f"#record-{act.partition('-')[2]}" if act.startswith(("up-", "down-")) else ""
    return redirect(reverse("proposals:section", args=[proposal.ref, section.id]) + (place or _end(act)))


def _act(request: HttpRequest, ref: str, section: Section, act: str, now: datetime) -> None:
    do, _, record = act.partition("-")
    actor, id = request.user, section.id
    if do == "add":
        actions.add_record(actor=actor, ref=ref, section=id, at=now)
    elif do == "remove":
        actions.remove_record(actor=actor, ref=ref, section=id, record=record, at=now)
    elif do == "back":
        actions.put_back_record(actor=actor, ref=ref, section=id, record=record, at=now)
    elif do in ("up", "down"):
        actions.move_record(actor=actor, ref=ref, section=id, record=record, up=do == "up", at=now)


def _end(act: str) -> str:
    return "#records-end" if act == "add" else ""


def _tell(request: HttpRequest, saved: Mapping[str, Saved], act: str) -> None:
    states = [each.state for each in saved.values()]
    count = states.count("saved") + states.count("merged")
    merged = sorted({each.by for each in saved.values() if each.state == "merged"})
    if merged:
        messages.success(request, f"Saved, and merged with what {' and '.join(merged)} wrote meanwhile.")
    elif count:
        messages.success(request, "Saved.")
    elif "conflict" not in states and not act:
        messages.info(request, "Nothing was changed.")
    for note in dict.fromkeys(note for each in saved.values() for note in each.notes):
        messages.info(request, note)
    if "conflict" in states:
        by = " and ".join(sorted({each.by for each in saved.values() if each.state == "conflict"}))
        messages.warning(request, f"{by} changed the same words meanwhile. Both versions are kept: choose below.")


def _again(
    request: HttpRequest, proposal: Proposal, may: Standing, form: Form, section: Section, sent: str
) -> HttpResponse:
    """The form as it was sent by somebody whose session had ended."""
    return _section(request, proposal, may, form, section, posted(QueryDict(sent)), kept=True)


# --- for the script ----------------------------------------------------------------------------------------------


@signed_in
@require_POST
def fields(request: HttpRequest, ref: str) -> JsonResponse:
    """Save one field and say what became of it; 409 with both sides where it met another change."""
    now = clock.now()
    try:
        sent = sent_field(request.body)
    except Faulty:
        told = "Expected an object with the texts `key` and `value` and the whole number `based_on`."
        return JsonResponse({"state": "refused", "told": told}, status=UNPROCESSABLE)
    try:
        saved = actions.save(
            actor=request.user, ref=ref, key=sent.key, value=sent.value, based_on=sent.based_on, at=now
        )
    except Refusal as refusal:
        return JsonResponse({"state": "refused", "told": refusal.message}, status=refusal.status)
    return _told_saved(saved, sent.value, now)


def _told_saved(saved: Saved, mine: str, now: datetime) -> JsonResponse:
    told: dict[str, Any] = {
        "state": saved.state,
        "version": saved.version,
        "value": saved.value,
        "notes": saved.notes,
        "by": saved.by,
        "at": brussels(now),
    }
    if saved.state == "conflict":
        told |= {
            "mine": mine,
            "theirs": saved.theirs,
            "merged": saved.merged,
            "aside": saved.aside,
            "pieces": [
                {"side": piece.side.value, "mine": piece.mine, "theirs": piece.theirs, "text": piece.text}
                for piece in saved.pieces
            ],
        }
    return JsonResponse(told, status=CONFLICT if saved.state == "conflict" else 200)


@signed_in
@require_safe
def news(request: HttpRequest, ref: str, section: str) -> JsonResponse:
    """Who else is here, and what changed in a section since a page was loaded. A sign of life, too."""
    found, may = inside(request, ref)
    now = clock.now()
    form = drafts.form_of(found, now)
    if form.section(section) is None:
        raise Http404
    if request.method == "GET":
        presence.seen(actor=request.user, proposal=found, section=section, at=now)
    since = _instant(request.GET.get("since", ""), now)
    return JsonResponse(
        {
            "now": now.isoformat(),
            "csrf": get_token(request),
            "present": [
                {"name": one.user.name, "here": one.section == section}
                for one in remark_queries.present(remark_queries.presences_of(found), request.user, now)
            ],
            "open": may.may_edit,
            "changes": [
                {
                    "key": text.key,
                    "value": text.value,
                    "version": text.version,
                    "by": text.changed_by.name,
                    "at": brussels(text.changed_at),
                    "row": (place := field_at(form, text.key)) is not None and place[1] is None,
                }
                for text in drafts.changed_in(found, section, since - OVERLAP)
            ],
        }
    )


def _instant(said: str, now: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return now
    return found if found.tzinfo else now
