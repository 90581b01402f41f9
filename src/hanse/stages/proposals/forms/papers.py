"""The form by which a file is attached to an application."""

from typing import Any

from django import forms

from hanse.core.form import Annex
from hanse.ground.ui.uploads import FileForm, upload_field

TYPES = "PDF, Word, OpenDocument, PNG or JPEG"


class AnnexForm(FileForm):
    """A file for one annex.

    Attributes:
        based_on: number of the file that was in its place when the page was made; 0: none.
    """

    file = upload_field("File")
    based_on = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, annex: Annex, **kwargs: Any) -> None:
        """Say what the form asks of this file."""
        super().__init__(*args, **kwargs)
        self._asked = asked_of(annex)
        self.fields["file"].help_text = self._asked

    def clean_based_on(self) -> int:
        """The number; 0 where it is left out."""
        return self.cleaned_data["based_on"] or 0

    def show_based_on(self, number: int) -> None:
        """Let the form that comes back rest on what stands there now."""
        again = self.data.copy()
        again[self.add_prefix("based_on")] = str(number)
        self.data = again


def asked_of(annex: Annex) -> str:
    """What a file may be, in a sentence."""
    pages = f", a PDF at most {annex.most_pages} pages" if annex.most_pages else ""
    return f"{TYPES}; at most {annex.most_megabytes} MB{pages}."
