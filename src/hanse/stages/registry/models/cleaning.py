"""Duplicates: candidates with their reasons, merges that can be undone, and old ids that lead on."""

from django.conf import settings
from django.db import models

from hanse.stages.registry.models.organisations import REF_LENGTH, Organisation


class DuplicatePair(models.Model):
    """Two profiles that may be of one organisation. `first` has the smaller id.

    Attributes:
        reasons: what they share, in words, strongest first.
        likeness: 0 to 100.
    """

    class State(models.TextChoices):
        """What became of the suspicion."""

        OPEN = "open", "to be looked at"
        DIFFERENT = "different", "two organisations"
        MERGED = "merged", "merged"

    first = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    reasons = models.JSONField(default=list)
    likeness = models.PositiveSmallIntegerField()
    found_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("first", "second"), name="registry_one_pair"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="registry_pair_in_order"),
        )
        indexes = (models.Index(fields=("state", "-likeness", "id"), name="registry_pairs"),)

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}"


class Merge(models.Model):
    """One profile was merged into another; all that moved is written down, so that a split restores it exactly.

    Attributes:
        moved: what moved, as `kind of row -> ids`, and what was filled in, as `field -> value before`.
    """

    kept = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    merged = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    moved = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("merged",), condition=models.Q(undone_at__isnull=True), name="registry_merged_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.merged_id} into {self.kept_id}"


class FormerRef(models.Model):
    """An id that was given out once and leads to an organisation for ever."""

    ref = models.CharField(max_length=REF_LENGTH, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="former_refs")
    merge = models.ForeignKey(Merge, null=True, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    def __str__(self) -> str:
        return self.ref
