"""The budget of an application: one partner's cells at a time with all partners beside, and its workbook."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timesince import timesince
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hanse.core.budget import NOT_SHARED
from hanse.core.values.money import Money
from hanse.core.values.rates import show_rate, show_share
from hanse.core.values.unknown import Maybe, Unknown
from hanse.ground import clock
from hanse.ground.accounts.access import signed_in
from hanse.ground.ui.pictures import Picture, bars
from hanse.stages.consortia.permissions import Standing
from hanse.stages.consortia.queries.members import open_seats
from hanse.stages.proposals.actions import money as actions
from hanse.stages.proposals.actions import sheets as sheet_actions
from hanse.stages.proposals.forms.money import (
    CellsForm,
    ContributionForm,
    ShareForm,
    SourceForm,
    WorkbookForm,
    field_name,
    shown_in,
)
from hanse.stages.proposals.models import Proposal
from hanse.stages.proposals.pages.entry import inside, refused
from hanse.stages.proposals.pages.money_cells import foot_of, rows_of
from hanse.stages.proposals.queries import money as queries
from hanse.stages.proposals.queries import sheets
from hanse.stages.proposals.queries.money import Books, Sheet
from hanse.stages.registry.actions.refusals import Refusal

UNPROCESSABLE = 422
CONFLICT = 409
SALT = "budget workbook"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TONES = {"met": ("good", "met"), "not_met": ("bad", "not met"), "undecided": ("doubt", "undecided")}


# --- the ledger --------------------------------------------------------------------------------------------------


@signed_in
@require_GET
def budget(request: HttpRequest, ref: str) -> HttpResponse:
    """The ledger: sums and what the call says of them, every partner in a line, one partner's cells."""
    proposal, may = inside(request, ref)
    books = _books(proposal, may)
    return _page(request, proposal, may, books, _chosen(books, request.GET.get("partner", "")))


@signed_in
@require_POST
def cells(request: HttpRequest, ref: str, partner: str) -> HttpResponse:
    """Write those cells of a partner that were touched."""
    proposal, may = inside(request, ref)
    books = _books(proposal, may)
    sheet = _own(books, partner)
    form = CellsForm(books, cast("Mapping[str, str]", request.POST))
    if form.faults:
        return _page(request, proposal, may, books, sheet, form=form, status=UNPROCESSABLE)
    now = clock.now()
    try:
        saved = actions.save_cells(actor=request.user, ref=ref, seat_id=sheet.seat.pk, cells=form.cells, at=now)
    except Refusal as refusal:
        return refused(request, refusal, _address(ref, partner))
    if saved.clashes:
        fresh = _books(proposal, may)
        told = [f"{_place(books, clash.typed)}: {_told_clash(clash)}" for clash in saved.clashes]
        form.typed = {
            name: form.typed[name]
            for clash in saved.clashes
            for part in "amr"
            if (name := field_name(part, *clash.typed.key)) in form.typed
        }
        return _page(request, proposal, may, fresh, _own(fresh, partner), form=form, clashes=told, status=CONFLICT)
    if saved.changed:
        count = len(saved.changed)
        messages.success(request, f"{count} {'cell is' if count == 1 else 'cells are'} saved.")
    else:
        messages.info(request, "Nothing was changed.")
    return redirect(_address(ref, partner))


@signed_in
@require_POST
def cell(request: HttpRequest, ref: str, seat: int) -> JsonResponse:
    """Write a single cell, for the script: what the action does not ask of the database is not asked here."""
    form = CellsForm(None, cast("Mapping[str, str]", request.POST))
    if form.faults:
        return JsonResponse({"state": "fault", "told": list(form.faults.values())}, status=UNPROCESSABLE)
    try:
        saved = actions.save_cells(actor=request.user, ref=ref, seat_id=seat, cells=form.cells, at=clock.now())
    except Refusal as refusal:
        return JsonResponse({"state": "refused", "told": [refusal.message]}, status=refusal.status)
    answer = {
        "state": "conflict" if saved.clashes else "saved",
        "told": [_told_clash(clash) for clash in saved.clashes],
        "cells": [
            {
                "mark": field_name("v", cost.work_package, cost.category),
                "version": cost.version,
                "amount": str(Money(cost.cents)),
                "shown": {part: shown_in(part, cost) for part in "amr"},
            }
            for cost in (*saved.changed, *(clash.stands for clash in saved.clashes))
        ],
    }
    return JsonResponse(answer, status=CONFLICT if saved.clashes else 200)


