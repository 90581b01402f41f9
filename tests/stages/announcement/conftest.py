"""The calls of the callbook, two officers, an auditor and an applicant."""

from datetime import datetime

import pytest
from django.test import Client
from tests.people import person

from hanse.ground.accounts.actions import BACKEND
from hanse.ground.accounts.models import User
from hanse.ground.audit import signing
from hanse.stages.announcement import actions

CALL = "COS-CLUSINT-2020-3-01"
PAGE = f"/calls/{CALL}"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def calls(at: datetime) -> datetime:
    """The six calls are loaded; the instant is three days before the 2020 call closes; there is a key to sign with."""
    signing.make_key()
    actions.load_callbook(at)
    return at


@pytest.fixture
def odile(at: datetime) -> User:
    return person("odile")


@pytest.fixture
def piet(at: datetime) -> User:
    return person("piet")


@pytest.fixture
def giulia(at: datetime) -> User:
    return person("giulia")


@pytest.fixture
def auditor(at: datetime) -> User:
    return person("halvard")
