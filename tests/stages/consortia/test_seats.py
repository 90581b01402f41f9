"""Invitations and their answers, mandates, roles, leaving, replacing."""

from datetime import datetime
from typing import Any

import pytest
from tests.conftest import NOW
from tests.people import person
from tests.stages.consortia.casting import (
    AFTER_CLOSING,
    a_consortium,
    editor_of,
    invited,
    organisation_in,
    organisation_of,
    owner_of,
    seat_of,
    the_calls,
    unclaimed,
)

from hanse.ground import audit
from hanse.ground.accounts.models import User
from hanse.ground.outbox.models import Message
from hanse.stages.consortia.actions import forming, seats
from hanse.stages.consortia.models import Consortium, Mandate, Role, Seat
from hanse.stages.consortia.permissions import standing_in
from hanse.stages.consortia.queries import members
from hanse.stages.registry.actions import cleaning
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def calls(at: datetime) -> None:
    the_calls()


@pytest.fixture
def consortium() -> Consortium:
    """Lanterna coordinates; Salzspeicher and Sava are beneficiaries."""
    return a_consortium()


def phare() -> User:
    return owner_of(organisation_in("FR"))


def invite(consortium: Consortium, who: str = "giulia", at: datetime = NOW, **changed: Any) -> Seat:
    told = {"organisation_ref": "", "role": "beneficiary", "message": "Join us.", **changed}
    told["organisation_ref"] = told["organisation_ref"] or organisation_in("FR").ref
    return seats.invite(actor=person(who), ref=consortium.ref, at=at, **told)


def accept(seat: Seat, actor: User | None = None, at: datetime = NOW, wording: str = "") -> Mandate:
    fresh = Seat.objects.select_related("organisation", "consortium").get(pk=seat.pk)
    words = wording or members.wording_of(fresh)
    return seats.accept(actor=actor or phare(), seat_id=seat.pk, wording=words, at=at)


def refused(act: Any, status: int, words: str) -> Refusal:
    with pytest.raises(Refusal, match=words) as refusal:
        act()
    assert refusal.value.status == status
    return refusal.value


def acts_of(consortium: Consortium) -> list[str]:
    return [event.act for event in audit.history(("consortium", consortium.ref))]


# --- inviting ----------------------------------------------------------------------------------------------------


def test_an_invitation_goes_to_owners_with_message_and_address(consortium: Consortium) -> None:
    editor_of("charlie", organisation_in("FR"))
    Message.objects.all().delete()
    seat = invite(consortium, link=lambda number: f"https://hanse.example/i/{number}")
    message = Message.objects.get()
    assert message.to == "phare@hanse.example"
    assert "Join us." in message.body
    assert f"https://hanse.example/i/{seat.pk}" in message.body
    assert (seat.state, seat.place, seat.invited_by) == ("invited", 4, person("giulia"))
    assert acts_of(consortium) == ["invite organisation"]


def test_where_nobody_acts_the_invitation_waits(consortium: Consortium) -> None:
    lonely = unclaimed("Faraway Network", "JP")
    Message.objects.all().delete()
    seat = invite(consortium, organisation_ref=lonely.ref, role="international_partner")
    assert not Message.objects.exists()
    assert seat.pk not in members.owned_among(members.open_seats(consortium))
    assert members.owners_in_words(lonely) == ""
    refused(lambda: accept(seat, person("giulia")), 403, "taken over")


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({"organisation_ref": "nobody"}, 422, "knows no such"),
        ({"role": "coordinator"}, 409, "There is one coordinator"),
        ({"role": "emperor"}, 422, "Choose a role"),
        ({"role": "affiliated_entity"}, 422, "Choose the beneficiary"),
        ({"role": "affiliated_entity", "tie": 0}, 422, "Choose the beneficiary"),
        ({"replaces": 0}, 409, "does not take part any more"),
        ({"message": "x" * 4001}, 422, "4001 characters"),
    ],
)
def test_invitations_that_cannot_be_sent(
    consortium: Consortium, changed: dict[str, Any], status: int, words: str
) -> None:
    refused(lambda: invite(consortium, **changed), status, words)
    assert consortium.seats.count() == 3


