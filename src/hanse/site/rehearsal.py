"""Setting the rehearsal clock, on the record."""

from datetime import datetime
from typing import Any

from django.db import transaction

from hanse.ground import audit, clock

SUBJECT = ("clock", "rehearsal")


@transaction.atomic
def set_clock(*, actor: Any, instant: datetime) -> None:
    """Let the clock say an instant and run on from there.

    Raises:
        hanse.ground.clock.LiveClock: on a live site.
    """
    before = clock.now()
    clock.set_clock(actor_id=actor.pk if actor else None, instant=instant)
    audit.record("set rehearsal clock", actor=actor, subject=SUBJECT, facts={"from": before, "to": instant}, at=before)


@transaction.atomic
def reset_clock(*, actor: Any) -> None:
    """Let the clock say the real time again. Raises as `set_clock` does."""
    before = clock.now()
    clock.reset_clock(actor_id=actor.pk if actor else None)
    audit.record("reset rehearsal clock", actor=actor, subject=SUBJECT, facts={"from": before}, at=before)
