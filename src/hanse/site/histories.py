"""The record as those read it who look after the site: entry by entry, or the history of one thing, in words."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hanse.ground import audit, clock
from hanse.ground.accounts.access import appointed
from hanse.ground.accounts.models import Role
from hanse.ground.audit.models import Event
from hanse.site.discretion import WITHHELD, told, withheld_among
from hanse.site.forms import RecordForm
from hanse.site.wording import Entry, entry_in_words, names_in, thing_in_words

EVENTS_A_PAGE = 50
LONGEST_NUMBER = 18


@appointed(Role.OFFICER, Role.ADMINISTRATOR)
@require_safe
def record(request: HttpRequest) -> HttpResponse:
    """The audit record, newest first, what a search finds in it, and whether it holds when that is asked."""
    form = RecordForm(request.GET)
    now = clock.now()
    events = audit.events()
    if form.is_valid() and form.asks:
        # Among those that may be told only: that a search finds a withheld entry would say what it is.
        events = form.narrow(told(events, now))
    context = _page(request, events, now) | {"form": form, "searched": form.is_valid() and form.asks}
    if "verify" in request.GET:
        context |= {"verified": True, "faults": _faults()}
    return render(request, "site/record.html", context)


@appointed(Role.OFFICER, Role.ADMINISTRATOR)
@require_safe
def history(request: HttpRequest, kind: str, ref: str) -> HttpResponse:
    """The history of one thing, newest first. Of what may not be told there is as little as of what never was.

    Raises:
        Http404: for a reference that nothing can have.
    """
    if "\0" in kind + ref:
        raise Http404
    now = clock.now()
    events = told(audit.history((kind, ref)).order_by("-number"), now)
    context = _page(request, events, now)
    shown: Sequence[Event] = context["events"]
    context["thing"] = thing_in_words(kind, ref, names_in(shown)) if shown else f"{kind} {ref}"
    return render(request, "site/history.html", context)


def _page(request: HttpRequest, events: QuerySet[Event], at: datetime) -> dict[str, Any]:
    """A page of entries, and where the older and the newer ones are."""
    before, after = _number(request, "before"), _number(request, "after")
    if after is not None and before is None:
        rows = list(events.filter(number__gt=after).order_by("number")[: EVENTS_A_PAGE + 1])
        newer = len(rows) > EVENTS_A_PAGE
        page = rows[:EVENTS_A_PAGE][::-1]
        older = bool(page) and events.filter(number__lt=page[-1].number).exists()
    else:
        rows = list((events if before is None else events.filter(number__lt=before))[: EVENTS_A_PAGE + 1])
        older = len(rows) > EVENTS_A_PAGE
        page = rows[:EVENTS_A_PAGE]
        newer = bool(page) and before is not None and events.filter(number__gt=page[0].number).exists()
    return {
        "events": page,
        "entries": _in_words(page, at),
        "older": _address(request, before=page[-1].number) if older else "",
        "newer": _address(request, after=page[0].number) if newer else "",
    }


def _in_words(page: Sequence[Event], at: datetime) -> list[Entry]:
    withheld = withheld_among(page, at)
    names = names_in(event for event in page if event.number not in withheld)
    return [
        Entry(event.number, event.digest, withheld=WITHHELD)
        if event.number in withheld
        else entry_in_words(event, names)
        for event in page
    ]


def _faults() -> list[str]:
    """What does not hold of the record."""
    broken = audit.verify()
    chain = f"Entry {broken}, or the one before it, was changed or is missing." if broken else ""
    return [fault for fault in (chain, audit.verify_roots()) if fault]


def _number(request: HttpRequest, name: str) -> int | None:
    written = request.GET.get(name, "")
    return int(written) if written.isascii() and written.isdigit() and len(written) <= LONGEST_NUMBER else None


def _address(request: HttpRequest, **place: int) -> str:
    kept = request.GET.copy()
    for name in ("before", "after", "verify"):
        kept.pop(name, None)
    for name, number in place.items():
        kept[name] = str(number)
    return f"?{kept.urlencode()}"
