"""Questions and their answers, as typed."""

from typing import Any

from django import forms

from hanse.core.call import Call
from hanse.core.values.reading import checked_text
from hanse.stages.announcement.queries.questions import clauses_of

LONGEST_QUESTION = 2_000
LONGEST_ANSWER = 10_000


class PlainText(forms.CharField):
    """Text of several lines without control characters and invisible direction marks."""

    def __init__(self, **told: Any):
        rows = told.pop("rows", 5)
        super().__init__(widget=forms.Textarea(attrs={"rows": rows, "width": "l"}), **told)

    def clean(self, value: Any) -> Any:
        """The text, or what is wrong with it and where."""
        text = super().clean(value)
        try:
            return checked_text(text.replace("\r\n", "\n"))
        except ValueError as wrong:
            raise forms.ValidationError(f"The text {wrong}.") from None


class AskForm(forms.Form):
    """A question on a clause of a call."""

    clause = forms.ChoiceField(
        label="What is it about?",
        required=False,
        help_text="The clause of the call that your question is on. Your question and its answer will stand beside it.",
    )
    text = PlainText(
        label="Your question",
        max_length=LONGEST_QUESTION,
        help_text="Do not name yourself or your consortium: the question is published with its answer, for everybody.",
    )

    def __init__(self, call: Call, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        clauses = [(id, _short(title)) for id, title in clauses_of(call).items()]
        field = self.fields["clause"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
        field.choices = [("", "The call as a whole"), *clauses]


def _short(title: str) -> str:
    return title if len(title) <= 120 else f"{title[:119]}…"


class AnswerForm(forms.Form):
    """An answer, and the question as it will be read."""

    wording = PlainText(
        label="The question as published",
        max_length=LONGEST_QUESTION,
        help_text="Shorten it, and take out whatever tells who asked. What was asked stays on record.",
    )
    text = PlainText(label="The answer", max_length=LONGEST_ANSWER, rows=8)
    leads_to_corrigendum = forms.BooleanField(
        label="The answer changes the call, so a corrigendum will follow", required=False
    )


class DeclineForm(forms.Form):
    """Why a question gets no public answer."""

    reason = PlainText(label="Why it is declined", max_length=1_000, rows=2, help_text="For the record only.")
