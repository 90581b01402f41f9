"""Consortia, the seats in them, and the mandates by which organisations take part."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from hanse.core.consortium import Role as CoreRole

REF_LENGTH = 60
LONGEST_NAME = 200


class Consortium(models.Model):
    """Organisations that prepare one application to one strand of one call.

    Attributes:
        ref: short id in addresses; the application has the same.
        idea: what it is about, for those who are invited.
        call: reference of the call. Its edition is whichever is in force when it is asked.
        strand: id of the strand; empty while undecided.
        targets: third countries (codes) and world regions (ids) the project goes to.
        sectors: ids of the sectors the project is about.
        version: counts every change of aims; a change carries the version it was based on.
    """

    class State(models.TextChoices):
        """Whether it still prepares anything."""

        FORMING = "forming", "forming"
        DISSOLVED = "dissolved", "dissolved"

    ref = models.CharField(max_length=REF_LENGTH, unique=True)
    name = models.CharField(max_length=LONGEST_NAME)
    idea = models.TextField(blank=True)
    call = models.CharField(max_length=80)
    strand = models.CharField(max_length=40, blank=True)
    targets = models.JSONField(default=list, blank=True)
    sectors = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.FORMING)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    dissolved_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "consortia"
        indexes = (models.Index(fields=("call", "strand", "state"), name="consortia_by_call"),)

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """How an organisation takes part, in the words of the core (`hanse.core.consortium.Role`)."""

    COORDINATOR = CoreRole.COORDINATOR.value, "coordinator"
    BENEFICIARY = CoreRole.BENEFICIARY.value, "beneficiary"
    AFFILIATED_ENTITY = CoreRole.AFFILIATED_ENTITY.value, "affiliated entity"
    ASSOCIATED_PARTNER = CoreRole.ASSOCIATED_PARTNER.value, "associated partner"
    INTERNATIONAL_PARTNER = CoreRole.INTERNATIONAL_PARTNER.value, "international partner"


class SeatState(models.TextChoices):
    """How far an organisation has come in a consortium. The first two are open, all others are over."""

    INVITED = "invited", "invited"
    ACCEPTED = "accepted", "takes part"
    DECLINED = "declined", "declined"
    RECALLED = "recalled", "invitation taken back"
    LEFT = "left", "left"
    REMOVED = "removed", "removed by the coordinator"
    REPLACED = "replaced", "replaced"


OPEN_SEATS = (SeatState.INVITED, SeatState.ACCEPTED)


class Seat(models.Model):
    """The place of one organisation in one consortium, from invitation to the end. Never deleted.

    Attributes:
        place: order in the application, from 1.
        message: what the invitation says.
        replaces: the seat this one takes over when it is accepted.
        tie: the beneficiary whose affiliated entity this is.
    """

    Role = Role
    State = SeatState

    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="seats")
    organisation = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=24, choices=Role.choices)
    state = models.CharField(max_length=9, choices=SeatState.choices)
    place = models.PositiveIntegerField()
    message = models.TextField(blank=True)
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    tie = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("consortium", "organisation"),
                condition=Q(state__in=OPEN_SEATS),
                name="consortia_one_seat_an_organisation",
            ),
            models.UniqueConstraint(
                fields=("consortium",),
                condition=Q(state__in=OPEN_SEATS, role=Role.COORDINATOR),
                name="consortia_one_coordinator",
            ),
        )
        indexes = (
            models.Index(fields=("organisation", "state"), name="consortia_seats_of"),
            models.Index(fields=("consortium", "state", "place"), name="consortia_seats_in"),
        )

    def __str__(self) -> str:
        return f"{self.organisation_id} in {self.consortium_id} as {self.role}"


class Mandate(models.Model):
    """Someone with authority for an organisation commits it to a seat. Revocable until the deadline.

    Attributes:
        wording: the sentence that was agreed to, as it was shown.
    """

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="mandates")
    wording = models.TextField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("seat",), condition=Q(revoked_at__isnull=True), name="consortia_one_mandate_a_seat"
            ),
        )

    def __str__(self) -> str:
        return f"mandate of seat {self.seat_id}"
