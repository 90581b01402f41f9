"""When the site was alive: one row for each time without a gap."""

from django.db import models


class Pulse(models.Model):
    """From when to when the worker wrote into the database at least every three minutes.

    Attributes:
        since, until: in real time.
    """

    since = models.DateTimeField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(until__gte=models.F("since")), name="pulse_ends_last"),
        )

    def __str__(self) -> str:
        return f"{self.since} to {self.until}"
