"""Late cases."""

from django import forms

LONGEST = 8_000


class LateForm(forms.Form):
    """Proposing that a late attempt be admitted."""

    grounds = forms.CharField(
        label="Grounds",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST,
        help_text="What went wrong, and on whose side. The applicants read it if the attempt is admitted.",
        error_messages={"required": "Say what went wrong, and on whose side."},
    )
    evidence = forms.CharField(
        label="Evidence",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST,
        help_text="Where that is seen: an outage, the slip of an attempt, a letter.",
        error_messages={"required": "Say where that is seen."},
    )


class DecideForm(forms.Form):
    """Deciding one."""

    admit = forms.ChoiceField(
        label="Decision",
        choices=[("yes", "Admit the attempt"), ("no", "Decline")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of the two."},
    )
    decision = forms.CharField(
        label="Why",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST,
        error_messages={"required": "Say why."},
        help_text="The applicants read it if the attempt is admitted.",
    )
