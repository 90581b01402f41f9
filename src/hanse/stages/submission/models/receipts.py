"""What was sealed, and the receipts that prove it. Rows are only ever added (docs/decisions/0023)."""

from django.conf import settings
from django.db import models

LONGEST_NUMBER = 80
LONGEST_KEY = 80
DIGEST = 64


class Content(models.Model):
    """An application as it was sealed, kept once however often it is submitted.

    Attributes:
        digest: SHA-256 of the bytes of `application.json`.
        body: those bytes, compressed (`hanse.stages.submission.queries.packing`).
        size: their number before.
    """

    append_only = True

    digest = models.CharField(max_length=DIGEST, primary_key=True)
    body = models.BinaryField()
    size = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.digest


class Package(models.Model):
    """All that belongs to one sealed application, by digests.

    Attributes:
        digest: of the canonical form of the manifest.
        manifest: see `hanse.core.submission.documents.manifest_of`.
    """

    append_only = True

    digest = models.CharField(max_length=DIGEST, primary_key=True)
    manifest = models.JSONField()
    content = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.digest


class Receipt(models.Model):
    """The answer to one attempt.

    Attributes:
        number: `<application>/<place>`.
        place: among the receipts of its application, from 1.
        key: chosen by the sender; the same key gets the same receipt.
        edition: of the call, in force at the arrival.
        received_at: the instant by which it was judged.
        sealed_at: when it was decided.
        draft_version: of the application.
        package: what was sealed; none for a withdrawal.
        admits: the refused attempt that two officers admitted by this one.
        reason: of a withdrawal or an admission.
        document: the whole receipt, as it was handed out.
        position: of its entry in the record.
        digest: of the document's claims.
    """

    class Act(models.TextChoices):
        """What was attempted."""

        SUBMISSION = "submission", "submission"
        WITHDRAWAL = "withdrawal", "withdrawal"
        ADMISSION = "admission", "late attempt admitted"

    class Outcome(models.TextChoices):
        """Whether it stands."""

        ACCEPTED = "accepted", "accepted"
        REFUSED = "refused", "refused"

    append_only = True

    number = models.CharField(max_length=LONGEST_NUMBER, unique=True)
    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.PROTECT, related_name="+")
    place = models.PositiveIntegerField()
    act = models.CharField(max_length=10, choices=Act.choices)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    call = models.CharField(max_length=80)
    edition = models.ForeignKey("announcement.CallEdition", null=True, on_delete=models.PROTECT, related_name="+")
    strand = models.CharField(max_length=40, blank=True)
    received_at = models.DateTimeField()
    sealed_at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=LONGEST_KEY)
    draft_version = models.PositiveIntegerField()
    package = models.OneToOneField(Package, null=True, on_delete=models.PROTECT, related_name="+")
    admits = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    document = models.JSONField()
    position = models.BigIntegerField(unique=True)
    digest = models.CharField(max_length=DIGEST, unique=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("proposal", "place"), name="submission_one_receipt_a_place"),
            models.UniqueConstraint(fields=("proposal", "key"), name="submission_one_receipt_a_key"),
        )
        indexes = (models.Index(fields=("call", "position"), name="submission_by_call"),)

    def __str__(self) -> str:
        return self.number

    @property
    def accepted(self) -> bool:
        """Whether it stands."""
        return self.outcome == self.Outcome.ACCEPTED
