"""The app as Django knows it."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People: sign-in, proofs of identity, appointments of the agency."""

    name = "hanse.ground.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
