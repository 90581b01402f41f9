"""Every address declares who may enter, and holds to it: all routes are walked as all roles."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests.people import APPOINTED, browsing

from hanse.ground.accounts.access import SAFE, Access
from hanse.ground.accounts.models import Role
from hanse.stages.announcement.actions import load_callbook
from hanse.stages.registry.actions.reference_data import load_reference_data

WALKERS = ("", "charlie", "odile", "ines", "elena", "halvard")
"""A visitor, somebody without appointment, an officer, an administrator, an expert, an auditor."""

SAMPLES: dict[str, str] = {
    "reference": "COS-CLUSINT-2020-3-01",
    "ref": "aclima",
    "provider_id": "oidc",
    "uidb36": "1",
    "key": "abc-def",
    "token": "made-up",
    "clause": "how-much",
    "kind": "organisation",
}
"""What stands for a part of an address; numbers are 1."""


def routes() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every address of the site with its parts filled in, and the view behind it."""

    def walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[tuple[str, Callable[..., Any]]]:
        for one in patterns:
            written = before + str(one.pattern)
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns, written)
            else:
                yield f"/{filled(written)}", one.callback

    yield from walk(get_resolver().url_patterns, "")


def filled(written: str) -> str:
    """An address with a sample for each of its parts."""
    bare = written.replace("^", "").replace("$", "").replace("\\Z", "")

    def sample(match: re.Match[str]) -> str:
        name = match["name"]
        return SAMPLES.get(name, "1")

    bare = re.sub(r"\(\?P<(?P<name>\w+)>(?:[^()]|\([^()]*\))*\)", sample, bare)
    return re.sub(r"<(?:\w+:)?(?P<name>\w+)>", sample, bare)


ROUTES = sorted(dict(routes()).items())
PATHS = [path for path, _ in ROUTES]
VIEWS = dict(ROUTES)


def access_of(path: str) -> Access:
    return VIEWS[path].access  # type: ignore[attr-defined, no-any-return]


def test_every_route_declares_who_may_enter() -> None:
    assert len(ROUTES) > 60
    assert [path for path, view in ROUTES if not isinstance(getattr(view, "access", None), Access)] == []


def test_no_route_is_open_to_visitors_by_oversight() -> None:
    """A new page that anyone may enter is a decision: it is added here by name."""
    ours = [path for path in PATHS if not path.startswith("/accounts/") or path == "/accounts/cast"]
    call, organisation = "/calls/COS-CLUSINT-2020-3-01", "/organisations/aclima"
    public = {path for path in ours if not access_of(path).sign_in}
    expected = {
        "/", "/health", "/outbox", "/accounts/cast", "/calls", call, f"{call}/check", f"{call}/questions",
        "/organisations", "/organisations/map", organisation, f"{organisation}/history", "/notices/aclima",
        f"{call}/partners", "/api/v1/openapi.json", "/api/v1/",
        "/transparency", "/transparency/roots.json", "/transparency/digests", "/transparency/key.pem",
    }  # fmt: skip
    beyond = {path for path in public - expected if not path.startswith((f"{call}/", "/invitations/"))}
    assert beyond == set()
    assert expected <= public


@pytest.fixture
def filled_site(at: datetime) -> datetime:
    load_callbook(at)
    load_reference_data(at=at)
    return at


def may(id: str, access: Access, method: str) -> bool:
    """What the marks promise, said once more in the words of the test."""
    if not access.sign_in:
        return True
    if not id:
        return False
    role = APPOINTED.get(id)
    if role is Role.AUDITOR and role not in access.roles:
        return method in SAFE and (not access.roles or Role.OFFICER in access.roles)
    return not access.roles or role in access.roles


@pytest.mark.django_db
@pytest.mark.parametrize("id", WALKERS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_all_routes_as_all_roles(id: str, method: str, filled_site: datetime) -> None:
    wrong = []
    for path in PATHS:
        client = browsing(id) if "logout" in path or not id else _kept(id)
        answer = client.generic(method, path, headers={"accept": "text/html"})
        status, access = answer.status_code, access_of(path)
        to_sign_in = status == 302 and answer["Location"].startswith("/accounts/login/?next=")
        if status >= 500:
            wrong.append(f"{path}: {status}")
        elif path.startswith("/api/"):
            if not id and access.sign_in and status not in (401, 405):
                wrong.append(f"{path}: {status} for a program without a session, instead of 401")
        elif may(id, access, method):
            if status == 403 and access.roles:
                wrong.append(f"{path}: closed to those it should let in")
        elif not id and not to_sign_in:
            wrong.append(f"{path}: {status} for a visitor, instead of the sign-in")
        elif id and status not in (403, 405):
            wrong.append(f"{path}: {status} for {id}, instead of 403")
    assert wrong == []


_clients: dict[str, Client] = {}


@pytest.fixture(autouse=True)
def _forget_clients() -> Iterator[None]:
    _clients.clear()
    yield
    _clients.clear()


def _kept(id: str) -> Client:
    if id not in _clients:
        _clients[id] = browsing(id)
    return _clients[id]


@pytest.mark.django_db
def test_an_auditor_changes_nothing(filled_site: datetime) -> None:
    from hanse.ground.audit.models import Event

    client = browsing("halvard")
    before = Event.objects.count()
    for path in PATHS:
        if not path.startswith("/accounts/"):
            client.post(path, {"name": "x", "note": "x", "reason": "x", "clause": "", "text": "x"})
    acts = Event.objects.filter(number__gt=before).exclude(act="ask question").values_list("act", flat=True)
    assert list(acts) == []
