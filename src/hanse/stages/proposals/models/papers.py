"""Annexes and declarations of an application."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from hanse.stages.proposals.models.drafts import Proposal


class Annex(models.Model):
    """A file that belongs to the application.

    Attributes:
        kind: id of an annex of the form.
        seat: the partner it is from, where every partner brings one.
        name: what the file was called.
        pages: of a PDF; None where it cannot be told.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="annexes")
    kind = models.CharField(max_length=80)
    seat = models.ForeignKey("consortia.Seat", null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    pages = models.PositiveIntegerField(null=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Declaration(models.Model):
    """A partner declares something on its honour.

    Attributes:
        kind: id of a declaration of the form.
        wording: the text that was declared, as it was shown.
        digest: of the wording, by which a changed text is told.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="declarations")
    seat = models.ForeignKey("consortia.Seat", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=80)
    wording = models.TextField()
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("proposal", "seat", "kind"),
                condition=Q(revoked_at__isnull=True),
                name="proposals_one_declaration",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} of seat {self.seat_id}"
