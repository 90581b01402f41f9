"""Partner search for a consortium: whom the draft lacks, and how well each would fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from hanse.core.call import Call
from hanse.core.eligibility.advice import Match
from hanse.core.proposal import Dossier
from hanse.core.values.unknown import Unknown
from hanse.ground import clock
from hanse.ground.accounts.access import signed_in
from hanse.ground.ui.pictures import europe_map
from hanse.stages.announcement.queries import call_of
from hanse.stages.consortia.forms.partners import MatchFilter, PartnerFilter
from hanse.stages.consortia.pages.entry import inside
from hanse.stages.consortia.queries import members, partners
from hanse.stages.registry.models import Organisation
from hanse.stages.registry.queries import country_name, profiles, published
from hanse.stages.registry.queries.listing import by_country

SHOWN = 20
MOST_PAGES = 10
"""Whoever has read two hundred asks for something narrower."""
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
    call = call_of(consortium.call, now)
    form = PartnerFilter(_asked(request))
    context = {"consortium": consortium, "may": may, "form": form, "call": call}
    if not form.is_valid():
        return render(request, "consortia/partners.html", context, status=UNPROCESSABLE)
    if call is None:
        return render(request, "consortia/partners.html", context)
    seats = members.open_seats(consortium)
    dossier = members.sketch(consortium, seats, planned=True)
    context |= _found(request, form, call, dossier, consortium.sectors, ref)
    context["map_url"] = f"{reverse('consortia:partner_map', args=[ref])}?{urlencode(form.asked())}"
    return render(request, "consortia/partners.html", context)


@signed_in
@require_GET
def match(request: HttpRequest, reference: str) -> HttpResponse:
    """The same search before there is a consortium: what an organisation of the visitor would need beside it."""
    now = clock.now()
    call = call_of(reference, now)
    if call is None:
        raise Http404
    own = [one for one in members.own_organisations(request.user) if one.status == Organisation.Status.PUBLISHED]
    chosen = next((one for one in own if one.ref == request.GET.get("organisation")), own[0] if own else None)
    besides = {} if chosen is None else {"organisation": chosen.ref}
    if call.strands and not request.GET.get("strand"):
        besides["strand"] = call.strands[0].id
    form = MatchFilter(call, own, _asked(request, besides))
    context = {"call": call, "form": form, "chosen": chosen}
    if not form.is_valid():
        return render(request, "consortia/match.html", context, status=UNPROCESSABLE)
    if chosen is not None:
        dossier = partners.alone(call, chosen, form.cleaned_data["strand"])
        context |= _found(request, form, call, dossier, chosen.sectors)
    return render(request, "consortia/match.html", context)


def _asked(request: HttpRequest, besides: dict[str, str] | None = None) -> QueryDict:
    asked = request.GET.copy()
    if not set(asked) - {"page", "organisation", "strand"}:
        asked["missing"] = "on"  # the first question of everybody who comes here
    for name, value in (besides or {}).items():
        asked[name] = value
    return asked


def _found(
    request: HttpRequest, form: PartnerFilter, call: Call, dossier: Dossier, sectors: Sequence[str], ref: str = ""
) -> dict[str, Any]:
    """What a search found, as pages show it.

    Args:
        ref: of the consortium to which organisations may be invited.
    """
    asked = request.GET.get("page", "")
    page = min(int(asked), MOST_PAGES) if asked.isascii() and asked.isdecimal() and len(asked) < 4 and int(asked) else 1
    found = partners.look_for_partners(
        call,
        dossier,
        form.narrow(published()),
        clock.today(),
        sectors_sought=sectors,
        only_missing=bool(form.cleaned_data["missing"]),
        seed=dossier.proposal,
        first=(page - 1) * SHOWN,
        most=SHOWN,
    )
    last = min(-(-found.number // SHOWN), MOST_PAGES)
    return {
        "gap": found.gap,
        "strand_open": isinstance(dossier.strand, Unknown) and len(call.strands) > 1,
        "targets": [partners.place_name(target) for target in found.gap.targets],
        "missing_sectors": [profiles.sector_name(sector) for sector in found.gap.sectors],
        "number": found.number,
        "first": (page - 1) * SHOWN + 1,
        "candidates": [_candidate(one, organisation, ref, call.reference) for one, organisation in found.matches],
        "pages": [
            (label, f"?{urlencode({**form.asked(), 'page': number})}")
            for label, number in (("Better ones", page - 1), ("Further ones", page + 1))
            if 1 <= number <= last
        ],
    }


def _candidate(match: Match, organisation: Organisation, ref: str, call: str) -> Candidate:
    return Candidate(
        match,
        organisation,
        ", ".join(filter(None, (organisation.city, country_name(organisation.country)))),
        tuple(profiles.sector_name(sector) for sector in organisation.sectors[:4]),
        f"{reverse('consortia:invite', args=[ref])}?{urlencode({'organisation': organisation.ref})}" if ref else "",
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
        organisations = partners.filling(call, dossier, organisations, clock.today(), consortium.sectors)
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
