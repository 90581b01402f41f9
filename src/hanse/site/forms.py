"""Forms of the site's own pages."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms

from hanse.ground.clock import BRUSSELS


class ClockForm(forms.Form):
    """What the rehearsal clock should say."""

    day = forms.DateField(label="Day", widget=forms.DateInput(attrs={"type": "date"}))
    time = forms.TimeField(
        label="Time in Brussels",
        widget=forms.TimeInput(attrs={"type": "time", "step": "1"}),
        help_text="Hours, minutes and if you like seconds, such as 16:59:30.",
    )

    def instant(self) -> datetime:
        """The instant that was asked for.

        In the hour that a clock change repeats, the first of the two is meant.
        """
        return datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"], BRUSSELS)

    def clean(self) -> dict[str, object]:
        """Refuse an instant that a clock change leaves out."""
        data = super().clean() or {}
        if "day" in data and "time" in data:
            asked = self.instant()
            if asked.astimezone(ZoneInfo("UTC")).astimezone(BRUSSELS).time() != data["time"]:
                self.add_error("time", "That hour does not exist on this day: clocks go forward then.")
        return data
