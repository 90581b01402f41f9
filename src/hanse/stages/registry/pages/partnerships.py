"""The partnerships that a profile states."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from hanse.ground import clock
from hanse.ground.accounts.access import signed_in
from hanse.stages.registry.actions.partnerships import state_partnership, take_partnership_back
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.forms.profile import PartnershipForm
from hanse.stages.registry.models import Organisation
from hanse.stages.registry.pages.entry import own, refused
from hanse.stages.registry.permissions import Standing

UNPROCESSABLE = 422


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def partnerships(request: HttpRequest, ref: str) -> HttpResponse:
    """What is stated, and stating more."""
    organisation, may = own(request, ref)
    if request.method != "POST":
        return _page(request, organisation, may, PartnershipForm())
    form = PartnershipForm(request.POST)
    if not form.is_valid():
        return _page(request, organisation, may, form, UNPROCESSABLE)
    try:
        state_partnership(actor=request.user, ref=organisation.ref, values=form.cleaned_data, at=clock.now())
    except Refusal as refusal:
        if not refusal.faults:
            return refused(request, refusal, reverse("registry:partnerships", args=[organisation.ref]))
        for field, told in refusal.faults.items():
            form.add_error(field, told)
        return _page(request, organisation, may, form, refusal.status)
    messages.success(request, f"{form.cleaned_data['partnership']} is on the profile.")
    return redirect("registry:partnerships", organisation.ref)


@signed_in
@require_POST
def partnership(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Take one back."""
    organisation, _ = own(request, ref)
    try:
        gone = take_partnership_back(actor=request.user, ref=organisation.ref, number=number, at=clock.now())
    except Refusal as refusal:
        return refused(request, refusal, reverse("registry:partnerships", args=[organisation.ref]))
    messages.success(request, f"{gone.partnership} is no longer on the profile.")
    return redirect("registry:partnerships", organisation.ref)


def _page(
    request: HttpRequest, organisation: Organisation, may: Standing, form: PartnershipForm, status: int = 200
) -> HttpResponse:
    stated = list(organisation.past_partnerships.order_by("started", "partnership", "id"))
    context = {"organisation": organisation, "may": may, "stated": stated, "form": form}
    return render(request, "registry/partnerships.html", context, status=status)
