"""Forms with a file that stays chosen while the rest of the form is set right.

    class ReportForm(FileForm):
        file = upload_field("The report", "PDF, at most 20 MB.")
        note = Line(label="Note", required=False)

    form = ReportForm(
        request.POST, request.FILES, allowed=files.DOCUMENTS, most_bytes=20 << 20, user=user, place="reports", at=now
    )
    if form.is_valid():
        form.stored, form.stored_name

A browser drops a chosen file when a form comes back. So the file is kept whatever else in the form is wrong, and the
form that comes back carries a signed word for it: for the same person and the same place, for a day. Ask whether the
person may bring a file there at all before the form is made.
"""

from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any

from django import forms
from django.core import signing
from django.http import QueryDict

from hanse.ground import files
from hanse.ground.files.models import StoredFile

SALT = "hanse.ground.ui.uploads"
LASTS = timedelta(days=1)
LONGEST_NAME = 200
MISSING = "Choose a file."
FORGOTTEN = "Choose the file again: it was not kept any longer."


def upload_field(label: str, help_text: str = "") -> forms.FileField:
    """The field of the file; `FileForm` says what is wrong with it, so the field itself asks nothing."""
    return forms.FileField(label=label, help_text=help_text, required=False, allow_empty_file=True)


def name_to_keep(name: str) -> str:
    """What a file is called from now on: printable, without a path, short, and with its ending."""
    shown = "".join(letter for letter in PurePath(name.replace("\\", "/")).name if letter.isprintable()).strip()
    ending = PurePath(shown).suffix[:20]
    short = shown if len(shown) <= LONGEST_NAME else shown[: LONGEST_NAME - len(ending)] + ending
    return short or "file"


class FileForm(forms.Form):
    """A form with a file in its field `file`.

    Attributes:
        stored: what was kept, once the form is validated; None if the file is at fault.
        stored_name: what it is called.
    """

    kept = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        allowed: frozenset[str],
        most_bytes: int,
        user: Any,
        place: str,
        at: datetime,
        help_text: str = "",
        **kwargs: Any,
    ) -> None:
        """Take what a form takes, and what may be kept, from whom and for what."""
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = help_text or self.fields["file"].help_text
        self._allowed, self._most_bytes = allowed, most_bytes
        self._user, self._place, self._at = user, place, at
        self._asked = str(self.fields["file"].help_text)
        self.stored: StoredFile | None = None
        self.stored_name = ""

    def clean(self) -> dict[str, Any]:
        """Keep the file, or take up the one that was kept before."""
        data = super().clean() or {}
        upload = data.get("file")
        word = str(data.get("kept") or "")
        if upload:
            try:
                self.stored = files.keep(
                    upload,
                    allowed=self._allowed,
                    most_bytes=self._most_bytes,
                    kept_by=self._user,
                    at=self._at,
                )
            except files.Refused as refusal:
                self.add_error("file", str(refusal))
            else:
                self.stored_name = name_to_keep(upload.name or "")
        elif not word:
            self.add_error("file", MISSING)
        if self.stored is None and word and not self._taken_up(word) and not upload:
            self.add_error("file", FORGOTTEN)
        self._remember()
        return data

    def refuse_file(self, told: str) -> None:
        """Say what is wrong with the file itself; it is not carried along any more."""
        self.stored, self.stored_name = None, ""
        self.add_error("file", told)
        self._remember()

    def carry(self, name: str, value: str) -> None:
        """Let a hidden field of the form that comes back say something else than was sent."""
        data = self.data.copy() if isinstance(self.data, QueryDict) else dict(self.data)
        data[self.add_prefix(name)] = value
        self.data = data

    def _taken_up(self, word: str) -> bool:
        """Take up a file that was kept before, if the word for it holds here and now."""
        try:
            told = signing.loads(word, salt=SALT)
        except signing.BadSignature:
            return False
        if (told["user"], told["place"]) != (self._user.pk, self._place):
            return False
        found = files.found(told["digest"])
        if found is None or self._at - datetime.fromisoformat(told["at"]) >= LASTS:
            return False
        self.stored, self.stored_name = found, told["name"]
        return True

    def _remember(self) -> None:
        """Let the form carry the file when it comes back."""
        shown = self["file"]
        if self.stored is None:
            shown.help_text = self._asked
            self.carry("kept", "")
        else:
            told = {
                "digest": self.stored.digest,
                "name": self.stored_name,
                "user": self._user.pk,
                "place": self._place,
                "at": self._at.isoformat(),
            }
            self.carry("kept", signing.dumps(told, salt=SALT))
            shown.help_text = (
                f"{self.stored_name} is kept. Choose a file only to send another one. {self._asked}".strip()
            )
