"""Stating the partnerships in which an organisation took part."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from hanse.ground import audit
from hanse.stages.registry.actions.profiles import SEARCH, locked
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import Organisation, PastPartnership
from hanse.stages.registry.permissions import standing

FIELDS = ("partnership", "call", "role", "started", "source")
MOST = 100


@transaction.atomic
def state_partnership(*, actor: Any, ref: str, values: Mapping[str, str], at: datetime) -> PastPartnership:
    """State that an organisation took part in a partnership.

    Raises:
        Refusal: if the person may not edit the profile, or the partnership is stated already.
    """
    organisation = _edited(actor, ref, at)
    told = {name: values.get(name, "") for name in FIELDS}
    if not told["partnership"]:
        raise Refusal("Name the partnership.", 422, {"partnership": "Name the partnership."})
    stated = organisation.past_partnerships
    if stated.filter(partnership=told["partnership"], call=told["call"]).exists():
        said = "This partnership is stated already."
        raise Refusal(said, 422, {"partnership": said})
    if stated.count() >= MOST:
        raise Refusal(f"A profile states at most {MOST} partnerships.")
    new = PastPartnership.objects.create(organisation=organisation, **told)
    audit.record("state partnership", actor=actor, subject=(SEARCH, ref), facts=told, at=at)
    return new


@transaction.atomic
def take_partnership_back(*, actor: Any, ref: str, number: int, at: datetime) -> PastPartnership:
    """Take back that an organisation took part in a partnership. What was stated stays in the record.

    Raises:
        Refusal: if the person may not edit the profile, or it is not stated.
    """
    organisation = _edited(actor, ref, at)
    stated = organisation.past_partnerships.filter(pk=number).first()
    if stated is None:
        raise Refusal("This partnership is not stated any more.")
    facts = {name: getattr(stated, name) for name in FIELDS}
    stated.delete()
    audit.record("take partnership back", actor=actor, subject=(SEARCH, ref), facts=facts, at=at)
    return stated


def _edited(actor: Any, ref: str, at: datetime) -> Organisation:
    organisation = locked(ref)
    if not standing(actor, organisation, at).may_edit:
        raise Refusal("Only those who act for an organisation edit its profile.", 403)
    return organisation
