"""Adding, replacing and removing annexes; declaring on honour and revoking it. Until the call closes."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from hanse.core.form import Form
from hanse.ground import audit, outbox
from hanse.ground.files.models import StoredFile
from hanse.stages.consortia.models import Seat
from hanse.stages.consortia.permissions import Standing, standing_in
from hanse.stages.consortia.queries.members import coordinator_of, open_seats, owners_in_words
from hanse.stages.proposals.models import Annex, Declaration, Proposal
from hanse.stages.proposals.permissions import may_bring
from hanse.stages.proposals.queries import drafts
from hanse.stages.proposals.queries import papers as queries
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.queries import by_ref as organisation_by_ref
from hanse.stages.registry.queries.people import addresses_of

SUBJECT = "proposal"


def add_annex(
    *,
    actor: Any,
    ref: str,
    kind: str,
    seat_id: int | None,
    stored: StoredFile,
    name: str,
    based_on: int,
    at: datetime,
) -> Annex:
    """Put a file in its place. The one that was there is kept in the history.

    Args:
        seat_id: the partner it is from, where every partner brings one.
        based_on: number of the file that the actor saw in this place; 0: none.

    Raises:
        Refusal: if the place is not the actor's, the form asks for no such file, the file is not as asked, or somebody
            put another one there meanwhile.
    """
    pages, fault = queries.pages_in(stored)  # before anything is locked: it takes its time
    with transaction.atomic():
        proposal, may, form = _entered(actor, ref, at)
        asked = next((each for each in form.annexes if each.id == kind), None)
        if asked is None:
            raise Refusal("The form does not ask for this annex any more.", 404)
        seat = _place(proposal, may, asked.of_each_partner, seat_id)
        wrong = f"{name} {fault}" if fault else ""
        wrong = wrong or queries.misfit(asked, name, stored, pages)
        if wrong:
            raise Refusal(wrong, 422, {"file": wrong})
        before = queries.annex_at(proposal, kind, seat_id)
        if before is not None and before.file_id == stored.pk and before.name == name:
            return before
        if (before.pk if before else 0) != based_on:
            raise _meanwhile(before)
        if before is not None:
            before.removed_by, before.removed_at = actor, at
            before.save(update_fields=("removed_by", "removed_at"))
        annex = Annex.objects.create(
            proposal=proposal, kind=kind, seat=seat, name=name, file=stored, pages=pages, added_by=actor, added_at=at
        )
        _touch(proposal, at)
        facts = {"annex": annex.pk, "kind": kind, "seat": seat_id, "digest": stored.digest}
        act = "replace annex" if before else "add annex"
        audit.record(act, actor=actor, subject=(SUBJECT, ref), facts=facts, at=at)
        return annex


@transaction.atomic
def remove_annex(*, actor: Any, ref: str, number: int, at: datetime) -> Annex:
    """Take a file out of the application; it stays in the history.

    Raises:
        Refusal: if it is gone already, or is not the actor's to remove.
    """
    proposal, may, _ = _entered(actor, ref, at)
    annex = queries.annex(proposal, number)
    if annex is None:
        raise Refusal("There is no such annex.", 404)
    if not may_bring(may, annex.seat_id):
        raise Refusal("Only the partner that an annex is from and the coordinator remove it.", 403)
    if annex.removed_at is not None:
        raise Refusal(f"{annex.name} was removed or replaced already.")
    annex.removed_by, annex.removed_at = actor, at
    annex.save(update_fields=("removed_by", "removed_at"))
    _touch(proposal, at)
    facts = {"annex": number, "kind": annex.kind, "seat": annex.seat_id}
    audit.record("remove annex", actor=actor, subject=(SUBJECT, ref), facts=facts, at=at)
    return annex


@transaction.atomic
def declare(*, actor: Any, ref: str, kind: str, seat_id: int, digest: str, at: datetime) -> Declaration:
    """Declare something on the honour of an organisation, in the words of the form.

    Args:
        digest: of the wording that the actor read (`queries.papers.wording_digest`).

    Raises:
        Refusal: if the actor does not own the organisation, it is no applicant, the form asks for no such declaration,
            its wording is not the one that was read, or it was made already.
    """
    proposal, may, form = _entered(actor, ref, at)
    asked = next((each for each in form.declarations if each.id == kind), None)
    if asked is None:
        raise Refusal("The form does not ask for this declaration any more.", 404)
    seats = queries.applicants(open_seats(proposal.consortium))
    seat = next((each for each in seats if each.pk == seat_id), None)
    if seat is None:
        raise Refusal("This organisation is no applicant of the consortium, so it declares nothing here.", 404)
    _with_authority(actor, may, seat)
    if digest != queries.wording_digest(asked.text):
        raise Refusal("The wording was changed while you read it. Read the new one, then declare it.")
    before = Declaration.objects.filter(proposal=proposal, seat=seat, kind=kind, revoked_at__isnull=True).first()
    if before is not None:
        if before.digest == digest:
            return before
        before.revoked_by, before.revoked_at = actor, at  # an earlier wording gives way
        before.save(update_fields=("revoked_by", "revoked_at"))
    made = Declaration.objects.create(
        proposal=proposal, seat=seat, kind=kind, wording=asked.text, digest=digest, made_by=actor, made_at=at
    )
    _touch(proposal, at)
    facts = {"declaration": made.pk, "kind": kind, "seat": seat.pk, "digest": digest}
    audit.record("declare on honour", actor=actor, subject=(SUBJECT, ref), facts=facts, at=at)
    return made


@transaction.atomic
def revoke(*, actor: Any, ref: str, number: int, at: datetime) -> Declaration:
    """Take a declaration back; any owner of the organisation can. The coordinator is told.

    Raises:
        Refusal: if there is none, it was revoked already, or the actor does not own the organisation.
    """
    proposal, may, _ = _entered(actor, ref, at)
    made = queries.declaration(proposal, number)
    if made is None:
        raise Refusal("There is no such declaration.", 404)
    _with_authority(actor, may, made.seat)
    if made.revoked_at is not None:
        raise Refusal("This declaration was revoked already.")
    made.revoked_by, made.revoked_at = actor, at
    made.save(update_fields=("revoked_by", "revoked_at"))
    lead = coordinator_of(open_seats(proposal.consortium))
    if lead is not None and lead.pk != made.seat_id:
        name = proposal.consortium.name
        for address in addresses_of(lead.organisation):
            outbox.post(
                to=address,
                subject=f"A declaration is revoked in {name}",
                body=f"{actor.name} revoked a declaration on honour of {made.seat.organisation.name} in {name}.\n\n"
                "Without it the application is incomplete.\n",
                purpose=SUBJECT,
                at=at,
            )
    _touch(proposal, at)
    facts = {"declaration": number, "kind": made.kind, "seat": made.seat_id}
    audit.record("revoke declaration", actor=actor, subject=(SUBJECT, ref), facts=facts, at=at)
    return made


def _entered(actor: Any, ref: str, at: datetime) -> tuple[Proposal, Standing, Form]:
    """The application, its consortium locked, how the person stands there, and what the form asks."""
    proposal = (
        Proposal.objects.select_related("consortium").select_for_update(of=("consortium",)).filter(ref=ref).first()
    )
    may = Standing() if proposal is None else standing_in(actor, proposal.consortium, at)
    if proposal is None or not may.takes_part:
        raise Refusal("There is no such application.", 404)
    if may.closed:
        raise Refusal("The call has closed, or the consortium is dissolved. Annexes and declarations stay as they are.")
    if may.bystander:
        raise Refusal("Auditors read and change nothing.", 403)
    return proposal, may, drafts.form_of(proposal, at)


def _place(proposal: Proposal, may: Standing, of_each_partner: bool, seat_id: int | None) -> Seat | None:
    """The seat of a place for a file, None for one of the whole application."""
    if of_each_partner != (seat_id is not None):
        raise Refusal("There is no such annex.", 404)
    seats = queries.applicants(open_seats(proposal.consortium))
    seat = next((each for each in seats if each.pk == seat_id), None)
    if of_each_partner and seat is None:
        raise Refusal("This organisation is no applicant of the consortium, so it brings no annex.", 404)
    if not may_bring(may, seat_id):
        who = "the partner itself and the coordinator add" if of_each_partner else "the coordinator adds"
        raise Refusal(f"Only {who} this annex.", 403)
    return seat


def _meanwhile(before: Annex | None) -> Refusal:
    """What is said to whom somebody else forestalled."""
    if before is None:
        told = "Somebody removed the file that was here. Look again, then send yours."
    else:
        told = (
            f"{before.added_by.name} added {before.name} here meanwhile. Look at it, then send yours if it is better."
        )
    return Refusal(told, 409, {"based_on": told})


def _with_authority(actor: Any, may: Standing, seat: Seat) -> None:
    """Go on only for an owner of the organisation of a seat."""
    if may.speaks_for(seat.pk) and seat.pk in queries.owned_by(actor, [seat]):
        return
    organisation = organisation_by_ref(seat.organisation.ref) or seat.organisation
    who = owners_in_words(organisation)
    can = f"That can: {who}." if who else "Nobody owns its profile here yet."
    raise Refusal(f"Only an owner of {organisation.name} declares for it. {can}", 403)


def _touch(proposal: Proposal, at: datetime) -> None:
    Proposal.objects.filter(pk=proposal.pk).update(version=F("version") + 1, changed_at=at)
