"""The app as Django knows it."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Stage 0: legal entities, cluster profiles, registration requests, duplicates."""

    name = "hanse.stages.registry"
    label = "registry"
    default_auto_field = "django.db.models.BigAutoField"
