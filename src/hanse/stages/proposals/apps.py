"""The app as Django knows it."""

from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    """Stage 3: application and budget, with the verdicts at hand."""

    name = "hanse.stages.proposals"
    label = "proposals"
    default_auto_field = "django.db.models.BigAutoField"
