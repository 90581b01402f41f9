"""Addresses for raw lines: what came and when, a thread that is kept busy, content of many pieces, content that fails."""

import time
from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from hanse.ground.clock.arrival import Arrival

PIECES, PIECE = 30, b"x" * 100_000
TOO_MUCH = 4 << 20
"""Bytes of a body, at most."""


@csrf_exempt
def came(request: HttpRequest) -> JsonResponse:
    """What came, and the tick at which it had come."""
    arrival: Arrival = request.arrival  # type: ignore[attr-defined]
    told = {"bytes": len(request.body), "tick": arrival.tick, "path": request.path, "query": request.GET.dict()}
    return JsonResponse(told | {"address": request.META["REMOTE_ADDR"], "headers": dict(request.headers)})


def hold(request: HttpRequest, name: str) -> HttpResponse:
    """Keep a thread busy until there is a file `go`; a file of its own says that it has begun."""
    (settings.DATA / name).touch()
    while not (settings.DATA / "go").exists():
        time.sleep(0.01)
    return HttpResponse("went")


def long(request: HttpRequest) -> StreamingHttpResponse:
    """Three megabytes in pieces."""
    return StreamingHttpResponse(iter([PIECE] * PIECES))


def broken(request: HttpRequest) -> StreamingHttpResponse:
    """Content that fails when a part of it is made."""

    def pieces() -> Iterator[bytes]:
        yield PIECE
        raise RuntimeError("half a page")

    return StreamingHttpResponse(pieces())


urlpatterns = [path("long", long), path("broken", broken), path("hold/<name>", hold), re_path("^", came)]
handler500 = "hanse.site.pages.server_error"
