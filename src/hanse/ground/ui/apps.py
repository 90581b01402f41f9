"""The app as Django knows it."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """How pages look: ECL components, forms, tables, charts, maps."""

    name = "hanse.ground.ui"
    label = "ui"
    default_auto_field = "django.db.models.BigAutoField"
