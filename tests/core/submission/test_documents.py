"""Manifest, claims and receipt as values; and everything that does not hold together in them is named."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cast import CLOSING

from hanse.core.proposal import Annex
from hanse.core.submission import Reason
from hanse.core.submission.documents import (
    File,
    claims_of,
    faults_in_package,
    faults_in_receipt,
    manifest_of,
    receipt_document,
)
from hanse.core.values.digest import canonical_json, digest

CALL = {"reference": "TEST-2020", "edition": "1.0", "number": 1, "digest": "c" * 64}
CODE = {"version": "1.0", "core": "d" * 64}
BUDGET = {"requested": "90000.00"}
CONTENT = canonical_json({"proposal": "blue", "budget": BUDGET})
LETTER = b"%PDF letter"


def manifest(*annexes: Annex, content: bytes = CONTENT, budget: Any = None) -> dict[str, Any]:
    return manifest_of(
        proposal="blue", call=CALL, strand="A", draft_version=7, code=CODE, content=content,
        budget=BUDGET if budget is None else budget, annexes=annexes,
    )  # fmt: skip


def letter(name: str = "Letter.pdf") -> Annex:
    return Annex("letters", name, sha256(LETTER).hexdigest(), len(LETTER), "lanterna")


def claims(**changed: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "number": "blue/1", "act": "submission", "outcome": "accepted", "proposal": "blue", "title": "Blue ways",
        "call": CALL, "strand": "A", "received_at": CLOSING - timedelta(seconds=1), "sealed_at": CLOSING,
        "closing": CLOSING, "package": "a" * 64, "content": "b" * 64, "draft_version": 7, "reasons": [],
        "remarks": ["Advice is not followed."],
        "mandates": [{"organisation": "lanterna", "name": "Lanterna", "role": "coordinator", "given_on": date(2020, 11, 29)}],
        "coordinator": {"organisation": "lanterna", "name": "Lanterna"}, "code": CODE,
    }  # fmt: skip
    return claims_of(**{**known, **changed})


def receipt(told: Mapping[str, Any] | None = None, **entered: Any) -> dict[str, Any]:
    """A receipt that holds together; `entered` are further keys of the entry."""
    told = claims() if told is None else told
    entry = {"number": 42, "act": "submit application", "facts": {"receipt": digest(told)}, **entered}
    return receipt_document(told, {"position": 42, "digest": digest(entry), "entry": entry}, {"value": "signed"})


# --- manifest ----------------------------------------------------------------------------------------------------


def test_a_manifest_holds_the_digest_of_everything() -> None:
    found = manifest(letter())
    assert found["content"] == {"path": "application.json", "sha256": sha256(CONTENT).hexdigest(), "size": len(CONTENT)}
    assert found["budget"] == {"sha256": digest(BUDGET)}
    assert found["annexes"] == [
        {
            "path": "annexes/01-Letter.pdf", "kind": "letters", "partner": "lanterna", "name": "Letter.pdf",
            "sha256": sha256(LETTER).hexdigest(), "size": len(LETTER),
        }
    ]  # fmt: skip
    assert {key: found[key] for key in ("format", "proposal", "call", "strand", "draft_version", "code")} == {
        "format": "hanse-package-1", "proposal": "blue", "call": CALL, "strand": "A", "draft_version": 7, "code": CODE,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("../../etc/passwd", "annexes/01-etc-passwd"),
        ("C:\\plans\\a b.pdf", "annexes/01-C-plans-a-b.pdf"),
        ("Häfen.pdf", "annexes/01-H-fen.pdf"),
        (".hidden", "annexes/01-hidden"),
        ("文書", "annexes/01-file"),
        ("x" * 300 + ".pdf", f"annexes/01-{'x' * 96}.pdf"),
    ],
)
def test_a_path_in_a_package_leads_nowhere_else(name: str, path: str) -> None:
    assert manifest(letter(name))["annexes"][0]["path"] == path
    assert manifest(letter(name))["annexes"][0]["name"] == name


@given(st.lists(st.text(max_size=8), max_size=12))
def test_no_two_annexes_share_a_path(names: list[str]) -> None:
    paths = [annex["path"] for annex in manifest(*map(letter, names))["annexes"]]
    assert len(set(paths)) == len(names)
    assert all(path.isascii() and path.count("/") == 1 and ".." not in path.split("/") for path in paths)


# --- claims ------------------------------------------------------------------------------------------------------


def test_claims_are_json_and_complete() -> None:
    told = claims(reasons=[Reason("window", "Too late.")], outcome="refused", closing=None, coordinator=None)
    assert told["reasons"] == [{"about": "window", "text": "Too late."}]
    assert told["received_at"] == "2020-12-02T15:59:59+00:00"
    assert told["mandates"][0]["given_on"] == "2020-11-29"
    assert (told["closing"], told["coordinator"], told["reason"], told["admits"]) == (None, None, "", None)
    assert faults_in_receipt(receipt(told)) == ()


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001 -- bounds are naive
def test_whatever_instant_and_zone_a_receipt_holds_together(instant: datetime) -> None:
    for zone in (UTC, ZoneInfo("Europe/Brussels"), ZoneInfo("Pacific/Kiritimati")):
        assert faults_in_receipt(receipt(claims(received_at=instant.replace(tzinfo=zone)))) == ()


# --- what does not hold together in a receipt ----------------------------------------------------------------------


def changed(document: Mapping[str, Any], *path: str, to: Any) -> dict[str, Any]:
    """A document with one value replaced, or taken out where `to` is `...`."""
    copy: dict[str, Any] = deepcopy(dict(document))
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    if to is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = to
    return copy


@pytest.mark.parametrize(
    ("path", "to", "fault"),
    [
        (("claims",), ..., "claims is missing, or is no table"),
        (("chain",), [], "chain is missing, or is no table"),
        (("signature",), None, "signature is missing, or is no table"),
        (("note",), "?", "note: no part of a receipt"),
        (("claims", "strand"), ..., "claims.strand is missing"),
        (("claims", "price"), 1, "claims.price: no part of a receipt"),
        (("claims", "title"), 7, "claims.title: '7' is not what stands there"),
        (("claims", "draft_version"), True, "claims.draft_version: 'True' is not what stands there"),
        (("chain", "note"), 1, "chain.note: no part of a receipt"),
        (("chain", "entry"), ..., "chain.entry is missing, or is no entry of a record"),
        (("chain", "entry", "facts"), "none", "chain.entry is missing, or is no entry of a record"),
        (("chain", "digest"), "0" * 64, "chain.entry: its digest is not chain.digest; one of the two was changed"),
        (("chain", "entry", "act"), "x", "chain.entry: its digest is not chain.digest; one of the two was changed"),
        (("chain", "position"), 41, "chain.position is not the number of the entry"),
        (("chain", "position"), ..., "chain.position is not the number of the entry"),
        (("claims", "title"), "Other", "claims: their digest is not the one in the record's entry; one of the two was changed"),
        (("claims", "received_at"), "2020-12-02T15:59:58+00:00", "claims: their digest is not the one in the record's entry; one of the two was changed"),
    ],
)  # fmt: skip
def test_a_change_is_named_with_its_place(path: tuple[str, ...], to: Any, fault: str) -> None:
    assert fault in faults_in_receipt(changed(receipt(), *path, to=to))


@pytest.mark.parametrize(
    ("key", "to", "fault"),
    [
        ("format", "hanse-receipt-2", "claims.format: 'hanse-receipt-2'; this version reads hanse-receipt-1"),
        ("act", "bribe", "claims.act: 'bribe'; expected one of submission, withdrawal, admission"),
        ("outcome", "maybe", "claims.outcome: 'maybe'; expected one of accepted, refused"),
        ("package", "A" * 64, "claims.package is no SHA-256 digest"),
        ("content", "a" * 63, "claims.content is no SHA-256 digest"),
        ("received_at", "2020-12-02T17:00:00", "claims.received_at: '2020-12-02T17:00:00' is no instant with a zone"),
        ("closing", "soon", "claims.closing: 'soon' is no instant with a zone"),
    ],
)
def test_claims_sealed_with_a_wrong_value_are_told_too(key: str, to: Any, fault: str) -> None:
    assert faults_in_receipt(receipt({**claims(), key: to})) == (fault,)


def test_what_has_no_number_has_no_place_in_a_record() -> None:
    document = receipt()
    del document["chain"]["position"], document["chain"]["entry"]["number"]
    document["chain"]["digest"] = digest(document["chain"]["entry"])
    assert faults_in_receipt(document) == ("chain.position is not the number of the entry",)


@pytest.mark.parametrize("odd", [1.5, "\ud800", [{}]], ids=["a point", "half a letter", "many layers"])
def test_what_no_digest_can_be_taken_of_is_a_fault(odd: Any) -> None:
    if isinstance(odd, list):
        for _ in range(5_000):
            odd = [odd]
    document = changed(receipt(), "claims", "call", to={**CALL, "more": odd})
    assert faults_in_receipt(document) == (
        "the receipt holds a number with a point, half a letter, or too many layers; no receipt does",
    )


@pytest.mark.parametrize("document", [None, [], "receipt", 7])
def test_what_is_no_receipt_at_all_is_told(document: Any) -> None:
    assert faults_in_receipt(document) == ("the file holds no receipt: expected claims, chain and signature",)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(claims())), JSON)
def test_no_claim_can_be_changed_unseen(key: str, other: Any) -> None:
    document = receipt()
    same = canonical_json(document["claims"][key]) == canonical_json(other)
    assert (faults_in_receipt(changed(document, "claims", key, to=other)) == ()) == same


@given(st.fixed_dictionaries({}, optional={"claims": JSON, "chain": JSON, "signature": JSON, "more": JSON}))
def test_any_other_file_is_told_and_never_breaks(document: dict[str, Any]) -> None:
    assert faults_in_receipt(document)
    assert faults_in_package(document, {}, None)


# --- what does not hold together in a package ----------------------------------------------------------------------


def file(content: bytes) -> File:
    return File(sha256(content).hexdigest(), len(content))


WHOLE = {"application.json": file(CONTENT), "annexes/01-Letter.pdf": file(LETTER)}


def test_a_package_as_it_was_sealed_has_no_faults() -> None:
    assert faults_in_package(manifest(letter()), WHOLE, CONTENT) == ()
    bare = b'{"proposal":"blue"}'
    assert faults_in_package(manifest(content=bare, budget={}), {"application.json": file(bare)}, bare) == ()


@pytest.mark.parametrize(
    ("found", "faults"),
    [
        ({"annexes/01-Letter.pdf": None}, ("annexes/01-Letter.pdf is missing",)),
        ({"annexes/01-Letter.pdf": file(LETTER + b"!")}, ("annexes/01-Letter.pdf has 12 bytes; 11 were sealed",)),
        ({"annexes/01-Letter.pdf": file(b"%PDF LETTER")}, ("annexes/01-Letter.pdf: its content is not the one that was sealed",)),
        ({"application.json": file(CONTENT[::-1])}, ("application.json: its content is not the one that was sealed",)),
        ({"annexes/02-more.pdf": file(LETTER)}, ("annexes/02-more.pdf: was not sealed, and has no place here",)),
    ],
)  # fmt: skip
def test_a_file_that_is_not_as_sealed_is_named(found: dict[str, File | None], faults: tuple[str, ...]) -> None:
    there = {path: held for path, held in {**WHOLE, **found}.items() if held is not None}
    assert faults_in_package(manifest(letter()), there, CONTENT) == faults


@pytest.mark.parametrize(
    "application",
    [b'{"budget": {"requested": "90000.01"}}', b"{}", b"[]", b"{", b"\xff", b'{"budget": 1.5}', b"[" * 100_000],
)
def test_a_budget_that_is_not_the_sealed_one_is_named(application: bytes) -> None:
    sealed = manifest(content=application)
    assert faults_in_package(sealed, {"application.json": file(application)}, application) == (
        "application.json: its budget is not the one that was sealed",
    )


def test_an_application_that_is_not_there_is_missing_once() -> None:
    assert faults_in_package(manifest(), {}, None) == ("application.json is missing",)


@pytest.mark.parametrize(
    "broken", [None, [], {}, {"content": {}}, {**manifest(), "annexes": ["x"]}, {**manifest(), "budget": {}}]
)
def test_what_is_no_manifest_is_told(broken: Any) -> None:
    assert faults_in_package(broken, WHOLE, CONTENT) == (
        "manifest.json is not as a manifest is: expected content, budget and annexes",
    )  # fmt: skip


def test_another_format_and_a_path_named_twice_are_told() -> None:
    assert faults_in_package({**manifest(letter()), "format": "zip"}, WHOLE, CONTENT) == (
        "manifest.json: format is not hanse-package-1",
    )
    twice = manifest(letter())
    twice["annexes"] *= 2
    assert faults_in_package(twice, WHOLE, CONTENT) == ("manifest.json names a path twice",)
