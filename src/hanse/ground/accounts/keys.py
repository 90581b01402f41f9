"""The form by which a passkey or security key is added."""

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms


class KeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth carries no types
    """A key with a name; unless one says otherwise it signs in by itself."""

    passwordless = forms.BooleanField(
        label="Sign in with this key alone",
        help_text="Without a password: your device asks for finger, face or PIN. Untick it to use both.",
        required=False,
        initial=True,
    )
