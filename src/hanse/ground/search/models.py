"""What can be found."""

from django.db import models


class Document(models.Model):
    """The folded words of a thing. The database keeps its index of words in step by itself (see the migration).

    Attributes:
        kind: noun of the field, such as `organisation`.
        key: ref of the thing.
    """

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    title = models.TextField()
    body = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("kind", "key"), name="search_one_document"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