def test_who_is_in_or_invited_is_not_invited_again(consortium: Consortium) -> None:
    refused(lambda: invite(consortium, organisation_ref=organisation_of("mila").ref), 409, "takes part already")
    invite(consortium)
    refused(lambda: invite(consortium), 409, "is invited already")


def test_a_private_or_withdrawn_profile_is_not_invited(consortium: Consortium) -> None:
    draft = organisation_in("ES")
    Organisation.objects.filter(pk=draft.pk).update(status="draft")
    refused(lambda: invite(consortium, organisation_ref=draft.ref), 422, "knows no such")
    editor_of("giulia", draft)
    Organisation.objects.filter(pk=draft.pk).update(status="withdrawn")
    refused(lambda: invite(consortium, organisation_ref=draft.ref), 409, "withdrawn")


def test_there_are_not_endless_seats(consortium: Consortium, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "MOST_SEATS", 3)
    refused(lambda: invite(consortium), 409, "Take an invitation back first")


def test_nobody_is_invited_again_and_again(consortium: Consortium) -> None:
    for _ in range(seats.MOST_TIMES):
        seats.recall(actor=person("giulia"), seat_id=invite(consortium).pk, at=NOW)
    refused(lambda: invite(consortium), 409, "has been invited 5 times")


def test_only_the_coordinator_invites_and_takes_back(consortium: Consortium) -> None:
    seat = invited(consortium, "FR")
    for who, status in (("jonas", 403), ("charlie", 404)):
        refused(lambda who=who: invite(consortium, who, organisation_ref=organisation_in("ES").ref), status, r"\.$")
        refused(lambda who=who: seats.recall(actor=person(who), seat_id=seat.pk, at=NOW), status, r"\.$")
    refused(lambda: seats.recall(actor=phare(), seat_id=seat.pk, at=NOW), 404, "no such")
    refused(lambda: invite(consortium, at=AFTER_CLOSING, organisation_ref=organisation_in("ES").ref), 409, "closed")


def test_an_affiliated_entity_is_tied_to_a_beneficiary(consortium: Consortium) -> None:
    tied = seat_of(consortium, "jonas")
    seat = invite(consortium, role="affiliated_entity", tie=tied.pk)
    assert seat.tie == tied
    accept(seat)
    other = invite(consortium, role="associated_partner", tie=tied.pk, organisation_ref=organisation_in("ES").ref)
    assert other.tie is None


def test_the_entity_of_a_beneficiary_that_left_cannot_join(consortium: Consortium) -> None:
    tied = seat_of(consortium, "jonas")
    seat = invite(consortium, role="affiliated_entity", tie=tied.pk)
    seats.leave(actor=person("jonas"), seat_id=tied.pk, reason="", at=NOW)
    refused(lambda: accept(seat), 409, "Salzspeicher Food Network, whose affiliated entity")


# --- answering ---------------------------------------------------------------------------------------------------


def test_an_owner_accepts_and_gives_the_mandate(consortium: Consortium) -> None:
    seat = invited(consortium, "FR")
    Message.objects.all().delete()
    mandate = accept(seat)
    seat.refresh_from_db()
    assert (seat.state, seat.answered_by, seat.answered_at) == ("accepted", phare(), NOW)
    told = members.mandates_of(consortium)
    assert [one.seat.organisation.name for one in told][-1] == "Phare Photonics Cluster"
    assert (told[-1].mandate, told[-1].given) == (mandate, True)
    assert {message.to for message in Message.objects.all()} == {
        f"{id}@hanse.example" for id in ("giulia", "jonas", "mila")
    }
    assert standing_in(phare(), consortium, NOW).takes_part
    assert acts_of(consortium) == ["accept invitation to consortium"]


