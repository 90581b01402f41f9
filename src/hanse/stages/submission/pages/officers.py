"""What officers see after the closing: submissions, refused attempts, late cases."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from hanse.ground.accounts.access import appointed
from hanse.ground.accounts.models import Role
from hanse.ground.clock.arrival import arrived
from hanse.stages.announcement.queries import edition_in_force
from hanse.stages.consortia.queries.members import has_closed
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.submission.actions import late as actions
from hanse.stages.submission.forms.late import DecideForm, LateForm
from hanse.stages.submission.queries import officers as queries
from hanse.stages.submission.queries import receipts

A_PAGE = 100
UNPROCESSABLE = 422


@appointed(Role.OFFICER)
@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """The calls that have closed."""
    now = arrived().at
    context = {"calls": queries.closed_calls(now), "cases": queries.waiting_cases(now)}
    return render(request, "submission/calls.html", context)


@appointed(Role.OFFICER)
@require_safe
def submissions(request: HttpRequest, call: str) -> HttpResponse:
    """The submissions to one call, refused attempts and late cases. Until it has closed there is no such page."""
    now = arrived().at
    edition = edition_in_force(call, now)
    if edition is None or not has_closed(call, now):
        raise Http404
    after = request.GET.get("after", "")
    start = int(after) if after.isdecimal() and len(after) < 19 else 0
    page = queries.submissions_to(call, A_PAGE + 1, start)
    context = {
        "edition": edition,
        "page": page[:A_PAGE],
        "more": page[A_PAGE - 1].receipt.position if len(page) > A_PAGE else None,
        "attempts": [(one, queries.refused_as_late(one)) for one in queries.late_attempts(call, A_PAGE)],
        "cases": queries.cases_of(call),
    }
    return render(request, "submission/submissions.html", context)


@appointed(Role.OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, ref: str, place: int) -> HttpResponse:
    """Propose that a refused attempt be admitted."""
    arrival = arrived()
    attempt = receipts.by_number(f"{ref}/{place}")
    if attempt is None or not has_closed(attempt.call, arrival.at):
        raise Http404
    form = LateForm(request.POST) if request.method == "POST" else LateForm()
    context = {"attempt": attempt, "claims": receipts.claims_of(attempt), "form": form}
    if not form.is_bound:
        return render(request, "submission/propose.html", context | {"unfit": actions.unfit(attempt)})
    if form.is_valid():
        try:
            case = actions.propose(
                actor=request.user,
                number=attempt.number,
                grounds=form.cleaned_data["grounds"],
                evidence=form.cleaned_data["evidence"],
                arrival=arrival,
            )
        except Refusal as refusal:
            return render(request, "submission/propose.html", context | {"refusal": refusal}, status=refusal.status)
        messages.success(request, "Proposed. Another officer decides.")
        return redirect("submission:late_case", case.pk)
    return render(request, "submission/propose.html", context, status=UNPROCESSABLE)


@appointed(Role.OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def late_case(request: HttpRequest, number: int) -> HttpResponse:
    """A late case, and the decision of it."""
    case = queries.case(number)
    if case is None or not has_closed(case.attempt.call, arrived().at):
        raise Http404
    form = DecideForm(request.POST) if request.method == "POST" else DecideForm()
    context = {
        "case": case,
        "claims": receipts.claims_of(case.attempt),
        "form": form,
        "may_decide": case.state == case.State.PROPOSED and case.proposed_by_id != request.user.pk,
    }
    if not form.is_bound:
        return render(request, "submission/late_case.html", context)
    if form.is_valid():
        try:
            actions.decide(
                actor=request.user,
                case_id=number,
                admit=form.cleaned_data["admit"] == "yes",
                decision=form.cleaned_data["decision"],
                arrival=arrived(),
            )
        except Refusal as refusal:
            return render(request, "submission/late_case.html", context | {"refusal": refusal}, status=refusal.status)
        messages.success(request, "Decided.")
        return redirect("submission:late_case", number)
    return render(request, "submission/late_case.html", context, status=UNPROCESSABLE)
