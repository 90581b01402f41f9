"""Comments on sections, answers, and suggestions for a field, which are taken over as any other saving, or declined.

A remark is a row with who, when and what became of it; saving one therefore adds no entry to the record.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from hanse.core.form import field_at
from hanse.core.values.pasting import cleaned
from hanse.stages.consortia.models import Consortium
from hanse.stages.consortia.permissions import Standing, standing_in
from hanse.stages.proposals.actions import drafts as texts
from hanse.stages.proposals.actions.drafts import LONGEST_TEXT, Saved
from hanse.stages.proposals.models import Proposal, Remark, TextVersion
from hanse.stages.proposals.permissions import may_write
from hanse.stages.proposals.queries import drafts, remarks
from hanse.stages.registry.actions.refusals import Refusal

LONGEST_REMARK = 5_000
MOST_OPEN = 200
"""More open remarks than this on one application are read by nobody."""
State = Remark.State


@transaction.atomic
def comment(*, actor: Any, ref: str, section: str, text: str, at: datetime) -> Remark:
    """Say something about a section.

    Raises:
        Refusal: if the person may not, there is no such section, or nothing is said.
    """
    proposal, _ = _entered(actor, ref, at)
    if drafts.form_of(proposal, at).section(section) is None:
        raise Refusal(f"The application form has no section {section[:80]!r}.", 404)
    said = _said(text)
    _check_count(proposal)
    return Remark.objects.create(proposal=proposal, section=section, text=said, written_by=actor, written_at=at)


@transaction.atomic
def suggest(*, actor: Any, ref: str, key: str, suggestion: str, based_on: int, text: str = "", at: datetime) -> Remark:
    """Suggest how a field should read, and say why.

    Args:
        based_on: the version of the field that the suggestion was written on.

    Raises:
        Refusal: if the person may not, there is no such field, or the suggestion changes nothing.
    """
    proposal, _ = _entered(actor, ref, at)
    found = field_at(drafts.form_of(proposal, at), key)
    if found is None or found[1] is None:
        raise Refusal(f"The application form has no field {key[:80]!r}.", 404)
    wanted = cleaned(suggestion).text
    if len(wanted) > LONGEST_TEXT:
        told = f"The suggestion has {len(wanted):,} characters; at most {LONGEST_TEXT:,} can be kept."
        raise Refusal(told, 422, {"suggestion": told})
    stands = drafts.text_at(proposal, key)
    if wanted == (stands.value if stands else ""):
        told = "The field reads so already. Change something, or write a comment instead."
        raise Refusal(told, 422, {"suggestion": told})
    said = _said(text) if text.strip() else ""
    _check_count(proposal)
    return Remark.objects.create(
        proposal=proposal,
        section=found[0].id,
        key=key,
        text=said,
        suggestion=wanted,
        based_on=based_on,
        written_by=actor,
        written_at=at,
    )


@transaction.atomic
def reply(*, actor: Any, ref: str, number: int, text: str, at: datetime) -> Remark:
    """Answer a remark.

    Raises:
        Refusal: if the person may not, there is no such remark, or nothing is said.
    """
    proposal, _ = _entered(actor, ref, at)
    remark = _remark(proposal, number)
    said = _said(text)
    return Remark.objects.create(
        proposal=proposal, section=remark.section, text=said, answers=remark, written_by=actor, written_at=at
    )


@transaction.atomic
def settle(*, actor: Any, ref: str, number: int, at: datetime) -> Remark:
    """Close a comment as settled.

    Raises:
        Refusal: if the person may not, it is a suggestion, or it is closed already.
    """
    proposal, _ = _entered(actor, ref, at)
    remark = _open(proposal, number)
    if remark.key:
        raise Refusal("This is a suggestion: take it over or decline it.", 422)
    return _close(remark, State.SETTLED, actor, at)


@transaction.atomic
def reopen(*, actor: Any, ref: str, number: int, at: datetime) -> Remark:
    """Open a remark again that was settled or declined.

    Raises:
        Refusal: if the person may not, or it was taken over.
    """
    proposal, _ = _entered(actor, ref, at)
    remark = _remark(proposal, number)
    if remark.state == State.TAKEN:
        raise Refusal("This suggestion stands in the text. Restore an earlier version in the history instead.")
    remark.state, remark.closed_by, remark.closed_at = State.OPEN, None, None
    remark.save()
    return remark


@transaction.atomic
def take_over(*, actor: Any, ref: str, number: int, at: datetime) -> Saved:
    """Let a field read as was suggested. What changed since it was suggested is merged; a conflict stands aside.

    Raises:
        Refusal: if the person may not write the field, or the suggestion is closed already.
    """
    proposal, _ = _entered(actor, ref, at)
    remark = _open(proposal, number)
    if not remark.key:
        raise Refusal("This is a comment: settle it.", 422)
    saved = texts.save(
        actor=actor,
        ref=ref,
        key=remark.key,
        value=remark.suggestion,
        based_on=remark.based_on,
        at=at,
        nature=TextVersion.Nature.SUGGESTED,
    )
    _close(remark, State.TAKEN, actor, at)
    return saved


@transaction.atomic
def decline(*, actor: Any, ref: str, number: int, at: datetime) -> Remark:
    """Decline a suggestion, or take one's own back.

    Raises:
        Refusal: if the person may neither write the field nor made the suggestion, or it is closed already.
    """
    proposal, may = _entered(actor, ref, at)
    remark = _open(proposal, number)
    if not remark.key:
        raise Refusal("This is a comment: settle it.", 422)
    if remark.written_by_id != actor.pk and not _may_write(proposal, may, remark.key, at):
        raise Refusal("This field is another member's, who decides on suggestions for it.", 403)
    return _close(remark, State.DECLINED, actor, at)


# --- steps -------------------------------------------------------------------------------------------------------


def _entered(actor: Any, ref: str, at: datetime) -> tuple[Proposal, Standing]:
    """The application, its consortium locked, for somebody who may write."""
    consortium = Consortium.objects.select_for_update().filter(ref=ref).first()
    proposal = Proposal.objects.filter(consortium=consortium).first() if consortium else None
    may = Standing() if consortium is None else standing_in(actor, consortium, at)
    if consortium is None or proposal is None or not may.takes_part:
        raise Refusal("There is no such application.", 404)
    proposal.consortium = consortium
    if may.closed:
        raise Refusal("The call has closed, or the consortium is dissolved: remarks stay as they are.", 403)
    if not may.may_edit:
        raise Refusal("You look at everything and change nothing.", 403)
    return proposal, may


def _said(text: str) -> str:
    said = cleaned(text).text.strip()
    if not said:
        raise Refusal("Write what you want to say.", 422, {"text": "Write what you want to say."})
    if len(said) > LONGEST_REMARK:
        told = f"This has {len(said):,} characters; a remark has at most {LONGEST_REMARK:,}. Say it in two."
        raise Refusal(told, 422, {"text": told})
    return said


def _check_count(proposal: Proposal) -> None:
    if sum(remarks.open_counts(proposal).values()) >= MOST_OPEN:
        raise Refusal(f"{MOST_OPEN} remarks wait already. Settle some first.")


def _remark(proposal: Proposal, number: int) -> Remark:
    remark = remarks.remark_of(proposal, number)
    if remark is None:
        raise Refusal("There is no such remark.", 404)
    return remark


def _open(proposal: Proposal, number: int) -> Remark:
    remark = _remark(proposal, number)
    if remark.state != State.OPEN:
        by = remark.closed_by.name if remark.closed_by else ""
        raise Refusal(f"{by} has closed this remark already: {remark.get_state_display()}.", 410)
    return remark


def _close(remark: Remark, state: str, actor: Any, at: datetime) -> Remark:
    remark.state, remark.closed_by, remark.closed_at = state, actor, at
    remark.save()
    return remark


def _may_write(proposal: Proposal, may: Standing, key: str, at: datetime) -> bool:
    found = field_at(drafts.form_of(proposal, at), key)
    return found is None or may_write(may, found[0], key.split("/")[1] if "/" in key else "")
