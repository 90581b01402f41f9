"""Forms of the site's own pages."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet

from hanse.ground.audit.models import Event
from hanse.ground.clock import BRUSSELS
from hanse.site.wording import KINDS

LONGEST_SEARCH = 200


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


class RecordForm(forms.Form):
    """What to look for in the record."""

    kind = forms.ChoiceField(
        label="What it was done to",
        choices=[("", "anything"), *((kind, words.capitalize()) for kind, words in KINDS.items())],
        required=False,
    )
    ref = forms.CharField(
        label="Its reference",
        help_text="As it stands in the address of its page, such as COS-CLUSINT-2020-3-01; of a person the number.",
        max_length=LONGEST_SEARCH,
        required=False,
    )
    act = forms.CharField(
        label="Part of what was done", help_text="Such as publish.", max_length=LONGEST_SEARCH, required=False
    )

    @property
    def asks(self) -> bool:
        """Whether anything is looked for. Only of a form that is valid."""
        return any(self.cleaned_data.values())

    def narrow(self, events: QuerySet[Event]) -> QuerySet[Event]:
        """Those of the entries that are looked for."""
        asked = self.cleaned_data
        if asked["kind"]:
            events = events.filter(subject_kind=asked["kind"])
        if asked["ref"]:
            events = events.filter(subject_ref=asked["ref"])
        if asked["act"]:
            events = events.filter(act__icontains=asked["act"])
        return events
