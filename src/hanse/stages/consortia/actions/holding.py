"""What every act on a consortium begins with, and the messages that follow it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from hanse.ground import outbox
from hanse.stages.consortia.models import Consortium, Seat, SeatState
from hanse.stages.consortia.permissions import Standing, standing_in
from hanse.stages.consortia.queries.members import coordinator_of, has_closed, open_seats
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.queries.people import addresses_of

PURPOSE = "consortium"
CLOSED = "The call has closed. Members, mandates and aims stay as they are."
DISSOLVED = "This consortium is dissolved."
AUDITOR = "Auditors read and change nothing."
NONE_SUCH = "There is no such consortium."


def held(ref: str) -> Consortium:
    """A consortium, locked for this transaction. It is the first row that anybody locks.

    Raises:
        Refusal: if there is none.
    """
    consortium = Consortium.objects.select_for_update().filter(ref=ref).first()
    if consortium is None:
        raise Refusal(NONE_SUCH, 404)
    return consortium


def held_with_seat(seat_id: int) -> tuple[Consortium, Seat]:
    """The consortium of a seat, locked, and the seat as it stands then.

    Raises:
        Refusal: if there is no such seat.
    """
    number = Seat.objects.filter(pk=seat_id).values_list("consortium", flat=True).first()
    if number is None:
        raise Refusal("There is no such invitation.", 404)
    consortium = Consortium.objects.select_for_update().get(pk=number)
    seat = Seat.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=seat_id)
    seat.consortium = consortium
    return consortium, seat


def led(actor: Any, consortium: Consortium, at: datetime) -> Standing:
    """How somebody stands who may lead a consortium.

    Raises:
        Refusal: if the person may not: 404 for outsiders, else who can, or why nobody can any more.
    """
    standing = standing_in(actor, consortium, at)
    if not standing.takes_part:
        raise Refusal(NONE_SUCH, 404)
    still_forming(consortium, at)
    if standing.bystander:
        raise Refusal(AUDITOR, 403)
    if not standing.coordinates:
        lead = coordinator_of(open_seats(consortium))
        who = f" Ask {lead.organisation.name}, which coordinates." if lead else ""
        raise Refusal(f"Only the coordinator decides this.{who}", 403)
    return standing


def still_forming(consortium: Consortium, at: datetime, status: int = 409) -> None:
    """Go on only while a consortium can change.

    Raises:
        Refusal: if it is dissolved, or the call has closed.
    """
    if consortium.state != Consortium.State.FORMING:
        raise Refusal(DISSOLVED, status)
    if has_closed(consortium.call, at):
        raise Refusal(CLOSED)


def tell(seats: Iterable[Seat], *, subject: str, body: str, at: datetime, owners_only: bool = False) -> None:
    """Write to those who act for the organisations of seats, each address once."""
    told: set[str] = set()
    for seat in seats:
        for address in addresses_of(seat.organisation, owners_only=owners_only):
            if address not in told:
                told.add(address)
                outbox.post(to=address, subject=subject, body=body, at=at, purpose=PURPOSE)


def taking_part(consortium: Consortium) -> list[Seat]:
    """The seats that take part, as they stand in this transaction."""
    return [seat for seat in open_seats(consortium) if seat.state == SeatState.ACCEPTED]
