"""Deadlines: the notices by which they were moved, and how far each round of reminders has come."""

from django.db import models

from hanse.stages.submission.models.receipts import DIGEST

LONGEST_NUMBER = 100


class DeadlineNotice(models.Model):
    """The signed notice that a deadline was moved, told to all in the transaction that moved it. Only ever added.

    Attributes:
        number: `<call>/<place>`.
        place: among the notices of its call, from 1.
        edition: the one that moved it.
        closing_before, closing_after: None where an edition states no hour.
        document: the whole notice, as everybody can fetch it (`hanse.core.submission.deadlines`).
        position: of its entry in the record.
        digest: of the document's claims.
    """

    append_only = True

    number = models.CharField(max_length=LONGEST_NUMBER, unique=True)
    call = models.CharField(max_length=80)
    place = models.PositiveIntegerField()
    edition = models.OneToOneField("announcement.CallEdition", on_delete=models.PROTECT, related_name="+")
    closing_before = models.DateTimeField(null=True)
    closing_after = models.DateTimeField(null=True)
    published_at = models.DateTimeField()
    document = models.JSONField()
    position = models.BigIntegerField(unique=True)
    digest = models.CharField(max_length=DIGEST, unique=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("call", "place"), name="submission_one_notice_a_place"),)

    def __str__(self) -> str:
        return self.number


class ReminderRound(models.Model):
    """One round of reminders: so long before one closing of one call.

    Attributes:
        closing: the deadline; a deadline that was moved has rounds of its own.
        before: how long before it.
        reached: number of the last application that was looked at; those after it are still to come.
        done: whether all were.
    """

    call = models.CharField(max_length=80)
    closing = models.DateTimeField()
    before = models.DurationField()
    reached = models.BigIntegerField(default=0)
    done = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("call", "closing", "before"), name="submission_one_round_of_reminders"),
        )

    def __str__(self) -> str:
        return f"{self.call}, {self.before} before {self.closing}"
