"""What was known of an organisation: as known then, as known now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from hanse.core import consortium as core
from hanse.core.values.unknown import NOT_STATED
from hanse.stages.registry.models import Fact, Organisation
from hanse.stages.registry.queries.profiles import ENTITY_FIELDS, PROFILE_FIELDS, registration_days

ENTITY = "legal_entity."


@dataclass(frozen=True, slots=True)
class AsKnown:
    """An organisation as it was on a day, as known at an instant.

    Attributes:
        values: what was stated, by field; fields of the legal entity begin with `legal_entity.`.
        snapshot: what a call would have seen.
    """

    values: Mapping[str, Any]
    snapshot: core.Organisation


def as_known(organisation: Organisation, on: date, known_at: datetime) -> AsKnown:
    """What held on a day, as known at an instant."""
    covers = (Q(valid_from=None) | Q(valid_from__lte=on)) & (Q(valid_until=None) | Q(valid_until__gt=on))
    was_known = Q(known_from__lte=known_at) & (Q(known_until=None) | Q(known_until__gt=known_at))
    facts = Fact.objects.filter(covers, was_known, organisation=organisation).order_by("known_from", "pk")
    values = {fact.name: fact.value for fact in facts}
    return AsKnown(values, _snapshot(organisation, values, known_at))


def history(organisation: Organisation) -> QuerySet[Fact]:
    """Every fact ever learnt, the latest first."""
    return Fact.objects.filter(organisation=organisation).select_related("by").order_by("-known_from", "-pk")


def label_of(name: str) -> str:
    """The name of a field as people read it."""
    if name.startswith(ENTITY):
        return ENTITY_FIELDS.get(name.removeprefix(ENTITY), name)
    return PROFILE_FIELDS.get(name, name)


def _snapshot(organisation: Organisation, values: Mapping[str, Any], known_at: datetime) -> core.Organisation:
    registered, requested = registration_days(organisation, until=known_at)
    personality = values.get(f"{ENTITY}own_legal_personality")
    kind = values.get("kind")
    return core.Organisation(
        id=organisation.ref,
        legal_name=str(values.get(f"{ENTITY}legal_name") or values.get("name") or organisation.name),
        country=values.get("country") or NOT_STATED,
        legal_entity=organisation.legal_entity.ref if organisation.legal_entity else NOT_STATED,
        kind=core.OrganisationKind(kind) if kind else NOT_STATED,
        own_legal_personality=NOT_STATED if personality is None else personality,
        registered_on=registered,
        registration_requested_on=requested,
        properties=dict(values.get("properties") or {}),
        sectors=frozenset(values.get("sectors") or ()),
        markets=frozenset(values.get("target_markets") or ()),
    )
