"""The app as Django knows it."""

from django.apps import AppConfig


class ConsortiaConfig(AppConfig):
    """Stage 2: partner search, expressions of interest, invitations, mandates."""

    name = "hanse.stages.consortia"
    label = "consortia"
    default_auto_field = "django.db.models.BigAutoField"
