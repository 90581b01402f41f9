"""Seats of a consortium: invitations and their answers, roles, mandates, leaving; each with its effect shown before."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from hanse.core.proposal import Dossier
from hanse.ground import clock
from hanse.ground.accounts.access import signed_in
from hanse.stages.announcement.queries import call_of
from hanse.stages.consortia.actions import seats as actions
from hanse.stages.consortia.forms.forming import AcceptForm, InviteForm, ReasonForm, RoleForm
from hanse.stages.consortia.models import OPEN_SEATS, Consortium, Role, Seat, SeatState
from hanse.stages.consortia.pages.entry import inside, refused
from hanse.stages.consortia.permissions import Standing, standing_in
from hanse.stages.consortia.queries import members as queries
from hanse.stages.consortia.queries.clash import clashes_of
from hanse.stages.consortia.queries.matrix import Joining, supposed, with_roles
from hanse.stages.consortia.queries.panel import Effect, effect_of
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import Organisation
from hanse.stages.registry.permissions import Standing as ProfileStanding
from hanse.stages.registry.permissions import standing as standing_of
from hanse.stages.registry.queries import by_ref as organisation_by_ref
from hanse.stages.registry.queries.people import has_owner

UNPROCESSABLE, CONFLICT, GONE = 422, 409, 410


def _own(request: HttpRequest, seat: Seat) -> ProfileStanding:
    """How the visitor stands to the organisation of a seat, or to the one into which it was merged."""
    organisation = seat.organisation
    if organisation.status == Organisation.Status.MERGED:
        organisation = organisation_by_ref(organisation.ref) or organisation
    return standing_of(request.user, organisation, clock.now())


def _home(ref: str) -> str:
    return reverse("consortia:consortium", args=[ref])


def _effect(consortium: Consortium, seats: list[Seat], changed: Callable[[Dossier], Dossier]) -> Effect | None:
    """What a change would do to what the call says of those who have accepted; None without a call."""
    call = call_of(consortium.call, clock.now())
    if call is None:
        return None
    before = queries.sketch(consortium, seats)
    return effect_of(call, before, changed(before), clock.today())


# --- inviting ----------------------------------------------------------------------------------------------------


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest, ref: str) -> HttpResponse:
    """Look for an organisation by name, then invite it; with `replaces`, in place of a member."""
    consortium, may = inside(request, ref)
    if not may.coordinates or may.bystander:
        raise PermissionDenied
    seats = queries.open_seats(consortium)
    replaced = _among(seats, request.GET.get("replaces", ""))
    organisation = _asked(request, request.GET.get("organisation", ""))
    words = request.GET.get("q", "").strip()[:200]
    found = queries.organisations_like(words) if words else []
    exact = _asked(request, words)
    if exact is not None and exact not in found:
        found.insert(0, exact)
    context: dict[str, Any] = {
        "consortium": consortium,
        "standing": may,
        "may": may,
        "replaced": replaced,
        "words": words,
        "found": found,
        "profile": organisation is not None and standing_of(request.user, organisation, clock.now()).may_see,
    }
    if organisation is None:
        return render(request, "consortia/invite.html", context)
    applicants = [seat for seat in seats if seat.role in queries.APPLICANTS]
    initial = {"role": replaced.role if replaced else Role.BENEFICIARY.value}
    form = InviteForm(applicants, request.POST if request.method == "POST" else None, initial=initial)
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                seat = actions.invite(
                    actor=request.user,
                    ref=ref,
                    organisation_ref=organisation.ref,
                    role=form.cleaned_data["role"],
                    message=form.cleaned_data["message"],
                    replaces=replaced.pk if replaced else None,
                    tie=form.cleaned_data["tie"],
                    at=clock.now(),
                    link=lambda number: request.build_absolute_uri(reverse("consortia:invitation", args=[ref, number])),
                )
            except Refusal as refusal:
                if not refusal.faults:
                    return refused(request, refusal, _home(ref))
                status = refusal.status
                for name, told in refusal.faults.items():
                    form.add_error(name if name in form.fields else None, told)
            else:
                if has_owner(organisation):
                    messages.success(request, f"{organisation.name} is invited. Its owners are told.")
                else:
                    messages.warning(
                        request,
                        f"{organisation.name} is invited, and nobody owns its profile here. The invitation waits until "
                        "somebody has taken the profile over.",
                    )
                return redirect("consortia:seat", ref, seat.pk)
    role = form.data.get("role", initial["role"]) if form.is_bound else initial["role"]
    joining = Joining(organisation, role if role in Role.values else Role.BENEFICIARY.value)
    context |= {
        "organisation": organisation,
        "form": form,
        "unowned": not has_owner(organisation),
        "present": next((seat for seat in seats if seat.organisation_id == organisation.pk), None),
        "effect": _effect(
            consortium,
            seats,
            lambda before: supposed(before, leaving=[replaced.organisation.ref] if replaced else [], joining=[joining]),
        ),
    }
    return render(request, "consortia/invite.html", context, status=status)


def _among(seats: list[Seat], number: str) -> Seat | None:
    return next((seat for seat in seats if str(seat.pk) == number), None)


def _asked(request: HttpRequest, ref: str) -> Organisation | None:
    """The organisation of this id: one that the visitor may see, or that waits for registration and told its id."""
    found = organisation_by_ref(ref.strip()[:100]) if ref else None
    waits = found is not None and found.status == Organisation.Status.REQUESTED
    if found is None or not (waits or standing_of(request.user, found, clock.now()).may_see):
        return None
    return found


# --- an invitation, for who is invited ---------------------------------------------------------------------------


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """An invitation: what for, who takes part, in which role; owners accept or decline it here."""
    seat, consortium, may, own = _offered(request, ref, number)
    if request.method == "POST":
        return _answer(request, seat, consortium, may, own)
    return _invitation(request, seat, consortium, may, own, AcceptForm(initial={"wording": queries.wording_of(seat)}))


def _offered(request: HttpRequest, ref: str, number: int) -> tuple[Seat, Consortium, Standing, ProfileStanding]:
    """An invitation for those who act for the organisation, even when it is over, and for members while it is open."""
    seat = queries.seat(number)
    if seat is None or seat.consortium.ref != ref:
        raise Http404
    now = clock.now()
    own = _own(request, seat)
    may = standing_in(request.user, seat.consortium, now)
    if not own.acts and not may.takes_part:
        raise Http404
    return seat, seat.consortium, may, own


def _invitation(
    request: HttpRequest,
    seat: Seat,
    consortium: Consortium,
    may: Standing,
    own: ProfileStanding,
    form: AcceptForm,
    status: int = 200,
    decline: ReasonForm | None = None,
) -> HttpResponse:
    over = seat.state not in OPEN_SEATS
    dissolved = consortium.state != Consortium.State.FORMING
    context: dict[str, Any] = {"consortium": consortium, "standing": may, "may": may, "seat": seat, "own": own}
    if over or dissolved:
        # Who is out learns why, and nothing else of the consortium.
        why = actions.OVER[SeatState(seat.state)] if over else "This consortium is dissolved."
        return render(request, "consortia/invitation_over.html", {**context, "why": why}, status=GONE)
    seats = queries.open_seats(consortium)
    replaced = seat.replaces if seat.replaces is not None and seat.replaces.state in OPEN_SEATS else None
    context |= {
        "call": call_of(consortium.call, clock.now()),
        "members": [one for one in seats if one.state == SeatState.ACCEPTED],
        "replaced": replaced,
        "wording": queries.wording_of(seat),
        "form": form,
        "decline": decline or ReasonForm(prefix="decline"),
        "owners": queries.owners_in_words(seat.organisation),
        "mandate": queries.mandate_of(seat) if seat.state == SeatState.ACCEPTED else None,
        "clashes": clashes_of(request.user, clock.now(), consortium),
    }
    if seat.state == SeatState.INVITED:
        joining = Joining(seat.organisation, seat.role)
        leaving = [replaced.organisation.ref] if replaced else []
        context["effect"] = _effect(
            consortium, seats, lambda before: supposed(before, leaving=leaving, joining=[joining])
        )
    return render(request, "consortia/invitation.html", context, status=status)


def _answer(
    request: HttpRequest, seat: Seat, consortium: Consortium, may: Standing, own: ProfileStanding
) -> HttpResponse:
    back = reverse("consortia:invitation", args=[consortium.ref, seat.pk])
    form = AcceptForm(request.POST)
    decline = ReasonForm(request.POST, prefix="decline")
    declines = request.POST.get("act") == "decline"
    fresh = AcceptForm(initial={"wording": queries.wording_of(seat)})
    try:
        if declines:
            if not decline.is_valid():
                return _invitation(request, seat, consortium, may, own, fresh, UNPROCESSABLE, decline)
            actions.decline(actor=request.user, seat_id=seat.pk, reason=decline.cleaned_data["reason"], at=clock.now())
            messages.success(request, f"{seat.organisation.name} has declined.")
            return redirect("consortia:list")
        if seat.state == SeatState.INVITED and own.owns and not form.is_valid():
            return _invitation(request, seat, consortium, may, own, form, UNPROCESSABLE)
        actions.accept(actor=request.user, seat_id=seat.pk, wording=request.POST.get("wording", ""), at=clock.now())
    except Refusal as refusal:
        return refused(request, refusal, back)
    messages.success(request, f"{seat.organisation.name} takes part in {consortium.name}.")
    return redirect("consortia:consortium", consortium.ref)


# --- a seat, for members -----------------------------------------------------------------------------------------


def _seat(request: HttpRequest, ref: str, number: int) -> tuple[Seat, Consortium, Standing]:
    """A seat of a consortium in which the visitor takes part."""
    consortium, may = inside(request, ref)
    found = queries.seat(number)
    if found is None or found.consortium_id != consortium.pk:
        raise Http404
    found.consortium = consortium
    return found, consortium, may


@signed_in
@require_GET
def seat(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """One member: its role, its mandate, and what can be done."""
    found, consortium, may = _seat(request, ref, number)
    own = _own(request, found)
    context = {
        "consortium": consortium,
        "standing": may,
        "may": may,
        "seat": found,
        "own": own,
        "open": found.state in OPEN_SEATS,
        "mandate": queries.mandate_of(found),
        "owners": queries.owners_in_words(found.organisation),
    }
    return render(request, "consortia/seat.html", context)


def _ending(
    request: HttpRequest,
    ref: str,
    number: int,
    *,
    act: Callable[..., Any],
    title: str,
    said: str,
    button: str,
    done: str,
    wanted: bool = False,
    with_reason: bool = True,
    changed: Callable[[list[Seat], Seat, Dossier], Dossier],
    planned: bool = False,
) -> HttpResponse:
    """A page that shows the effect of ending a seat, asks for a reason, and ends it.

    Args:
        changed: the dossier after it.
        planned: whether the effect is told on everybody who is invited too.
    """
    found, consortium, may = _seat(request, ref, number)
    form = ReasonForm(request.POST if request.method == "POST" else None, wanted=wanted)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            told = {"reason": form.cleaned_data["reason"]} if with_reason else {}
            try:
                act(actor=request.user, seat_id=number, at=clock.now(), **told)
            except Refusal as refusal:
                return refused(request, refusal, reverse("consortia:seat", args=[ref, number]))
            messages.success(request, done.format(name=found.organisation.name))
            # Who has left sees the consortium no more.
            still = standing_in(request.user, consortium, clock.now()).takes_part
            return redirect("consortia:consortium", ref) if still else redirect("consortia:list")
        status = UNPROCESSABLE
    seats = queries.open_seats(consortium)
    call = call_of(consortium.call, clock.now())
    before = queries.sketch(consortium, seats, planned=planned)
    context = {
        "consortium": consortium,
        "standing": may,
        "may": may,
        "seat": found,
        "title": title,
        "said": said,
        "button": button,
        "form": form,
        "with_reason": with_reason,
        "strays": [one for one in seats if one.tie_id == found.pk],
        "effect": None if call is None else effect_of(call, before, changed(seats, found, before), clock.today()),
    }
    return render(request, "consortia/effect.html", context, status=status)


def _gone(seats: list[Seat], found: Seat, before: Dossier) -> Dossier:  # noqa: ARG001 -- as the others
    return supposed(before, leaving=[found.organisation.ref])


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Leave the consortium, having seen what follows."""
    return _ending(
        request,
        ref,
        number,
        act=actions.leave,
        title="Leave the consortium",
        said="Its mandate ends with it. What it wrote in the application stays in the history of the draft.",
        button="Leave it",
        done="{name} has left.",
        changed=_gone,
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Remove a member, having seen what follows."""
    return _ending(
        request,
        ref,
        number,
        act=actions.remove,
        title="Remove from the consortium",
        said="It is told, with your reason. What it wrote in the application stays in the history of the draft.",
        button="Remove it",
        done="{name} is removed.",
        wanted=True,
        changed=_gone,
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def recall(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Take an invitation back, having seen what follows."""
    return _ending(
        request,
        ref,
        number,
        act=actions.recall,
        title="Take the invitation back",
        said="Its owners are told. The effect is told as if everybody invited accepted.",
        button="Take it back",
        done="The invitation of {name} is taken back.",
        with_reason=False,
        changed=_gone,
        planned=True,
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Hand the coordination over, having seen what follows."""

    def swapped(seats: list[Seat], found: Seat, before: Dossier) -> Dossier:
        old = queries.coordinator_of(seats)
        roles = {old.organisation.ref: Role.BENEFICIARY.value} if old else {}
        return with_roles(before, {**roles, found.organisation.ref: Role.COORDINATOR.value})

    return _ending(
        request,
        ref,
        number,
        act=lambda *, actor, seat_id, at: actions.hand_over(actor=actor, ref=ref, seat_id=seat_id, at=at),
        title="Hand the coordination over",
        said="It coordinates from then on, and the present coordinator is a beneficiary. Owners of both give their "
        "mandates again, for the new role.",
        button="Hand it over",
        done="{name} coordinates now.",
        with_reason=False,
        changed=swapped,
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def role(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Give a member another role: choose it, look at the effect, then do it."""
    found, consortium, may = _seat(request, ref, number)
    if not may.coordinates or may.bystander:
        raise PermissionDenied
    seats = queries.open_seats(consortium)
    others = [one for one in seats if one.role in queries.APPLICANTS and one.pk != found.pk]
    asked = request.POST if request.method == "POST" else request.GET if "role" in request.GET else None
    form = RoleForm(others, asked, initial={"role": found.role, "tie": found.tie_id})
    status = 200
    if asked is not None and not form.is_valid():
        status = UNPROCESSABLE
    elif request.method == "POST":
        try:
            actions.change_role(
                actor=request.user,
                seat_id=number,
                role=form.cleaned_data["role"],
                tie=form.cleaned_data["tie"],
                at=clock.now(),
            )
        except Refusal as refusal:
            if not refusal.faults:
                return refused(request, refusal, reverse("consortia:seat", args=[ref, number]))
            status = refusal.status
            for name, told in refusal.faults.items():
                form.add_error(name if name in form.fields else None, told)
        else:
            messages.success(request, f"{found.organisation.name} has another role.")
            return redirect("consortia:seat", ref, number)
    chosen = form.cleaned_data.get("role", "") if asked is not None and form.is_valid() else ""
    context = {
        "consortium": consortium,
        "standing": may,
        "may": may,
        "seat": found,
        "form": form,
        "chosen": chosen,
        "tie": form.cleaned_data.get("tie") if chosen else None,
        "chosen_label": Role(chosen).label if chosen else "",
        "effect": _effect(consortium, seats, lambda before: with_roles(before, {found.organisation.ref: chosen}))
        if chosen
        else None,
    }
    return render(request, "consortia/role.html", context, status=status)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def mandate(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """The mandate of a member: owners of the organisation revoke it, or give it again."""
    found, consortium, may = _seat(request, ref, number)
    if found.state != SeatState.ACCEPTED:
        raise Http404
    own = _own(request, found)
    stands = queries.mandate_of(found)
    back = reverse("consortia:seat", args=[ref, number])
    accept = AcceptForm(
        request.POST if request.method == "POST" else None, initial={"wording": queries.wording_of(found)}
    )
    reason = ReasonForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        gives = request.POST.get("act") != "revoke"
        form: Any = accept if gives else reason
        if form.is_valid():
            try:
                if gives:
                    words = accept.cleaned_data["wording"]
                    actions.give_mandate(actor=request.user, seat_id=number, wording=words, at=clock.now())
                    messages.success(request, "The mandate is given.")
                else:
                    why = reason.cleaned_data["reason"]
                    actions.revoke_mandate(actor=request.user, seat_id=number, reason=why, at=clock.now())
                    messages.success(request, "The mandate is revoked. The organisation still takes part, without one.")
            except Refusal as refusal:
                return refused(request, refusal, back)
            return redirect("consortia:seat", ref, number)
        status = UNPROCESSABLE
    context = {
        "consortium": consortium,
        "standing": may,
        "may": may,
        "seat": found,
        "own": own,
        "mandate": stands,
        "wording": queries.wording_of(found),
        "form": reason if stands else accept,
        "owners": queries.owners_in_words(found.organisation),
    }
    return render(request, "consortia/mandate.html", context, status=status)
