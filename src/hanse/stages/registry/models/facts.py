"""Facts with two times: when they held in the world, and when the registry knew them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from hanse.stages.registry.models.organisations import Organisation


class Fact(models.Model):
    """The value of one field of a profile, for a time, as known for a time. Rows are closed, never changed.

    "As known then" asks for the rows whose knowledge covers an instant; "as known now" for those not superseded.

    Attributes:
        name: field of the profile or of its legal entity, such as `country` or `legal_entity.vat`.
        value: as JSON.
        valid_from: first day on which it held; None: ever since.
        valid_until: first day on which it no longer held; None: it still does.
        known_from: when the registry learnt it.
        known_until: when the registry learnt better; None: it is what is known now.
        source: why it is believed: the owner's edit, an import, an officer, a cited page.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="facts")
    name = models.CharField(max_length=60)
    value = models.JSONField(null=True)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    known_from = models.DateTimeField()
    known_until = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="registry_fact_holds_for_a_time",
            ),
            models.CheckConstraint(
                condition=Q(known_until__isnull=True) | Q(known_until__gte=F("known_from")),
                name="registry_fact_known_for_a_time",
            ),
        )
        indexes = (models.Index(fields=("organisation", "name", "known_from"), name="registry_facts"),)

    def __str__(self) -> str:
        return f"{self.organisation_id}.{self.name}"
