"""Who is written to about applications: those who act for organisations, also where profiles were merged since."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from hanse.stages.consortia.models import OPEN_SEATS, Consortium, Role, Seat, SeatState
from hanse.stages.proposals.models import Proposal
from hanse.stages.registry.models import FormerRef, Membership


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who is written to.

    Attributes:
        id: of the account.
    """

    id: int
    address: str


def addresses_of_all_in(call: str) -> list[str]:
    """Where those are written to who act for any member of a consortium of a call, or for one that is invited.

    Each address once, in one query. Who they are is nobody's business before the closing.
    """
    seats = Seat.objects.filter(consortium__call=call, consortium__state=Consortium.State.FORMING, state__in=OPEN_SEATS)
    merged = FormerRef.objects.filter(ref__in=seats.values("organisation__ref")).values("organisation")
    whose = Q(organisation__in=seats.values("organisation")) | Q(organisation__in=merged)
    held = Membership.objects.filter(whose, until__isnull=True, user__is_active=True)
    return list(held.order_by("user__email").values_list("user__email", flat=True).distinct())


def coordinating(proposals: Iterable[Proposal]) -> dict[int, list[Reader]]:
    """Who acts for the coordinator of each application, by its number; in three queries however many there are."""
    by_consortium = {one.consortium_id: one.pk for one in proposals}
    seats = Seat.objects.filter(
        consortium__in=list(by_consortium), role=Role.COORDINATOR, state=SeatState.ACCEPTED
    ).select_related("organisation")
    leads = {by_consortium[seat.consortium_id]: seat.organisation for seat in seats}
    merged = FormerRef.objects.filter(ref__in=[lead.ref for lead in leads.values()])
    staying = dict(merged.values_list("ref", "organisation"))
    speaking = {pk: staying.get(lead.ref, lead.pk) for pk, lead in leads.items()}
    held = Membership.objects.filter(
        organisation__in=set(speaking.values()), until__isnull=True, user__is_active=True
    ).order_by("organisation", "id")
    readers: dict[int, list[Reader]] = defaultdict(list)
    for organisation, user, address in held.values_list("organisation", "user", "user__email"):
        readers[organisation].append(Reader(user, address))
    return {pk: readers[organisation] for pk, organisation in speaking.items()}
