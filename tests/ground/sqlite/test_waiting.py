"""Those who wait to write into SQLite's file: soon after their turn comes, all of them, and not for ever."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from hanse.ground.sqlite.base import DatabaseWrapper

pytestmark = pytest.mark.django_db(transaction=True)  # which lets tests open databases at all
PATIENT, IMPATIENT = 20, 0.05


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with one table of numbers."""
    path = tmp_path / "numbers.sqlite3"
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA journal_mode = wal")
        other.execute("CREATE TABLE number (value INTEGER)")
        other.execute("INSERT INTO number VALUES (0)")
    return path


def opened(path: Path, *, timeout: float) -> DatabaseWrapper:
    """A connection as the site's settings make it."""
    options = {"transaction_mode": "IMMEDIATE", "timeout": timeout}
    handler = ConnectionHandler({"default": {"ENGINE": "hanse.ground.sqlite", "NAME": str(path), "OPTIONS": options}})
    connection = handler["default"]
    assert isinstance(connection, DatabaseWrapper)
    return connection


def patience_of(connection: DatabaseWrapper) -> int:
    """For how many milliseconds SQLite itself waits on this connection."""
    with connection.cursor() as cursor:
        return int(cursor.execute("PRAGMA busy_timeout").fetchone()[0])


def begin(connection: DatabaseWrapper) -> None:
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def end(connection: DatabaseWrapper) -> None:
    connection.commit()
    connection.set_autocommit(True)


def test_many_who_add_at_once_lose_no_number(file: Path) -> None:
    """Each reads what is there and writes one more, as a chain of records does."""

    def adds_ten() -> None:
        connection = opened(file, timeout=PATIENT)
        for _ in range(10):
            begin(connection)
            with connection.cursor() as cursor:
                value = cursor.execute("SELECT max(value) FROM number").fetchone()[0]
                cursor.execute("INSERT INTO number VALUES (%s)", [value + 1])
            end(connection)
        connection.close()

    with ThreadPoolExecutor(8) as several:
        for done in [several.submit(adds_ten) for _ in range(8)]:
            done.result()
    with sqlite3.connect(file) as other:
        assert [value for (value,) in other.execute("SELECT value FROM number ORDER BY rowid")] == list(range(81))


def test_who_waits_longer_than_allowed_is_told_so_and_can_begin_afterwards(file: Path) -> None:
    other, connection = sqlite3.connect(file, isolation_level=None), opened(file, timeout=IMPATIENT)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(OperationalError, match="database is locked"):
        begin(connection)
    connection.set_autocommit(True)
    assert patience_of(connection) == IMPATIENT * 1000, "what the site has set holds again for everything else"

    other.execute("COMMIT")
    begin(connection)
    end(connection)
    connection.close()
    other.close()


def test_the_patience_of_other_statements_is_kept_after_a_beginning_without_a_wait(file: Path) -> None:
    connection = opened(file, timeout=PATIENT)
    begin(connection)
    assert patience_of(connection) == PATIENT * 1000
    end(connection)
    connection.close()


def test_what_no_wait_would_mend_is_told_at_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of another kind than "somebody writes" is not looked at again and again for twenty seconds."""
    monkeypatch.setattr("hanse.ground.sqlite.base.time.sleep", lambda _: pytest.fail("somebody waited"))
    connection = opened(file, timeout=PATIENT)
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
    with pytest.raises(OperationalError, match="within a transaction"):
        begin(connection)
    connection.close()
