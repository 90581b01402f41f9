"""What tests of the web application share."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import settings

from hanse.ground import clock
from hanse.ground.audit import signing, triggers

NOW = datetime(2020, 11, 29, 16, tzinfo=UTC)
"""Three days before the 2020 call closes: 29 November 2020, 17:00 in Brussels."""

settings.register_profile("hanse", deadline=None)  # a busy machine makes nothing wrong
settings.load_profile("hanse")

os.environ["COLUMNS"] = "100"  # commands are read as they are written in a terminal of this width
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright drives the browser from an event loop

_flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]


def _flush_the_record_too(case: TransactionTestCase) -> None:
    """Between tests the record is emptied, which its triggers forbid to everybody else."""
    with connection.schema_editor() as editor:
        for table in triggers.tables():
            triggers.drop(editor, table)
    _flush(case)
    with connection.schema_editor() as editor:
        for table in triggers.tables():
            triggers.create(editor, table)


TransactionTestCase._fixture_teardown = _flush_the_record_too  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def _key_of_the_site() -> None:
    """The site of the tests can sign, as every site that was prepared can, whichever test comes first."""
    signing.make_key()


@pytest.fixture
def at(db: None) -> Iterator[datetime]:
    """The rehearsal clock stands three days before the 2020 call closes, as far as a test can tell."""
    clock.set_clock(instant=NOW)
    yield NOW
