"""Who acts for an organisation: invitations by e-mail, rights, leaving. There is at least one owner at all times."""

from collections.abc import Callable
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from django.db import transaction

from hanse.ground import audit, outbox
from hanse.stages.registry.actions.profiles import SEARCH, locked
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import Invitation, Membership, Organisation
from hanse.stages.registry.permissions import standing
from hanse.stages.registry.queries.people import (
    addresses_of,
    invitation_with,
    open_invitations,
    owners_of,
    secret_of,
)

LASTS = timedelta(days=14)
"""How long an invitation can be accepted."""
OPEN_AT_ONCE = 20
"""More open invitations than this for one organisation are no work of people."""
Right = Membership.Right
LAST_OWNER = "An organisation has at least one owner. Make somebody else an owner first."


@transaction.atomic
def invite(*, actor: Any, ref: str, email: str, right: str, at: datetime, link: Callable[[str], str]) -> Invitation:
    """Invite somebody by e-mail to act for an organisation.

    Args:
        link: makes the address that the message carries from its token. The token is kept nowhere.

    Raises:
        Refusal: if the person is no owner, the right does not exist, or the invited one acts for it already.
    """
    organisation = _managed(actor, ref, at)
    email = email.strip()
    if right not in Right.values:
        raise Refusal("Choose owner or editor.", 422, {"right": "Choose owner or editor."})
    if organisation.memberships.filter(until__isnull=True, user__email__iexact=email).exists():
        told = f"{email} acts for this organisation already."
        raise Refusal(told, 422, {"email": told})
    waiting = open_invitations(organisation, at)
    # A second invitation takes the place of the first, so that only one link works.
    waiting.filter(email__iexact=email).update(withdrawn_at=at)
    if waiting.count() >= OPEN_AT_ONCE:
        raise Refusal(f"{OPEN_AT_ONCE} invitations are open. Withdraw one first.")
    token = token_urlsafe(32)
    invitation = Invitation.objects.create(
        organisation=organisation,
        email=email,
        right=right,
        secret=secret_of(token),
        invited_by=actor,
        invited_at=at,
        expires_at=at + LASTS,
    )
    outbox.post(
        to=email,
        subject=" ".join(f"Invitation to act for {organisation.name}".split())[:200],
        body=(
            f"{actor.name} invites you to act for {organisation.name} as {right}.\n\n"
            f"Open this link, sign in with this e-mail address, and accept:\n\n{link(token)}\n\n"
            f"The link works for {LASTS.days} days. If you do not know what this is about, do nothing.\n"
        ),
        at=at,
        purpose="invitation",
    )
    facts = {"email": email, "right": right}
    audit.record("invite person", actor=actor, subject=(SEARCH, ref), facts=facts, at=at)
    return invitation


@transaction.atomic
def withdraw_invitation(*, actor: Any, ref: str, number: int, at: datetime) -> Invitation:
    """Take an invitation back: its link stops working.

    Raises:
        Refusal: if the person is no owner, or the invitation is not open.
    """
    organisation = _managed(actor, ref, at)
    invitation = open_invitations(organisation, at).filter(pk=number).first()
    if invitation is None:
        raise Refusal("This invitation is not open any more.")
    invitation.withdrawn_at = at
    invitation.save()
    facts = {"email": invitation.email}
    audit.record("withdraw invitation", actor=actor, subject=(SEARCH, ref), facts=facts, at=at)
    return invitation


@transaction.atomic
def accept_invitation(*, actor: Any, token: str, verified: frozenset[str], at: datetime) -> Membership:
    """Accept an invitation and act for the organisation from now on.

    Args:
        verified: the e-mail addresses that the person has proved to hold.

    Raises:
        Refusal: if it is unknown, used, withdrawn, expired or somebody else's.
    """
    found = invitation_with(token)
    if found is None:
        raise Refusal("No invitation has this link.", 404)
    organisation = locked(found.organisation.ref)
    invitation = Invitation.objects.select_for_update().get(pk=found.pk)
    if invitation.accepted_at is not None:
        raise Refusal("This invitation was used already.", 410)
    if invitation.withdrawn_at is not None:
        raise Refusal("This invitation was withdrawn.", 410)
    if invitation.expires_at <= at:
        raise Refusal("This invitation has expired.", 410)
    if organisation.status == Organisation.Status.MERGED:
        raise Refusal("This organisation was merged into another. Ask its owners for a new invitation.", 410)
    if invitation.email.casefold() not in {address.casefold() for address in verified}:
        raise Refusal(f"This invitation is for {invitation.email}.", 403)
    invitation.accepted_by, invitation.accepted_at = actor, at
    invitation.save()
    held = Membership.objects.filter(user=actor, organisation=organisation, until__isnull=True).first()
    if held is None or (held.right != Right.OWNER and invitation.right == Right.OWNER):
        if held is not None:
            held.until = at
            held.save()
        held = Membership.objects.create(user=actor, organisation=organisation, right=invitation.right, since=at)
    facts = {"right": held.right, "invited_by": invitation.invited_by_id}
    audit.record("accept invitation", actor=actor, subject=(SEARCH, organisation.ref), facts=facts, at=at)
    _tell_owners(
        organisation,
        at,
        f"{actor.name} acts for {organisation.name}",
        f"{actor.name} accepted the invitation and is now {held.right} of {organisation.name}.\n",
    )
    return held


