"""The space of a consortium: contacts, tasks, messages, files."""

from django.conf import settings
from django.db import models

from hanse.stages.consortia.models.consortia import Consortium, Seat


class Contact(models.Model):
    """A person to talk to at a member. No account is needed to be one."""

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=200)
    function = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    main = models.BooleanField(default=False)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Task(models.Model):
    """Something to do before the deadline.

    Attributes:
        seat: the member that does it; None: everybody.
        person: who at the member does it.
    """

    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="tasks")
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    due_on = models.DateField(null=True, blank=True)
    seat = models.ForeignKey(Seat, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (models.Index(fields=("consortium", "done_at", "due_on"), name="consortia_tasks"),)

    def __str__(self) -> str:
        return self.title


class Message(models.Model):
    """What a member writes to all others."""

    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="messages")
    text = models.TextField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_for = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("consortium", "written_at", "id"), name="consortia_messages"),)

    def __str__(self) -> str:
        return self.text[:60]


class SharedFile(models.Model):
    """A file that a member shares with all others; not part of the application."""

    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=200)
    note = models.CharField(max_length=300, blank=True)
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_for = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
