"""The directory: lists by words, place and trade, and how many organisations each country has."""

from collections.abc import Iterable

from django.db.models import Count, QuerySet

from hanse.ground import search
from hanse.stages.registry.models import Organisation, Tag
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


def by_country(organisations: QuerySet[Organisation]) -> list[tuple[str, int]]:
    """How many organisations each country has, the most first; an empty code for those whose country is not stated."""
    rows: Iterable[tuple[str, int]] = (
        organisations.order_by().values_list("country").annotate(number=Count("pk")).values_list("country", "number")
    )
    return sorted(rows, key=lambda row: (-row[1], profiles.name_key(profiles.country_name(row[0]))))
