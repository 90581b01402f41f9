"""The notice of a moved deadline proves itself, and shows what was changed in it."""

import json
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from tests.engines.proof.receipts_cast import CLOSING, KEY, OTHER_KEY, pem_of, rooted, signed_as

from hanse.core.submission.deadlines import claims_of_notice
from hanse.core.values.digest import digest
from hanse.engines.proof import check_notice, read_roots
from hanse.engines.proof.reading import strict_json


def notice(key: Any = KEY) -> dict[str, Any]:
    claims = claims_of_notice(
        number="TEST-2020/1",
        call="TEST-2020",
        title="Clusters of the tests go abroad",
        edition_before={"edition": "1.0", "number": 1, "digest": "a" * 64},
        edition_after={"edition": "1.0", "number": 2, "digest": "b" * 64},
        closing_before=CLOSING,
        closing_after=CLOSING + timedelta(days=7),
        reason="The site was out of reach.",
        proposed_by="Odile Lambert",
        proposed_at=CLOSING - timedelta(days=1),
        published_by="Piet Claes",
        published_at=CLOSING - timedelta(hours=20),
    )
    entry = {"number": 42, "facts": {"notice": digest(claims)}, "previous": "0" * 64}
    return signed_as(claims, {"position": 42, "digest": digest(entry), "entry": entry}, key)


def test_a_notice_holds_against_its_key_and_the_roots() -> None:
    document = notice()
    roots = tuple(roots_up_to(document))
    proof = check_notice(document, key=pem_of(KEY), roots=roots)
    assert proof.holds, proof.faults
    assert proof.compared
    assert [check.about for check in proof.checks] == ["notice", "notice", "notice", "roots", "roots"]


def roots_up_to(document: dict[str, Any]) -> Any:
    return read_roots(json.dumps({"roots": rooted([("2020-12-01", 42, document["chain"]["digest"])])}).encode())


def test_without_a_key_it_agrees_with_itself() -> None:
    proof = check_notice(notice())
    assert proof.holds and not proof.compared


def test_another_key_shows() -> None:
    proof = check_notice(notice(OTHER_KEY), key=pem_of(KEY))
    assert any("the notice was signed with another key" in fault for fault in proof.faults)


@pytest.mark.parametrize("part", ["claims", "chain", "signature"])
def test_a_part_that_is_missing_shows(part: str) -> None:
    document = notice()
    del document[part]
    assert not check_notice(document, key=pem_of(KEY)).holds


def test_another_deadline_shows() -> None:
    document = deepcopy(notice())
    document["claims"]["closing_after"] = (CLOSING + timedelta(days=8)).isoformat()
    faults = check_notice(document).faults
    assert any("their digest is not the one" in fault for fault in faults)
    assert any("the key did not sign these claims" in fault for fault in faults)


def test_what_has_no_canonical_form_is_no_notice() -> None:
    document = notice()
    document["claims"]["reason"] = 0.5
    assert "a number with a point" in check_notice(document).faults[0]
    assert not check_notice([]).holds


@pytest.mark.parametrize("mask", [0x01, 0x08])
def test_no_changed_byte_of_the_file_is_left_unseen(mask: int) -> None:
    whole = notice()
    content = json.dumps(whole, indent=2).encode()
    seen = 0
    for place in range(len(content)):
        try:
            document = strict_json(content[:place] + bytes([content[place] ^ mask]) + content[place + 1 :])
        except ValueError:
            continue
        if document != whole:
            seen += 1
            assert not check_notice(document).holds, place
    assert seen > 300
