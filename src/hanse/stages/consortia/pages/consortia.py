"""Consortia of a person: the list, a new one, one with its members and its panel, its aims, its end."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from hanse.core.call import Call
from hanse.ground import clock
from hanse.ground.accounts.access import signed_in
from hanse.stages.announcement.queries import call_of, editions_in_force
from hanse.stages.announcement.queries.editions import Standing as CallStanding
from hanse.stages.announcement.queries.editions import standing_of
from hanse.stages.consortia.actions import forming as actions
from hanse.stages.consortia.forms.forming import AimForm, BeginForm, ReasonForm, initial_of
from hanse.stages.consortia.models import Consortium, Seat, SeatState
from hanse.stages.consortia.pages.entry import inside, refused, visible
from hanse.stages.consortia.permissions import Standing
from hanse.stages.consortia.queries import members as queries
from hanse.stages.consortia.queries.clash import clashes_of
from hanse.stages.consortia.queries.panel import Panel, panel_of
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.queries import market_name, sector_name

UNPROCESSABLE, CONFLICT = 422, 409


@signed_in
@require_GET
def consortia(request: HttpRequest) -> HttpResponse:
    """The consortia in which one takes part, and those to which one is invited."""
    now = clock.now()
    seats = queries.consortia_of(request.user)
    context = {
        "taking_part": [seat for seat in seats if seat.state == SeatState.ACCEPTED],
        "invited": [seat for seat in seats if seat.state == SeatState.INVITED],
        "clashes": clashes_of(request.user, now),
        "organisations": queries.own_organisations(request.user),
        "dissolved": queries.dissolved_of(request.user),
    }
    return render(request, "consortia/list.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a consortium: first the call, then who coordinates and what it aims at."""
    now = clock.now()
    reference = request.GET.get("call", "")
    call = call_of(reference, now) if reference else None
    organisations = queries.own_organisations(request.user)
    if call is None or not organisations or queries.has_closed(reference, now):
        shut = call is not None and queries.has_closed(reference, now)
        context = {"calls": _calls(now), "organisations": organisations, "shut": call if shut else None}
        return render(request, "consortia/choose_call.html", context, status=CONFLICT if shut else 200)
    told = {"call": call, "organisations": organisations}
    if request.method != "POST":
        chosen = request.GET.get("organisation", "")
        initial = {"organisation": chosen} if any(one.ref == chosen for one in organisations) else {}
        if request.GET.get("strand"):
            initial["strand"] = request.GET["strand"]
        form = BeginForm(call, organisations, initial=initial)
        return render(request, "consortia/new.html", {**told, "form": form})
    form = BeginForm(call, organisations, request.POST)
    status = UNPROCESSABLE
    if form.is_valid():
        try:
            consortium = actions.begin(
                actor=request.user,
                organisation_ref=form.cleaned_data["organisation"],
                call=reference,
                at=now,
                **form.aims(),
            )
        except Refusal as refusal:
            status = refusal.status
            form.put_faults(refusal.faults or {"": refusal.message})
        else:
            messages.success(request, f"{consortium.name} is begun. Invite partners next.")
            return redirect("consortia:consortium", consortium.ref)
    return render(request, "consortia/new.html", {**told, "form": form}, status=status)


def _calls(now: datetime) -> list[tuple[Any, str]]:
    """The calls for which a consortium can be formed, with how they stand."""
    found = [(edition, standing_of(edition, now)) for edition in editions_in_force(now)]
    return [(edition, standing.value) for edition, standing in found if standing is not CallStanding.CLOSED]


@dataclass(frozen=True, slots=True)
class Shown:
    """A member as its line shows it.

    Attributes:
        mine: whether the visitor acts for it.
        mandate: the one in force.
        owned: whether anybody owns its profile here, and so can answer.
        stray: an affiliated entity whose beneficiary does not take part any more.
    """

    seat: Seat
    mine: bool
    mandate: Any
    owned: bool
    stray: bool


@signed_in
@require_GET
def consortium(request: HttpRequest, ref: str) -> HttpResponse:
    """Who takes part, whether they may apply, and what can be done. Who is invited is led to the invitation."""
    found, may = visible(request, ref)
    if not may.takes_part:
        return redirect("consortia:invitation", ref, may.seats[0].pk)
    now = clock.now()
    seats = queries.open_seats(found)
    mandates = {one.seat.pk: one.mandate for one in queries.mandates_of(found, seats)}
    owned = queries.owned_among(seats)
    mine = {seat.pk for seat in may.seats}
    open_ids = {seat.pk for seat in seats}
    shown = [
        Shown(
            seat,
            seat.pk in mine,
            mandates.get(seat.pk),
            seat.pk in owned,
            seat.tie_id is not None and seat.tie_id not in open_ids,
        )
        for seat in seats
    ]
    call = call_of(found.call, now)
    context = {
        "consortium": found,
        "standing": may,
        "may": may,
        "call": call,
        "shown": shown,
        "invited": [one for one in shown if one.seat.state == SeatState.INVITED],
        "without_mandate": [
            one.seat.organisation.name for one in shown if one.seat.state == SeatState.ACCEPTED and not one.mandate
        ],
        "ended": queries.ended_seats(found),
        "clashes": clashes_of(request.user, now, found),
        "targets": [market_name(target) for target in found.targets],
        "sectors": [sector_name(sector) for sector in found.sectors],
        "dissolved_because": queries.why_dissolved(found) if found.dissolved_at else "",
        **panels(found, seats, call),
    }
    return render(request, "consortia/consortium.html", context)


