"""Partners for a draft: by what it still lacks, by filters and words, each with its match in words.

A registry may hold tens of thousands of organisations. What a rule asks of one is its country first of all, so
stand-ins for each country of the registry are put to the rules (exactly, by `smallest_additions`). The countries that
mend what is broken narrow the table; the best of what is left, by markets and sectors that the draft looks for, are
matched one by one. Nothing is remembered from one question to the next, so an answer is never out of date.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any

from django.db.models import QuerySet

from hanse.callbook.reference import geography, regions, sectors
from hanse.core.call import Call
from hanse.core.consortium import Organisation as CoreOrganisation
from hanse.core.consortium import Role
from hanse.core.eligibility.advice import Match, Matcher, Slot, best_first, smallest_additions
from hanse.core.eligibility.advice.matching import BRINGS_A_SECTOR, KNOWS_A_TARGET, SHARES_A_SECTOR
from hanse.core.eligibility.engine import Examiner
from hanse.core.eligibility.ordinary import ordinary_member
from hanse.core.proposal import Dossier
from hanse.stages.consortia.queries.panel import examiner_of, of_members
from hanse.stages.registry.models import Organisation, Tag
from hanse.stages.registry.queries import country_name, published, snapshots

MATCHED = 60
"""So many are matched with the rules, one by one; the table has put the most promising first."""
STAND_INS = 2
"""Of each country, so that a rule that asks for two legal entities of one country can be met."""
NAMED = 6
"""Countries of a gap that a sentence names."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What a draft still lacks.

    Attributes:
        size: how many organisations are missing; 0: none; None: more than advice looks for.
        countries: where those may be established.
        wanted: what is missing, in words.
        fixed: what no further member changes, in words.
        targets: targets of the draft that no member knows.
    """

    size: int | None
    countries: frozenset[str]
    wanted: tuple[str, ...]
    fixed: tuple[str, ...]
    targets: tuple[str, ...]

    @property
    def open(self) -> bool:
        """Whether somebody is missing."""
        return self.size != 0 or bool(self.targets)


@dataclass(frozen=True, slots=True)
class Partners:
    """What a partner search found.

    Attributes:
        matches: the best of them, the best first.
        number: how many there are in all.
    """

    gap: Gap
    matches: tuple[Match, ...]
    number: int


def look_for_partners(
    call: Call,
    dossier: Dossier,
    organisations: QuerySet[Organisation],
    today: date,
    *,
    only_missing: bool,
    seed: str,
) -> Partners:
    """Look for partners among organisations that filters left.

    Args:
        dossier: the draft with all members it plans with.
        only_missing: whether only those are wanted who fill a gap, where there is one.
        seed: puts those with equal points in an order of its own, so that no name is always first.
    """
    examiner = examiner_of(of_members(call), today)
    members = {participant.organisation.id for participant in dossier.consortium.participants}
    others = organisations.exclude(ref__in=members)
    gap = gap_of(dossier, examiner, _countries_of(published()))
    if only_missing:
        others = _narrowed(others, gap)
    wished = _wished(dossier, gap)
    matcher = Matcher(
        dossier,
        examiner,
        wanted=gap.countries,
        region_of=geography().regions,
        place_name=place_name,
        sector_name=lambda sector: sectors().get(sector, sector),
    )
    keys = list(others.order_by().values_list("pk", flat=True))
    promising = _most_promising(keys, wished, seed)
    matches = [matcher.match(one) for one in snapshots(published().filter(pk__in=promising))]
    return Partners(gap, tuple(best_first(matches, lambda ref: _turn(seed, ref))), len(keys))


def filling(call: Call, dossier: Dossier, organisations: QuerySet[Organisation], today: date) -> QuerySet[Organisation]:
    """The organisations that fill a gap of a draft."""
    return _narrowed(organisations, gap_of(dossier, examiner_of(of_members(call), today), _countries_of(published())))


def _narrowed(organisations: QuerySet[Organisation], gap: Gap) -> QuerySet[Organisation]:
    """Members first: where one is missing, the countries it may be from; else who knows what nobody knows."""
    if gap.size != 0 and gap.countries:
        return organisations.filter(country__in=gap.countries)
    if gap.size == 0 and gap.targets:
        return organisations.filter(pk__in=_knowing(gap.targets))
    return organisations


def gap_of(dossier: Dossier, examiner: Examiner, countries: Iterable[str]) -> Gap:
    """What a draft still lacks, as organisations in these countries could fill it."""
    stand_ins = [_stand_in(country, number) for country in countries for number in range(STAND_INS)]
    found = smallest_additions(dossier, stand_ins, examiner, show=1)
    answer = found.certain or found.conditional
    slots = [slot for pattern in answer.patterns for slot in pattern.slots] if answer else []
    matcher = Matcher(dossier, examiner, region_of=geography().regions)
    return Gap(
        None if answer is None else answer.size,
        frozenset(code for slot in slots for code in slot.countries if code),
        tuple(dict.fromkeys(_missing(slot) for slot in slots)),
        tuple(f"{finding.reason} {finding.repair}".strip() for finding in found.blocked),
        matcher.gaps,
    )


def _missing(slot: Slot) -> str:
    names = sorted(country_name(code) for code in slot.countries if code)
    more = len(names) - NAMED
    where = ", ".join(names[:NAMED]) + (f" and {more} more countries" if more > 0 else "")
    return f"{slot.members} organisation{'' if slot.members == 1 else 's'} in one of: {where}"


def _stand_in(country: str, number: int) -> CoreOrganisation:
    """An ordinary organisation, registered long ago: only where it is established makes a difference."""
    member = ordinary_member(number, country, Role.BENEFICIARY, ("independent",)).organisation
    return replace(
        member,
        id=f"{country}-{number}",
        legal_entity=f"body of {country}-{number}",
        registered_on=date.min,
        registration_requested_on=date.min,
    )


def _countries_of(organisations: QuerySet[Organisation]) -> list[str]:
    found = organisations.exclude(country="").order_by("country").values_list("country", flat=True).distinct()
    return list(found)


def _wished(dossier: Dossier, gap: Gap) -> dict[tuple[str, str], int]:
    """The tags that a draft looks for, with their points as `Matcher` gives them."""
    wished = dict.fromkeys(((Tag.Kind.MARKET.value, value) for value in _places_in(gap.targets)), KNOWS_A_TARGET)
    shared = {sector for participant in dossier.consortium.participants for sector in participant.organisation.sectors}
    wished |= dict.fromkeys(((Tag.Kind.SECTOR.value, sector) for sector in shared), SHARES_A_SECTOR - BRINGS_A_SECTOR)
    return wished


def _places_in(targets: Sequence[str]) -> set[str]:
    """Targets, and the countries in those that are regions: who knows one of them knows the region."""
    inside = {code for code, region in geography().regions.items() if region in targets}
    return {*targets, *inside}


def _knowing(targets: Sequence[str]) -> Any:
    return Tag.objects.filter(kind=Tag.Kind.MARKET, value__in=_places_in(targets)).values("organisation")


def _most_promising(keys: list[int], wished: dict[tuple[str, str], int], seed: str) -> list[int]:
    """Those that have most of what is wished for; equal ones in an order that no name decides."""
    points: Counter[int] = Counter()
    for kind in {kind for kind, _ in wished}:
        values = [value for of, value in wished if of == kind]
        for key, value in Tag.objects.filter(kind=kind, value__in=values).values_list("organisation", "value"):
            points[key] += wished[kind, value]
    turned = int(_turn(seed, ""), 16)
    return sorted(keys, key=lambda key: (-points[key], (key * 2_654_435_761 + turned) % 4_294_967_291))[:MATCHED]


def _turn(seed: str, ref: str) -> str:
    return sha256(f"{seed}/{ref}".encode()).hexdigest()[:16]


def place_name(id: str) -> str:
    """The name of a country or a world region."""
    return regions().get(id) or country_name(id)
