"""Legal entities, and the profiles of organisations that stand on them."""

from django.conf import settings
from django.db import models

NAME_LENGTH = 300
REF_LENGTH = 60


class LegalEntity(models.Model):
    """A body that can sign. Two profiles may stand on one: a chamber of commerce that manages two clusters.

    Attributes:
        ref: short id in addresses and exports.
        pic: Participant Identification Code of the Funding and Tenders portal, nine digits.
        vat: VAT number with its country prefix.
        lei: Legal Entity Identifier, twenty characters.
        national_number: number in the national register.
        own_legal_personality: None where nobody said.
    """

    ref = models.CharField(max_length=REF_LENGTH, unique=True)
    legal_name = models.CharField(max_length=NAME_LENGTH)
    country = models.CharField(max_length=2, blank=True)
    pic = models.CharField("PIC", max_length=20, blank=True)
    vat = models.CharField("VAT number", max_length=30, blank=True)
    lei = models.CharField("LEI", max_length=30, blank=True)
    national_number = models.CharField("national register number", max_length=60, blank=True)
    own_legal_personality = models.BooleanField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "legal entities"
        indexes = (
            models.Index(fields=("pic",), name="registry_entity_pic"),
            models.Index(fields=("vat",), name="registry_entity_vat"),
            models.Index(fields=("lei",), name="registry_entity_lei"),
            models.Index(fields=("country", "national_number"), name="registry_entity_number"),
        )

    def __str__(self) -> str:
        return self.legal_name


class Status(models.TextChoices):
    """How far the registration of an organisation has come."""

    DRAFT = "draft", "draft"
    REQUESTED = "requested", "registration requested"
    RETURNED = "returned", "returned for correction"
    PUBLISHED = "published", "registered"
    REFUSED = "refused", "registration refused"
    WITHDRAWN = "withdrawn", "withdrawn"
    MERGED = "merged", "merged into another"


class Kind(models.TextChoices):
    """What an organisation is, in the words of the core (`hanse.core.consortium.OrganisationKind`)."""

    CLUSTER_ORGANISATION = "cluster_organisation", "cluster organisation"
    BUSINESS_NETWORK = "business_network", "business network organisation"
    OTHER = "other", "another organisation"


class Organisation(models.Model):
    """The profile of an organisation: a cluster, a business network, an international partner.

    Attributes:
        ref: id in addresses, made from the name; for ever.
        name_key: the name without case and accents, by which lists are sorted.
        kind: empty where the source does not say.
        country: ISO 3166 code (Kosovo: XK); empty where the source does not say.
        sectors: ids of the table of sectors.
        target_markets: country codes and ids of world regions.
        languages: ISO 639 codes of languages in which it works.
        international: established outside the programme's countries and listed as an international partner.
        properties: further facts for rules by name, true or false, as `hanse.core.consortium.Organisation` has them.
        source: where a profile that no owner wrote comes from; such a profile can be taken over.
        requested_at: when registration was first requested.
        published_at: when it was first published.
        version: counts every change; an edit carries the version it was based on.
    """

    Status = Status
    Kind = Kind

    ref = models.CharField(max_length=REF_LENGTH, unique=True)
    name = models.CharField(max_length=NAME_LENGTH)
    name_key = models.CharField(max_length=NAME_LENGTH)
    legal_entity = models.ForeignKey(LegalEntity, null=True, on_delete=models.PROTECT, related_name="organisations")
    kind = models.CharField(max_length=24, choices=Kind.choices, blank=True)
    country = models.CharField(max_length=2, blank=True)
    region = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=120, blank=True)
    website = models.URLField(max_length=300, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    summary = models.CharField(max_length=400, blank=True)
    description = models.TextField(blank=True)
    services = models.JSONField(default=list, blank=True)
    sectors = models.JSONField(default=list, blank=True)
    target_markets = models.JSONField(default=list, blank=True)
    languages = models.JSONField(default=list, blank=True)
    properties = models.JSONField(default=dict, blank=True)
    members_count = models.PositiveIntegerField(null=True, blank=True)
    smes_count = models.PositiveIntegerField(null=True, blank=True)
    founded = models.PositiveIntegerField("year of foundation", null=True, blank=True)
    international = models.BooleanField(default=False)
    source = models.CharField(max_length=300, blank=True)

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    requested_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (
            models.Index(fields=("status", "name_key", "id"), name="registry_by_name"),
            models.Index(fields=("status", "country", "name_key", "id"), name="registry_by_country"),
            models.Index(fields=("status", "kind", "name_key", "id"), name="registry_by_kind"),
            models.Index(fields=("status", "kind", "country"), name="registry_by_kind_and_place"),
            models.Index(fields=("status", "international", "name_key", "id"), name="registry_by_reach"),
            models.Index(fields=("status", "requested_at"), name="registry_waiting"),
            models.Index(fields=("name_key",), name="registry_name_key"),
        )

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """One sector, market, language or service of a profile, so that lists can filter by it.

    The lists in the profile are the truth; `actions` writes both in one transaction.
    """

    class Kind(models.TextChoices):
        """What is tagged."""

        SECTOR = "sector", "sector"
        MARKET = "market", "target market"
        LANGUAGE = "language", "language"
        SERVICE = "service", "service"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="tags")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    value = models.CharField(max_length=120)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation", "kind", "value"), name="registry_one_tag"),)
        indexes = (models.Index(fields=("kind", "value", "organisation"), name="registry_by_tag"),)

    def __str__(self) -> str:
        return f"{self.kind}: {self.value}"


class RegistrationStep(models.Model):
    """A dated step of a registration: requested, returned, published, refused, withdrawn.

    The 2020 call asks whether an organisation was registered or had requested it by a day; these rows say so.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="steps")
    status = models.CharField(max_length=10, choices=Status.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)

    class Meta:
        indexes = (models.Index(fields=("organisation", "at"), name="registry_steps"),)

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.status}"


class PastPartnership(models.Model):
    """A partnership in which an organisation took part, with the source that says so."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="past_partnerships")
    partnership = models.CharField(max_length=NAME_LENGTH)
    call = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=40, blank=True)
    sector = models.CharField(max_length=120, blank=True)
    started = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "partnership", "call"), name="registry_one_partnership"),
        )

    def __str__(self) -> str:
        return self.partnership
