"""Letters about submissions: to those who act for the members, in the transaction of the act."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse

from hanse.ground import outbox
from hanse.ground.ui.templatetags.ui import brussels
from hanse.stages.consortia.models import Seat
from hanse.stages.registry.queries.people import addresses_of_all
from hanse.stages.submission.models import Receipt

PURPOSE = "submission"


def tell_of(receipt: Receipt, seats: Iterable[Seat]) -> None:
    """Write to the members what was decided. Of a refused attempt, to whoever made it."""
    subject, told = _words(receipt)
    claims = receipt.document["claims"]
    link = f"{settings.ADDRESS}{reverse('submission:receipt', args=[receipt.proposal.ref, receipt.place])}"
    lines = [
        told,
        "",
        f"Receipt {receipt.number}, received on {brussels(receipt.received_at)}.",
        *([f"Digest of the package: {claims['package']}."] if claims["package"] else []),
        "",
        *(f"{reason['text']}" for reason in claims["reasons"]),
        *claims["remarks"],
        "",
        f"The receipt, as a page, as PDF and as a file that proves itself: {link}",
    ]
    body = "\n".join(line for line, before in zip(lines, ["", *lines], strict=False) if line or before)
    refused = receipt.act == Receipt.Act.SUBMISSION and not receipt.accepted
    told_to = [receipt.actor.email] if refused else addresses_of_all([seat.organisation for seat in seats])
    outbox.post_all(told_to, subject=subject, body=body, at=receipt.sealed_at, purpose=PURPOSE)


def _words(receipt: Receipt) -> tuple[str, str]:
    claims = receipt.document["claims"]
    what = f"“{claims['title']}” ({receipt.call})"
    if receipt.act == Receipt.Act.WITHDRAWAL and receipt.accepted:
        return f"Withdrawn: {claims['title']}", f"The application {what} is withdrawn. Reason: {receipt.reason}"
    if receipt.act == Receipt.Act.WITHDRAWAL:
        return f"Not withdrawn: {claims['title']}", f"The application {what} was not withdrawn."
    if receipt.act == Receipt.Act.ADMISSION:
        return f"Admitted: {claims['title']}", f"The late attempt to submit {what} is admitted: {receipt.reason}"
    if receipt.accepted:
        return (
            f"Received: {claims['title']}",
            f"The application {what} is submitted. This is the version that counts now.",
        )
    return f"Not submitted: {claims['title']}", f"The application {what} was not submitted."
