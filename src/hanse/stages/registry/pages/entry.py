"""How the pages of one organisation begin, and how they say no."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from hanse.ground import clock
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import Organisation
from hanse.stages.registry.permissions import Standing, standing
from hanse.stages.registry.queries import profiles

FORBIDDEN = 403


def seen(request: HttpRequest, ref: str) -> tuple[Organisation, Standing]:
    """An organisation that the visitor may see, and how the visitor stands to it.

    Raises:
        Http404: if there is none, or it is private: whoever may not see it does not learn that it exists.
    """
    organisation = profiles.by_ref(ref)
    if organisation is None:
        raise Http404
    may = standing(request.user, organisation, clock.now())
    if not may.may_see:
        raise Http404
    return organisation, may


def own(request: HttpRequest, ref: str) -> tuple[Organisation, Standing]:
    """An organisation for which the visitor acts, or which an auditor looks at.

    Raises:
        Http404: as `seen` does.
        PermissionDenied: if it is public and the visitor does not act for it.
    """
    organisation, may = seen(request, ref)
    if not may.acts and not (may.auditor and request.method in ("GET", "HEAD")):
        raise PermissionDenied
    return organisation, may


def address(request: HttpRequest, name: str, *args: object) -> str:
    """The whole address of a page, for a message."""
    return request.build_absolute_uri(reverse(f"registry:{name}", args=args))


def refused(request: HttpRequest, refusal: Refusal, back: str) -> HttpResponse:
    """Say no, and where to go from here."""
    if refusal.status == FORBIDDEN:
        raise PermissionDenied(refusal.message)
    context = {"refusal": refusal, "back": back}
    return render(request, "registry/refused.html", context, status=refusal.status)
