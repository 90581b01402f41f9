"""Is every sentence of a source carried by something that exists in the folder."""

from collections.abc import Iterator, Mapping
from typing import Any

from hanse.callbook.lint.remarks import Remark, contradiction, warning
from hanse.core.call import SECTIONS, Call, Decider, Source

FILE = "sources.toml"


def sentence_remarks(call: Call, tables: Mapping[str, Any]) -> Iterator[Remark]:
    """Targets of `carried_by` that lead nowhere, and sentences that nothing carries.

    Args:
        tables: content of `call.toml`, in which `field:` targets are looked up.
    """
    for source in call.sources.values():
        yield from _numbers(source)
        for sentence in source.sentences:
            key = f"source.{source.id}.sentence.{sentence.number}.carried_by"
            if not sentence.carried_by:
                remedy = 'Name the rule, field, statement or officer\'s decision that carries it, or "heading".'
                yield contradiction(FILE, key, f"nothing carries the sentence {sentence.opening!r}", remedy)
            for target in sentence.carried_by:
                wrong = _wrong(target, call, tables)
                if wrong:
                    yield contradiction(FILE, key, f"{target!r} {wrong}", "Correct the target, or add what it names.")


def _numbers(source: Source) -> Iterator[Remark]:
    numbers = [sentence.number for sentence in source.sentences]
    key = f"source.{source.id}.sentence"
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    if twice:
        named = ", ".join(map(str, twice))
        yield contradiction(FILE, key, f"sentence {named} is listed more than once", "Number each sentence once.")
    missing = sorted(set(range(1, max(numbers, default=0) + 1)) - set(numbers))
    if missing:
        named = ", ".join(map(str, missing))
        yield warning(FILE, key, f"sentence {named} is not listed", "List every sentence of the source, or renumber.")


def _wrong(target: str, call: Call, tables: Mapping[str, Any]) -> str:
    """What is wrong with a target, or an empty text."""
    what, _, name = target.partition(":")
    if what == "heading":
        return ""
    if what == "rule":
        return "" if any(rule.id == name for rule in call.rules) else "names a rule that rules.toml does not have"
    if what == "officer":
        decided = {rule.id for rule in call.rules if rule.decider is Decider.OFFICER}
        return "" if name in decided else 'names no rule with decider = "officer"'
    if what == "statement":
        if name not in SECTIONS:
            return f"names no section of the page; expected one of {', '.join(SECTIONS)}"
        return "" if any(s.section == name for s in call.statements) else "names a section without any statement"
    if what == "field":
        return "" if _has(tables, name.split(".")) else "names a field that call.toml does not have"
    return "is not a target; expected rule:, field:, statement:, officer: or heading"


def _has(table: Any, path: list[str]) -> bool:
    """Whether a dotted path leads to something; a step into a list of tables goes by id, or by number from 1."""
    if not path:
        return True
    step, rest = path[0], path[1:]
    if isinstance(table, Mapping):
        if set(table) == {"value", "cite"} and step not in table:
            table = table["value"]
        else:
            return step in table and _has(table[step], rest)
    if isinstance(table, list):
        numbered = [item for number, item in enumerate(table, 1) if str(number) == step]
        named = [item for item in table if isinstance(item, Mapping) and item.get("id") == step]
        return any(_has(item, rest) for item in named or numbered)
    return False