def panels(found: Consortium, seats: list[Seat], call: Call | None) -> dict[str, Panel | None]:
    """What the call says of who has accepted and, with open invitations, of everybody who is invited too."""
    if call is None:
        return {"panel": None, "planned": None}
    today = clock.today()
    waiting = any(seat.state == SeatState.INVITED for seat in seats)
    return {
        "panel": panel_of(call, queries.sketch(found, seats), today, members_only=True),
        "planned": panel_of(call, _planned(found, seats), today, members_only=True) if waiting else None,
    }


def _planned(found: Consortium, seats: list[Seat]) -> Any:
    """Everybody who is invited accepts; who is replaced by them has left."""
    replaced = {seat.replaces_id for seat in seats if seat.state == SeatState.INVITED}
    return queries.sketch(found, [seat for seat in seats if seat.pk not in replaced], planned=True)


@signed_in
@require_GET
def panel(request: HttpRequest, ref: str) -> HttpResponse:
    """The panels alone, to be put anew into a page that is open."""
    found, may = inside(request, ref)
    seats = queries.open_seats(found)
    context = {"consortium": found, "may": may, **panels(found, seats, call_of(found.call, clock.now()))}
    return render(request, "consortia/panels.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def aim(request: HttpRequest, ref: str) -> HttpResponse:
    """Change what the consortium aims at. Where somebody else did meanwhile, both sides are shown."""
    found, may = _leading(request, ref)
    now = clock.now()
    call = call_of(found.call, now)
    if call is None:
        return refused(request, Refusal("The call is not there any more."), reverse("consortia:consortium", args=[ref]))
    if request.method != "POST":
        return _aim(request, found, may, call, AimForm(call, initial=initial_of(found)))
    form = AimForm(call, request.POST)
    if not form.is_valid():
        return _aim(request, found, may, call, form, UNPROCESSABLE)
    try:
        based_on = form.cleaned_data["based_on"] or 0
        actions.change_aim(actor=request.user, ref=ref, based_on=based_on, at=now, **form.aims())
    except Refusal as refusal:
        if not refusal.faults:
            return refused(request, refusal, reverse("consortia:consortium", args=[ref]))
        form.put_faults(refusal.faults)
        theirs = None
        if "based_on" in refusal.faults:
            stands = queries.by_ref(ref) or found
            theirs = stands
            form.data = {**_lists(request), "based_on": str(stands.version)}  # saving again means to have seen both
        return _aim(request, found, may, call, form, refusal.status, theirs)
    messages.success(request, "The aims are saved.")
    return redirect("consortia:consortium", ref)


def _lists(request: HttpRequest) -> dict[str, Any]:
    """What was posted; only sectors come several times."""
    return {name: request.POST.getlist(name) if name == "sectors" else request.POST[name] for name in request.POST}


def _aim(
    request: HttpRequest,
    found: Consortium,
    may: Standing,
    call: Call,
    form: AimForm,
    status: int = 200,
    theirs: Consortium | None = None,
) -> HttpResponse:
    side = theirs and [
        ("Name", theirs.name),
        ("Idea", theirs.idea or "none"),
        ("Strand", theirs.strand or "not decided"),
        ("Targets", [market_name(one) for one in theirs.targets] or "none"),
        ("Sectors", [sector_name(one) for one in theirs.sectors] or "none"),
    ]
    context = {"consortium": found, "standing": may, "may": may, "call": call, "form": form, "theirs": side}
    return render(request, "consortia/aim.html", context, status=status)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def dissolve(request: HttpRequest, ref: str) -> HttpResponse:
    """End the consortium, with a reason for the others."""
    found, may = _leading(request, ref)
    context = {"consortium": found, "standing": may, "may": may}
    if request.method != "POST":
        return render(request, "consortia/dissolve.html", {**context, "form": ReasonForm(wanted=True)})
    form = ReasonForm(request.POST, wanted=True)
    if not form.is_valid():
        return render(request, "consortia/dissolve.html", {**context, "form": form}, status=UNPROCESSABLE)
    try:
        actions.dissolve(actor=request.user, ref=ref, reason=form.cleaned_data["reason"], at=clock.now())
    except Refusal as refusal:
        return refused(request, refusal, reverse("consortia:consortium", args=[ref]))
    messages.success(request, f"{found.name} is dissolved.")
    return redirect("consortia:consortium", ref)


def _leading(request: HttpRequest, ref: str) -> tuple[Consortium, Standing]:
    """The consortium, for its coordinator. When it is closed, the act itself says so."""
    found, may = inside(request, ref)
    if not may.coordinates or may.bystander:
        raise PermissionDenied
    return found, may
