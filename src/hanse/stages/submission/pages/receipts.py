"""Receipts: as a page, as a file that proves itself, on paper, and with all that was sealed."""

from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hanse.ground.accounts.access import signed_in
from hanse.ground.clock.arrival import arrived
from hanse.stages.consortia.permissions import Standing
from hanse.stages.submission.models import Receipt
from hanse.stages.submission.permissions import receipt_for
from hanse.stages.submission.queries.packages import package_file, receipt_file
from hanse.stages.submission.queries.paper import receipt_pdf

CREATED, CONFLICT = 201, 409


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
    return _attached(receipt_file(found), "application/json; charset=utf-8", f"{ref}-receipt-{place}.json")


@signed_in
@require_safe
def on_paper(request: HttpRequest, ref: str, place: int) -> HttpResponse:
    """The receipt as a PDF."""
    found, _ = receipt_for(request.user, ref, place, arrived().at)
    return _attached(receipt_pdf(found.document), "application/pdf", f"{ref}-receipt-{place}.pdf")


@signed_in
@require_safe
def package(request: HttpRequest, ref: str, place: int) -> HttpResponse:
    """Everything that was sealed, with its receipt."""
    found, _ = receipt_for(request.user, ref, place, arrived().at)
    if found.package is None:
        raise Http404
    return _attached(package_file(found), "application/zip", f"{ref}-package-{place}.zip")


def _attached(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
