"""Fields that several forms share."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator

NUL = "There is an invisible character in this text that cannot be kept. Type the text again instead of pasting it."
SERVICE_LENGTH = 120
MOST_SERVICES = 30


class Line(forms.CharField):
    """One line of text: line breaks and runs of blanks become one blank."""

    def __init__(self, **kwargs: Any) -> None:
        """Take what a CharField takes."""
        super().__init__(**kwargs)
        _say_kindly(self)

    def to_python(self, value: Any) -> str:
        """The text on one line."""
        return " ".join(str(super().to_python(value) or "").split())


class Text(forms.CharField):
    """Text of several lines, with line ends of one kind."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        """Take what a CharField takes."""
        super().__init__(**kwargs)
        _say_kindly(self)

    def to_python(self, value: Any) -> str:
        """The text with plain line ends."""
        return str(super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")


def _say_kindly(field: forms.Field) -> None:
    field.validators = [
        ProhibitNullCharactersValidator(message=NUL) if isinstance(one, ProhibitNullCharactersValidator) else one
        for one in field.validators
    ]


class Lines(Text):
    """A list, one entry a line."""

    def prepare_value(self, value: Any) -> Any:
        """A list as it is typed."""
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        """The entries, each once.

        Raises:
            ValidationError: if there are too many, or one is too long.
        """
        text = super().clean(value)
        entries = list(dict.fromkeys(" ".join(line.split()) for line in text.split("\n")))
        entries = [entry for entry in entries if entry]
        if len(entries) > MOST_SERVICES:
            raise forms.ValidationError(f"These are {len(entries)} lines; name at most {MOST_SERVICES}.")
        for entry in entries:
            if len(entry) > SERVICE_LENGTH:
                told = f"“{entry[:30]}…” has {len(entry)} characters; a line has at most {SERVICE_LENGTH}."
                raise forms.ValidationError(told)
        return entries


class Several(forms.MultipleChoiceField):
    """Several of the rows of a table, as a sorted list. Ids that the table does not know (any more) may stay."""

    def __init__(self, table: Mapping[str, str], **kwargs: Any) -> None:
        """Take the table besides what a MultipleChoiceField takes."""
        self.table = table
        super().__init__(choices=list(table.items()), **kwargs)

    def keep(self, ids: list[str]) -> None:
        """Let ids stay that a profile bears and the table does not know."""
        unknown = [id for id in ids if id not in self.table]
        if unknown:
            self.choices = [*self.table.items(), *((id, id) for id in unknown)]

    def clean(self, value: Any) -> list[str]:
        """The ids, sorted."""
        return sorted(set(super().clean(value)))
