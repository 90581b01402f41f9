"""What programs send and get."""

from typing import Any

from ninja import Schema

from hanse.stages.proposals.schemas import Problem

__all__ = ["LineOut", "Problem", "ReceiptOut", "ReportOut", "WithdrawIn"]

ReceiptOut = dict[str, Any]
"""A receipt, as its file holds it; see docs/reference/receipt.md."""


class WithdrawIn(Schema):
    """Why what was submitted is taken back."""

    reason: str


class LineOut(Schema):
    """One line of the report before submitting.

    Attributes:
        bearing: `blocking`, `warning`, `later` or `met`.
        about: `window`, `strand`, `parts`, `section`, or the id of a rule.
    """

    bearing: str
    about: str
    title: str
    reason: str
    repair: str
    source: str


class ReportOut(Schema):
    """What submitting now would come to.

    Attributes:
        counts: number of the receipt of the submission that counts; None if none does.
        changes: how far that is behind the draft, in words.
    """

    counts: str | None
    changes: str
    lines: list[LineOut]
