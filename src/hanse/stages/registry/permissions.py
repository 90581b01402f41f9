"""Who may see, edit and decide what in the registry. What is not granted here is refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hanse.ground.accounts.access import roles_of
from hanse.ground.accounts.models import Role
from hanse.stages.registry.models import Membership, Organisation

Right = Membership.Right
Status = Organisation.Status

WITHDRAWABLE = frozenset({Status.DRAFT, Status.REQUESTED, Status.RETURNED, Status.PUBLISHED})
REQUESTABLE = frozenset({Status.DRAFT, Status.RETURNED, Status.REFUSED, Status.WITHDRAWN})
EDITABLE = frozenset(Status) - {Status.MERGED}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person stands to an organisation: asked once a page, answers every question.

    Attributes:
        right: what its owners granted; None for those who do not act for it.
        officer: whether the person reviews registrations.
        auditor: whether the person reads all and changes nothing.
        listed: the profile is public because a source names it; it was never registered here.
        asked: its registration was requested while it was listed. It stays public meanwhile.
    """

    status: str
    right: str | None = None
    officer: bool = False
    auditor: bool = False
    listed: bool = False
    asked: bool = False

    @property
    def may_see(self) -> bool:
        """A published profile is for everybody; any other for those who act for it, officers and auditors."""
        return self.status == Status.PUBLISHED or self.acts or self.officer or self.auditor

    @property
    def acts(self) -> bool:
        """Whether the person acts for the organisation."""
        return self.right is not None

    @property
    def owns(self) -> bool:
        """Whether the person is one of its owners."""
        return self.right == Right.OWNER

    @property
    def may_edit(self) -> bool:
        """Owners and editors edit."""
        return self.acts and not self.auditor and self.status in EDITABLE

    @property
    def may_manage(self) -> bool:
        """Owners decide who acts for the organisation."""
        return self.owns and not self.auditor and self.status != Status.MERGED

    @property
    def may_request(self) -> bool:
        """Those who edit may request registration, once."""
        return self.may_edit and (self.status in REQUESTABLE or (self.listed and not self.asked))

    @property
    def waits(self) -> bool:
        """Whether a request waits for an officer."""
        return self.status == Status.REQUESTED or self.asked

    @property
    def may_withdraw(self) -> bool:
        """Owners may withdraw what is not yet decided, and what is published."""
        return self.may_manage and self.status in WITHDRAWABLE

    @property
    def may_review(self) -> bool:
        """Officers decide on requests, though never on one of an organisation for which they act themselves."""
        return self.officer and not self.acts and not self.auditor and self.waits


def standing(user: Any, organisation: Organisation, at: datetime) -> Standing:
    """How a person stands to an organisation at an instant."""
    listed = organisation.status == Status.PUBLISHED and organisation.published_at is None
    asked = listed and organisation.requested_at is not None
    if not user.is_authenticated:
        return Standing(organisation.status, listed=listed, asked=asked)
    roles = roles_of(user, at)
    right = (
        Membership.objects.filter(user=user, organisation=organisation, until__isnull=True)
        .values_list("right", flat=True)
        .first()
    )
    return Standing(organisation.status, right, Role.OFFICER in roles, Role.AUDITOR in roles, listed, asked)


def may_decide_takeovers(user: Any, at: datetime) -> bool:
    """Officers decide who takes a profile over; who is an auditor too changes nothing."""
    roles = roles_of(user, at)
    return Role.OFFICER in roles and Role.AUDITOR not in roles


def may_look_after(user: Any, at: datetime) -> bool:
    """Officers merge, split and import; who is an auditor too changes nothing."""
    return may_decide_takeovers(user, at)
