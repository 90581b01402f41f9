"""Whoever has all keys of the machine changes something: the replay of the site names the row.

Every column of every kind of row that proves something is changed, every row is removed, and every byte of what was
sealed is flipped. What nothing proves is listed here, with the reason.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.stages.submission.sealing_cast import ready, submitted
from tests.stages.submission.tampering_cast import found, full_site, others, tampering, unguarded

from hanse.cli.main import run
from hanse.ground.audit.models import Event, Root
from hanse.ground.files.models import StoredFile
from hanse.stages.announcement.models import CallEdition, FolderText
from hanse.stages.submission.models import (
    Content,
    DeadlineNotice,
    LateCase,
    Package,
    Receipt,
    Standing,
    StandingMember,
)
from hanse.stages.submission.queries.packing import is_as_packed
from hanse.stages.submission.queries.verification import verify
from hanse.stages.submission.queries.verification.sealed import contents

pytestmark = pytest.mark.django_db
Rows = type[models.Model]

WHERE: dict[Rows, str] = {
    Event: "entries of the record",
    Root: "nightly roots",
    CallEdition: "editions of calls",
    FolderText: "editions of calls",
    Content: "sealed applications",
    StoredFile: "files",
    Package: "packages",
    Receipt: "receipts",
    Standing: "submissions that count",
    StandingMember: "submissions that count",
    LateCase: "late cases",
    DeadlineNotice: "notices of moved deadlines",
}
"""The check that finds a changed row of each kind."""

UNPROVEN: dict[Rows, dict[str, str]] = {
    Root: {"made_at": "when the worker came to it; what a root says is its day and its entries"},
    StoredFile: {
        "id": "a name inside the database; what was sealed names a file by its digest",
        "media_type": "found out from the content, by which it can be found out again",
        "kept_by": "who brought it first; the record tells who added which annex",
        "kept_at": "the same",
    },
    Receipt: {"id": "a name inside the database; a receipt is known by its number"},
    StandingMember: {"id": "the same"},
    DeadlineNotice: {"id": "the same"},
    CallEdition: dict.fromkeys(("id", "nature", "reason", "drafted_by", "drafted_at", "proposed_by", "proposed_at", "total_cents"), "how an edition came about before it was public; its notice and the record tell"),
}  # fmt: skip
"""Columns that may be changed unseen, and why that does no harm."""
UNPROVEN_ROWS = {(Receipt, "key"): "of a withdrawal or an admission: it only tells a repeated request from a new one"}


NAMING = ("number", "digest", "reference", "proposal", "standing")
"""By them a row is named, so it is named otherwise once they are changed."""
PROVEN: dict[Rows, set[str]] = {
    Event: {"at", "act", "actor", "actor_name", "subject_kind", "subject_ref", "facts", "previous", "salt", "digest"},
    Root: {"day", "first", "last", "head", "previous", "digest", "signature", "key"},
    CallEdition: {"digest", "manifest", "closing", "closes_on", "closes_at", "zone", "in_force_from", "published_by"},
    FolderText: {"digest", "content"},
    Content: {"digest", "size"},
    StoredFile: {"digest", "size"},
    Package: {"digest", "manifest", "content"},
    Receipt: {
        "number", "proposal", "place", "act", "outcome", "call", "edition", "strand", "received_at", "sealed_at", "actor",
        "key", "draft_version", "admits", "reason", "document", "position", "digest",
    },
    Standing: {"receipt", "package_of", "call", "strand", "submitted_at"},
    StandingMember: {"standing", "call", "body", "organisation", "coordinator"},
    LateCase: {"attempt", "state", "grounds", "evidence", "proposed_by", "proposed_at", "decided_by", "decided_at"},
    DeadlineNotice: {"number", "call", "place", "edition", "closing_before", "closing_after", "document", "digest"},
}  # fmt: skip
"""Columns that are certain to be tried."""


@pytest.fixture
def site(stored_apart: None) -> Iterator[None]:
    """A site on which everything has happened once, and nothing guards its tables."""
    full_site()
    assert found() == {}
    with unguarded():
        yield


def samples(rows: Rows) -> list[Any]:
    """The first and the last row of a kind, and those of receipts that are different in kind."""
    kept: list[Any] = list(rows._default_manager.order_by("pk"))
    if rows is CallEdition:
        kept = [edition for edition in kept if edition.state in ("published", "superseded")]
        return [edition for edition in kept if edition.reference == kept[-1].reference]
    if rows in (Receipt, LateCase):
        return kept
    return [kept[0], kept[-1]] if rows is not Event else [kept[0], kept[len(kept) // 2], kept[-1]]


def named(row: Any, fault: str) -> bool:
    """Whether a fault names the row, or what it belongs to."""
    names: dict[Rows, Callable[[], list[str]]] = {
        Event: lambda: [f"Entry {row.pk}", f"Entry {row.pk + 1} "],
        Root: lambda: ["The root of"],
        FolderText: lambda: [", edition "],
        CallEdition: lambda: [row.reference],
        Standing: lambda: [row.proposal.ref],
        StandingMember: lambda: [row.standing.proposal.ref],
        LateCase: lambda: [f"Late case {row.pk}"],
        Receipt: lambda: [f"Receipt {row.proposal.ref}/"],  # one that was moved is missed in its place
    }
    told = names[type(row)]() if type(row) in names else [getattr(row, "number", None) or row.digest]
    return any(name in fault for name in told)


# --- rows --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", WHERE, ids=lambda rows: rows.__name__)
def test_no_changed_column_is_left_unseen(rows: Rows, site: None) -> None:
    unseen, unnamed, tried = set(), set(), set()
    for row in samples(rows):
        for field in rows._meta.concrete_fields:
            if field.name in UNPROVEN.get(rows, {}) or isinstance(field, models.BinaryField):
                continue
            if (rows, field.name) in UNPROVEN_ROWS and row.package_id is None:
                continue
            for other in others(field, getattr(row, field.attname)):
                try:
                    fault = after(row, field, other)
                except DatabaseError:
                    continue  # the database itself refuses it
                tried.add(field.name)
                if not fault:
                    unseen.add((str(row), field.name, str(other)))
                elif not field.primary_key and field.name not in NAMING and not named(row, fault):
                    unnamed.add((str(row), field.name, fault))
    assert (unseen, unnamed) == (set(), set())
    assert tried >= PROVEN[rows]


def after(row: Any, field: Any, other: Any) -> str:
    """What the replay says of a row in which one column was changed."""
    with tampering():
        type(row)._default_manager.filter(pk=row.pk).update(**{field.attname: other})
        return verify(WHERE[type(row)])[1]


def test_every_column_that_is_said_to_prove_nothing_exists() -> None:
    for rows, columns in UNPROVEN.items():
        assert set(columns) <= {field.name for field in rows._meta.concrete_fields}


GONE: dict[Rows, tuple[str, ...]] = {
    **{rows: (what,) for rows, what in WHERE.items()},
    StoredFile: ("packages",),
    Content: ("packages",),
    # The last entry is missed by the root that covers it.
    Event: ("entries of the record", "nightly roots"),
}
"""The checks of which one finds a missing row of each kind: what was sealed is missed by its package."""


@pytest.mark.parametrize("rows", GONE, ids=lambda rows: rows.__name__)
def test_no_missing_row_is_left_unseen(rows: Rows, site: None) -> None:
    unseen = []
    for row in samples(rows):
        with tampering():
            rows._default_manager.filter(pk=row.pk)._raw_delete(connection.alias)
            if not any(verify(what)[1] for what in GONE[rows]):
                unseen.append(str(row))
    if rows is Root:
        unseen.remove(str(Root.objects.order_by("-day")[0]))  # so can the last night: who kept roots.json sees it
    assert unseen == []


def test_no_added_row_is_left_unseen(site: None) -> None:
    """A copy of a row of each kind, with the next free name."""
    unseen = []
    for rows in (Root, Content, Package, Receipt, StandingMember, LateCase, DeadlineNotice, CallEdition, Event):
        row: Any = rows._default_manager.order_by("pk").last()
        if rows is CallEdition:
            row = CallEdition.objects.get(nature="extension")
            row.state, row.edition = "superseded", None
        for name in ("number", "place", "position"):
            if isinstance(getattr(row, name, None), int):
                setattr(row, name, getattr(row, name) + 1)
        for name in ("digest", "previous"):
            if hasattr(row, name) and rows is not CallEdition:
                setattr(row, name, "f" * 64)
        if isinstance(getattr(row, "number", None), str):
            row.number = row.number.rpartition("/")[0] + "/9"
        if rows is Receipt:
            row.key, row.package_id, row.place = "another-key", None, 9
        if rows is LateCase:
            row.receipt_id, row.state = None, "declined"
        if rows is DeadlineNotice:
            row.edition = CallEdition.objects.order_by("pk").first()
        if rows is Root:
            row.day = row.day.replace(year=2021)
        if rows not in (Root, Content, Package, Event):
            row.pk = None
        with tampering():
            row.save(force_insert=True)
            if not verify(WHERE[rows])[1]:
                unseen.append(rows.__name__)
    assert unseen == []


ODD = ["[1.5]", "null", '"x"', '{"claims": {}, "chain": {}, "signature": {}}']
NO_JSON, NO_INSTANT = ["{", ""], ["{", "yesterday"]
BROKEN: list[tuple[Rows, str, str]] = [
    (Event, "facts", "entry 1 of"),
    (Event, "at", "entry 1 of"),
    (Root, "day", ""),
    (CallEdition, "manifest", "changed"),
    (Package, "manifest", ""),
    (Receipt, "document", "receipt"),
    (Receipt, "received_at", "receipt"),
    (DeadlineNotice, "document", "notice"),
    (LateCase, "proposed_at", "late case"),
]
"""Columns that may hold what nothing can read, and what the fault says of the row."""


@pytest.mark.parametrize(("rows", "column", "said"), BROKEN, ids=lambda what: getattr(what, "__name__", what))
def test_a_row_that_cannot_even_be_read_is_found(rows: Rows, column: str, said: str, site: None) -> None:
    """SQLite takes whatever is written into a column; PostgreSQL takes other JSON."""
    is_json = isinstance(rows._meta.get_field(column), models.JSONField)
    on_sqlite = connection.vendor == "sqlite"
    key, table = rows._meta.pk.column, rows._meta.db_table
    for written in [*(ODD if is_json else []), *((NO_JSON if is_json else NO_INSTANT) if on_sqlite else [])]:
        with tampering(), connection.cursor() as cursor:
            if on_sqlite:
                cursor.execute("PRAGMA ignore_check_constraints = ON")
            # Names of our own.
            change = f'UPDATE {table} SET "{column}" = %s WHERE {key} = (SELECT min({key}) FROM {table})'  # noqa: S608
            cursor.execute(change, [written])
            if on_sqlite:
                cursor.execute("PRAGMA ignore_check_constraints = OFF")
            fault = found()[WHERE[rows]].lower()
            assert said in fault, written


# --- bytes -------------------------------------------------------------------------------------------------------


def test_no_flipped_byte_of_a_sealed_application_is_left_unseen(site: None) -> None:
    content = Content.objects.order_by("digest").last()
    assert content is not None
    whole = bytes(content.body)
    unseen = [
        (place, bit)
        for place in range(len(whole))
        for bit in range(8)
        if is_as_packed(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
    ]
    assert unseen == []
    for other in (whole[:-1], whole[1:], whole + b"\0", whole[: len(whole) // 2], b""):
        with tampering():
            Content.objects.filter(pk=content.pk).update(body=other)
            faults = found()
            assert content.digest in faults["sealed applications"]
            assert "packages" not in faults or content.digest in faults["packages"] or "Package" in faults["packages"]


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_no_other_byte_in_a_sealed_application_is_left_unseen(site: None, data: st.DataObject) -> None:
    content = Content.objects.order_by("digest").first()
    assert content is not None
    whole = bytearray(content.body)
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    with tampering():
        Content.objects.filter(pk=content.pk).update(body=bytes(whole))
        assert contents()[1] == f"Sealed application {content.digest}: its bytes were changed."


def test_an_application_packed_before_its_digest_stood_behind_holds_still(site: None) -> None:
    content = Content.objects.order_by("digest").first()
    assert content is not None
    Content.objects.filter(pk=content.pk).update(body=bytes(content.body)[:-32])
    assert found() == {}


def test_a_sealed_application_that_was_replaced_as_a_whole_is_found(site: None) -> None:
    """By another that is packed rightly and has the right size."""
    one, other = Content.objects.order_by("digest")[:2]
    with tampering():
        Content.objects.filter(pk=one.pk).update(body=other.body, size=other.size)
        assert found()["sealed applications"] == (
            f"Sealed application {one.digest}: its content is not the one with this digest."
        )
        assert "packages" in found()


def test_no_flipped_byte_of_an_annex_is_left_unseen(site: None) -> None:
    sealed = {annex["sha256"] for package in Package.objects.all() for annex in package.manifest["annexes"]}
    stored = StoredFile.objects.filter(digest__in=sealed).order_by("pk")[0]
    with default_storage.open(stored.path) as kept:
        whole = kept.read()

    def lies(content: bytes) -> str:
        default_storage.delete(stored.path)
        default_storage.save(stored.path, ContentFile(content))
        return verify("files")[1]

    for place in range(0, len(whole), 7):
        fault = lies(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert fault == f"File {stored.digest}: its content was changed."
    assert lies(whole[:-1]) == lies(whole + b"\n") == lies(b"") == f"File {stored.digest}: its content was changed."
    assert lies(whole) == ""
    default_storage.delete(stored.path)
    assert found()["files"] == f"File {stored.digest}: the storage has lost it."


# --- the command -------------------------------------------------------------------------------------------------


def test_the_command_names_the_row_and_goes_on(
    site: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hanse.cli.web.configure", lambda *_: None)
    assert run(["verify", "--data", str(tmp_path), "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [check["what"] for check in told["checks"] if not check["count"]] == ["cells of budgets"]
    content = Content.objects.order_by("digest")[0]
    with tampering():
        Content.objects.filter(pk=content.pk).update(body=b"nothing")
        assert run(["verify", "--data", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert f"✗ sealed applications: 0 hold, then: Sealed application {content.digest}: its bytes were changed." in out
    assert "✓ nightly roots" in out and "✓ texts of drafts" in out
    assert out.endswith("Keep the database as it is, and a copy of it.\n")


def test_each_application_is_named_by_its_own_row() -> None:
    receipt = submitted(ready("giulia", "jonas", "mila"))
    with unguarded():
        Receipt.objects.filter(pk=receipt.pk).update(reason="x")
    assert found()["receipts"] == "Receipt blue-ways/1: its row says reason 'x', the receipt ''."
