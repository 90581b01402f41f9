"""Whose request it is, behind a proxy: limits by address must not count all visitors as one."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class VisitorAddress:
    """Sets `REMOTE_ADDR` to the address that the proxy in front was asked from.

    Of the addresses in `X-Forwarded-For` the last is the proxy's own word; those before it anybody can make up.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set it and pass on."""
        if settings.BEHIND_PROXY:
            forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
            if forwarded:
                request.META["REMOTE_ADDR"] = forwarded
        return self.get_response(request)
