"""Stamps every request with the instant at which it came in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from hanse.ground import clock
from hanse.ground.clock import arrival


class StampArrival:
    """Sets `request.arrival` before anything else is done: waiting for the machine never makes anybody late."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Stamp and pass on."""
        with clock.read_once():
            came = arrival.stamp()
            request.arrival = came  # type: ignore[attr-defined]
            request.received_at = came.at  # type: ignore[attr-defined]
            token = arrival.served.set(came)
            try:
                return self.get_response(request)
            finally:
                arrival.served.reset(token)
