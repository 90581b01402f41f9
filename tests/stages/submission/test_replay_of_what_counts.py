"""Replaying a live site finds where what counts is not what its receipts come to, and says what they come to."""

from collections.abc import Callable

import pytest
from tests.stages.submission.sealing_cast import CLOSING, at, before, ready, submitted, withdrawn

from hanse.stages.submission.models import Receipt, Standing
from hanse.stages.submission.queries.verification import verify_all

pytestmark = pytest.mark.django_db


def replayed() -> tuple[int, str]:
    """How many submissions that count held, and what is wrong with the first that does not."""
    (found,) = [(count, fault) for what, count, fault in verify_all() if what == "submissions that count"]
    return found


def history() -> None:
    """Submitted, taken back, submitted twice, and once more too late."""
    proposal = ready("giulia", "jonas", "mila")
    submitted(proposal, "attempt-one", before(hours=4))
    withdrawn(proposal, "attempt-two", before(hours=3))
    submitted(proposal, "attempt-three", before(hours=2))
    submitted(proposal, "attempt-four", before(hours=1))
    submitted(proposal, "attempt-five", at(CLOSING.replace(second=1)))


def test_what_the_site_lets_count_is_what_its_receipts_come_to() -> None:
    history()
    assert replayed() == (1, "")


def test_a_withdrawn_application_counts_nowhere() -> None:
    proposal = ready("giulia", "jonas", "mila")
    submitted(proposal, "attempt-one", before(hours=4))
    withdrawn(proposal, "attempt-two", before(hours=3))
    assert replayed() == (0, "")


def older_receipt() -> None:
    Standing.objects.update(receipt=Receipt.objects.get(place=3), package_of=Receipt.objects.get(place=3))


def another_package() -> None:
    Standing.objects.update(package_of=Receipt.objects.get(place=3))


def nothing_counts() -> None:
    Standing.objects.all().delete()


TAMPERED: dict[Callable[[], object], str] = {
    older_receipt: "Application blue-ways: what counts is not what its receipts come to. Receipt 4 counts: it is the last "
    "that was accepted.",
    another_package: "Application blue-ways: another package counts than the one that was sealed.",
    nothing_counts: "Application blue-ways: its submission should count, and does not.",
}


@pytest.mark.parametrize("tamper", TAMPERED)
def test_a_row_that_was_changed_is_found(tamper: Callable[[], object]) -> None:
    history()
    tamper()
    assert replayed() == (0, TAMPERED[tamper])