@transaction.atomic
def leave(*, actor: Any, ref: str, at: datetime) -> None:
    """Stop acting for an organisation.

    Raises:
        Refusal: if the person does not act for it, or is its last owner.
    """
    organisation = locked(ref)
    held = Membership.objects.filter(user=actor, organisation=organisation, until__isnull=True).first()
    if held is None:
        raise Refusal("You do not act for this organisation.", 404)
    if not standing(actor, organisation, at).may_edit:
        raise Refusal("This cannot be changed now.", 403)
    _end(held, at)
    audit.record("leave organisation", actor=actor, subject=(SEARCH, ref), facts={"right": held.right}, at=at)
    _tell_owners(
        organisation,
        at,
        f"{actor.name} left {organisation.name}",
        f"{actor.name} does not act for {organisation.name} any more.\n",
    )


@transaction.atomic
def remove(*, actor: Any, ref: str, number: int, at: datetime) -> Membership:
    """End the membership of somebody.

    Raises:
        Refusal: if the person is no owner, there is no such membership, or it is the last owner's.
    """
    organisation = _managed(actor, ref, at)
    held = _membership(organisation, number)
    _end(held, at)
    facts = {"user": held.user_id, "right": held.right}
    audit.record("remove person", actor=actor, subject=(SEARCH, ref), facts=facts, at=at)
    outbox.post(
        to=held.user.email,
        subject=" ".join(f"You no longer act for {organisation.name}".split())[:200],
        body=f"{actor.name} ended your membership of {organisation.name}.\n",
        at=at,
        purpose="people",
    )
    return held


@transaction.atomic
def change_right(*, actor: Any, ref: str, number: int, right: str, at: datetime) -> Membership:
    """Make an editor an owner, or an owner an editor. The membership before it is kept, with its end.

    Raises:
        Refusal: if the person is no owner, the right does not exist, or no owner would be left.
    """
    organisation = _managed(actor, ref, at)
    held = _membership(organisation, number)
    if right not in Right.values:
        raise Refusal("Choose owner or editor.", 422, {"right": "Choose owner or editor."})
    if right == held.right:
        return held
    _end(held, at)
    new = Membership.objects.create(user=held.user, organisation=organisation, right=right, since=at)
    facts = {"user": held.user_id, "from": held.right, "to": right}
    audit.record("change right", actor=actor, subject=(SEARCH, ref), facts=facts, at=at)
    outbox.post(
        to=held.user.email,
        subject=" ".join(f"Your right at {organisation.name} was changed".split())[:200],
        body=f"{actor.name} made you {right} of {organisation.name}.\n",
        at=at,
        purpose="people",
    )
    return new


def _managed(actor: Any, ref: str, at: datetime) -> Organisation:
    organisation = locked(ref)
    if not standing(actor, organisation, at).may_manage:
        raise Refusal("Only owners decide who acts for an organisation.", 403)
    return organisation


def _membership(organisation: Organisation, number: int) -> Membership:
    held = organisation.memberships.select_related("user").filter(pk=number, until__isnull=True).first()
    if held is None:
        raise Refusal("This person does not act for the organisation any more.")
    return held


def _end(held: Membership, at: datetime) -> None:
    """End a membership, unless it is the last owner's."""
    if held.right == Right.OWNER and not owners_of(held.organisation).exclude(pk=held.pk).exists():
        raise Refusal(LAST_OWNER)
    held.until = at
    held.save()


def _tell_owners(organisation: Organisation, at: datetime, subject: str, body: str) -> None:
    for address in addresses_of(organisation, owners_only=True):
        outbox.post(to=address, subject=" ".join(subject.split())[:200], body=body, at=at, purpose="people")
