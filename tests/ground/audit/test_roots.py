"""Nightly roots: each day that has passed is closed once, signed, and nothing under it changes unseen."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.together import at_once

from hanse.core.values.digest import canonical_json, digest
from hanse.engines.proof import read_key, read_roots
from hanse.engines.proof.roots import check_roots
from hanse.ground import audit
from hanse.ground.audit import roots, signing, triggers
from hanse.ground.audit.models import Event, Root

MIDNIGHT = datetime(2020, 11, 29, 23, tzinfo=UTC)
"""Between 29 and 30 November 2020 in Brussels."""
A_DAY = timedelta(days=1)
ALL_DAYS = [date(2020, 11, 27), date(2020, 11, 28), date(2020, 11, 29)]


@pytest.fixture(autouse=True)
def key(tmp_path: Path, settings: Any) -> Path:
    settings.SIGNING_KEY = str(tmp_path / "signing-key.pem")
    return signing.make_key()


def recorded(at: datetime = MIDNIGHT - timedelta(hours=6)) -> Event:
    with transaction.atomic():
        return audit.record("publish organisation", actor=None, subject=("organisation", "lanterna"), at=at)


def spans() -> list[tuple[date, int, int]]:
    return list(Root.objects.order_by("day").values_list("day", "first", "last"))


@pytest.mark.django_db
def test_an_empty_record_has_no_roots() -> None:
    assert audit.close_days(MIDNIGHT) == 0
    assert audit.verify_roots() is None


@pytest.mark.django_db
def test_a_day_is_closed_when_it_has_passed_in_brussels_and_once() -> None:
    first, second = recorded(), recorded()
    assert audit.close_days(MIDNIGHT - timedelta(seconds=1)) == 0
    assert audit.close_days(MIDNIGHT) == 1
    assert audit.close_days(MIDNIGHT + timedelta(hours=23)) == 0
    root = Root.objects.get()
    assert (root.day, root.first, root.last) == (date(2020, 11, 29), first.number, second.number)
    assert (root.head, root.previous, root.made_at) == (second.digest, audit.BEGINNING, MIDNIGHT)
    stated = {"day": "2020-11-29", "first": 1, "last": 2, "head": second.digest, "previous": audit.BEGINNING}
    assert root.digest == digest(stated)
    assert root.key == signing.public_key().id
    assert signing.holds(canonical_json(stated), root.signature)
    assert audit.verify_roots() is None


@pytest.mark.django_db
def test_a_day_without_entries_has_a_root_of_its_own() -> None:
    entry = recorded()
    audit.close_days(MIDNIGHT)
    assert audit.close_days(MIDNIGHT + 2 * A_DAY) == 2
    recorded(MIDNIGHT + 2 * A_DAY)
    audit.close_days(MIDNIGHT + 3 * A_DAY)
    days = [date(2020, 11, 29) + A_DAY * n for n in range(4)]
    assert spans() == [(days[0], 1, 1), (days[1], 2, 1), (days[2], 2, 1), (days[3], 2, 2)]
    assert Root.objects.get(day=days[2]).head == entry.digest
    assert audit.verify_roots() is None


@pytest.mark.django_db
def test_an_entry_after_the_closing_belongs_to_the_next_root_whatever_instant_it_names() -> None:
    recorded()
    audit.close_days(MIDNIGHT)
    recorded(MIDNIGHT - timedelta(hours=1))
    audit.close_days(MIDNIGHT + A_DAY)
    assert spans() == [(date(2020, 11, 29), 1, 1), (date(2020, 11, 30), 2, 2)]
    assert audit.verify_roots() is None


@pytest.mark.django_db
def test_a_root_that_is_made_late_takes_what_is_there() -> None:
    recorded()
    recorded(MIDNIGHT + timedelta(seconds=1))
    audit.close_days(MIDNIGHT + timedelta(seconds=2))
    assert spans() == [(date(2020, 11, 29), 1, 2)]
    assert audit.verify_roots() is None


@pytest.mark.django_db
def test_days_closed_together_share_the_entries_out_by_day() -> None:
    for back in (2.5, 2.5, 0.5, 1.5, 0.5):  # the fourth names an earlier day than the third: numbers decide
        recorded(MIDNIGHT - A_DAY * back)
    assert audit.close_days(MIDNIGHT) == 3
    assert spans() == [(ALL_DAYS[0], 1, 2), (ALL_DAYS[1], 3, 2), (ALL_DAYS[2], 3, 5)]
    assert audit.verify_roots() is None


@pytest.mark.django_db
def test_an_entry_of_the_future_does_not_hold_roots_up() -> None:
    recorded()
    recorded(MIDNIGHT + 400 * A_DAY)
    recorded()
    audit.close_days(MIDNIGHT)
    assert spans() == [(date(2020, 11, 29), 1, 3)]


@pytest.mark.django_db
def test_a_site_whose_clock_was_set_back_begins_with_the_day_before() -> None:
    """As a demonstration does: it was made ready by the real clock."""
    recorded(MIDNIGHT + 2000 * A_DAY)
    recorded()
    assert audit.close_days(MIDNIGHT) == 1
    assert spans() == [(date(2020, 11, 29), 1, 2)]


@pytest.mark.django_db
def test_a_clock_set_far_ahead_makes_no_roots_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roots, "MOST_DAYS", 3)
    recorded()
    audit.close_days(MIDNIGHT)
    assert audit.close_days(MIDNIGHT + 100 * A_DAY) == 3
    assert audit.close_days(MIDNIGHT + 50 * A_DAY) == 0
    assert audit.verify_roots() is None


@pytest.mark.django_db
def test_roots_prove_what_the_offline_command_proves() -> None:
    """The rows as they are published, read by the engine of `hanse verify`."""
    entry = recorded()
    audit.close_days(MIDNIGHT + A_DAY)
    rows = [
        {**roots.stated_by(root), "digest": root.digest, "signature": root.signature, "key": root.key}
        for root in Root.objects.all()
    ]
    published = read_roots(canonical_json({"roots": rows}))
    chain = {"position": entry.number, "digest": entry.digest, "entry": audit.entry_of(entry)}
    checks, notes = check_roots(published, {"chain": chain}, [read_key(signing.public_key().pem.encode())])
    assert (len(published), len(checks), notes) == (2, 2, ())
    assert [check.faults for check in checks] == [(), ()]


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE audit_root SET last = 7", "DELETE FROM audit_root"])
def test_the_database_refuses_to_change_or_remove_a_root(statement: str) -> None:
    recorded()
    audit.close_days(MIDNIGHT)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE audit_event SET act = 'x'", "DELETE FROM audit_event"])
def test_entries_are_guarded_after_they_got_a_column(statement: str) -> None:
    recorded()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_two_entries_that_say_the_same_have_digests_that_nobody_can_guess() -> None:
    first = recorded()
    told = {**audit.entry_of(first)}
    assert len(told.pop("salt")) == 32
    assert digest(told) != first.digest
    assert audit.digest_of(first) == first.digest


@pytest.fixture
def unguarded() -> Iterator[None]:
    """As somebody with the keys of the database has it."""
    with connection.schema_editor() as editor:
        for table in ("audit_event", "audit_root"):
            triggers.drop(editor, table)
    yield
    with connection.schema_editor() as editor:
        for table in ("audit_event", "audit_root"):
            triggers.create(editor, table)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit_root SET last = 3 WHERE last = 2", "29 November 2020 has another digest than that of what it"),
        ("UPDATE audit_root SET made_at = made_at", ""),
        ("UPDATE audit_root SET first = 2 WHERE first = 3", "30 November 2020 does not follow on the one before it"),
        ("DELETE FROM audit_root WHERE first = 1", "30 November 2020 does not follow on the one before it"),
        ("DELETE FROM audit_event WHERE number = 4", "30 November 2020 ends with entry 4 of the record, which is mis"),
        ("UPDATE audit_event SET digest = 'x' WHERE number = 2", "29 November 2020 ends with another entry 2 than the"),
        ("UPDATE audit_root SET key = 'x' WHERE first = 3", "30 November 2020 was signed with another key, x, than th"),
        ("UPDATE audit_root SET signature = 'eA==' WHERE first = 1", "29 November 2020 is not signed by this site"),
        ("UPDATE audit_root SET signature = '?' WHERE first = 1", "29 November 2020 is not signed by this site"),
    ],
)
def test_the_first_root_that_does_not_hold_is_named(statement: str, said: str, unguarded: None) -> None:
    for at in (MIDNIGHT - A_DAY / 2, MIDNIGHT + A_DAY / 2):
        recorded(at)
        recorded(at)
        audit.close_days(at + A_DAY / 2)
    assert audit.verify_roots() is None
    with connection.cursor() as cursor:
        cursor.execute(statement)
    found = audit.verify_roots()
    assert found is None if not said else str(found).startswith(f"The root of {said}")


@pytest.mark.django_db
def test_a_root_made_anew_by_somebody_without_the_key_does_not_hold() -> None:
    """Whoever can write the tables can keep numbers and digests right, but not sign."""
    entry = recorded()
    root = Root(
        day=date(2020, 11, 29), first=1, last=1, head=entry.digest, previous=audit.BEGINNING, made_at=MIDNIGHT,
        key=signing.public_key().id, signature="AAAA",
    )  # fmt: skip
    root.digest = digest(roots.stated_by(root))
    root.save(force_insert=True)
    assert audit.verify_roots() == "The root of 29 November 2020 is not signed by this site: it was changed."


@pytest.mark.django_db
def test_without_the_key_nothing_is_made_and_nothing_is_called_right(settings: Any, tmp_path: Path) -> None:
    recorded()
    audit.close_days(MIDNIGHT)
    settings.SIGNING_KEY = str(tmp_path / "lost.pem")
    with pytest.raises(signing.NoKey, match=r"lost\.pem"):
        audit.close_days(MIDNIGHT + A_DAY)
    assert Root.objects.count() == 1
    assert "cannot be checked" in str(audit.verify_roots())


@pytest.mark.django_db(transaction=True)
def test_workers_that_close_a_day_at_once_close_it_once() -> None:
    recorded(MIDNIGHT - 2 * A_DAY)

    def close() -> int:
        return audit.close_days(MIDNIGHT)

    def write() -> None:
        recorded(MIDNIGHT + timedelta(seconds=1))

    closed = at_once(*[write, close, close] * 2, refused=())
    made = [days for days in closed if days is not None]
    assert sorted(made) == [0, 0, 0, 2]
    assert Root.objects.count() == 2
    assert audit.verify_roots() is None
    assert audit.verify() is None
