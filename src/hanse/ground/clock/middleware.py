"""Stamps every request with the instant at which it came in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from hanse.ground import clock


class StampArrival:
    """Sets `request.received_at` before anything else is done: waiting for the machine never makes anybody late."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Stamp and pass on."""
        with clock.read_once():
            request.received_at = clock.now()  # type: ignore[attr-defined]
            return self.get_response(request)
