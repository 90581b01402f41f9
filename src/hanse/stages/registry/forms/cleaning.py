"""Deciding on two profiles that may be of one organisation."""

from django import forms

from hanse.stages.registry.forms.fields import Text


class DifferentForm(forms.Form):
    """Two organisations after all."""

    note = Text(
        label="How you know",
        max_length=2000,
        required=False,
        help_text="For officers who see the two again.",
        widget=forms.Textarea(attrs={"rows": 3, "width": "l"}),
    )


class MergeForm(forms.Form):
    """One organisation: why."""

    reason = Text(
        label="How you know that it is one organisation",
        max_length=2000,
        help_text="The owners of both profiles read it.",
        widget=forms.Textarea(attrs={"rows": 4, "width": "l"}),
    )


class NothingForm(forms.Form):
    """A decision that needs no words."""
