"""The reviewer's desk: registrations and takeovers that wait for a decision."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from hanse.ground import clock, files
from hanse.ground.accounts.access import appointed
from hanse.ground.accounts.models import Role
from hanse.stages.registry.actions import registration as actions
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.actions.takeover import grant_takeover, refuse_takeover
from hanse.stages.registry.forms.people import ReviewForm, TakeoverDecisionForm
from hanse.stages.registry.pages.entry import address, refused, seen
from hanse.stages.registry.pages.profile import profile_context
from hanse.stages.registry.permissions import may_decide_takeovers
from hanse.stages.registry.queries import people as queries
from hanse.stages.registry.queries import profiles
from hanse.stages.registry.queries.duplicates import candidates_of

UNPROCESSABLE = 422
A_PAGE = 50


@appointed(Role.OFFICER)
@require_GET
def reviews(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, the longest waiting first."""
    waiting = profiles.review_queue_notes(clock.now())
    context = {
        "waiting": [(one, note, profiles.country_name(one.country)) for one, note in waiting],
        "more": profiles.review_queue().count() - len(waiting),
        "takeovers": list(queries.takeovers_waiting()[:A_PAGE]),
    }
    return render(request, "registry/reviews.html", context)


@appointed(Role.OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, ref: str) -> HttpResponse:
    """One registration: the profile as it asks to be published, what is doubtful in it, and the decision."""
    organisation, may = seen(request, ref)
    if organisation.ref != ref:
        return redirect("registry:review", organisation.ref)
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        note = form.cleaned_data["note"]
        told: dict[str, Any] = {"actor": request.user, "ref": organisation.ref, "at": clock.now()}
        link = address(request, "organisation", organisation.ref)
        try:
            if form.cleaned_data["decision"] == "publish":
                actions.publish(**told, note=note, link=link)
                said = f"{organisation.name} is registered."
            elif form.cleaned_data["decision"] == "return":
                actions.return_for_correction(**told, note=note, link=link)
                said = f"{organisation.name} is returned for correction."
            else:
                actions.refuse(**told, reason=note, link=link)
                said = f"The registration of {organisation.name} is refused."
        except Refusal as refusal:
            return refused(request, refusal, reverse("registry:reviews"))
        messages.success(request, said)
        return redirect("registry:reviews")
    context = profile_context(request, organisation, may) | {
        "form": form,
        "reviewing": True,
        "candidates": candidates_of(organisation),
    }
    return render(request, "registry/review.html", context, status=UNPROCESSABLE if form.errors else 200)


@appointed(Role.OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def takeover(request: HttpRequest, number: int) -> HttpResponse:
    """One request to take a profile over, with its proof, and the decision."""
    asked = queries.takeover(number)
    if asked is None:
        raise Http404
    form = TakeoverDecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason, at = form.cleaned_data["reason"], clock.now()
        try:
            if form.cleaned_data["decision"] == "grant":
                grant_takeover(actor=request.user, number=number, reason=reason, at=at)
                said = f"{asked.user.name} is now an owner of {asked.organisation.name}."
            else:
                refuse_takeover(actor=request.user, number=number, reason=reason, at=at)
                said = "The request is refused."
        except Refusal as refusal:
            return refused(request, refusal, reverse("registry:reviews"))
        messages.success(request, said)
        return redirect("registry:reviews")
    context = {
        "asked": asked,
        "organisation": asked.organisation,
        "verified": queries.verified_addresses(asked.user),
        "members": queries.members_of(asked.organisation),
        "may_decide": may_decide_takeovers(request.user, clock.now())
        and asked.state == "waiting"
        and asked.user_id != request.user.pk,
        "form": form,
    }
    return render(request, "registry/takeover.html", context, status=UNPROCESSABLE if form.errors else 200)


ENDINGS = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}


@appointed(Role.OFFICER)
@require_GET
def takeover_file(request: HttpRequest, number: int) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """The document that came with a request, as a download."""
    asked = queries.takeover(number)
    if asked is None or asked.file is None:
        raise Http404
    with files.opened(asked.file) as content:
        response = HttpResponse(content.read(), content_type=asked.file.media_type)
    ending = ENDINGS.get(asked.file.media_type, "bin")
    response["Content-Disposition"] = f'attachment; filename="proof-{number}.{ending}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
