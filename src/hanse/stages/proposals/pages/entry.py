"""How the pages of one application begin, and how they say no."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from hanse.ground import clock
from hanse.stages.consortia.permissions import Standing, standing_in
from hanse.stages.proposals.models import Proposal
from hanse.stages.proposals.queries import drafts
from hanse.stages.registry.actions.refusals import Refusal

FORBIDDEN, NOT_FOUND = 403, 404


def inside(request: HttpRequest, ref: str) -> tuple[Proposal, Standing]:
    """An application of a consortium in which the visitor takes part, and how the visitor stands there.

    Raises:
        Http404: if there is none, or it is somebody else's: who may not see it does not learn that it exists.
    """
    proposal = drafts.by_ref(ref)
    if proposal is None:
        raise Http404
    may = standing_in(request.user, proposal.consortium, clock.now())
    if not may.takes_part:
        raise Http404
    return proposal, may


def refused(request: HttpRequest, refusal: Refusal, back: str, typed: str = "") -> HttpResponse:
    """Say no, where to go from here, and give back what was typed."""
    if refusal.status == NOT_FOUND:
        raise Http404(refusal.message)
    if refusal.status == FORBIDDEN and not typed:
        raise PermissionDenied(refusal.message)
    context = {"refusal": refusal, "back": back, "typed": typed}
    return render(request, "proposals/refused.html", context, status=refusal.status)
