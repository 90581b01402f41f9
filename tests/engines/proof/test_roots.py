"""Nightly roots follow on each other, are what was signed, and the one that covers a receipt is named."""

import json
from typing import Any

import pytest
from tests.engines.proof.receipts_cast import KEY, OTHER_KEY, made, pem_of, rooted, signed, signed_as

from hanse.engines.proof import Unusable, check_receipt, read_roots

CASE = made()
HEAD = CASE.document["chain"]["digest"]
NIGHTS = [("2020-12-01", 40, "11" * 32), ("2020-12-02", 50, "22" * 32), ("2020-12-03", 61, "33" * 32)]


def roots(nights: Any = NIGHTS, *, begins: int = 1, changed: dict[int, dict[str, Any]] | None = None) -> Any:
    rows = [{**row, **(changed or {}).get(at, {})} for at, row in enumerate(rooted(nights, begins=begins))]
    return read_roots(json.dumps({"roots": rows[::-1]}).encode())


def found(given: Any, document: Any = None, **more: Any) -> Any:
    return check_receipt(document or CASE.document, roots=given, **more)


def test_the_root_that_covers_a_receipt_is_named() -> None:
    proof = found(roots(), key=pem_of(KEY))
    assert (proof.faults, proof.notes) == ((), ())
    assert [check.what for check in proof.checks if check.about == "roots"] == [
        "The nightly roots (3) follow on each other up to entry 61 of the record, as they were signed.",
        "The root of 2 December 2020 covers the entry of this receipt: 42 of 41 to 50.",
    ]


def test_a_receipt_that_no_root_covers_yet_holds_and_says_so() -> None:
    proof = found(roots(NIGHTS[:1]))
    assert proof.holds
    assert proof.notes == (
        "None of the roots given covers entry 42; they end at entry 40. The root of the night after it does: fetch "
        "roots.json again then.",
    )
    assert found(roots(NIGHTS[2:], begins=51)).notes == (
        "None of the roots given covers entry 42; they end at entry 61.",
    )


def test_an_entry_at_the_end_of_a_night_is_held_against_its_root() -> None:
    assert found(roots([("2020-12-02", 42, HEAD)])).holds
    assert found(roots([("2020-12-02", 42, "22" * 32)])).faults == (
        "the root of 2020-12-02 ends with another entry 42 than that of the receipt",
    )


def test_an_entry_at_the_beginning_of_a_night_is_held_against_the_root_before() -> None:
    nights = [("2020-12-01", 41, "00" * 32), ("2020-12-02", 50, "22" * 32)]
    assert found(roots(nights)).holds  # the entry of the receipt names as previous what the first night ended with
    other = [("2020-12-01", 41, "11" * 32), nights[1]]
    assert found(roots(other)).faults == (
        "the root of 2020-12-02 begins behind another entry than that of the receipt does",
    )
    assert found(roots(nights[1:], begins=42)).holds  # the night before is not given, so nothing is said of it


def test_the_first_entry_of_a_record_has_none_before_it() -> None:
    claims = CASE.document["claims"]
    begun = signed(claims, number=1, previous="11" * 32)
    begun["chain"]["position"] = 1
    first = signed_as(claims, begun["chain"])
    assert found(roots(), first).faults == (
        "the root of 2020-12-01 begins behind another entry than that of the receipt does",
    )


@pytest.mark.parametrize(
    ("changed", "faults"),
    [
        ({1: {"head": "44" * 32}}, ["2020-12-02: its digest is not", "2020-12-02: the key did not sign it"]),
        ({1: {"digest": "44" * 32}}, ["2020-12-02: its digest is not", "2020-12-03 does not follow on the one before"]),
        ({1: {"signature": "AAAA"}}, ["2020-12-02: the key did not sign it; it was changed"]),
        ({1: {"signature": "?"}}, ["2020-12-02: the key did not sign it; it was changed"]),
    ],
)
def test_a_changed_root_is_found(changed: dict[int, dict[str, Any]], faults: list[str]) -> None:
    told = found(roots(changed=changed)).faults
    assert len(told) == len(faults)
    assert all(any(fault in each for each in told) for fault in faults), told


def test_a_missing_night_is_found() -> None:
    rows = list(roots())
    assert found((rows[0], rows[2])).faults == (
        "the root of 2020-12-03 does not follow on the one before it, of 2020-12-01: one is missing or was changed",
    )


def test_roots_that_another_key_signed_are_counted_and_not_said_to_be_right() -> None:
    rows = [*roots()[:2], rooted(NIGHTS, key=OTHER_KEY)[2]]
    proof = found(tuple(rows))
    assert proof.holds
    assert proof.notes == ("Roots signed with another key than the receipt, whose signature was not checked: 1.",)


def test_a_receipt_that_does_not_hold_is_not_held_against_roots() -> None:
    broken = {**CASE.document, "chain": {"position": "x"}}
    assert all(check.about == "receipt" for check in found(roots(), broken).checks)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"x", "is no list of roots: Expecting value"),
        (b"\xff", "is no list of roots"),
        (b"{}", r"expected roots\.json as the site publishes it"),
        (b"[]", r"expected roots\.json as the site publishes it"),
        (b"[1]", "row 1 is no root: day, first, last, head, previous, digest, signature, key is missing"),
        (json.dumps([{**rooted(NIGHTS)[0], "first": "1"}]).encode(), "row 1 is no root: first is missing"),
        (json.dumps([{**rooted(NIGHTS)[0], "day": "soon"}]).encode(), "row 1 is no root: day is missing, or is not"),
    ],
)
def test_what_is_no_list_of_roots_is_refused(content: bytes, fault: str) -> None:
    with pytest.raises(Unusable, match=fault):
        read_roots(content)


def test_roots_are_read_as_a_list_too() -> None:
    assert [row["day"] for row in read_roots(json.dumps(rooted(NIGHTS)).encode())] == [day for day, *_ in NIGHTS]
