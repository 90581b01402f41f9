"""Forms about people."""

from typing import Any

from django import forms
from django.http import HttpRequest

from hanse.ground.accounts.models import NAME_LENGTH, Role, User


class PersonForm(forms.Form):
    """What a new person tells beside the address and the password. allauth builds its form on this one."""

    name = forms.CharField(
        label="Your name",
        max_length=NAME_LENGTH,
        help_text="As others should address you.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    field_order = ("name", "email", "password1", "password2")

    def signup(self, request: HttpRequest, user: User) -> None:
        """Nothing more to do: the adapter keeps the name."""


class AppointForm(forms.Form):
    """Appoint a person to a role."""

    email = forms.EmailField(
        label="E-mail address of the person",
        help_text="The person needs an account here first.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label="Role", choices=Role.choices, widget=forms.RadioSelect)

    def clean_email(self) -> User:
        """The person with this address."""
        given = self.cleaned_data["email"]
        person = User.objects.filter(email__iexact=given, is_active=True).first()
        if person is None:
            raise forms.ValidationError("Nobody with this address has an account. Ask the person to create one.")
        return person

    @property
    def person(self) -> Any:
        """Who is to be appointed."""
        return self.cleaned_data["email"]
