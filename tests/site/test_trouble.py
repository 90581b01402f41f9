"""Trouble of the machine: 503 with a slip that proves the attempt, nothing half-written, and other faults told apart."""

import errno
import html
import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import InterfaceError, InternalError, OperationalError, ProgrammingError, connection
from django.http import HttpRequest
from django.test import Client, RequestFactory
from tests.people import browsing, person
from tests.stages.proposals.money_cast import REF, cast
from tests.stages.submission.sealing_cast import ready

from hanse.ground import clock
from hanse.ground.audit import signing
from hanse.ground.clock.arrival import stamp_of_host
from hanse.ground.watch import evidence
from hanse.ground.watch.attempts import Slip, Worth, examine
from hanse.ground.watch.faults import Fault, fault_of
from hanse.site import trouble
from hanse.stages.announcement import actions as announcement
from hanse.stages.proposals.models import Text, TextVersion
from hanse.stages.submission.models import Receipt

SENT = "a summary that nobody else may read"
Break = Callable[[], AbstractContextManager[Any]]


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Path) -> Path:
    """A data folder and a key of this test's own."""
    settings.DATA, settings.SIGNING_KEY = tmp_path, str(tmp_path / "key.pem")
    signing.make_key()
    return tmp_path


def patient(id: str = "") -> Client:
    """A browser that shows the page that a failed request gets."""
    client = browsing(id)
    client.raise_request_exception = False
    return client


@contextmanager
def down() -> Iterator[None]:
    """The database refuses whatever is asked."""

    def refuse(*_: Any) -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    with connection.execute_wrapper(refuse):
        yield


