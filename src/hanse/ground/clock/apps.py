"""The app as Django knows it."""

from django.apps import AppConfig


class ClockConfig(AppConfig):
    """The only reader of time, and the rehearsal clock that stands in for it."""

    name = "hanse.ground.clock"
    label = "clock"
    default_auto_field = "django.db.models.BigAutoField"
