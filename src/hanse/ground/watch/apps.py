"""The app as Django knows it."""

from django.apps import AppConfig


class WatchConfig(AppConfig):
    """What shows when the machine was in trouble."""

    name = "hanse.ground.watch"
    label = "watch"
    default_auto_field = "django.db.models.BigAutoField"
