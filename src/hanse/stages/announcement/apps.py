"""The app as Django knows it."""

from django.apps import AppConfig


class AnnouncementConfig(AppConfig):
    """Stage 1: a call edition is published, corrected, extended, closed; questions and answers."""

    name = "hanse.stages.announcement"
    label = "announcement"
    default_auto_field = "django.db.models.BigAutoField"
