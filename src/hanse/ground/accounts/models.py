"""People, and what they are appointed to."""

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

NAME_LENGTH = 200


class People(BaseUserManager["User"]):
    """Finds people by their address, however it is written."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The person with an address."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person who can sign in. The address is the login; case in it makes no difference.

    Attributes:
        name: as the person wants to be addressed.
        is_active: a person who is not cannot sign in; nothing of what they did goes away.
    """

    email = models.EmailField("e-mail address", max_length=254, unique=True)
    name = models.CharField(max_length=NAME_LENGTH)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField()

    objects = People()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name_plural = "people"
        constraints = (models.UniqueConstraint(Lower("email"), name="accounts_one_address"),)

    def __str__(self) -> str:
        return self.name or self.email


class Role(models.TextChoices):
    """What the granting authority appoints people to."""

    OFFICER = "officer", "programme officer"
    ADMINISTRATOR = "administrator", "administrator"
    EXPERT = "expert", "expert"
    AUDITOR = "auditor", "auditor"


class Appointment(models.Model):
    """A person holds a role from an instant, and until one if it has ended."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=13, choices=Role.choices)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    appointed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("user", "role"), condition=Q(until__isnull=True), name="accounts_one_appointment"
            ),
        )
        indexes = (models.Index(fields=("role", "until"), name="accounts_appointed"),)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role}"

    def holds(self, at: datetime) -> bool:
        """Whether the appointment is in force at an instant."""
        return self.since <= at and (self.until is None or at < self.until)


class CastMember(models.Model):
    """A fictional person of a demonstration, as whom one enters with a click. There are none on other sites.

    Attributes:
        place: among the cast, from 1.
        does: what they do, in words.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    place = models.PositiveSmallIntegerField()
    does = models.CharField(max_length=200)

    class Meta:
        ordering = ("place",)

    def __str__(self) -> str:
        return f"{self.place}: {self.user_id}"
