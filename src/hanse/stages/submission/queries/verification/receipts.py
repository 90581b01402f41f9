"""Receipts, what they come to, and the late cases by which two officers admitted attempts."""

import json
from itertools import groupby
from operator import itemgetter
from typing import Any

from hanse.core.consortium import APPLICANTS, COORDINATOR
from hanse.core.submission.counting import Act, ActKind, Counting, what_counts
from hanse.core.values.digest import digest
from hanse.engines.proof import check_receipt
from hanse.ground.audit import signing
from hanse.ground.audit.models import Event
from hanse.stages.submission.models import LateCase, Receipt, Standing, StandingMember
from hanse.stages.submission.queries.packing import unpacked
from hanse.stages.submission.queries.verification.rows import AT_ONCE, Held, each, entries_with

NOTHING = what_counts(())
CASE = "late case"
"""The kind of subject by which the record names them."""
PROPOSE = "propose to admit late attempt"
DECIDED = {"admit late case": LateCase.State.ADMITTED, "decline late case": LateCase.State.DECLINED}
Member = tuple[str, str, str, bool]
"""Call, body, organisation, and whether it coordinates."""


def receipts() -> Held:
    """Every receipt proves itself, is as its row says, and has its entry; and every such entry its receipt."""
    places: dict[int, int] = {}
    key = signing.public_key().pem.encode()
    entries = dict(Event.objects.values_list("number", "digest"))
    told = entries_with("receipt")

    def fault_of(receipt: Receipt) -> str:
        fault = _of_receipt(receipt, places.get(receipt.proposal_id, 0) + 1, entries, key)
        if not fault:
            places[receipt.proposal_id] = receipt.place
            told.pop(receipt.position, None)
        return fault

    rows = Receipt.objects.order_by("position").select_related("proposal", "edition", "package", "admits")
    held, fault = each(rows.iterator(chunk_size=AT_ONCE), lambda receipt: f"Receipt {receipt.number}", fault_of)
    if not fault and told:
        position, (_, number) = min(told.items())
        fault = f"Receipt {number}: the record tells of it in entry {position}, and it is missing."
    return held, fault


def _of_receipt(receipt: Receipt, place: int, entries: dict[int, str], key: bytes) -> str:
    """What is wrong with a receipt; empty where nothing is."""
    proof = check_receipt(receipt.document, key=key)
    if not proof.holds:
        return f"{proof.faults[0]}."
    claims, chain = receipt.document["claims"], receipt.document["chain"]
    if entries.get(chain["position"]) != chain["digest"]:
        return "the record holds another entry at its position."
    told: dict[str, Any] = {
        "number": receipt.number,
        "act": receipt.act,
        "outcome": receipt.outcome,
        "proposal": receipt.proposal.ref,
        "strand": receipt.strand,
        "package": receipt.package_id,
        "draft_version": receipt.draft_version,
        "reason": receipt.reason,
        "received_at": receipt.received_at.isoformat(),
        "sealed_at": receipt.sealed_at.isoformat(),
        "admits": receipt.admits.number if receipt.admits else None,
    }
    for column, held in told.items():
        if claims[column] != held:
            return f"its row says {column} {held!r}, the receipt {claims[column]!r}."
    if claims["call"]["reference"] != receipt.call or receipt.position != chain["position"]:
        return "its row names another call or position than the receipt."
    edition = receipt.edition
    if edition is None or (edition.number, edition.digest) != (claims["call"]["number"], claims["call"]["digest"]):
        return "its row names another edition of the call than the receipt."
    if receipt.actor_id != chain["entry"]["actor"]:
        return "its row names another person than the entry of the record."
    if _attempt_of(receipt) not in (None, receipt.key):
        return "its row holds another key than that of the attempt that was sealed."
    if receipt.digest != digest(claims):
        return "its row holds another digest than that of its claims."
    if receipt.place != place or receipt.number != f"{receipt.proposal.ref}/{place}":
        return f"it should have place {place}: one before it is missing, or it was moved."
    return ""


def _attempt_of(receipt: Receipt) -> str | None:
    """The key of an attempt, as what was sealed with it says; None where nothing was."""
    return None if receipt.package is None else receipt.package.manifest["attempt"]