@contextmanager
def read_only() -> Iterator[None]:
    """The database really takes nothing that is written."""
    on, off = {
        "sqlite": ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
        "postgresql": ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off"),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(on)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(off)


@contextmanager
def full() -> Iterator[None]:
    """The file of the database really cannot grow."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")


def lines() -> list[Slip]:
    now = stamp_of_host().real
    return list(evidence.read(now - timedelta(hours=1), now))


def slip_of(answer: Any) -> Slip:
    """The slip as somebody copies it from the page."""
    shown = re.search(r"<textarea[^>]*>(.*?)</textarea>", answer.content.decode(), re.DOTALL)
    assert shown, answer.content
    slip: Slip = json.loads(html.unescape(shown[1]))
    return slip


# --- the answer -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/calls", "/work", "/nowhere", "/accounts/login/"])
def test_a_database_that_is_down_gets_a_calm_page_with_a_slip(path: str) -> None:
    client = patient("giulia")
    before = stamp_of_host().real
    with down():
        answer = client.get(path)
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "30", "no-store")
    assert "We cannot serve this just now" in answer.content.decode()
    slip = slip_of(answer)
    assert lines() == [slip]
    found = examine(json.dumps(slip))
    assert found.worth is Worth.OURS
    assert (found.claims["method"], found.claims["fault"], found.claims["user"]) == ("GET", "database", None)
    assert before <= datetime.fromisoformat(found.claims["real"]) <= stamp_of_host().real


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "accept"),
    [("/api/v1/consortia", "*/*"), ("/api/v1/consortia", "text/html"), ("/calls", "application/json")],
)
def test_a_program_gets_problem_details_with_the_slip(path: str, accept: str) -> None:
    client = patient("giulia")
    with down():
        answer = client.get(path, headers={"accept": accept})
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert answer["Retry-After"] == "30"
    told = answer.json()
    assert (told["status"], told["title"]) == (503, "Service Unavailable")
    assert lines() == [told["attempt"]]


@pytest.mark.django_db
def test_who_asked_is_told_if_it_was_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(_: datetime) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("hanse.site.pages.announcement.open_calls", no_room)
    for who, user in (("giulia", person("giulia").pk), ("", None)):
        answer = patient(who).get("/")
        assert answer.status_code == 503
        assert (slip_of(answer)["claims"]["user"], slip_of(answer)["claims"]["fault"]) == (user, "storage")


@pytest.mark.django_db
def test_two_troubles_at_once_still_get_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    client = patient("giulia")

    def no_room(_: datetime) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("hanse.site.pages.announcement.open_calls", no_room)
    with down():
        assert slip_of(client.get("/"))["claims"]["user"] is None


def test_without_its_key_the_site_says_that_the_slip_is_unsigned(settings: Any, data: Path) -> None:
    settings.SIGNING_KEY = str(data / "lost.pem")
    try:
        signing.sign(b"")
    except signing.NoKey as wrong:
        answer = trouble.answer(RequestFactory().post("/proposals/x/submission", {"text": SENT}), wrong)
    assert answer is not None
    assert answer.status_code == 503
    assert "it could not be signed" in answer.content.decode()
    slip = slip_of(answer)
    assert slip["claims"]["fault"] == "signing key"
    assert lines() == [slip]


def test_a_disk_without_templates_still_gets_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(*_: Any) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(trouble, "render_to_string", unreadable)
    answer = trouble.answer(RequestFactory().get("/"), OSError(errno.EIO, "Input/output error"))
    assert answer is not None
    assert (answer.status_code, answer["Content-Type"]) == (503, "text/plain; charset=utf-8")
    assert b"hanse-attempt-1" in answer.content


def test_an_answer_that_fails_again_makes_no_second_slip() -> None:
    request: HttpRequest = RequestFactory().get("/")
    for _ in range(2):
        assert trouble.answer(request, OperationalError("gone")) is not None
    assert len(lines()) == 1


def test_the_page_asks_no_database(settings: Any) -> None:
    """Without the mark for it, a test that asks the database fails."""
    settings.MODE = "live"
    assert trouble.answer(RequestFactory().get("/"), OperationalError("gone")) is not None


@pytest.mark.django_db
def test_the_rehearsal_clock_is_told_beside_real_time(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_: datetime) -> None:
        raise InterfaceError("connection already closed")

    monkeypatch.setattr("hanse.site.pages.announcement.open_calls", gone)
    claims = slip_of(patient().get("/"))["claims"]
    shift = datetime.fromisoformat(claims["received_at"]) - datetime.fromisoformat(claims["real"])
    assert abs(shift - clock.shift()) < timedelta(milliseconds=1)
    assert claims["received_at"].startswith("2020-11-29T16:00:")


class ByCode(Exception):
    """What psycopg raises."""

    def __init__(self, sqlstate: str):
        self.sqlstate = sqlstate


def coded(kind: type[Exception], sqlstate: str) -> Exception:
    """An error of PostgreSQL, as Django hands it on."""
    error = kind("the server said so")
    error.__cause__ = ByCode(sqlstate)
    return error


# --- which errors are trouble ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (OperationalError("database is locked"), Fault.DATABASE),
        (InterfaceError("connection already closed"), Fault.DATABASE),
        (OSError(errno.ENOSPC, ""), Fault.STORAGE),
        (OSError(errno.EROFS, ""), Fault.STORAGE),
        (OSError(errno.EDQUOT, ""), Fault.STORAGE),
        (OSError(errno.EIO, ""), Fault.STORAGE),
        (OSError(errno.EFBIG, ""), Fault.STORAGE),
        (signing.NoKey("no key"), Fault.KEY),
        (coded(InternalError, "25006"), Fault.DATABASE),
        (coded(InternalError, "XX000"), Fault.DATABASE),
        (coded(ProgrammingError, "42501"), Fault.DATABASE),
        (coded(InternalError, "25P02"), None),
        (coded(ProgrammingError, "42703"), None),
        (ProgrammingError("no such column"), None),
        (FileNotFoundError(errno.ENOENT, ""), None),
        (BrokenPipeError(errno.EPIPE, ""), None),
        (RuntimeError("a fault of ours"), None),
        (None, None),
    ],
)
def test_trouble_of_the_machine_is_told_from_faults_of_ours(error: BaseException | None, fault: Fault | None) -> None:
    assert fault_of(error) is fault


def test_what_led_to_an_error_counts() -> None:
    try:
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError as first:
            raise RuntimeError("the paper could not be made") from first
    except RuntimeError as second:
        assert fault_of(second) is Fault.STORAGE
    round_about = RuntimeError()
    round_about.__cause__ = round_about
    assert fault_of(round_about) is None


@pytest.mark.django_db
def test_a_fault_of_ours_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(_: datetime) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("hanse.site.pages.announcement.open_calls", wrong)
    answer = patient().get("/")
    assert answer.status_code == 500
    assert "Retry-After" not in answer
    assert lines() == []


# --- for real -------------------------------------------------------------------------------------------------------


def put(client: Client, value: str, based_on: int = 0) -> Any:
    told = {"key": "summary", "value": value, "based_on": based_on}
    headers = {"accept": "application/json"}
    return client.post(f"/proposals/{REF}/fields", json.dumps(told), content_type="application/json", headers=headers)


def kept() -> tuple[list[Any], list[Any]]:
    """All texts and their versions, whole."""
    return list(Text.objects.order_by("pk").values_list()), list(TextVersion.objects.order_by("pk").values_list())


REAL = [read_only, pytest.param(full, marks=pytest.mark.skipif("connection.vendor != 'sqlite'", reason="of SQLite's"))]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broken", REAL)
def test_a_draft_is_kept_whole_or_as_it_was(broken: Break, at: datetime) -> None:
    announcement.load_callbook(at)
    cast()
    client = patient("giulia")
    assert put(client, "We go abroad.").status_code == 200
    before = kept()
    long = SENT + " and more" * 20_000
    with broken():
        answer = put(client, long, based_on=1)
        assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert kept() == before
    (slip,) = lines()
    assert slip["claims"]["path"] == f"/proposals/{REF}/fields"
    assert SENT not in json.dumps(slip)
    assert put(client, long, based_on=1).status_code == 200
    assert Text.objects.get(key="summary").value.startswith(SENT)


@pytest.mark.django_db(transaction=True)
def test_a_submission_is_sealed_whole_or_not_at_all(at: datetime) -> None:
    ready("giulia", "jonas", "mila")
    client = patient("giulia")

    def send() -> Any:
        return client.post("/api/v1/proposals/blue-ways/submissions", headers={"Idempotency-Key": "a-key-of-mine"})

    with read_only():
        assert send().status_code == 503
    assert not Receipt.objects.exists()
    assert send().status_code == 201
    assert Receipt.objects.count() == 1
    assert len(lines()) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="the lock of SQLite's file")
def test_a_database_that_is_locked_for_too_long(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3

    announcement.load_callbook(at)
    cast()
    client = patient("giulia")
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0)
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        assert put(client, "We go abroad.").status_code == 503
        other.execute("ROLLBACK")
        assert put(client, "We go abroad.").status_code == 200
    finally:
        other.close()
        connection.close()