def test_an_invitation_accepted_twice_is_accepted_once(consortium: Consortium) -> None:
    seat = invited(consortium, "FR")
    accept(seat)
    refused(lambda: accept(seat), 409, "accepted already")
    assert Mandate.objects.filter(seat=seat).count() == 1


def test_the_wrong_person_does_not_accept(consortium: Consortium) -> None:
    seat = invited(consortium, "FR")
    editor = editor_of("charlie", organisation_in("FR"))
    auditor = editor_of("halvard", organisation_in("FR"), "owner")
    for actor, status, words in (
        (editor, 403, "Only an owner of Phare Photonics Cluster decides this. That can: Owner of Phare"),
        (auditor, 403, "Auditors"),
        (person("jonas"), 403, "Only an owner of Phare"),
        (person("aylin"), 404, "no such"),
        (person("odile"), 404, "no such"),
    ):
        refused(lambda actor=actor: accept(seat, actor), status, words)
        refused(lambda actor=actor: seats.decline(actor=actor, seat_id=seat.pk, reason="", at=NOW), status, words)
    assert Seat.objects.get(pk=seat.pk).state == "invited"


@pytest.mark.parametrize(
    ("end", "words", "status"),
    [
        ("recall", "taken back", 410),
        ("decline", "declined", 410),
        ("dissolve", "dissolved", 410),
        ("close", "call has closed", 409),
        ("merge", "merged", 410),
        ("reword", "words of the mandate have changed", 409),
        ("unknown", "no such invitation", 404),
    ],
)
def test_invitations_that_cannot_be_accepted_any_more(
    consortium: Consortium, end: str, words: str, status: int
) -> None:
    seat, at, wording = invited(consortium, "FR"), NOW, members.wording_of(invited_seat(consortium))
    number = seat.pk
    if end == "recall":
        seats.recall(actor=person("giulia"), seat_id=seat.pk, at=NOW)
    elif end == "decline":
        seats.decline(actor=phare(), seat_id=seat.pk, reason="No time.", at=NOW)
    elif end == "dissolve":
        forming.dissolve(actor=person("giulia"), ref=consortium.ref, reason="No.", at=NOW)
    elif end == "close":
        at = AFTER_CLOSING
    elif end == "merge":
        Organisation.objects.filter(pk=seat.organisation_id).update(status="merged")
    elif end == "reword":
        seats.change_role(actor=person("giulia"), seat_id=seat.pk, role="associated_partner", at=NOW)
    else:
        number = 0
    refused(lambda: seats.accept(actor=phare(), seat_id=number, wording=wording, at=at), status, words)
    assert not Mandate.objects.filter(seat=seat).exists()


def invited_seat(consortium: Consortium) -> Seat:
    """The seat that waits for an answer, with what its words need."""
    return consortium.seats.select_related("organisation").get(state="invited")


def test_what_is_over_is_neither_declined_nor_taken_back_again(consortium: Consortium) -> None:
    seat = invited(consortium, "FR")
    Message.objects.all().delete()
    seats.decline(actor=phare(), seat_id=seat.pk, reason="No time.", at=NOW)
    message = Message.objects.get()
    assert (message.to, "No time." in message.body) == ("giulia@hanse.example", True)
    refused(lambda: seats.decline(actor=phare(), seat_id=seat.pk, reason="", at=NOW), 410, "declined")
    refused(lambda: seats.recall(actor=person("giulia"), seat_id=seat.pk, at=NOW), 409, "declined")
    again = invite(consortium)
    accept(again)
    refused(lambda: seats.decline(actor=phare(), seat_id=again.pk, reason="", at=NOW), 409, "can leave")
    refused(lambda: seats.recall(actor=person("giulia"), seat_id=again.pk, at=NOW), 409, "Remove the organisation")


def test_an_invitation_can_be_declined_after_the_call_has_closed(consortium: Consortium) -> None:
    seat = invited(consortium, "FR")
    assert seats.decline(actor=phare(), seat_id=seat.pk, reason="", at=AFTER_CLOSING).state == "declined"


