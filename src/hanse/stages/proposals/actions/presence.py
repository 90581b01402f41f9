"""Who has an application open, and up to when a person knows what changed. No act that anybody answers for."""

from datetime import datetime
from typing import Any

from django.db import transaction

from hanse.stages.proposals.models import Presence, Proposal


@transaction.atomic
def seen(*, actor: Any, proposal: Proposal, section: str = "", at: datetime) -> None:
    """Note a sign of life of somebody who takes part; the page has asked for that."""
    rows = Presence.objects.filter(proposal=proposal, user=actor)
    if not rows.update(section=section, seen_at=at):
        # A second page of the same person may come first.
        Presence.objects.get_or_create(
            proposal=proposal,
            user=actor,
            defaults={"section": section, "seen_at": at, "caught_up_at": proposal.created_at},
        )


@transaction.atomic
def catch_up(*, actor: Any, proposal: Proposal, at: datetime) -> None:
    """Note that a person has been told what changed until now."""
    Presence.objects.update_or_create(
        proposal=proposal,
        user=actor,
        defaults={"section": "", "seen_at": at, "caught_up_at": at},
    )
