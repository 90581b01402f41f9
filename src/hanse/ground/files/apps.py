"""The app as Django knows it."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Files kept by the digest of their content."""

    name = "hanse.ground.files"
    label = "files"
    default_auto_field = "django.db.models.BigAutoField"
