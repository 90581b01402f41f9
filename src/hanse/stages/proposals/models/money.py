"""The ledger of an application in cents: partner, work package, category; shares, sources, and every change."""

from django.conf import settings
from django.db import models

from hanse.stages.proposals.models.drafts import Proposal

LONGEST_ID = 40


class Cost(models.Model):
    """One cell of the ledger.

    Attributes:
        seat: the partner whose cost it is, and who owns the cell.
        work_package: number of the record in the section of work packages; empty: of no single one.
        category: id of a cost category of the form.
        months: person-months in hundredths, where the category is counted in them.
        rate: cost of one person-month in cents.
        cents: the amount; of months and rate, their product rounded to the cent, half up.
        version: counts changes, so that one based on an older state is told.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="costs")
    seat = models.ForeignKey("consortia.Seat", on_delete=models.PROTECT, related_name="+")
    work_package = models.CharField(max_length=LONGEST_ID, blank=True)
    category = models.CharField(max_length=LONGEST_ID)
    cents = models.BigIntegerField()
    months = models.PositiveIntegerField(null=True)
    rate = models.PositiveBigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("proposal", "seat", "work_package", "category"), name="proposals_one_cost_a_cell"
            ),
            models.CheckConstraint(condition=models.Q(cents__gte=0), name="proposals_costs_from_zero"),
        )

    def __str__(self) -> str:
        return f"{self.seat_id}/{self.work_package}/{self.category}"


class Part(models.Model):
    """A partner's part of the money.

    Attributes:
        requested: contribution that the partner asks for, in cents; None while it is not stated.
        shared: whether the other partners see its cells, or its totals only.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="parts")
    seat = models.ForeignKey("consortia.Seat", on_delete=models.PROTECT, related_name="+")
    requested = models.PositiveBigIntegerField(null=True)
    shared = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("proposal", "seat"), name="proposals_one_part_a_seat"),)

    def __str__(self) -> str:
        return f"part of seat {self.seat_id}"


class Source(models.Model):
    """Money that covers costs beside the requested contribution."""

    class Kind(models.TextChoices):
        """Whose money it is."""

        OWN = "own", "own funds"
        PUBLIC = "public", "public money"
        PRIVATE = "private", "private money"

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="sources")
    seat = models.ForeignKey("consortia.Seat", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    name = models.CharField(max_length=200)
    cents = models.PositiveBigIntegerField()
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("proposal", "seat", "name"), name="proposals_one_source"),)

    def __str__(self) -> str:
        return self.name


class MoneyChange(models.Model):
    """How a cell, a part or a source stood before and after a change.

    Attributes:
        key: what changed: `cost/<work package>/<category>`, `part`, `source/<name>`.
        before, after: the figures as values; None: it was or is not there.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="money_changes")
    seat = models.ForeignKey("consortia.Seat", on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=300)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("proposal", "changed_at", "id"), name="proposals_money_history"),)

    def __str__(self) -> str:
        return self.key