def _place(books: Books, typed: actions.Typed) -> str:
    return f"{books.title_of_category(typed.category)}, {books.title_of_package(typed.work_package)}"


def _told_clash(clash: actions.Clash) -> str:
    typed, stands = clash.typed, clash.stands
    mine = sheets.figures_in_words(typed.cents, typed.months, typed.rate)
    theirs = sheets.figures_in_words(stands.cents, stands.months, stands.rate)
    return f"you typed {mine}; {clash.by} wrote {theirs} meanwhile."


def _page(
    request: HttpRequest,
    proposal: Proposal,
    may: Standing,
    books: Books,
    sheet: Sheet,
    *,
    form: CellsForm | None = None,
    clashes: list[str] | None = None,
    contribution: ContributionForm | None = None,
    source: SourceForm | None = None,
    share: ShareForm | None = None,
    status: int = 200,
) -> HttpResponse:
    now = clock.now()
    ledger, consortium = books.ledger, proposal.consortium
    advice = queries.advice_of(books, consortium, now)
    editing = sheet.own and may.may_edit
    context = {
        "proposal": proposal,
        "consortium": consortium,
        "standing": may,
        "may": may,
        "books": books,
        "sheet": sheet,
        "editing": editing,
        "heads": [category.title for category in books.categories],
        "rows": rows_of(
            books, sheet, editing=editing, typed=form.typed if form else None, faults=form.faults if form else None
        )
        if sheet.open
        else "",
        "foot": foot_of(books, sheet) if sheet.open else "",
        "faults": list(form.faults.items()) if form else [],
        "clashes": clashes or [],
        "advice": advice,
        "words": [(*TONES[word.tone], word) for word in advice.words],
        "remedies": [str(remedy) for remedy in advice.remedies],
        "partner_remedies": [str(remedy) for remedy in advice.by_partner.get(sheet.id, ())],
        "limits": _limits(advice),
        "silent": [one.name for one in books.sheets if isinstance(ledger.requested_by(one.id), Unknown)],
        "figures": _figures(books),
        "partners": [_line(books, one, now) for one in books.sheets],
        "own_funds": _in_words(ledger.own_funds_of(sheet.id)),
        "sources": [(source, Money(source.cents)) for source in sheet.sources] if sheet.open else [],
        "contribution": contribution or _contribution(sheet),
        "source_form": source or SourceForm(auto_id="source_%s"),
        "share_form": share or ShareForm(auto_id="share_%s"),
        "parts": [(one.seat.pk, one.part.version if one.part else 0) for one in books.sheets],
        "pictures": _pictures(books),
        "flat_rate": None if books.form.indirect_rate.known is None else show_rate(books.form.indirect_rate.known),
    }
    return render(request, "proposals/money/budget.html", context, status=status)


def _limits(advice: queries.Advice) -> list[str]:
    terms, told = advice.terms, []
    if not isinstance(terms.rate, Unknown):
        told.append(f"The call pays at most {show_rate(terms.rate)} of eligible costs.")
    told += [
        f"Of costs of category {category} at most {show_rate(rate)}."
        for category, rate in terms.by_category.items()
        if not isinstance(rate, Unknown)
    ]
    if not isinstance(terms.cap, Unknown):
        told.append(f"One project receives at most {terms.cap} EUR.")
    if advice.most is not None:
        told.append(f"With these costs {advice.most} EUR is the most that can be asked for.")
    return told


def _figures(books: Books) -> list[tuple[str, str]]:
    ledger = books.ledger
    owns = [ledger.own_funds_of(sheet.id) for sheet in books.sheets]
    known = [own for own in owns if not isinstance(own, Unknown)]
    rest: Maybe[Money] = Money(sum(own.cents for own in known)) if len(known) == len(owns) else Unknown("open")
    named = sum(source.amount.cents for source in ledger.sources)
    return [
        (str(ledger.costs), "eligible costs, EUR"),
        (_in_words(ledger.requested), "contribution requested, EUR"),
        (str(Money(named)), "named other sources, EUR"),
        (_in_words(rest), "own funds, EUR"),
    ]


