"""Late attempts that officers look at."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from hanse.stages.submission.models.receipts import Receipt


class LateCase(models.Model):
    """Whether a refused attempt is admitted all the same: proposed by one officer, decided by another.

    Attributes:
        attempt: receipt of the refused attempt.
        grounds: why it may be admitted: what went wrong, on whose side.
        evidence: where that is seen: outages, slips, letters.
    """

    class State(models.TextChoices):
        """How far it has come."""

        PROPOSED = "proposed", "waits for a second officer"
        ADMITTED = "admitted", "admitted"
        DECLINED = "declined", "declined"

    attempt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.PROPOSED)
    grounds = models.TextField()
    evidence = models.TextField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(blank=True)
    receipt = models.OneToOneField(Receipt, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="submission_two_officers_decide",
            ),
            models.UniqueConstraint(
                fields=("attempt",), condition=Q(state="proposed"), name="submission_one_case_an_attempt"
            ),
        )

    def __str__(self) -> str:
        return f"case of {self.attempt_id}"
