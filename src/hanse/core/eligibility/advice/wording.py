"""Says in words what a group of patterns has in common, telling apart only what makes a difference."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from hanse.core.eligibility.advice.candidates import NOT_KNOWN
from hanse.core.eligibility.advice.patterns import NEW_COUNTRY, Field
from hanse.core.eligibility.advice.patterns import Pattern as Fine
from hanse.core.eligibility.advice.search import Found, Outcome
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.engine import BoundRule

MOST_COARSENED = 3000
"""Above so many patterns the search for what makes no difference is left out: the list is long anyway."""

MOST_COUNTRIES = 8
"""A longer list of countries is cut in a sentence; `Slot.countries` has them all."""

View: TypeAlias = tuple[tuple[Hashable, tuple[tuple[Hashable, ...], ...]], ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """A place to fill in a pattern.

    Attributes:
        members: how many organisations fill it.
        organisations: how many organisations come into question for it.
        countries: how many of those stand in each country; an empty code stands for organisations without one.
        sentence: who they are.
    """

    members: int
    organisations: int
    countries: Mapping[str, int]
    sentence: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """Sets of additions that are alike.

    Attributes:
        sets: how many different sets of organisations the pattern stands for, counted exactly.
        slots: what has to be filled.
        to_confirm: ids of rules that remain to be confirmed.
        sentence: the pattern in words.
    """

    sets: int
    slots: tuple[Slot, ...]
    to_confirm: tuple[str, ...]
    sentence: str


def describe(found: Found, context: Context) -> tuple[Pattern, ...]:
    """All solutions as few patterns as possible, those that stand for most sets first."""
    lens = _sharpest(found)
    groups: dict[tuple[View, frozenset[str]], list[Fine]] = {}
    for pattern, outcome in found.solutions().items():
        groups.setdefault((lens.view(pattern), outcome), []).append(pattern)
    described = [
        _described(view, sum(map(found.field.count, fine)), outcome, lens, context)
        for (view, outcome), fine in groups.items()
    ]
    return tuple(sorted(described, key=lambda pattern: (-pattern.sets, pattern.sentence)))


class _Lens:
    """Looks at patterns and leaves out what makes no difference.

    Args:
        features: positions in a key that are kept.
        sorts: whether countries are told apart by `each` sort, only as `new` or not, or `not` at all.
        same_country: whether it is kept which members come from one country.
    """

    def __init__(self, field: Field, features: frozenset[int], sorts: str, same_country: bool):
        self.field, self.features, self.sorts, self.same_country = field, features, sorts, same_country

    def without(self, feature: int) -> "_Lens":
        return _Lens(self.field, self.features - {feature}, self.sorts, self.same_country)

    def key(self, number: int) -> tuple[Hashable, ...]:
        """What is kept of a key; what is left out is None."""
        return tuple(
            value if position in self.features else None for position, value in enumerate(self.field.keys[number])
        )

    def sort(self, sort: int) -> Hashable:
        if self.sorts == "each":
            return sort
        return sort == NEW_COUNTRY if self.sorts == "new" else None

    def view(self, pattern: Fine) -> View:
        blocks = [(self.sort(sort), tuple(sorted(map(self.key, keys), key=repr))) for sort, keys in pattern]
        if not self.same_country:
            blocks = [(sort, (key,)) for sort, keys in blocks for key in keys]
        return tuple(sorted(blocks, key=repr))

    def is_true(self, outcomes: Mapping[Fine, Outcome]) -> bool:
        """Whether patterns that look alike have the same outcome."""
        seen: dict[View, Outcome] = {}
        return all(seen.setdefault(self.view(pattern), outcome) == outcome for pattern, outcome in outcomes.items())


def _sharpest(found: Found) -> _Lens:
    """The lens that leaves out most and is still true."""
    field = found.field
    width = len(field.rules) + 2
    lens = _Lens(field, frozenset(range(width)), "each", True)
    if len(found.outcomes) > MOST_COARSENED:
        return lens
    wider = [_Lens(field, lens.features, sorts, same) for sorts in ("not", "new") for same in (False, True)]
    wider.append(_Lens(field, lens.features, "each", False))
    lens = next((other for other in wider if other.is_true(found.outcomes)), lens)
    for feature in reversed(range(width)):
        other = lens.without(feature)
        if other.is_true(found.outcomes):
            lens = other
    return lens


def _described(view: View, sets: int, to_confirm: frozenset[str], lens: _Lens, context: Context) -> Pattern:
    times: dict[tuple[Hashable, tuple[tuple[Hashable, ...], ...]], int] = {}
    for block in view:
        times[block] = times.get(block, 0) + 1
    slots = [
        _slot(sort, key, keys, blocks, lens, context)
        for (sort, keys), blocks in times.items()
        for key in dict.fromkeys(keys)
    ]
    listed = " and ".join(slot.sentence for slot in slots) or "nobody"
    apart = lens.same_country and len(view) > 1 and len(times) > 1
    sentence = f"{listed}{', all from different countries' if apart else ''} ({counted(sets, 'set')})"
    return Pattern(sets, tuple(slots), tuple(sorted(to_confirm)), sentence[0].upper() + sentence[1:])


def _slot(
    sort: Hashable,
    key: tuple[Hashable, ...],
    keys: tuple[tuple[Hashable, ...], ...],
    blocks: int,
    lens: _Lens,
    context: Context,
) -> Slot:
    field = lens.field
    countries: dict[str, int] = {}
    for place, groups in field.places.items():
        fitting = [number for number in groups if lens.key(number) == key]
        if fitting and lens.sort(field.sort_of(place)) == sort:
            countries[place or ""] = sum(field.available(place, number) for number in fitting)
    total, members = sum(countries.values()), blocks * keys.count(key)
    rules = [field.roster.law.together[rule] for rule in field.rules]
    words = _words_of(key, rules, lens.features, context)
    where = _where(sort, len(keys), blocks, lens)
    listed = _listed(countries, context)
    who = "the only organisation" if total == 1 else f"any {members} of {counted(total, 'organisation')}"
    return Slot(members, total, dict(sorted(countries.items())), f"{who}{words}{where} ({listed})")


def _where(sort: Hashable, size: int, blocks: int, lens: _Lens) -> str:
    parts = []
    if lens.same_country and size > 1:
        parts.append(" that share one country")
    elif lens.same_country and blocks > 1:
        parts.append(f" from {blocks} different countries")
    if lens.sorts == "new":
        parts.append(f", where {'no member stands yet' if sort is True else 'a member stands already'}")
    return "".join(parts)


def _words_of(key: tuple[Hashable, ...], rules: list[BoundRule], kept: frozenset[int], context: Context) -> str:
    """What the rules see of an organisation, in words; what makes no difference is left out."""
    parts: list[str] = []
    if 0 in kept and isinstance(key[0], frozenset) and key[0]:
        parts.append(f"(to confirm: {', '.join(sorted(key[0]))})")
    for position, bound in enumerate(rules, 1):
        if position in kept:
            parts.append(seen_in_words(bound, key[position], context))
    if len(rules) + 1 in kept:
        parts.append(f"with{'' if key[-1] is True else 'out'} a stated legal entity")
    return "".join(f" {part}" for part in dict.fromkeys(filter(None, parts)))


def seen_in_words(bound: BoundRule, seen: Hashable, context: Context) -> str:
    """What one rule sees of an organisation, in words; empty where it sees nothing."""
    groups = getattr(bound.kind, "groups", None)
    if isinstance(groups, tuple):
        where = context.group_name(groups)
        return f"perhaps in {where}" if seen == NOT_KNOWN else f"in {where}" if seen is True else f"outside {where}"
    named = getattr(bound.kind, "property", None)
    if isinstance(named, str):
        words = named.replace("_", " ")
        return f"perhaps {words}" if seen is None else words if seen is True else f"not {words}"
    if seen in ((), ""):
        return ""
    if isinstance(seen, bool):
        return f"that count{'' if seen else ' not'} for rule {bound.rule.id}"
    return f"unclear to rule {bound.rule.id}" if seen in (None, NOT_KNOWN) else f"known as {seen}"


def _listed(countries: Mapping[str, int], context: Context) -> str:
    """Countries with how many organisations each, the most first."""
    ordered = sorted(countries.items(), key=lambda item: (-item[1], item[0]))
    shown = [f"{context.geography.name(code) if code else 'country not stated'}: {n}" for code, n in ordered]
    more = len(shown) - MOST_COUNTRIES
    return ", ".join(shown) if more <= 0 else f"{', '.join(shown[:MOST_COUNTRIES])} and {more} more countries"


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 set`, `12 400 sets`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}".replace(",", " ")


def joined(parts: Iterable[str]) -> str:
    """A list in a sentence: `a, b and c`."""
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last
