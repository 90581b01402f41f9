"""The app as Django knows it."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """The pages that join several stages."""

    name = "hanse.site"
    label = "site"
    default_auto_field = "django.db.models.BigAutoField"
