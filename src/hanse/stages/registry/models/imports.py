"""Imports of many organisations from a table: tried first, then done, each row with what was wrong in it."""

from django.conf import settings
from django.db import models

from hanse.stages.registry.models.organisations import Organisation


class ImportRun(models.Model):
    """One table that somebody uploaded.

    Attributes:
        rows: how many there are, without the header.
        faulty: how many cannot be imported.
        done: how many have been handled so far, for the progress shown.
        skip_faulty: whether the sound rows were imported although others were faulty: only if it was asked for.
        faults: what is wrong with the file as a whole.
    """

    class State(models.TextChoices):
        """How far it is."""

        READING = "reading", "being read"
        CHECKED = "checked", "tried, nothing imported"
        RUNNING = "running", "being imported"
        DONE = "done", "imported"
        REFUSED = "refused", "not imported"

    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.READING)
    rows = models.PositiveIntegerField(default=0)
    faulty = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    skip_faulty = models.BooleanField(default=False)
    faults = models.JSONField(default=list)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.file_name


class ImportRow(models.Model):
    """One row of an import.

    Attributes:
        line: in the file, counted from 1 with the header.
        given: the cells as they were, by column.
        faults: why it cannot be imported; empty for a sound row.
        doubts: what should be looked at and does not stop it.
    """

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="found")
    line = models.PositiveIntegerField()
    given = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    doubts = models.JSONField(default=list)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("run", "line"), name="registry_one_row"),)

    def __str__(self) -> str:
        return f"{self.run_id}, line {self.line}"