# --- leaving, removing, replacing --------------------------------------------------------------------------------


def test_a_member_leaves_and_its_mandate_ends(consortium: Consortium) -> None:
    seat = seat_of(consortium, "mila")
    Message.objects.all().delete()
    seats.leave(actor=person("mila"), seat_id=seat.pk, reason="Other plans.", at=NOW)
    seat.refresh_from_db()
    assert (seat.state, seat.ended_by, seat.reason) == ("left", person("mila"), "Other plans.")
    assert members.mandate_of(seat) is None
    assert {message.to for message in Message.objects.all()} == {"giulia@hanse.example", "jonas@hanse.example"}
    assert not standing_in(person("mila"), consortium, NOW).may_see
    assert [one.organisation.name for one in members.ended_seats(consortium)] == ["Sava Software Network"]
    refused(
        lambda: seats.leave(actor=person("mila"), seat_id=seat.pk, reason="", at=NOW), 409, "not take part any more"
    )


def test_who_does_not_leave(consortium: Consortium) -> None:
    seat, waiting = seat_of(consortium, "mila"), invited(consortium, "FR")
    editor = editor_of("charlie", organisation_of("mila"))
    refused(lambda: seats.leave(actor=editor, seat_id=seat.pk, reason="", at=NOW), 403, "That can: Mila Petrović")
    refused(lambda: seats.leave(actor=person("jonas"), seat_id=seat.pk, reason="", at=NOW), 403, "Only an owner")
    refused(lambda: seats.leave(actor=phare(), seat_id=waiting.pk, reason="", at=NOW), 409, "Decline it instead")
    refused(lambda: seats.leave(actor=person("mila"), seat_id=seat.pk, reason="", at=AFTER_CLOSING), 409, "closed")
    lead = seat_of(consortium, "giulia")
    refused(
        lambda: seats.leave(actor=person("giulia"), seat_id=lead.pk, reason="", at=NOW), 409, "Hand the coordination"
    )
    long = "x" * 4001
    refused(lambda: seats.leave(actor=person("mila"), seat_id=seat.pk, reason=long, at=NOW), 422, "4001 characters")


def test_the_coordinator_removes_with_a_reason(consortium: Consortium) -> None:
    seat, waiting = seat_of(consortium, "mila"), invited(consortium, "FR")

    def remove(seat: Seat, reason: str = "No answer for weeks.", who: str = "giulia") -> Seat:
        return seats.remove(actor=person(who), seat_id=seat.pk, reason=reason, at=NOW)

    refused(lambda: remove(seat, " "), 422, "Give a reason")
    refused(lambda: remove(seat, who="jonas"), 403, "Only the coordinator")
    refused(lambda: remove(waiting), 409, "Take it back instead")
    refused(lambda: remove(seat_of(consortium, "giulia")), 409, "coordinator cannot be removed")
    Message.objects.all().delete()
    remove(seat)
    assert "No answer for weeks." in Message.objects.get(to="mila@hanse.example").body
    refused(lambda: remove(seat), 409, "not take part any more")


def test_a_replacement_takes_the_place_when_it_accepts(consortium: Consortium) -> None:
    old = seat_of(consortium, "mila")
    new = invite(consortium, replaces=old.pk)
    assert seat_of(consortium, "mila").state == "accepted"
    accept(new)
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, new.state, new.place) == ("replaced", "accepted", 3)
    assert members.mandate_of(old) is None
    assert Message.objects.filter(to="mila@hanse.example", subject__startswith="Replaced").exists()


def test_a_member_is_replaced_by_one_at_a_time_and_the_coordinator_by_none(consortium: Consortium) -> None:
    old = seat_of(consortium, "mila")
    invite(consortium, replaces=old.pk)
    spare = organisation_in("ES").ref
    refused(lambda: invite(consortium, organisation_ref=spare, replaces=old.pk), 409, "Phare .* is invited to replace")
    lead = seat_of(consortium, "giulia").pk
    refused(lambda: invite(consortium, organisation_ref=spare, replaces=lead), 409, "Hand the coordination over")


