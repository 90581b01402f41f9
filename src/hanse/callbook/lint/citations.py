"""Does every figure name its source, and every source its use."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from hanse.callbook.lint.remarks import Remark, contradiction, warning
from hanse.core.call import Call, Sentence
from hanse.core.values.citation import Citation, Stated


def citation_remarks(call: Call) -> Iterator[Remark]:
    """Citations of documents that `sources.toml` does not have, documents nobody cites, figures without citation."""
    cited: set[str] = set()
    for key, citation in _citations(call, ""):
        cited.add(citation.source)
        if citation.source not in call.sources:
            what = f"cites {citation.source!r}, which sources.toml does not have"
            yield contradiction(_file(key), key, what, "Add the source, or correct its id.")
    for id, source in call.sources.items():
        if id not in cited and not source.sentences:
            what = "this source is never cited and none of its sentences is listed"
            yield warning("sources.toml", f"source.{id}", what, "Cite it where it is used, or take it out.")
    for key, figure in _stated(call, ""):
        if figure.known is not None and figure.citation is None and not figure.assumed:
            yield warning(
                _file(key), key, "is stated without a citation", 'Write { value = ..., cite = "source: clause" }.'
            )
    for number, statement in enumerate(call.statements, 1):
        if statement.citation is None:
            key = f"statement[{number}]"
            yield warning("call.toml", key, "is stated without a citation", 'Add cite = "source: clause".')


def _file(key: str) -> str:
    return "rules.toml" if key.startswith("rule.") else "call.toml"


def _citations(value: Any, key: str) -> Iterator[tuple[str, Citation]]:
    """Every citation inside a value, with the key path that leads to it."""
    if isinstance(value, Citation):
        yield key, value
        return
    for inner_key, inner in _parts(value, key):
        yield from _citations(inner, inner_key)


def _stated(value: Any, key: str) -> Iterator[tuple[str, Stated[Any]]]:
    """Every stated figure inside a value, with the key path that leads to it."""
    if isinstance(value, Stated):
        yield key, value
        return
    for inner_key, inner in _parts(value, key):
        yield from _stated(inner, inner_key)


_FILE_KEYS = {
    "strands": "strand",
    "envelopes": "envelope",
    "rules": "rule",
    "statements": "statement",
    "transfers": "transfer",
    "cost_rates": "cost_rate",
    "treatments": "treatment",
    "window_citation": "window.cite",
    "citation": "cite",
}
"""Names of the core that a call folder writes otherwise."""


def _parts(value: Any, key: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Sentence | Mapping):
        return  # neither sentences, sources nor rule parameters carry citations
    if is_dataclass(value):
        for field in fields(value):
            name = _FILE_KEYS.get(field.name, field.name)
            inner = getattr(value, field.name)
            yield (f"{key}.{name}" if key else name), inner
    elif isinstance(value, tuple):
        for number, item in enumerate(value, 1):
            id = getattr(item, "id", "")
            yield (f"{key}.{id}" if id else f"{key}[{number}]"), item
