"""Call editions with the text of their folders, who follows a call, and questions with their answers."""

from typing import TypeVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from hanse.core.values.money import Money
from hanse.core.values.unknown import NOT_STATED, Maybe
from hanse.core.values.window import Window

T = TypeVar("T")

LONGEST_REFERENCE = 80


class FolderText(models.Model):
    """The text of one file of a call folder, kept once however many editions share it."""

    digest = models.CharField(max_length=64, primary_key=True)
    content = models.TextField()

    def __str__(self) -> str:
        return self.digest


class State(models.TextChoices):
    """How far an edition has come."""

    DRAFT = "draft", "draft"
    PROPOSED = "proposed", "proposed, waits for a second officer"
    PUBLISHED = "published", "in force"
    SUPERSEDED = "superseded", "superseded"
    WITHDRAWN = "withdrawn", "withdrawn before publication"


class Nature(models.TextChoices):
    """What an edition is to the one before it."""

    FIRST = "first", "first edition"
    CORRIGENDUM = "corrigendum", "corrigendum"
    EXTENSION = "extension", "deadline moved"


IN_PREPARATION = (State.DRAFT, State.PROPOSED)
SHOWN = (State.PUBLISHED, State.SUPERSEDED)


class CallEdition(models.Model):
    """One edition of a call: a folder of text, and who brought it to the public.

    Attributes:
        number: place among the editions of the call, from 1; while in preparation, the place it would get.
        label: what the folder itself calls this edition.
        digest: of the manifest; the same folder always has the same digest.
        manifest: digest of the text of each file, by path in the folder.
        in_force_from: None for an edition that came with Hanse: it is in force before any other.
        base: the edition that it replaced.
        closing: the closing instant, if day and hour are stated.
    """

    reference = models.CharField(max_length=LONGEST_REFERENCE)
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=200)
    nature = models.CharField(max_length=12, choices=Nature.choices, default=Nature.FIRST)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    reason = models.TextField(help_text="Why this edition is published, as readers of the history will see it.")
    digest = models.CharField(max_length=64)
    manifest = models.JSONField()
    base = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    title = models.TextField()
    programme = models.TextField()
    total_cents = models.BigIntegerField(null=True)
    opens_on = models.DateField(null=True)
    closes_on = models.DateField(null=True)
    closes_at = models.TimeField(null=True)
    zone = models.CharField(max_length=80)
    closing_instant_counts = models.BooleanField(null=True)
    closing = models.DateTimeField(null=True)
    edition_date = models.DateField(null=True)

    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    in_force_from = models.DateTimeField(null=True)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("reference", "number"),
                condition=Q(state__in=SHOWN),
                name="announcement_one_edition_a_number",
            ),
            models.UniqueConstraint(
                fields=("reference",), condition=Q(state=State.PUBLISHED), name="announcement_one_edition_published"
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | ~Q(published_by=F("proposed_by")),
                name="announcement_two_persons_publish",
            ),
        )
        indexes = (models.Index(fields=("reference", "state"), name="announcement_by_reference"),)

    def __str__(self) -> str:
        return f"{self.reference}, edition {self.number}"

    @property
    def window(self) -> Window:
        """When the call is open, as this edition says."""
        return Window(
            opens_on=_maybe(self.opens_on),
            closes_on=_maybe(self.closes_on),
            closes_at=_maybe(self.closes_at),
            zone=self.zone,
            closing_instant_counts=_maybe(self.closing_instant_counts),
        )

    @property
    def total(self) -> Money | None:
        """The total budget; None if it is not stated."""
        return None if self.total_cents is None else Money(self.total_cents)

    @property
    def by_the_system(self) -> bool:
        """Whether it came with Hanse, rather than from two officers."""
        return self.proposed_by_id is None and self.state in SHOWN


def _maybe(value: T | None) -> Maybe[T]:
    return NOT_STATED if value is None else value


class Follower(models.Model):
    """Someone who is written to when a call changes."""

    reference = models.CharField(max_length=LONGEST_REFERENCE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("reference", "user"), name="announcement_one_following_a_person"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} follows {self.reference}"


class Question(models.Model):
    """A question on a clause of a call. Nothing is kept of who asked.

    Attributes:
        number: place among the questions of the call, from 1.
        clause: id of the clause on the call's page, such as `rule-duration` or `how-much`; empty for the whole call.
        clause_title: the clause in words, as it read when the question came.
        text: as it was asked; never public.
        wording: the question as published: the officer may shorten it or take out what identifies somebody.
        leads_to_corrigendum: whether the answer changes the call, so that a corrigendum follows.
    """

    class State(models.TextChoices):
        """How far a question has come."""

        WAITING = "waiting", "waits for an answer"
        ANSWERED = "answered", "answered, not published"
        PUBLISHED = "published", "published"
        DECLINED = "declined", "declined"

    reference = models.CharField(max_length=LONGEST_REFERENCE)
    number = models.PositiveIntegerField()
    edition_number = models.PositiveIntegerField()
    clause = models.CharField(max_length=120, blank=True)
    clause_title = models.CharField(max_length=300, blank=True)
    text = models.TextField()
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    wording = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    leads_to_corrigendum = models.BooleanField(default=False)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("reference", "number"), name="announcement_one_question_a_number"),
        )
        indexes = (models.Index(fields=("reference", "state", "number"), name="announcement_questions"),)

    def __str__(self) -> str:
        return f"{self.reference}, question {self.number}"
