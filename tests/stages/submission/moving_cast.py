"""Deadlines that are moved, for tests.

moved(to, at=...)      by two officers
"""

from datetime import datetime

from tests.people import person
from tests.stages.consortia.casting import CALL

from hanse.ground.audit import signing
from hanse.ground.clock import BRUSSELS
from hanse.stages.announcement import actions
from hanse.stages.announcement.models import CallEdition

REASON = "The site was out of reach for two hours."


def proposed(to: datetime, *, at: datetime, call: str = CALL, reason: str = REASON) -> CallEdition:
    """An extension that one officer has proposed."""
    local = to.astimezone(BRUSSELS)
    made = actions.extend(
        actor=person("odile"),
        reference=call,
        day=local.date(),
        hour=local.time(),
        reason=reason,
        decided_on=at.astimezone(BRUSSELS).date(),
        at=at,
    )
    assert isinstance(made, CallEdition), made
    return made


def moved(to: datetime, *, at: datetime, call: str = CALL, reason: str = REASON) -> CallEdition:
    """An extension that a second officer has published."""
    signing.make_key()
    edition = proposed(to, at=at, call=call, reason=reason)
    done = actions.publish(actor=person("piet"), edition_id=edition.pk, based_on=edition.digest, at=at)
    assert isinstance(done, CallEdition), done
    return done
