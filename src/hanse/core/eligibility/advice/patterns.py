"""Sets of candidates up to interchange: which there are, what the rules say of them, how many real sets each is.

A pattern is a tuple of blocks, one for each country it takes members from. A block is the sort of country and the
keys of the members taken from it. Two countries are of one sort if the rules see the members that already stand
in them alike; all countries without a member are of one sort. Every verdict is the same for all sets of a pattern.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import chain, combinations_with_replacement
from math import factorial, perm, prod
from typing import TypeAlias

from hanse.core.consortium import Organisation
from hanse.core.eligibility.advice.candidates import Key, Place, Roster
from hanse.core.eligibility.findings import Verdict
from hanse.core.values.unknown import Unknown

Block: TypeAlias = tuple[int, tuple[int, ...]]
Pattern: TypeAlias = tuple[Block, ...]
Label: TypeAlias = Callable[[Key], frozenset[str] | None]
"""What to tell candidates apart by beside what the rules see; None for those that do not come into question."""

OUT = -1
"""The number of keys that do not come into question."""

NEW_COUNTRY = 0
"""The sort of every country in which no member stands."""


class Field:
    """The candidates as some of the rules see them.

    Attributes:
        keys: what tells candidates apart here: label, what each rule sees, whether the legal entity is stated.
        number_of: position in `keys` for each key of the roster, or `OUT`.
        places: candidates by country and position in `keys`, as the groups of the roster.
        sorts: the sort of each country in which a member stands, and of the lack of a country.

    Args:
        rules: positions in `Law.together` of the rules that matter here.
        leaving: id of a member that is taken to have left; empty if none.
    """

    def __init__(self, roster: Roster, rules: Sequence[int], label: Label, leaving: str = ""):
        self.roster, self.rules, self.leaving = roster, tuple(rules), leaving
        self.keys: list[tuple[Hashable, ...]] = []
        self.labels: list[frozenset[str]] = []
        self._numbers: dict[tuple[Hashable, ...], int] = {}
        self.number_of = [self._number(key, label(key)) for key in roster.keys]
        self.places: dict[Place, dict[int, list[list[Organisation]]]] = {}
        for place, groups in roster.places.items():
            for number, candidates in groups.items():
                mine = self.number_of[number]
                if mine != OUT:
                    self.places.setdefault(place, {}).setdefault(mine, []).append(candidates)
        self._sorts_of: dict[Hashable, int] = {(): NEW_COUNTRY}
        self.sorts = self._sort_countries()
        self._by_block: dict[Block, dict[Place, tuple[Organisation, ...]]] = {}
        self._sums: dict[tuple[Block, ...], int] = {}
        self._ways: dict[tuple[Place, tuple[int, ...]], int] = {}

    def sort_of(self, place: Place) -> int:
        """The sort of a country."""
        return self.sorts.get(place, NEW_COUNTRY)

    def organisations(self, place: Place, number: int) -> Iterator[Organisation]:
        """The candidates of a country with a key."""
        return chain.from_iterable(self.places[place].get(number, ()))

    def available(self, place: Place, number: int) -> int:
        """How many candidates of a country have a key."""
        return sum(len(group) for group in self.places[place].get(number, ()))

    def patterns(self, size: int) -> Iterator[tuple[Pattern, tuple[Organisation, ...]]]:
        """Every pattern of so many candidates that the pool can fill, with one set of candidates that fills it."""
        blocks = [self._blocks(part, size) for part in range(1, size + 1)]
        for parts in _partitions(size, size):
            for pattern in _choices(parts, blocks):
                filled = self._fill(pattern)
                if filled is not None:
                    yield tuple(sorted(pattern)), filled

    def table(self, size: int) -> dict[Pattern, Verdict]:
        """The verdict of the field's only rule on each pattern of a size."""
        (rule,) = self.rules
        kind, context = self.roster.law.together[rule].kind, self.roster.context
        return {
            pattern: kind.check(self.roster.consortium(chosen, self.leaving), context).verdict
            for pattern, chosen in self.patterns(size)
        }

    def pattern_of(self, picks: Sequence[tuple[Place, int]]) -> Pattern:
        """The pattern of candidates given by country and key."""
        by_place: dict[Place, list[int]] = {}
        for place, number in picks:
            by_place.setdefault(place, []).append(number)
        return tuple(sorted((self.sort_of(place), tuple(sorted(keys))) for place, keys in by_place.items()))

    def count(self, pattern: Pattern) -> int:
        """How many real sets of candidates a pattern stands for.

        Blocks go to different countries. Summing over all ways to let some of them fall on one country, with
        alternating signs (Möbius inversion over set partitions), leaves exactly the ways in which none do.
        """
        total = 0
        for grouping in _set_partitions(pattern):
            sign = prod((-1) ** (len(group) - 1) * factorial(len(group) - 1) for group in grouping)
            total += sign * prod(self._sum(tuple(group)) for group in grouping)
        return total // prod(factorial(times) for times in Counter(pattern).values())

    def _sum(self, blocks: tuple[Block, ...]) -> int:
        """The sum over countries of the ways to fill all these blocks, each on its own, from the one country."""
        known = self._sums.get(blocks)
        if known is None:
            sort = blocks[0][0]
            known = 0
            if all(block[0] == sort for block in blocks):
                places = [place for place in self.places if self.sort_of(place) == sort]
                known = sum(prod(self._ways_in(place, keys) for _, keys in blocks) for place in places)
            self._sums[blocks] = known
        return known

    def _ways_in(self, place: Place, keys: tuple[int, ...]) -> int:
        """In how many ways a country fills a block, never taking two candidates of one legal entity."""
        known = self._ways.get((place, keys))
        if known is None:
            known = self._ways[place, keys] = _ways(self._profiles(place, set(keys)), Counter(keys))
        return known

    def _profiles(self, place: Place, wanted: set[int]) -> Counter[tuple[int, ...]]:
        """Legal entities of a country by the keys of their candidates, as far as these are wanted."""
        profiles: Counter[tuple[int, ...]] = Counter()
        alone = {number: self.available(place, number) for number in wanted}
        for body in self.roster.bodies.get(place, ()):
            keys = tuple(sorted(k for n in body if (k := self.number_of[n]) in wanted))
            for key in keys:
                alone[key] -= 1
            if keys:
                profiles[keys] += 1
        for number, candidates in alone.items():
            profiles[(number,)] += candidates
        return profiles

    def _number(self, key: Key, label: frozenset[str] | None) -> int:
        if label is None:
            return OUT
        feature = (label, *(key.seen[rule] for rule in self.rules), key.stated)
        number = self._numbers.setdefault(feature, len(self.keys))
        if number == len(self.keys):
            self.keys.append(feature)
            self.labels.append(label)
        return number

    def _sort_countries(self) -> dict[Place, int]:
        """The sort of each country in which a member stands, and of the lack of one."""
        stays = [member for member in self.roster.members if member.id != self.leaving]
        seats: dict[str, set[Place]] = {}
        for member in stays:
            if member.entity is not None:
                seats.setdefault(member.entity, set()).add(member.place)
        sorts: dict[Place, int] = {None: self._sort("nowhere")}
        for place in {member.place for member in stays} - {None}:
            bodies: dict[Hashable, list[tuple[Hashable, ...]]] = {}
            alike = True
            for position, member in enumerate(stays):
                if member.place == place:
                    marks = tuple(member.seen[rule] for rule in self.rules)
                    bodies.setdefault(position if member.entity is None else member.entity, []).append(marks)
                    # A body that also stands without a country is known by name: its country is like no other.
                    alike = alike and (member.entity is None or len(seats[member.entity]) == 1)
            shapes = Counter(
                (isinstance(body, str), frozenset(Counter(marks).items())) for body, marks in bodies.items()
            )
            sorts[place] = self._sort(("members", frozenset(shapes.items()), "" if alike else place))
        return sorts

    def _sort(self, shape: Hashable) -> int:
        return self._sorts_of.setdefault(shape, len(self._sorts_of))

    def _blocks(self, part: int, size: int) -> list[Block]:
        """Every block of so many candidates that at least one country can fill.

        Of the countries that can, as many are kept as a pattern of this size can need: with so many to choose
        from, one is always free.
        """
        found: dict[Block, None] = {}
        for place, groups in self.places.items():
            for keys in combinations_with_replacement(sorted(groups), part):
                block = self.sort_of(place), keys
                filled = self._by_block.setdefault(block, {})
                if len(filled) < size and place not in filled:
                    chosen = self._pick(place, keys)
                    if chosen is not None:
                        filled[place] = chosen
                if filled:
                    found[block] = None
        return list(found)

    def _pick(
        self, place: Place, keys: tuple[int, ...], chosen: tuple[Organisation, ...] = ()
    ) -> tuple[Organisation, ...] | None:
        """Candidates of a country with these keys, of different legal entities; None if there are none."""
        if not keys:
            return chosen
        for organisation in self.organisations(place, keys[0]):
            if not any(clash(organisation, other) for other in chosen):
                found = self._pick(place, keys[1:], (*chosen, organisation))
                if found is not None:
                    return found
        return None

    def _fill(self, pattern: Sequence[Block]) -> tuple[Organisation, ...] | None:
        """One set of candidates for a pattern, its blocks in different countries; None if the countries run out."""
        taken: list[Place] = []

        def place_from(position: int) -> bool:
            if position == len(pattern):
                return True
            for place in self._by_block[pattern[position]]:
                if place not in taken:
                    taken.append(place)
                    if place_from(position + 1):
                        return True
                    taken.pop()
            return False

        if not place_from(0):
            return None
        return tuple(
            organisation
            for block, place in zip(pattern, taken, strict=True)
            for organisation in self._by_block[block][place]
        )


