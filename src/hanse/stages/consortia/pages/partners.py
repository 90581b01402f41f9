"""Partner search for a consortium: whom the draft lacks, and how well each would fit."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from hanse.core.eligibility.advice import Match
from hanse.ground import clock
from hanse.ground.accounts.access import signed_in
from hanse.ground.ui.pictures import europe_map
from hanse.stages.announcement.queries import call_of
from hanse.stages.consortia.forms.partners import PartnerFilter
from hanse.stages.consortia.pages.entry import inside
from hanse.stages.consortia.queries import members, partners
from hanse.stages.registry.models import Organisation
from hanse.stages.registry.queries import country_name, profiles, published
from hanse.stages.registry.queries.listing import by_country

SHOWN = 20
UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Candidate:
    """One organisation as the page shows it."""

    match: Match
    organisation: Organisation
    place: str
    sectors: tuple[str, ...]
    invite_url: str
    word_url: str


@signed_in
@require_GET
def search(request: HttpRequest, ref: str) -> HttpResponse:
    """Organisations that could join, by filters and by what the draft lacks; the whole question is in the address."""
    consortium, may = inside(request, ref)
    now = clock.now()
    seats = members.open_seats(consortium)
    dossier = members.sketch(consortium, seats, planned=True)
    call = call_of(consortium.call, now)
    asked = request.GET.copy()
    if not asked:
        asked["missing"] = "on"  # the first question of everybody who comes here
    form = PartnerFilter(asked)
    context = {"consortium": consortium, "may": may, "form": form, "call": call}
    if not form.is_valid():
        return render(request, "consortia/partners.html", context, status=UNPROCESSABLE)
    if call is None:
        return render(request, "consortia/partners.html", context)
    found = partners.look_for_partners(
        call,
        dossier,
        form.narrow(published()),
        clock.today(),
        only_missing=bool(form.cleaned_data["missing"]),
        seed=consortium.ref,
    )
    shown = found.matches[:SHOWN]
    rows = {one.ref: one for one in published().filter(ref__in=[match.organisation.id for match in shown])}
    context |= {
        "gap": found.gap,
        "targets": [partners.place_name(target) for target in found.gap.targets],
        "number": found.number,
        "candidates": [
            _candidate(match, rows[match.organisation.id], ref, consortium.call)
            for match in shown
            if match.organisation.id in rows
        ],
        "map_url": f"{reverse('consortia:partner_map', args=[ref])}?{urlencode(form.asked())}",
    }
    return render(request, "consortia/partners.html", context)


def _candidate(match: Match, organisation: Organisation, ref: str, call: str) -> Candidate:
    return Candidate(
        match,
        organisation,
        ", ".join(filter(None, (organisation.city, country_name(organisation.country)))),
        tuple(profiles.sector_name(sector) for sector in organisation.sectors[:4]),
        f"{reverse('consortia:invite', args=[ref])}?{urlencode({'organisation': organisation.ref})}",
        f"{reverse('consortia:first_word', args=[call])}?{urlencode({'to': organisation.ref})}",
    )


@signed_in
@require_GET
def partner_map(request: HttpRequest, ref: str) -> HttpResponse:
    """The same organisations on a map: how many each country has."""
    consortium, may = inside(request, ref)
    form = PartnerFilter(request.GET)
    if not form.is_valid():
        return render(request, "consortia/partner_map.html", {"consortium": consortium, "form": form}, status=422)
    organisations = form.narrow(published())
    call = call_of(consortium.call, clock.now())
    if form.cleaned_data["missing"] and call is not None:
        dossier = members.sketch(consortium, members.open_seats(consortium), planned=True)
        organisations = partners.filling(call, dossier, organisations, clock.today())
    counted = by_country(organisations)
    address = reverse("consortia:partners", args=[ref])
    rows = [
        (country_name(code) or "Not stated", number, f"{address}?{urlencode({**form.asked(), 'country': code})}")
        for code, number in counted
        if code
    ]
    picture = europe_map(
        {code: number for code, number in counted if code},
        title="Where possible partners are",
        unit="organisations",
        names=dict(profiles.countries()),
    )
    context = {"consortium": consortium, "may": may, "form": form, "picture": picture, "rows": rows}
    return render(request, "consortia/partner_map.html", context)
