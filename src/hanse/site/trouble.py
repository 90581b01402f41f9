"""What is answered when the machine is in trouble: 503, a calm page or problem details, and a slip as evidence.

Nothing here needs the database. Whatever failed on the way to an answer - the view, the session, another error's page -
ends at `handler500`, which asks here first.
"""

import json
import logging
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from hanse.core.submission.telling import instant_in_words
from hanse.ground.clock import arrival
from hanse.ground.watch import attempts, evidence
from hanse.ground.watch.faults import Fault, fault_of

RETRY_AFTER = 30
"""Seconds after which trying again makes sense."""
WHAT = {
    Fault.DATABASE: "The site's database does not answer at the moment.",
    Fault.STORAGE: "The site has no room to write at the moment.",
    Fault.KEY: "The site cannot reach its signing key at the moment, and gives no receipt that it cannot sign.",
}
SAFE = (
    "What was saved before is safe. Whether this last request was still carried out nobody can say here: look before "
    "you send it again. To submit twice does no harm."
)
log = logging.getLogger(__name__)


def answer(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """The answer to a request that the machine failed; None if the error is of another kind."""
    fault = fault_of(error)
    if fault is None:
        return None
    slip = _slip(request, fault)
    response = _problem(fault, slip) if _for_programs(request) else _page(fault, slip)
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response


def _slip(request: HttpRequest, fault: Fault) -> attempts.Slip:
    """The slip of a request, kept as evidence; the same one if its answer fails again."""
    known: attempts.Slip | None = getattr(request, "attempt_slip", None)
    if known is not None:
        return known
    made = attempts.slip(
        method=request.method or "",
        path=request.path,
        arrival=_arrival(request),
        user_id=_user_id(request, fault),
        fault=fault,
    )
    evidence.keep(made)
    request.attempt_slip = made  # type: ignore[attr-defined]
    return made


def _arrival(request: HttpRequest) -> arrival.Arrival:
    """When it came; by the server's stamp if it failed before it was asked for."""
    came = getattr(request, "arrival", None) or request.META.get(arrival.STAMP)
    return came or arrival.stamp_of_host()


def _user_id(request: HttpRequest, fault: Fault) -> int | None:
    """Who asked, if that is known already, or the database, which keeps sessions, can still be asked."""
    user = getattr(request, "_cached_user", None)
    if user is None and fault is not Fault.DATABASE:
        try:
            user = getattr(request, "user", None)
            return user.pk if user is not None and user.is_authenticated else None
        except Exception:  # two troubles at once
            log.warning("nobody could be told for an attempt slip", exc_info=True)
            return None
    return user.pk if user is not None else None


def _for_programs(request: HttpRequest) -> bool:
    accepted = request.headers.get("Accept", "")
    return request.path.startswith("/api/") or ("json" in accepted and "html" not in accepted)


def _problem(fault: Fault, slip: attempts.Slip) -> HttpResponse:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    told: dict[str, Any] = {"type": "about:blank", "title": status.phrase, "status": int(status)}
    told |= {"detail": f"{WHAT[fault]} {SAFE}", "attempt": slip}
    return JsonResponse(told, status=status, content_type="application/problem+json")


def _page(fault: Fault, slip: attempts.Slip) -> HttpResponse:
    written = json.dumps(slip, indent=2)
    context = {
        "what": WHAT[fault],
        "safe": SAFE,
        "received_at": instant_in_words(slip["claims"]["received_at"]),
        "slip": written,
        "signed": "missing" not in slip["signature"],
    }
    try:
        page = render_to_string("site/503.html", context)
    except Exception:  # a disk that cannot be read has no templates either
        log.exception("the page of trouble could not be made")
        plain = f"{WHAT[fault]} {SAFE}\n\nKeep this as evidence that your request came:\n\n{written}\n"
        return HttpResponse(plain, status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse(page, status=503)
