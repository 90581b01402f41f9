"""Stamps every request with the instant at which it came in."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from hanse.ground import clock
from hanse.ground.clock import arrival


class StampArrival:
    """Sets `request.arrival` before anything else is done: waiting for the machine never makes anybody late."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Stamp and pass on."""
        came = arrival.stamp_of_host(_before_us(request))
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


def _before_us(request: HttpRequest) -> timedelta:
    """How long a trusted proxy had the request before."""
    if not settings.BEHIND_PROXY:
        return timedelta()
    return arrival.waited_at_proxy(request.META.get("HTTP_X_REQUEST_START", ""))
