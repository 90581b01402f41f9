"""Whose request it is: behind a proxy the proxy says, and nobody else."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from hanse.site.proxy import VisitorAddress


@pytest.mark.parametrize(
    ("behind", "forwarded", "address"),
    [
        (False, "203.0.113.9", "10.0.0.1"),
        (True, "203.0.113.9", "203.0.113.9"),
        (True, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (True, "", "10.0.0.1"),
        (True, " , ", "10.0.0.1"),
    ],
)
def test_the_address_of_a_visitor(behind: bool, forwarded: str, address: str, settings: Any) -> None:
    settings.BEHIND_PROXY = behind
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded}
    VisitorAddress(lambda _: HttpResponse())(request)
    assert request.META["REMOTE_ADDR"] == address
