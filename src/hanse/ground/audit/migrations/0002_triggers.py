"""The triggers that keep the record append-only."""

from typing import Any, ClassVar

from django.db import migrations

from hanse.ground.audit import triggers


def create(_apps: Any, schema_editor: Any) -> None:
    """Make them."""
    triggers.create(schema_editor)


def drop(_apps: Any, schema_editor: Any) -> None:
    """Take them away."""
    triggers.drop(schema_editor)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("audit", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(create, drop)]
