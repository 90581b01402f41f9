"""Partners for a draft: by what it still lacks, by filters and words, each with its match in words.

A registry may hold tens of thousands of organisations. What a rule asks of one is its country first of all, so
stand-ins for each country are put to the rules (exactly, by `smallest_additions`). The countries that
mend what is broken narrow the table. Of what is left, points are counted for all: by a stand-in for each sort of
organisation (country, kind, standing of its legal entity), and by the markets and sectors that the draft looks for.
Those with the most points are then matched one by one. Nothing is remembered from one question to the next, so an
answer is never out of date.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from hashlib import sha256

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BigIntegerField, Case, Count, F, Max, Q, QuerySet, Sum, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Least

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
    members = Organisation.objects.filter(ref__in={one.organisation.id for one in dossier.consortium.participants})
    # By number: the database then counts and sorts from an index, without a look at any profile.
    others = organisations.exclude(pk__in=members.values("pk"))
    if only_missing:
        others = search.narrowed(others)
    numbers = dict(others.order_by().values_list("country").annotate(number=Count("pk")))
    best = search.best(others, numbers, seed, first + most + SPARE)
    order = {key: place for place, key in enumerate(best)}
    rows = published().filter(pk__in=best).select_related("legal_entity").prefetch_related("steps")
    profiles = {row.ref: row for row in rows}
    matches = map(search.matcher.match, map(snapshot, profiles.values()))
    found = best_first(matches, lambda ref: order[profiles[ref].pk])[first : first + most]
    shown = tuple((match, profiles[match.organisation.id]) for match in found)
    return Partners(search.gap, shown, sum(numbers.values()))


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
        gap = gap_of(dossier, examiner, geography().names)
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
            # As a value, not as a condition on the column: else an index is taken that does not know the kind.
            there = Case(When(country__in=gap.countries, then=Value(1)), default=Value(0))
            return organisations.annotate(there=there).filter(there=1)
        if gap.size == 0 and (gap.targets or gap.sectors):
            bringing = Tag.objects.filter(self._bearing(gap.sectors)).values("organisation")
            return organisations.filter(pk__in=bringing)
        return organisations

    def best(self, organisations: QuerySet[Organisation], countries: Iterable[str], seed: str, most: int) -> list[int]:
        """The numbers of those with the most points, the best first; the database counts the points of all."""
        broken, points = self._worth(countries)
        place = (F("pk") * Value(MIXING, BigIntegerField()) + Value(_turned(seed), BigIntegerField())) % ALL
        judged = organisations.order_by().annotate(broken=broken, points=points, place=place)
        try:
            rows, asked = judged.values_list("pk", "broken", "points", "place").query.sql_with_params()
        except EmptyResultSet:  # filters that leave nobody
            return []
        looked_for = self._bearing({*self.gap.sectors, *self.matcher.shared_sectors})
        bearing = Tag.objects.filter(looked_for).order_by().values_list("organisation").annotate(tagged=self._tagged())
        tags, counted = ("SELECT 0 AS organisation, 0 AS tagged", ())
        with suppress(EmptyResultSet):  # where nothing is looked for
            tags, counted = bearing.query.sql_with_params()
        # Two questions whose answers are joined: one organisation bears many tags, and most bear none that count.
        sql = (
            f"SELECT o.pk FROM ({rows}) AS o LEFT JOIN ({tags}) AS t ON t.organisation = o.pk "  # noqa: S608
            "ORDER BY o.broken, o.points + COALESCE(t.tagged, 0) DESC, o.place LIMIT %s"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [*asked, *counted, most])
            return [key for (key,) in cursor.fetchall()]

    def _worth(self, countries: Iterable[str]) -> tuple[Case, Case]:
        """For the database: whether an organisation would break a rule, and its points for the rules.

        By its country, its kind and what is stated of its legal entity, as a stand-in of that sort has them.
        """
        unlike: dict[tuple[bool, int], list[str]] = {}
        bad: list[str] = []
        for country in countries:
            for stated in (True, False):
                match = self.matcher.match(self._like(country, stated=stated))
                unlike.setdefault((stated, match.score), []).append(country)
            if match.against:
                bad.append(country)
        kinds = [kind.value for kind in OrganisationKind if self.matcher.match(self._like(kind=kind)).against]
        breaks = Q(country__in=bad) | Q(kind__in=kinds)
        bodiless = Q(pk__in=Organisation.objects.filter(legal_entity__isnull=True).values("pk"))
        worth = [
            When(Q(country__in=of) & (~bodiless if stated else bodiless), then=Value(score))
            for (stated, score), of in unlike.items()
            if score
        ]
        return Case(When(breaks, then=Value(1)), default=Value(0)), Case(*worth, default=Value(0))

    def _like(
        self, country: str = "", *, stated: bool = True, kind: OrganisationKind | None = None
    ) -> CoreOrganisation:
        """A stand-in for a sort of organisation."""
        return replace(
            _stand_in(country, 0),
            country=country or NOT_STATED,
            legal_entity="body of its own" if stated else NOT_STATED,
            kind=kind or OrganisationKind.CLUSTER_ORGANISATION,
        )

    def _bearing(self, sectors_looked_for: Iterable[str]) -> Q:
        """Tags that count: of markets, those that are targets nobody knows."""
        known = Q(kind=Tag.Kind.MARKET, value__in=_places_in(self.gap.targets))
        return known | Q(kind=Tag.Kind.SECTOR, value__in=list(sectors_looked_for))

    def _tagged(self) -> Combinable:
        """The points for the tags of an organisation, for the database."""
        zero: Combinable = Value(0)
        known = (_bears(Tag.Kind.MARKET, _places_in([target]), KNOWS_A_TARGET) for target in self.gap.targets)
        shared = Sum(_bears(Tag.Kind.SECTOR, self.matcher.shared_sectors, SHARES_A_SECTOR))
        total = sum((Max(one) for one in known), zero)
        total += Sum(_bears(Tag.Kind.SECTOR, self.gap.sectors, BRINGS_A_SECTOR))
        return total + Least(shared, Value(MOST_SECTORS * SHARES_A_SECTOR))


def _bears(kind: Tag.Kind, values: Iterable[str], points: int) -> Case:
    return Case(When(kind=kind, value__in=list(values), then=Value(points)), default=Value(0))


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


@cache
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


def _places_in(targets: Sequence[str]) -> set[str]:
    """Targets, and the countries in those that are regions: who knows one of them knows the region."""
    inside = {code for code, region in geography().regions.items() if region in targets}
    return {*targets, *inside}


def _turned(seed: str) -> int:
    return int.from_bytes(sha256(seed.encode()).digest()[:4])


def place_name(id: str) -> str:
    """The name of a country or a world region."""
    return regions().get(id) or country_name(id)
