"""Who is in a consortium, and what the core is told of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from hanse.core import consortium as core
from hanse.core.proposal import Dossier
from hanse.core.values.unknown import NOT_STATED, Unknown
from hanse.stages.announcement.queries import edition_in_force
from hanse.stages.consortia.models import OPEN_SEATS, Consortium, Seat, SeatState
from hanse.stages.registry.queries import organisations_of, snapshot


def by_ref(ref: str) -> Consortium | None:
    """The consortium with an id. It is private: ask `permissions.standing_in` before it is shown."""
    return Consortium.objects.filter(ref=ref).first()


def open_seats(consortium: Consortium) -> list[Seat]:
    """The seats that are taken or offered, in the order of the application, with organisations; in two queries."""
    seats = Seat.objects.filter(consortium=consortium, state__in=OPEN_SEATS)
    seats = seats.select_related("organisation__legal_entity").prefetch_related("organisation__steps")
    return list(seats.order_by("place", "id"))


def members(seats: Iterable[Seat], *, planned: bool = False) -> core.Consortium:
    """The consortium as the core sees it: who has accepted, or with `planned` also who is invited."""
    return core.Consortium(
        tuple(
            core.Participant(snapshot(seat.organisation), core.Role(seat.role))
            for seat in seats
            if planned or seat.state == SeatState.ACCEPTED
        )
    )


def sketch(consortium: Consortium, seats: Iterable[Seat], *, planned: bool = False) -> Dossier:
    """What a consortium alone says of its application: members, strand and targets. The draft knows more."""
    return Dossier(
        proposal=consortium.ref,
        call=consortium.call,
        title=consortium.name,
        strand=consortium.strand or NOT_STATED,
        consortium=members(seats, planned=planned),
        targets=tuple(consortium.targets) or NOT_STATED,
    )


def seats_of(user: Any, consortium: Consortium) -> list[Seat]:
    """The open seats of organisations for which a person acts, the coordinator's first."""
    own = [organisation.pk for organisation, _ in organisations_of(user)]
    seats = Seat.objects.filter(consortium=consortium, organisation__in=own, state__in=OPEN_SEATS)
    first = {SeatState.ACCEPTED: 0, SeatState.INVITED: 1}
    return sorted(
        seats.select_related("organisation"),
        key=lambda seat: (first[SeatState(seat.state)], seat.role != Seat.Role.COORDINATOR, seat.place),
    )


def consortia_of(user: Any) -> list[Seat]:
    """The open seats of organisations for which a person acts, with their consortia, the latest change first."""
    own = [organisation.pk for organisation, _ in organisations_of(user)]
    seats = Seat.objects.filter(organisation__in=own, state__in=OPEN_SEATS, consortium__state=Consortium.State.FORMING)
    return list(seats.select_related("consortium", "organisation").order_by("-consortium__changed_at", "place"))


def has_closed(call: str, at: datetime) -> bool:
    """Whether a call has closed, as far as it says when. After that, seats, mandates and drafts stay as they are."""
    edition = edition_in_force(call, at)
    if edition is None:
        return False
    in_time = edition.window.in_time(at)
    return not isinstance(in_time, Unknown) and not in_time
