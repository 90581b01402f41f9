"""The app as Django knows it."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Messages written in the transaction that causes them, sent after it."""

    name = "hanse.ground.outbox"
    label = "outbox"
    default_auto_field = "django.db.models.BigAutoField"
