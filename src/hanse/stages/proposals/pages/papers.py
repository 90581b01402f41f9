"""Annexes and declarations of an application: what is there, what is missing and who brings it."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hanse.ground import clock, files
from hanse.ground.accounts.access import signed_in
from hanse.stages.consortia.permissions import Standing
from hanse.stages.consortia.queries.members import open_seats
from hanse.stages.proposals.actions import papers as actions
from hanse.stages.proposals.forms.papers import AnnexForm, asked_of
from hanse.stages.proposals.models import Proposal
from hanse.stages.proposals.pages.entry import inside, refused
from hanse.stages.proposals.queries import drafts
from hanse.stages.proposals.queries import papers as queries
from hanse.stages.registry.actions.refusals import Refusal

UNPROCESSABLE = 422


def _back(ref: str) -> str:
    return reverse("proposals:papers", args=[ref])


# --- the whole ---------------------------------------------------------------------------------------------------


@signed_in
@require_safe
def papers(request: HttpRequest, ref: str) -> HttpResponse:
    """Every annex and every declaration the form asks for, and how each stands."""
    proposal, may = inside(request, ref)
    form, seats = drafts.form_of(proposal, clock.now()), open_seats(proposal.consortium)
    held, vows = queries.papers_of(proposal, form, seats), queries.vows_of(proposal, form, seats)
    titles = {annex.id: annex.title for annex in form.annexes}
    context = {
        "proposal": proposal,
        "may": may,
        "part": "papers",
        "part_name": "Annexes and declarations",
        "missing": sum(place.missing for place in held.places) + sum(not vow.holds for vow in vows),
        "places": [
            (place, asked_of(place.annex), actions.may_bring(may, place.seat.pk if place.seat else None))
            for place in held.places
        ],
        "others": [(row, titles.get(row.kind, row.kind), actions.may_bring(may, row.seat_id)) for row in held.others],
        "removed": [(row, titles.get(row.kind, row.kind)) for row in held.removed],
        "declarations": _declarations(request, may, vows),
    }
    return render(request, "proposals/papers/papers.html", context)


def _declarations(request: HttpRequest, may: Standing, vows: list[queries.Vow]) -> list[dict[str, Any]]:
    """Declarations with their wording, and each partner's state: whether it is made, and whether the visitor can."""
    owners = queries.owners_of([vow.seat for vow in vows])
    shown: dict[str, dict[str, Any]] = {}
    for vow in vows:
        declaration = vow.declaration
        group = shown.setdefault(
            declaration.id,
            {"asked": declaration, "digest": queries.digest_of(declaration.text), "vows": []},
        )
        held = owners[vow.seat.pk]
        owns = any(membership.user_id == request.user.pk for membership in held)
        names = ", ".join(membership.user.name for membership in held)
        group["vows"].append((vow, names, may.may_edit and owns))
    return list(shown.values())


# --- annexes -----------------------------------------------------------------------------------------------------


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def annex(request: HttpRequest, ref: str, kind: str, partner: str = "") -> HttpResponse:
    """Attach a file, or replace the one that is there."""
    proposal, may = inside(request, ref)
    now = clock.now()
    place = _place(proposal, kind, partner)
    try:
        actions.check_bringing(may, place.seat)
    except Refusal as refusal:
        return refused(request, refusal, _back(ref))
    stands = place.file.pk if place.file else 0
    settings: dict[str, Any] = {
        "annex": place.annex,
        "allowed": files.DOCUMENTS,
        "most_bytes": place.annex.most_megabytes << 20,
        "user": request.user,
        "place": f"papers/{ref}/{kind}/{partner}",
        "at": now,
    }
    if request.method != "POST":
        return _annex(request, proposal, may, place, AnnexForm(initial={"based_on": stands}, **settings))
    form = AnnexForm(request.POST, request.FILES, **settings)
    if not form.is_valid() or form.stored is None:
        return _annex(request, proposal, may, place, form, UNPROCESSABLE)
    try:
        added = actions.add_annex(
            actor=request.user,
            ref=ref,
            kind=kind,
            seat_id=place.seat.pk if place.seat else None,
            stored=form.stored,
            name=form.stored_name,
            based_on=form.cleaned_data["based_on"],
            at=now,
        )
    except Refusal as refusal:
        if "file" in refusal.faults:
            form.refuse_file(refusal.message)
        elif "based_on" in refusal.faults:
            form.add_error(None, refusal.message)
            place = _place(proposal, kind, partner)
            form.show_based_on(place.file.pk if place.file else 0)
        else:
            return refused(request, refusal, _back(ref))
        return _annex(request, proposal, may, place, form, refusal.status)
    except FileNotFoundError:
        form.refuse_file("The storage has lost this file. Choose it again.")
        return _annex(request, proposal, may, place, form, UNPROCESSABLE)
    messages.success(request, f"{place.annex.title}: {added.name} is attached.")
    return redirect("proposals:papers", ref)


def _place(proposal: Proposal, kind: str, partner: str) -> queries.Place:
    form, seats = drafts.form_of(proposal, clock.now()), open_seats(proposal.consortium)
    for place in queries.places_of(proposal, form, seats):
        if (place.annex.id, place.partner) == (kind, partner):
            return place
    raise Http404


def _annex(
    request: HttpRequest, proposal: Proposal, may: Standing, place: queries.Place, form: AnnexForm, status: int = 200
) -> HttpResponse:
    context = {
        "proposal": proposal,
        "may": may,
        "part": "papers",
        "part_name": place.annex.title,
        "place": place,
        "form": form,
        "back": _back(proposal.ref),
    }
    return render(request, "proposals/papers/annex.html", context, status=status)


@signed_in
@require_safe
def annex_file(request: HttpRequest, ref: str, number: int) -> HttpResponseBase:
    """A file of the application, as a download under its name."""
    proposal, _ = inside(request, ref)
    found = queries.file_of(proposal, number)
    if found is None:
        raise Http404
    try:
        content = files.opened(found.file)
    except FileNotFoundError:
        lost = f"The storage has lost {found.name}. Ask {found.added_by.name} to attach it again."
        return refused(request, Refusal(lost, 410), _back(ref))
    response = FileResponse(content, as_attachment=True, filename=found.name, content_type=found.file.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@signed_in
@require_POST
def annex_remove(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Take a file out of the application."""
    inside(request, ref)
    try:
        gone = actions.remove_annex(actor=request.user, ref=ref, number=number, at=clock.now())
    except Refusal as refusal:
        return refused(request, refusal, _back(ref))
    messages.success(request, f"{gone.name} is removed.")
    return redirect("proposals:papers", ref)


# --- declarations ------------------------------------------------------------------------------------------------


@signed_in
@require_POST
def declaration(request: HttpRequest, ref: str, kind: str, number: int) -> HttpResponse:
    """Make a declaration for the partner in a seat, or take it back."""
    inside(request, ref)
    act, now = request.POST.get("act", ""), clock.now()
    if act not in ("declare", "revoke"):
        raise Http404
    try:
        if act == "declare":
            digest = request.POST.get("digest", "")
            made = actions.declare(actor=request.user, ref=ref, seat_id=number, kind=kind, digest=digest, at=now)
            messages.success(request, f"{made.seat.organisation.name} has made the declaration.")
        else:
            made = actions.revoke_declaration(actor=request.user, ref=ref, seat_id=number, kind=kind, at=now)
            messages.success(request, f"{made.seat.organisation.name} has taken the declaration back.")
    except Refusal as refusal:
        return refused(request, refusal, _back(ref))
    return redirect("proposals:papers", ref)
