"""Profiles of organisations: which there are, what they say, and what the core is told of them."""

import unicodedata
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.text import slugify

from hanse.callbook import reference
from hanse.core import consortium as core
from hanse.core.values.digest import digest
from hanse.core.values.unknown import NOT_STATED, Maybe, Unknown
from hanse.ground.clock import BRUSSELS
from hanse.stages.registry.models import FormerRef, LegalEntity, Membership, Organisation
from hanse.stages.registry.models.organisations import NAME_LENGTH
from hanse.stages.registry.queries.languages import LANGUAGES

Status = Organisation.Status
KINDS: Mapping[str, str] = dict(Organisation.Kind.choices)
"""What an organisation may be, in words."""

PROFILE_FIELDS: Mapping[str, str] = {
    "name": "Name",
    "kind": "Kind of organisation",
    "international": "International partner",
    "summary": "In one or two sentences",
    "description": "Description",
    "country": "Country",
    "region": "Region",
    "city": "Town",
    "website": "Website",
    "email": "E-mail address for contact",
    "founded": "Year of foundation",
    "members_count": "Members",
    "smes_count": "Members that are SMEs",
    "sectors": "Sectors",
    "services": "Services",
    "target_markets": "Target markets",
    "languages": "Languages",
}
"""The fields of a profile that people edit, with what they are called."""
ENTITY_FIELDS: Mapping[str, str] = {
    "legal_name": "Legal name",
    "country": "Country of the seat",
    "pic": "PIC",
    "vat": "VAT number",
    "lei": "LEI",
    "national_number": "Number in the national register",
    "own_legal_personality": "Own legal personality",
}
IDENTIFIERS = ("pic", "vat", "lei", "national_number")
LISTS = ("sectors", "services", "target_markets", "languages")
RESERVED = frozenset(
    {"duplicates", "export", "history", "import", "imports", "legal-entities", "map", "merges", "new", "register"}
)
"""Words that stand in addresses where a ref may stand."""


# --- which there are ---------------------------------------------------------------------------------------------


def published() -> QuerySet[Organisation]:
    """The organisations that everybody may see."""
    return Organisation.objects.filter(status=Status.PUBLISHED)


def by_ref(ref: str) -> Organisation | None:
    """The organisation with an id, or the one to which an id that was given out once leads.

    It may be private: ask `permissions.may_see` before it is shown.
    """
    seen = set()
    while ref not in seen:
        seen.add(ref)
        organisation = Organisation.objects.select_related("legal_entity").filter(ref=ref).first()
        if organisation is not None and organisation.status != Status.MERGED:
            return organisation
        former = FormerRef.objects.filter(ref=ref).values_list("organisation__ref", flat=True).first()
        if former is None:
            return organisation
        ref = former
    return None


def organisations_of(user: Any) -> list[tuple[Organisation, str]]:
    """The organisations for which a person acts, with the right and the state of each in words."""
    held = (
        Membership.objects.filter(user=user, until__isnull=True)
        .exclude(organisation__status=Status.MERGED)
        .select_related("organisation")
        .order_by("organisation__name_key", "id")
    )
    return [(m.organisation, f"{m.right}, {m.organisation.get_status_display()}") for m in held]


def review_queue() -> QuerySet[Organisation]:
    """The organisations whose registration waits for an officer, the longest waiting first.

    A profile that is listed from a source stays public while its registration is requested.
    """
    listed = Q(status=Status.PUBLISHED, requested_at__isnull=False, published_at__isnull=True)
    return Organisation.objects.filter(Q(status=Status.REQUESTED) | listed).order_by("requested_at", "id")


def review_queue_notes(at: datetime) -> list[tuple[Organisation, str]]:
    """The queue with how long each has waited."""
    return [(organisation, _waited(organisation, at)) for organisation in review_queue()[:50]]


def _waited(organisation: Organisation, at: datetime) -> str:
    if organisation.requested_at is None:
        return ""
    days = (at.astimezone(BRUSSELS).date() - organisation.requested_at.astimezone(BRUSSELS).date()).days
    if days <= 0:
        return "requested today"
    return "requested yesterday" if days == 1 else f"requested {days} days ago"


