"""Two days: on which something held, and by which it was known."""

from datetime import date

from django import forms

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)


class HistoryForm(forms.Form):
    """As of when a profile is asked."""

    held = forms.DateField(label="As it was on", help_text="The day on which the facts held.")
    known = forms.DateField(
        label="As known on", help_text="Facts that were learnt after this day are left out; so are later corrections."
    )

    def clean_held(self) -> date:
        """A day that can be asked of."""
        return _within(self.cleaned_data["held"])

    def clean_known(self) -> date:
        """A day that can be asked of."""
        return _within(self.cleaned_data["known"])


def _within(day: date) -> date:
    if not EARLIEST <= day <= LATEST:
        raise forms.ValidationError(f"Give a day between {EARLIEST.year} and {LATEST.year}.")
    return day