def _line(books: Books, sheet: Sheet, now: datetime) -> dict[str, Any]:
    """One partner among all."""
    ledger = books.ledger
    costs, requested, own = ledger.cost_of(sheet.id), ledger.requested_by(sheet.id), ledger.own_funds_of(sheet.id)
    changed = sheet.last_change
    ago = ""
    if changed:
        recent = now - changed < timedelta(minutes=1)
        ago = ", last change just now" if recent else f", last change {timesince(changed, now)} ago"
    return {
        "sheet": sheet,
        "costs": costs,
        "share": show_share(costs.cents, ledger.costs.cents) if ledger.costs.cents else "–",
        "requested": _in_words(requested),
        "rate": show_share(requested.cents, costs.cents) if not isinstance(requested, Unknown) and costs.cents else "–",
        "own": _in_words(own),
        "status": f"{sheet.filled} {'cell' if sheet.filled == 1 else 'cells'}{ago}",
    }


def _pictures(books: Books) -> list[Picture]:
    ledger = books.ledger
    if not ledger.costs.cents:
        return []
    return [
        bars(_euros(figures, titles), title=title, unit="EUR")
        for title, figures, titles in (
            ("Costs by category", ledger.by_category(), _category_order(books)),
            ("Costs by partner", ledger.by_partner(), list(books.names.items())),
            ("Costs by work package", _by_package(books), _package_order(books)),
        )
    ]


def _euros(figures: Mapping[str, Money], titles: list[tuple[str, str]]) -> list[tuple[str, int]]:
    """Whole euro for a picture; the tables of the page tell cents."""
    return [(title, round(figures[id].cents / 100)) for id, title in titles if id in figures]


def _category_order(books: Books) -> list[tuple[str, str]]:
    return [*((category.id, category.title) for category in books.categories), (NOT_SHARED, "Not shared")]


def _package_order(books: Books) -> list[tuple[str, str]]:
    return [*((package.id, package.title) for package in books.packages), (NOT_SHARED, "Not shared")]


def _by_package(books: Books) -> dict[str, Money]:
    found: dict[str, Money] = {}
    for line in books.ledger.lines:
        of = NOT_SHARED if line.category == NOT_SHARED else line.work_package
        found[of] = found.get(of, Money(0)) + line.amount
    return found


def _in_words(amount: Maybe[Money]) -> str:
    return "open" if isinstance(amount, Unknown) else str(amount)


# --- contribution, sharing, sources ------------------------------------------------------------------------------


@signed_in
@require_POST
def contribution(request: HttpRequest, ref: str, partner: str) -> HttpResponse:
    """State what a partner asks for."""
    proposal, may = inside(request, ref)
    books = _books(proposal, may)
    sheet = _own(books, partner)
    form = ContributionForm(request.POST)
    if form.is_valid():
        asked = form.cleaned_data["requested"]
        try:
            actions.state_contribution(
                actor=request.user,
                ref=ref,
                seat_id=sheet.seat.pk,
                requested=None if asked is None else asked.cents,
                based_on=form.cleaned_data["based_on"],
                at=clock.now(),
            )
        except Refusal as refusal:
            if not refusal.faults:
                return refused(request, refusal, _address(ref, partner))
            fresh = _books(proposal, may)
            sheet = _own(fresh, partner)
            # What was typed is shown again, based on what stands now: saving it again is a decision.
            again = request.POST.copy()
            again["based_on"] = str(sheet.part.version if sheet.part else 0)
            form = ContributionForm(again)
            form.add_error("requested", refusal.faults["requested"])
            return _page(request, proposal, may, fresh, sheet, contribution=form, status=refusal.status)
        messages.success(request, f"The contribution of {sheet.name} is saved.")
        return redirect(_address(ref, partner))
    return _page(request, proposal, may, books, sheet, contribution=form, status=UNPROCESSABLE)


