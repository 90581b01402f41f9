"""An application outside the site: as a draft file and back, and as a PDF."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from hanse.callbook.dossier_writing import as_json, as_toml
from hanse.core.values.unknown import Unknown
from hanse.ground import clock
from hanse.ground.accounts.access import signed_in
from hanse.ground.ui.templatetags.ui import brussels
from hanse.stages.consortia.permissions import Standing
from hanse.stages.consortia.queries.members import open_seats
from hanse.stages.proposals.actions import importing as actions
from hanse.stages.proposals.forms.importing import ApplyForm, UploadForm, read_draft, text_of
from hanse.stages.proposals.models import Proposal
from hanse.stages.proposals.pages.entry import inside, refused
from hanse.stages.proposals.queries import drafts, imports
from hanse.stages.proposals.queries.output import Application, application_of, pdf_of
from hanse.stages.registry.actions.refusals import Refusal

UNPROCESSABLE = 422
FORBIDDEN = 403
LONGEST_NAME = 200


@signed_in
@require_safe
def output(request: HttpRequest, ref: str) -> HttpResponse:
    """Everything that can be taken along, and the way back."""
    proposal, standing = inside(request, ref)
    books = _gathered(proposal, standing).books
    context = _frame(proposal, standing) | {"hidden": [sheet.name for sheet in books.hidden]}
    return render(request, "proposals/output/output.html", context)


@signed_in
@require_safe
def draft_file(request: HttpRequest, ref: str, suffix: str) -> HttpResponse:
    """The draft as a file that `hanse check` reads."""
    proposal, standing = inside(request, ref)
    gathered = _gathered(proposal, standing)
    dossier = replace(gathered.dossier, drawn_at=gathered.at)
    if suffix == "toml":
        said, kind = as_toml(dossier, head_of(gathered)), "application/toml"
    else:
        said, kind = as_json(dossier), "application/json"
    return _attached(said.encode(), f"{kind}; charset=utf-8", f"{proposal.ref}.{suffix}")


@signed_in
@require_safe
def application(request: HttpRequest, ref: str) -> HttpResponse:
    """The whole application as a PDF, as it stands now."""
    proposal, standing = inside(request, ref)
    gathered = _gathered(proposal, standing)
    return _attached(pdf_of(gathered), "application/pdf", f"{proposal.ref}-version-{proposal.version}.pdf")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def import_draft(request: HttpRequest, ref: str) -> HttpResponse:
    """Choose a draft file, see what it would change, and take it over."""
    proposal, standing = inside(request, ref)
    page = "proposals/output/import.html"
    context = _frame(proposal, standing)
    if request.method != "POST":
        return render(request, page, context | {"form": UploadForm()})
    if not standing.may_edit:
        refusal = Refusal("The draft cannot be changed any more, so nothing can be imported.", FORBIDDEN)
        return refused(request, refusal, reverse("proposals:output", args=[ref]))
    if "apply" in request.POST:
        return _apply(request, proposal, standing)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, page, context | {"form": form}, status=UNPROCESSABLE)
    upload = form.cleaned_data["file"]
    return _preview(request, proposal, standing, upload.name[-LONGEST_NAME:], upload.read())


def _preview(request: HttpRequest, proposal: Proposal, standing: Standing, name: str, content: bytes) -> HttpResponse:
    """What the file would change, or what is wrong with it."""
    context = _frame(proposal, standing) | {"name": name}
    file, faults = read_draft(name, content)
    wrong = actions.belongs(proposal, file) if file is not None else ""
    if file is None or wrong:
        context |= {"form": UploadForm(), "faults": faults, "wrong": wrong}
        return render(request, "proposals/output/import.html", context, status=UNPROCESSABLE)
    gathered = _gathered(proposal, standing)
    change = imports.compare(
        proposal,
        gathered.dossier,
        file,
        texts=drafts.texts_of(proposal),
        form=gathered.form,
        books=gathered.books,
        standing=standing,
        at=gathered.at,
    )
    context |= {
        "change": change,
        "met": sum(text.met for text in change.texts),
        "drawn": "" if isinstance(file.drawn_at, Unknown) else brussels(file.drawn_at),
        "text": text_of(content),
        "suffix": name[-5:].lower(),
        "seen_at": gathered.at.isoformat(),
    }
    return render(request, "proposals/output/preview.html", context)


def _apply(request: HttpRequest, proposal: Proposal, standing: Standing) -> HttpResponse:
    form = ApplyForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Nothing was imported. Upload the file again.")
        return redirect("proposals:import", proposal.ref)
    name, content = form.cleaned_data["name"], form.cleaned_data["text"].encode()
    file, faults = read_draft(f"draft{form.cleaned_data['suffix']}", content)
    if file is None:
        context = _frame(proposal, standing) | {"name": name, "form": UploadForm(), "faults": faults}
        return render(request, "proposals/output/import.html", context, status=UNPROCESSABLE)
    now = clock.now()
    try:
        imported = actions.apply(
            actor=request.user, ref=proposal.ref, file=file, seen_at=form.cleaned_data["seen_at"], at=now
        )
    except Refusal as refusal:
        return refused(request, refusal, reverse("proposals:import", args=[proposal.ref]))
    if imported.conflicts or imported.clashes:
        context = _frame(proposal, standing) | {"imported": imported, "name": name}
        return render(request, "proposals/output/imported.html", context)
    messages.success(request, f"Imported: {imported.taken} texts and {imported.cells} budget cells changed.")
    return redirect("proposals:proposal", proposal.ref)


def _frame(proposal: Proposal, standing: Standing) -> dict[str, Any]:
    """What every page of an application needs."""
    return {"proposal": proposal, "may": standing, "part": "output", "part_name": "Files and PDF"}


def _gathered(proposal: Proposal, standing: Standing) -> Application:
    return application_of(proposal, open_seats(proposal.consortium), standing, clock.now())


def head_of(application: Application) -> list[str]:
    """What a draft file says at its top."""
    consortium, call = application.proposal.consortium, application.call
    lines = [
        f"Draft of the application of {consortium.name}, version {application.proposal.version}.",
        f"Call {consortium.call}" + (f", edition {call.edition}." if call else "."),
        f"Written on {brussels(application.at)}.",
        "",
        f"Check it anywhere: hanse check {application.proposal.ref}.toml",
        "Change texts here and import the file on the site: what it does not mention stays as it is.",
    ]
    hidden = ", ".join(sheet.name for sheet in application.books.hidden)
    if hidden:
        lines += ["", f"Costs that are not shared stand as one sum each: {hidden}."]
    return lines


def _attached(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
