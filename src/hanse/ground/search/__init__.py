"""Full-text search behind one interface: FTS5 on SQLite, tsvector on PostgreSQL.

    search.put("organisation", ref, title, text)
    search.found("organisation", "photon berlin")     refs, best first: all words, the last one as a beginning

Case and accents make no difference. Nothing that is typed is syntax. `semantic.found` asks the same and adds what is
alike, where a site has chosen that.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from django.db import connection

MOST_WORDS = 12
LONGEST_WORD = 60
PUT_IN_ORDER = 2_000
_WORD = re.compile(r"[^\W_]+")
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})


def put(kind: str, key: str, title: str, text: str) -> None:
    """Make a thing findable, or renew what is known of it."""
    put_many(kind, [(key, title, text)])


def put_many(kind: str, things: Iterable[tuple[str, str, str]]) -> None:
    """Make things findable: (key, title, text) each."""
    from hanse.ground.search.models import Document

    Document.objects.bulk_create(
        (Document(kind=kind, key=key, title=fold(title), body=fold(text)) for key, title, text in things),
        update_conflicts=True,
        unique_fields=["kind", "key"],
        update_fields=["title", "body"],
        batch_size=500,
    )


def drop(kind: str, key: str) -> None:
    """Let a thing be found no more."""
    from hanse.ground.search.models import Document

    Document.objects.filter(kind=kind, key=key).delete()


def found(kind: str, words: str, limit: int = 200) -> list[str]:
    """The keys of the things in which all words stand, best first; nothing for no words.

    Things that have all words in their title come first. Of very common words only some of the things found are put in
    order: whoever looks for one of tens of thousands adds a word.
    """
    asked = fold(words).split()[:MOST_WORDS]
    if not asked:
        return []
    matching = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    keys = dict.fromkeys(matching(kind, asked, limit, in_title=True))
    if len(keys) < limit:
        keys |= dict.fromkeys(matching(kind, asked, limit, in_title=False))
    return list(keys)[:limit]


def _on_sqlite(kind: str, asked: list[str], limit: int, *, in_title: bool) -> list[str]:
    phrase = " ".join(f'"{word}"' for word in asked) + "*"
    # CROSS JOIN keeps the planner from asking the index once for every document.
    return _keys(
        "SELECT key FROM (SELECT d.key AS key, bm25(search_words, 8.0, 1.0) AS rank FROM search_words AS w "
        "CROSS JOIN search_document AS d ON d.id = w.rowid WHERE search_words MATCH %s AND d.kind = %s LIMIT %s) "
        "ORDER BY rank, key LIMIT %s",
        [f"{{title}} : ({phrase})" if in_title else phrase, kind, max(PUT_IN_ORDER, limit), limit],
    )


def _on_postgresql(kind: str, asked: list[str], limit: int, *, in_title: bool) -> list[str]:
    # Words are letters and digits only, so that quotes around them are all that a query needs.
    query = " & ".join(f"'{word}'" for word in asked) + ":*"
    column = "title_words" if in_title else "all_words"
    return _keys(
        f"SELECT key FROM (SELECT key, length(body) AS rank FROM search_document WHERE kind = %s AND {column} "  # noqa: S608
        "@@ CAST(%s AS tsquery) LIMIT %s) AS matching ORDER BY rank, key LIMIT %s",
        [kind, query, max(PUT_IN_ORDER, limit), limit],
    )


def _keys(sql: str, values: list[Any]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [key for (key,) in cursor.fetchall()]


def fold(text: str) -> str:
    """The words of a text without case, accents and signs, with a space between."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(word[:LONGEST_WORD] for word in _WORD.findall(bare.translate(_LETTERS)))