def entities_for(user: Any) -> QuerySet[LegalEntity]:
    """The legal entities that a person may learn of: those of published profiles, and of profiles one acts for."""
    own = Membership.objects.filter(user=user, until__isnull=True).values("organisation__legal_entity")
    return LegalEntity.objects.filter(Q(organisations__status=Status.PUBLISHED) | Q(pk__in=own)).distinct()


def entities_with(user: Any, identifiers: Mapping[str, str], but: LegalEntity | None = None) -> list[LegalEntity]:
    """Legal entities that bear one of these identifiers, as far as the person may learn of them.

    A national number counts within its country, which stands among the identifiers as `country`.
    """
    same = Q()
    for name in IDENTIFIERS:
        if value := identifiers.get(name, ""):
            within = Q(country=identifiers.get("country", "")) if name == "national_number" else Q()
            same |= Q(**{name: value}) & within
    if not same:
        return []
    found = entities_for(user).filter(same)
    if but is not None:
        found = found.exclude(pk=but.pk)
    return list(found.order_by("pk")[:10])


# --- what they say -----------------------------------------------------------------------------------------------


def values_of(organisation: Organisation) -> dict[str, Any]:
    """What a profile says, by field."""
    return {name: getattr(organisation, name) for name in PROFILE_FIELDS}


def entity_values_of(entity: LegalEntity | None) -> dict[str, Any]:
    """What is stated of a legal entity, by field; of none, that nothing is."""
    if entity is None:
        return {name: None if name == "own_legal_personality" else "" for name in ENTITY_FIELDS}
    return {name: getattr(entity, name) for name in ENTITY_FIELDS}


def marks_of(values: Mapping[str, Any]) -> dict[str, str]:
    """A short mark of each value, by which an edit says what it was based on without carrying it."""
    return {name: digest(_unordered(name, value))[:16] for name, value in values.items()}


def _unordered(name: str, value: Any) -> Any:
    return sorted(value) if name in LISTS and isinstance(value, list) and name != "services" else value


def gaps_of(organisation: Organisation) -> list[str]:
    """What a registration still needs before it can be requested, each as a sentence."""
    entity = organisation.legal_entity
    wanted = (
        (organisation.kind, "Say what kind of organisation it is."),
        (organisation.country, "State the country of establishment."),
        (organisation.summary, "Say in one or two sentences what it is."),
        (organisation.email, "Give an e-mail address for contact."),
        (organisation.sectors, "Choose at least one sector."),
        (entity and entity.legal_name, "State the legal entity that signs for it."),
    )
    return [sentence for value, sentence in wanted if not value]


def not_stated(organisation: Organisation) -> list[str]:
    """The names of facts that the profile leaves open."""
    values = values_of(organisation)
    open_fields = [PROFILE_FIELDS[name] for name, value in values.items() if value in ("", None) or value == []]
    entity = organisation.legal_entity
    if entity is None:
        return [*open_fields, "Legal entity"]
    stated = entity_values_of(entity)
    return open_fields + [
        ENTITY_FIELDS[name] for name in (*IDENTIFIERS, "own_legal_personality") if stated[name] in ("", None)
    ]


def search_text(organisation: Organisation) -> str:
    """The words by which a profile is found, besides its name."""
    entity = organisation.legal_entity
    words = (
        entity.legal_name if entity else "",
        organisation.summary,
        organisation.description,
        organisation.city,
        organisation.region,
        country_name(organisation.country),
        *organisation.services,
        *(sector_name(id) for id in organisation.sectors),
        *(market_name(id) for id in organisation.target_markets),
        *(language_name(code) for code in organisation.languages),
    )
    return "\n".join(word for word in words if word)


def changed_since(at: datetime) -> bool:
    """Whether any profile changed after an instant."""
    return Organisation.objects.filter(changed_at__gt=at).exists()


