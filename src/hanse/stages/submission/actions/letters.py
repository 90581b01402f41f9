"""Letters about submissions: to those who act for the members, in the transaction of the act."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from hanse.ground import outbox
from hanse.ground.clock import BRUSSELS
from hanse.ground.ui.templatetags.ui import brussels
from hanse.stages.registry.queries.people import addresses_of_all
from hanse.stages.submission.models import Receipt
from hanse.stages.submission.queries.officers import addresses_of_officers

PURPOSE = "submission"


def tell_of(receipt: Receipt, organisations: Iterable[int]) -> None:
    """Write to the members what was decided. Of a refused attempt, to whoever made it.

    Args:
        organisations: rows of the members.
    """
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
    told_to = [receipt.actor.email] if refused else addresses_of_all(organisations)
    outbox.post_all(told_to, subject=subject, body=body, at=receipt.sealed_at, purpose=PURPOSE)


def tell_of_the_clock(behind: timedelta, *, at: datetime) -> None:
    """Write to the officers that the host's clock was set back; once a day."""
    body = (
        f"The clock of the site's host is {behind.total_seconds():.0f} seconds behind the latest instant of the record."
        "\n\nUntil it has caught up, submissions and withdrawals are judged as if no time had passed since that "
        "instant, and every receipt says so. Nobody is late by it. Ask who runs the host to set its clock right, and "
        f"look at the attempts of these hours: {settings.ADDRESS}{reverse('submission:calls')}\n"
    )
    day = at.astimezone(BRUSSELS).date()
    for address in addresses_of_officers(at):
        outbox.post(
            to=address,
            subject="The site's clock was set back",
            body=body,
            at=at,
            key=f"clock set back/{day}/{address}",
            purpose=PURPOSE,
        )


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
