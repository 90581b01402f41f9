"""Calls as everybody reads them: the list, a call, an edition of it, its deadline for calendars; and following it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from hanse.callbook.page.as_html import body_of
from hanse.callbook.page.deadline import closes, status
from hanse.callbook.page.sections import anchor, page_of
from hanse.callbook.page.values import Page, View
from hanse.callbook.reference import geography
from hanse.core.call import Call
from hanse.core.values.unknown import NOT_STATED
from hanse.core.values.words import left_in_words
from hanse.ground import clock
from hanse.ground.accounts.access import anyone, signed_in
from hanse.stages.announcement.actions import Refusal
from hanse.stages.announcement.actions import follow as follow_call
from hanse.stages.announcement.actions import unfollow as unfollow_call
from hanse.stages.announcement.models import CallEdition
from hanse.stages.announcement.pages.calendar import calendar_of
from hanse.stages.announcement.queries.changes import effect_of
from hanse.stages.announcement.queries.editions import (
    TONES,
    Standing,
    edition_in_force,
    editions_in_force,
    history,
    is_follower,
    standing_of,
)
from hanse.stages.announcement.queries.folders import read
from hanse.stages.announcement.queries.questions import published_by_clause
from hanse.stages.announcement.queries.remembered import Remembered

ZONES = {
    "Europe/Brussels": "Brussels, Paris, Berlin, Rome, Warsaw",
    "Europe/London": "London",
    "Europe/Dublin": "Dublin",
    "Europe/Lisbon": "Lisbon",
    "Atlantic/Reykjavik": "Reykjavik",
    "Atlantic/Azores": "Azores",
    "Atlantic/Canary": "Canary Islands",
    "Europe/Athens": "Athens, Helsinki, Vilnius, Sofia, Bucharest",
    "Europe/Kyiv": "Kyiv",
    "Europe/Istanbul": "Istanbul",
    "Asia/Tbilisi": "Tbilisi",
    "Asia/Yerevan": "Yerevan",
    "Asia/Jerusalem": "Jerusalem",
    "America/New_York": "New York",
    "America/Sao_Paulo": "São Paulo",
    "Asia/Dubai": "Dubai",
    "Asia/Kolkata": "Delhi",
    "Asia/Singapore": "Singapore",
    "Asia/Tokyo": "Tokyo",
    "UTC": "UTC",
}
"""Zones offered to readers; an address may name any other."""
USUAL_ZONE = "Europe/Brussels"


def found_or_404(reference: str, at: datetime) -> CallEdition:
    """The edition of a call in force.

    Raises:
        Http404: if there is no such call.
    """
    edition = None if "\0" in reference else edition_in_force(reference, at)
    if edition is None:
        raise Http404(f"no call {reference}")
    return edition


def standing_words(edition: CallEdition, now: datetime) -> dict[str, Any]:
    """How a call stands, for a label and a sentence."""
    standing = standing_of(edition, now)
    is_open = standing is Standing.OPEN and edition.closing is not None
    return {
        "edition": edition,
        "standing": standing,
        "label": standing.value,
        "tone": TONES[standing],
        "status": status(edition.window, now, NOT_STATED if edition.edition_date is None else edition.edition_date),
        "left": left_in_words(edition.closing - now) if is_open and edition.closing else "",
        "open": standing is Standing.OPEN,
        "closed": standing is Standing.CLOSED,
    }


@anyone
@require_GET
def calls(request: HttpRequest) -> HttpResponse:
    """All calls, those that can be applied for first."""
    now = clock.now()
    rows = [standing_words(edition, now) for edition in editions_in_force(now)]
    context = {
        "open_rows": [row for row in rows if row["open"]],
        "other_rows": [row for row in rows if not row["open"] and not row["closed"]],
        "closed": [row for row in rows if row["closed"]],
    }
    return render(request, "announcement/calls.html", context)


@anyone
@require_GET
def call(request: HttpRequest, reference: str) -> HttpResponse:
    """A call that answers in plain words, from the edition in force."""
    now = clock.now()
    edition = found_or_404(reference, now)
    zone, unknown_zone = _zone(request)
    assume = request.GET.get("assume") == "yes"
    answered = published_by_clause(reference)
    content = _content(edition, zone, now, assume, answered)
    editions = history(reference, now)
    context = {
        **standing_words(edition, now),
        "now": now,
        "content": content,
        "zone": zone,
        "zones": ZONES if zone in ZONES else {**ZONES, zone: zone},
        "unknown_zone": unknown_zone,
        "assume": assume,
        "history": _timeline(editions),
        "following": is_follower(reference, request.user.pk),
        "questions": sum(answered.values()),
        "can_be_assumed": "assumptions.toml" in edition.manifest,
    }
    return render(request, "announcement/call.html", context)


class _Content:
    """The body of a call's page and its parts, as they are put into the page."""

    def __init__(self, page: Page, beside: Mapping[str, Sequence[tuple[str, str]]]):
        self.title, self.subtitle = page.title, page.subtitle
        self.contents = [(section.id, section.heading) for section in page.sections] + [("sources", "Sources")]
        self.body = body_of(page, beside)


