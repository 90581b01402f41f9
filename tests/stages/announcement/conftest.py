"""The calls of the callbook, two officers, an auditor and an applicant."""

from datetime import datetime

import pytest
from django.test import Client
from tests.cast import PEOPLE

from hanse.ground.accounts.models import Appointment, Role, User
from hanse.stages.announcement import actions

CALL = "COS-CLUSINT-2020-3-01"
PAGE = f"/calls/{CALL}"


def person(id: str, at: datetime, *roles: Role) -> User:
    user = User.objects.create(email=f"{id}@example.org", name=PEOPLE[id].name, joined_at=at)
    for role in roles:
        Appointment.objects.create(user=user, role=role, since=at)
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def calls(at: datetime) -> datetime:
    """The six calls are loaded; the instant is three days before the 2020 call closes."""
    actions.load_callbook(at)
    return at


@pytest.fixture
def odile(at: datetime) -> User:
    return person("odile", at, Role.OFFICER)


@pytest.fixture
def piet(at: datetime) -> User:
    return person("piet", at, Role.OFFICER)


@pytest.fixture
def giulia(at: datetime) -> User:
    return person("giulia", at)


@pytest.fixture
def auditor(at: datetime) -> User:
    return person("elena", at, Role.AUDITOR)
