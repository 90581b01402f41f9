"""How well an organisation would fit into a consortium, every point of it said in words.

Points are given for what the draft lacks and for common ground, never for past wins: a newcomer with what is missing
stands before a veteran without it. Nor for length: a profile that lists many sectors has no more of what is missing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from hanse.core.consortium import Consortium, Organisation, Role
from hanse.core.eligibility.advice.candidates import law_for
from hanse.core.eligibility.engine import Examiner
from hanse.core.eligibility.findings import Assessment, Verdict
from hanse.core.eligibility.measures import names_of
from hanse.core.proposal import Dossier
from hanse.core.values.unknown import Unknown
from hanse.core.values.words import day_in_words

MENDS, HELPS, KNOWS_A_TARGET, BRINGS_A_SECTOR, SHARES_A_SECTOR = 20, 10, 5, 5, 2
"""Points: for a rule that becomes met; for one of several that are missing; for each target that no member knows; for
each sector that the draft is about and no member works in; for each sector shared (at most three)."""
MOST_SECTORS = 3
"""So many shared sectors count, and so many new ones are named."""


@dataclass(frozen=True, slots=True)
class Point:
    """One part of a score, and what it is for."""

    points: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Match:
    """How an organisation would fit.

    Attributes:
        parts: every part of the score, the largest first.
        against: rules asked of each member that it breaks, in words; such a one stands last.
        to_confirm: rules asked of each member that what is known of it leaves open, in words.
        remarks: what else is worth knowing, without points.
    """

    organisation: Organisation
    parts: tuple[Point, ...]
    against: tuple[str, ...] = ()
    to_confirm: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def score(self) -> int:
        """The sum of all parts."""
        return sum(part.points for part in self.parts)


class Matcher:
    """Compares candidates with one draft.

    Args:
        dossier: the draft, with those members it plans with.
        examiner: of the call.
        wanted: countries in one of which an organisation is missing, where more than one is.
        sectors: what the draft is about.
        region_of: world region by country code.
        place_name, sector_name: of codes and ids, in words.
    """

    def __init__(
        self,
        dossier: Dossier,
        examiner: Examiner,
        *,
        wanted: Iterable[str] = (),
        sectors: Iterable[str] = (),
        region_of: Mapping[str, str] | None = None,
        place_name: Callable[[str], str] = str,
        sector_name: Callable[[str], str] = str,
    ):
        self._dossier, self._examiner = dossier, examiner
        self._wanted = frozenset(wanted)
        self._regions = region_of or {}
        self._place, self._sector = place_name, sector_name
        self._members = [participant.organisation for participant in dossier.consortium.participants]
        self._law = law_for(dossier, examiner, Role.BENEFICIARY)
        self._before = examiner.check(dossier)
        targets = () if isinstance(dossier.targets, Unknown) else dossier.targets
        known = self._covered(market for member in self._members for market in member.markets)
        self._gaps = tuple(target for target in targets if target not in known)
        self._sectors = frozenset(sector for member in self._members for sector in member.sectors)
        self._missing = tuple(sector for sector in dict.fromkeys(sectors) if sector not in self._sectors)

    @property
    def before(self) -> Assessment:
        """What the rules say of the draft as it stands."""
        return self._before

    @property
    def gaps(self) -> tuple[str, ...]:
        """Targets of the draft that no member names as a market."""
        return self._gaps

    @property
    def missing_sectors(self) -> tuple[str, ...]:
        """Sectors that the draft is about and no member works in."""
        return self._missing

    @property
    def shared_sectors(self) -> frozenset[str]:
        """Sectors in which members work."""
        return self._sectors

    def match(self, candidate: Organisation) -> Match:
        """How one organisation would fit as a beneficiary."""
        after = self._examiner.check(
            replace(self._dossier, consortium=self._dossier.consortium.with_added((candidate,)))
        )
        parts = [*self._rules(candidate, after), *self._markets(candidate), *self._trades(candidate)]
        parts.sort(key=lambda part: -part.points)
        against, to_confirm = self._objections(candidate)
        return Match(candidate, tuple(parts), against, to_confirm, tuple(self._remarks(candidate)))

    def _rules(self, candidate: Organisation, after: Assessment) -> Iterable[Point]:
        helped = False
        for bound in self._law.together:
            id = bound.rule.id
            before, now = self._before.finding(id), after.finding(id)
            if before is None or now is None or before.verdict is Verdict.MET:
                continue
            if now.verdict is Verdict.MET:
                yield Point(MENDS, f"With it, this is met: {bound.rule.text}")
            elif candidate.country in self._wanted and not helped:
                helped = True
                yield Point(HELPS, f"One of those still missing: {now.repair or bound.rule.text}")

    def _markets(self, candidate: Organisation) -> Iterable[Point]:
        known = self._covered(candidate.markets)
        for target in self._gaps:
            if target in known:
                yield Point(KNOWS_A_TARGET, f"Knows {self._place(target)}, a target that no member knows.")

    def _trades(self, candidate: Organisation) -> Iterable[Point]:
        for sector in self._missing:
            if sector in candidate.sectors:
                yield Point(
                    BRINGS_A_SECTOR, f"Works in {self._sector(sector)}, a sector of the draft that no member has."
                )
        for sector in sorted(candidate.sectors & self._sectors)[:MOST_SECTORS]:
            others = [member for member in self._members if sector in member.sectors]
            yield Point(SHARES_A_SECTOR, f"Shares {self._sector(sector)} with {names_of(others, 2)}.")

    def _objections(self, candidate: Organisation) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What it breaks and what it leaves open of the rules that are asked of each member."""
        alone = replace(self._dossier, consortium=Consortium(()).with_added((candidate,)))
        broken: list[str] = []
        left_open: list[str] = []
        for bound in self._law.each:
            outcome = bound.kind.check(alone, self._examiner.context)
            if outcome.verdict is Verdict.NOT_MET:
                broken.append(f"It would break a rule: {outcome.reason}")
            elif outcome.verdict is Verdict.UNDECIDED:
                left_open.append(f"To be confirmed: {outcome.reason}")
        return tuple(broken), tuple(left_open)

    def _remarks(self, candidate: Organisation) -> Iterable[str]:
        if isinstance(candidate.registered_on, date):
            yield f"Registered since {day_in_words(candidate.registered_on)}."
        elif isinstance(candidate.registration_requested_on, date):
            yield f"Has asked for registration on {day_in_words(candidate.registration_requested_on)}."
        same = [member for member in self._members if member.body == candidate.body]
        if same:
            yield f"Stands on the same legal entity as {names_of(same, 2)}, so it adds none."
        new = sorted(candidate.sectors - self._sectors - {*self._missing}) if self._members else []
        if new:
            more = f" and {len(new) - MOST_SECTORS} more" if len(new) > MOST_SECTORS else ""
            named = ", ".join(map(self._sector, new[:MOST_SECTORS]))
            yield f"Also works in {named}{more}, as no member does."

    def _covered(self, markets: Iterable[str]) -> set[str]:
        named = list(markets)
        return {*named, *(self._regions[market] for market in named if market in self._regions)}


def best_first(matches: Iterable[Match], turn: Callable[[str], object]) -> list[Match]:
    """Matches in the order in which to show them: those that would break no rule, then by points.

    Args:
        turn: places those with equal points by their id; the same for every reader, and not by name, so that a name
            with an early letter is no merit.
    """

    def place(match: Match) -> tuple[bool, int, Any, str]:
        ref = match.organisation.id
        return bool(match.against), -match.score, turn(ref), ref

    return sorted(matches, key=place)
