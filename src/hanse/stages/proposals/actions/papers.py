"""Annexes of an application are attached and removed; partners declare on their honour, and take it back."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from hanse.core import form as core
from hanse.ground import audit, files
from hanse.ground.files.models import StoredFile
from hanse.ground.files.types import PDF
from hanse.stages.consortia.models import Seat
from hanse.stages.consortia.permissions import Standing, standing_in
from hanse.stages.consortia.queries.members import open_seats, owners_in_words
from hanse.stages.proposals.models import Annex, Declaration, Proposal
from hanse.stages.proposals.queries import drafts
from hanse.stages.proposals.queries.papers import applicants, declaring, digest_of
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.permissions import standing
from hanse.stages.registry.queries import organisation_by_ref

SUBJECT = "proposal"
MOST_NODES = 20_000
"""Of the tree in which a PDF holds its pages; far more than an annex of a few megabytes can use."""


class Unreadable(Exception):
    """A PDF whose pages cannot be counted; the message tells its owner why and what to do."""


# --- annexes -----------------------------------------------------------------------------------------------------


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
    """Attach a file. One that stands in its place is replaced, and stays in the history as removed.

    Args:
        seat_id: the partner it is from, where every applicant brings one.
        based_on: number of the file that the person saw in its place; 0: none.

    Raises:
        Refusal: if it is not the person's to bring, the call has closed, the form does not ask for it, the file does
            not fit, or somebody attached or removed one meanwhile.
    """
    try:
        pages = pages_in(stored)  # it may take a second: nobody else waits for it
    except Unreadable as why:
        raise Refusal(f"{name} {why}", 422, {"file": f"{name} {why}"}) from None
    with transaction.atomic():
        return _add(actor, ref, kind, seat_id, stored, name, pages, based_on, at)


def _add(
    actor: Any,
    ref: str,
    kind: str,
    seat_id: int | None,
    stored: StoredFile,
    name: str,
    pages: int | None,
    based_on: int,
    at: datetime,
) -> Annex:
    proposal, may = _entered(actor, ref, at)
    annex = next((each for each in drafts.form_of(proposal, at).annexes if each.id == kind), None)
    if annex is None:
        raise Refusal("The form does not ask for this annex.", 404)
    seat = _bringing(proposal, annex, seat_id)
    check_bringing(may, seat)
    told = _misfit(annex, stored, name, pages)
    if told:
        raise Refusal(told, 422, {"file": told})
    rows = Annex.objects.filter(proposal=proposal, kind=kind, seat=seat, removed_at__isnull=True)
    stands = rows.select_related("added_by", "file").order_by("-id").first()
    if stands and (stands.file_id, stands.name) == (stored.pk, name):
        return stands
    if (stands.pk if stands else 0) != based_on:
        if stands is None:
            told = "The file in its place was removed meanwhile. Attach yours if it still belongs here."
        else:
            told = f"{stands.added_by.name} attached {stands.name} meanwhile. Attach yours to put it in its place."
        raise Refusal(told, 409, {"based_on": told})
    rows.update(removed_by=actor, removed_at=at)
    added = Annex.objects.create(
        proposal=proposal, kind=kind, seat=seat, name=name, file=stored, pages=pages, added_by=actor, added_at=at
    )
    _touch(proposal, at)
    facts = {"annex": added.pk, "kind": kind, "digest": stored.digest, "replaces": stands.pk if stands else None}
    audit.record("add annex", actor=actor, subject=(SUBJECT, ref), facts=facts, at=at)
    return added


@transaction.atomic
def remove_annex(*, actor: Any, ref: str, number: int, at: datetime) -> Annex:
    """Take a file out of the application. That it was there stays in the history.

    Raises:
        Refusal: if it is not the person's to remove, the call has closed, or it is not there any more.
    """
    proposal, may = _entered(actor, ref, at)
    annex = Annex.objects.filter(proposal=proposal, pk=number).select_related("seat", "removed_by").first()
    if annex is None:
        raise Refusal("There is no such file in this application.", 404)
    check_bringing(may, annex.seat)
    if annex.removed_by is not None:
        raise Refusal(f"{annex.removed_by.name} has removed or replaced {annex.name} meanwhile.")
    annex.removed_by, annex.removed_at = actor, at
    annex.save()
    _touch(proposal, at)
    facts = {"annex": annex.pk, "kind": annex.kind}
    audit.record("remove annex", actor=actor, subject=(SUBJECT, ref), facts=facts, at=at)
    return annex


def may_bring(may: Standing, seat_id: int | None) -> bool:
    """Whether a person attaches and removes the files of a partner; those that are from all, the coordinator does."""
    return may.may_edit and (may.coordinates or (seat_id is not None and may.speaks_for(seat_id)))


def check_bringing(may: Standing, seat: Seat | None) -> None:
    """Go on only if a person may attach and remove the files of a partner.

    Raises:
        Refusal: if not, and who may.
    """
    check_open(may)
    if not may_bring(may, seat.pk if seat else None):
        who = "The coordinator attaches this" if seat is None else "A partner brings its own, or the coordinator does"
        raise Refusal(f"{who}.", 403)


def check_open(may: Standing) -> None:
    """Go on only if something can be changed.

    Raises:
        Refusal: if the person changes nothing anywhere, or the call has closed.
    """
    if may.bystander:
        raise Refusal("You look at everything and change nothing.", 403)
    if may.closed:
        raise Refusal("The call has closed, or the consortium is dissolved; annexes and declarations stay as they are.")


def pages_in(stored: StoredFile) -> int | None:
    """How many pages a PDF has; None for files of other types.

    Raises:
        Unreadable: if it is damaged, or opens only with a password.
    """
    if stored.media_type != PDF:
        return None
    try:
        with files.opened(stored) as content:
            return _count(PdfReader(content))
    except (Unreadable, FileNotFoundError):
        raise
    except Exception as fault:  # a damaged file may break the reader anywhere
        damaged = "cannot be read: the PDF is damaged. Open it, save it as a PDF again, and send that."
        raise Unreadable(damaged) from fault


def _count(reader: PdfReader) -> int:
    """Walk the tree of pages. What the tree says of their number may be wrong."""
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable("opens only with a password. Save it without one, and send that.")
    waiting: list[Any] = [reader.root_object["/Pages"]]
    met: set[int] = set()
    pages = 0
    for _ in range(MOST_NODES):
        if not waiting:
            break
        node = waiting.pop()
        if isinstance(node, IndirectObject):
            node = node.get_object()
        if not isinstance(node, DictionaryObject) or id(node) in met:
            raise ValueError("the tree of pages has a knot")
        if "/Kids" not in node:
            pages += 1
            continue
        met.add(id(node))
        kids = node["/Kids"]
        if not isinstance(kids, ArrayObject):
            raise TypeError("a branch of the tree of pages is no list")
        waiting.extend(kids)
    if waiting or not pages:
        raise Unreadable("has too many pages to count." if waiting else "has no pages. Choose another file.")
    return pages


def _bringing(proposal: Proposal, annex: core.Annex, seat_id: int | None) -> Seat | None:
    if not annex.of_each_partner:
        if seat_id is not None:
            raise Refusal(f"{annex.title} is one file from all, and not one of each partner.", 422)
        return None
    seat = next((seat for seat in applicants(open_seats(proposal.consortium)) if seat.pk == seat_id), None)
    if seat is None:
        raise Refusal(f"{annex.title} is brought by each applicant, and this is none.", 404)
    return seat


def _misfit(annex: core.Annex, stored: StoredFile, name: str, pages: int | None) -> str:
    """Why a file cannot be this annex; empty if it can."""
    if stored.media_type not in files.DOCUMENTS:
        return f"{name} is of a type that is not taken here. Choose a PDF, a text document or a picture."
    if stored.size > annex.most_megabytes << 20:
        return f"{name} is too large: at most {annex.most_megabytes} MB are allowed. Make it smaller."
    if pages and annex.most_pages and pages > annex.most_pages:
        over = pages - annex.most_pages
        return f"{name} has {pages} pages; at most {annex.most_pages} are allowed. Shorten it by {over}."
    return ""


# --- declarations ------------------------------------------------------------------------------------------------


@transaction.atomic
def declare(*, actor: Any, ref: str, seat_id: int, kind: str, digest: str, at: datetime) -> Declaration:
    """Declare something on a partner's honour, in the words of the form.

    Args:
        digest: of the wording that the person had before their eyes.

    Raises:
        Refusal: if the person does not own the organisation, the call has closed, the form does not ask for it, or
            its wording has changed meanwhile.
    """
    proposal, may = _entered(actor, ref, at)
    check_open(may)
    asked = next((each for each in drafts.form_of(proposal, at).declarations if each.id == kind), None)
    if asked is None:
        raise Refusal("The form does not ask for this declaration.", 404)
    seat = _declaring(actor, proposal, seat_id, at)
    if digest_of(asked.text) != digest:
        raise Refusal("The wording has changed meanwhile. Read it again before you declare it.")
    in_force = Declaration.objects.filter(proposal=proposal, seat=seat, kind=kind, revoked_at__isnull=True)
    stands = in_force.first()
    if stands and stands.digest == digest:
        return stands
    in_force.update(revoked_by=actor, revoked_at=at)
    made = Declaration.objects.create(
        proposal=proposal, seat=seat, kind=kind, wording=asked.text, digest=digest, made_by=actor, made_at=at
    )
    _touch(proposal, at)
    facts = {"declaration": made.pk, "kind": kind, "seat": seat.pk, "digest": digest}
    audit.record("declare", actor=actor, subject=(SUBJECT, ref), facts=facts, at=at)
    return made


@transaction.atomic
def revoke_declaration(*, actor: Any, ref: str, seat_id: int, kind: str, at: datetime) -> Declaration:
    """Take a declaration back.

    Raises:
        Refusal: if the person does not own the organisation, the call has closed, or there is none.
    """
    proposal, may = _entered(actor, ref, at)
    check_open(may)
    seat = _declaring(actor, proposal, seat_id, at)
    made = Declaration.objects.filter(proposal=proposal, seat=seat, kind=kind, revoked_at__isnull=True).first()
    if made is None:
        raise Refusal(f"{seat.organisation.name} has not made this declaration, or has taken it back already.")
    made.revoked_by, made.revoked_at = actor, at
    made.save()
    _touch(proposal, at)
    facts = {"declaration": made.pk, "kind": kind, "seat": seat.pk}
    audit.record("revoke declaration", actor=actor, subject=(SUBJECT, ref), facts=facts, at=at)
    return made


def _declaring(actor: Any, proposal: Proposal, seat_id: int, at: datetime) -> Seat:
    """A seat that declares, for somebody who owns its organisation."""
    seat = next((seat for seat in declaring(open_seats(proposal.consortium)) if seat.pk == seat_id), None)
    if seat is None:
        raise Refusal("This is none of the partners that make declarations.", 404)
    organisation = organisation_by_ref(seat.organisation.ref) or seat.organisation
    if not standing(actor, organisation, at).owns:
        who = owners_in_words(organisation)
        can = f"That can: {who}." if who else "Nobody owns its profile here now."
        raise Refusal(f"Only an owner of {organisation.name} declares this for it. {can}", 403)
    return seat


# --- steps -------------------------------------------------------------------------------------------------------


def _entered(actor: Any, ref: str, at: datetime) -> tuple[Proposal, Standing]:
    """The application, its consortium locked, for somebody who takes part in it."""
    # The consortium is what everybody who writes holds: who leaves it waits, and is waited for.
    rows = Proposal.objects.select_related("consortium").select_for_update(of=("consortium",))
    proposal = rows.filter(ref=ref).first()
    may = Standing() if proposal is None else standing_in(actor, proposal.consortium, at)
    if proposal is None or not may.takes_part:
        raise Refusal("There is no such application.", 404)
    return proposal, may


def _touch(proposal: Proposal, at: datetime) -> None:
    Proposal.objects.filter(pk=proposal.pk).update(version=F("version") + 1, changed_at=at)