def new_ref(name: str) -> str:
    """An id for an address, made from a name, that was never given out."""
    base = _base_of(name)
    taken = set(Organisation.objects.filter(ref__startswith=base).values_list("ref", flat=True))
    taken |= set(FormerRef.objects.filter(ref__startswith=base).values_list("ref", flat=True))
    return ref_from(name, taken)


def ref_from(name: str, taken: AbstractSet[str]) -> str:
    """An id for an address, made from a name, that is not among those taken."""
    base = _base_of(name)
    if base not in taken and base not in RESERVED:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


def _base_of(name: str) -> str:
    return slugify(name)[:48].strip("-_") or "organisation"


def name_key(name: str) -> str:
    """A name as lists are sorted by it: without case and accents."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())[:NAME_LENGTH]


# --- words of the reference tables -------------------------------------------------------------------------------


@cache
def countries() -> Mapping[str, str]:
    """Countries by code, in the order of their names."""
    names = reference.geography().names
    return dict(sorted(names.items(), key=lambda row: name_key(row[1])))


@cache
def markets() -> Mapping[str, str]:
    """What may be a target market: world regions, then countries."""
    return {**reference.regions(), **countries()}


@cache
def sectors() -> Mapping[str, str]:
    """Sectors by id, in the order of their names."""
    return dict(sorted(reference.sectors().items(), key=lambda row: name_key(row[1])))


def country_name(code: str) -> str:
    """The name of a country; the code itself if it is not known."""
    return countries().get(code, code)


def market_name(id: str) -> str:
    """The name of a target market."""
    return markets().get(id, id)


def sector_name(id: str) -> str:
    """The name of a sector."""
    return sectors().get(id, id)


def language_name(code: str) -> str:
    """The name of a language."""
    return LANGUAGES.get(code, code)


# --- what the core is told ---------------------------------------------------------------------------------------


def snapshot(organisation: Organisation) -> core.Organisation:
    """An organisation as the core sees it. For many, prefetch `steps` and select `legal_entity`."""
    entity = organisation.legal_entity
    registered, requested = registration_days(organisation)
    personality = entity.own_legal_personality if entity else None
    return core.Organisation(
        id=organisation.ref,
        legal_name=(entity.legal_name if entity else "") or organisation.name,
        country=organisation.country or NOT_STATED,
        legal_entity=entity.ref if entity else NOT_STATED,
        kind=core.OrganisationKind(organisation.kind) if organisation.kind else NOT_STATED,
        own_legal_personality=NOT_STATED if personality is None else personality,
        registered_on=registered,
        registration_requested_on=requested,
        properties=dict(organisation.properties),
        sectors=frozenset(organisation.sectors),
        markets=frozenset(organisation.target_markets),
    )


def snapshots(organisations: QuerySet[Organisation]) -> Iterable[core.Organisation]:
    """Many organisations as the core sees them, in two queries."""
    return [snapshot(one) for one in organisations.select_related("legal_entity").prefetch_related("steps")]


Day = Maybe[date | core.Registration]


def registration_days(organisation: Organisation, until: datetime | None = None) -> tuple[Day, Day]:
    """The days, in Brussels, of registration and of its request.

    With `until`, steps after that instant are left out: the days as they were known then.

    A refusal or a withdrawal ends both: what was refused no longer stands. Where there is no step, a profile that came
    from a source leaves the days open, since the source does not say; any other was never registered.
    """
    registered: date | None = None
    requested: date | None = None
    steps = sorted(organisation.steps.all(), key=lambda step: (step.at, step.pk))
    if until is not None:
        steps = [step for step in steps if step.at <= until]
    for step in steps:
        day = step.at.astimezone(BRUSSELS).date()
        if step.status == Status.REQUESTED:
            requested = requested or day
        elif step.status == Status.PUBLISHED:
            registered, requested = registered or day, requested or day
        elif step.status in (Status.REFUSED, Status.WITHDRAWN):
            registered = requested = None
    if not steps and organisation.source:
        silent = Unknown("its source does not say whether it is registered")
        return silent, silent
    never = core.Registration.NEVER
    return registered or never, requested or never
