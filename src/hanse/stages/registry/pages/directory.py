"""The directory of organisations, as a list and as a map."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from hanse.ground.accounts.access import anyone
from hanse.ground.ui.pictures import bars, europe_map
from hanse.ground.ui.tables import Column, Table
from hanse.stages.registry.forms.directory import NOWHERE, DirectoryFilter, MapFilter
from hanse.stages.registry.models import Organisation
from hanse.stages.registry.queries import listing, profiles

SECTORS_SHOWN = 3
TAKEN_AWAY = ("csv", "xlsx")


def _name(one: Organisation) -> tuple[Any, str]:
    return format_html("<bdi>{}</bdi>", one.name), reverse("registry:organisation", args=[one.ref])


def _sectors(one: Organisation) -> str:
    names = [profiles.sector_name(id) for id in one.sectors[:SECTORS_SHOWN]]
    more = len(one.sectors) - len(names)
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")


def _standing(one: Organisation) -> str:
    return "listed from a source" if one.source else "registered"


_SHARED: dict[str, Any] = {
    "filters": DirectoryFilter,
    "order": "name",
    "nouns": ("organisation", "organisations"),
    "caption": "Organisations",
    "empty": "No organisation matches.",
    "name": "organisations",
}
LIST = Table(
    columns=[
        Column("name", "Name", sort="name_key", kind="link", value=_name),
        Column("country", "Country", value=lambda one: profiles.country_name(one.country)),
        Column("kind", "Kind", value=Organisation.get_kind_display),
        Column("sectors", "Sectors", value=_sectors),
        Column("standing", "Standing", value=_standing),
    ],
    **_SHARED,
)
EXPORT = Table(
    columns=[
        Column("name", "Name", sort="name_key"),
        Column("ref", "Id"),
        Column("country", "Country"),
        Column("country_name", "Name of the country", value=lambda one: profiles.country_name(one.country)),
        Column("city", "Town"),
        Column("kind", "Kind", value=Organisation.get_kind_display),
        Column("international", "International partner", value=lambda one: "yes" if one.international else "no"),
        Column("sectors", "Sectors", value=lambda one: [profiles.sector_name(id) for id in one.sectors]),
        Column("markets", "Target markets", value=lambda one: [profiles.market_name(id) for id in one.target_markets]),
        Column("languages", "Languages", value=lambda one: [profiles.language_name(code) for code in one.languages]),
        Column("members_count", "Members", kind="number"),
        Column("smes_count", "Members that are SMEs", kind="number"),
        Column("founded", "Year of foundation", kind="number"),
        Column("website", "Website"),
        Column("summary", "Summary"),
        Column("standing", "Standing", value=_standing),
        Column("published_at", "Registered", kind="date"),
        Column("source", "Source"),
    ],
    **_SHARED,
)


@anyone
@require_GET
def organisations(request: HttpRequest) -> HttpResponseBase:
    """The published organisations: found by words and filters, page by page, or taken away whole."""
    table = EXPORT if request.GET.get("format") in TAKEN_AWAY else LIST
    return table.response(request, listing.directory(), "registry/organisations.html")


@anyone
@require_GET
def europe(request: HttpRequest) -> HttpResponse:
    """The same on a map of Europe, with each country's number leading to its list."""
    form = MapFilter(request.GET)
    form.is_valid()
    narrowed = form.narrow(profiles.published())
    counted = listing.by_country(narrowed)
    kept = {name: value for name, value in form.cleaned_data.items() if value}
    rows = [
        (
            profiles.country_name(code) or "Not stated",
            number,
            f"{reverse('registry:organisations')}?{urlencode({'country': code or NOWHERE, **kept})}",
        )
        for code, number in counted
    ]
    picture = europe_map(
        {code: number for code, number in counted if code},
        title="Where the organisations are",
        unit="organisations",
        names=dict(profiles.countries()),
    )
    sectors = bars(
        [(profiles.sector_name(id), number) for id, number in listing.by_sector(narrowed)],
        title="Sectors with the most organisations",
        unit="organisations",
    )
    total = sum(number for _, number in counted)
    context = {"form": form, "picture": picture, "sectors": sectors, "rows": rows, "total": total}
    return render(request, "registry/map.html", context)
