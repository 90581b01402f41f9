"""What people write about an application: comments, answers, suggestions."""

from typing import Any

from django import forms

from hanse.core.form import Form
from hanse.stages.registry.forms.fields import Text


class CommentForm(forms.Form):
    """A comment on a section."""

    section = forms.ChoiceField(label="About which section")
    text = Text(label="What you want to say", widget=forms.Textarea(attrs={"rows": 4, "width": "l"}))

    def __init__(self, *args: Any, form: Form, **kwargs: Any) -> None:
        """Take the application form, whose sections can be chosen."""
        super().__init__(*args, **kwargs)
        self.fields["section"] = forms.ChoiceField(
            label="About which section",
            choices=[
                (chapter, [(section.id, section.title) for section in sections])
                for chapter, sections in form.chapters()
            ],
        )


class ReplyForm(forms.Form):
    """An answer to a remark."""

    text = Text(label="Your answer", widget=forms.Textarea(attrs={"rows": 3, "width": "l"}))


class SuggestForm(forms.Form):
    """How a field could read."""

    suggestion = Text(
        label="How it should read",
        strip=False,
        required=False,
        widget=forms.Textarea(attrs={"rows": 14, "width": "full"}),
    )
    text = Text(label="Why", required=False, widget=forms.Textarea(attrs={"rows": 3, "width": "l"}))
    based_on = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
