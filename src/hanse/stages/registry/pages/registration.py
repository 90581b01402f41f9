"""Registering an organisation: describe it, check, send."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from hanse.ground import clock
from hanse.ground.accounts.access import roles_of, signed_in
from hanse.ground.accounts.models import Role
from hanse.stages.registry.actions import registration as actions
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.forms.people import SendForm, WithdrawForm
from hanse.stages.registry.forms.profile import LegalEntityForm, ProfileForm
from hanse.stages.registry.models import Organisation
from hanse.stages.registry.pages.entry import address, own, refused
from hanse.stages.registry.queries import profiles
from hanse.stages.registry.queries.doubts import doubts_of
from hanse.stages.registry.queries.duplicates import candidates_of

UNPROCESSABLE = 422
STEPS = ("Describe it", "Check and send", "An officer reviews it", "Registered")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Describe an organisation. It is saved as a draft, however little is filled in."""
    if request.method != "POST":
        context = {"form": ProfileForm(), "entity_form": LegalEntityForm(user=request.user), "steps": STEPS}
        return render(request, "registry/register.html", context)
    if Role.AUDITOR in roles_of(request.user, clock.now()):
        raise PermissionDenied
    form = ProfileForm(request.POST)
    entity_form = LegalEntityForm(request.POST, user=request.user)
    if not (form.is_valid() & entity_form.is_valid()):
        context = {"form": form, "entity_form": entity_form, "steps": STEPS}
        return render(request, "registry/register.html", context, status=UNPROCESSABLE)
    try:
        organisation = actions.start_draft(
            actor=request.user,
            values=form.cleaned_data,
            entity=entity_form.stated(),
            existing_entity=entity_form.existing(),
            at=clock.now(),
        )
    except Refusal as refusal:
        return refused(request, refusal, reverse("registry:register"))
    messages.success(request, "Saved as a draft. Only you can see it.")
    if request.POST.get("then") == "later":
        return redirect("registry:organisation", organisation.ref)
    return redirect("registry:request", organisation.ref)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def request_page(request: HttpRequest, ref: str) -> HttpResponse:
    """What is still missing, what is doubtful, what may be registered already; then the request."""
    organisation, may = own(request, ref)
    candidates = _candidates(organisation)
    if request.method != "POST":
        return render(request, "registry/request.html", _to_send(organisation, may, candidates, SendForm()))
    form = SendForm(request.POST)
    if candidates and not form.is_valid():
        context = _to_send(organisation, may, candidates, form)
        return render(request, "registry/request.html", context, status=UNPROCESSABLE)
    try:
        actions.request_registration(
            actor=request.user,
            ref=organisation.ref,
            at=clock.now(),
            link=address(request, "organisation", organisation.ref),
        )
    except Refusal as refusal:
        if refusal.status != UNPROCESSABLE:
            return refused(request, refusal, reverse("registry:organisation", args=[organisation.ref]))
        context = _to_send(organisation, may, candidates, form if candidates else SendForm())
        return render(request, "registry/request.html", context, status=UNPROCESSABLE)
    messages.success(request, "The request is sent. An officer reviews it; you will be told by e-mail.")
    return redirect("registry:organisation", organisation.ref)


def _candidates(organisation: Organisation) -> list[Any]:
    """Published organisations that may be the same one."""
    published = Organisation.Status.PUBLISHED
    return [one for one in candidates_of(organisation) if one.organisation.status == published]


def _to_send(organisation: Organisation, may: Any, candidates: list[Any], form: SendForm) -> dict[str, Any]:
    entity = organisation.legal_entity
    return {
        "organisation": organisation,
        "may": may,
        "gaps": profiles.gaps_of(organisation),
        "doubts": doubts_of(entity) if entity else [],
        "candidates": candidates,
        "form": form,
        "steps": STEPS,
    }


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a draft, a request or a published profile back."""
    organisation, may = own(request, ref)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw(
                actor=request.user,
                ref=organisation.ref,
                reason=form.cleaned_data["reason"],
                at=clock.now(),
                link=address(request, "organisation", organisation.ref),
            )
        except Refusal as refusal:
            return refused(request, refusal, reverse("registry:organisation", args=[organisation.ref]))
        messages.success(request, f"{organisation.name} is withdrawn. You can request registration again.")
        return redirect("registry:organisation", organisation.ref)
    context = {"organisation": organisation, "may": may, "form": form}
    return render(request, "registry/withdraw.html", context, status=UNPROCESSABLE if form.errors else 200)