@signed_in
@require_POST
def sharing(request: HttpRequest, ref: str, partner: str) -> HttpResponse:
    """Show the cells of a partner to the others, or keep them."""
    proposal, may = inside(request, ref)
    sheet = _own(_books(proposal, may), partner)
    shared = request.POST.get("act") == "share"
    try:
        actions.share_cells(actor=request.user, ref=ref, seat_id=sheet.seat.pk, shared=shared, at=clock.now())
    except Refusal as refusal:
        return refused(request, refusal, _address(ref, partner))
    told = "The other partners see your cells." if shared else "The other partners see your sums only."
    messages.success(request, told)
    return redirect(_address(ref, partner))


@signed_in
@require_POST
def sources(request: HttpRequest, ref: str, partner: str) -> HttpResponse:
    """Add a source of other money, or remove one."""
    proposal, may = inside(request, ref)
    books = _books(proposal, may)
    sheet = _own(books, partner)
    number, version = _number(request, "number"), _number(request, "version")
    form = SourceForm(request.POST, auto_id="source_%s")
    try:
        if request.POST.get("act") == "remove":
            actions.remove_source(
                actor=request.user, ref=ref, seat_id=sheet.seat.pk, number=number, based_on=version, at=clock.now()
            )
            messages.success(request, "The source is removed.")
            return redirect(_address(ref, partner))
        if form.is_valid():
            amount = form.cleaned_data["amount"]
            actions.save_source(
                actor=request.user,
                ref=ref,
                seat_id=sheet.seat.pk,
                kind=form.cleaned_data["kind"],
                name=form.cleaned_data["name"],
                cents=amount.cents if amount else 0,
                at=clock.now(),
                number=number or None,
                based_on=version,
            )
            messages.success(request, f"{form.cleaned_data['name']} is saved.")
            return redirect(_address(ref, partner))
    except Refusal as refusal:
        if number or not refusal.faults:
            return refused(request, refusal, _address(ref, partner))
        for field, told in refusal.faults.items():
            form.add_error(field, told)
    if number:  # a line of the list, which has no room for its faults
        told = " ".join(str(fault) for faults in form.errors.values() for fault in faults)
        return refused(request, Refusal(told, UNPROCESSABLE), _address(ref, partner))
    return _page(request, proposal, may, books, sheet, source=form, status=UNPROCESSABLE)


@signed_in
@require_POST
def shares(request: HttpRequest, ref: str) -> HttpResponse:
    """The coordinator shares a contribution out, or asks for the most."""
    proposal, may = inside(request, ref)
    if not may.coordinates:
        raise PermissionDenied("Only the coordinator shares the contribution out.")
    form = ShareForm(request.POST, auto_id="share_%s")
    if form.is_valid():
        based = {
            int(seat): int(version)
            for said in request.POST.getlist("part")
            for seat, _, version in [said.partition(":")]
            if seat.isdecimal() and version.isdecimal() and len(said) < 30
        }
        try:
            found = actions.distribute(
                actor=request.user,
                ref=ref,
                contribution=form.cleaned_data["contribution"],
                based_on=based,
                at=clock.now(),
            )
        except Refusal as refusal:
            if not refusal.faults:
                return refused(request, refusal, _address(ref))
            form.add_error("contribution", refusal.faults["contribution"])
        else:
            whole = Money(sum(share.cents for share in found.values()))
            messages.success(request, f"{whole} EUR are shared out over {len(found)} partners.")
            return redirect(_address(ref))
    books = _books(proposal, may)
    return _page(request, proposal, may, books, _chosen(books, ""), share=form, status=UNPROCESSABLE)


# --- workbook and history ----------------------------------------------------------------------------------------


