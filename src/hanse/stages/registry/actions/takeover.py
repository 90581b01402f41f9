"""Taking a profile over: somebody brings proof, an officer decides, owners are told."""

from datetime import datetime
from typing import Any

from django.db import transaction

from hanse.ground import audit, outbox
from hanse.stages.registry.actions.profiles import SEARCH, locked
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import Membership, Organisation, Takeover
from hanse.stages.registry.permissions import may_decide_takeovers, standing
from hanse.stages.registry.queries.people import addresses_of

State = Takeover.State


@transaction.atomic
def ask_for_takeover(*, actor: Any, ref: str, proof: str, at: datetime, file: Any = None) -> Takeover:
    """Ask to become an owner of a profile, with proof. Its owners, if it has any, are told at once.

    Args:
        file: a kept file that shows it (`hanse.ground.files.keep`).

    Raises:
        Refusal: without proof, for a private profile, or if the person owns it or has asked already.
    """
    organisation = locked(ref)
    may = standing(actor, organisation, at)
    if may.auditor:
        raise Refusal("An auditor reads and changes nothing.", 403)
    if not may.may_see or organisation.status != Organisation.Status.PUBLISHED:
        raise Refusal("There is no such organisation.", 404)
    if may.owns:
        raise Refusal("You are an owner of this profile already.")
    if not proof.strip():
        told = "Say why you speak for this organisation."
        raise Refusal(told, 422, {"proof": told})
    if Takeover.objects.filter(organisation=organisation, user=actor, state=State.WAITING).exists():
        raise Refusal("You have asked already. An officer will decide; you will be told by e-mail.")
    asked = Takeover.objects.create(organisation=organisation, user=actor, proof=proof.strip(), file=file, asked_at=at)
    audit.record("ask for takeover", actor=actor, subject=(SEARCH, ref), facts={"takeover": asked.pk}, at=at)
    for address in addresses_of(organisation, owners_only=True):
        _post(
            address,
            f"Somebody asks to take over {organisation.name}",
            f"{actor.name} ({actor.email}) asks to become an owner of {organisation.name}. An officer decides. "
            "If you do not agree, write to the officers before they do.\n",
            at,
        )
    return asked


@transaction.atomic
def grant_takeover(*, actor: Any, number: int, at: datetime, reason: str = "") -> Takeover:
    """Make the person who asked an owner. Those who own it stay owners.

    Raises:
        Refusal: if it is not the officer's to decide, or decided already.
    """
    asked, organisation = _to_decide(actor, number, at)
    held = Membership.objects.filter(user=asked.user, organisation=organisation, until__isnull=True).first()
    if held is not None and held.right != Membership.Right.OWNER:
        held.until = at
        held.save()
        held = None
    owners = addresses_of(organisation, owners_only=True)
    if held is None:
        Membership.objects.create(user=asked.user, organisation=organisation, right=Membership.Right.OWNER, since=at)
    _decide(asked, State.GRANTED, actor, reason, at)
    _post(
        asked.user.email,
        f"You are an owner of {organisation.name}",
        f"Your request was granted: you are now an owner of {organisation.name}. Please look through the profile, "
        "and name a second owner so that it can never be left alone.\n",
        at,
    )
    for address in owners:
        _post(
            address,
            f"{organisation.name} has a new owner",
            f"{asked.user.name} ({asked.user.email}) brought proof and is now an owner of {organisation.name}. "
            "You stay an owner too.\n",
            at,
        )
    return asked


@transaction.atomic
def refuse_takeover(*, actor: Any, number: int, reason: str, at: datetime) -> Takeover:
    """Refuse, with the reason.

    Raises:
        Refusal: without a reason, or if it is not the officer's to decide, or decided already.
    """
    asked, organisation = _to_decide(actor, number, at)
    if not reason.strip():
        raise Refusal("Give the reason for the refusal.", 422, {"reason": "Give the reason for the refusal."})
    _decide(asked, State.REFUSED, actor, reason, at)
    _post(
        asked.user.email,
        f"Your request for {organisation.name} was refused",
        f"Your request to take over {organisation.name} was refused for this reason:\n\n{reason.strip()}\n",
        at,
    )
    return asked


@transaction.atomic
def withdraw_takeover(*, actor: Any, number: int, at: datetime) -> Takeover:
    """Take one's own request back.

    Raises:
        Refusal: if it is not one's own, or decided already.
    """
    asked = (
        Takeover.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .filter(pk=number, user=actor)
        .first()
    )
    if asked is None:
        raise Refusal("There is no such request.", 404)
    if asked.state != State.WAITING:
        raise Refusal(f"This request was decided already: {asked.get_state_display()}.")
    _decide(asked, State.WITHDRAWN, actor, "", at)
    return asked


def _to_decide(actor: Any, number: int, at: datetime) -> tuple[Takeover, Organisation]:
    if not may_decide_takeovers(actor, at):
        raise Refusal("Only officers decide who takes a profile over.", 403)
    found = Takeover.objects.select_related("organisation", "user").filter(pk=number).first()
    if found is None:
        raise Refusal("There is no such request.", 404)
    organisation = locked(found.organisation.ref)
    found.refresh_from_db(fields=["state"])
    if found.state != State.WAITING:
        raise Refusal(f"This request was decided already: {found.get_state_display()}.")
    if found.user_id == actor.pk:
        raise Refusal("This is your own request, so another officer has to decide.", 403)
    return found, organisation


def _decide(asked: Takeover, state: Takeover.State, by: Any, reason: str, at: datetime) -> None:
    asked.state, asked.decided_by, asked.decided_at, asked.reason = state, by, at, reason.strip()
    asked.save()
    acts = {
        State.GRANTED: "grant takeover",
        State.REFUSED: "refuse takeover",
        State.WITHDRAWN: "withdraw takeover request",
    }
    facts = {"takeover": asked.pk, "user": asked.user_id, "reason": asked.reason}
    audit.record(acts[state], actor=by, subject=(SEARCH, asked.organisation.ref), facts=facts, at=at)


def _post(to: str, subject: str, body: str, at: datetime) -> None:
    outbox.post(to=to, subject=" ".join(subject.split())[:200], body=body, at=at, purpose="takeover")
