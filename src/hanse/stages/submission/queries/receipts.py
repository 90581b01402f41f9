"""Receipts, packages, and the submission that counts."""

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from hanse.callbook.setting import vocabulary
from hanse.core.consortium import Consortium
from hanse.core.proposal import parse_dossier
from hanse.core.submission.counting import Act, ActKind
from hanse.core.values.faults import Fault
from hanse.stages.proposals.models import Proposal
from hanse.stages.submission.models import Content, Receipt, Standing
from hanse.stages.submission.queries.packing import unpacked


def by_number(number: str) -> Receipt | None:
    """A receipt. Who may see it, `permissions` says."""
    rows = Receipt.objects.select_related("proposal__consortium", "package", "edition", "actor", "admits")
    return rows.filter(number=number).first()


def by_key(proposal: Proposal, key: str) -> Receipt | None:
    """The receipt that an attempt with this key got already."""
    return Receipt.objects.filter(proposal=proposal, key=key).first()


def receipts_of(proposal: Proposal) -> QuerySet[Receipt]:
    """The receipts of an application, the latest first."""
    rows = Receipt.objects.filter(proposal=proposal).select_related("actor", "admits", "edition")
    return rows.order_by("-place")


def acts_of(proposal_id: int) -> list[Act]:
    """The receipts of an application as the acts of which the core tells what counts, in their order."""
    rows = Receipt.objects.filter(proposal=proposal_id).order_by("place")
    told = rows.values_list("place", "act", "outcome", "admits__place")
    return [
        Act(place, ActKind(act), outcome == Receipt.Outcome.ACCEPTED, admits or 0)
        for place, act, outcome, admits in told
    ]


def standing_of(proposal: Proposal) -> Standing | None:
    """The submission of an application that counts now; None if none does."""
    rows = Standing.objects.filter(proposal=proposal)
    return rows.select_related("receipt", "package_of__package", "receipt__actor").first()


def content_digest_of(standing: Standing) -> str:
    """The digest of the application that counts."""
    return str(standing.package_of.document["claims"]["content"])


def standings_of(proposals: Iterable[Proposal]) -> dict[int, Standing]:
    """The submissions that count, by application, in one query."""
    rows = Standing.objects.filter(proposal__in=list(proposals)).select_related("receipt", "package_of")
    return {row.proposal_id: row for row in rows}


def content_of(receipt: Receipt) -> bytes:
    """The bytes of `application.json` of a package.

    Raises:
        ValueError: if the receipt has no package.
    """
    if receipt.package is None:
        raise ValueError(f"receipt {receipt.number} has no package")
    return body_of(receipt.package.content)


def sealed_consortium(receipt: Receipt) -> Consortium:
    """Who takes part in an application as it was sealed.

    Raises:
        ValueError: if the receipt has no package.
    """
    faults: list[Fault] = []
    dossier = parse_dossier(json.loads(content_of(receipt)), receipt.number, vocabulary(), faults)
    # What was sealed once stands, also where a list of regions or markets has changed since.
    return dossier.consortium


def body_of(content: Content) -> bytes:
    """The bytes of an application as it was sealed."""
    return unpacked(content.body)


def claims_of(receipt: Receipt) -> dict[str, Any]:
    """What a receipt proves."""
    claims: dict[str, Any] = receipt.document["claims"]
    return claims
