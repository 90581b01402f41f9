"""Two consortia share an organisation: what the call says is done at the door, and nobody learns of a rival."""

from datetime import timedelta
from typing import Any

import pytest
from tests.people import person
from tests.stages.consortia.casting import organisation_in
from tests.stages.submission.calls_cast import call_with, clash_at_the_door
from tests.stages.submission.sealing_cast import CLOSING, at, before, ready, submitted, withdrawn

from hanse.core.submission.documents import faults_in_receipt
from hanse.ground.outbox.models import Message
from hanse.stages.consortia.actions import seats
from hanse.stages.consortia.models import Seat
from hanse.stages.proposals.models import Proposal
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.submission.actions import late
from hanse.stages.submission.models import Receipt, Standing, StandingMember

pytestmark = pytest.mark.django_db
RULE = "one-consortium-per-strand"


def two(consequence: str = "later", strand: str = "A") -> tuple[Proposal, Proposal]:
    """Blue ways and Quiet ways, which share the Salzspeicher Food Network; Quiet ways in a strand."""
    call_with(rules=clash_at_the_door(consequence))
    one = ready("giulia", "jonas", "mila")
    return one, ready("FR", "jonas", "PL", ref="quiet-ways", name="Quiet ways", strand=strand)


def reason(receipt: Receipt) -> str:
    """Why an attempt was refused, all in one."""
    return " ".join(each["text"] for each in receipt.document["claims"]["reasons"])


# --- what the call says ------------------------------------------------------------------------------------------

CONSEQUENCES = {"later": False, "all": False, "unknown": True}
"""What the call says falls, and whether the second is let in at the door."""


@pytest.mark.parametrize("consequence", CONSEQUENCES)
def test_the_second_is_refused_where_the_call_says_which_fall(consequence: str) -> None:
    one, other = two(consequence)
    assert submitted(one, arrival=before(hours=2)).accepted
    second = submitted(other, arrival=before(hours=1))
    assert second.accepted is CONSEQUENCES[consequence]
    assert [each["about"] for each in second.document["claims"]["reasons"]] == ([] if second.accepted else [RULE])
    assert faults_in_receipt(second.document) == ()


def test_where_no_rule_stops_at_the_door_both_are_let_in() -> None:
    one = ready("giulia", "jonas", "mila")
    other = ready("FR", "jonas", "PL", ref="quiet-ways", name="Quiet ways")
    assert submitted(one, arrival=before(hours=2)).accepted
    second = submitted(other, arrival=before(hours=1))
    assert second.accepted
    assert not [remark for remark in second.document["claims"]["remarks"] if RULE in remark]


def test_in_another_strand_there_is_no_clash() -> None:
    one, other = two(strand="B")
    assert submitted(one, arrival=before(hours=2)).accepted
    assert submitted(other, arrival=before(hours=1)).accepted


def test_without_a_shared_member_there_is_no_clash() -> None:
    one, _ = two()
    other = ready("ES", "GR", "PL", ref="bright-ways", name="Bright ways")
    assert submitted(one, arrival=before(hours=2)).accepted
    assert submitted(other, arrival=before(hours=1)).accepted


def test_an_application_does_not_clash_with_itself() -> None:
    one, _ = two()
    assert submitted(one, "first-attempt", before(hours=2)).accepted
    assert submitted(one, "second-attempt", before(hours=1)).accepted


def test_an_associated_partner_may_stand_in_several() -> None:
    call_with(rules=clash_at_the_door("later"))
    one = ready("giulia", "jonas", "mila")
    other = ready("FR", "jonas", "PL", ref="quiet-ways", name="Quiet ways", role=Seat.Role.ASSOCIATED_PARTNER)
    assert submitted(one, arrival=before(hours=2)).accepted
    assert submitted(other, arrival=before(hours=1)).accepted


def test_the_same_body_under_two_profiles_is_one() -> None:
    call_with(rules=clash_at_the_door("later"))
    first, second = organisation_in("ES"), organisation_in("ES", 2)
    second.legal_entity = first.legal_entity
    second.save()
    one = ready("giulia", first, "mila")
    other = ready("FR", second, "PL", ref="quiet-ways", name="Quiet ways")
    assert submitted(one, arrival=before(hours=2)).accepted
    refused = submitted(other, arrival=before(hours=1))
    assert not refused.accepted
    assert reason(refused).startswith("Almenara Mobility Cluster Association stands in another application")
    assert StandingMember.objects.filter(organisation__in=[first.ref, second.ref]).count() == 1


# --- who is first ------------------------------------------------------------------------------------------------