def standings() -> Held:
    """What counts is what the receipts come to, member by member."""
    due: dict[str, Counting] = {}
    told = Receipt.objects.order_by("proposal", "place").values_list(
        "proposal__ref", "place", "act", "outcome", "admits__place"
    )
    for ref, rows in groupby(told.iterator(chunk_size=AT_ONCE), key=itemgetter(0)):
        acts = [Act(place, ActKind(act), said == Receipt.Outcome.ACCEPTED, at or 0) for _, place, act, said, at in rows]
        try:
            due[ref] = what_counts(acts)
        except ValueError as wrong:
            return 0, f"Application {ref}: {wrong}."
    seen = 0

    def fault_of(standing: Standing) -> str:
        nonlocal seen
        ref = standing.proposal.ref
        counting = due.pop(ref, NOTHING)
        if counting.act is None or standing.receipt.number != f"{ref}/{counting.act.number}":
            return f"what counts is not what its receipts come to. {counting.reason}"
        if counting.sealed is None or standing.package_of.number != f"{ref}/{counting.sealed.number}":
            return "another package counts than the one that was sealed."
        sealed = standing.package_of
        told = (standing.call, standing.strand, standing.submitted_at)
        if told != (standing.receipt.call, standing.receipt.strand, sealed.received_at):
            return "what counts names another call, strand or instant than its receipt."
        members = _members(standing)
        seen += len(members)
        if members != _sealed_members(standing):
            return "the members that count are not those that were sealed."
        return ""

    counted = Standing.objects.select_related("proposal", "receipt", "package_of__package__content").order_by("pk")
    held, fault = each(
        counted.iterator(chunk_size=AT_ONCE), lambda standing: f"Application {standing.proposal.ref}", fault_of
    )
    if fault:
        return held, fault
    missing = next((ref for ref, counting in due.items() if counting.act is not None), None)
    if missing is not None:
        return held, f"Application {missing}: its submission should count, and does not."
    if StandingMember.objects.count() != seen or Standing.objects.count() != held:
        return held, "There are members, or submissions, that count and belong to no application."
    return held, ""


def _members(standing: Standing) -> list[Member]:
    rows = StandingMember.objects.filter(standing=standing)
    return sorted(rows.values_list("call", "body", "organisation", "coordinator"))


def _sealed_members(standing: Standing) -> list[Member]:
    package = standing.package_of.package
    assert package is not None  # noqa: S101 -- what counts was sealed
    table = json.loads(unpacked(package.content.body))
    roles, leads = ({role.value for role in some} for some in (APPLICANTS, COORDINATOR))
    applying = [
        (entity if isinstance(entity := row.get("legal_entity"), str) else row["organisation"], row)
        for row in table.get("member", ())
        if row["role"] in roles
    ]
    leading = {body for body, row in applying if row["role"] in leads}
    return sorted({(standing.call, body, row["organisation"], body in leading) for body, row in applying})


def late_cases() -> Held:
    """Every late case is as two officers put it on record, and every one on record is here."""
    proposed: dict[str, Event] = {}
    decided: dict[str, Event] = {}
    for entry in Event.objects.filter(subject_kind=CASE).order_by("number").iterator(chunk_size=AT_ONCE):
        (proposed if entry.act == PROPOSE else decided)[entry.subject_ref] = entry

    def fault_of(case: LateCase) -> str:
        ref = str(case.pk)
        return _of_case(case, proposed.pop(ref, None), decided.pop(ref, None))

    rows = LateCase.objects.select_related("attempt", "receipt__admits").order_by("pk").iterator(chunk_size=AT_ONCE)
    held, fault = each(rows, lambda case: f"Late case {case.pk}", fault_of)
    if not fault and (proposed or decided):
        fault = f"Late case {min({*proposed, *decided})}: the record tells of it, and it is missing."
    return held, fault


def _of_case(case: LateCase, proposed: Event | None, decided: Event | None) -> str:
    if proposed is None:
        return "the record tells of nobody who proposed it."
    put = {"attempt": case.attempt.number, "grounds": case.grounds, "evidence": case.evidence}
    if any(proposed.facts[key] != said for key, said in put.items()) or proposed.actor_id != case.proposed_by_id:
        return "attempt, grounds, evidence or officer are not those on record."
    if proposed.facts.get("proposed_at", case.proposed_at.isoformat()) != case.proposed_at.isoformat():
        return "it was proposed at another instant than the record tells."
    if decided is None:
        rest = (case.decided_by_id, case.decided_at, case.decision, case.receipt_id)
        open_still = case.state == LateCase.State.PROPOSED and rest == (None, None, "", None)
        return "" if open_still else "the record tells of nobody who decided it."
    if (case.state, case.decided_by_id, case.decision) != (
        DECIDED[decided.act],
        decided.actor_id,
        decided.facts["reason"],
    ):
        return "decision, reason or officer are not those on record."
    at = case.decided_at.isoformat() if case.decided_at else ""
    if decided.facts.get("decided_at", at) != at:
        return "it was decided at another instant than the record tells."
    admitting = None if case.receipt is None else (case.receipt.act, case.receipt.admits)
    if admitting != ((Receipt.Act.ADMISSION, case.attempt) if case.state == LateCase.State.ADMITTED else None):
        return "it names another receipt than that of its admission."
    return ""
