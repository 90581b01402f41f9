"""Writes a dossier as a file: TOML for people, JSON for programs. `read_dossier` reads an equal one from either."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from hanse.core.budget import Budget
from hanse.core.consortium import Participant
from hanse.core.proposal import Dossier
from hanse.core.values.money import Money
from hanse.core.values.typed_amounts import show_months
from hanse.core.values.unknown import NOT_STATED, Unknown

LONG = 100
"""A text longer than this stands on lines of its own."""
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\f": "\\f", "\r": "\\r", "\n": "\\n"}
_TABLES = ("member", "annex", "declaration")


def as_toml(dossier: Dossier, head: Sequence[str] = ()) -> str:
    """A dossier as TOML.

    Args:
        head: lines of a comment at the top, such as the call, its edition and when the file was written.
    """
    table = as_table(dossier)
    budget = table.pop("budget", {})
    sections = table.pop("sections", {})
    arrays = {name: table.pop(name, []) for name in _TABLES}
    lines = [f"# {_one_line(line)}".rstrip() for line in head]
    lines += [""] * bool(head) + list(_pairs(table))
    if budget:
        inner = {name: budget.pop(name, None) for name in _inner_tables(budget)}
        lines += ["", "[budget]", *_pairs(budget)]
        for name, rows in inner.items():
            lines += _array(f"budget.{name}", rows)
    for name, rows in arrays.items():
        lines += _array(name, rows)
    if sections:
        lines += ["", "[sections]", *_pairs(sections)]
    return "\n".join(lines) + "\n"


def as_json(dossier: Dossier) -> str:
    """A dossier as JSON, with the same keys."""
    return json.dumps(as_table(dossier), ensure_ascii=False, indent=2, default=_in_json) + "\n"


def as_table(dossier: Dossier) -> dict[str, Any]:
    """A dossier as the table that its file holds. What is not stated is left out."""
    return _stated(
        proposal=dossier.proposal,
        call=dossier.call or NOT_STATED,
        strand=dossier.strand,
        title=dossier.title or NOT_STATED,
        targets=dossier.targets if isinstance(dossier.targets, Unknown) else list(dossier.targets),
        duration_months=dossier.duration_months,
        submitted_at=dossier.submitted_at,
        drawn_at=dossier.drawn_at,
        budget=_budget(dossier.budget) or NOT_STATED,
        member=[_member(participant) for participant in dossier.consortium.participants] or NOT_STATED,
        annex=[
            _stated(
                kind=annex.kind,
                name=annex.name,
                partner=annex.partner or NOT_STATED,
                digest=annex.digest,
                size=annex.size,
            )
            for annex in dossier.annexes
        ]
        or NOT_STATED,
        declaration=[
            {"kind": made.kind, "partner": made.partner, "digest": made.digest, "made_on": made.made_on}
            for made in dossier.declarations
        ]
        or NOT_STATED,
        sections=dict(dossier.sections) or NOT_STATED,
    )


def _stated(**facts: Any) -> dict[str, Any]:
    """Facts by key: what is not stated is left out, what is unknown for a reason tells it."""
    return {key: _plain(fact) for key, fact in facts.items() if fact != NOT_STATED}


def _plain(fact: Any) -> Any:
    if isinstance(fact, Unknown):
        return {"unknown": fact.note}
    if isinstance(fact, Money):
        return fact.plain
    if isinstance(fact, Enum):
        return fact.value
    if isinstance(fact, datetime):
        return fact if (fact.utcoffset() or fact - fact).total_seconds() % 60 == 0 else fact.astimezone(UTC)
    return fact


def _member(participant: Participant) -> dict[str, Any]:
    organisation = participant.organisation
    return _stated(
        organisation=organisation.id,
        legal_name=organisation.legal_name or NOT_STATED,
        country=organisation.country,
        role=participant.role,
        kind=organisation.kind,
        legal_entity=organisation.legal_entity,
        own_legal_personality=organisation.own_legal_personality,
        registered_on=organisation.registered_on,
        registration_requested_on=organisation.registration_requested_on,
        properties=dict(organisation.properties) or NOT_STATED,
        sectors=sorted(organisation.sectors) or NOT_STATED,
        markets=sorted(organisation.markets) or NOT_STATED,
    )


def _budget(budget: Budget) -> dict[str, Any]:
    financing = budget.financing
    return _stated(
        # Lines add up to it: left out, whoever changes one by hand has no sum to keep in step.
        total_cost=NOT_STATED if budget.lines else budget.total_cost,
        requested=budget.requested,
        cost=[
            _stated(
                partner=line.partner,
                work_package=line.work_package or NOT_STATED,
                category=line.category,
                amount=line.amount,
                months=line.months if isinstance(line.months, Unknown) else show_months(line.months),
                rate=line.rate,
            )
            for line in budget.lines
        ]
        or NOT_STATED,
        financing=financing
        if isinstance(financing, Unknown)
        else [
            _stated(source=source.source, amount=source.amount, partner=source.partner, kind=source.kind)
            for source in financing
        ],
        part=[{"partner": part.partner, "requested": part.requested.plain} for part in budget.parts] or NOT_STATED,
    )


def _inner_tables(table: Mapping[str, Any]) -> list[str]:
    """The keys that hold rows; a list without any is written as an empty one."""
    return [key for key, held in table.items() if isinstance(held, list) and held]


def _array(name: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for row in rows:
        yield from ("", f"[[{name}]]", *_pairs(row))


def _pairs(table: Mapping[str, Any]) -> Iterator[str]:
    return (f"{_key(key)} = {_value(held)}" for key, held in table.items())


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _quoted(key)


def _value(held: Any) -> str:
    if isinstance(held, bool):
        return "true" if held else "false"
    if isinstance(held, int):
        return str(held)
    if isinstance(held, date):
        return held.isoformat()
    if isinstance(held, str):
        return _quoted(held) if len(held) <= LONG and "\n" not in held else _in_lines(held)
    if isinstance(held, Mapping):
        inside = ", ".join(f"{_key(key)} = {_flat(value)}" for key, value in held.items())
        return f"{{ {inside} }}"
    return f"[{', '.join(map(_value, held))}]"


def _flat(held: Any) -> str:
    """A value inside an inline table, which may not go over the end of its line."""
    return _quoted(held) if isinstance(held, str) else _value(held)


def _quoted(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(letter) or _visible(letter) for letter in text) + '"'


def _in_lines(text: str) -> str:
    """A text over several lines. The first line end belongs to the format, not to the text."""
    inside = "".join(letter if letter in '"\n' else _ESCAPES.get(letter) or _visible(letter) for letter in text)
    return '"""\n' + inside.replace('""', '"\\"') + '"""'


def _visible(letter: str) -> str:
    """A letter as it stands, unless it is one that no file may hold in the open."""
    return f"\\u{ord(letter):04X}" if (letter < " " and letter != "\t") or letter == "\x7f" else letter


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _in_json(held: Any) -> str:
    if isinstance(held, date):
        return held.isoformat()
    raise TypeError(f"{held!r} has no place in a dossier file")
