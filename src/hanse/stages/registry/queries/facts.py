"""What was known of an organisation: as known then, as known now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from hanse.core import consortium as core
from hanse.core.values.unknown import NOT_STATED
from hanse.stages.registry.models import Fact, Organisation
from hanse.stages.registry.queries.profiles import (
    ENTITY_FIELDS,
    KINDS,
    PROFILE_FIELDS,
    by_ref,
    country_name,
    language_name,
    market_name,
    registration_days,
    sector_name,
)

WHICH_ENTITY = "legal_entity"
"""The fact that tells on which legal entity a profile stands."""
ENTITY = f"{WHICH_ENTITY}."


@dataclass(frozen=True, slots=True)
class AsKnown:
    """An organisation as it was on a day, as known at an instant.

    Attributes:
        values: what was stated, by field; fields of the legal entity begin with `legal_entity.`.
        snapshot: what a call would have seen.
    """

    values: Mapping[str, Any]
    snapshot: core.Organisation


def as_known(ref: str, on: date, known_at: datetime) -> AsKnown | None:
    """What held on a day, as known at an instant; None for an id that was never given out."""
    organisation = by_ref(ref)
    return None if organisation is None else known_of(organisation, on, known_at)


def known_of(organisation: Organisation, on: date, known_at: datetime) -> AsKnown:
    """The same of a profile at hand."""
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


@dataclass(frozen=True, slots=True)
class Line:
    """One field, then and now, in words; nothing where nothing was stated."""

    label: str
    then: str
    now: str
    source: str

    @property
    def differs(self) -> bool:
        """Whether it changed, or better was learnt."""
        return self.then != self.now


def lines(organisation: Organisation, on: date, known_at: datetime, now: datetime, today: date) -> list[Line]:
    """Each field as it was then, beside what is known now for today; fields that neither tells are left out."""
    believed = list(history(organisation))
    then, held = _holding(believed, on, known_at), _holding(believed, today, now)
    told = []
    for name in (*PROFILE_FIELDS, *(f"{ENTITY}{name}" for name in ENTITY_FIELDS)):
        before, after = then.get(name), held.get(name)
        line = Line(
            label_of(name),
            in_words(name, before.value if before else None),
            in_words(name, after.value if after else None),
            before.source if before else "",
        )
        if line.then or line.now:
            told.append(line)
    return told


def in_words(name: str, value: Any) -> str:
    """The value of a field for people; nothing where nothing is stated."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value in ("", None):
        return ""
    if isinstance(value, list):
        of = {"sectors": sector_name, "target_markets": market_name, "languages": language_name}.get(name, str)
        return ", ".join(of(str(one)) for one in value)
    of = {"country": country_name, f"{ENTITY}country": country_name, "kind": _kind_name}.get(name, str)
    return of(str(value))


def _kind_name(kind: str) -> str:
    return KINDS.get(kind, kind)


def _holding(believed: Iterable[Fact], on: date, known_at: datetime) -> dict[str, Fact]:
    """Those that held on a day, as known at an instant, by field."""
    return {
        fact.name: fact
        for fact in believed
        if fact.known_from <= known_at
        and (fact.known_until is None or fact.known_until > known_at)
        and (fact.valid_from is None or fact.valid_from <= on)
        and (fact.valid_until is None or fact.valid_until > on)
    }


def _snapshot(organisation: Organisation, values: Mapping[str, Any], known_at: datetime) -> core.Organisation:
    registered, requested = registration_days(organisation, until=known_at)
    personality = values.get(f"{ENTITY}own_legal_personality")
    kind = values.get("kind")
    return core.Organisation(
        id=organisation.ref,
        legal_name=str(values.get(f"{ENTITY}legal_name") or values.get("name") or organisation.name),
        country=values.get("country") or NOT_STATED,
        legal_entity=values.get(WHICH_ENTITY) or NOT_STATED,
        kind=core.OrganisationKind(kind) if kind else NOT_STATED,
        own_legal_personality=NOT_STATED if personality is None else personality,
        registered_on=registered,
        registration_requested_on=requested,
        properties=dict(organisation.properties),
        sectors=frozenset(values.get("sectors") or ()),
        markets=frozenset(values.get("target_markets") or ()),
    )
