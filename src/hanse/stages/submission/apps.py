"""The app as Django knows it."""

from django.apps import AppConfig


class SubmissionConfig(AppConfig):
    """Stage 4: applications are sealed, and every attempt gets a receipt."""

    name = "hanse.stages.submission"
    label = "submission"
    default_auto_field = "django.db.models.BigAutoField"
