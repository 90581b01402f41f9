"""Inviting people, changing rights, taking a profile over, deciding on requests."""

from typing import Any

from django import forms

from hanse.stages.registry.forms.fields import Text
from hanse.stages.registry.queries.people import RIGHTS


def _rights() -> list[tuple[str, str]]:
    return [(value, label[:1].upper() + label[1:]) for value, label in RIGHTS.items()]


class InviteForm(forms.Form):
    """Whom to invite, with which right."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        help_text="The invitation works for a person who signs in with this address.",
        widget=forms.EmailInput(attrs={"autocomplete": "off", "width": "l"}),
    )
    right = forms.ChoiceField(label="Right", choices=_rights, widget=forms.RadioSelect, initial="editor")


class TakeoverForm(forms.Form):
    """Why somebody speaks for an organisation, and what shows it."""

    proof = Text(
        label="Why do you speak for this organisation?",
        max_length=4000,
        help_text="Your function there, and where an officer can see it: a page of its website, a register.",
        widget=forms.Textarea(attrs={"rows": 6, "width": "l"}),
    )
    file = forms.FileField(
        label="A document that shows it",
        required=False,
        help_text="PDF, Word, OpenDocument, PNG or JPEG, at most 10 MB.",
    )


class ReviewForm(forms.Form):
    """An officer's decision on a registration."""

    decision = forms.ChoiceField(
        label="Decision",
        choices=[
            ("publish", "Register it: the profile becomes public"),
            ("return", "Return it for correction: say what to correct"),
            ("refuse", "Refuse it: give the reason"),
        ],
        widget=forms.RadioSelect,
    )
    note = Text(
        label="Note to those who act for it",
        max_length=4000,
        required=False,
        help_text="Needed unless you register it.",
        widget=forms.Textarea(attrs={"rows": 5, "width": "l"}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for words where a decision needs them."""
        data = super().clean() or {}
        if data.get("decision") == "return" and not data.get("note"):
            self.add_error("note", "Say what is to be corrected.")
        if data.get("decision") == "refuse" and not data.get("note"):
            self.add_error("note", "Give the reason for the refusal.")
        return data


class TakeoverDecisionForm(forms.Form):
    """An officer's decision on a request to take a profile over."""

    decision = forms.ChoiceField(
        label="Decision",
        choices=[("grant", "Grant: the person becomes an owner"), ("refuse", "Refuse: give the reason")],
        widget=forms.RadioSelect,
    )
    reason = Text(
        label="Reason",
        max_length=4000,
        required=False,
        help_text="Needed for a refusal.",
        widget=forms.Textarea(attrs={"rows": 4, "width": "l"}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where a refusal needs it."""
        data = super().clean() or {}
        if data.get("decision") == "refuse" and not data.get("reason"):
            self.add_error("reason", "Give the reason for the refusal.")
        return data


class WithdrawForm(forms.Form):
    """Why a profile is withdrawn, for its history."""

    reason = Text(
        label="Reason", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3, "width": "l"})
    )


class SendForm(forms.Form):
    """Sending a request, having looked at organisations that may be the same."""

    different = forms.BooleanField(
        label="None of these is the organisation that I register",
        error_messages={"required": "Look at the organisations listed and say that none of them is yours."},
    )
