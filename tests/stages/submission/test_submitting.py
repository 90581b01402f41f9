"""Submitting, submitting again, withdrawing: what is decided, what is sealed, what counts."""

from datetime import timedelta

import pytest
from tests.people import person
from tests.stages.submission.sealing_cast import CLOSING, at, before, ready, submitted, withdrawn

from hanse.core.submission.documents import faults_in_receipt
from hanse.core.values.digest import digest
from hanse.ground import audit
from hanse.ground.outbox.models import Message
from hanse.stages.proposals.actions import drafts as writing
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.submission.actions.submitting import make_ready, submit, withdraw
from hanse.stages.submission.models import Content, Package, Receipt, Standing
from hanse.stages.submission.queries import receipts

pytestmark = pytest.mark.django_db


def test_a_complete_application_is_submitted_and_counts() -> None:
    proposal = ready("giulia", "jonas", "mila")
    receipt = submitted(proposal)
    assert receipt.accepted, receipt.document["claims"]["reasons"]
    assert receipt.number == "blue-ways/1"
    assert faults_in_receipt(receipt.document) == ()
    standing = receipts.standing_of(proposal)
    assert standing is not None
    assert standing.receipt == receipt
    assert audit.verify() is None
