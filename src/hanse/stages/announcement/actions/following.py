"""Who is written to when a call changes."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from hanse.ground import audit
from hanse.ground.accounts.models import User
from hanse.ground.outbox import post_all
from hanse.stages.announcement.actions.refusal import Refusal
from hanse.stages.announcement.models import Follower
from hanse.stages.announcement.queries.editions import addresses_of_followers, edition_in_force

TO_OTHERS = "news of a call to applicants"
"""Purpose of letters to those who do not follow a call and are told of it all the same."""


@transaction.atomic
def follow(*, actor: User, reference: str, at: datetime) -> Follower | Refusal:
    """Write to this person from now on when the call changes."""
    if edition_in_force(reference, at) is None:
        return Refusal("There is no such call.", status=404)
    following, new = Follower.objects.get_or_create(reference=reference, user=actor, defaults={"since": at})
    if new:
        audit.record("follow call", actor=actor, subject=("call", reference), at=at)
    return following


@transaction.atomic
def unfollow(*, actor: User, reference: str, at: datetime) -> bool:
    """Write to this person no more. Returns whether anything changed."""
    gone, _ = Follower.objects.filter(reference=reference, user=actor).delete()
    if gone:
        audit.record("unfollow call", actor=actor, subject=("call", reference), at=at)
    return bool(gone)


def tell_followers(
    reference: str, *, subject: str, body: str, at: datetime, purpose: str, besides: Iterable[str] = ()
) -> int:
    """Write to everybody who follows a call, in the transaction of the act; to how many.

    Args:
        besides: further addresses. They are not counted, and their letters have a purpose of their own: that somebody
            applies is not for those to see who look after the outbox. Nobody is written to twice.
    """
    following = addresses_of_followers(reference)
    post_all(following, subject=subject, body=body, at=at, purpose=purpose)
    known = {address.casefold() for address in following}
    others = {address.casefold(): address for address in besides if address.casefold() not in known}
    post_all(others.values(), subject=subject, body=body, at=at, purpose=TO_OTHERS)
    return len(following)
