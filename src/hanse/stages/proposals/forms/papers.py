"""Bringing an annex, declaring on honour."""

from typing import Any

from django import forms

from hanse.core.form import Annex
from hanse.ground.ui.uploads import FileForm, upload_field
from hanse.stages.proposals.queries.papers import types_for

READ = "Say that you have read it and may declare it."


class AnnexForm(FileForm):
    """A file for one place in the application."""

    file = upload_field("File")
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, asked: Annex, **kwargs: Any) -> None:
        """Take what the form of the call asks."""
        super().__init__(
            *args,
            allowed=types_for(asked),
            most_bytes=asked.most_megabytes << 20,
            help_text=limits_of(asked),
            **kwargs,
        )


def limits_of(asked: Annex) -> str:
    """What a file has to be, in words."""
    if asked.most_pages:
        return (
            f"PDF, at most {asked.most_pages} page{'s' if asked.most_pages > 1 else ''} and {asked.most_megabytes} MB."
        )
    return f"PDF, Word, OpenDocument, Excel, PNG or JPEG, at most {asked.most_megabytes} MB."


class DeclareForm(forms.Form):
    """Declaring on behalf of an organisation."""

    read = forms.BooleanField(label="", error_messages={"required": READ})
    digest = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        """Take the name of the organisation."""
        super().__init__(*args, **kwargs)
        self.fields["read"].label = f"I have read it, may act for {name}, and declare it on its behalf"