def test_the_record_says_who_was_first_not_who_waited_longer() -> None:
    one, other = two("later")
    assert submitted(one, arrival=at(CLOSING - timedelta(seconds=10))).accepted
    waited = submitted(other, arrival=at(CLOSING - timedelta(seconds=20), waited=timedelta(seconds=15)))
    assert not waited.accepted
    assert Standing.objects.count() == 1


def test_a_withdrawal_of_the_first_lets_the_second_in_and_keeps_the_first_out() -> None:
    one, other = two()
    submitted(one, "first-attempt", before(hours=5))
    assert not submitted(other, "first-attempt", before(hours=4)).accepted
    withdrawn(one, arrival=before(hours=3))
    assert submitted(other, "second-attempt", before(hours=2)).accepted
    assert not submitted(one, "second-attempt", before(hours=1)).accepted
    assert Standing.objects.get().proposal == other


def test_a_member_that_left_is_free_once_the_first_is_submitted_without_it() -> None:
    one, other = two()
    submitted(one, "first-attempt", before(hours=5))
    seat = Seat.objects.get(consortium=one.consortium, organisation__ref="salzspeicher-food-network")
    seats.leave(actor=person("jonas"), seat_id=seat.pk, reason="", at=CLOSING - timedelta(hours=4))
    assert not submitted(other, "first-attempt", before(hours=3)).accepted
    assert submitted(one, "second-attempt", before(hours=2)).accepted
    assert submitted(other, "second-attempt", before(hours=1)).accepted


def test_a_refused_attempt_stands_in_nobodys_way() -> None:
    one, other = two()
    submitted(one, arrival=at(CLOSING + timedelta(hours=1)))
    second = submitted(other, arrival=at(CLOSING + timedelta(hours=2)))
    assert [each["about"] for each in second.document["claims"]["reasons"]] == ["window"]


def test_of_two_late_attempts_that_clash_one_is_admitted() -> None:
    one, other = two()
    cases = [
        late.propose(
            actor=person("odile"),
            number=submitted(each, arrival=at(CLOSING + timedelta(minutes=minute))).number,
            grounds="The platform was down.",
            evidence="Its log.",
            arrival=at(CLOSING + timedelta(hours=1)),
        )
        for minute, each in enumerate((one, other), 1)
    ]
    told: dict[str, Any] = {"actor": person("piet"), "admit": True, "decision": "Seen."}
    told["arrival"] = at(CLOSING + timedelta(hours=2))
    assert late.decide(case_id=cases[0].pk, **told).receipt is not None
    with pytest.raises(Refusal, match="stands in another application that was submitted before"):
        late.decide(case_id=cases[1].pk, **told)
    assert Standing.objects.get().proposal == one


# --- rivals ------------------------------------------------------------------------------------------------------


def test_a_refusal_names_ones_own_member_and_no_rival() -> None:
    one, other = two()
    submitted(one, arrival=before(hours=2))
    third = ready("ES", "jonas", "mila", ref="bright-ways", name="Bright ways")
    for refused in (submitted(other, arrival=before(hours=1)), submitted(third, arrival=before(minutes=30))):
        told = [
            str(refused.document["claims"]),
            *Message.objects.filter(subject__startswith="Not").values_list("body", flat=True),
        ]
        assert "Salzspeicher Food Network" in reason(refused)
        for secret in ("Blue ways", "blue-ways", "Lanterna", "lanterna", "Giulia"):
            assert not any(secret.casefold() in said.replace("Blue ways to Asia", "").casefold() for said in told), (
                secret
            )
    assert "Quiet" not in reason(refused)


def test_who_clashes_with_two_is_told_the_same_as_who_clashes_with_one() -> None:
    call_with(rules=clash_at_the_door("later"))
    first = ready("giulia", "jonas", "ES")
    second = ready("FR", "mila", "PL", ref="quiet-ways", name="Quiet ways")
    with_one = ready("GR", "jonas", "TR", ref="bright-ways", name="Bright ways")
    with_both = ready("NO", "jonas", "mila", ref="calm-ways", name="Calm ways")
    for minute, each in enumerate((first, second)):
        assert submitted(each, arrival=at(CLOSING - timedelta(hours=3, minutes=-minute))).accepted
    one = reason(submitted(with_one, arrival=before(hours=2)))
    both = reason(submitted(with_both, arrival=before(hours=1)))
    assert both.replace("Salzspeicher Food Network Association, Sava Software Network Association stand ", "X ") == (
        one.replace("Salzspeicher Food Network Association stands ", "X ")
    )
