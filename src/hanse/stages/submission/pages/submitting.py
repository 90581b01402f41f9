"""The door: what would stop an application, submitting it, and taking it back."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from hanse.ground.accounts.access import signed_in
from hanse.ground.clock.arrival import arrived
from hanse.stages.consortia.permissions import Standing
from hanse.stages.consortia.queries.members import has_closed
from hanse.stages.proposals.models import Proposal
from hanse.stages.proposals.pages.entry import refused
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.submission.actions import submitting as actions
from hanse.stages.submission.forms.submitting import SubmitForm, WithdrawForm
from hanse.stages.submission.pages.receipts import receipt_page
from hanse.stages.submission.permissions import may_submit, proposal_for
from hanse.stages.submission.queries import receipts
from hanse.stages.submission.queries.differences import told_of_changes
from hanse.stages.submission.queries.report import door_of, report_on

UNPROCESSABLE = 422
KEY_LOST = "The page did not send the key of this attempt, so nothing was submitted. Go back, and submit from there."


def _frame(proposal: Proposal, may: Standing) -> dict[str, Any]:
    """What every page of an application needs."""
    return {"proposal": proposal, "may": may, "part": "submission", "part_name": "Submission"}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def submission(request: HttpRequest, ref: str) -> HttpResponse:
    """How it stands, what would stop it, and the button. The answer to the button is the receipt."""
    proposal, may = proposal_for(request.user, ref, arrived().at)
    arrival = arrived()
    if request.method == "POST":
        form = SubmitForm(request.POST)
        if form.is_valid():
            try:
                made = actions.submit(actor=request.user, ref=ref, arrival=arrival, key=form.cleaned_data["key"])
            except Refusal as refusal:
                return refused(request, refusal, reverse("submission:submission", args=[ref]))
            return receipt_page(request, made, may, new=True)
        return refused(request, Refusal(KEY_LOST, UNPROCESSABLE), reverse("submission:submission", args=[ref]))
    form = SubmitForm()
    try:
        ground, ready = actions.make_ready(proposal=proposal, arrival=arrival)
    except Refusal as refusal:
        return refused(request, refusal, reverse("proposals:proposal", args=[ref]))
    door, closed = door_of(ground, ready, arrival.at), has_closed(proposal.consortium.call, arrival.at)
    settled = closed and door.standing is not None and not door.behind
    context = _frame(proposal, may) | {
        "form": form,
        "may_submit": may_submit(may),
        "offered": may_submit(may) and not settled,
        "closed": closed,
        "settled": settled,
        "door": door,
        "parts_missing": bool(ready.missing),
        "report": report_on(ground, ready, arrival.at),
        "receipts": receipts.receipts_of(proposal),
        "call": ground.call,
        "lead": next((seat.organisation.name for seat in ground.seats if seat.role == "coordinator"), ""),
    }
    return render(request, "submission/submission.html", context)


@signed_in
@require_safe
def changes(request: HttpRequest, ref: str) -> HttpResponse:
    """What changed since the version that counts was sealed, side by side."""
    proposal, may = proposal_for(request.user, ref, arrived().at)
    arrival = arrived()
    try:
        ground, ready = actions.make_ready(proposal=proposal, arrival=arrival)
    except Refusal as refusal:
        return refused(request, refusal, reverse("proposals:proposal", args=[ref]))
    door = door_of(ground, ready, arrival.at)
    context = _frame(proposal, may) | {
        "door": door,
        "changes": told_of_changes(door.changes, ground, may),
        "form": SubmitForm(),
        "may_submit": may_submit(may),
        "closed": has_closed(proposal.consortium.call, arrival.at),
    }
    return render(request, "submission/changes.html", context)


@signed_in
@require_safe
def state(request: HttpRequest, ref: str) -> HttpResponse:
    """In a few words whether the application is submitted, for the head of its pages."""
    proposal, may = proposal_for(request.user, ref, arrived().at)
    arrival = arrived()
    try:
        ground, ready = actions.make_ready(proposal=proposal, arrival=arrival)
    except Refusal:
        return HttpResponse()
    context = {"proposal": proposal, "may_submit": may_submit(may), "door": door_of(ground, ready, arrival.at)}
    return render(request, "submission/state.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Say why, and take the submission back."""
    proposal, may = proposal_for(request.user, ref, arrived().at)
    form = WithdrawForm(request.POST) if request.method == "POST" else WithdrawForm()
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.withdraw(
                actor=request.user,
                ref=ref,
                reason=form.cleaned_data["reason"],
                arrival=arrived(),
                key=form.cleaned_data["key"],
            )
        except Refusal as refusal:
            return refused(request, refusal, reverse("submission:submission", args=[ref]), request.POST["reason"])
        return receipt_page(request, made, may, new=True)
    context = _frame(proposal, may) | {
        "form": form,
        "standing": receipts.standing_of(proposal),
        "may_submit": may_submit(may),
        "closed": has_closed(proposal.consortium.call, arrived().at),
    }
    return render(request, "submission/withdraw.html", context, status=UNPROCESSABLE if form.is_bound else 200)
