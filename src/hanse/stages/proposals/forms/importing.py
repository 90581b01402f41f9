"""Importing a draft file: choosing it, and applying what was shown."""

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django import forms
from django.core.files.uploadedfile import UploadedFile

from hanse.callbook.dossiers import read_dossier
from hanse.callbook.setting import vocabulary
from hanse.core.proposal import Dossier
from hanse.core.values.faults import Fault

MOST_BYTES = 2 << 20
"""No draft file is near this size."""
SUFFIXES = (".toml", ".json")


class UploadForm(forms.Form):
    """A draft file."""

    file = forms.FileField(
        label="Draft file",
        help_text=f"A TOML or JSON file as it can be downloaded here, up to {MOST_BYTES >> 20} MB.",
        widget=forms.FileInput(attrs={"accept": ".toml,.json,application/toml,application/json"}),
        error_messages={"empty": "The file is empty. Choose another.", "required": "Choose a file."},
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        """Take a file that can be one at all."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if Path(file.name or "").suffix.lower() not in SUFFIXES:
            raise forms.ValidationError("This is no draft file: its name ends neither in .toml nor in .json.")
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(f"The file is larger than {MOST_BYTES >> 20} MB. A draft file is not.")
        return file


class ApplyForm(forms.Form):
    """The file again as it was shown, and when."""

    text = forms.CharField(widget=forms.Textarea, max_length=2 * MOST_BYTES, strip=False)
    suffix = forms.ChoiceField(choices=[(suffix, suffix) for suffix in SUFFIXES])
    name = forms.CharField(max_length=200)
    seen_at = forms.CharField(max_length=40)

    def clean_seen_at(self) -> datetime:
        """The instant of the preview."""
        try:
            seen = datetime.fromisoformat(self.cleaned_data["seen_at"])
        except ValueError:
            raise forms.ValidationError("Upload the file again.") from None
        if seen.tzinfo is None:
            raise forms.ValidationError("Upload the file again.")
        return seen


def read_draft(name: str, content: bytes) -> tuple[Dossier | None, tuple[Fault, ...]]:
    """Read a draft file, with every fault that it has."""
    faults: list[Fault] = []
    suffix = Path(name).suffix.lower()
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"draft{suffix if suffix in SUFFIXES else '.toml'}"
        path.write_bytes(content)
        found = read_dossier(path, vocabulary(), faults)
        named = tuple(Fault(fault.place.replace(str(path), name), fault.key, fault.what) for fault in faults)
    return (None if named else found), named


def text_of(content: bytes) -> str:
    """The content of a file that was read as text."""
    return content.decode("utf-8-sig")
