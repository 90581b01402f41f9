"""Receipts: as a page, as a file that proves itself, on paper, and with all that was sealed."""

import logging
from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hanse.core.submission.telling import story_of
from hanse.core.values.words import day_in_words
from hanse.ground.accounts.access import signed_in
from hanse.ground.clock.arrival import arrived
from hanse.stages.consortia.permissions import Standing
from hanse.stages.submission.models import Receipt
from hanse.stages.submission.permissions import may_take_package, receipt_for
from hanse.stages.submission.queries.packages import Lost, name_of_file, package_file, receipt_file
from hanse.stages.submission.queries.paper import receipt_pdf

CREATED, CONFLICT = 201, 409

log = logging.getLogger(__name__)


def receipt_page(request: HttpRequest, receipt: Receipt, may: Standing, *, new: bool = False) -> HttpResponse:
    """A receipt as a page: the answer to the attempt itself, or its copy later.

    Args:
        new: whether this answers the attempt.
    """
    claims = receipt.document["claims"]
    local = receipt.received_at.astimezone(ZoneInfo(_zone(receipt)))
    context = {
        "receipt": receipt,
        "claims": claims,
        "document": receipt.document,
        "story": story_of(claims),
        "mandates": [_mandate(each) for each in claims["mandates"]],
        "may_take_package": may_take_package(may, receipt),
        "file": name_of_file(receipt.number, "receipt", "json"),
        "package_file": name_of_file(receipt.number, "package", "zip"),
        "local": local,
        "fine": f"{local:%H:%M:%S}.{local.microsecond // 1000:03d} {local:%Z}",
        "may": may,
        "proposal": receipt.proposal,
        "part": "submission",
        "part_name": f"Receipt {receipt.place}",
        "new": new,
    }
    status = (CREATED if receipt.accepted else CONFLICT) if new else 200
    response = render(request, "submission/receipt.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _mandate(claim: Mapping[str, Any]) -> dict[str, str]:
    given = claim["given_on"]
    return {
        "name": claim["name"],
        "role": claim["role"].replace("_", " "),
        "given": day_in_words(date.fromisoformat(given)) if given else "",
    }


def _zone(receipt: Receipt) -> str:
    return receipt.edition.zone if receipt.edition else "Europe/Brussels"


@signed_in
@require_safe
def receipt(request: HttpRequest, ref: str, place: int) -> HttpResponse:
    """A receipt again."""
    found, may = receipt_for(request.user, ref, place, arrived().at)
    return receipt_page(request, found, may)


@signed_in
@require_safe
def as_file(request: HttpRequest, ref: str, place: int) -> HttpResponse:
    """The receipt that `hanse verify` reads."""
    found, _ = receipt_for(request.user, ref, place, arrived().at)
    return _attached(
        receipt_file(found), "application/json; charset=utf-8", name_of_file(found.number, "receipt", "json")
    )


@signed_in
@require_safe
def on_paper(request: HttpRequest, ref: str, place: int) -> HttpResponse:
    """The receipt as a PDF."""
    found, _ = receipt_for(request.user, ref, place, arrived().at)
    return _attached(receipt_pdf(found.document), "application/pdf", name_of_file(found.number, "receipt", "pdf"))


@signed_in
@require_safe
def package(request: HttpRequest, ref: str, place: int) -> HttpResponse:
    """Everything that was sealed, with its receipt."""
    found, may = receipt_for(request.user, ref, place, arrived().at)
    if found.package is None:
        raise Http404
    if not may_take_package(may, found):
        raise PermissionDenied
    try:
        content = package_file(found)
    except Lost as lost:
        log.error("The package of receipt %s cannot be given: the storage has lost %s", found.number, lost)
        context = {"receipt": found, "lost": lost.files, "proposal": found.proposal, "may": may}
        return render(request, "submission/package_lost.html", context, status=500)
    return _attached(content, "application/zip", name_of_file(found.number, "package", "zip"))


def _attached(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
