"""Several act on one consortium at the same instant: one of them does it, the others are told why not."""

from typing import Any

import pytest
from tests.conftest import NOW
from tests.people import person
from tests.stages.consortia.casting import (
    a_consortium,
    editor_of,
    invited,
    organisation_in,
    organisation_of,
    owner_of,
    seat_of,
    the_calls,
)
from tests.together import at_once

from hanse.ground import audit, clock
from hanse.stages.consortia.actions import forming, seats
from hanse.stages.consortia.models import Consortium, Mandate, Seat
from hanse.stages.consortia.queries import members
from hanse.stages.registry.actions.refusals import Refusal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def calls() -> None:
    clock.set_clock(instant=NOW)
    the_calls()


def refusals(done: list[Any]) -> list[Refusal]:
    return [one for one in done if isinstance(one, Refusal)]


def test_an_invitation_accepted_by_two_owners_at_once_is_accepted_once() -> None:
    seat = invited(a_consortium(), "FR")
    owners = [owner_of(organisation_in("FR")), editor_of("aylin", organisation_in("FR"), "owner")]
    words = members.wording_of(seat)
    done = at_once(*(lambda who=who: seats.accept(actor=who, seat_id=seat.pk, wording=words, at=NOW) for who in owners))
    (refusal,) = refusals(done)
    assert refusal.status == 409
    assert Mandate.objects.filter(seat=seat, revoked_at=None).count() == 1
    assert audit.verify() is None


def test_two_people_of_the_coordinator_hand_over_at_once_to_different_members() -> None:
    consortium = a_consortium()
    actors = [person("giulia"), editor_of("aylin", organisation_of("giulia"))]
    targets = [seat_of(consortium, "jonas").pk, seat_of(consortium, "mila").pk]
    done = at_once(
        *(
            lambda who=who, seat=seat: seats.hand_over(actor=who, ref=consortium.ref, seat_id=seat, at=NOW)
            for who, seat in zip(actors, targets, strict=True)
        )
    )
    (refusal,) = refusals(done)
    assert refusal.status == 403
    assert Seat.objects.filter(consortium=consortium, role="coordinator", state="accepted").count() == 1


def test_who_leaves_while_it_is_handed_the_coordination_does_one_of_the_two() -> None:
    consortium = a_consortium()
    seat = seat_of(consortium, "jonas")
    done = at_once(
        lambda: seats.hand_over(actor=person("giulia"), ref=consortium.ref, seat_id=seat.pk, at=NOW),
        lambda: seats.leave(actor=person("jonas"), seat_id=seat.pk, reason="", at=NOW),
    )
    assert len(refusals(done)) == 1
    assert Seat.objects.filter(consortium=consortium, role="coordinator", state="accepted").count() == 1


def test_an_invitation_is_accepted_or_taken_back() -> None:
    seat = invited(a_consortium(), "FR")
    words, owner = members.wording_of(seat), owner_of(organisation_in("FR"))
    done = at_once(
        lambda: seats.accept(actor=owner, seat_id=seat.pk, wording=words, at=NOW),
        lambda: seats.recall(actor=person("giulia"), seat_id=seat.pk, at=NOW),
    )
    assert len(refusals(done)) == 1
    stands = Seat.objects.get(pk=seat.pk).state
    assert Mandate.objects.filter(seat=seat, revoked_at=None).count() == (stands == "accepted")


def test_one_organisation_invited_twice_at_once_is_invited_once() -> None:
    consortium = a_consortium()
    ref = organisation_in("FR").ref
    actors = [person("giulia"), editor_of("aylin", organisation_of("giulia"))]
    done = at_once(
        *(
            lambda who=who: seats.invite(
                actor=who, ref=consortium.ref, organisation_ref=ref, role="beneficiary", message="", at=NOW
            )
            for who in actors
        )
    )
    (refusal,) = refusals(done)
    assert "is invited already" in refusal.message


def test_a_partner_leaves_while_the_aims_are_saved_and_both_are_done() -> None:
    consortium = a_consortium()
    seat = seat_of(consortium, "mila")
    done = at_once(
        lambda: seats.leave(actor=person("mila"), seat_id=seat.pk, reason="", at=NOW),
        lambda: forming.change_aim(
            actor=person("giulia"),
            ref=consortium.ref,
            based_on=1,
            name="Bluer ways",
            idea="",
            strand="A",
            targets=["US"],
            sectors=[],
            at=NOW,
        ),
    )
    assert refusals(done) == []
    assert Consortium.objects.get().name == "Bluer ways"
    assert Seat.objects.get(pk=seat.pk).state == "left"
