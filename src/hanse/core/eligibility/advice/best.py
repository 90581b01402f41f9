"""The concrete sets to show first: those that add most sectors and markets that no member knows yet."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from typing import TypeAlias

from hanse.core.consortium import Organisation
from hanse.core.eligibility.advice.candidates import Place
from hanse.core.eligibility.advice.gains import Gains
from hanse.core.eligibility.advice.patterns import Field, Pattern, clash
from hanse.core.eligibility.findings import ProposalVerdict

MOST_STEPS = 20_000
"""Candidates that are looked at before the ranking is left as it stands, and says so."""

Entry: TypeAlias = tuple[int, str, str, int, Organisation, Place, int]
"""Less its number of gains, name, id; then gains as bits, the organisation, its place and key."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One set of organisations to add, checked as a whole.

    Attributes:
        verdict: the verdict on the proposal with them.
        new_sectors, new_markets: what they add that no member knows.
        to_confirm: ids of rules that hang on facts which nobody stated.
        sentence: the suggestion in words.
    """

    organisations: tuple[Organisation, ...]
    verdict: ProposalVerdict
    new_sectors: tuple[str, ...]
    new_markets: tuple[str, ...]
    to_confirm: tuple[str, ...]
    sentence: str


def best_sets(
    field: Field, solutions: Mapping[Pattern, frozenset[str]], gains: Gains, show: int
) -> tuple[list[tuple[Organisation, ...]], bool]:
    """The sets to show, best first, and whether it is proven that none is better.

    Sets with fewer rules to confirm come first; then those that add more sectors and markets together; then
    those whose members add more one by one; then by name.
    """
    by_doubts: dict[int, list[Pattern]] = {}
    for pattern, doubts in solutions.items():
        by_doubts.setdefault(len(doubts), []).append(pattern)
    chosen: list[tuple[Organisation, ...]] = []
    proven = True
    for _, patterns in sorted(by_doubts.items()):
        if len(chosen) < show:
            search = _Search(field, patterns, gains, show - len(chosen))
            chosen += search.run()
            proven = proven and search.steps <= MOST_STEPS
    return chosen, proven


class _Group:
    """The candidates of one country and key, ordered only as far as someone looks."""

    def __init__(self, candidates: Iterable[Organisation], place: Place, number: int, gains: Gains):
        self._gains, self._place, self._number = gains, place, number
        self._by_rank: dict[int, list[Organisation]] = {}
        self._ordered: dict[int, list[Entry]] = {}
        for organisation in candidates:
            self._by_rank.setdefault(-gains.mask(organisation).bit_count(), []).append(organisation)
        self._ranks = sorted(self._by_rank)

    def after(self, last: tuple[int, str, str] | None) -> Iterator[Entry]:
        """The candidates that come after another one."""
        for rank in self._ranks:
            if last is not None and rank < last[0]:
                continue
            entries = self._entries(rank)
            start = 0 if last is None or rank > last[0] else bisect_right(entries, last, key=_order)
            yield from entries[start:] if start else entries

    def _entries(self, rank: int) -> list[Entry]:
        known = self._ordered.get(rank)
        if known is None:
            place, number, mask = self._place, self._number, self._gains.mask
            known = [(rank, o.name, o.id, mask(o), o, place, number) for o in self._by_rank[rank]]
            known.sort(key=_order)
            self._ordered[rank] = known
        return known


def _order(entry: Entry) -> tuple[int, str, str]:
    return entry[:3]


class _Search:
    """Builds sets member by member in ranked order, and drops what cannot become one of the best."""

    def __init__(self, field: Field, patterns: Iterable[Pattern], gains: Gains, show: int):
        self.field, self.show, self.steps = field, show, 0
        self._goals = frozenset(patterns)
        self._parts = _parts_of(self._goals)
        self._size = max(sum(len(keys) for _, keys in goal) for goal in self._goals)
        self._kept: list[tuple[int, tuple[Organisation, ...]]] = []
        wanted = {block for part in self._parts if len(part) == 1 for block in part}
        self._groups = {
            (place, number): _Group(field.organisations(place, number), place, number, gains)
            for place, groups in field.places.items()
            for number in groups
            if (field.sort_of(place), (number,)) in wanted
        }

    def run(self) -> list[tuple[Organisation, ...]]:
        """The best sets, best first."""
        self._extend((), 0)
        return [organisations for _, organisations in self._kept]

    def _extend(self, chosen: tuple[Entry, ...], mask: int) -> None:
        missing = self._size - len(chosen)
        picks = [(entry[5], entry[6]) for entry in chosen]
        last = _order(chosen[-1]) if chosen else None
        streams = [
            group.after(last)
            for pick, group in self._groups.items()
            if self.field.pattern_of([*picks, pick]) in self._parts
        ]
        for entry in merge(*streams, key=_order):
            self.steps += 1
            if self.steps > MOST_STEPS or self._cannot_win(mask.bit_count() - entry[0] * missing):
                return
            if any(clash(entry[4], other[4]) for other in chosen):
                continue
            if missing == 1:
                self._keep(mask | entry[3], (*chosen, entry))
            else:
                self._extend((*chosen, entry), mask | entry[3])

    def _cannot_win(self, most: int) -> bool:
        """Whether a set that adds at most so much comes after all that are kept; the first found of equals wins."""
        return len(self._kept) == self.show and most <= self._kept[-1][0]

    def _keep(self, mask: int, entries: tuple[Entry, ...]) -> None:
        self._kept.append((mask.bit_count(), tuple(entry[4] for entry in entries)))
        self._kept.sort(key=lambda kept: -kept[0])  # a stable order: equals stay as they were found
        del self._kept[self.show :]


def _parts_of(goals: Iterable[Pattern]) -> frozenset[Pattern]:
    """The patterns and everything that is left when members are taken out of them."""
    found: set[Pattern] = set()
    waiting = list(goals)
    while waiting:
        pattern = waiting.pop()
        if pattern in found:
            continue
        found.add(pattern)
        for position, (sort, keys) in enumerate(pattern):
            for index in range(len(keys)):
                fewer = keys[:index] + keys[index + 1 :]
                block = ((sort, fewer),) if fewer else ()
                waiting.append(tuple(sorted((*pattern[:position], *block, *pattern[position + 1 :]))))
    return frozenset(found)
