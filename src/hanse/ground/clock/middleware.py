"""Stamps every request with the instant at which it came in."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from hanse.ground import clock
from hanse.ground.clock import arrival


class StampArrival:
    """Sets `request.arrival` before anything else is done: waiting for the machine never makes anybody late.

    Where the server stamps requests itself (`hanse.site.rsgi`), its stamp stands.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Stamp and pass on."""
        came = _of_host(request)
        _put(request, came)  # for the answer that is given if the clock of a rehearsal cannot be read
        with clock.read_once():
            came = came.shifted()
            _put(request, came)
            token = arrival.served.set(came)
            try:
                return self.get_response(request)
            finally:
                arrival.served.reset(token)


def _put(request: HttpRequest, came: arrival.Arrival) -> None:
    request.arrival = came  # type: ignore[attr-defined]
    request.received_at = came.at  # type: ignore[attr-defined]


def _of_host(request: HttpRequest) -> arrival.Arrival:
    """The stamp of the server, else of now; moved back to when a trusted proxy had the request."""
    came: arrival.Arrival = request.META.get(arrival.STAMP) or arrival.stamp_of_host()
    if settings.BEHIND_PROXY:
        came = came.earlier(arrival.waited_at_proxy(request.META.get("HTTP_X_REQUEST_START", ""), came.real))
    return came
