"""Partners for a draft: by what it still lacks, by filters and words, each with its match in words.

A registry may hold tens of thousands of organisations. What a rule asks of one is its country first of all, so
stand-ins for each country of the registry are put to the rules (exactly, by `smallest_additions`). The countries that
mend what is broken narrow the table. Of what is left, points are counted for all: by a stand-in for each sort of
organisation (country, kind, standing of its legal entity), and by the markets and sectors that the draft looks for.
Those with the most points are then matched one by one. Nothing is remembered from one question to the next, so an
answer is never out of date.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from heapq import nsmallest
from typing import Any

from django.db.models import Q, QuerySet

from hanse.callbook.reference import geography, regions, sectors
from hanse.core.call import Call
from hanse.core.consortium import Consortium, OrganisationKind, Participant, Role
from hanse.core.consortium import Organisation as CoreOrganisation
from hanse.core.eligibility.advice import Match, Matcher, Slot, best_first, smallest_additions
from hanse.core.eligibility.advice.matching import BRINGS_A_SECTOR, KNOWS_A_TARGET, MOST_SECTORS, SHARES_A_SECTOR
from hanse.core.eligibility.engine import Examiner
from hanse.core.eligibility.ordinary import ordinary_member
from hanse.core.proposal import Dossier
from hanse.core.values.unknown import NOT_STATED
from hanse.stages.consortia.queries.panel import examiner_of, of_members
from hanse.stages.registry.models import Organisation, Tag
from hanse.stages.registry.queries import country_name, published, snapshot

SPARE = 40
"""So many more than are shown are matched one by one: what the table cannot tell of each may move a few."""
STAND_INS = 2
"""Of each country, so that a rule that asks for two legal entities of one country can be met."""
MIXING, ALL = 2_654_435_761, 2**32
"""Keys times the one, modulo the other, stand in an order of which a name or an age decides nothing."""
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
        sectors: sectors that the draft is about and no member works in.
    """

    size: int | None
    countries: frozenset[str]
    wanted: tuple[str, ...]
    fixed: tuple[str, ...]
    targets: tuple[str, ...]
    sectors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Partners:
    """What a partner search found.

    Attributes:
        matches: those asked for, the best first, each with its profile.
        number: how many there are in all.
    """

    gap: Gap
    matches: tuple[tuple[Match, Organisation], ...]
    number: int


def look_for_partners(
    call: Call,
    dossier: Dossier,
    organisations: QuerySet[Organisation],
    today: date,
    *,
    sectors_sought: Sequence[str] = (),
    only_missing: bool,
    seed: str,
    first: int = 0,
    most: int = 20,
) -> Partners:
    """Look for partners among organisations that filters left.

    Args:
        dossier: the draft with all members it plans with.
        sectors_sought: what the draft is about.
        only_missing: whether only those are wanted who fill a gap, where there is one.
        seed: puts those with equal points in an order of its own, so that no name is always first.
        first, most: which of them, from the best on.
    """
    search = _Search(call, dossier, sectors_sought, today)
    members = {participant.organisation.id for participant in dossier.consortium.participants}
    others = organisations.exclude(ref__in=members)
    if only_missing:
        others = search.narrowed(others)
    best, number = search.best(others, seed, first + most + SPARE)
    rows = published().filter(pk__in=best).select_related("legal_entity").prefetch_related("steps")
    profiles = {row.ref: row for row in rows}
    found = best_first(
        (search.matcher.match(snapshot(row)) for row in profiles.values()), lambda ref: _place(profiles[ref].pk, seed)
    )
    shown = found[first : first + most]
    return Partners(search.gap, tuple((match, profiles[match.organisation.id]) for match in shown), number)


def alone(call: Call, organisation: Organisation, strand: str) -> Dossier:
    """A draft of which nothing is known but the organisation that would coordinate it."""
    return Dossier(
        proposal=organisation.ref,
        call=call.reference,
        strand=strand or NOT_STATED,
        consortium=Consortium((Participant(snapshot(organisation), Role.COORDINATOR),)),
    )


def filling(
    call: Call,
    dossier: Dossier,
    organisations: QuerySet[Organisation],
    today: date,
    sectors_sought: Sequence[str] = (),
) -> QuerySet[Organisation]:
    """The organisations that fill a gap of a draft."""
    return _Search(call, dossier, sectors_sought, today).narrowed(organisations)