def test_a_replacement_of_who_has_left_joins_all_the_same(consortium: Consortium) -> None:
    old = seat_of(consortium, "mila")
    new = invite(consortium, replaces=old.pk)
    seats.leave(actor=person("mila"), seat_id=old.pk, reason="", at=NOW)
    accept(new)
    old.refresh_from_db()
    assert old.state == "left"


def test_who_became_coordinator_meanwhile_is_not_replaced(consortium: Consortium) -> None:
    old = seat_of(consortium, "mila")
    new = invite(consortium, replaces=old.pk)
    seats.hand_over(actor=person("giulia"), ref=consortium.ref, seat_id=old.pk, at=NOW)
    refused(lambda: accept(new), 409, "which coordinates by now")


# --- roles -------------------------------------------------------------------------------------------------------


def test_another_role_asks_for_another_mandate(consortium: Consortium) -> None:
    seat = seat_of(consortium, "mila")

    def change(role: str, **told: Any) -> Seat:
        return seats.change_role(actor=person("giulia"), seat_id=seat.pk, role=role, at=NOW, **told)

    assert members.mandate_of(change("beneficiary")) is not None
    after = change("associated_partner")
    assert (after.role, members.mandate_of(after)) == ("associated_partner", None)
    after = change("affiliated_entity", tie=seat_of(consortium, "jonas").pk)
    assert after.tie == seat_of(consortium, "jonas")
    after = change("affiliated_entity", tie=seat_of(consortium, "giulia").pk)
    assert after.tie == seat_of(consortium, "giulia")
    assert acts_of(consortium) == ["change role in consortium"] * 3


def test_roles_that_are_not_given(consortium: Consortium) -> None:
    seat, lead = seat_of(consortium, "mila"), seat_of(consortium, "giulia")

    def change(seat: Seat, role: str = "associated_partner", who: str = "giulia", tie: int | None = None) -> Seat:
        return seats.change_role(actor=person(who), seat_id=seat.pk, role=role, tie=tie, at=NOW)

    refused(lambda: change(seat, "coordinator"), 409, "one coordinator")
    refused(lambda: change(seat, "emperor"), 422, "Choose a role")
    refused(lambda: change(seat, "affiliated_entity", tie=seat.pk), 422, "Choose the beneficiary")
    refused(lambda: change(lead), 409, "Hand the coordination over first")
    refused(lambda: change(seat, who="mila"), 403, "Only the coordinator")
    seats.leave(actor=person("mila"), seat_id=seat.pk, reason="", at=NOW)
    refused(lambda: change(seat), 409, "not take part any more")


def test_the_coordination_is_handed_over(consortium: Consortium) -> None:
    old, new = seat_of(consortium, "giulia"), seat_of(consortium, "jonas")
    seats.hand_over(actor=person("giulia"), ref=consortium.ref, seat_id=new.pk, at=NOW)
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.role, new.role) == (Role.BENEFICIARY, Role.COORDINATOR)
    assert (old.place, new.place) == (2, 1)
    assert [one.seat.organisation.name for one in members.mandates_of(consortium) if not one.given] == [
        "Salzspeicher Food Network",
        "Lanterna Marine Cluster",
    ]
    assert standing_in(person("jonas"), consortium, NOW).may_lead
    back = lambda: seats.hand_over(actor=person("giulia"), ref=consortium.ref, seat_id=old.pk, at=NOW)  # noqa: E731
    refused(back, 403, "Salzspeicher Food Network, which coordinates")


def test_to_whom_the_coordination_is_not_handed(consortium: Consortium) -> None:
    waiting, lead = invited(consortium, "FR"), seat_of(consortium, "giulia")

    def hand(seat: Seat) -> Seat:
        return seats.hand_over(actor=person("giulia"), ref=consortium.ref, seat_id=seat.pk, at=NOW)

    refused(lambda: hand(waiting), 409, "must take part already")
    refused(lambda: hand(lead), 409, "coordinates already")
    member = seat_of(consortium, "mila")
    seats.change_role(actor=person("giulia"), seat_id=member.pk, role="associated_partner", at=NOW)
    refused(lambda: hand(member), 409, "Only a beneficiary can coordinate")
    elsewhere = a_consortium("ES", "jonas", ref="elsewhere")
    refused(lambda: hand(seat_of(elsewhere, "jonas")), 409, "must take part already")


