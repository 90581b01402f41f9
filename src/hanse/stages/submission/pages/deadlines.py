"""The deadline of a call as everybody reads it: how it was moved, by whom, and the signed notices."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hanse.ground import clock
from hanse.ground.accounts.access import anyone
from hanse.stages.announcement.queries import edition_in_force
from hanse.stages.submission.queries import deadlines as queries


@anyone
@require_safe
def deadline(request: HttpRequest, reference: str) -> HttpResponse:
    """The deadline that holds, the time left, and the deadlines before."""
    now = clock.now()
    edition = None if "\0" in reference else edition_in_force(reference, now)
    if edition is None:
        raise Http404
    context = {
        "edition": edition,
        "open": edition.closing is not None and now <= edition.closing,
        "steps": queries.steps_of(reference, now),
    }
    return render(request, "submission/deadline.html", context)


@anyone
@require_safe
def notice(request: HttpRequest, reference: str, place: int) -> HttpResponse:  # noqa: ARG001 -- a page takes it
    """A signed notice as a file that proves itself."""
    found = None if "\0" in reference else queries.notice_of(reference, place)
    if found is None:
        raise Http404
    response = HttpResponse(queries.notice_file(found), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{reference}-deadline-{place}.json"'
    return response