def clash(one: Organisation, other: Organisation) -> bool:
    """Whether two candidates cannot both join: they are the same, or the same legal entity stands behind them."""
    if one.id == other.id:
        return True
    entity = one.legal_entity
    return not isinstance(entity, Unknown) and entity == other.legal_entity


def _partitions(size: int, largest: int) -> Iterator[tuple[int, ...]]:
    """Ways to write a size as a sum of parts, largest first: 3, 2 + 1, 1 + 1 + 1."""
    if size == 0:
        yield ()
    for part in range(min(size, largest), 0, -1):
        for rest in _partitions(size - part, part):
            yield (part, *rest)


def _choices(parts: tuple[int, ...], blocks: Sequence[Sequence[Block]]) -> Iterator[tuple[Block, ...]]:
    """Ways to choose a block for each part; equal parts in one order only."""
    if not parts:
        yield ()
        return
    times = parts.count(parts[0])
    for first in combinations_with_replacement(blocks[parts[0] - 1], times):
        for rest in _choices(parts[times:], blocks):
            yield (*first, *rest)


def _set_partitions(items: Sequence[Block]) -> Iterator[list[list[Block]]]:
    """Ways to put items into groups."""
    if not items:
        yield []
        return
    for rest in _set_partitions(items[1:]):
        yield [[items[0]], *rest]
        for position, group in enumerate(rest):
            yield [*rest[:position], [items[0], *group], *rest[position + 1 :]]


