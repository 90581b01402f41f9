"""Full-text search behind one interface: FTS5 on SQLite, tsvector on PostgreSQL.

    search.put("organisation", ref, title, text)
    search.found("organisation", "photon berlin")     refs, best first: all words, the last one as a beginning

Case and accents make no difference. Nothing that is typed is syntax.
"""

import re
import unicodedata
from collections.abc import Iterable

from django.db import connection

MOST_WORDS = 12
LONGEST_WORD = 60
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
    """The keys of the things in which all words stand, best first; nothing for no words."""
    asked = fold(words).split()[:MOST_WORDS]
    if not asked:
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Words are letters and digits only, so that quotes around them are all that a query needs.
            query = " & ".join(f"'{word}'" for word in asked) + ":*"
            cursor.execute(
                "SELECT key FROM search_document, CAST(%s AS tsquery) AS query "
                "WHERE kind = %s AND all_words @@ query "
                "ORDER BY (title_words @@ query) DESC, length(body), key LIMIT %s",
                [query, kind, limit],
            )
        else:
            query = " ".join(f'"{word}"' for word in asked) + "*"
            cursor.execute(
                "SELECT d.key FROM search_words AS w JOIN search_document AS d ON d.id = w.rowid "
                "WHERE search_words MATCH %s AND d.kind = %s ORDER BY bm25(search_words, 8.0, 1.0), d.key LIMIT %s",
                [query, kind, limit],
            )
        return [key for (key,) in cursor.fetchall()]


def fold(text: str) -> str:
    """The words of a text without case, accents and signs, with a space between."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(word[:LONGEST_WORD] for word in _WORD.findall(bare.translate(_LETTERS)))
