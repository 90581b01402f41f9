"""The directory: lists by words, place and trade, and how many organisations each country has."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db.models import Count, QuerySet

from hanse.ground import search
from hanse.ground.clock import BRUSSELS
from hanse.stages.registry.models import Organisation, RegistrationStep, Tag
from hanse.stages.registry.queries import profiles

KIND = "organisation"
MOST_FOUND = 1000
"""Of how many organisations found by words other filters choose; who wants more adds a word."""
SHOWN = (
    *("ref", "name", "name_key", "kind", "country", "city", "website", "summary", "sectors", "target_markets"),
    *("languages", "members_count", "smes_count", "founded", "international", "source", "status", "published_at"),
)
"""What lists and exports show of an organisation."""


def directory() -> QuerySet[Organisation]:
    """The published organisations, with what a list shows of them and no more."""
    return profiles.published().only(*SHOWN)


def found_by(words: str) -> list[int]:
    """The organisations in which all words stand, by their numbers; the best `MOST_FOUND` of them at most.

    By number, since a database that is told refs may look through all names in their order instead.
    """
    refs = search.found(KIND, words, limit=MOST_FOUND)
    return list(Organisation.objects.filter(ref__in=refs).order_by().values_list("pk", flat=True))


def tagged(organisations: QuerySet[Organisation], kind: str, value: str) -> QuerySet[Organisation]:
    """Those that bear a tag, each once."""
    return organisations.filter(pk__in=Tag.objects.filter(kind=kind, value=value).values("organisation"))


def by_sector(organisations: QuerySet[Organisation], most: int = 12) -> list[tuple[str, int]]:
    """How many organisations work in each sector, the most first; at most so many sectors."""
    tags = Tag.objects.filter(kind=Tag.Kind.SECTOR, organisation__in=organisations.order_by().values("pk"))
    rows = tags.order_by().values_list("value").annotate(number=Count("pk")).order_by("-number", "value")[:most]
    return [(value, number) for value, number in rows]


def steps_by_week(since: date, until: date) -> dict[str, list[int]]:
    """How many registrations were requested and published in each week from one day to another, Monday by Monday.

    Weeks are those of the days in Brussels; rows of the same length for both kinds of step.
    """
    weeks = (until - since).days // 7 + 1
    counted = {status: [0] * weeks for status in (Organisation.Status.REQUESTED, Organisation.Status.PUBLISHED)}
    begin = datetime.combine(since, time(), BRUSSELS)
    end = datetime.combine(since + timedelta(weeks=weeks), time(), BRUSSELS)
    taken = RegistrationStep.objects.filter(status__in=counted, at__gte=begin, at__lt=end)
    for status, at in taken.values_list("status", "at").iterator(2000):
        counted[Organisation.Status(status)][(at.astimezone(BRUSSELS).date() - since).days // 7] += 1
    return {"Requested": counted[Organisation.Status.REQUESTED], "Registered": counted[Organisation.Status.PUBLISHED]}


def by_country(organisations: QuerySet[Organisation]) -> list[tuple[str, int]]:
    """How many organisations each country has, the most first; an empty code for those whose country is not stated."""
    rows: Iterable[tuple[str, int]] = (
        organisations.order_by().values_list("country").annotate(number=Count("pk")).values_list("country", "number")
    )
    return sorted(rows, key=lambda row: (-row[1], profiles.name_key(profiles.country_name(row[0]))))
