"""A run of proposals of a table, with what several screens ask of it, each worked out once.

Portions are small enough for their arrays to stay in the processor's cache, and several can be screened at once.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from hanse.core.call import Strand
from hanse.core.consortium import Organisation, Role
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import Verdict
from hanse.core.eligibility.kinds import Kind
from hanse.core.proposal import Dossier
from hanse.core.values.unknown import NOT_STATED, Maybe, Unknown
from hanse.engines.portfolio.tables import UNSTATED, Codes, Flags, Places, Small, Table, role_at

Masks: TypeAlias = tuple[NDArray[np.uint64], ...]
"""Sets of countries, a bit each: of every 64 countries of a table one array, with a word for each proposal."""
T = TypeVar("T")

MET, UNDECIDED, NOT_MET, UNSETTLED = np.int8(0), np.int8(1), np.int8(2), np.int8(3)
"""Verdicts as numbers, the worse the higher, so that the worst of several is their maximum.

`UNSETTLED` is a screen's way to say that the rule kind itself has to look.
"""
NOT_ASKED = np.int8(-1)
"""The rule is not one of the proposal's strand."""

CODES = {Verdict.MET: MET, Verdict.UNDECIDED: UNDECIDED, Verdict.NOT_MET: NOT_MET}
VERDICTS = (Verdict.MET, Verdict.UNDECIDED, Verdict.NOT_MET)

Screened: TypeAlias = "Callable[[Portion], Small]"
"""A screen made ready for one rule: the verdict on each proposal of a portion."""

_WORD = 64


