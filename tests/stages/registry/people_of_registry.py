"""People and organisations of the registry's tests. All are fictional."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.test import Client
from tests.conftest import NOW

from hanse.ground.accounts.actions import BACKEND, appoint, register_person
from hanse.ground.accounts.models import Role, User
from hanse.stages.registry.actions import registration
from hanse.stages.registry.models import Membership, Organisation

HOUR = timedelta(hours=1)
_numbers = count(1)

FULL: dict[str, Any] = {
    "name": "Blue Harbour Cluster",
    "kind": "cluster_organisation",
    "international": False,
    "summary": "Harbours and shipyards of the northern coast.",
    "description": "We unite yards.\n\nAnd pilots.",
    "country": "DK",
    "region": "Jutland",
    "city": "Esbjerg",
    "website": "https://blue-harbour.example",
    "email": "office@blue-harbour.example",
    "founded": 2004,
    "members_count": 120,
    "smes_count": 80,
    "sectors": ["cleantech", "space"],
    "services": ["Testing", "Training"],
    "target_markets": ["BR", "africa"],
    "languages": ["da", "en"],
}
ENTITY: dict[str, Any] = {
    "legal_name": "Blue Harbour A/S",
    "country": "DK",
    "pic": "",
    "vat": "",
    "lei": "",
    "national_number": "31123",
    "own_legal_personality": True,
}


def person(name: str = "", verified: bool = True) -> User:
    """Somebody who has an account."""
    number = next(_numbers)
    return register_person(
        email=f"person{number}@hanse.example", name=name or f"Person {number}", verified=verified, at=NOW
    )


def appointed(role: Role) -> User:
    """Somebody appointed to a role."""
    somebody = person(f"The {role.label}")
    appoint(actor=None, person=somebody, role=role, at=NOW - HOUR)
    return somebody


def draft(owner: User, **values: Any) -> Organisation:
    """A complete draft."""
    return registration.start_draft(actor=owner, values=FULL | values, entity=ENTITY, at=NOW)


def requested(owner: User, at: datetime = NOW, **values: Any) -> Organisation:
    """A draft whose registration was requested."""
    organisation = draft(owner, **values)
    return registration.request_registration(actor=owner, ref=organisation.ref, at=at)


def published(owner: User, officer: User | None = None, at: datetime = NOW, **values: Any) -> Organisation:
    """A registered organisation."""
    organisation = requested(owner, at, **values)
    return registration.publish(actor=officer or appointed(Role.OFFICER), ref=organisation.ref, at=at)


def unowned(name: str = "Green Valley Network", **values: Any) -> Organisation:
    """A profile listed from a source, which nobody owns."""
    return Organisation.objects.create(
        ref=name.lower().replace(" ", "-"),
        name=name,
        name_key=name.lower(),
        source="https://example.org/members",
        status=Organisation.Status.PUBLISHED,
        created_at=NOW,
        changed_at=NOW,
        **values,
    )


def member(user: User, organisation: Organisation, right: str) -> Membership:
    """Let somebody act for an organisation."""
    return Membership.objects.create(user=user, organisation=organisation, right=right, since=NOW)


def browser(user: User | None = None) -> Client:
    """A browser, signed in if somebody is named."""
    client = Client()
    if user is not None:
        client.force_login(user, backend=BACKEND)
    return client
