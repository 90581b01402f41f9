"""What counts now, so that it can be asked at once; and the application prepared for sealing."""

from django.db import models

from hanse.stages.submission.models.receipts import DIGEST, Content, Receipt


class Standing(models.Model):
    """The submission of an application that counts now. No row: none does.

    Attributes:
        receipt: the act by which it counts.
        package_of: the receipt whose package counts: the same, or the late attempt that was admitted.
        submitted_at: when what counts was received.
    """

    proposal = models.OneToOneField("proposals.Proposal", on_delete=models.PROTECT, related_name="+")
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="+")
    package_of = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="+")
    call = models.CharField(max_length=80)
    strand = models.CharField(max_length=40, blank=True)
    submitted_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("call", "strand"), name="submission_counting"),)

    def __str__(self) -> str:
        return f"{self.receipt_id} counts"


class StandingMember(models.Model):
    """A body that applies in a submission that counts, by which clashes are found.

    Attributes:
        body: legal entity, or the organisation itself where none is stated.
        organisation: id of its profile.
    """

    standing = models.ForeignKey(Standing, on_delete=models.CASCADE, related_name="members")
    call = models.CharField(max_length=80)
    body = models.CharField(max_length=200)
    organisation = models.CharField(max_length=200)
    coordinator = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=("call", "body"), name="submission_bodies"),
            models.Index(fields=("call", "organisation"), name="submission_organisations"),
        )

    def __str__(self) -> str:
        return self.body


class FairCopy(models.Model):
    """An application made ready for sealing, while its draft stays as it is. It saves time and decides nothing.

    Attributes:
        state: digest of all on which it stands; another state, and it is made anew.
        manifest: what the package will hold, but for the instant of arrival.
        judged: what rules and missing papers make of it, as values.
    """

    proposal = models.OneToOneField("proposals.Proposal", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=DIGEST)
    content = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="+")
    manifest = models.JSONField()
    judged = models.JSONField()

    def __str__(self) -> str:
        return f"fair copy of {self.proposal_id}"
