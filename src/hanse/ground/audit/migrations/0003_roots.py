"""Nightly roots, append-only too; and what keeps entries from being guessed by their digests."""

from typing import Any, ClassVar

from django.db import migrations, models

from hanse.ground.audit import triggers

EVENTS, ROOTS = "audit_event", "audit_root"


def guard_events(_apps: Any, schema_editor: Any) -> None:
    """Make the triggers of the entries."""
    triggers.create(schema_editor, EVENTS)


def free_events(_apps: Any, schema_editor: Any) -> None:
    """Take them away: SQLite makes a table anew to give it a column."""
    triggers.drop(schema_editor, EVENTS)


def guard_roots(_apps: Any, schema_editor: Any) -> None:
    """Make the triggers of the roots."""
    triggers.create(schema_editor, ROOTS)


def free_roots(_apps: Any, schema_editor: Any) -> None:
    """Take them away."""
    triggers.drop(schema_editor, ROOTS)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("audit", "0002_triggers")]
    operations: ClassVar = [
        migrations.RunPython(free_events, guard_events),
        migrations.AddField(
            model_name="event",
            name="salt",
            field=models.CharField(blank=True, default="", max_length=32),
            preserve_default=False,
        ),
        migrations.RunPython(guard_events, free_events),
        migrations.CreateModel(
            name="Root",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("first", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
                ("head", models.CharField(max_length=64)),
                ("previous", models.CharField(max_length=64, unique=True)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("signature", models.CharField(max_length=100)),
                ("key", models.CharField(max_length=16)),
                ("made_at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["last"], name="audit_root_of")]},
        ),
        migrations.RunPython(guard_roots, free_roots),
    ]
