"""Imports: upload a table, see what is wrong in it, import it, watch it."""

import csv
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hanse.ground import clock
from hanse.ground.accounts.access import appointed
from hanse.ground.accounts.models import Role
from hanse.ground.ui.tables import Column, Table
from hanse.stages.registry.actions import importing as actions
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.forms.importing import BeginForm, RowFilter, UploadForm
from hanse.stages.registry.models import ImportRow, ImportRun
from hanse.stages.registry.pages.entry import refused
from hanse.stages.registry.permissions import may_look_after
from hanse.stages.registry.queries import imports, profiles
from hanse.stages.registry.queries.languages import LANGUAGES

UNPROCESSABLE = 422
State = ImportRun.State
TONES = {"reading": "busy", "checked": "doubt", "running": "busy", "done": "good", "refused": "bad"}


def _name(row: ImportRow) -> tuple[str, str]:
    name = str(row.given.get("name", ""))[:300] or "(no name)"
    return name, reverse("registry:organisation", args=[row.organisation.ref]) if row.organisation else ""


def _listed(sentences: list[str]) -> Any:
    told = format_html_join("", "<p>{}</p>", [(sentence,) for sentence in sentences])
    return format_html("<div>{}</div>", told) if told else ""


_SHARED: dict[str, Any] = {
    "filters": RowFilter,
    "order": "line",
    "nouns": ("row", "rows"),
    "caption": "Rows of the file",
    "empty": "There is no row of this kind.",
    "name": "rows",
    "size": 50,
}
ROWS = Table(
    columns=[
        Column("line", "Line", sort="line", kind="number"),
        Column("name", "Name", kind="link", value=_name),
        Column("faults", "Faults", value=lambda row: _listed(row.faults)),
        Column("doubts", "Doubts", value=lambda row: _listed(row.doubts)),
    ],
    **_SHARED,
)
EXPORT = Table(
    columns=[
        Column("line", "Line", sort="line", kind="number"),
        Column("name", "Name", value=lambda row: row.given.get("name", "")),
        Column("faults", "Faults", value=lambda row: " ".join(row.faults)),
        Column("doubts", "Doubts", value=lambda row: " ".join(row.doubts)),
        Column("organisation", "Id", value=lambda row: row.organisation.ref if row.organisation else ""),
    ],
    **_SHARED,
)


@appointed(Role.OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def runs(request: HttpRequest) -> HttpResponse:
    """Upload a table; the imports so far."""
    posted = request.method == "POST"
    form = UploadForm(request.POST or None, request.FILES or None) if posted else UploadForm()
    if posted and form.is_valid():
        try:
            run = actions.start_import(actor=request.user, upload=form.cleaned_data["file"], at=clock.now())
        except Refusal as refusal:
            form.add_error("file", refusal.message)
        else:
            return redirect("registry:import", run.pk)
    context = {
        "form": form,
        "runs": [(run, TONES[run.state]) for run in imports.runs()],
        "may_import": may_look_after(request.user, clock.now()),
    }
    return render(request, "registry/imports.html", context, status=UNPROCESSABLE if form.errors else 200)


@appointed(Role.OFFICER)
@require_GET
def run(request: HttpRequest, number: int) -> HttpResponseBase:
    """One import: how far it is, and each row with what is wrong in it."""
    shown = _run(number)
    rows = imports.rows_of(shown)
    table = EXPORT if request.GET.get("format") in EXPORT.exported else ROWS
    return table.response(request, rows, "registry/import.html", _context(request, shown), f"import-{number}")


@appointed(Role.OFFICER)
@require_POST
def step(request: HttpRequest, number: int) -> HttpResponse:
    """Take a step of an import: by a button, or by htmx again and again until it is done."""
    try:
        shown = actions.continue_run(number, clock.now())
    except Refusal:
        raise Http404 from None
    if not getattr(request, "htmx", None):
        return redirect("registry:import", number)
    context = _context(request, shown)
    if not context["busy"]:
        response = HttpResponse()
        response["HX-Redirect"] = reverse("registry:import", args=[number])  # the page has more to tell by now
        return response
    return render(request, "registry/import_progress.html", context)


@appointed(Role.OFFICER)
@require_POST
def begin(request: HttpRequest, number: int) -> HttpResponseBase:
    """Import what was tried."""
    shown = _run(number)
    form = BeginForm(request.POST, **_counts(shown))
    if not form.is_valid():
        context = _context(request, shown) | {"begin": form, "table": ROWS.page(request, imports.rows_of(shown))}
        return render(request, "registry/import.html", context, status=UNPROCESSABLE)
    skip = bool(form.cleaned_data.get("skip_faulty"))
    try:
        actions.begin_import(actor=request.user, number=number, skip_faulty=skip, at=clock.now())
    except Refusal as refusal:
        return refused(request, refusal, reverse("registry:import", args=[number]))
    return redirect("registry:import", number)


@appointed(Role.OFFICER)
@require_POST
def discard(request: HttpRequest, number: int) -> HttpResponse:
    """Lay a table aside."""
    try:
        actions.discard_import(actor=request.user, number=number, at=clock.now())
    except Refusal as refusal:
        return refused(request, refusal, reverse("registry:imports"))
    messages.success(request, "The table was laid aside. Nothing was imported.")
    return redirect("registry:imports")


@appointed(Role.OFFICER)
@require_GET
def columns(request: HttpRequest) -> HttpResponse:
    """What columns a table may have, and what may stand in them."""
    context = {
        "columns": imports.COLUMNS,
        "tables": [
            ("Sectors", profiles.sectors().items()),
            ("World regions", [row for row in profiles.markets().items() if row[0] not in profiles.countries()]),
            ("Countries", profiles.countries().items()),
            ("Languages", LANGUAGES.items()),
        ],
    }
    return render(request, "registry/import_columns.html", context)


@appointed(Role.OFFICER)
@require_GET
def template(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """A table with all columns and one row to overwrite."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="organisations-template.csv"'
    writer = csv.writer(response)
    writer.writerow([column.name for column in imports.COLUMNS])
    writer.writerow([column.example for column in imports.COLUMNS])
    return response


def _run(number: int) -> ImportRun:
    found = imports.run_with(number)
    if found is None:
        raise Http404
    return found


def _counts(shown: ImportRun) -> dict[str, int]:
    return {"faulty": shown.faulty, "sound": shown.rows - shown.faulty}


def _context(request: HttpRequest, shown: ImportRun) -> dict[str, Any]:
    sound = shown.rows - shown.faulty
    return {
        "run": shown,
        "tone": TONES[shown.state],
        "sound": sound,
        "busy": shown.state in (State.READING, State.RUNNING),
        "begin": BeginForm(**_counts(shown)) if shown.state == State.CHECKED else None,
        "may_import": may_look_after(request.user, clock.now()),
    }
