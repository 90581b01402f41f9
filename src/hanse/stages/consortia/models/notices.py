"""Partner offers and requests tied to a call, and expressions of interest in them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from hanse.stages.consortia.models.consortia import REF_LENGTH, Consortium, Seat


class Notice(models.Model):
    """An organisation offers itself as a partner for a call, or a consortium looks for one. Expires with the call.

    Attributes:
        call: reference of the call; a notice can be read and answered while this call has not closed.
        strand: empty: for any strand.
        consortium: on whose behalf a request is made; never shown to outsiders.
        countries, sectors, markets: what is offered or sought, by code or id.
        version: counts changes.
    """

    class Kind(models.TextChoices):
        """Whether partners are sought or somebody offers to be one."""

        OFFER = "offer", "offers to take part"
        REQUEST = "request", "looks for partners"

    ref = models.CharField(max_length=REF_LENGTH, unique=True)
    kind = models.CharField(max_length=7, choices=Kind.choices)
    call = models.CharField(max_length=80)
    strand = models.CharField(max_length=40, blank=True)
    organisation = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    consortium = models.ForeignKey(Consortium, null=True, on_delete=models.PROTECT, related_name="notices")
    title = models.CharField(max_length=200)
    text = models.TextField()
    countries = models.JSONField(default=list, blank=True)
    sectors = models.JSONField(default=list, blank=True)
    markets = models.JSONField(default=list, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (models.Index(fields=("call", "withdrawn_at", "published_at", "id"), name="consortia_notices"),)

    def __str__(self) -> str:
        return self.title


class Interest(models.Model):
    """An organisation answers a notice, or writes to another one out of the partner search.

    Attributes:
        notice: None for a first word to an organisation without a notice.
        answer: what the other side wrote back.
        seat: the invitation that came of it.
    """

    class State(models.TextChoices):
        """How the other side has taken it."""

        SENT = "sent", "waits for an answer"
        WELCOME = "welcome", "welcome: let us talk"
        DECLINED = "declined", "declined"
        WITHDRAWN = "withdrawn", "withdrawn"

    notice = models.ForeignKey(Notice, null=True, on_delete=models.PROTECT, related_name="interests")
    call = models.CharField(max_length=80)
    sender = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    message = models.TextField()
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.SENT)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    seat = models.ForeignKey(Seat, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("notice", "sender"),
                condition=Q(state="sent", notice__isnull=False),
                name="consortia_one_interest_waiting",
            ),
            models.CheckConstraint(condition=~Q(sender=models.F("receiver")), name="consortia_interest_between_two"),
        )
        indexes = (
            models.Index(fields=("receiver", "state"), name="consortia_interest_to"),
            models.Index(fields=("sender", "state"), name="consortia_interest_from"),
        )

    def __str__(self) -> str:
        return f"{self.sender_id} to {self.receiver_id}"
