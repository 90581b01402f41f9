"""Messages and how they fare."""

from django.db import models


class Message(models.Model):
    """A message to one address, in plain text.

    Attributes:
        key: a second message with the same key is not written; empty for none.
        purpose: what it is for, such as `invitation`.
        next_at: when it is due; while it is being sent, when another worker may take it over.
        fault: why the last attempt failed.
    """

    class State(models.TextChoices):
        """How a message fares."""

        WAITING = "waiting", "waiting"
        SENT = "sent", "sent"
        DEAD = "dead", "given up"

    to = models.EmailField()
    subject = models.CharField(max_length=300)
    body = models.TextField()
    purpose = models.CharField(max_length=60, blank=True)
    key = models.CharField(max_length=200, null=True, unique=True)
    created_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("state", "next_at", "id"), name="outbox_due"),
            models.Index(fields=("to", "-id"), name="outbox_to"),
        )

    def __str__(self) -> str:
        return f"{self.subject} to {self.to}"
