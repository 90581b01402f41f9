"""Who has an application open, and up to when a person knows what changed. No act that anybody answers for."""

from datetime import datetime
from typing import Any

from hanse.stages.proposals.models import Presence, Proposal


def seen(*, actor: Any, proposal: Proposal, section: str = "", at: datetime) -> None:
    """Note a sign of life of somebody who takes part; the page has asked for that."""
    _note(actor, proposal, at, {"section": section}, proposal.created_at)


def catch_up(*, actor: Any, proposal: Proposal, at: datetime) -> None:
    """Note that a person has been told what changed until now."""
    _note(actor, proposal, at, {"section": "", "caught_up_at": at}, at)


def _note(actor: Any, proposal: Proposal, at: datetime, values: dict[str, Any], caught_up_at: datetime) -> None:
    """One statement, as a page that is open asks it every few seconds; the first time two."""
    values["seen_at"] = at
    if not Presence.objects.filter(proposal=proposal, user=actor).update(**values):
        # A second page of the same person may come first.
        Presence.objects.get_or_create(proposal=proposal, user=actor, defaults={"caught_up_at": caught_up_at} | values)
