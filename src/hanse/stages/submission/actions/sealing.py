"""What becomes of a decision: package, entry of the record, receipt, what counts now, letters. All or nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max

from hanse.core.submission import Accepted, Refused
from hanse.core.submission.documents import claims_of, receipt_document
from hanse.core.values.digest import canonical_json, digest
from hanse.core.values.unknown import Unknown
from hanse.ground import audit, clock
from hanse.ground.audit import signing
from hanse.ground.clock.arrival import Arrival
from hanse.stages.announcement.models import CallEdition
from hanse.stages.announcement.queries.folders import read
from hanse.stages.proposals.models import Proposal
from hanse.stages.submission.actions.letters import tell_of, tell_of_the_clock
from hanse.stages.submission.models import Package, Receipt, Standing, StandingMember
from hanse.stages.submission.queries.parties import Parties
from hanse.stages.submission.queries.preparing import Prepared, call_claim, code

SUBJECT = "proposal"
ACTS = {
    (Receipt.Act.SUBMISSION, True): "submit application",
    (Receipt.Act.SUBMISSION, False): "refuse submission",
    (Receipt.Act.WITHDRAWAL, True): "withdraw application",
    (Receipt.Act.WITHDRAWAL, False): "refuse withdrawal",
    (Receipt.Act.ADMISSION, True): "admit late attempt",
}
AS_SEALED = {
    Receipt.Act.WITHDRAWAL: ("title", "strand"),
    Receipt.Act.ADMISSION: ("title", "strand", "draft_version", "mandates", "coordinator"),
}
"""What an act on an earlier receipt says as that one did: the draft may be another by now."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who attempts what, and when.

    Attributes:
        judged_at: the instant by which it is judged: that of the arrival, unless the host's clock was set back.
        behind: how far it was.
        reason: of a withdrawal or an admission.
        about: what is taken back, or the refused attempt that is admitted.
    """

    act: str
    actor: Any
    arrival: Arrival
    key: str
    judged_at: datetime
    behind: timedelta = timedelta()
    reason: str = ""
    about: Receipt | None = None

    @property
    def admits(self) -> Receipt | None:
        """The refused attempt that is admitted."""
        return self.about if self.act == Receipt.Act.ADMISSION else None


def seal(
    attempt: Attempt,
    proposal: Proposal,
    edition: CallEdition,
    parties: Parties,
    decision: Accepted | Refused,
    *,
    ready: Prepared | None = None,
) -> Receipt:
    """Keep what was decided, as one with the transaction around it; its receipt.

    Args:
        proposal: with its consortium locked.
        edition: of the call, by which it was judged.
        ready: the application, where it is submitted; its content is kept already.
    """
    accepted = isinstance(decision, Accepted)
    sealed_at = attempt.arrival.now() + attempt.behind
    package = None if ready is None else _package(ready, attempt)
    place = (Receipt.objects.filter(proposal=proposal).aggregate(last=Max("place"))["last"] or 0) + 1
    number = f"{proposal.ref}/{place}"
    claims = _claims(attempt, proposal, edition, parties, decision, number, package, ready, sealed_at)
    event = audit.record(
        ACTS[Receipt.Act(attempt.act), accepted],
        actor=attempt.actor,
        subject=(SUBJECT, proposal.ref),
        facts={
            "receipt": digest(claims),
            "number": number,
            "outcome": claims["outcome"],
            "package": package.digest if package else None,
            "received_at": claims["received_at"],
        },
        at=sealed_at,
    )
    chained = {"position": event.number, "digest": event.digest, "entry": audit.entry_of(event)}
    signed = signing.sign(canonical_json({"claims": claims, "chain": chained}))
    public = signing.public_key()
    document = receipt_document(
        claims,
        chained,
        {"algorithm": signing.ALGORITHM, "key": signed.key, "public_key": public.raw, "value": signed.value},
    )
    receipt = Receipt.objects.create(
        number=number,
        proposal=proposal,
        place=place,
        act=attempt.act,
        outcome=Receipt.Outcome.ACCEPTED if accepted else Receipt.Outcome.REFUSED,
        call=edition.reference,
        edition=edition,
        strand=claims["strand"],
        received_at=attempt.judged_at,
        sealed_at=sealed_at,
        actor=attempt.actor,
        key=attempt.key,
        draft_version=claims["draft_version"],
        package=package,
        admits=attempt.admits,
        reason=attempt.reason,
        document=document,
        position=event.number,
        digest=event.facts["receipt"],
    )
    if accepted:
        _let_count(receipt, parties)
    clock.keep(attempt.arrival.real_now())
    tell_of(receipt, parties.rows)
    if attempt.behind:
        tell_of_the_clock(attempt.behind, at=sealed_at)
    return receipt


def _package(ready: Prepared, attempt: Attempt) -> Package:
    manifest = {**ready.manifest, "received_at": attempt.judged_at.isoformat(), "attempt": attempt.key}
    return Package.objects.create(digest=digest(manifest), manifest=manifest, content_id=ready.content)


def _claims(
    attempt: Attempt,
    proposal: Proposal,
    edition: CallEdition,
    parties: Parties,
    decision: Accepted | Refused,
    number: str,
    package: Package | None,
    ready: Prepared | None,
    sealed_at: datetime,
) -> dict[str, Any]:
    consortium, call = proposal.consortium, read(edition)
    closing = call.window.closing
    remarks = list(decision.receipt.remarks)
    if attempt.behind:
        remarks.insert(0, _told_of_the_clock(attempt.behind))
    claims = claims_of(
        number=number,
        act=str(attempt.act),
        outcome="accepted" if isinstance(decision, Accepted) else "refused",
        proposal=proposal.ref,
        title=ready.title if ready else consortium.name,
        call=call_claim(edition, call),
        strand=consortium.strand,
        received_at=attempt.judged_at,
        sealed_at=sealed_at,
        closing=None if isinstance(closing, Unknown) else closing,
        package=package.digest if package else None,
        content=decision.receipt.content_digest or None,
        draft_version=proposal.version,
        reasons=decision.reasons if isinstance(decision, Refused) else (),
        remarks=remarks,
        mandates=parties.mandates,
        coordinator=parties.coordinator,
        code=code(),
        reason=attempt.reason,
        admits=attempt.admits.number if attempt.admits else None,
    )
    if attempt.about is not None:
        claims |= {key: attempt.about.document["claims"][key] for key in AS_SEALED[Receipt.Act(attempt.act)]}
    return claims


def _told_of_the_clock(behind: timedelta) -> str:
    return (
        f"The site's clock was {behind.total_seconds():.0f} seconds behind the latest instant of its record; so much "
        "was added to the instant of arrival. The officers are told."
    )


def _let_count(receipt: Receipt, parties: Parties) -> None:
    """Let a submission count instead of the one before; after a withdrawal none does."""
    if receipt.act == Receipt.Act.WITHDRAWAL:
        Standing.objects.filter(proposal=receipt.proposal).delete()
        return
    standing = Standing(
        proposal=receipt.proposal,
        receipt=receipt,
        package_of=receipt.admits or receipt,
        call=receipt.call,
        strand=receipt.strand,
        submitted_at=(receipt.admits or receipt).received_at,
    )
    Standing.objects.bulk_create(
        [standing],
        update_conflicts=True,
        unique_fields=["proposal"],
        update_fields=["receipt", "package_of", "call", "strand", "submitted_at"],
    )
    due = {(receipt.call, *applicant) for applicant in parties.applicants}
    before = StandingMember.objects.filter(standing=standing)
    if set(before.values_list("call", "body", "organisation", "coordinator")) != due:
        before.delete()
        StandingMember.objects.bulk_create(
            StandingMember(standing=standing, call=call, body=body, organisation=organisation, coordinator=coordinates)
            for call, body, organisation, coordinates in sorted(due)
        )
