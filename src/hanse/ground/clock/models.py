"""The rehearsal clock, and the latest instant that was kept: one row each, or none."""

from django.conf import settings
from django.db import models


class RehearsalClock(models.Model):
    """How far the clock of a rehearsal is from real time.

    Attributes:
        shift: added to real time.
        set_at: in real time.
    """

    shift = models.DurationField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="clock_one_row"),)

    def __str__(self) -> str:
        return f"{self.shift} from real time"


class HighWater(models.Model):
    """The latest real instant at which anything was sealed: by it a host whose clock was set back is found.

    Attributes:
        latest: in real time.
    """

    latest = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="clock_one_high_water"),)

    def __str__(self) -> str:
        return str(self.latest)