class Portion:
    """Some proposals of a table and their rows.

    Args:
        table: the table.
        proposals: a run of proposals, or the places of some.
        rows: their rows, likewise.
        sizes: how many rows each has.
    """

    def __init__(self, table: Table, proposals: slice | Places, rows: slice | Places, sizes: Codes):
        self.table, self.proposals, self.rows, self.sizes = table, proposals, rows, sizes
        self.count = len(sizes)
        self._kept: dict[object, object] = {}

    @classmethod
    def run(cls, table: Table, first: int, last: int) -> "Portion":
        """The proposals from `first` up to `last`, which is left out."""
        rows = slice(int(table.offsets[first]), int(table.offsets[last]))
        return cls(table, slice(first, last), rows, table.sizes[first:last])

    def only(self, chosen: Flags) -> "Portion":
        """The chosen proposals of this portion."""
        rows = np.flatnonzero(np.repeat(chosen, self.sizes))
        proposals = np.flatnonzero(chosen)
        return Portion(self.table, _within(self.proposals, proposals), _within(self.rows, rows), self.sizes[chosen])

    def keep(self, key: object, work_out: Callable[[], T]) -> T:
        """What was worked out under this key before, or now."""
        if key not in self._kept:
            self._kept[key] = work_out()
        return self._kept[key]  # type: ignore[return-value]

    @cached_property
    def starts(self) -> Places:
        """First row of each proposal, counted inside the portion."""
        starts = np.zeros(self.count, np.intp)
        np.cumsum(self.sizes[:-1], out=starts[1:])
        return starts

    @cached_property
    def proposal_of(self) -> Codes:
        """The proposal of each row, counted inside the portion."""
        return np.repeat(np.arange(self.count, dtype=np.int32), self.sizes)

    @cached_property
    def strand(self) -> NDArray[np.int16]:
        """The strand of each proposal."""
        return self.table.strand[self.proposals]

    @cached_property
    def country(self) -> NDArray[np.int16]:
        """The country of each row."""
        return self.table.country[self.rows]

    @cached_property
    def legal_entity(self) -> Codes:
        """The legal entity of each row."""
        return self.table.legal_entity[self.rows]

    def in_roles(self, roles: frozenset[Role]) -> Flags:
        """Which rows take part in one of these roles."""
        return self.keep(("in roles", roles), lambda: rows_in_roles(self.table.role[self.rows], roles))

    def members(self, roles: frozenset[Role]) -> Codes:
        """How many participants each proposal has in these roles."""
        return self.keep(("members", roles), lambda: self.number(self.in_roles(roles)))

    def number(self, flags: Flags) -> Codes:
        """How many of each proposal's rows are flagged."""
        if self.table.most_members < 256:
            return np.add.reduceat(flags.view(np.uint8), self.starts).astype(np.int32)
        return np.add.reduceat(flags, self.starts, dtype=np.int32)

    def number_few(self, rows: Places) -> Codes:
        """How many of these rows each proposal has; quick where they are few."""
        return np.bincount(self.proposal_of[rows], minlength=self.count).astype(np.int32)

    def worst(self, rows: Places, answers: Small) -> Small:
        """The worst answer among some rows of each proposal; `MET` where it has none of them."""
        worst = np.full(self.count, MET)
        proposals = self.proposal_of[rows]
        worst[proposals[answers == UNDECIDED]] = UNDECIDED
        worst[proposals[answers == NOT_MET]] = NOT_MET
        return worst

    def countries(self, roles: frozenset[Role]) -> Masks:
        """The countries of each proposal's members in these roles."""
        return self.keep(("countries", roles), lambda: self.masks(self.in_roles(roles)))

    def masks(self, flags: Flags) -> Masks:
        """The countries of each proposal's flagged rows."""
        # The table numbers countries by how often they appear: beyond the first word there are few rows.
        bits = np.append(np.uint64(1) << np.arange(_WORD, dtype=np.uint64), np.uint64(0))
        place = np.where(flags, self.country, np.int16(UNSTATED))
        words = -(-len(self.table.countries) // _WORD)
        if words <= 1:
            return (np.bitwise_or.reduceat(bits[place], self.starts),)
        masks = [np.bitwise_or.reduceat(bits[np.where(place < _WORD, place, np.int16(UNSTATED))], self.starts)]
        for word in range(1, words):
            rows = np.flatnonzero((place >= word * _WORD) & (place < (word + 1) * _WORD))
            mask = np.zeros(self.count, np.uint64)
            np.bitwise_or.at(mask, self.proposal_of[rows], bits[place[rows] - word * _WORD])
            masks.append(mask)
        return tuple(masks)

    def unplaced(self, roles: frozenset[Role]) -> Codes:
        """How many members in these roles have no country stated."""
        return self.keep(("unplaced", roles), lambda: self.number_few(self._unplaced_rows(roles)))

    def _unplaced_rows(self, roles: frozenset[Role]) -> Places:
        rows = np.flatnonzero(self.country < 0)
        return rows[self.in_roles(roles)[rows]]

    def distinct_entities(self, flags: Flags) -> Codes:
        """How many different stated legal entities each proposal has among its flagged rows."""
        rows = np.flatnonzero(flags & (self.legal_entity >= 0))
        pairs = (self.proposal_of[rows].astype(np.int64) << 32) | self.legal_entity[rows]
        pairs.sort()
        first = np.ones(len(pairs), bool)
        np.not_equal(pairs[1:], pairs[:-1], out=first[1:])
        return np.bincount(pairs[first] >> 32, minlength=self.count).astype(np.int32)

    def entity_range(self, flags: Flags) -> tuple[Codes, Codes]:
        """How many different legal entities there are among the flagged rows, for certain and at most.

        The counts of `core.eligibility.measures.entity_range`.
        """
        stated = flags & (self.legal_entity >= 0)
        distinct = self.distinct_entities(flags)
        members = self.number(flags)
        unstated = members - self.number(stated)
        if not unstated.any():
            return distinct, distinct
        placed = self.distinct_entities(stated & (self.country >= 0))
        bodies = sum(
            np.bitwise_count(every & ~named).astype(np.int32)
            for every, named in zip(self.masks(flags), self.masks(stated), strict=True)
        )
        low: Codes = np.maximum(np.maximum(placed + bodies, distinct), members > 0)
        return low, distinct + unstated


def _within(places: slice | Places, chosen: Places) -> Places:
    """Some of these places, counted from the first of them."""
    return chosen + places.start if isinstance(places, slice) else places[chosen]


def rows_in_roles(role: Small, roles: frozenset[Role]) -> Flags:
    """Which of these role codes are one of the roles."""
    return np.array([role_at(code) in roles for code in range(len(Role) + 1)])[role]


def ranged(low: NDArray[np.integer], high: NDArray[np.integer], minimum: int) -> Small:
    """The verdicts of `core.eligibility.measures.by_range`."""
    verdicts: Small = (low < minimum).astype(np.int8) + (high < minimum)
    return verdicts


def answer_code(holds: object) -> np.int8:
    """What one member's answer does to a rule that every member must meet; neither true nor false leaves it open."""
    return MET if holds is True else NOT_MET if holds is False else UNDECIDED


def numbers_of(counts: Masks, within: Masks | Sequence[np.uint64]) -> Codes:
    """How many countries of each proposal are also in another set, its own or one for all."""
    total: Codes = np.bitwise_count(counts[0] & within[0]).astype(np.int32)
    for word in range(1, len(counts)):
        total += np.bitwise_count(counts[word] & within[word])
    return total


class Standing:
    """Which countries of a table belong to groups, and of which it is doubtful, as the call treats them.

    The answers are the context's, asked once for every country and strand.
    """

    def __init__(self, table: Table, groups: tuple[str, ...], context: Context):
        strands = (*table.strands, "")
        answers = [
            [answer_code(context.standing(country, groups, strand)) for country in table.countries]
            for strand in strands
        ]
        self.answers = np.array(answers, np.int8).reshape(len(strands), len(table.countries))
        self.same = bool((self.answers == self.answers[:1]).all())
        self.inside = _as_masks(self.answers == MET)
        self.doubtful = _as_masks(self.answers == UNDECIDED)
        self.outside = _as_masks(self.answers == NOT_MET)

    def of(self, masks: Masks, portion: Portion) -> Masks | list[np.uint64]:
        """One of the sets for each proposal; a single one for all if the strand makes no difference."""
        if self.same:
            return [mask[0] for mask in masks]
        return tuple(mask[portion.strand] for mask in masks)

    def rows(self, portion: Portion) -> Small:
        """The answer for each row; `UNDECIDED` where the country is not stated."""
        padded = np.hstack((self.answers, np.full((len(self.answers), 1), UNDECIDED)))
        strand = 0 if self.same else portion.strand[portion.proposal_of]
        found: Small = padded[strand, portion.country]
        return found


def _as_masks(flags: Flags) -> Masks:
    """For each strand the set of flagged countries."""
    words = max(1, -(-flags.shape[1] // _WORD))
    padded = np.zeros((len(flags), words * _WORD), bool)
    padded[:, : flags.shape[1]] = flags
    bits = np.uint64(1) << np.arange(_WORD, dtype=np.uint64)
    return tuple(
        (padded[:, word * _WORD : (word + 1) * _WORD] * bits).sum(axis=1, dtype=np.uint64) for word in range(words)
    )


def popcount(masks: Masks) -> Codes:
    """How many countries each proposal has."""
    return numbers_of(masks, [np.uint64(2**64 - 1)] * len(masks))


def exemplar(**facts: Any) -> Organisation:
    """An organisation that stands for all that share a fact, to ask a rule kind what it sees in it."""
    return Organisation("", **facts)


def each_member(roles: frozenset[Role], column: Small, answers: Sequence[object]) -> Screened:
    """A screen for a rule that every member must meet, judged by one fact.

    Args:
        roles: whom the rule asks.
        column: the fact of each row of the table, as a code; `UNSTATED` takes the last answer.
        answers: what the rule kind answers for each code: true, false or unknown.
    """
    codes = np.array([answer_code(answer) for answer in answers])

    def verdicts(portion: Portion) -> Small:
        found = codes[column[portion.rows]]
        rows = np.flatnonzero(found)
        rows = rows[portion.in_roles(roles)[rows]]
        return portion.worst(rows, found[rows])

    return verdicts


def property_answers(table: Table, sees: Callable[[Organisation], object]) -> Small:
    """What a rule kind answers for each set of properties in the table."""
    return np.array([answer_code(sees(exemplar(properties=each))) for each in table.property_sets])


def verdict_codes(kind: Kind, dossiers: Iterable[Dossier], context: Context) -> Small:
    """What a rule kind says of dossiers that stand for a code each."""
    return np.array([CODES[kind.check(dossier, context).verdict] for dossier in dossiers], np.int8)


def strands_of(table: Table) -> tuple[Maybe[str], ...]:
    """The strands by code, the one that is not stated last."""
    return (*table.strands, NOT_STATED)


def by_strand(kind: Kind, table: Table, context: Context) -> Screened:
    """A screen for a rule that depends on the strand alone: the kind is asked once for each."""
    answers = verdict_codes(kind, (Dossier("", strand) for strand in strands_of(table)), context)
    return lambda portion: answers[portion.strand]


def figures_of_strands(table: Table, context: Context, figure: Callable[[Strand], Maybe[int]]) -> NDArray[np.int64]:
    """A figure of each strand of the table, `UNSTATED` where the call does not have the strand or state the figure."""
    found = []
    for id in table.strands:
        strand = context.call.strand(id)
        value = NOT_STATED if strand is None else figure(strand)
        found.append(UNSTATED if isinstance(value, Unknown) else value)
    return np.array([*found, UNSTATED], np.int64)
