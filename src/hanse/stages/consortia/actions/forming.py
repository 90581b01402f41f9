"""Beginning a consortium, changing its aims, dissolving it."""

from collections.abc import Sequence
from datetime import datetime
from secrets import token_hex
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from hanse.callbook.reference import geography, regions, sectors
from hanse.core.call import Call
from hanse.ground import audit
from hanse.stages.announcement.queries import call_of
from hanse.stages.consortia.actions.holding import held, led, taking_part, tell
from hanse.stages.consortia.models import Consortium, Mandate, Role, Seat, SeatState
from hanse.stages.consortia.queries.members import SUBJECT, has_closed, wording_of
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.permissions import standing as standing_of
from hanse.stages.registry.queries import by_ref as organisation_by_ref

LONGEST_NAME = 200
LONGEST_IDEA = 4_000
MOST_TARGETS = 20
MOST_SECTORS = 12


@transaction.atomic
def begin(
    *,
    actor: Any,
    organisation_ref: str,
    call: str,
    strand: str,
    name: str,
    idea: str,
    targets: Sequence[str],
    sectors: Sequence[str],
    at: datetime,
) -> Consortium:
    """Begin a consortium. The organisation coordinates it; if the actor is an owner, the mandate is given at once.

    Args:
        call: reference of a call that has not closed.
        strand: id of a strand of it; empty while undecided.
        targets: codes of third countries and ids of world regions.
        sectors: ids of sectors.

    Raises:
        Refusal: if the actor does not act for the organisation, the call has closed, or something is missing.
    """
    organisation = organisation_by_ref(organisation_ref)
    may = None if organisation is None else standing_of(actor, organisation, at)
    if organisation is None or may is None or not may.acts:
        told = "Choose an organisation for which you act."
        raise Refusal(told, 422, {"organisation": told})
    if not may.may_edit:
        raise Refusal("Auditors read and change nothing.", 403)
    found = _call(call, at)
    aims = _aims(found, name, idea, strand, targets, sectors)
    consortium = Consortium(ref=_new_ref(name), call=call, created_by=actor, created_at=at, changed_at=at, **aims)
    consortium.save(force_insert=True)
    seat = Seat.objects.create(
        consortium=consortium,
        organisation=organisation,
        role=Role.COORDINATOR,
        state=SeatState.ACCEPTED,
        place=1,
        invited_by=actor,
        invited_at=at,
        answered_by=actor,
        answered_at=at,
    )
    if may.owns:
        Mandate.objects.create(seat=seat, wording=wording_of(seat), given_by=actor, given_at=at)
    facts = {"organisation": organisation.ref, "call": call, "strand": strand, "mandate": may.owns}
    audit.record("begin consortium", actor=actor, subject=(SUBJECT, consortium.ref), facts=facts, at=at)
    return consortium


@transaction.atomic
def change_aim(
    *,
    actor: Any,
    ref: str,
    based_on: int,
    name: str,
    idea: str,
    strand: str,
    targets: Sequence[str],
    sectors: Sequence[str],
    at: datetime,
) -> Consortium:
    """Change what a consortium aims at.

    Args:
        based_on: the version that the actor had before their eyes.

    Raises:
        Refusal: if the actor does not coordinate, something is wrong, or somebody else changed it meanwhile: then 409
            with a fault named `based_on`, and both sides are to be shown.
    """
    consortium = held(ref)
    led(actor, consortium, at)
    found = _call(consortium.call, at)
    aims = _aims(found, name, idea, strand, targets, sectors)
    changed = sorted(field for field, value in aims.items() if getattr(consortium, field) != value)
    if not changed:
        return consortium
    if consortium.version != based_on:
        told = "Somebody else changed the aims while you did. Look at both, then save again."
        raise Refusal(told, 409, {"based_on": told})
    before = consortium.strand
    for field in changed:
        setattr(consortium, field, aims[field])
    consortium.version += 1
    consortium.changed_at = at
    consortium.save()
    if "strand" in changed:
        tell(
            taking_part(consortium),
            subject=f"Another strand: {consortium.name}",
            body=(
                f"{actor.name} changed the strand of {consortium.name} from {before or 'undecided'} "
                f"to {consortium.strand or 'undecided'}. The rules that hold may be others now.\n"
            ),
            at=at,
        )
    facts = {"changed": changed, "version": consortium.version}
    audit.record("change aims", actor=actor, subject=(SUBJECT, ref), facts=facts, at=at)
    return consortium


