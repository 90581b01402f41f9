#!/usr/bin/env python
"""Writes the reference pages that are made from the code itself: `make docs`.

A page is built from docstrings, from the calls that come with Hanse, and from what the engine answers; nothing in
it is written by hand. `tests/architecture/test_docs.py` holds each committed page equal to what this script makes.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from enum import Enum
from inspect import cleandoc
from pathlib import Path
from types import UnionType
from typing import Any, ClassVar, Union, get_args, get_origin, get_type_hints

from hanse.callbook.calls import call_names, read_call
from hanse.callbook.reference import geography
from hanse.core.call import Call, Decider, Force, Gate, Rule
from hanse.core.consortium import Role
from hanse.core.eligibility.boundaries import Boundary, boundary_pairs
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.engine import Examiner
from hanse.core.eligibility.findings import Outcome, Verdict
from hanse.core.eligibility.kinds import KINDS, Kind
from hanse.core.proposal import Dossier
from hanse.core.values.faults import Fault
from hanse.core.values.reading import Reader
from hanse.core.values.unknown import Unknown

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"

MAIN_CALL = "COS-CLUSINT-2020-3-01"
"""Examples come from this call where it uses a kind, since the other documents speak of it too."""

OPEN_CALL_DAY = date(2022, 9, 1)
"""The day on which countries are asked for a standing rule that has no deadline of its own."""

VERDICTS = {Verdict.MET: "met", Verdict.NOT_MET: "not met", Verdict.UNDECIDED: "undecided"}
SCOPES = {
    "participant": "each participant",
    "consortium": "the consortium",
    "proposal": "the proposal",
    "call": "all submissions of the call",
}

HEAD = """# Rule kinds

This page is made by `make docs` from the rule kinds themselves and from the calls that come with Hanse. Edit those,
not this page.

A rule of a call names one of these kinds and gives it parameters. Every kind answers met, not met or undecided, with
the reason in words and, where there is one, the smallest repair. Each example below is one step wide: the proposal
just inside meets the rule, and the one step named turns it into a proposal just outside. The members in the examples
are fictional; reasons and repairs are the engine's own words.
"""


def rule_kinds_page() -> str:
    """The page on rule kinds."""
    examiners = {name: _examiner(read_call(name)) for name in _calls()}
    contents = [f"- [`{name}`](#{name}): {_summary(kind)}" for name, kind in sorted(KINDS.items())]
    sections = ["\n".join(_section(name, kind, examiners)) for name, kind in sorted(KINDS.items())]
    return "\n".join([HEAD, *contents, ""]) + "\n" + "\n".join(sections)


PAGES: dict[str, Callable[[], str]] = {"rule-kinds.md": rule_kinds_page}


def main() -> None:
    """Write every page."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")


# --- one kind --------------------------------------------------------------------------------------------------


def _section(name: str, kind: type[Kind], examiners: dict[str, Examiner]) -> Iterator[str]:
    yield f"## {name}\n"
    yield f"{_told(kind)[0]}\n"
    yield f"It looks at {SCOPES[kind.scope.value]}.\n"
    yield from _parameters(kind)
    examiner, rule, pairs = _example(name, kind, examiners)
    if examiner is None or rule is None:
        yield "No call that comes with Hanse uses this kind.\n"
        return
    call = examiner.context.call
    if rule in examiners[call.reference].context.call.rules:
        yield f"In {call.reference}:\n"
    else:
        yield f"No call that comes with Hanse uses this kind. As a rule of {call.reference} it would be written:\n"
    yield f"```toml\n{_toml(rule)}```\n"
    if not pairs:
        why = "an officer answers it" if rule.decider is Decider.OFFICER else "none was found near an ordinary proposal"
        yield f"There is no boundary to show: {why}.\n"
    for pair in pairs:
        yield from _pair(pair)


def _told(kind: type[Kind]) -> tuple[str, dict[str, str]]:
    """What the docstring says of a kind, and of single parameters."""
    meaning, _, attributes = cleandoc(kind.__doc__ or "").partition("\n\nAttributes:\n")
    lines = (line.strip().partition(": ") for line in attributes.splitlines())
    return meaning, {name: told for name, _, told in lines}


def _summary(kind: type[Kind]) -> str:
    return _told(kind)[0].split("\n\n")[0].replace("\n", " ")


def _parameters(kind: type[Kind]) -> Iterator[str]:
    hints = {name: hint for name, hint in get_type_hints(kind).items() if get_origin(hint) is not ClassVar}
    read = cleandoc(kind.parse.__doc__ or "").removeprefix("Read ")
    if not hints:
        yield f"Parameters: none ({read.removeprefix('nothing: ').rstrip('.')}).\n"
        return
    yield f"Parameters: {read}\n"
    yield "| Parameter | Value |\n|---|---|"
    meanings = {"roles": "coordinator and beneficiaries if left out.", **_told(kind)[1]}
    for name, hint in hints.items():
        yield f"| `{name}` | {'; '.join(filter(None, (_words(hint), meanings.get(name, '').rstrip('.'))))} |"
    yield ""


