"""The index of words, kept in step by the database."""

from typing import Any, ClassVar

from django.db import migrations

from hanse.ground.search import words


def create(_apps: Any, schema_editor: Any) -> None:
    """Make them."""
    words.create(schema_editor)


def drop(_apps: Any, schema_editor: Any) -> None:
    """Take them away."""
    words.drop(schema_editor)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("search", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(create, drop)]
