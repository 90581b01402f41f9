"""Late attempts: one officer proposes to admit one, with grounds and evidence, another decides."""

from dataclasses import replace
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import transaction

from hanse.core.submission import Accepted
from hanse.core.submission import Receipt as Told
from hanse.core.submission.clashes import observations_among_all
from hanse.core.submission.counting import Act, ActKind, what_counts
from hanse.core.values.unknown import Unknown
from hanse.ground import audit, clock
from hanse.ground.accounts.access import roles_of
from hanse.ground.accounts.models import Role
from hanse.ground.clock.arrival import Arrival
from hanse.stages.announcement.queries.folders import read
from hanse.stages.consortia.models import Consortium
from hanse.stages.consortia.queries.members import has_closed
from hanse.stages.proposals.models import Proposal
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.submission.actions.sealing import Attempt, seal
from hanse.stages.submission.models import LateCase, Receipt
from hanse.stages.submission.queries import receipts
from hanse.stages.submission.queries.clashes import findings_among_all
from hanse.stages.submission.queries.parties import parties_of
from hanse.stages.submission.queries.preparing import ground_of

_READ = ("attempt__package__content", "attempt__edition", "proposed_by")

SUBJECT = "late case"
NEEDED = {"grounds": "Say what went wrong, and on whose side.", "evidence": "Say where that is seen."}


@transaction.atomic
def propose(
    *,
    actor: Any,
    number: str,
    grounds: str,
    evidence: str,
    arrival: Arrival,
) -> LateCase:
    """Propose that a refused attempt be admitted.

    Args:
        number: of the receipt of the attempt.
        grounds: what went wrong, and on whose side.
        evidence: where that is seen.

    Raises:
        Refusal: if the actor is no officer, the call has not closed, the attempt was not refused for its lateness
            alone, or somebody proposed it already.
    """
    _check_officer(actor, arrival)
    attempt = receipts.by_number(number)
    if attempt is None or not has_closed(attempt.call, arrival.at):
        raise Refusal("There is no such attempt.", 404)
    _lock(attempt)
    faults = {key: NEEDED[key] for key, said in (("grounds", grounds), ("evidence", evidence)) if not said.strip()}
    if faults:
        raise Refusal("A late case needs grounds and evidence.", 422, faults)
    why_not = unfit(attempt)
    if why_not:
        raise Refusal(why_not)
    if LateCase.objects.filter(attempt=attempt, state=LateCase.State.PROPOSED).exists():
        raise Refusal("Somebody has proposed it already. It waits for a second officer.")
    case = LateCase.objects.create(
        attempt=attempt,
        grounds=grounds.strip(),
        evidence=evidence.strip(),
        proposed_by=actor,
        proposed_at=arrival.at,
    )
    facts = {"attempt": number, "grounds": case.grounds, "evidence": case.evidence, "proposed_at": case.proposed_at}
    audit.record(
        "propose to admit late attempt", actor=actor, subject=(SUBJECT, str(case.pk)), facts=facts, at=arrival.now()
    )
    return case


@transaction.atomic(durable=True)
def decide(*, actor: Any, case_id: int, admit: bool, decision: str, arrival: Arrival) -> LateCase:
    """Decide a late case as the second of two officers. If it is admitted, the attempt's package counts.

    Raises:
        Refusal: if the actor is no officer or proposed it, it is decided already, or no reason is given; if it is
            admitted: also if it cannot be any more, for what has happened since.
    """
    _check_officer(actor, arrival)
    case = LateCase.objects.filter(pk=case_id).select_related("attempt__proposal").first()
    if case is None or not has_closed(case.attempt.call, arrival.at):
        raise Refusal("There is no such case.", 404)
    proposal = _lock(case.attempt)
    case = LateCase.objects.select_for_update(of=("self",)).select_related(*_READ).get(pk=case_id)
    if case.state != LateCase.State.PROPOSED:
        raise Refusal(f"This case is {case.get_state_display()} already.")
    if case.proposed_by_id == actor.pk:
        raise Refusal("You proposed it, so another officer has to decide. Ask a colleague to read it.", 403)
    if not decision.strip():
        raise Refusal("Say why you decide so.", 422, {"decision": "Say why you decide so."})
    case.state = LateCase.State.ADMITTED if admit else LateCase.State.DECLINED
    case.decided_by, case.decided_at, case.decision = actor, arrival.at, decision.strip()
    if admit:
        why_not = unfit(case.attempt)
        if why_not:
            raise Refusal(f"It cannot be admitted. {why_not}")
        case.receipt = _admit(case, proposal, arrival)
    case.save(update_fields=["state", "decided_by", "decided_at", "decision", "receipt"])
    audit.record(
        f"{'admit' if admit else 'decline'} late case",
        actor=actor,
        subject=(SUBJECT, str(case.pk)),
        facts={"attempt": case.attempt.number, "reason": case.decision, "decided_at": case.decided_at},
        at=arrival.now(),
    )
    return case


