"""What is done with calls: each act checks, stores, is recorded, and writes to those who follow, in one transaction.

Every act takes keywords only and returns what it made, or a `Refusal` that says why nothing was done.
"""

from hanse.stages.announcement.actions.callbook import load_callbook
from hanse.stages.announcement.actions.editions import (
    change_draft,
    draft_edition,
    extend,
    propose,
    publish,
    return_to_draft,
    withdraw,
)
from hanse.stages.announcement.actions.following import follow, unfollow
from hanse.stages.announcement.actions.questions import answer, ask, decline, publish_answer
from hanse.stages.announcement.actions.refusal import Refusal

__all__ = [
    "Refusal",
    "answer",
    "ask",
    "change_draft",
    "decline",
    "draft_edition",
    "extend",
    "follow",
    "load_callbook",
    "propose",
    "publish",
    "publish_answer",
    "return_to_draft",
    "unfollow",
    "withdraw",
]
