"""Submitting and withdrawing: decided and sealed in one transaction, answered by a receipt.

Order of locks: consortium, end of the record (docs/explanation/locking.md). All that takes time is done before: files
are uploaded, the application is made ready. The transaction only makes sure that it still stands as it was read.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from hanse.core.submission import Observation, decide_submission, decide_withdrawal
from hanse.core.submission.clashes import observations_among_all
from hanse.ground import audit, clock
from hanse.ground.clock.arrival import Arrival
from hanse.stages.announcement.models import CallEdition
from hanse.stages.announcement.queries import edition_in_force
from hanse.stages.announcement.queries.folders import read
from hanse.stages.consortia.models import Consortium
from hanse.stages.consortia.permissions import standing_in
from hanse.stages.consortia.queries.members import coordinator_of
from hanse.stages.proposals.models import Proposal
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.submission.actions.sealing import Attempt, seal
from hanse.stages.submission.models import Content, FairCopy, Receipt
from hanse.stages.submission.models.receipts import LONGEST_KEY
from hanse.stages.submission.permissions import acts_for_coordinator, may_submit
from hanse.stages.submission.queries import receipts
from hanse.stages.submission.queries.clashes import findings_among_all, looks_at_others
from hanse.stages.submission.queries.parties import Parties, parties_of
from hanse.stages.submission.queries.preparing import (
    Ground,
    Prepared,
    fair_copy_of,
    ground_of,
    judged_of,
    prepared,
    state_of,
)

Act = Receipt.Act
NONE_SUCH = "There is no such application."
LONGEST_REASON = 4_000


def submit(*, actor: Any, ref: str, arrival: Arrival, key: str) -> Receipt:
    """Submit an application as it stands; the last accepted before closing counts.

    The same key gets the same receipt, however often it is sent. What does not stand is refused with a receipt too.

    Args:
        arrival: when the request came, stamped before anything made it wait.
        key: chosen by the sender for this attempt.

    Raises:
        Refusal: if the actor does not coordinate, the consortium is dissolved, or the call is not known here any more.
    """
    _check_key(key)
    with transaction.atomic(durable=True):
        proposal, edition, state = _held_as_it_stands(ref, arrival)
        ready = fair_copy_of(proposal, state)
        if ready is not None:
            return _sealed(actor, proposal, edition, ready, arrival, key)
    # Made ready without a lock, which costs nobody else any time; whether it still holds is asked under the lock.
    proposal = _proposal(ref)
    ground = ground_of(proposal, _edition(proposal, arrival.at), arrival.at)
    _check_submits(actor, proposal, parties_of(ground.seats, ground.mandates, ground.consortium), arrival)
    ready = prepared(ground, arrival.at)
    with transaction.atomic(durable=True):
        proposal, edition, state = _held_as_it_stands(ref, arrival)
        if ready.state != state:
            ready = prepared(ground_of(proposal, edition, arrival.at), arrival.at, lost=ready.lost)
        return _sealed(actor, proposal, edition, ready, arrival, key)


def _held_as_it_stands(ref: str, arrival: Arrival) -> tuple[Proposal, CallEdition, str]:
    """The application with its consortium locked, the edition by which it is judged, and its state."""
    proposal = _held(ref)
    edition = _edition(proposal, arrival.at)
    return proposal, edition, state_of(proposal, edition, arrival.at)


def _sealed(
    actor: Any, proposal: Proposal, edition: CallEdition, ready: Prepared, arrival: Arrival, key: str
) -> Receipt:
    """Decide and seal what is ready, under the lock."""
    _check_submits(actor, proposal, ready.parties, arrival)
    known = _answered(proposal, key, Act.SUBMISSION)
    if known is not None:
        return known
    if proposal.consortium.state != Consortium.State.FORMING:
        raise Refusal("This consortium is dissolved, so there is nobody to apply.", 409)
    audit.lock()  # from here on one after the other: who comes second sees what the first has done
    behind = clock.behind(arrival.real_now())
    judged_at = arrival.at + behind
    if behind:
        edition = _edition(proposal, judged_at)
        ready = prepared(ground_of(proposal, edition, judged_at), judged_at, lost=ready.lost)
    decision = decide_submission(
        read(edition),
        proposal.consortium.strand,
        judged_at,
        proposal=proposal.ref,
        content_digest=ready.content,
        missing_parts=ready.missing,
        parts_for_later=ready.for_later,
        observations=(*ready.observations, *_met_at_the_door(proposal, edition, judged_at)),
    )
    _keep(proposal, ready)
    attempt = Attempt(Act.SUBMISSION, actor, arrival, key, judged_at, behind)
    return seal(attempt, proposal, edition, ready.parties, decision, ready=ready)


def _met_at_the_door(proposal: Proposal, edition: CallEdition, at: datetime) -> tuple[Observation, ...]:
    """What other submissions refuse, where the call lets them."""
    strand = proposal.consortium.strand
    if not looks_at_others(edition, strand, at):
        return ()
    ground = ground_of(proposal, edition, at)
    return observations_among_all(findings_among_all(ground, at, strand=strand), ground.consortium)


def withdraw(*, actor: Any, ref: str, reason: str, arrival: Arrival, key: str) -> Receipt:
    """Take back the submission that counts. Submitting again before the closing reverses it.

    Of a consortium that was dissolved meanwhile too: else what it submitted would count for ever.

    Args:
        reason: why, for the record.
        arrival, key: as for `submit`.

    Raises:
        Refusal: as `submit` does, and if no reason is given.
    """
    _check_key(key)
    reason = reason.strip()
    if not reason:
        told = "Say why the application is withdrawn: the reason is kept with the receipt."
        raise Refusal(told, 422, {"reason": told})
    if len(reason) > LONGEST_REASON:
        told = f"The reason has {len(reason)} characters; at most {LONGEST_REASON} are kept. Shorten it."
        raise Refusal(told, 422, {"reason": told})
    with transaction.atomic(durable=True):
        proposal = _held(ref)
        _check_actor(actor, proposal, arrival)
        known = _answered(proposal, key, Act.WITHDRAWAL)
        if known is not None:
            return known
        audit.lock()
        behind = clock.behind(arrival.real_now())
        judged_at = arrival.at + behind
        edition = _edition(proposal, judged_at)
        ground = ground_of(proposal, edition, judged_at)
        standing = receipts.standing_of(proposal)
        decision = decide_withdrawal(
            ground.call,
            standing.strand if standing else proposal.consortium.strand,
            judged_at,
            proposal=ref,
            reason=reason,
            stands=standing is not None,
            content_digest=receipts.content_digest_of(standing) if standing else "",
        )
        taken_back = standing.package_of if standing else None
        attempt = Attempt(Act.WITHDRAWAL, actor, arrival, key, judged_at, behind, reason, about=taken_back)
        return seal(attempt, proposal, edition, parties_of(ground.seats, ground.mandates, ground.consortium), decision)


def make_ready(*, proposal: Proposal, arrival: Arrival) -> tuple[Ground, Prepared]:
    """Keep a fair copy of an application, so that submitting it as it stands takes no time.

    Raises:
        Refusal: if the call is not known here any more.
    """
    ground = ground_of(proposal, _edition(proposal, arrival.at), arrival.at)
    ready = prepared(ground, arrival.at)
    if ready.body is not None:
        with transaction.atomic():
            _keep(proposal, ready)
    return ground, ready


# --- how it is done ----------------------------------------------------------------------------------------------


def _check_key(key: str) -> None:
    if not 8 <= len(key) <= LONGEST_KEY or not key.isprintable() or not key.isascii():
        told = (
            f"The key of an attempt has 8 to {LONGEST_KEY} plain characters. Load the page again and submit from there."
        )
        raise Refusal(told, 422, {"key": told})


def _keep(proposal: Proposal, ready: Prepared) -> None:
    """Keep what was made anew: the content, and the fair copy for whoever looks at the application next.

    A copy of which the storage has lost a file is of no state, so that the storage is asked again.
    """
    if ready.body is None:
        return
    content = Content(digest=ready.content, body=ready.body, size=ready.size)
    Content.objects.bulk_create([content], ignore_conflicts=True)
    copy = FairCopy(
        proposal=proposal,
        state="" if ready.lost else ready.state,
        content=content,
        manifest=ready.manifest,
        judged=judged_of(ready),
    )
    FairCopy.objects.bulk_create(
        [copy],
        update_conflicts=True,
        unique_fields=["proposal"],
        update_fields=["state", "content", "manifest", "judged"],
    )


def _proposal(ref: str) -> Proposal:
    found = Proposal.objects.select_related("consortium").filter(ref=ref).first()
    if found is None:
        raise Refusal(NONE_SUCH, 404)
    return found


def _held(ref: str) -> Proposal:
    """The application, with its consortium locked."""
    rows = Proposal.objects.select_related("consortium").select_for_update(of=("consortium",))
    proposal = rows.filter(ref=ref).first()
    if proposal is None:
        raise Refusal(NONE_SUCH, 404)
    return proposal


def _check_submits(actor: Any, proposal: Proposal, parties: Parties, arrival: Arrival) -> None:
    """Go on only for somebody who may submit; in one query for whoever may."""
    if not acts_for_coordinator(actor, parties, arrival.at):
        _check_actor(actor, proposal, arrival)


def _check_actor(actor: Any, proposal: Proposal, arrival: Arrival) -> None:
    may = standing_in(actor, proposal.consortium, arrival.at)
    if not may.takes_part:
        raise Refusal(NONE_SUCH, 404)
    if may.bystander:
        raise Refusal("Auditors read and change nothing.", 403)
    if not may_submit(may):
        lead = coordinator_of(proposal.consortium.seats.select_related("organisation").filter(state="accepted"))
        who = f" Ask {lead.organisation.name}, which coordinates." if lead else ""
        raise Refusal(f"Only the coordinator submits, for all members.{who}", 403)


def _answered(proposal: Proposal, key: str, act: str) -> Receipt | None:
    """The receipt that this attempt got already."""
    known = receipts.by_key(proposal, key)
    if known is not None and known.act != act:
        raise Refusal("This key belongs to another act. Load the page again.", 409)
    return known


def _edition(proposal: Proposal, at: datetime) -> CallEdition:
    edition = edition_in_force(proposal.consortium.call, at)
    if edition is None:
        raise Refusal("The call is not known here any more, so nothing can be submitted to it. Ask the agency.", 409)
    return edition