def _ways(profiles: Counter[tuple[int, ...]], wanted: Counter[int]) -> int:
    """Ways to choose legal entities, and a candidate from each, so that each key is had as often as wanted.

    Args:
        profiles: how many legal entities have candidates with these keys.
        wanted: how often each key is needed.
    """
    keys = sorted(wanted)
    states = {(0,) * len(keys): 1}
    for profile, bodies in profiles.items():
        offers = [profile.count(key) for key in keys]
        after: dict[tuple[int, ...], int] = {}
        for had, ways in states.items():
            room = [min(wanted[key] - n, bodies * bool(offer)) for key, n, offer in zip(keys, had, offers, strict=True)]
            for taken in _up_to(room):
                number = sum(taken)
                if number > bodies:
                    continue
                split = perm(bodies, number) // prod(factorial(n) for n in taken)
                own = prod(offer**n for offer, n in zip(offers, taken, strict=True))
                state = tuple(a + b for a, b in zip(had, taken, strict=True))
                after[state] = after.get(state, 0) + ways * split * own
        states = after
    return states.get(tuple(wanted[key] for key in keys), 0)


def _up_to(most: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every tuple of whole numbers up to a bound each."""
    if not most:
        yield ()
        return
    for first in range(most[0] + 1):
        for rest in _up_to(most[1:]):
            yield (first, *rest)
