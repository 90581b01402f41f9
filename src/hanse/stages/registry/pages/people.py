"""Who acts for an organisation: the page of its people, invitations, leaving, taking over."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from hanse.ground import clock, files
from hanse.ground.accounts.access import anyone, signed_in
from hanse.stages.registry.actions import people as actions
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.actions.takeover import ask_for_takeover, withdraw_takeover
from hanse.stages.registry.forms.people import InviteForm, TakeoverForm
from hanse.stages.registry.models import Organisation
from hanse.stages.registry.pages.entry import address, own, refused, seen
from hanse.stages.registry.permissions import Standing
from hanse.stages.registry.queries import people as queries

UNPROCESSABLE = 422
GONE = 410
NOT_FOUND = 404
FORBIDDEN = 403
MOST_BYTES = 10 << 20


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, ref: str) -> HttpResponse:
    """Who acts for an organisation; owners invite others here."""
    organisation, may = own(request, ref)
    if request.method != "POST":
        return _people(request, organisation, may, InviteForm())
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _people(request, organisation, may, form, UNPROCESSABLE)
    try:
        actions.invite(
            actor=request.user,
            ref=organisation.ref,
            email=form.cleaned_data["email"],
            right=form.cleaned_data["right"],
            at=clock.now(),
            link=lambda token: address(request, "accept", token),
        )
    except Refusal as refusal:
        if not refusal.faults:
            return refused(request, refusal, _page_of(organisation))
        for field, told in refusal.faults.items():
            form.add_error(field, told)
        return _people(request, organisation, may, form, refusal.status)
    messages.success(request, f"{form.cleaned_data['email']} is invited.")
    return redirect("registry:people", organisation.ref)


def _people(
    request: HttpRequest, organisation: Organisation, may: Standing, form: InviteForm, status: int = 200
) -> HttpResponse:
    members = queries.members_of(organisation)
    owners = sum(held.right == "owner" for held in members)
    now = clock.now()
    context = {
        "organisation": organisation,
        "may": may,
        "members": members,
        "lonely": owners < queries.OWNERS_WANTED,
        "invitations": list(queries.open_invitations(organisation, now).select_related("invited_by")),
        "form": form,
    }
    return render(request, "registry/people.html", context, status=status)


@signed_in
@require_POST
def member(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Remove a person, or change what the person may do."""
    organisation, _ = own(request, ref)
    act = request.POST.get("act", "")
    try:
        if act == "remove":
            held = actions.remove(actor=request.user, ref=organisation.ref, number=number, at=clock.now())
            messages.success(request, f"{held.user.name} no longer acts for {organisation.name}.")
        else:
            held = actions.change_right(
                actor=request.user, ref=organisation.ref, number=number, right=act, at=clock.now()
            )
            messages.success(request, f"{held.user.name} is now {held.right}.")
    except Refusal as refusal:
        return refused(request, refusal, _page_of(organisation))
    return redirect("registry:people", organisation.ref)


@signed_in
@require_POST
def invitation(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Withdraw an invitation."""
    organisation, _ = own(request, ref)
    try:
        taken_back = actions.withdraw_invitation(
            actor=request.user, ref=organisation.ref, number=number, at=clock.now()
        )
    except Refusal as refusal:
        return refused(request, refusal, _page_of(organisation))
    messages.success(request, f"The invitation of {taken_back.email} is withdrawn.")
    return redirect("registry:people", organisation.ref)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, ref: str) -> HttpResponse:
    """Stop acting for an organisation."""
    organisation, may = own(request, ref)
    if request.method != "POST":
        if not may.acts:
            raise PermissionDenied
        return render(request, "registry/leave.html", {"organisation": organisation, "may": may})
    try:
        actions.leave(actor=request.user, ref=organisation.ref, at=clock.now())
    except Refusal as refusal:
        return refused(request, refusal, _page_of(organisation))
    messages.success(request, f"You no longer act for {organisation.name}.")
    return redirect("work")


def _page_of(organisation: Organisation) -> str:
    return reverse("registry:people", args=[organisation.ref])


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """An invitation: accept it, or learn why it cannot be accepted."""
    found = queries.invitation_with(token)
    now = clock.now()
    if found is None:
        return _invitation(request, "unknown", NOT_FOUND)
    if found.accepted_at is not None:
        return _invitation(request, "used", GONE, invitation=found)
    if found.withdrawn_at is not None:
        return _invitation(request, "withdrawn", GONE, invitation=found)
    if found.expires_at <= now:
        return _invitation(request, "expired", GONE, invitation=found)
    if not request.user.is_authenticated:
        return _invitation(request, "sign in", 200, invitation=found)
    verified = queries.verified_addresses(request.user)
    if found.email.casefold() not in {one.casefold() for one in verified}:
        unverified = request.user.email.casefold() == found.email.casefold()
        return _invitation(request, "unverified" if unverified else "foreign", FORBIDDEN, invitation=found)
    if request.method != "POST":
        return _invitation(request, "open", 200, invitation=found)
    try:
        held = actions.accept_invitation(actor=request.user, token=token, verified=verified, at=now)
    except Refusal as refusal:
        return refused(request, refusal, reverse("work"))
    messages.success(request, f"You are now {held.right} of {found.organisation.name}.")
    return redirect("registry:organisation", found.organisation.ref)


def _invitation(request: HttpRequest, state: str, status: int, **context: object) -> HttpResponse:
    response = render(request, "registry/invitation.html", {"state": state, **context}, status=status)
    response["Referrer-Policy"] = "no-referrer"  # the link is a secret
    return response


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def take_over(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask to become an owner of a profile, with proof."""
    organisation, may = seen(request, ref)
    if organisation.status != Organisation.Status.PUBLISHED:
        raise Http404
    asked = queries.takeover_of(request.user, organisation)
    if request.method == "POST" and request.POST.get("act") == "withdraw" and asked is not None:
        try:
            withdraw_takeover(actor=request.user, number=asked.pk, at=clock.now())
        except Refusal as refusal:
            return refused(request, refusal, reverse("registry:organisation", args=[organisation.ref]))
        messages.success(request, "Your request is withdrawn.")
        return redirect("registry:organisation", organisation.ref)
    if may.auditor and request.method == "POST":
        raise PermissionDenied
    context = {
        "organisation": organisation,
        "may": may,
        "owned": queries.has_owner(organisation),
        "asked": asked,
    }
    if request.method != "POST":
        return render(request, "registry/take_over.html", context | {"form": TakeoverForm()})
    form = TakeoverForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            upload = form.cleaned_data["file"]
            kept = (
                files.keep(upload, allowed=files.DOCUMENTS, most_bytes=MOST_BYTES, kept_by=request.user, at=clock.now())
                if upload
                else None
            )
            ask_for_takeover(
                actor=request.user,
                ref=organisation.ref,
                proof=form.cleaned_data["proof"],
                file=kept,
                at=clock.now(),
            )
        except files.Refused as refusal:
            form.add_error("file", str(refusal))
        except Refusal as refusal:
            return refused(request, refusal, reverse("registry:organisation", args=[organisation.ref]))
        else:
            messages.success(
                request, "Your request is sent. An officer looks at the proof; you will be told by e-mail."
            )
            return redirect("registry:organisation", organisation.ref)
    return render(request, "registry/take_over.html", context | {"form": form}, status=UNPROCESSABLE)
