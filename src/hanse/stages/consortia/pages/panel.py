"""What if: members leave, others join, the aims are others; and what each member brings. Nothing is stored."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from hanse.ground import clock
from hanse.ground.accounts.access import signed_in
from hanse.ground.ui.forms import Fault
from hanse.stages.announcement.queries import call_of
from hanse.stages.consortia.forms.forming import ROLES, WhatIfForm
from hanse.stages.consortia.models import Role, Seat, SeatState
from hanse.stages.consortia.pages.entry import inside
from hanse.stages.consortia.queries import members as queries
from hanse.stages.consortia.queries.matrix import Joining, matrix_of, resilience_of, supposed
from hanse.stages.consortia.queries.panel import effect_of
from hanse.stages.registry.models import Organisation
from hanse.stages.registry.queries import market_name

MOST_JOINING = 10
JOINING_AT_FIRST = 2
LONGEST = 300


@dataclass(slots=True)
class Row:
    """An organisation that would join, as typed.

    Attributes:
        found: the one of the registry; None if none has this name.
        suggestions: names with the address that takes each instead.
    """

    number: int
    text: str
    role: str
    found: Organisation | None = None
    present: bool = False
    suggestions: tuple[tuple[str, str], ...] = ()


@signed_in
@require_GET
def what_if(request: HttpRequest, ref: str) -> HttpResponse:
    """What the call would say if members left, others joined, or the aims were others. The address is the question."""
    consortium, may = inside(request, ref)
    now = clock.now()
    seats = queries.open_seats(consortium)
    call = call_of(consortium.call, now)
    taking_part = [seat for seat in seats if seat.state == SeatState.ACCEPTED]
    leaving = set(request.GET.getlist("leave"))
    planned = request.GET.get("planned") == "yes"
    inside_now = seats if planned else taking_part
    rows = _rows(request, inside_now)
    asked = bool(request.GET)
    context: dict[str, Any] = {
        "consortium": consortium,
        "standing": may,
        "may": may,
        "seats": [(seat, seat.organisation.ref in leaving) for seat in inside_now],
        "any_invited": len(seats) > len(taking_part),
        "planned": planned,
        "rows": rows,
        "roles": ROLES,
        "asked": asked,
        "faults": [
            Fault(
                f"Organisation {row.number}",
                f"Nobody in the registry is called “{row.text}”.",
                f"join-{row.number}",
            )
            for row in rows
            if row.text and row.found is None
        ],
    }
    if call is not None:
        aims = request.GET if "aims" in request.GET else None
        form = WhatIfForm(call, aims, initial={"strand": consortium.strand, "targets": consortium.targets})
        sound = aims is None or form.is_valid()
        strand = form.cleaned_data["strand"] if aims is not None and sound else None
        targets = form.targets() if aims is not None and sound else None
        before = queries.sketch(consortium, seats, planned=planned)
        after = supposed(
            before,
            leaving=leaving,
            joining=[Joining(row.found, row.role) for row in rows if row.found is not None],
            strand=strand,
            targets=targets,
        )
        context |= {
            "form": form,
            "effect": effect_of(call, before, after, clock.today()),
            "resilience": resilience_of(
                call, before, clock.today(), with_pool=request.GET.get("replacements") == "yes"
            ),
            "with_pool": request.GET.get("replacements") == "yes",
        }
    return render(request, "consortia/what_if.html", context)


def _rows(request: HttpRequest, seats: list[Seat]) -> list[Row]:
    """The organisations that would join, found by reference or whole name; the rest with suggestions."""
    texts = [text.strip()[:LONGEST].replace("\0", "") for text in request.GET.getlist("join")][:MOST_JOINING]
    roles = request.GET.getlist("role")
    count = min(MOST_JOINING, max(JOINING_AT_FIRST, len(texts) + (request.GET.get("add") == "join")))
    known = {seat.organisation_id for seat in seats}
    rows = []
    for number in range(1, count + 1):
        text = texts[number - 1] if number <= len(texts) else ""
        role = roles[number - 1] if number <= len(roles) else ""
        row = Row(number, text, role if role in dict(ROLES) else Role.BENEFICIARY.value)
        if text:
            row.found = queries.organisation_named(text)
            row.present = row.found is not None and row.found.pk in known
            if row.found is None:
                row.suggestions = tuple(
                    (one.name, _address(request, number, one.ref)) for one in queries.organisations_like(text)
                )
        rows.append(row)
    return rows


def _address(request: HttpRequest, number: int, ref: str) -> str:
    """The same question with another organisation in one row."""
    pairs, seen = [], 0
    for name, held in request.GET.lists():
        for value in held:
            if name == "join":
                seen += 1
                pairs.append((name, ref if seen == number else value))
            else:
                pairs.append((name, value))
    return f"{request.path}?{urlencode(pairs)}"


@signed_in
@require_GET
def matrix(request: HttpRequest, ref: str) -> HttpResponse:
    """Who brings what: members by sectors, services and markets."""
    consortium, may = inside(request, ref)
    planned = request.GET.get("planned") == "yes"
    seats = queries.open_seats(consortium)
    shown = [seat for seat in seats if planned or seat.state == SeatState.ACCEPTED]
    context = {
        "consortium": consortium,
        "standing": may,
        "may": may,
        "planned": planned,
        "any_invited": any(seat.state == SeatState.INVITED for seat in seats),
        "matrix": matrix_of(queries.sketch(consortium, seats, planned=planned), shown, consortium.sectors),
        "targets": [market_name(target) for target in consortium.targets],
        "search": reverse("registry:organisations"),
    }
    return render(request, "consortia/matrix.html", context)
