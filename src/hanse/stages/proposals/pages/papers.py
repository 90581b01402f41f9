"""The annexes and declarations of an application."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hanse.core.form import Form
from hanse.ground import clock, files
from hanse.ground.accounts.access import signed_in
from hanse.stages.consortia.models import Seat
from hanse.stages.consortia.permissions import Standing
from hanse.stages.consortia.queries.members import open_seats
from hanse.stages.proposals.actions import papers as actions
from hanse.stages.proposals.forms.papers import AnnexForm, DeclareForm, limits_of
from hanse.stages.proposals.models import Proposal
from hanse.stages.proposals.pages.entry import inside, refused
from hanse.stages.proposals.permissions import may_bring
from hanse.stages.proposals.queries import drafts
from hanse.stages.proposals.queries import papers as queries
from hanse.stages.registry.actions.refusals import Refusal

UNPROCESSABLE = 422


def _page(
    request: HttpRequest, template: str, proposal: Proposal, may: Standing, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    told = {"proposal": proposal, "may": may, "part": "papers", **context}
    return render(request, f"proposals/papers/{template}.html", told, status=status)


def _back(ref: str) -> str:
    return reverse("proposals:papers", args=[ref])


@signed_in
@require_safe
def papers(request: HttpRequest, ref: str) -> HttpResponse:
    """What is to be attached and declared, by whom, what is there and what is missing."""
    proposal, may = inside(request, ref)
    form, seats = drafts.form_of(proposal, clock.now()), open_seats(proposal.consortium)
    held = queries.annexes_now(proposal)
    places = queries.places_of(form, seats, held)
    words = queries.words_of(form, seats, queries.declarations_now(proposal))
    own = queries.owned_by(request.user, may.accepted) if may.may_edit else frozenset()
    context = {
        "annexes": [
            (
                asked,
                limits_of(asked),
                [(one, may_bring(may, one.seat.pk if one.seat else None)) for one in places if one.asked is asked],
            )
            for asked in form.annexes
        ],
        "declarations": [
            (asked, [(one, one.seat.pk in own) for one in words if one.asked is asked]) for asked in form.declarations
        ],
        "strays": [(one, may_bring(may, one.seat_id)) for one in queries.strays(places, held)],
        "missing": (*queries.told_of_places(places, seats), *queries.told_of_words(words)),
        "assumed": form.assumed,
    }
    return _page(request, "papers", proposal, may, context)


# --- annexes -----------------------------------------------------------------------------------------------------


def _place(proposal: Proposal, form: Form, kind: str, number: int | None) -> queries.Place:
    """A place for a file.

    Raises:
        Http404: if the form asks for none there.
    """
    held = queries.annex_at(proposal, kind, number)
    places = queries.places_of(form, open_seats(proposal.consortium), [held] if held else [])
    for place in places:
        if place.asked.id == kind and (place.seat.pk if place.seat else None) == number:
            return place
    raise Http404


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def annex(request: HttpRequest, ref: str, kind: str, number: int | None = None) -> HttpResponse:
    """One place for a file: what is asked, what is there, what was there; whose it is adds or replaces it here."""
    proposal, may = inside(request, ref)
    now = clock.now()
    place = _place(proposal, drafts.form_of(proposal, now), kind, number)
    based_on = place.held.pk if place.held else 0

    def made(*args: Any, **kwargs: Any) -> AnnexForm:
        where = f"papers/{proposal.ref}/{kind}/{number or ''}"
        return AnnexForm(*args, asked=place.asked, user=request.user, place=where, at=now, **kwargs)

    if request.method != "POST":
        return _annex(request, proposal, may, place, made(initial={"based_on": based_on}))
    if not may_bring(may, number):
        raise PermissionDenied("Only the partner that an annex is from and the coordinator add it, until the deadline.")
    form = made(request.POST, request.FILES)
    if not form.is_valid() or form.stored is None:
        return _annex(request, proposal, may, place, form, UNPROCESSABLE)
    try:
        added = actions.add_annex(
            actor=request.user,
            ref=ref,
            kind=kind,
            seat_id=number,
            stored=form.stored,
            name=form.stored_name,
            based_on=form.cleaned_data["based_on"] or 0,
            at=now,
        )
    except Refusal as refusal:
        if "file" in refusal.faults:
            form.refuse_file(refusal.message)
        elif "based_on" in refusal.faults:
            form.add_error(None, refusal.message)
            place = _place(proposal, drafts.form_of(proposal, now), kind, number)
            form.carry("based_on", str(place.held.pk if place.held else 0))
        else:
            return refused(request, refusal, _back(ref))
        return _annex(request, proposal, may, place, form, refusal.status)
    pages = "" if added.pages is None else f", {added.pages} page{'s' if added.pages > 1 else ''}"
    messages.success(request, f"{added.name} is attached{pages}.")
    return redirect("proposals:papers", ref)


def _annex(
    request: HttpRequest, proposal: Proposal, may: Standing, place: queries.Place, form: AnnexForm, status: int = 200
) -> HttpResponse:
    number = place.seat.pk if place.seat else None
    context = {
        "part_name": place.asked.title,
        "place": place,
        "limits": limits_of(place.asked),
        "form": form,
        "mine": may_bring(may, number),
        "before": queries.annexes_before(proposal, place.asked.id, number),
    }
    return _page(request, "annex", proposal, may, context, status)


@signed_in
@require_safe
def annex_file(request: HttpRequest, ref: str, number: int) -> HttpResponseBase:
    """A file that belongs to the application or once did, as a download under its name."""
    proposal, _ = inside(request, ref)
    found = queries.annex(proposal, number)
    if found is None:
        raise Http404
    try:
        content = files.opened(found.file)
    except FileNotFoundError:
        raise Http404(f"The storage has lost {found.name}.") from None
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
    messages.success(request, f"{gone.name} is removed. It stays in the history of its place.")
    return redirect("proposals:papers", ref)


# --- declarations ------------------------------------------------------------------------------------------------


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def declaration(request: HttpRequest, ref: str, kind: str, number: int) -> HttpResponse:
    """A declaration of one member in full; an owner of the organisation makes it here."""
    proposal, may = inside(request, ref)
    now = clock.now()
    asked_form, seats = drafts.form_of(proposal, now), open_seats(proposal.consortium)
    words = queries.words_of(asked_form, seats, queries.declarations_now(proposal))
    word = next((one for one in words if one.asked.id == kind and one.seat.pk == number), None)
    if word is None:
        raise Http404
    may_declare = may.may_edit and word.seat.pk in queries.owned_by(request.user, _own(may, word.seat))
    digest = queries.wording_digest(word.asked.text)
    name = word.seat.organisation.name
    form, status = DeclareForm(initial={"digest": digest}, name=name), 200
    if request.method == "POST":
        if not may_declare:
            raise PermissionDenied(f"Only an owner of {name} declares for it, until the deadline.")
        form, status = DeclareForm(request.POST, name=name), UNPROCESSABLE
        if form.is_valid():
            try:
                actions.declare(
                    actor=request.user,
                    ref=ref,
                    kind=kind,
                    seat_id=number,
                    digest=form.cleaned_data["digest"],
                    at=now,
                )
            except Refusal as refusal:
                return refused(request, refusal, reverse("proposals:declaration", args=[ref, kind, number]))
            messages.success(request, f"“{word.asked.title}” is made on behalf of {name}.")
            return redirect("proposals:papers", ref)
    context = {
        "part_name": word.asked.title,
        "word": word,
        "may_declare": may_declare,
        "form": form,
        "before": queries.declarations_before(proposal, kind, number),
    }
    return _page(request, "declaration", proposal, may, context, status)


def _own(may: Standing, seat: Seat) -> list[Seat]:
    return [one for one in may.accepted if one.pk == seat.pk]


@signed_in
@require_POST
def declaration_revoke(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Take a declaration back."""
    inside(request, ref)
    try:
        gone = actions.revoke(actor=request.user, ref=ref, number=number, at=clock.now())
    except Refusal as refusal:
        return refused(request, refusal, _back(ref))
    messages.success(request, f"The declaration of {gone.seat.organisation.name} is revoked.")
    return redirect("proposals:papers", ref)