class _Search:
    """A draft, what it lacks, and how well organisations fit."""

    def __init__(self, call: Call, dossier: Dossier, sectors_sought: Sequence[str], today: date):
        # Length and money are for the application; whoever looks for members is not told of them.
        examiner = examiner_of(of_members(call), today)
        gap = gap_of(dossier, examiner, _countries_of(published()))
        self.matcher = Matcher(
            dossier,
            examiner,
            wanted=gap.countries,
            sectors=sectors_sought,
            region_of=geography().regions,
            place_name=place_name,
            sector_name=lambda sector: sectors().get(sector, sector),
        )
        self.gap = replace(gap, targets=self.matcher.gaps, sectors=self.matcher.missing_sectors)

    def narrowed(self, organisations: QuerySet[Organisation]) -> QuerySet[Organisation]:
        """Members first: where one is missing, the countries it may be from; else who brings what nobody brings."""
        gap = self.gap
        if gap.size != 0 and gap.countries:
            return organisations.filter(country__in=gap.countries)
        if gap.size == 0 and (gap.targets or gap.sectors):
            knowing = Q(kind=Tag.Kind.MARKET, value__in=_places_in(gap.targets))
            working = Q(kind=Tag.Kind.SECTOR, value__in=gap.sectors)
            return organisations.filter(pk__in=Tag.objects.filter(knowing | working).values("organisation"))
        return organisations

    def best(self, organisations: QuerySet[Organisation], seed: str, most: int) -> tuple[list[int], int]:
        """The numbers of those with the most points, and how many organisations there are."""
        columns = ("pk", "country", "kind", "legal_entity__own_legal_personality", "legal_entity_id")
        tagged = self._tagged()
        sorts: dict[Any, tuple[bool, int]] = {}
        turned, places = _turned(seed), []
        for key, *told, entity in organisations.order_by().values_list(*columns):
            sort = (*told, entity is not None)
            if sort not in sorts:
                sorts[sort] = self._of_sort(*sort)
            broken, points = sorts[sort]
            places.append((broken, -points - tagged.get(key, 0), (key * MIXING + turned) % ALL, key))
        return [place[-1] for place in nsmallest(most, places)], len(places)

    def _of_sort(self, country: str, kind: str, personality: bool | None, stated: bool) -> tuple[bool, int]:
        """Whether an organisation of a sort would break a rule, and its points for the rules."""
        match = self.matcher.match(
            replace(
                _stand_in(country, 0),
                country=country or NOT_STATED,
                kind=OrganisationKind(kind) if kind else NOT_STATED,
                own_legal_personality=NOT_STATED if personality is None else personality,
                legal_entity="body of its own" if stated else NOT_STATED,
            )
        )
        return bool(match.against), match.score

    def _tagged(self) -> dict[int, int]:
        """The points for markets and sectors, by number; those who have none are left out."""
        points: Counter[int] = Counter()
        known = _with(Tag.Kind.MARKET, _places_in(self.gap.targets))
        counted: set[tuple[int, str]] = set()
        region_of = geography().regions
        for key, value in known:
            for target in {value, region_of.get(value, "")} & {*self.gap.targets}:
                if (key, target) not in counted:
                    counted.add((key, target))
                    points[key] += KNOWS_A_TARGET
        shared: Counter[int] = Counter()
        for key, value in _with(Tag.Kind.SECTOR, {*self.gap.sectors, *self.matcher.shared_sectors}):
            if value in self.gap.sectors:
                points[key] += BRINGS_A_SECTOR
            elif shared[key] < MOST_SECTORS:
                shared[key] += 1
                points[key] += SHARES_A_SECTOR
        return points


def _with(kind: Tag.Kind, values: Iterable[str]) -> Iterable[tuple[int, str]]:
    """Who bears one of these tags, with each of them."""
    return Tag.objects.filter(kind=kind, value__in=list(values)).values_list("organisation", "value")


def gap_of(dossier: Dossier, examiner: Examiner, countries: Iterable[str]) -> Gap:
    """What a draft still lacks, as organisations in these countries could fill it."""
    stand_ins = [_stand_in(country, number) for country in countries for number in range(STAND_INS)]
    found = smallest_additions(dossier, stand_ins, examiner, show=1)
    answer = found.certain or found.conditional
    slots = [slot for pattern in answer.patterns for slot in pattern.slots] if answer else []
    return Gap(
        None if answer is None else answer.size,
        frozenset(code for slot in slots for code in slot.countries if code),
        tuple(dict.fromkeys(_missing(slot) for slot in slots)),
        tuple(f"{finding.reason} {finding.repair}".strip() for finding in found.blocked),
        (),
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


def _places_in(targets: Sequence[str]) -> set[str]:
    """Targets, and the countries in those that are regions: who knows one of them knows the region."""
    inside = {code for code, region in geography().regions.items() if region in targets}
    return {*targets, *inside}


def _turned(seed: str) -> int:
    return int.from_bytes(sha256(seed.encode()).digest()[:4])


def _place(key: int, seed: str) -> int:
    """A place in an order that turns with the seed, and with nothing that an organisation says of itself."""
    return (key * MIXING + _turned(seed)) % ALL


def place_name(id: str) -> str:
    """The name of a country or a world region."""
    return regions().get(id) or country_name(id)
