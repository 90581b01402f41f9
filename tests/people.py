"""The people of `tests/cast.py` with accounts, and what the agency appointed them to."""

from datetime import UTC, datetime

from django.test import Client
from tests.cast import PEOPLE

from hanse.ground.accounts.actions import BACKEND, register_person
from hanse.ground.accounts.models import Appointment, Role, User

SINCE = datetime(2020, 1, 7, 9, tzinfo=UTC)
PASSWORD = "seven ships to Novgorod"  # noqa: S105 -- of people who do not exist
APPOINTED = {
    "odile": Role.OFFICER,
    "piet": Role.OFFICER,
    "ines": Role.ADMINISTRATOR,
    "elena": Role.EXPERT,
    "tomas": Role.EXPERT,
    "halvard": Role.AUDITOR,
}


def address_of(id: str) -> str:
    """Where a person of the cast is written to."""
    return f"{id}@hanse.example"


def person(id: str, *, verified: bool = True) -> User:
    """A person of the cast with an account and their appointment; the same one each time it is asked."""
    known = User.objects.filter(email=address_of(id)).first()
    if known:
        return known
    made = register_person(email=address_of(id), name=PEOPLE[id].name, verified=verified, password=PASSWORD, at=SINCE)
    if id in APPOINTED:
        Appointment.objects.create(user=made, role=APPOINTED[id], since=SINCE)
    return made


def browsing(id: str = "") -> Client:
    """A browser in which a person of the cast has signed in; without an id, a visitor's."""
    client = Client()
    if id:
        client.force_login(person(id), backend=BACKEND)
    return client
