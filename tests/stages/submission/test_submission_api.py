"""Submitting by programs: the same receipt, by a key of the sender."""

import json
from typing import Any

import pytest
from django.test import Client
from tests.people import browsing
from tests.stages.submission.sealing_cast import ready

from hanse.stages.proposals.models import Proposal
from hanse.stages.submission.models import Receipt

pytestmark = pytest.mark.usefixtures("at")


@pytest.fixture
def proposal(at: Any) -> Proposal:
    """An application that lacks nothing."""
    return ready("giulia", "jonas", "mila")


def sent(client: Client, what: str, key: str = "a-key-of-mine", **body: str) -> tuple[int, dict[str, Any]]:
    """Post to an application."""
    headers = {"Idempotency-Key": key} if key else {}
    answer = client.post(
        f"/api/v1/proposals/blue-ways/{what}", json.dumps(body), content_type="application/json", headers=headers
    )
    return answer.status_code, answer.json()


def test_the_same_key_gets_the_same_receipt(proposal: Proposal) -> None:
    client = browsing("giulia")
    status, first = sent(client, "submissions")
    again, second = sent(client, "submissions")
    assert (status, again) == (201, 201)
    assert first == second
    assert Receipt.objects.count() == 1
    assert sent(client, "submissions", "another-key")[1]["claims"]["number"] == "blue-ways/2"


def test_without_a_key_nothing_is_attempted(proposal: Proposal) -> None:
    status, told = sent(browsing("giulia"), "submissions", "")
    assert status == 422
    assert "Idempotency-Key" in told["detail"]
    assert not Receipt.objects.exists()


def test_a_key_of_another_act_is_refused(proposal: Proposal) -> None:
    client = browsing("giulia")
    sent(client, "submissions")
    status, told = sent(client, "withdrawals", reason="We reconsider.")
    assert status == 409
    assert "another act" in told["detail"]


def test_members_do_not_submit_and_strangers_find_nothing(proposal: Proposal) -> None:
    assert sent(browsing("jonas"), "submissions")[0] == 403
    assert sent(browsing("aylin"), "submissions")[0] == 404
    assert sent(browsing("odile"), "submissions")[0] == 404
    assert not Receipt.objects.exists()


def test_a_withdrawal_is_taken_back_by_submitting_again(proposal: Proposal) -> None:
    client = browsing("giulia")
    sent(client, "submissions", "key-number-one")
    status, told = sent(client, "withdrawals", "key-number-two", reason="We reconsider.")
    assert (status, told["claims"]["act"], told["claims"]["reason"]) == (201, "withdrawal", "We reconsider.")
    report = client.get("/api/v1/proposals/blue-ways/report").json()
    assert report["counts"] is None
    sent(client, "submissions", "key-number-three")
    report = client.get("/api/v1/proposals/blue-ways/report").json()
    assert (report["counts"], report["changes"]) == ("blue-ways/3", "")
    numbers = [one["claims"]["number"] for one in browsing("jonas").get("/api/v1/proposals/blue-ways/receipts").json()]
    assert numbers == ["blue-ways/3", "blue-ways/2", "blue-ways/1"]


def test_a_withdrawal_needs_a_reason(proposal: Proposal) -> None:
    client = browsing("giulia")
    sent(client, "submissions", "key-number-one")
    status, told = sent(client, "withdrawals", "key-number-two", reason="  ")
    assert status == 422
    assert "reason" in told["faults"]
    assert Receipt.objects.count() == 1