# --- mandates ----------------------------------------------------------------------------------------------------


def test_a_mandate_is_revoked_and_given_again(consortium: Consortium) -> None:
    seat = seat_of(consortium, "mila")
    words = members.wording_of(seat)
    mila = person("mila")
    refused(lambda: seats.give_mandate(actor=mila, seat_id=seat.pk, wording=words, at=NOW), 409, "given already")
    Message.objects.all().delete()
    revoked = seats.revoke_mandate(actor=mila, seat_id=seat.pk, reason="To be asked.", at=NOW)
    assert (revoked.revoked_by, revoked.revoked_at) == (mila, NOW)
    assert "To be asked." in Message.objects.get().body
    assert seat_of(consortium, "mila").state == "accepted"
    refused(lambda: seats.revoke_mandate(actor=mila, seat_id=seat.pk, reason="", at=NOW), 409, "no mandate to revoke")
    refused(lambda: seats.give_mandate(actor=mila, seat_id=seat.pk, wording="Yes.", at=NOW), 409, "have changed")
    again = seats.give_mandate(actor=mila, seat_id=seat.pk, wording=words, at=NOW)
    assert members.mandate_of(seat) == again
    assert Mandate.objects.filter(seat=seat).count() == 2


def test_mandates_are_decided_by_owners_until_the_call_closes(consortium: Consortium) -> None:
    seat, waiting = seat_of(consortium, "mila"), invited(consortium, "FR")
    editor = editor_of("charlie", organisation_of("mila"))
    for actor in (editor, person("giulia")):
        refused(
            lambda actor=actor: seats.revoke_mandate(actor=actor, seat_id=seat.pk, reason="", at=NOW),
            403,
            "Only an owner",
        )
    mila = person("mila")
    late = AFTER_CLOSING
    refused(lambda: seats.revoke_mandate(actor=mila, seat_id=seat.pk, reason="", at=late), 409, "closed")
    refused(lambda: seats.give_mandate(actor=mila, seat_id=seat.pk, wording="", at=late), 409, "closed")
    refused(lambda: seats.give_mandate(actor=phare(), seat_id=waiting.pk, wording="", at=NOW), 409, "Accept the inv")
    refused(lambda: seats.revoke_mandate(actor=phare(), seat_id=waiting.pk, reason="", at=NOW), 409, "not take part")
    seats.leave(actor=mila, seat_id=seat.pk, reason="", at=NOW)
    refused(lambda: seats.give_mandate(actor=mila, seat_id=seat.pk, wording="", at=NOW), 409, "not take part")


def test_owners_of_the_profile_into_which_a_member_was_merged_speak_for_it(consortium: Consortium) -> None:
    kept, member = organisation_in("FR"), seat_of(consortium, "mila")
    waiting = invited(consortium, "ES")
    wording = members.wording_of(waiting)
    for gone in (organisation_of("mila"), organisation_in("ES")):
        cleaning.merge(actor=person("odile"), kept=kept.ref, merged=gone.ref, reason="The same.", at=NOW)
    assert standing_in(phare(), consortium, NOW).speaks_for(member.pk)
    assert {seat.pk for seat in members.consortia_of(phare())} == {member.pk, waiting.pk}
    refused(lambda: seats.accept(actor=phare(), seat_id=waiting.pk, wording=wording, at=NOW), 410, "merged")
    assert seats.revoke_mandate(actor=phare(), seat_id=member.pk, reason="", at=NOW).revoked_by == phare()
    assert seats.leave(actor=phare(), seat_id=member.pk, reason="", at=NOW).state == "left"
