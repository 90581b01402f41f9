"""Who acts for an organisation, who is invited, who asks to take a profile over."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import QuerySet

from hanse.stages.registry.models import Invitation, Membership, Organisation, Takeover

RIGHTS: Mapping[str, str] = dict(Membership.Right.choices)
"""What a person may do for an organisation, in words."""
OWNERS_WANTED = 2
"""With fewer owners, one leaver can block a profile."""


def members_of(organisation: Organisation) -> list[Membership]:
    """Who acts for an organisation now, owners first."""
    held = organisation.memberships.filter(until__isnull=True).select_related("user")
    return sorted(held, key=lambda m: (m.right != Membership.Right.OWNER, m.since, m.pk))


def owners_of(organisation: Organisation) -> QuerySet[Membership]:
    """The memberships of the owners."""
    return organisation.memberships.filter(until__isnull=True, right=Membership.Right.OWNER)


def has_owner(organisation: Organisation) -> bool:
    """Whether anybody owns a profile; one without an owner can be taken over."""
    return owners_of(organisation).exists()


def addresses_of(organisation: Organisation, owners_only: bool = False) -> list[str]:
    """Where those who act for an organisation are written to."""
    held = organisation.memberships.filter(until__isnull=True, user__is_active=True)
    if owners_only:
        held = held.filter(right=Membership.Right.OWNER)
    return list(held.order_by("id").values_list("user__email", flat=True))


def addresses_of_all(organisations: Iterable[int]) -> list[str]:
    """Where those who act for any of these organisations are written to, each address once; in one query.

    Args:
        organisations: their rows.
    """
    held = Membership.objects.filter(organisation__in=list(organisations), until__isnull=True, user__is_active=True)
    return list(dict.fromkeys(held.order_by("organisation", "id").values_list("user__email", flat=True)))


def secret_of(token: str) -> str:
    """What is kept of the token that an invitation's link carries."""
    return sha256(token.encode()).hexdigest()


def invitation_with(token: str) -> Invitation | None:
    """The invitation to which a link leads."""
    return (
        Invitation.objects.select_related("organisation", "invited_by", "accepted_by")
        .filter(secret=secret_of(token))
        .first()
    )


def open_invitations(organisation: Organisation, at: datetime) -> QuerySet[Invitation]:
    """Invitations that can still be accepted."""
    return organisation.invitations.filter(
        accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at
    ).order_by("invited_at", "id")


def takeovers_waiting() -> QuerySet[Takeover]:
    """Requests to take a profile over that wait for an officer, the oldest first."""
    return (
        Takeover.objects.filter(state=Takeover.State.WAITING)
        .select_related("organisation", "user")
        .order_by("asked_at", "id")
    )


def takeover(number: int) -> Takeover | None:
    """A request to take a profile over."""
    return Takeover.objects.select_related("organisation", "user", "file", "decided_by").filter(pk=number).first()


def verified_addresses(user: Any) -> frozenset[str]:
    """The e-mail addresses that a person has proved to hold."""
    return frozenset(EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True))


def takeover_of(user: Any, organisation: Organisation) -> Takeover | None:
    """The latest request of a person to take a profile over."""
    return organisation.takeovers.filter(user=user).order_by("-asked_at", "-id").first()
