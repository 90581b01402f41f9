"""The entries of the record."""

from django.conf import settings
from django.db import models


class Event(models.Model):
    """One entry. Rows are only ever added: triggers refuse everything else.

    Attributes:
        number: from 1 without gaps.
        actor_name: as it was then.
        previous: digest of the entry before.
    """

    append_only = True

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    act = models.CharField(max_length=120)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=300, blank=True)
    subject_kind = models.CharField(max_length=40)
    subject_ref = models.CharField(max_length=200)
    facts = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        indexes = (models.Index(fields=("subject_kind", "subject_ref", "number"), name="audit_subject"),)

    def __str__(self) -> str:
        return f"{self.number}: {self.act}"
