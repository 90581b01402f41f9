"""How the pages of submissions begin."""

from django.http import Http404, HttpRequest

from hanse.ground.clock.arrival import Arrival, arrived
from hanse.stages.consortia.permissions import Standing, standing_in
from hanse.stages.proposals.models import Proposal
from hanse.stages.proposals.queries import drafts
from hanse.stages.submission.models import Receipt
from hanse.stages.submission.permissions import may_see_receipts
from hanse.stages.submission.queries import receipts


def arrival_of(request: HttpRequest) -> Arrival:
    """When a request came in."""
    return getattr(request, "arrival", None) or arrived()


def inside(request: HttpRequest, ref: str) -> tuple[Proposal, Standing]:
    """An application of a consortium in which the visitor takes part, and how the visitor stands there.

    Raises:
        Http404: if there is none, or it is somebody else's.
    """
    proposal = drafts.by_ref(ref)
    if proposal is None:
        raise Http404
    may = standing_in(request.user, proposal.consortium, arrival_of(request).at)
    if not may.takes_part:
        raise Http404
    return proposal, may


def visible_receipt(request: HttpRequest, ref: str, place: int) -> tuple[Receipt, Standing]:
    """A receipt that the visitor may see.

    Raises:
        Http404: if there is none, or it is not theirs to see.
    """
    receipt = receipts.by_number(f"{ref}/{place}")
    if receipt is None:
        raise Http404
    now = arrival_of(request).at
    may = standing_in(request.user, receipt.proposal.consortium, now)
    if not may_see_receipts(request.user, may, receipt.call, now):
        raise Http404
    return receipt, may
