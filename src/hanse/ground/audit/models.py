"""The entries of the record, and the roots that close its days."""

from django.conf import settings
from django.db import models


class Event(models.Model):
    """One entry. Rows are only ever added: triggers refuse everything else.

    Attributes:
        number: from 1 without gaps.
        actor_name: as it was then.
        previous: digest of the entry before.
        salt: chance, so that nobody finds out by trying what a published digest is of.
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
    salt = models.CharField(max_length=32, blank=True)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        indexes = (models.Index(fields=("subject_kind", "subject_ref", "number"), name="audit_subject"),)

    def __str__(self) -> str:
        return f"{self.number}: {self.act}"


class Root(models.Model):
    """How far the record went when a day was closed, signed (`hanse.ground.audit.roots`). Rows are only ever added.

    Attributes:
        day: in Brussels.
        first: number of the first entry it covers; one more than `last` if it covers none.
        head: digest of entry `last`.
        previous: digest of the root before.
        digest: of what it states.
        signature: in base 64, of what it states.
        key: name of the public key that proves the signature.
    """

    append_only = True

    day = models.DateField(primary_key=True)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    head = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    signature = models.CharField(max_length=100)
    key = models.CharField(max_length=16)
    made_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("last",), name="audit_root_of"),)

    def __str__(self) -> str:
        return f"{self.day}: entries {self.first} to {self.last}"
