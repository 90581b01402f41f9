"""Submitting and withdrawing."""

from typing import Any
from uuid import uuid4

from django import forms

from hanse.stages.submission.models.receipts import LONGEST_KEY

LONGEST_REASON = 4_000


def new_key() -> str:
    """A key for one attempt: pressing twice is one attempt, a page that was loaded again is another."""
    return uuid4().hex


class SubmitForm(forms.Form):
    """One attempt to submit."""

    key = forms.CharField(widget=forms.HiddenInput, min_length=8, max_length=LONGEST_KEY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Give an unbound form a key of its own."""
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial.setdefault("key", new_key())


class WithdrawForm(SubmitForm):
    """One attempt to withdraw."""

    reason = forms.CharField(
        label="Reason",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST_REASON,
        help_text="All members read it; it is kept with the receipt.",
        error_messages={"required": "Say why, in a sentence or two."},
    )
