"""Who may submit, and who may see what was submitted."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import Http404

from hanse.ground.accounts.access import roles_of
from hanse.ground.accounts.models import Role
from hanse.stages.consortia.permissions import Standing, standing_in
from hanse.stages.consortia.queries.members import has_closed
from hanse.stages.proposals.models import Proposal
from hanse.stages.proposals.queries import drafts
from hanse.stages.registry.models import FormerRef, Membership
from hanse.stages.submission.models import Receipt
from hanse.stages.submission.queries import receipts
from hanse.stages.submission.queries.differences import partners_keeping_cells
from hanse.stages.submission.queries.parties import Parties


def may_submit(may: Standing) -> bool:
    """The coordinator submits and withdraws for all; whether in time is decided, not permitted."""
    return may.coordinates and not may.bystander


def acts_for_coordinator(user: Any, parties: Parties, at: datetime) -> bool:
    """Whether a person acts for the organisation that coordinates, or for the one it was merged into; in one query."""
    if parties.coordinator is None or Role.AUDITOR in roles_of(user, at):
        return False
    merged = FormerRef.objects.filter(ref=parties.coordinator["organisation"]).values("organisation")
    whose = Q(organisation=parties.lead) | Q(organisation__in=merged)
    return Membership.objects.filter(whose, user=user, until__isnull=True).exists()


def may_see_receipts(user: Any, may: Standing, call: str, at: datetime) -> bool:
    """Members see the receipts of their application; officers and auditors once the call has closed."""
    if may.takes_part:
        return True
    return bool(roles_of(user, at) & {Role.OFFICER, Role.AUDITOR}) and has_closed(call, at)


def may_take_package(may: Standing, receipt: Receipt) -> bool:
    """Whether somebody who may see a receipt may also have all that was sealed with it.

    A package holds every figure. As long as a partner keeps its own to itself, the other members do not get them here
    either; those who are no members see all, once the call has closed.
    """
    if receipt.package_id is None:
        return False
    return not may.takes_part or not partners_keeping_cells(receipt.proposal, may)


def proposal_for(user: Any, ref: str, at: datetime) -> tuple[Proposal, Standing]:
    """An application of a consortium in which a person takes part, and how they stand there.

    Raises:
        Http404: if there is none, or it is somebody else's: who may not see it does not learn that it exists.
    """
    proposal = drafts.by_ref(ref)
    if proposal is None:
        raise Http404
    may = standing_in(user, proposal.consortium, at)
    if not may.takes_part:
        raise Http404
    return proposal, may


def receipt_for(user: Any, ref: str, place: int, at: datetime) -> tuple[Receipt, Standing]:
    """A receipt that a person may see, and how they stand in its consortium.

    Raises:
        Http404: if there is none, or it is not theirs to see.
    """
    receipt = receipts.by_number(f"{ref}/{place}")
    if receipt is None:
        raise Http404
    may = standing_in(user, receipt.proposal.consortium, at)
    if not may_see_receipts(user, may, receipt.call, at):
        raise Http404
    return receipt, may
