"""The record: entries are added in the transaction of the act, and nothing else ever happens to them."""

from datetime import UTC, date, datetime
from threading import Thread

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.db.transaction import TransactionManagementError

from hanse.core.values.money import Money
from hanse.ground import audit
from hanse.ground.audit import triggers
from hanse.ground.audit.models import Event

NOW = datetime(2020, 11, 29, 16, 0, 0, 123456, tzinfo=UTC)
CLUSTER = ("organisation", "lanterna")


def recorded(act: str = "publish organisation", **changed: object) -> Event:
    with transaction.atomic():
        return audit.record(act, **{"actor": None, "subject": CLUSTER, "at": NOW, **changed})  # type: ignore[arg-type]


@pytest.mark.django_db
def test_entries_are_numbered_and_chained() -> None:
    first, second = recorded(), recorded("withdraw organisation")
    assert (first.number, second.number) == (1, 2)
    assert first.previous == audit.BEGINNING
    assert second.previous == first.digest
    assert audit.verify() is None


@pytest.mark.django_db
def test_facts_survive_the_database_exactly() -> None:
    recorded(facts={"amount": Money(55_000_001), "on": date(2020, 12, 2), "names": ["Boğaz", "\u202eevil", "<b>"]})
    assert Event.objects.get().facts == {
        "amount": "550000.01",
        "on": "2020-12-02",
        "names": ["Boğaz", "\u202eevil", "<b>"],
    }
    assert audit.verify() is None


@pytest.mark.django_db
def test_history_is_of_one_thing_oldest_first() -> None:
    recorded("request registration")
    recorded("appoint officer", subject=("user", "odile"))
    recorded("publish organisation")
    assert [event.act for event in audit.history(CLUSTER)] == ["request registration", "publish organisation"]


@pytest.mark.django_db(transaction=True)
def test_refuses_to_record_outside_a_transaction() -> None:
    with pytest.raises(TransactionManagementError, match="outside the transaction"):
        audit.record("publish organisation", actor=None, subject=CLUSTER, at=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE audit_event SET act = 'x'", "DELETE FROM audit_event"])
def test_the_database_refuses_to_change_or_remove_an_entry(statement: str) -> None:
    recorded()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert audit.verify() is None


@pytest.mark.django_db
def test_postgresql_refuses_to_empty_the_record() -> None:
    if connection.vendor != "postgresql":
        return  # SQLite has no TRUNCATE
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE audit_event")


def tampered(statement: str) -> int | None:
    """What `verify` says after someone with the keys of the database took the triggers away."""
    for n in range(5):
        recorded(facts={"n": n})
    with connection.schema_editor() as editor:
        triggers.drop(editor)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
        return audit.verify()
    finally:
        with connection.schema_editor() as editor:
            triggers.create(editor)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("statement", "first_broken"),
    [
        ("UPDATE audit_event SET act = 'refuse organisation' WHERE number = 3", 3),
        ("UPDATE audit_event SET facts = '{\"n\": 7}' WHERE number = 4", 4),
        ("UPDATE audit_event SET at = '2020-11-28 16:00:00+00:00' WHERE number = 2", 2),
        ("UPDATE audit_event SET actor_name = 'Odile Lambert' WHERE number = 1", 1),
        ("UPDATE audit_event SET subject_ref = 'phare' WHERE number = 5", 5),
        ("DELETE FROM audit_event WHERE number = 3", 3),
        ("DELETE FROM audit_event WHERE number = 1", 1),
    ],
)
def test_verify_names_the_first_entry_that_was_tampered_with(statement: str, first_broken: int) -> None:
    assert tampered(statement) == first_broken


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_make_one_chain_without_gaps() -> None:
    faults: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(5):
                recorded()
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    writers = [Thread(target=write) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=60)
    assert not faults
    assert Event.objects.count() == 40
    assert audit.verify() is None