def _words(hint: Any) -> str:
    """What a parameter of this type is written as."""
    if get_origin(hint) in (Union, UnionType):
        inner = " or ".join(_words(part) for part in get_args(hint) if part not in (Unknown, type(None)))
        return f'{inner}, or `{{ unknown = "..." }}`' if Unknown in get_args(hint) else f"{inner}, or `closing_date`"
    if get_origin(hint) in (tuple, frozenset):
        return f"list of {_words(get_args(hint)[0])}"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return ", ".join(f"`{word.value}`" for word in hint)
    return {int: "whole number", str: "text", bool: "true or false", date: "day"}[hint]


# --- examples --------------------------------------------------------------------------------------------------


def _calls() -> list[str]:
    return sorted(call_names(), key=lambda name: (name != MAIN_CALL, name))


def _examiner(call: Call) -> Examiner:
    days = (call.countries.asked_on, call.window.closes_on, OPEN_CALL_DAY)
    day = next(day for day in days if not isinstance(day, Unknown))
    return Examiner(Context(call, geography(), day))


def _example(
    name: str, kind: type[Kind], examiners: dict[str, Examiner]
) -> tuple[Examiner | None, Rule | None, tuple[Boundary, ...]]:
    """The first rule of this kind that has boundaries for certain, else one that has any, else the first."""
    found = [
        (examiner, rule, boundary_pairs(examiner, rule))
        for examiner in examiners.values()
        for rule in examiner.context.call.rules
        if rule.kind == name
    ]
    found = found or [
        (examiner, examiner.context.call.rules[-1], boundary_pairs(examiner, examiner.context.call.rules[-1]))
        for examiner in map(_with_rule(name, kind), examiners.values())
        if examiner is not None
    ]
    certain = [one for one in found if any(pair.broken.verdict is Verdict.NOT_MET for pair in one[2])]
    ranked = certain or [one for one in found if one[2]] or found
    return ranked[0] if ranked else (None, None, ())


def _with_rule(name: str, kind: type[Kind]) -> Callable[[Examiner], Examiner | None]:
    """Add a rule of a kind that needs no parameters to a call."""
    faults: list[Fault] = []
    kind.parse(Reader({}, "", "", faults))
    rule = Rule(id=name.replace("_", "-"), kind=name, text=_summary(kind))

    def added(examiner: Examiner) -> Examiner | None:
        call = examiner.context.call
        return None if faults else _examiner(replace(call, rules=(*call.rules, rule)))

    return added


def _pair(pair: Boundary) -> Iterator[str]:
    yield f"**{pair.change.value.capitalize()}**\n"
    yield "| | Proposal | Answer |\n|---|---|---|"
    yield f"| just in | {_proposal(pair.just_in)} | {_answer(pair.met)} |"
    yield f"| just out | {pair.step} | {_answer(pair.broken)} |"
    yield ""


def _answer(outcome: Outcome) -> str:
    repair = f" *Repair:* {outcome.repair}" if outcome.repair else ""
    return f"**{VERDICTS[outcome.verdict]}**: {outcome.reason}{repair}"


def _proposal(dossier: Dossier) -> str:
    """What the rules can see of a proposal, in a line."""
    members = ", ".join(
        f"{p.organisation.name} ({p.organisation.country}{', coordinator' if p.role is Role.COORDINATOR else ''})"
        for p in dossier.consortium.participants
    )
    budget = dossier.budget
    targets = "not stated" if isinstance(dossier.targets, Unknown) else ", ".join(dossier.targets)
    return (
        f"strand {dossier.strand}; {members}; targets {targets}; {dossier.duration_months} months; "
        f"{budget.requested} EUR requested of {budget.total_cost} EUR"
    )


# --- TOML ------------------------------------------------------------------------------------------------------


def _toml(rule: Rule) -> str:
    """A rule as its folder writes it; what is at its default is left out."""
    keys: dict[str, Any] = {"id": rule.id, "kind": rule.kind, "text": rule.text}
    if rule.strands:
        keys["strands"] = list(rule.strands)
    for key, value, default in (
        ("force", rule.force, Force.REQUIRED),
        ("scope", rule.scope, None),
        ("decider", rule.decider, Decider.MACHINE),
        ("gate", rule.gate, Gate.ELIGIBILITY),
    ):
        if isinstance(value, Enum) and value is not default:
            keys[key] = value.value
    if rule.assumed:
        keys["assumed"] = rule.assumed
    if rule.citation is not None:
        keys["cite"] = f"{rule.citation.source}: {rule.citation.clause}".removesuffix(": ")
    lines = ["[[rule]]", *(f"{key} = {_value(value)}" for key, value in keys.items())]
    if rule.parameters:
        lines += ["[rule.parameters]", *(f"{key} = {_value(value)}" for key, value in rule.parameters.items())]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    main()