def unfit(attempt: Receipt) -> str:
    """Why an attempt cannot be admitted as a late one; empty where it can."""
    if attempt.act != Receipt.Act.SUBMISSION or attempt.accepted:
        return "Only an attempt that was refused can be admitted."
    other = [each["text"] for each in receipts.claims_of(attempt)["reasons"] if each["about"] != "window"]
    if other:
        return f"It was not refused for its lateness alone: {' '.join(other)}"
    if _came_early(attempt):
        return "It came before the call opened, so it was not late."
    if Receipt.objects.filter(admits=attempt).exists():
        return "It is admitted already."
    acts = receipts.acts_of(attempt.proposal_id)
    admission = Act(len(acts) + 1, ActKind.ADMISSION, accepted=True, admits=attempt.place)
    if what_counts([*acts, admission]).act != admission:
        return f"The applicants have acted since, so they mean something else by now. {what_counts(acts).reason}"
    return ""


def _came_early(attempt: Receipt) -> bool:
    if attempt.edition is None or isinstance(opens_on := attempt.edition.window.opens_on, Unknown):
        return False
    return attempt.received_at.astimezone(ZoneInfo(attempt.edition.zone)).date() < opens_on


def _admit(case: LateCase, proposal: Proposal, arrival: Arrival) -> Receipt:
    attempt = case.attempt
    edition = attempt.edition
    if edition is None:
        raise Refusal("The edition of the call by which it was judged is not known here any more.")
    call, sealed = read(edition), receipts.sealed_consortium(attempt)
    ground = replace(ground_of(proposal, edition, attempt.received_at), consortium=sealed)
    audit.lock()
    found = findings_among_all(ground, attempt.received_at, strand=attempt.strand)
    stops = observations_among_all(found, sealed)
    if stops:
        raise Refusal(f"It cannot be admitted. {' '.join(each.reason for each in stops)}")
    told = Told(
        call.reference,
        call.edition,
        attempt.strand,
        proposal.ref,
        receipts.claims_of(attempt)["content"],
        attempt.received_at,
        (f"Admitted by two officers, {case.proposed_by.name} and {case.decided_by.name}.",),  # type: ignore[union-attr]
    )
    behind = clock.behind(arrival.real_now())
    reason = f"{case.grounds} Decision: {case.decision}"
    made = Attempt(
        Receipt.Act.ADMISSION,
        case.decided_by,
        arrival,
        uuid4().hex,  # no key that an applicant could have sent before
        arrival.at + behind,
        behind,
        reason,
        about=attempt,
    )
    return seal(made, proposal, edition, parties_of(ground.seats, ground.mandates, sealed), Accepted(told))


def _lock(attempt: Receipt) -> Proposal:
    """The application of an attempt, with its consortium locked."""
    Consortium.objects.select_for_update().get(pk=attempt.proposal.consortium_id)
    return Proposal.objects.select_related("consortium").get(pk=attempt.proposal_id)


def _check_officer(actor: Any, arrival: Arrival) -> None:
    if Role.OFFICER not in roles_of(actor, arrival.at):
        raise Refusal("Only programme officers look at late attempts.", 403)
