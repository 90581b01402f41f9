"""Attempt slips: signed, telling nothing that was sent, and examined when they come back."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hanse.ground.audit import signing
from hanse.ground.clock.arrival import Arrival
from hanse.ground.watch import attempts
from hanse.ground.watch.attempts import Worth, examine, slip
from hanse.ground.watch.faults import Fault

CAME = datetime(2020, 12, 2, 15, 59, 58, 250_000, tzinfo=UTC)
REAL = datetime(2026, 3, 4, 12, tzinfo=UTC)


def a_slip(path: str = "/proposals/blue-ways/submit", method: str = "POST") -> dict[str, Any]:
    return slip(method=method, path=path, arrival=Arrival(CAME, REAL, 0.0), user_id=7, fault=Fault.DATABASE)


@pytest.fixture
def key(settings: Any, tmp_path: Path) -> Path:
    """A key of this test's own."""
    settings.SIGNING_KEY = str(tmp_path / "key.pem")
    return signing.make_key()


def test_a_slip_says_who_asked_for_what_and_when(key: Path) -> None:
    claims = a_slip()["claims"]
    id = claims.pop("id")
    assert len(id) == 32
    assert claims == {
        "format": "hanse-attempt-1",
        "method": "POST",
        "path": "/proposals/blue-ways/submit",
        "received_at": "2020-12-02T15:59:58.250000+00:00",
        "real": "2026-03-04T12:00:00+00:00",
        "user": 7,
        "fault": "database",
    }
    assert a_slip()["claims"]["id"] != id


def test_an_address_that_lets_somebody_in_is_not_told(key: Path) -> None:
    assert a_slip("/accounts/password/reset/key/1-abc/")["claims"]["path"] == "/accounts/..."
    assert a_slip("/invitations/Wm9vIG9m")["claims"]["path"] == "/invitations/..."
    assert len(a_slip("/" + "x" * 5000)["claims"]["path"]) == 300


def test_what_comes_back_unchanged_is_ours(key: Path) -> None:
    given = a_slip("/calls/é")
    found = examine(json.dumps(given, indent=2))
    assert (found.worth, found.claims) == (Worth.OURS, given["claims"])


@pytest.mark.parametrize(
    "change",
    [
        {"received_at": "2020-12-02T14:00:00+00:00"},
        {"user": 8},
        {"more": 1},
        {"user": 7.5},
        {"path": "\ud800"},
    ],
)
def test_what_was_changed_shows(key: Path, change: dict[str, Any]) -> None:
    given = a_slip()
    given["claims"].update(change)
    assert examine(json.dumps(given)).worth is Worth.CHANGED


@pytest.mark.parametrize("value", ["", "AAAA", "no base 64!", None, "é"])
def test_a_signature_that_is_none_is_a_change(key: Path, value: str | None) -> None:
    given = a_slip()
    given["signature"]["value"] = value
    assert examine(json.dumps(given)).worth is Worth.CHANGED


def test_another_key_is_not_ours(key: Path, settings: Any, tmp_path: Path) -> None:
    given = a_slip()
    settings.SIGNING_KEY = str(tmp_path / "other.pem")
    signing.make_key()
    assert examine(json.dumps(given)).worth is Worth.NOT_OURS


def test_without_a_key_a_slip_is_unsigned_and_says_so(settings: Any, tmp_path: Path) -> None:
    settings.SIGNING_KEY = str(tmp_path / "lost.pem")
    given = a_slip()
    assert given["signature"] == {"missing": "The site's key could not be read when this was written."}
    assert examine(json.dumps(given)).worth is Worth.UNSIGNED


@pytest.mark.parametrize(
    "text",
    [
        "", "my slip", "[]", "{}", "null", "{" * 9000, '{"claims": {}, "signature": {}}', '{"claims": [], "signature": {}}',
        '{"claims": {"format": "hanse-attempt-1"}}', " " * attempts.LONGEST + "{}",
    ],
)  # fmt: skip
def test_what_is_no_slip_is_told_as_such(key: Path, text: str) -> None:
    assert examine(text).worth is Worth.UNREADABLE
