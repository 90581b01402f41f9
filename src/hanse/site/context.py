"""What stands around every page: menu, clock, mode, who is signed in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from hanse.ground import clock
from hanse.ground.accounts.access import roles_of
from hanse.ground.accounts.models import Role

ALSO = {"consortia:list": ("/proposals",)}
"""Other beginnings of addresses that belong to an entry of the menu."""
Entry = tuple[str, str, bool]
"""Label, address, and whether it is where the reader is."""


@dataclass(frozen=True)
class Frame:
    """The frame of a page.

    Attributes:
        menu: the main menu.
        user_menu: what the visitor can do about who they are.
        clock: what the clock says, and whether it is shifted.
        mode: `live`, `rehearsal` or `demo`.
    """

    menu: tuple[Entry, ...]
    user_menu: tuple[Entry, ...]
    clock: clock.Reading
    mode: str


def page_frame(request: HttpRequest) -> Mapping[str, Any]:
    """The frame of the page asked for."""
    return {
        "frame": Frame(
            menu=tuple(_entries(request, _menu(request))),
            user_menu=tuple(_entries(request, _user_menu(request))),
            clock=clock.reading(),
            mode=settings.MODE,
        )
    }


def _entries(request: HttpRequest, entries: Iterator[tuple[str, str]]) -> Iterator[Entry]:
    for label, name in entries:
        address = reverse(name)
        parts = (address, *ALSO.get(name, ()))
        here = request.path == address or (address != "/" and any(request.path.startswith(f"{p}/") for p in parts))
        yield label, address, here


def _menu(request: HttpRequest) -> Iterator[tuple[str, str]]:
    yield "Calls", "announcement:calls"
    yield "Organisations", "registry:organisations"
    if not request.user.is_authenticated:
        return
    yield "Consortia", "consortia:list"
    yield "My work", "work"
    if roles_of(request.user, clock.now()) & {Role.OFFICER, Role.ADMINISTRATOR, Role.AUDITOR}:
        yield "Administration", "administration"


def _user_menu(request: HttpRequest) -> Iterator[tuple[str, str]]:
    if request.user.is_authenticated:
        yield "Account", "account_email"
        yield "Sign out", "account_logout"
        return
    if settings.MODE == "demo":
        yield "Enter as one of the cast", "accounts:cast"
    yield "Sign in", "account_login"
    yield "Create an account", "account_signup"
