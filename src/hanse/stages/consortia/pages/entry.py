"""How the pages of one consortium begin, and how they say no."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from hanse.ground import clock
from hanse.stages.consortia.models import Consortium
from hanse.stages.consortia.permissions import Standing, standing_in
from hanse.stages.consortia.queries import members
from hanse.stages.registry.actions.refusals import Refusal

NOT_FOUND = 404


def visible(request: HttpRequest, ref: str) -> tuple[Consortium, Standing]:
    """A consortium in which the visitor takes part or is invited to, and how the visitor stands there.

    Raises:
        Http404: if there is none, or it is somebody else's: who may not see it does not learn that it exists.
    """
    consortium = members.by_ref(ref)
    if consortium is None:
        raise Http404
    may = standing_in(request.user, consortium, clock.now())
    if not may.may_see:
        raise Http404
    return consortium, may


def inside(request: HttpRequest, ref: str) -> tuple[Consortium, Standing]:
    """A consortium in which the visitor takes part, and how the visitor stands there.

    Raises:
        Http404: if there is none, it is somebody else's, or the visitor is only invited.
    """
    consortium, may = visible(request, ref)
    if not may.takes_part:
        raise Http404
    return consortium, may


def refused(request: HttpRequest, refusal: Refusal, back: str) -> HttpResponse:
    """Say no, why, and where to go from here."""
    if refusal.status == NOT_FOUND:
        raise Http404(refusal.message)
    return render(request, "consortia/refused.html", {"refusal": refusal, "back": back}, status=refusal.status)
