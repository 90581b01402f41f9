"""The triggers that keep tables append-only, in the words of both databases.

A table is kept so if its model says `append_only = True` and a migration of its app calls `create` for it.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps

TABLE = "audit_event"
NAMES = {"sqlite": ("no_update", "no_delete"), "postgresql": ("no_change", "no_truncate")}


def _sqlite(table: str) -> tuple[str, ...]:
    refuse = f"SELECT RAISE(ABORT, 'the record is append-only: {table}')"
    return (
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refuse}; END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refuse}; END",
    )


def _postgresql(table: str) -> tuple[str, ...]:
    return (
        (
            f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION 'the record is append-only: {table}'; END $$"
        ),
        (
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
        ),
        (
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
        ),
    )


def create(schema_editor: Any, table: str = TABLE) -> None:
    """Make the triggers of a table."""
    for statement in (_postgresql if schema_editor.connection.vendor == "postgresql" else _sqlite)(table):
        schema_editor.execute(statement)


def drop(schema_editor: Any, table: str = TABLE) -> None:
    """Take the triggers of a table away: to undo a migration, and between tests."""
    vendor = schema_editor.connection.vendor
    on = f" ON {table}" if vendor == "postgresql" else ""
    for name in NAMES[vendor]:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{on}")


def tables() -> Iterator[str]:
    """The tables that are append-only, as their models say."""
    return (model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False))
