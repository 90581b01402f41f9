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


class Vector(models.Model):
    """What a document is about, as an optional model puts it in numbers. Kept beside documents, never instead of them.

    Attributes:
        kind, key: of the document.
        model: which one made it; vectors of different models are not compared.
        digest: of the text that it was made of. A document whose text is another by now is not found by it.
        vector: a signed byte for each place.
    """

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    model = models.CharField(max_length=60)
    digest = models.CharField(max_length=32)
    vector = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("kind", "key", "model"), name="search_one_vector"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.key} by {self.model}"
