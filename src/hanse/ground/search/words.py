"""The index of words, in the words of both databases."""

from typing import Any

SQLITE = (
    (
        "CREATE VIRTUAL TABLE search_words USING fts5(title, body, content='search_document', content_rowid='id', "
        "tokenize='unicode61', prefix='1 2 3')"
    ),
    (
        "CREATE TRIGGER search_added AFTER INSERT ON search_document BEGIN "
        "INSERT INTO search_words(rowid, title, body) VALUES (new.id, new.title, new.body); END"
    ),
    (
        "CREATE TRIGGER search_dropped AFTER DELETE ON search_document BEGIN "
        "INSERT INTO search_words(search_words, rowid, title, body) VALUES ('delete', old.id, old.title, old.body); END"
    ),
    (
        "CREATE TRIGGER search_changed AFTER UPDATE ON search_document BEGIN "
        "INSERT INTO search_words(search_words, rowid, title, body) VALUES ('delete', old.id, old.title, old.body); "
        "INSERT INTO search_words(rowid, title, body) VALUES (new.id, new.title, new.body); END"
    ),
)
# array_to_tsvector instead of to_tsvector: words are folded already, and no locale of the server shall drop any.
POSTGRESQL = (
    (
        "ALTER TABLE search_document "
        "ADD COLUMN title_words tsvector GENERATED ALWAYS AS "
        "(array_to_tsvector(array_remove(string_to_array(title, ' '), ''))) STORED, "
        "ADD COLUMN all_words tsvector GENERATED ALWAYS AS "
        "(array_to_tsvector(array_remove(string_to_array(title || ' ' || body, ' '), ''))) STORED"
    ),
    "CREATE INDEX search_words ON search_document USING gin (all_words)",
    "CREATE INDEX search_titles ON search_document USING gin (title_words)",
)


def create(schema_editor: Any) -> None:
    """Make the index."""
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop(schema_editor: Any) -> None:
    """Take the index away."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE search_document DROP COLUMN title_words, DROP COLUMN all_words")
        return
    for name in ("added", "dropped", "changed"):
        schema_editor.execute(f"DROP TRIGGER search_{name}")
    schema_editor.execute("DROP TABLE search_words")
