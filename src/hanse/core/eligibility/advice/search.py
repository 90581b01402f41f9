"""Finds the smallest size at which some pattern of candidates meets the rules, and all patterns that do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from hanse.core.eligibility.advice.candidates import Key, Roster
from hanse.core.eligibility.advice.patterns import OUT, Field, Label, Pattern
from hanse.core.eligibility.findings import Verdict

Outcome: TypeAlias = frozenset[str] | None
"""None if a rule stays not met; else the ids of rules that remain to be confirmed, none if all are met."""


class Sureness(Enum):
    """Whether a set must meet the rules for certain, or as far as facts that nobody stated allow."""

    CERTAIN = "certain"
    CONDITIONAL = "conditional"

    def accepts(self, verdict: Verdict) -> bool:
        """Whether a rule with this verdict is good enough."""
        return verdict is Verdict.MET if self is Sureness.CERTAIN else verdict is not Verdict.NOT_MET

    def admits(self, key: Key) -> bool:
        """Whether a candidate comes into question by the rules that are asked of each member."""
        return all(self.accepts(verdict) for verdict in key.fits)


@dataclass(frozen=True)
class Found:
    """The smallest size that has a solution.

    Attributes:
        outcomes: every pattern of that size with its outcome.
    """

    size: int
    field: Field
    outcomes: Mapping[Pattern, Outcome]

    def solutions(self) -> dict[Pattern, frozenset[str]]:
        """The patterns that meet the rules, with what remains to be confirmed of each."""
        return {pattern: outcome for pattern, outcome in self.outcomes.items() if outcome is not None}


@dataclass(frozen=True)
class NotFound:
    """No size up to the limit has a solution. `hopeless` are the ids of rules that no set of the pool meets at all."""

    hopeless: frozenset[str]


def search(roster: Roster, at_most: int, sureness: Sureness) -> Found | NotFound:
    """Try sizes 0, 1, 2 ... up to a limit.

    Each rule is asked first on its own, where it sees few different candidates. A size at which a rule cannot be
    met alone has no solution; a rule that all patterns of a size meet need not be looked at again.
    """
    together = roster.law.together
    fields = [Field(roster, (rule,), _blank(sureness)) for rule in range(len(together))]
    hopeless = set(range(len(together)))
    for size in range(at_most + 1):
        tables = [field.table(size) for field in fields]
        able = {rule for rule, table in enumerate(tables) if any(map(sureness.accepts, table.values()))}
        hopeless -= able
        if len(able) < len(together):
            continue
        matter = [rule for rule, table in enumerate(tables) if any(v is not Verdict.MET for v in table.values())]
        joint = Field(roster, matter, _label(roster, sureness))
        found = Found(size, joint, _outcomes(joint, size, fields, tables, sureness))
        if found.solutions():
            return found
    return NotFound(frozenset(together[rule].rule.id for rule in hopeless))


def _blank(sureness: Sureness) -> Label:
    return lambda key: frozenset() if sureness.admits(key) else None


def _label(roster: Roster, sureness: Sureness) -> Label:
    """The ids of the rules asked of each member that remain to be confirmed of a candidate."""
    ids = [bound.rule.id for bound in roster.law.each]

    def label(key: Key) -> frozenset[str] | None:
        if not sureness.admits(key):
            return None
        return frozenset(id for id, verdict in zip(ids, key.fits, strict=True) if verdict is not Verdict.MET)

    return label


def _outcomes(
    joint: Field, size: int, fields: list[Field], tables: list[dict[Pattern, Verdict]], sureness: Sureness
) -> dict[Pattern, Outcome]:
    together = joint.roster.law.together
    views = [(together[rule].rule.id, _Projection(joint, fields[rule]), tables[rule]) for rule in joint.rules]
    outcomes: dict[Pattern, Outcome] = {}
    for pattern, _ in joint.patterns(size):
        unsure = {id for _, keys in pattern for key in keys for id in joint.labels[key]}
        outcome: Outcome = frozenset(unsure)
        for id, view, table in views:
            verdict = table[view.of(pattern)]
            if not sureness.accepts(verdict):
                outcome = None
                break
            if verdict is Verdict.UNDECIDED:
                unsure.add(id)
        outcomes[pattern] = outcome if outcome is None else frozenset(unsure)
    return outcomes


class _Projection:
    """How a pattern of a field that tells more apart reads in one that tells less apart."""

    def __init__(self, fine: Field, coarse: Field):
        self._keys = {a: b for a, b in zip(fine.number_of, coarse.number_of, strict=True) if a != OUT}
        self._sorts = {fine.sort_of(place): coarse.sort_of(place) for place in fine.places}

    def of(self, pattern: Pattern) -> Pattern:
        """The pattern as the coarse field writes it."""
        keys, sorts = self._keys, self._sorts
        return tuple(sorted((sorts[sort], tuple(sorted(keys[k] for k in block))) for sort, block in pattern))
