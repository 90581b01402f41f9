"""Who applies, as receipts, letters and what counts name them: plain values, which a fair copy keeps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hanse.core.consortium import APPLICANTS, COORDINATOR, Consortium
from hanse.ground.clock import BRUSSELS
from hanse.stages.consortia.models import Seat
from hanse.stages.consortia.queries.members import SeatMandate, coordinator_of


@dataclass(frozen=True, slots=True)
class Parties:
    """The members of an application.

    Attributes:
        mandates: of whom, in which role, given on which day, as receipts prove it; in the order of the application.
        coordinator: as receipts name it; None where nobody coordinates.
        rows: of their organisations, in the same order.
        lead: row of the organisation that coordinates; None likewise.
        applicants: body, id, and whether it coordinates, of each that applies; in alphabetical order.
    """

    mandates: tuple[Mapping[str, Any], ...]
    coordinator: Mapping[str, str] | None
    rows: tuple[int, ...]
    lead: int | None
    applicants: tuple[tuple[str, str, bool], ...]


def parties_of(seats: Sequence[Seat], mandates: Iterable[SeatMandate], consortium: Consortium) -> Parties:
    """The members of a consortium.

    Args:
        seats: those that take part.
        mandates: of those seats.
        consortium: whose applicants count, which is another one where a late attempt is admitted as it was sealed.
    """
    lead = coordinator_of(seats)
    leading = consortium.bodies(COORDINATOR)
    return Parties(
        tuple(_claim(each) for each in mandates),
        {"organisation": lead.organisation.ref, "name": lead.organisation.name} if lead else None,
        tuple(seat.organisation_id for seat in seats),
        lead.organisation_id if lead else None,
        tuple(sorted({(each.body, each.id, each.body in leading) for each in consortium.in_roles(APPLICANTS)})),
    )


def kept_parties(kept: Mapping[str, Any]) -> Parties:
    """The same from a fair copy."""
    return Parties(
        tuple(kept["mandates"]),
        kept["coordinator"],
        tuple(kept["rows"]),
        kept["lead"],
        tuple((body, id, leads) for body, id, leads in kept["applicants"]),
    )


def _claim(each: SeatMandate) -> dict[str, Any]:
    return {
        "organisation": each.seat.organisation.ref,
        "name": each.seat.organisation.name,
        "role": each.seat.role,
        "given_on": each.mandate.given_at.astimezone(BRUSSELS).date().isoformat() if each.mandate else None,
    }
