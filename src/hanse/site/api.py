"""The door for programs: every stage brings its endpoints, this module says who may enter and how errors read.

Errors are problem details (RFC 9457) as `application/problem+json`. Who has not signed in gets 401; whoever asks for
what is not theirs to know gets 404; a change by somebody else in between gets 409 with both sides.
"""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import SessionAuth

from hanse import __version__
from hanse.ground import clock
from hanse.ground.accounts.access import Access, may_enter
from hanse.stages.consortia.api import router as consortia
from hanse.stages.proposals.api import router as proposals
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.submission.api import router as submissions

SIGNED_IN = Access(sign_in=True)
OPEN_ROUTES = frozenset({"openapi-json", "api-root"})
"""Names of routes that visitors may ask; at the second there is nothing."""


class SignedIn(SessionAuth):
    """Whoever has signed in by the site; an auditor looks and changes nothing. Changes need the token of a form."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """The person, or None.

        Raises:
            PermissionDenied: if the person may look but not change.
        """
        user = super().authenticate(request, key)
        if user is not None and not may_enter(user, SIGNED_IN, request.method or "", clock.now()):
            raise PermissionDenied("You look at everything and change nothing.")
        return user


api = NinjaAPI(
    title="Hanse",
    version=__version__,
    description="Consortia and applications, as their members see them.",
    auth=SignedIn(),
    docs_url=None,
    urls_namespace="api-v1",
)
api.add_router("/consortia", consortia)
api.add_router("/proposals", proposals)
api.add_router("/proposals", submissions)


def problem(request: HttpRequest, status: int, detail: str, **more: Any) -> HttpResponse:
    """An error as a program reads it."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    response = api.create_response(request, body, status=status)
    response["Content-Type"] = "application/problem+json"
    return response


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    faults = {"faults": refusal.faults} if refusal.faults else {}
    return problem(request, refusal.status, refusal.message, **faults)


@api.exception_handler(Http404)
def _missing(request: HttpRequest, _: Http404) -> HttpResponse:
    return problem(request, 404, "There is nothing here, or nothing that you may see.")


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, _: AuthenticationError) -> HttpResponse:
    return problem(request, 401, "Sign in first; the session is sent as a cookie.")


@api.exception_handler(PermissionDenied)
def _forbidden(request: HttpRequest, denied: PermissionDenied) -> HttpResponse:
    return problem(request, 403, str(denied) or "This is not yours to do.")


@api.exception_handler(HttpError)
def _failed(request: HttpRequest, wrong: HttpError) -> HttpResponse:
    return problem(request, wrong.status_code, str(wrong))


@api.exception_handler(ValidationError)
def _unreadable(request: HttpRequest, wrong: ValidationError) -> HttpResponse:
    faults = {".".join(str(step) for step in fault["loc"]): fault["msg"] for fault in wrong.errors}
    return problem(request, 422, "What was sent cannot be read; every fault is named by its place.", faults=faults)


def routes() -> list[URLPattern]:
    """The addresses, each with the mark that every view of the site carries."""
    patterns = [pattern for pattern in api.urls[0] if isinstance(pattern, URLPattern)]
    for pattern in patterns:
        pattern.callback.access = Access() if pattern.name in OPEN_ROUTES else SIGNED_IN  # type: ignore[attr-defined]
    return patterns
