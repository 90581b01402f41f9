"""Editions and deadlines, as typed and uploaded."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from hanse.callbook.files import MOST_BYTES
from hanse.stages.announcement.forms.questions import PlainText
from hanse.stages.announcement.queries.folders import Texts, is_file_of_a_folder

LARGEST_FILE = min(MOST_BYTES, 1_000_000)
FIRST = ("call.toml", "rules.toml", "sources.toml", "application.toml", "assumptions.toml", "CHANGES.md")


class Files(forms.FileField):
    """Several files of a call folder at once. What cannot be a file of one is named and refused."""

    widget = type("SeveralFiles", (forms.ClearableFileInput,), {"allow_multiple_selected": True})

    def clean(self, data: Any, initial: Any = None) -> dict[str, str]:  # noqa: ARG002 -- Django's
        """The text of each file by its path in the folder."""
        uploads = data if isinstance(data, list | tuple) else [data] if data else []
        if self.required and not uploads:
            raise forms.ValidationError("Choose the files of the call folder.")
        texts, wrong = {}, []
        for upload in uploads:
            try:
                path, text = _text_of(upload)
            except ValueError as fault:
                wrong.append(str(fault))
            else:
                texts[path] = text
        if wrong:
            raise forms.ValidationError(wrong)
        return texts


def _text_of(upload: "UploadedFile[bytes]") -> tuple[str, str]:
    name = (upload.name or "").replace("\\", "/").rpartition("/")[2]
    path = name if is_file_of_a_folder(name) else f"cases/{name}"
    if not is_file_of_a_folder(path):
        raise ValueError(
            f"{name!r} is no file of a call folder; expected call.toml, rules.toml, sources.toml, application.toml, "
            "assumptions.toml, CHANGES.md, or a file of worked cases that ends in .toml."
        )
    if (upload.size or 0) > LARGEST_FILE:
        raise ValueError(f"{name!r} is larger than {LARGEST_FILE // 1000} kB. A call folder holds text only.")
    try:
        return path, upload.read().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as wrong:
        raise ValueError(
            f"{name!r} is not UTF-8 text: byte {wrong.start + 1} cannot be read. Save it as UTF-8."
        ) from None


class NewEditionForm(forms.Form):
    """The beginning of an edition: of a call that is there, or of a new one."""

    reference = forms.CharField(
        label="Reference of the call",
        max_length=80,
        help_text="For example COS-CLUSINT-2020-3-01. With that of a published call, this begins a corrigendum.",
    )
    reason = PlainText(
        label="Why this edition is published",
        max_length=2_000,
        rows=3,
        help_text="One or two sentences that readers of the history will see.",
    )
    uploads = Files(
        label="Files of the call folder",
        required=False,
        help_text="call.toml, rules.toml, sources.toml and, where there are any, application.toml, assumptions.toml, "
        "CHANGES.md and files of worked cases. The rest comes from the edition in force, or from the template of a new "
        "call.",
    )


class TextsForm(forms.Form):
    """The texts of a draft, one field a file. An empty field takes the file away."""

    reason = PlainText(label="Why this edition is published", max_length=2_000, rows=3)
    uploads = Files(label="Replace or add files", required=False, help_text="They take the place of what stands below.")

    def __init__(self, texts: Texts, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.paths = {f"file-{path}": path for path in in_order(texts)}
        for name, path in self.paths.items():
            self.fields[name] = forms.CharField(
                label=path,
                required=False,
                strip=False,
                initial=texts[path],
                widget=forms.Textarea(attrs={"rows": 14, "width": "full", "spellcheck": "false", "wrap": "off"}),
            )

    def texts(self) -> dict[str, str]:
        """The folder as typed, with the uploaded files put in."""
        typed = {path: self.cleaned_data[name].replace("\r\n", "\n") for name, path in self.paths.items()}
        return {path: text for path, text in (typed | self.cleaned_data["uploads"]).items() if text.strip()}


def in_order(texts: Mapping[str, str]) -> list[str]:
    """The paths of a folder: first those that every folder has, then worked cases."""
    return [path for path in FIRST if path in texts] + sorted(path for path in texts if path not in FIRST)


class ReturnForm(forms.Form):
    """What should change before an edition is proposed again."""

    reason = PlainText(label="What should change", max_length=2_000, rows=3)


class ExtensionForm(forms.Form):
    """Another deadline."""

    day = forms.DateField(label="New day of the deadline")
    hour = forms.TimeField(label="Hour", help_text="By the clocks where the call is.")
    reason = PlainText(
        label="Why the deadline is moved",
        max_length=1_000,
        rows=3,
        help_text="Everybody who follows the call will read it.",
    )

    def moved_to(self) -> tuple[date, time]:
        """The new deadline by the clocks of the call."""
        return self.cleaned_data["day"], self.cleaned_data["hour"]
