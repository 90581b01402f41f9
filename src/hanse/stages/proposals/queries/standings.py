"""How several applications stand at once, for the page of somebody's work, in as many queries for twenty as for one."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from hanse.callbook.application_forms import standard_form
from hanse.callbook.reference import geography
from hanse.callbook.setting import day_of_countries
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.engine import Examiner
from hanse.core.eligibility.findings import ProposalVerdict
from hanse.ground.clock import BRUSSELS
from hanse.stages.announcement.queries import call_of, form_of
from hanse.stages.consortia.models import OPEN_SEATS, Consortium, Seat, SeatState
from hanse.stages.proposals.models import Presence, Proposal, Text, TextVersion
from hanse.stages.proposals.queries.dossiers import DURATION, verdict_dossier
from hanse.stages.proposals.queries.money import Rows

WORDS = {
    ProposalVerdict.ELIGIBLE: "eligible as it stands",
    ProposalVerdict.NOT_ELIGIBLE: "not eligible as it stands",
    ProposalVerdict.UNDECIDED: "undecided: facts are missing",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a consortium and its application stand.

    Attributes:
        proposal: None where the application is not begun.
        verdict: of every rule that can be decided now, in words; empty where the call is not known here any more.
    """

    consortium: Consortium
    proposal: Proposal | None
    verdict: str


def standings_of(consortia: Iterable[Consortium], at: datetime) -> list[Standing]:
    """The verdict on each, as the members that have accepted make it; one query more for each call among them."""
    asked = list(consortia)
    seats: dict[int, list[Seat]] = defaultdict(list)
    taken = Seat.objects.filter(consortium__in=asked, state__in=OPEN_SEATS).exclude(state=SeatState.INVITED)
    taken = taken.select_related("organisation__legal_entity").prefetch_related("organisation__steps")
    for seat in taken.order_by("place", "pk"):
        seats[seat.consortium_id].append(seat)
    proposals = {one.consortium_id: one for one in Proposal.objects.filter(consortium__in=asked)}
    lengths = dict(Text.objects.filter(proposal__in=proposals.values(), key=DURATION).values_list("proposal", "value"))
    rows = Rows.summed(proposals.values())
    today = at.astimezone(BRUSSELS).date()
    calls = {reference: call_of(reference, at) for reference in {one.call for one in asked}}
    forms = {reference: form_of(reference, at) or standard_form() for reference in calls}
    examiners = {
        reference: Examiner(Context(call, geography(), day_of_countries(call) or today))
        for reference, call in calls.items()
        if call is not None
    }
    found = []
    for consortium in asked:
        proposal, taking_part = proposals.get(consortium.pk), seats[consortium.pk]
        written = lengths.get(proposal.pk, "") if proposal else ""
        budget = rows.budget(taking_part, forms[consortium.call].for_strand(consortium.strand))
        dossier = verdict_dossier(consortium, taking_part, written, budget)
        examiner = examiners.get(consortium.call)
        verdict = WORDS[examiner.check(dossier).verdict] if examiner else ""
        found.append(Standing(consortium, proposal, verdict))
    return found


def changes_of(user: Any, proposals: Iterable[Proposal]) -> dict[int, int]:
    """How many texts of each application others have written since a person was last told; in two queries."""
    asked = {one.pk: one for one in proposals}
    if not asked:
        return {}
    told = dict(Presence.objects.filter(user=user, proposal__in=asked).values_list("proposal", "caught_up_at"))
    later = Q()
    for pk, one in asked.items():
        later |= Q(proposal=pk, written_at__gt=told.get(pk, one.created_at))
    others = TextVersion.objects.filter(later, number__isnull=False).exclude(written_by=user).order_by()
    counts = others.values_list("proposal").annotate(changed=Count("key", distinct=True))
    return dict(counts)
