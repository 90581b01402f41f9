"""An application being written: its texts, every version of each, and what people say about them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

LONGEST_KEY = 160


class Proposal(models.Model):
    """The application of one consortium, from its first word on. Any state of it can be kept.

    Attributes:
        ref: the same as its consortium's.
        version: counts every change of anything in it, so that a reader learns whether anything changed.
    """

    ref = models.CharField(max_length=60, unique=True)
    consortium = models.OneToOneField("consortia.Consortium", on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.ref


class Text(models.Model):
    """One field of an application as it reads now.

    Attributes:
        key: `summary`; `targets/JP/goals`; `work_packages/3/title`. See `hanse.core.form`.
        version: counts its changes; a save carries the version it was based on.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="texts")
    key = models.CharField(max_length=LONGEST_KEY)
    value = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("proposal", "key"), name="proposals_one_text_a_key"),)

    def __str__(self) -> str:
        return self.key


class TextVersion(models.Model):
    """How a field read once. Nothing that anybody wrote is ever missing here.

    Attributes:
        number: the version of the text that this became; None for a text that was set aside.
        based_on: the version that its writer had before their eyes; 0: an empty field.
        settled_at: when somebody merged or dismissed a text that was set aside.
    """

    class Nature(models.TextChoices):
        """How it came about."""

        WRITTEN = "written", "written"
        MERGED = "merged", "merged"
        RESTORED = "restored", "restored"
        IMPORTED = "imported", "imported from a file"
        SUGGESTED = "suggested", "a suggestion taken over"
        ASIDE = "aside", "set aside: it met another change"

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="versions")
    key = models.CharField(max_length=LONGEST_KEY)
    number = models.PositiveIntegerField(null=True)
    value = models.TextField(blank=True)
    nature = models.CharField(max_length=9, choices=Nature.choices, default=Nature.WRITTEN)
    based_on = models.PositiveIntegerField(default=0)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    written_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("proposal", "key", "number"),
                condition=Q(number__isnull=False),
                name="proposals_one_version_a_number",
            ),
        )
        indexes = (models.Index(fields=("proposal", "written_at", "id"), name="proposals_history"),)

    def __str__(self) -> str:
        return f"{self.key}, version {self.number}"


class Remark(models.Model):
    """A comment on a section, or a suggestion for one of its fields.

    Attributes:
        section: id of the section.
        key: the field that a suggestion is for; empty for a comment.
        suggestion: the whole text that is suggested.
        based_on: the version of the field that the suggestion was written on.
        answers: the remark that this one answers.
    """

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open", "open"
        SETTLED = "settled", "settled"
        TAKEN = "taken", "taken over"
        DECLINED = "declined", "declined"

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="remarks")
    section = models.CharField(max_length=80)
    key = models.CharField(max_length=LONGEST_KEY, blank=True)
    text = models.TextField(blank=True)
    suggestion = models.TextField(blank=True)
    based_on = models.PositiveIntegerField(default=0)
    answers = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replies")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("proposal", "section", "state"), name="proposals_remarks"),)

    def __str__(self) -> str:
        return self.text[:60]


class Presence(models.Model):
    """Who has a draft open, where, and what they saw last.

    Attributes:
        section: id of the section that is open; empty on other pages.
        seen_at: the latest sign of life.
        caught_up_at: up to when the person has been told what changed.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    section = models.CharField(max_length=80, blank=True)
    seen_at = models.DateTimeField()
    caught_up_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("proposal", "user"), name="proposals_one_presence"),)

    def __str__(self) -> str:
        return f"{self.user_id} at {self.proposal_id}"