def _content(
    edition: CallEdition,
    zone: str,
    now: datetime | None,
    assume: bool = False,
    answered: Mapping[str, int] | None = None,
) -> _Content:
    """The body, made once a minute for each zone: what it says of the time left is told to the minute."""
    minute = None if now is None else now.replace(second=0, microsecond=0)

    def make() -> _Content:
        call = read(edition, assume=assume)
        beside = {} if answered is None else _beside(call, answered)
        return _Content(page_of(call, View(zone, now, geography().name)), beside)

    told = None if answered is None else tuple(sorted(answered.items()))
    return _contents.get((edition.reference, edition.digest, zone, minute, assume, told), make)


def _beside(call: Call, answered: Mapping[str, int]) -> dict[str, list[tuple[str, str]]]:
    """For each rule, the way to ask about it, and to what was answered."""
    links = {}
    for rule in call.rules:
        clause = anchor(rule)
        links[clause] = [
            (f"Ask about {rule.id}", f"{reverse('announcement:ask', args=[call.reference])}?clause={clause}")
        ]
        many = answered.get(clause, 0)
        if many:
            label = f"{many} answered question{'s' * (many > 1)} on {rule.id}"
            address = reverse("announcement:questions", args=[call.reference])
            links[clause].append((label, f"{address}?clause={clause}"))
    return links


_contents: Remembered[_Content] = Remembered(64)


def _zone(request: HttpRequest) -> tuple[str, str]:
    """The reader's zone, and what they named if it is none."""
    named = request.GET.get("zone", "").strip()[:80]
    if not named:
        return USUAL_ZONE, ""
    try:
        ZoneInfo(named)
    except (KeyError, OSError, ValueError):  # unknown, a folder, or a path that leaves the tables
        return USUAL_ZONE, named
    return named, ""


def _timeline(editions: list[CallEdition]) -> list[tuple[Any, str, str, str]]:
    """The editions as dated facts, with the address of each."""
    told = []
    for edition in editions:
        title = f"Edition {edition.number}: {edition.get_nature_display()}"
        address = reverse("announcement:edition", args=[edition.reference, edition.number])
        said = edition.reason
        if not edition.by_the_system:
            said += f" Proposed by {edition.proposed_by}, published by {edition.published_by}."
        told.append((edition.in_force_from, title, said, address))
    return told


@anyone
@require_GET
def edition(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """One edition of a call: what it changed, whom that touched, and its text as it stood."""
    now = clock.now()
    editions = history(found_or_404(reference, now).reference, now)
    shown = next((each for each in editions if each.number == number), None)
    if shown is None:
        raise Http404(f"no edition {number} of {reference}")
    context = {
        "edition": shown,
        "in_force": shown == editions[0],
        "effect": None if shown.base is None else effect_of(shown.base, shown),
        "content": _content(shown, shown.zone, None),
    }
    return render(request, "announcement/edition.html", context)


@anyone
@require_GET
def deadline(request: HttpRequest, reference: str) -> HttpResponse:
    """The deadline as a calendar entry. A call that states no hour has none."""
    now = clock.now()
    edition = found_or_404(reference, now)
    if edition.closing is None:
        raise Http404(f"{reference} states no closing hour")
    stated = closes(read(edition))
    text = calendar_of(
        edition,
        said=" ".join(run.words for run in stated),
        address=request.build_absolute_uri(f"/calls/{reference}"),
        made_at=edition.published_at or now,
    )
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{reference}.ics"'
    return response


@signed_in
@require_POST
def follow(request: HttpRequest, reference: str) -> HttpResponse:
    """Be written to when a call changes, or no more."""
    now = clock.now()
    edition = found_or_404(reference, now)
    if request.POST.get("follow") == "no":
        unfollow_call(actor=request.user, reference=edition.reference, at=now)  # type: ignore[arg-type]
        messages.success(request, "You will not be written to about this call any more.")
    else:
        done = follow_call(actor=request.user, reference=edition.reference, at=now)  # type: ignore[arg-type]
        if isinstance(done, Refusal):
            raise Http404(done.message)
        messages.success(request, "You will be written to when this call changes.")
    return redirect("announcement:call", reference)
