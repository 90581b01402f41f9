"""Who acts for an organisation, who is invited to, and who asks to take a profile over."""

from django.conf import settings
from django.db import models

from hanse.stages.registry.models.organisations import Organisation


class Right(models.TextChoices):
    """What a person may do for an organisation."""

    OWNER = "owner", "owner: edits the profile and decides who acts for it"
    EDITOR = "editor", "editor: edits the profile"


class Membership(models.Model):
    """A person acts for an organisation, from a day and until it ends. Two owners keep a leaver from blocking it."""

    Right = Right

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    right = models.CharField(max_length=6, choices=Right.choices)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("user", "organisation"),
                condition=models.Q(until__isnull=True),
                name="registry_one_membership",
            ),
        )
        indexes = (models.Index(fields=("organisation", "until"), name="registry_members"),)

    def __str__(self) -> str:
        return f"{self.user_id} acts for {self.organisation_id}"


class Invitation(models.Model):
    """An invitation by e-mail to act for an organisation.

    Attributes:
        secret: SHA-256 of what the link in the message carries; the link itself is kept nowhere.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    right = models.CharField(max_length=6, choices=Right.choices)
    secret = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.email} to {self.organisation_id}"


class Takeover(models.Model):
    """Someone asks to become an owner of a profile that has none, or whose owners do not answer, and brings proof.

    Attributes:
        proof: why this person speaks for the organisation, in words.
        file: a document that shows it.
    """

    class State(models.TextChoices):
        """What became of the request."""

        WAITING = "waiting", "waits for an officer"
        GRANTED = "granted", "granted"
        REFUSED = "refused", "refused"
        WITHDRAWN = "withdrawn", "withdrawn"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="takeovers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proof = models.TextField()
    file = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "user"),
                condition=models.Q(state="waiting"),
                name="registry_one_takeover_waiting",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} asks for {self.organisation_id}"
