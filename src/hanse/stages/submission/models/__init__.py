"""Tables of submissions, one file a subject."""

from hanse.stages.submission.models.deadlines import DeadlineNotice, ReminderRound
from hanse.stages.submission.models.late import LateCase
from hanse.stages.submission.models.receipts import Content, Package, Receipt
from hanse.stages.submission.models.standing import FairCopy, Standing, StandingMember

__all__ = [
    "Content",
    "DeadlineNotice",
    "FairCopy",
    "LateCase",
    "Package",
    "Receipt",
    "ReminderRound",
    "Standing",
    "StandingMember",
]
