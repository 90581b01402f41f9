"""Applications for programs: the same saving, the same verdict as on the pages."""

from django.http import Http404, HttpRequest
from ninja import Router, Status

from hanse.callbook.reference import geography
from hanse.callbook.setting import day_of_countries
from hanse.callbook.verdict_tables import ProposalTables
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.engine import Examiner
from hanse.core.values.digest import plain
from hanse.ground import clock
from hanse.stages.announcement.queries import call_of
from hanse.stages.consortia.permissions import standing_in
from hanse.stages.consortia.queries.members import open_seats
from hanse.stages.proposals.actions import drafts as actions
from hanse.stages.proposals.models import Proposal
from hanse.stages.proposals.queries import drafts
from hanse.stages.proposals.queries.dossiers import dossier_of
from hanse.stages.proposals.schemas import FieldOut, Problem, ProposalOut, SaveIn, SaveOut, Verdict

router = Router(tags=["proposals"])


def inside(request: HttpRequest, ref: str) -> Proposal:
    """An application of a consortium in which the person takes part.

    Raises:
        Http404: if there is none, or it is somebody else's.
    """
    proposal = drafts.by_ref(ref)
    if proposal is None or not standing_in(request.user, proposal.consortium, clock.now()).takes_part:
        raise Http404
    return proposal


@router.get("/{ref}", response={200: ProposalOut, 404: Problem})
def proposal(request: HttpRequest, ref: str) -> ProposalOut:
    """An application with all its texts."""
    found = inside(request, ref)
    return ProposalOut(
        ref=found.ref,
        call=found.consortium.call,
        strand=found.consortium.strand,
        version=found.version,
        changed_at=found.changed_at,
        fields=[
            FieldOut(
                key=key,
                value=text.value,
                version=text.version,
                changed_at=text.changed_at,
                changed_by=text.changed_by.name,
            )
            for key, text in sorted(drafts.texts_of(found).items())
        ],
    )


@router.put("/{ref}/fields", response={200: SaveOut, 404: Problem, 409: SaveOut, 422: Problem})
def save(request: HttpRequest, ref: str, sent: SaveIn) -> Status[SaveOut]:
    """Save one text. A conflict (409) loses nothing: both sides come back, and yours is kept aside."""
    inside(request, ref)
    saved = actions.save(
        actor=request.user, ref=ref, key=sent.key, value=sent.value, based_on=sent.based_on, at=clock.now()
    )
    told = SaveOut(
        key=sent.key,
        state=saved.state,
        version=saved.version,
        value=saved.value,
        theirs=saved.theirs,
        by=saved.by,
        notes=saved.notes,
    )
    return Status(409 if saved.state == "conflict" else 200, told)


@router.get("/{ref}/verdict", response={200: Verdict, 404: Problem})
def verdict(request: HttpRequest, ref: str) -> Verdict:
    """What the rules of the call say of the application now."""
    now = clock.now()
    found = inside(request, ref)
    call = call_of(found.consortium.call, now)
    if call is None:
        raise Http404
    day = day_of_countries(call) or clock.today()
    dossier = dossier_of(found, open_seats(found.consortium), at=now)
    assessment = Examiner(Context(call, geography(), day)).check(dossier)
    said: Verdict = plain(ProposalTables().of(assessment))
    return {"call": call.reference, "edition": call.edition, "as_of": day.isoformat(), **said}
