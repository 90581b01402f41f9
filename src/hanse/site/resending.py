"""Trying a letter again that was given up, on the record."""

from datetime import datetime
from typing import Any

from django.db import transaction

from hanse.ground import audit, outbox
from hanse.ground.outbox import queries

SUBJECT = "letter"


@transaction.atomic
def try_again(*, actor: Any, number: int, at: datetime) -> bool | None:
    """Let a letter that was given up be sent as if it were new; whether it was given up, None if there is none.

    Two who ask at once begin it once.
    """
    letter = queries.messages().select_for_update().filter(pk=number).first()
    if letter is None:
        return None
    if letter.state != letter.State.DEAD:
        return False
    outbox.retry(letter, at=at)
    facts = {"attempts": letter.attempts}  # neither address nor fault, which names it: the record is kept for good
    audit.record("try letter again", actor=actor, subject=(SUBJECT, str(number)), facts=facts, at=at)
    return True
