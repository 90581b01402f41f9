"""Consortia for programs."""

from django.http import Http404, HttpRequest
from ninja import Router

from hanse.ground import clock
from hanse.stages.consortia.permissions import standing_in
from hanse.stages.consortia.queries import members
from hanse.stages.consortia.schemas import ConsortiumOut, MemberOut

router = Router(tags=["consortia"])


@router.get("/{ref}", response=ConsortiumOut)
def consortium(request: HttpRequest, ref: str) -> ConsortiumOut:
    """A consortium in which one of your organisations has a seat, or is invited to one."""
    found = members.by_ref(ref)
    if found is None or not standing_in(request.user, found, clock.now()).may_see:
        raise Http404
    seats = members.open_seats(found)
    committed = {each.seat.pk for each in members.mandates_of(found, seats) if each.given}
    return ConsortiumOut(
        ref=found.ref,
        name=found.name,
        call=found.call,
        strand=found.strand,
        targets=found.targets,
        sectors=found.sectors,
        version=found.version,
        changed_at=found.changed_at,
        members=[
            MemberOut(
                seat=seat.pk,
                organisation=seat.organisation.ref,
                name=seat.organisation.name,
                country=seat.organisation.country,
                role=seat.role,
                state=seat.state,
                mandate=seat.pk in committed,
            )
            for seat in seats
        ],
    )
