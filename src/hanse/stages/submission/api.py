"""Submitting for programs: the same decision and the same receipt as on the pages.

An attempt carries a key of the sender in the header `Idempotency-Key`: the same key gets the same receipt.
"""

from dataclasses import asdict

from django.http import HttpRequest
from ninja import Header, Router, Status

from hanse.ground.clock.arrival import arrived
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.submission.actions import submitting as actions
from hanse.stages.submission.models import Receipt
from hanse.stages.submission.permissions import proposal_for, receipt_for
from hanse.stages.submission.queries import receipts as queries
from hanse.stages.submission.queries.report import door_of, report_on
from hanse.stages.submission.schemas import LineOut, Problem, ReceiptOut, ReportOut, WithdrawIn

router = Router(tags=["submissions"])

KEY_MISSING = (
    "Send a key of your own for this attempt in the header Idempotency-Key; sent again, it gets the same receipt."
)


def _answer(receipt: Receipt) -> Status[ReceiptOut]:
    return Status(201 if receipt.accepted else 409, receipt.document)


def _key(sent: str) -> str:
    if not sent:
        raise Refusal(KEY_MISSING, 422, {"Idempotency-Key": KEY_MISSING})
    return sent


@router.post("/{ref}/submissions", response={201: ReceiptOut, 409: ReceiptOut, 403: Problem, 404: Problem})
def submit(request: HttpRequest, ref: str, idempotency_key: Header[str] = "") -> Status[ReceiptOut]:
    """Submit the application as it stands. 201: it stands; 409: refused, with the reasons in the receipt."""
    arrival = arrived()
    return _answer(actions.submit(actor=request.user, ref=ref, arrival=arrival, key=_key(idempotency_key)))


@router.post("/{ref}/withdrawals", response={201: ReceiptOut, 409: ReceiptOut, 403: Problem, 404: Problem})
def withdraw(request: HttpRequest, ref: str, sent: WithdrawIn, idempotency_key: Header[str] = "") -> Status[ReceiptOut]:
    """Take back what was submitted; submitting again before the closing reverses it."""
    made = actions.withdraw(
        actor=request.user, ref=ref, reason=sent.reason, arrival=arrived(), key=_key(idempotency_key)
    )
    return _answer(made)


@router.get("/{ref}/receipts", response={200: list[ReceiptOut], 404: Problem})
def receipts(request: HttpRequest, ref: str) -> list[ReceiptOut]:
    """Every receipt of the application, the latest first."""
    proposal, _ = proposal_for(request.user, ref, arrived().at)
    return [receipt.document for receipt in queries.receipts_of(proposal)]


@router.get("/{ref}/receipts/{place}", response={200: ReceiptOut, 404: Problem})
def receipt(request: HttpRequest, ref: str, place: int) -> ReceiptOut:
    """One receipt."""
    found, _ = receipt_for(request.user, ref, place, arrived().at)
    document: ReceiptOut = found.document
    return document


@router.get("/{ref}/report", response={200: ReportOut, 404: Problem})
def report(request: HttpRequest, ref: str) -> ReportOut:
    """What submitting now would come to, line by line."""
    proposal, _ = proposal_for(request.user, ref, arrived().at)
    arrival = arrived()
    ground, ready = actions.make_ready(proposal=proposal, arrival=arrival)
    door = door_of(ground, ready, arrival.at)
    lines = report_on(ground, ready, arrival.at).lines
    return ReportOut(
        counts=door.standing.receipt.number if door.standing else None,
        changes=door.behind,
        lines=[LineOut(**{**asdict(line), "bearing": line.bearing.value}) for line in lines],
    )