@signed_in
@require_GET
def workbook(request: HttpRequest, ref: str) -> HttpResponse:
    """The ledger as a workbook, as far as its reader sees it."""
    proposal, may = inside(request, ref)
    now = clock.now()
    response = HttpResponse(sheets.workbook_of(proposal, _books(proposal, may), now), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="budget-{proposal.ref}.xlsx"'
    return response


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def workbook_back(request: HttpRequest, ref: str) -> HttpResponse:
    """Read a workbook: everything that is wrong at once, or what it would change; then change it."""
    proposal, may = inside(request, ref)
    context: dict[str, Any] = {
        "proposal": proposal,
        "consortium": proposal.consortium,
        "standing": may,
        "may": may,
        "part": "Workbook",
    }
    if request.method != "POST":
        return render(request, "proposals/money/workbook.html", context | {"form": WorkbookForm()})
    if "agreed" in request.POST:
        return _take_over(request, proposal)
    form = WorkbookForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "proposals/money/workbook.html", context | {"form": form}, status=UNPROCESSABLE)
    upload = form.cleaned_data["file"]
    reading = sheets.read_workbook(upload.file, upload.size, proposal, _books(proposal, may))
    context |= {"form": WorkbookForm(), "reading": reading, "name": upload.name}
    if not reading.faults:
        context["agreed"] = signing.dumps(
            [
                [one.seat_id, one.work_package, one.category, one.cents, one.months, one.rate, one.based_on]
                for one in reading.cells
            ],
            salt=_salt(request, ref),
            compress=True,
        )
        context["titles"] = _titles(proposal, may, reading)
    status = UNPROCESSABLE if reading.faults else 200
    return render(request, "proposals/money/workbook.html", context, status=status)


def _titles(proposal: Proposal, may: Standing, reading: sheets.Reading) -> list[tuple[sheets.NewCell, str, str]]:
    books = _books(proposal, may)
    return [
        (one, books.title_of_package(one.work_package), books.title_of_category(one.category)) for one in reading.cells
    ]


def _take_over(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    try:
        rows = signing.loads(request.POST["agreed"], salt=_salt(request, proposal.ref))
    except signing.BadSignature:
        raise Http404 from None
    by_seat: dict[int, list[actions.Typed]] = {}
    for seat_id, package, category, cents, months, rate, based_on in rows:
        by_seat.setdefault(seat_id, []).append(actions.Typed(package, category, cents, months, rate, based_on))
    try:
        count = sheet_actions.take_over(actor=request.user, ref=proposal.ref, cells=by_seat, at=clock.now())
    except Refusal as refusal:
        return refused(request, refusal, reverse("proposals:workbook_back", args=[proposal.ref]))
    messages.success(request, f"{count} {'cell is' if count == 1 else 'cells are'} taken over from the workbook.")
    return redirect(_address(proposal.ref))


def _salt(request: HttpRequest, ref: str) -> str:
    return f"{SALT} {ref} {request.user.pk}"


@signed_in
@require_GET
def history(request: HttpRequest, ref: str) -> HttpResponse:
    """Who changed which figures, as far as the reader may know."""
    proposal, may = inside(request, ref)
    context = {
        "proposal": proposal,
        "consortium": proposal.consortium,
        "standing": may,
        "may": may,
        "changes": queries.money_changes_since(proposal, None, may),
        "part": "Who changed what",
    }
    return render(request, "proposals/money/history.html", context)


# --- steps -------------------------------------------------------------------------------------------------------


def _books(proposal: Proposal, may: Standing) -> Books:
    seats = [seat for seat in open_seats(proposal.consortium) if seat.state == seat.State.ACCEPTED]
    return queries.ledger_of(proposal, seats, queries.form_for(proposal, clock.now()), may)


def _chosen(books: Books, partner: str) -> Sheet:
    """The sheet that is asked for, else the reader's own."""
    sheet = books.sheet(partner) if partner else next((one for one in books.sheets if one.own), None)
    if sheet is None:
        raise Http404
    return sheet


def _own(books: Books, partner: str) -> Sheet:
    """The sheet of a partner for whom the reader acts; whether it may be written in now, the action says."""
    sheet = books.sheet(partner)
    if sheet is None:
        raise Http404
    if not sheet.own:
        raise PermissionDenied("Only people of a partner change its figures.")
    return sheet


def _contribution(sheet: Sheet) -> ContributionForm:
    part = sheet.part
    asked = "" if part is None or part.requested is None else str(Money(part.requested))
    return ContributionForm(initial={"requested": asked, "based_on": part.version if part else 0})


def _number(request: HttpRequest, name: str) -> int:
    said = request.POST.get(name, "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 18 else 0


def _address(ref: str, partner: str = "") -> str:
    page = reverse("proposals:budget", args=[ref])
    return f"{page}?{urlencode({'partner': partner})}#cells" if partner else page
