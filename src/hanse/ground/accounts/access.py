"""Who may enter: every view says so by one of these marks, and is closed to everybody else.

    @anyone                          visitors too
    @signed_in                       whoever has signed in; whose things they see, the view decides
    @appointed(Role.OFFICER)         those appointed; an auditor may look at what an officer sees, and change nothing

Who has not signed in is led to the sign-in and back; who may not enter is told so (403).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from hanse.ground import clock
from hanse.ground.accounts.models import Role

P = ParamSpec("P")
View = Callable[..., HttpResponseBase]

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_REMEMBERED = "_hanse_roles"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may enter a view.

    Attributes:
        sign_in: whether one has to sign in.
        roles: to one of which one has to be appointed; none: to nothing.
    """

    sign_in: bool = False
    roles: frozenset[Role] = frozenset()


def anyone(view: View) -> View:
    """Mark a view that visitors may enter."""
    view.access = Access()  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Mark a view for those who have signed in."""
    return _guarded(view, Access(sign_in=True))


def appointed(*roles: Role) -> Callable[[View], View]:
    """Mark a view for those appointed to one of these roles."""
    return lambda view: _guarded(view, Access(sign_in=True, roles=frozenset(roles)))


def access_of(view: View) -> Access:
    """The mark of a view.

    Raises:
        AttributeError: if it has none.
    """
    mark: Access = view.access  # type: ignore[attr-defined]
    return mark


def may_enter(user: Any, access: Access, method: str, at: datetime) -> bool:
    """Whether a person may enter with a method. An auditor looks wherever an officer may, and changes nothing."""
    if not access.sign_in:
        return True
    if not user.is_authenticated:
        return False
    held = roles_of(user, at)
    if held & access.roles:
        return True
    if Role.AUDITOR in held:
        return method in SAFE and (not access.roles or Role.OFFICER in access.roles)
    return not access.roles


def roles_of(user: Any, at: datetime) -> frozenset[Role]:
    """The roles a person holds at an instant; none for a visitor. Asked of the database once a request."""
    if not user.is_authenticated:
        return frozenset()
    appointments = getattr(user, _REMEMBERED, None)
    if appointments is None:
        appointments = list(user.appointments.all())
        setattr(user, _REMEMBERED, appointments)
    return frozenset(Role(one.role) for one in appointments if one.holds(at))


def _guarded(view: View, access: Access) -> View:
    @wraps(view)
    def guard(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not may_enter(request.user, access, request.method or "", clock.now()):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    guard.access = access  # type: ignore[attr-defined]
    return guard
