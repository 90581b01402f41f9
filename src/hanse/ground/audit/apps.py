"""The app as Django knows it."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The record of what was done: appended to, chained by digests, never changed."""

    name = "hanse.ground.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"
