"""Who may see and do what in a consortium. What is not granted here is refused.

A consortium and its draft are for its members alone: until it submits, neither officers nor auditors read them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hanse.ground.accounts.access import roles_of
from hanse.ground.accounts.models import Role
from hanse.stages.consortia.models import Consortium, Seat, SeatState
from hanse.stages.consortia.queries.members import has_closed, seats_of


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person stands in a consortium: asked once a page, answers every question.

    Attributes:
        seats: open seats of organisations for which the person acts.
        closed: the call has closed, or the consortium is dissolved: nothing can be changed.
        bystander: an auditor, who changes nothing anywhere.
    """

    seats: tuple[Seat, ...] = ()
    closed: bool = False
    bystander: bool = False

    @property
    def accepted(self) -> tuple[Seat, ...]:
        """The seats that take part."""
        return tuple(seat for seat in self.seats if seat.state == SeatState.ACCEPTED)

    @property
    def seat(self) -> Seat | None:
        """The seat for which the person speaks first: the coordinator's, else the first that takes part."""
        return self.accepted[0] if self.accepted else None

    @property
    def may_see(self) -> bool:
        """Members and those who are invited see who takes part."""
        return bool(self.seats)

    @property
    def takes_part(self) -> bool:
        """Whether the person acts for a member: only they see draft, space and money."""
        return bool(self.accepted)

    @property
    def coordinates(self) -> bool:
        """Whether the person acts for the coordinator."""
        return any(seat.role == Seat.Role.COORDINATOR for seat in self.accepted)

    @property
    def may_edit(self) -> bool:
        """Members change the draft until the call closes."""
        return self.takes_part and not self.closed and not self.bystander

    @property
    def may_lead(self) -> bool:
        """The coordinator decides on aims and seats until the call closes."""
        return self.coordinates and self.may_edit

    def speaks_for(self, seat_id: int) -> bool:
        """Whether a seat that takes part is one of the person's own."""
        return any(seat.pk == seat_id for seat in self.accepted)


def standing_in(user: Any, consortium: Consortium, at: datetime) -> Standing:
    """How a person stands in a consortium at an instant."""
    if not user.is_authenticated:
        return Standing()
    seats = tuple(seats_of(user, consortium))
    closed = consortium.state != Consortium.State.FORMING or has_closed(consortium.call, at)
    return Standing(seats, closed, Role.AUDITOR in roles_of(user, at))
