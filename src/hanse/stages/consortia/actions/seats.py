"""Invitations, mandates, roles, leaving: who takes part in a consortium.

Every act locks the consortium first, so that of two that meet, the second sees what the first has done.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from hanse.ground import audit
from hanse.stages.consortia.actions.holding import (
    AUDITOR,
    NONE_SUCH,
    held,
    held_with_seat,
    led,
    still_forming,
    taking_part,
    tell,
)
from hanse.stages.consortia.models import OPEN_SEATS, Consortium, Mandate, Role, Seat, SeatState
from hanse.stages.consortia.permissions import standing_in
from hanse.stages.consortia.queries.members import (
    APPLICANTS,
    SUBJECT,
    coordinator_of,
    mandate_of,
    open_seats,
    owners_in_words,
    wording_of,
)
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import Organisation
from hanse.stages.registry.permissions import standing as standing_of
from hanse.stages.registry.queries import by_ref as organisation_by_ref

MOST_SEATS = 60
"""More open seats than this are no consortium."""
MOST_TIMES = 5
"""Whoever has been invited to one consortium so often has said no."""
LONGEST_TEXT = 4_000
NOT_IN = "This organisation does not take part any more."
OVER = {
    SeatState.DECLINED: "This invitation was declined.",
    SeatState.RECALLED: "This invitation was taken back.",
    SeatState.LEFT: "The organisation has left this consortium. Ask the coordinator for a new invitation.",
    SeatState.REMOVED: "The organisation was removed from this consortium. Ask the coordinator for a new invitation.",
    SeatState.REPLACED: "The organisation was replaced in this consortium. Ask the coordinator for a new invitation.",
}
"""Why a seat that is over cannot be accepted."""


# --- invitations -------------------------------------------------------------------------------------------------


@transaction.atomic
def invite(
    *,
    actor: Any,
    ref: str,
    organisation_ref: str,
    role: str,
    message: str,
    at: datetime,
    replaces: int | None = None,
    tie: int | None = None,
    link: Callable[[int], str] | None = None,
) -> Seat:
    """Offer an organisation of the registry a seat. Where nobody acts for it here, the invitation waits.

    Args:
        replaces: the seat that it takes over when it accepts.
        tie: for an affiliated entity, the seat of its beneficiary.
        link: makes the address of the invitation, for the message.

    Raises:
        Refusal: if the actor does not coordinate, or the organisation cannot have this seat.
    """
    consortium = held(ref)
    led(actor, consortium, at)
    organisation = _invitable(actor, organisation_ref, at)
    seats = open_seats(consortium)
    present = next((seat for seat in seats if seat.organisation_id == organisation.pk), None)
    if present is not None:
        stands = "takes part already" if present.state == SeatState.ACCEPTED else "is invited already"
        told = f"{organisation.name} {stands}."
        raise Refusal(told, 409, {"organisation": told})
    if Seat.objects.filter(consortium=consortium, organisation=organisation).count() >= MOST_TIMES:
        raise Refusal(f"{organisation.name} has been invited {MOST_TIMES} times. Write to its owners instead.")
    if len(seats) >= MOST_SEATS:
        raise Refusal(f"{len(seats)} organisations take part or are invited. Take an invitation back first.")
    _sound_role(role)
    tied = _tie(seats, role, tie)
    replaced = _replaceable(seats, replaces)
    message = message.strip()
    if len(message) > LONGEST_TEXT:
        told = f"The message has {len(message)} characters; it may have {LONGEST_TEXT}."
        raise Refusal(told, 422, {"message": told})
    last = Seat.objects.filter(consortium=consortium).aggregate(last=Max("place"))["last"] or 0
    seat = Seat.objects.create(
        consortium=consortium,
        organisation=organisation,
        role=role,
        state=SeatState.INVITED,
        place=last + 1,
        message=message,
        replaces=replaced,
        tie=tied,
        invited_by=actor,
        invited_at=at,
    )
    _touch(consortium, at)
    where = f"\n\n{link(seat.pk)}" if link else ""
    tell(
        [seat],
        subject=f"Invitation to a consortium: {consortium.name}",
        body=(
            f"{actor.name} invites {organisation.name} to take part in the consortium {consortium.name} as "
            f"{seat.get_role_display()}.\n\n{message}\n\nAn owner of the profile accepts or declines.{where}\n"
        ),
        at=at,
        owners_only=True,
    )
    facts = {"organisation": organisation.ref, "role": role, "seat": seat.pk, "replaces": replaces}
    audit.record("invite organisation", actor=actor, subject=(SUBJECT, ref), facts=facts, at=at)
    return seat


@transaction.atomic
def recall(*, actor: Any, seat_id: int, at: datetime) -> Seat:
    """Take an invitation back before it is answered.

    Raises:
        Refusal: if the actor does not coordinate, or it is answered already.
    """
    consortium, seat = _led_seat(actor, seat_id, at)
    if seat.state == SeatState.ACCEPTED:
        raise Refusal("This invitation was accepted meanwhile. Remove the organisation if it is not to take part.")
    if seat.state != SeatState.INVITED:
        raise Refusal(OVER[SeatState(seat.state)])
    _end(seat, SeatState.RECALLED, actor, "", at)
    _touch(consortium, at)
    tell(
        [seat],
        subject=f"Invitation taken back: {consortium.name}",
        body=f"{actor.name} took back the invitation of {seat.organisation.name} to {consortium.name}.\n",
        at=at,
        owners_only=True,
    )
    _record("recall invitation", actor, seat, at)
    return seat


@transaction.atomic
def accept(*, actor: Any, seat_id: int, wording: str, at: datetime) -> Mandate:
    """Accept an invitation with authority for the organisation, and give the mandate with it.

    Where the seat replaces another, that one ends in the same transaction.

    Args:
        wording: the sentence of the mandate as it was shown.

    Raises:
        Refusal: 403 or 404 if it is not the actor's to accept; 410 if it is over; 409 if it stands otherwise.
    """
    consortium, seat = held_with_seat(seat_id)
    _with_authority(actor, consortium, seat, at)
    if seat.state == SeatState.ACCEPTED:
        raise Refusal("This invitation was accepted already.")
    if seat.state in OVER:
        raise Refusal(OVER[SeatState(seat.state)], 410)
    _not_merged(seat)
    still_forming(consortium, at, 410)
    _same_words(seat, wording)
    replaced = seat.replaces
    if replaced is not None and replaced.state in OPEN_SEATS:
        if replaced.role == Role.COORDINATOR:
            raise Refusal(
                f"This seat replaces {replaced.organisation.name}, which coordinates by now. "
                "Ask the coordinator for a new invitation."
            )
        _end(replaced, SeatState.REPLACED, seat.invited_by, f"Replaced by {seat.organisation.name}.", at)
        seat.place = replaced.place
    if seat.tie is not None and seat.tie.state not in OPEN_SEATS:
        raise Refusal(
            f"{seat.tie.organisation.name}, whose affiliated entity this would be, does not take part any more. "
            "Ask the coordinator for a new invitation."
        )
    seat.state, seat.answered_by, seat.answered_at = SeatState.ACCEPTED, actor, at
    seat.save()
    _touch(consortium, at)
    mandate = Mandate.objects.create(seat=seat, wording=wording, given_by=actor, given_at=at)
    instead = f" It replaces {replaced.organisation.name}." if replaced and replaced.state == SeatState.REPLACED else ""
    tell(
        [one for one in taking_part(consortium) if one.pk != seat.pk],
        subject=f"{seat.organisation.name} takes part: {consortium.name}",
        body=f"{actor.name} accepted the invitation to {consortium.name} for {seat.organisation.name}.{instead}\n",
        at=at,
    )
    if instead and replaced is not None:
        tell(
            [replaced],
            subject=f"Replaced: {consortium.name}",
            body=f"In {consortium.name}, {seat.organisation.name} takes the place of {replaced.organisation.name}.\n",
            at=at,
        )
    _record("accept invitation to consortium", actor, seat, at, mandate=mandate.pk)
    return mandate


@transaction.atomic
def decline(*, actor: Any, seat_id: int, reason: str, at: datetime) -> Seat:
    """Decline an invitation. The reason is for the coordinator.

    Raises:
        Refusal: if it is not the actor's to decline, or it is answered or over.
    """
    consortium, seat = held_with_seat(seat_id)
    _with_authority(actor, consortium, seat, at)
    if seat.state == SeatState.ACCEPTED:
        raise Refusal("This invitation was accepted already. An owner can leave the consortium instead.")
    if seat.state in OVER:
        raise Refusal(OVER[SeatState(seat.state)], 410)
    seat.answered_by, seat.answered_at = actor, at
    _end(seat, SeatState.DECLINED, actor, _reason(reason, wanted=False), at)
    _touch(consortium, at)
    lead = coordinator_of(taking_part(consortium))
    said = f"\n\n{seat.reason}" if seat.reason else ""
    tell(
        [lead] if lead else [],
        subject=f"{seat.organisation.name} declined: {consortium.name}",
        body=f"{actor.name} declined the invitation to {consortium.name} for {seat.organisation.name}.{said}\n",
        at=at,
    )
    _record("decline invitation to consortium", actor, seat, at)
    return seat


# --- leaving -----------------------------------------------------------------------------------------------------


@transaction.atomic
def leave(*, actor: Any, seat_id: int, reason: str, at: datetime) -> Seat:
    """Leave a consortium. Owners decide it; the coordinator hands the coordination over first.

    Raises:
        Refusal: if it is not the actor's to decide, the organisation is not in, or it coordinates.
    """
    consortium, seat = held_with_seat(seat_id)
    _with_authority(actor, consortium, seat, at)
    if seat.state == SeatState.INVITED:
        raise Refusal("This invitation is not accepted. Decline it instead.")
    if seat.state != SeatState.ACCEPTED:
        raise Refusal(NOT_IN)
    still_forming(consortium, at)
    if seat.role == Role.COORDINATOR:
        raise Refusal("The coordinator cannot leave. Hand the coordination over first, or dissolve the consortium.")
    _end(seat, SeatState.LEFT, actor, _reason(reason, wanted=False), at)
    _touch(consortium, at)
    said = f"\n\n{seat.reason}" if seat.reason else ""
    tell(
        taking_part(consortium),
        subject=f"{seat.organisation.name} left: {consortium.name}",
        body=f"{actor.name} took {seat.organisation.name} out of the consortium {consortium.name}.{said}\n",
        at=at,
    )
    _record("leave consortium", actor, seat, at)
    return seat


@transaction.atomic
def remove(*, actor: Any, seat_id: int, reason: str, at: datetime) -> Seat:
    """Remove a member, with a reason that it is told.

    Raises:
        Refusal: if the actor does not coordinate, the member is not in, or no reason is given.
    """
    consortium, seat = _led_seat(actor, seat_id, at)
    if seat.state == SeatState.INVITED:
        raise Refusal("This invitation is not accepted. Take it back instead.")
    if seat.state != SeatState.ACCEPTED:
        raise Refusal(NOT_IN)
    if seat.role == Role.COORDINATOR:
        raise Refusal("The coordinator cannot be removed. Hand the coordination over first.")
    _end(seat, SeatState.REMOVED, actor, _reason(reason, wanted=True), at)
    _touch(consortium, at)
    tell(
        [seat, *taking_part(consortium)],
        subject=f"{seat.organisation.name} was removed: {consortium.name}",
        body=(
            f"{actor.name} removed {seat.organisation.name} from the consortium {consortium.name} with this reason:"
            f"\n\n{seat.reason}\n"
        ),
        at=at,
    )
    _record("remove from consortium", actor, seat, at)
    return seat


# --- roles -------------------------------------------------------------------------------------------------------


@transaction.atomic
def change_role(*, actor: Any, seat_id: int, role: str, at: datetime, tie: int | None = None) -> Seat:
    """Give an organisation another role. A mandate is for a role, so one that was given is to be given again.

    Raises:
        Refusal: if the actor does not coordinate, the seat is over or the coordinator's, or the role does not exist.
    """
    consortium, seat = _led_seat(actor, seat_id, at)
    if seat.state not in OPEN_SEATS:
        raise Refusal(NOT_IN)
    if seat.role == Role.COORDINATOR:
        raise Refusal("Hand the coordination over first; then the role can be changed.")
    _sound_role(role)
    seats = [one for one in open_seats(consortium) if one.pk != seat.pk]
    tied = _tie(seats, role, tie)
    if role == seat.role and seat.tie_id == (tied.pk if tied else None):
        return seat
    before, seat.role, seat.tie = seat.role, role, tied
    seat.save()
    if before != role:
        _lapse(seat, actor, at)
    _touch(consortium, at)
    tell(
        [seat],
        subject=f"Another role: {consortium.name}",
        body=(
            f"{actor.name} made {seat.organisation.name} {seat.get_role_display()} in {consortium.name}; before, it "
            f"was {Role(before).label}. An owner gives the mandate for the new role.\n"
        ),
        at=at,
    )
    _record("change role in consortium", actor, seat, at, before=before, role=role)
    return seat


@transaction.atomic
def hand_over(*, actor: Any, ref: str, seat_id: int, at: datetime) -> Seat:
    """Hand the coordination over to another applicant that takes part; the coordinator becomes a beneficiary.

    Both mandates were for another role and are to be given again.

    Raises:
        Refusal: if the actor does not coordinate (any more), or the other is no applicant that takes part.
    """
    consortium = held(ref)
    led(actor, consortium, at)
    seats = taking_part(consortium)
    old = coordinator_of(seats)
    new = next((seat for seat in seats if seat.pk == seat_id), None)
    if new is None:
        raise Refusal("The new coordinator must take part already: its invitation is accepted and it has not left.")
    if old is None or new.pk == old.pk:
        raise Refusal(f"{new.organisation.name} coordinates already.")
    if new.role not in APPLICANTS:
        raise Refusal(
            f"{new.organisation.name} is {new.get_role_display()}. Only a beneficiary can coordinate: change its role "
            "first."
        )
    old.role = Role.BENEFICIARY  # first, since there is one coordinator at any moment
    old.save()
    new.role = Role.COORDINATOR
    old.place, new.place = new.place, old.place
    new.save()
    old.save()
    for seat in (old, new):
        _lapse(seat, actor, at)
    _touch(consortium, at)
    tell(
        seats,
        subject=f"{new.organisation.name} coordinates: {consortium.name}",
        body=(
            f"{actor.name} handed the coordination of {consortium.name} over to {new.organisation.name}. "
            f"Owners of {old.organisation.name} and {new.organisation.name} give their mandates again.\n"
        ),
        at=at,
    )
    facts = {"from": old.organisation.ref, "to": new.organisation.ref}
    audit.record("hand over coordination", actor=actor, subject=(SUBJECT, ref), facts=facts, at=at)
    return new


# --- mandates ----------------------------------------------------------------------------------------------------


@transaction.atomic
def give_mandate(*, actor: Any, seat_id: int, wording: str, at: datetime) -> Mandate:
    """Give the mandate for a seat that takes part without one.

    Raises:
        Refusal: if it is not the actor's to give, it is given already, or the words have changed.
    """
    consortium, seat = held_with_seat(seat_id)
    _with_authority(actor, consortium, seat, at)
    if seat.state != SeatState.ACCEPTED:
        raise Refusal(NOT_IN if seat.state in OVER else "Accept the invitation; the mandate is given with it.")
    still_forming(consortium, at)
    if mandate_of(seat) is not None:
        raise Refusal("The mandate is given already.")
    _same_words(seat, wording)
    mandate = Mandate.objects.create(seat=seat, wording=wording, given_by=actor, given_at=at)
    _touch(consortium, at)
    _record("give mandate", actor, seat, at, mandate=mandate.pk)
    return mandate


@transaction.atomic
def revoke_mandate(*, actor: Any, seat_id: int, reason: str, at: datetime) -> Mandate:
    """Revoke a mandate, until the call closes. The organisation stays in, without one.

    Raises:
        Refusal: if it is not the actor's to revoke, or there is none.
    """
    consortium, seat = held_with_seat(seat_id)
    _with_authority(actor, consortium, seat, at)
    if seat.state != SeatState.ACCEPTED:
        raise Refusal(NOT_IN)
    still_forming(consortium, at)
    mandate = mandate_of(seat)
    if mandate is None:
        raise Refusal("There is no mandate to revoke.")
    reason = _reason(reason, wanted=False)
    mandate.revoked_by, mandate.revoked_at = actor, at
    mandate.save()
    _touch(consortium, at)
    lead = coordinator_of(taking_part(consortium))
    said = f"\n\n{reason}" if reason else ""
    tell(
        [lead] if lead else [],
        subject=f"Mandate revoked: {consortium.name}",
        body=(
            f"{actor.name} revoked the mandate of {seat.organisation.name} in {consortium.name}. It still takes part, "
            f"without a mandate.{said}\n"
        ),
        at=at,
    )
    _record("revoke mandate", actor, seat, at, mandate=mandate.pk, reason=reason)
    return mandate


# --- what the acts share -----------------------------------------------------------------------------------------


def _led_seat(actor: Any, seat_id: int, at: datetime) -> tuple[Consortium, Seat]:
    """A seat and its consortium, locked, for somebody who may lead it."""
    consortium, seat = held_with_seat(seat_id)
    led(actor, consortium, at)
    return consortium, seat


def _with_authority(actor: Any, consortium: Consortium, seat: Seat, at: datetime) -> None:
    """Go on only for an owner of the seat's organisation, or of the one into which it was merged.

    Raises:
        Refusal: 404 for who may not know of it; 403 with who can, for anybody else.
    """
    organisation = organisation_by_ref(seat.organisation.ref) or seat.organisation
    may = standing_of(actor, organisation, at)
    if not may.acts and not standing_in(actor, consortium, at).may_see:
        raise Refusal(NONE_SUCH, 404)
    if may.auditor:
        raise Refusal(AUDITOR, 403)
    if not may.owns:
        who = owners_in_words(organisation)
        can = f"That can: {who}." if who else "Nobody owns its profile here yet; it can be taken over."
        raise Refusal(f"Only an owner of {organisation.name} decides this. {can}", 403)


def _not_merged(seat: Seat) -> None:
    """Go on only if the invited profile still stands by itself."""
    if seat.organisation.status == Organisation.Status.MERGED:
        raise Refusal(f"{seat.organisation.name} was merged into another profile. Ask for a new invitation.", 410)


def _invitable(actor: Any, ref: str, at: datetime) -> Organisation:
    """A public organisation, or one that waits for registration and told the coordinator its id: calls admit both."""
    organisation = organisation_by_ref(ref.strip())
    waits = organisation is not None and organisation.status == Organisation.Status.REQUESTED
    if organisation is None or not (waits or standing_of(actor, organisation, at).may_see):
        told = "The registry knows no such organisation."
        raise Refusal(told, 422, {"organisation": told})
    if organisation.status in (Organisation.Status.MERGED, Organisation.Status.WITHDRAWN):
        told = f"The profile of {organisation.name} is withdrawn. It cannot be invited."
        raise Refusal(told, 409, {"organisation": told})
    return organisation


def _sound_role(role: str) -> None:
    if role == Role.COORDINATOR:
        told = "There is one coordinator. Hand the coordination over instead."
        raise Refusal(told, 409, {"role": told})
    if role not in Role.values:
        told = "Choose a role."
        raise Refusal(told, 422, {"role": told})


def _tie(seats: list[Seat], role: str, tie: int | None) -> Seat | None:
    """The beneficiary to which an affiliated entity belongs."""
    if role != Role.AFFILIATED_ENTITY:
        return None
    tied = next((seat for seat in seats if seat.pk == tie and seat.role in APPLICANTS), None)
    if tied is None:
        told = "Choose the beneficiary to which the affiliated entity belongs."
        raise Refusal(told, 422, {"tie": told})
    return tied


def _replaceable(seats: list[Seat], replaces: int | None) -> Seat | None:
    if replaces is None:
        return None
    replaced = next((seat for seat in seats if seat.pk == replaces and seat.state == SeatState.ACCEPTED), None)
    if replaced is None:
        raise Refusal("The member that is to be replaced does not take part any more.")
    if replaced.role == Role.COORDINATOR:
        raise Refusal("The coordinator cannot be replaced. Hand the coordination over first.")
    successor = next((seat for seat in seats if seat.replaces_id == replaces), None)
    if successor is not None:
        raise Refusal(
            f"{successor.organisation.name} is invited to replace {replaced.organisation.name} already. "
            "Take that invitation back first."
        )
    return replaced


def _same_words(seat: Seat, wording: str) -> None:
    if " ".join(wording.split()) != " ".join(wording_of(seat).split()):
        raise Refusal("The words of the mandate have changed since you opened the page. Read them again, then decide.")


def _reason(reason: str, *, wanted: bool) -> str:
    reason = reason.strip()
    if wanted and not reason:
        told = "Give a reason; the organisation is told."
        raise Refusal(told, 422, {"reason": told})
    if len(reason) > LONGEST_TEXT:
        told = f"The reason has {len(reason)} characters; it may have {LONGEST_TEXT}."
        raise Refusal(told, 422, {"reason": told})
    return reason


def _end(seat: Seat, state: str, by: Any, reason: str, at: datetime) -> None:
    """End a seat, and its mandate with it."""
    seat.state, seat.ended_by, seat.ended_at, seat.reason = state, by, at, reason
    seat.save()
    _lapse(seat, by, at)


def _lapse(seat: Seat, by: Any, at: datetime) -> None:
    Mandate.objects.filter(seat=seat, revoked_at__isnull=True).update(revoked_by=by, revoked_at=at)


def _touch(consortium: Consortium, at: datetime) -> None:
    consortium.changed_at = at
    consortium.save()


def _record(act: str, actor: Any, seat: Seat, at: datetime, **facts: Any) -> None:
    told = {"seat": seat.pk, "organisation": seat.organisation.ref, **facts}
    audit.record(act, actor=actor, subject=(SUBJECT, seat.consortium.ref), facts=told, at=at)
