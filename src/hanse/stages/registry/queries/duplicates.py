"""Profiles that may be of one organisation, each with its reasons."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q

from hanse.stages.registry.models import Organisation
from hanse.stages.registry.queries.profiles import IDENTIFIERS, name_key

MOST = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """A profile that may be of the same organisation.

    Attributes:
        reasons: what the two share, in words, strongest first.
        likeness: 0 to 100.
    """

    organisation: Organisation
    reasons: tuple[str, ...]
    likeness: int


def candidates_for(name: str, country: str, identifiers: Mapping[str, str]) -> list[Candidate]:
    """Profiles that share an identifier or a name, the likeliest first. Private ones are among them."""
    same = Q(name_key=name_key(name))
    for field in IDENTIFIERS:
        if value := identifiers.get(field, ""):
            same |= Q(**{f"legal_entity__{field}": value})
    found = Organisation.objects.exclude(status=Organisation.Status.MERGED).filter(same).select_related("legal_entity")
    candidates = []
    for one in found.order_by("id")[:MOST]:
        reasons = [
            f"the same {label}"
            for field, label in zip(IDENTIFIERS, ("PIC", "VAT number", "LEI", "register number"), strict=True)
            if identifiers.get(field) and one.legal_entity and getattr(one.legal_entity, field) == identifiers[field]
        ]
        if one.name_key == name_key(name):
            reasons.append(
                "the same name in the same country" if country and one.country == country else "the same name"
            )
        if reasons:
            candidates.append(Candidate(one, tuple(reasons), 100 if len(reasons) > 1 else 80))
    return sorted(candidates, key=lambda one: -one.likeness)