@transaction.atomic
def dissolve(*, actor: Any, ref: str, reason: str, at: datetime) -> Consortium:
    """End a consortium before it applies. Its pages stay for its members; invitations can be accepted no more.

    Raises:
        Refusal: without a reason, or if the actor does not coordinate, or the call has closed.
    """
    consortium = held(ref)
    led(actor, consortium, at)
    reason = reason.strip()
    if not reason:
        told = "Say why, for the other members."
        raise Refusal(told, 422, {"reason": told})
    consortium.state = Consortium.State.DISSOLVED
    consortium.dissolved_at = consortium.changed_at = at
    consortium.save()
    invited = Seat.objects.filter(consortium=consortium, state=SeatState.INVITED).select_related("organisation")
    tell(
        [*taking_part(consortium), *invited],
        subject=f"Dissolved: {consortium.name}",
        body=f"{actor.name} dissolved the consortium {consortium.name} with this reason:\n\n{reason}\n",
        at=at,
    )
    audit.record("dissolve consortium", actor=actor, subject=(SUBJECT, ref), facts={"reason": reason}, at=at)
    return consortium


def _call(reference: str, at: datetime) -> Call:
    found = call_of(reference, at)
    if found is None:
        told = "Choose a call."
        raise Refusal(told, 422, {"call": told})
    if has_closed(reference, at):
        told = "This call has closed."
        raise Refusal(told, 409, {"call": told})
    return found


def _aims(
    call: Call, name: str, idea: str, strand: str, targets: Sequence[str], about: Sequence[str]
) -> dict[str, Any]:
    """What a consortium aims at, each value sound.

    Raises:
        Refusal: with what is wrong by field.
    """
    name, idea = " ".join(name.split()), idea.strip()
    faults: dict[str, str] = {}
    if not name:
        faults["name"] = "Give the consortium a name."
    elif len(name) > LONGEST_NAME:
        faults["name"] = f"The name has {len(name)} characters; it may have {LONGEST_NAME}."
    if len(idea) > LONGEST_IDEA:
        faults["idea"] = f"The idea has {len(idea)} characters; it may have {LONGEST_IDEA}."
    if strand and call.strand(strand) is None:
        faults["strand"] = f"The call has no strand {strand!r}."
    targets, about = list(dict.fromkeys(targets)), list(dict.fromkeys(about))
    unknown = [target for target in targets if target not in regions() and target not in geography().names]
    if unknown:
        faults["targets"] = f"Neither a country nor a world region: {', '.join(unknown)[:200]}."
    elif len(targets) > MOST_TARGETS:
        faults["targets"] = f"These are {len(targets)} targets; name at most {MOST_TARGETS}."
    unknown = [sector for sector in about if sector not in sectors()]
    if unknown:
        faults["sectors"] = f"No sectors of the list: {', '.join(unknown)[:200]}."
    elif len(about) > MOST_SECTORS:
        faults["sectors"] = f"These are {len(about)} sectors; choose at most {MOST_SECTORS}."
    if faults:
        raise Refusal(" ".join(faults.values()), 422, faults)
    return {"name": name, "idea": idea, "strand": strand, "targets": targets, "sectors": about}


def _new_ref(name: str) -> str:
    """An id for addresses. Its end is chance, so that it does not tell whether others have the same name."""
    return f"{slugify(name)[:40].strip('-_') or 'consortium'}-{token_hex(4)}"
