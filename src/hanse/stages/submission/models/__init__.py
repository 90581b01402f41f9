"""Tables of submissions, one file a subject."""

from hanse.stages.submission.models.late import LateCase
from hanse.stages.submission.models.receipts import Content, Package, Receipt
from hanse.stages.submission.models.standing import FairCopy, Standing, StandingMember

__all__ = ["Content", "FairCopy", "LateCase", "Package", "Receipt", "Standing", "StandingMember"]
