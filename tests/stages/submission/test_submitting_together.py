"""Several submit at the same instant: what comes out is what comes out one after the other."""

from collections.abc import Callable

import pytest
from tests.people import person
from tests.stages.consortia.casting import editor_of, organisation_of
from tests.stages.submission.calls_cast import call_with, clash_at_the_door
from tests.stages.submission.sealing_cast import before, lead_of, ready
from tests.together import at_once

from hanse.core.submission.documents import faults_in_receipt
from hanse.ground import audit
from hanse.ground.accounts.models import User
from hanse.ground.outbox.models import Message
from hanse.stages.consortia.actions import seats
from hanse.stages.consortia.models import Seat
from hanse.stages.proposals.actions import drafts as writing
from hanse.stages.proposals.models import Proposal
from hanse.stages.submission.actions import submitting
from hanse.stages.submission.models import FairCopy, Package, Receipt, Standing
from hanse.stages.submission.queries import receipts

pytestmark = pytest.mark.django_db(transaction=True)
HOUR_BEFORE = {"hours": 1}


def submitting_of(proposal: Proposal, key: str = "first-attempt", actor: User | None = None) -> Callable[[], Receipt]:
    """An act that submits."""
    who = actor or lead_of(proposal.consortium)
    return lambda: submitting.submit(actor=who, ref=proposal.ref, arrival=before(**HOUR_BEFORE), key=key)


def all_is_well() -> None:
    """What holds after whatever was done at once."""
    assert audit.verify() is None
    for proposal in Proposal.objects.all():
        every = list(receipts.receipts_of(proposal))
        assert sorted(receipt.place for receipt in every) == list(range(1, len(every) + 1))
        assert all(faults_in_receipt(receipt.document) == () for receipt in every)
    assert Package.objects.count() == Receipt.objects.filter(package__isnull=False).count()


@pytest.mark.parametrize("consequence", ["later", "all"])
def test_of_several_that_clash_one_is_let_in(consequence: str) -> None:
    call_with(rules=clash_at_the_door(consequence))
    leads = [("giulia", "blue"), ("FR", "quiet"), ("ES", "bright"), ("PL", "calm")]
    rivals = [ready(lead, "jonas", "mila", ref=f"{name}-ways", name=f"{name} ways") for lead, name in leads]
    made = at_once(*map(submitting_of, rivals))
    assert sorted(receipt.accepted for receipt in made) == [False, False, False, True]
    [winner] = [receipt for receipt in made if receipt.accepted]
    assert winner.position == min(receipt.position for receipt in made)
    assert Standing.objects.get().receipt == winner
    all_is_well()


def test_applications_that_do_not_clash_all_are_let_in() -> None:
    call_with(rules=clash_at_the_door("later"))
    made = at_once(
        *(
            submitting_of(ready(*members, ref=f"ways-{number}", name=f"Ways {number}"))
            for number, members in enumerate((("giulia", "jonas"), ("FR", "mila"), ("ES", "PL"), ("GR", "TR")))
        )
    )
    assert all(receipt.accepted for receipt in made)
    assert Standing.objects.count() == 4
    all_is_well()


def test_one_key_from_several_browsers_at_once_is_one_attempt() -> None:
    proposal = ready("giulia", "jonas", "mila")
    made = at_once(*[submitting_of(proposal, "one-and-the-same")] * 4)
    assert {receipt.pk for receipt in made} == {Receipt.objects.get().pk}
    assert Message.objects.filter(subject__startswith="Received").count() == 3
    all_is_well()


def test_two_people_of_the_coordinator_at_once_have_submitted_twice() -> None:
    proposal = ready("giulia", "jonas", "mila")
    other = editor_of("aylin", organisation_of("giulia"))
    made = at_once(submitting_of(proposal, "key-of-giulia"), submitting_of(proposal, "key-of-aylin", other))
    assert sorted(receipt.number for receipt in made) == ["blue-ways/1", "blue-ways/2"]
    assert Standing.objects.get().receipt.place == 2
    all_is_well()


def test_submitting_and_withdrawing_at_once_end_as_the_record_says() -> None:
    proposal = ready("giulia", "jonas", "mila")
    submitting_of(proposal)()
    made = at_once(
        submitting_of(proposal, "second-attempt"),
        lambda: submitting.withdraw(
            actor=person("giulia"), ref="blue-ways", reason="We wait.", arrival=before(**HOUR_BEFORE), key="take-back"
        ),
    )
    last = max(made, key=lambda receipt: receipt.position)
    assert all(receipt.accepted for receipt in made)
    assert Standing.objects.exists() is (last.act == Receipt.Act.SUBMISSION)
    all_is_well()


def test_what_is_saved_at_the_same_instant_is_sealed_whole_or_not_at_all() -> None:
    proposal = ready("giulia", "jonas", "mila")
    jonas, mila = person("jonas"), person("mila")
    made = at_once(
        submitting_of(proposal),
        lambda: writing.save_many(
            actor=jonas,
            ref="blue-ways",
            texts={"summary": ("After.", 1), "title": ("After", 1)},
            at=before(hours=1).at,
        ),
        lambda: seats.leave(actor=mila, seat_id=Seat.objects.get(place=3).pk, reason="", at=before(hours=1).at),
    )
    sealed = receipts.content_of(made[0]).decode()
    assert ('"title": "After"' in sealed) is ('"summary": "After."' in sealed)
    # A member that left is in the members, the mandates and what counts, or in none of them.
    inside = "sava-software-network" in sealed
    mandates = [each["organisation"] for each in made[0].document["claims"]["mandates"]]
    standing = Standing.objects.get()
    assert ("sava-software-network" in mandates) is inside
    assert standing.members.filter(organisation="sava-software-network").exists() is inside
    all_is_well()


def test_many_readers_make_one_fair_copy() -> None:
    proposal = ready("giulia", "jonas", "mila")
    made = at_once(*[lambda: submitting.make_ready(proposal=proposal, arrival=before(**HOUR_BEFORE))] * 4)
    assert len({ready_.content for _, ready_ in made}) == 1
    assert FairCopy.objects.count() == 1
    assert submitting_of(proposal)().accepted
    all_is_well()
