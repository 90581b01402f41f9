"""When people are reminded of a deadline, and the notice by which one is moved."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.core.submission.deadlines import (
    CLAIMS,
    REMINDERS,
    claims_of_notice,
    faults_in_notice,
    reminder_due,
)
from hanse.core.values.digest import digest

CLOSING = datetime(2020, 12, 2, 16, tzinfo=UTC)


# --- reminders -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "due"),
    [
        (timedelta(days=7, seconds=1), None),
        (timedelta(days=7), timedelta(days=7)),
        (timedelta(days=3), timedelta(days=7)),
        (timedelta(hours=48), timedelta(hours=48)),
        (timedelta(hours=24, seconds=1), timedelta(hours=48)),
        (timedelta(hours=24), timedelta(hours=24)),
        (timedelta(hours=3), timedelta(hours=3)),
        (timedelta(hours=1), timedelta(hours=1)),
        (timedelta(seconds=1), timedelta(hours=1)),
        (timedelta(), None),
        (timedelta(seconds=-1), None),
    ],
)
def test_only_the_latest_reminder_is_due(left: timedelta, due: timedelta | None) -> None:
    assert reminder_due(CLOSING, CLOSING - left) == due


def test_what_was_due_before_the_deadline_was_told_is_not_due() -> None:
    at = CLOSING - timedelta(hours=20)
    assert reminder_due(CLOSING, at, told_at=CLOSING - timedelta(hours=22)) is None
    assert reminder_due(CLOSING, at, told_at=CLOSING - timedelta(hours=24)) is None
    assert reminder_due(CLOSING, at, told_at=CLOSING - timedelta(hours=25)) == timedelta(hours=24)


@given(st.timedeltas(min_value=timedelta(days=-1), max_value=timedelta(days=9)))
def test_a_reminder_that_is_due_stays_due_until_the_next_one_or_the_closing(left: timedelta) -> None:
    due = reminder_due(CLOSING, CLOSING - left)
    if due is None:
        assert left <= timedelta() or left > max(REMINDERS)
    else:
        assert timedelta() < left <= due
        assert not any(left <= other < due for other in REMINDERS)


# --- notices -------------------------------------------------------------------------------------------------------


def claims(**changed: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "number": "TEST-2020/1",
        "call": "TEST-2020",
        "title": "Clusters of the tests go abroad",
        "edition_before": {"edition": "1.0", "number": 1, "digest": "a" * 64},
        "edition_after": {"edition": "1.0", "number": 2, "digest": "b" * 64},
        "closing_before": CLOSING,
        "closing_after": CLOSING + timedelta(days=7),
        "reason": "The site was out of reach.",
        "proposed_by": "Odile Lambert",
        "proposed_at": CLOSING - timedelta(days=1),
        "published_by": "Piet Claes",
        "published_at": CLOSING - timedelta(hours=20),
    }
    return claims_of_notice(**(told | changed))


def notice(of: dict[str, Any] | None = None) -> dict[str, Any]:
    told = of or claims()
    entry = {"number": 7, "act": "tell of moved deadline", "facts": {"notice": digest(told)}}
    return {
        "claims": told,
        "chain": {"position": 7, "digest": digest(entry), "entry": entry},
        "signature": {"algorithm": "Ed25519"},
    }


def test_a_notice_holds_together() -> None:
    assert set(claims()) == set(CLAIMS)
    assert faults_in_notice(notice()) == ()
    assert faults_in_notice(notice(claims(closing_before=None))) == ()


def test_a_file_that_is_no_notice() -> None:
    assert faults_in_notice([]) == ("the file holds no notice: expected claims, chain and signature",)
    assert faults_in_notice({"claims": {}, "more": 1}) == (
        "chain is missing, or is no table",
        "signature is missing, or is no table",
        "more: no part of a notice",
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"closing_after": "2021-01-01T16:00:00+00:00"}, "their digest is not the one"),
        ({"reason": None}, "claims.reason is missing"),
        ({"extra": 1}, "claims.extra: no part of a notice"),
        ({"format": "hanse-receipt-1"}, "this version reads hanse-deadline-1"),
        ({"closing_after": "2020-12-09T16:00:00"}, "is no instant with a zone"),
        ({"published_at": "soon"}, "is no instant with a zone"),
        ({"edition_after": {"edition": "1.0", "number": True, "digest": ""}}, "claims.edition_after.number is missing"),
        ({"edition_before": "first"}, "claims.edition_before is missing"),
        ({"reason": 0.5}, "claims.reason is missing"),
    ],
)
def test_claims_that_were_changed(change: dict[str, Any], told: str) -> None:
    document = deepcopy(notice())
    document["claims"] |= change
    assert any(told in fault for fault in faults_in_notice(document)), faults_in_notice(document)


def test_a_chain_that_was_changed() -> None:
    document = notice()
    document["chain"]["position"] = 8
    document["chain"]["more"] = 1
    document["chain"]["entry"]["act"] = "something else"
    assert faults_in_notice(document) == (
        "chain.more: no part of a notice",
        "chain.entry: its digest is not chain.digest; one of the two was changed",
        "chain.position is not the number of the entry",
    )
    document["chain"]["entry"] = {"facts": None}
    assert faults_in_notice(document)[1] == "chain.entry is missing, or is no entry of a record"
    document = notice()
    document["chain"]["entry"]["number"] = 7.5
    assert faults_in_notice(document) == ("the notice holds a number with a point; no notice has one",)
