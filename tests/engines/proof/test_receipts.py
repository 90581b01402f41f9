"""A receipt holds as it was made, and in no other form: every change of it is found, by its place."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.proof.receipts_cast import KEY, OTHER_KEY, made, pem_of, raw_of, signed, signed_as

from hanse.core.values.digest import digest
from hanse.engines.proof import Unusable, check_receipt, read_key
from hanse.engines.proof.reading import MOST_DEPTH, strict_json

CASE = made()
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()


def faults(document: Any, **more: Any) -> tuple[str, ...]:
    return check_receipt(document, **more).faults


def changed(**parts: Any) -> dict[str, Any]:
    """The receipt with keys of its parts changed, such as `chain={"position": 1}`; `...` takes a key away."""
    document = json.loads(CASE.file())
    for part, keys in parts.items():
        document[part] |= keys
        document[part] = {key: value for key, value in document[part].items() if value is not ...}
    return dict(document)


@pytest.mark.parametrize("act", ["submission", "withdrawal", "admission"])
@pytest.mark.parametrize("outcome", ["accepted", "refused"])
def test_a_receipt_holds_as_it_was_made(act: str, outcome: str) -> None:
    proof = check_receipt(made(act, outcome).document, key=pem_of(KEY))
    assert (proof.holds, proof.faults, proof.compared) == (True, (), True)
    assert len(proof.checks) == 3
    assert all(check.holds for check in proof.checks)


def test_without_a_key_it_is_told_that_none_was_compared() -> None:
    proof = check_receipt(CASE.document)
    assert proof.holds
    assert not proof.compared
    assert proof.fingerprint.startswith(CASE.document["signature"]["key"])
    assert len(proof.checks) == 2


# --- every change is found ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("mask", [0x01, 0x02, 0x08, 0x10])
def test_no_changed_byte_of_the_file_is_left_unseen(mask: int) -> None:
    content = CASE.file()
    seen = 0
    for place in range(len(content)):
        other = content[:place] + bytes([content[place] ^ mask]) + content[place + 1 :]
        try:
            document = strict_json(other)
        except ValueError:
            continue
        if document != CASE.document:
            seen += 1
            assert not check_receipt(document).holds, (place, other[max(0, place - 30) : place + 30])
    assert seen > 300


@given(st.data())
def test_no_other_value_is_left_unseen(data: st.DataObject) -> None:
    document = json.loads(CASE.file())
    at: Any = document
    while True:
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if not isinstance(at[key], dict | list) or not at[key] or data.draw(st.booleans()):
            break
        at = at[key]
    at[key] = data.draw(SCALARS | st.lists(SCALARS) | st.dictionaries(st.text(), SCALARS))
    if json.dumps(document, sort_keys=True) != json.dumps(CASE.document, sort_keys=True):
        assert not check_receipt(document).holds


@given(st.recursive(SCALARS, lambda held: st.lists(held) | st.dictionaries(st.text(), held)))
def test_no_value_holds_or_breaks_that_is_no_receipt(value: Any) -> None:
    for document in (value, {"claims": value, "chain": value, "signature": value}, signed_over(value)):
        assert not check_receipt(document).holds


def signed_over(value: Any) -> Any:
    """Rightly signed, whatever it says; itself where nothing can sign it."""
    try:
        return signed_as(value, {"position": 1, "digest": "", "entry": value})
    except (TypeError, ValueError):
        return value


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (changed(claims={"title": "Other"}), "claims: their digest is not the one in the record's entry"),
        (changed(claims={"received_at": "2020-12-02T15:00:00+00:00"}), "claims: their digest is not the one"),
        (changed(chain={"digest": "0" * 64}), "chain.entry: its digest is not chain.digest"),
        (changed(chain={"position": 41}), "chain.position is not the number of the entry"),
        (changed(signature={"algorithm": "RSA"}), "signature.algorithm: 'RSA'; expected Ed25519"),
        (changed(signature={"key": "0" * 16}), "signature.key does not name the key in signature.public_key"),
        (changed(signature={"value": "?"}), "signature.value is no base 64"),
        (changed(signature={"value": "AAAA"}), "signature: the key did not sign these claims with this entry"),
        (changed(signature={"public_key": "AAAA"}), "signature.public_key is no Ed25519 key in base 64"),
        (changed(signature={"public_key": ...}), "signature.public_key is missing, or is no text"),
        (changed(signature={"value": 7}), "signature.value is missing, or is no text"),
        (changed(signature={"note": "x"}), "signature.note: no part of a receipt"),
        (changed(claims={"draft_version": 7.0}), "the receipt holds 7.0, a number with a point"),
        (changed(claims={"title": "\ud800"}), "the receipt holds half a letter"),
        ({}, "claims is missing, or is no table"),
        ([], "the file holds no receipt"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_named(document: Any, fault: str) -> None:
    assert any(fault in told for told in faults(document)), faults(document)


def test_everything_that_does_not_hold_is_told_at_once() -> None:
    found = faults(
        changed(claims={"title": "Other"}, chain={"position": 41}, signature={"key": "0"}), key=pem_of(OTHER_KEY)
    )
    assert len(found) == 5, found


def test_base_64_that_differs_in_bits_that_say_nothing_is_another_text() -> None:
    value = CASE.document["signature"]["value"]
    other = value[:-3] + chr(ord(value[-3]) + 1) + value[-2:]
    assert base64.b64decode(other) == base64.b64decode(value)
    assert faults(changed(signature={"value": other})) == ("signature.value is no base 64",)


def test_a_receipt_made_by_another_agrees_with_itself_and_not_with_the_key_of_the_site() -> None:
    forged = signed(json.loads(CASE.file())["claims"], OTHER_KEY)
    assert check_receipt(forged).holds
    (fault,) = faults(forged, key=pem_of(KEY))
    assert "was signed with another key: its fingerprint begins 65b60673d6ed884b" in fault


def test_a_receipt_whose_key_cannot_be_read_is_not_said_to_be_compared() -> None:
    proof = check_receipt(changed(signature={"public_key": "?"}), key=pem_of(KEY))
    assert not proof.compared
    assert "the receipt has no key that could be compared" in proof.faults
    assert proof.fingerprint == ""


def test_a_rightly_signed_receipt_of_odd_parts_is_no_receipt() -> None:
    claims = {**CASE.document["claims"], "mandates": [1], "reasons": [{"about": 7}], "closing": "2020-13-01"}
    found = faults(signed(claims))
    for told in ("claims.mandates, row 1: is no table", "claims.reasons, row 1.about is missing", "claims.closing: "):
        assert any(told in fault for fault in found), found


def test_an_entry_about_another_receipt_is_found() -> None:
    claims = CASE.document["claims"]
    found = faults(signed(claims, facts={"receipt": digest({**claims, "title": "Other"})}))
    assert found == ("claims: their digest is not the one in the record's entry; one of the two was changed",)


# --- keys --------------------------------------------------------------------------------------------------------


def test_a_key_is_read_from_pem_and_from_base_64() -> None:
    raw = raw_of(KEY)
    assert read_key(pem_of(KEY)) == raw
    assert read_key(b" " + base64.b64encode(raw) + b"\n") == raw


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "is no public key; expected Ed25519 as PEM"),
        (b"\xff" * 40, "is no public key"),
        (base64.b64encode(b"short"), "is no public key"),
        (b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "is no public key that can be read"),
        (b"-----BEGIN PRIVATE KEY-----", "is a private key, which nobody but the site may hold"),
    ],
)
def test_what_is_no_key_is_refused(content: bytes, fault: str) -> None:
    with pytest.raises(Unusable, match=fault):
        check_receipt(CASE.document, key=content)


def test_a_key_of_another_kind_is_refused() -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    pem = X25519PrivateKey.generate().public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )  # fmt: skip
    with pytest.raises(Unusable, match="holds a key of another kind; expected Ed25519"):
        read_key(pem)


# --- reading -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b'{"a": 1, "a": 2}', "gives a key twice"),
        (b"[" * 100_000, "is nested too deeply"),
        (b"[" * (MOST_DEPTH + 2) + b"]" * (MOST_DEPTH + 2), f"is nested more than {MOST_DEPTH} deep"),
        (b"[NaN]", "holds nan, a number with a point"),
        (b'"\\ud800"', "holds half a letter"),
        (b'"\xff"', "codec can't decode"),
        (b"{", "Expecting property name"),
    ],
)
def test_json_of_strangers_is_refused_where_it_has_no_canonical_form(content: bytes, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        strict_json(content)


def test_a_value_that_no_json_could_hold_is_no_receipt() -> None:
    assert faults({1: 2}) == ("the receipt has a key that is no text",)
