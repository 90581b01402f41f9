"""The triggers that keep receipts, packages and sealed content append-only."""

from typing import Any, ClassVar

from django.db import migrations

from hanse.ground.audit import triggers

TABLES = ("submission_content", "submission_package", "submission_receipt")


def create(_apps: Any, schema_editor: Any) -> None:
    """Make them."""
    for table in TABLES:
        triggers.create(schema_editor, table)


def drop(_apps: Any, schema_editor: Any) -> None:
    """Take them away."""
    for table in TABLES:
        triggers.drop(schema_editor, table)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("submission", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(create, drop)]
