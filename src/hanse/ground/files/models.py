"""What is kept."""

from django.conf import settings
from django.db import models


class StoredFile(models.Model):
    """Content that is kept.

    Attributes:
        digest: SHA-256 of the content.
        size: in bytes.
        media_type: what the content is, as found out when it came.
        kept_by: who brought it first.
    """

    digest = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=120)
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    kept_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.digest

    @property
    def path(self) -> str:
        """Where the storage has it."""
        return f"{self.digest[:2]}/{self.digest}"
