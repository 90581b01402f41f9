"""Uploading a table of organisations, and deciding on it."""

from typing import Any

from django import forms

from hanse.stages.registry.queries import imports


class UploadForm(forms.Form):
    """A table."""

    file = forms.FileField(
        label="Table of organisations",
        help_text=f"A CSV file in UTF-8, up to {imports.MOST_BYTES >> 20} MB and {imports.MOST_ROWS:,} rows.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
        error_messages={"empty": "The file is empty. Choose it again.", "required": "Choose a file."},
    )


class BeginForm(forms.Form):
    """Import what was tried."""

    skip_faulty = forms.BooleanField(required=False)

    def __init__(self, *args: Any, faulty: int = 0, sound: int = 0, **kwargs: Any) -> None:
        """Take how many rows are faulty and how many sound besides what a form takes."""
        super().__init__(*args, **kwargs)
        if not faulty:
            del self.fields["skip_faulty"]
            return
        field = self.fields["skip_faulty"]
        field.required = True
        field.label = f"Import the {sound:,} sound rows and leave the {faulty:,} faulty ones out"
        field.error_messages["required"] = (
            f"{faulty:,} rows are faulty, so nothing is imported. Correct the file and upload it again, or choose to "
            "import the sound rows alone."
        )


class RowFilter(forms.Form):
    """Which rows of an import are shown."""

    rows = forms.ChoiceField(
        label="Rows",
        required=False,
        choices=[("", "Faulty or doubtful"), ("faulty", "Faulty"), ("doubtful", "Doubtful"), ("all", "All")],
    )

    def narrow(self, rows: Any) -> Any:
        """Those asked for."""
        which = self.cleaned_data.get("rows", "")
        if which == "all":
            return rows
        if which == "faulty":
            return rows.exclude(faults=[])
        if which == "doubtful":
            return rows.exclude(doubts=[])
        return rows.exclude(faults=[], doubts=[])
