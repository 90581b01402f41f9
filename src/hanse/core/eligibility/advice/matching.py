"""How well an organisation would fit into a consortium, every point of it said in words.

Points are given for what the draft lacks and for common ground, never for past wins: a newcomer with what is missing
stands before a veteran without it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hanse.core.consortium import Organisation, Role
from hanse.core.eligibility.advice.candidates import law_for
from hanse.core.eligibility.engine import Examiner
from hanse.core.eligibility.findings import Assessment, Verdict
from hanse.core.eligibility.measures import names_of
from hanse.core.proposal import Dossier
from hanse.core.values.unknown import Unknown

MENDS, HELPS, KNOWS_A_TARGET, SHARES_A_SECTOR, BRINGS_A_SECTOR = 20, 10, 5, 2, 1
"""Points: for a rule that becomes met; for one of several that are missing; for each target that no member knows; for
each sector shared (at most three); for each sector that is new (at most three)."""
MOST_SECTORS = 3


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
        against: rules asked of each member that it breaks or leaves open, in words; such a one stands last.
    """

    organisation: Organisation
    parts: tuple[Point, ...]
    against: tuple[str, ...] = ()

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
        region_of: world region by country code.
        place_name, sector_name: of codes and ids, in words.
    """

    def __init__(
        self,
        dossier: Dossier,
        examiner: Examiner,
        *,
        wanted: Iterable[str] = (),
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

    @property
    def before(self) -> Assessment:
        """What the rules say of the draft as it stands."""
        return self._before

    @property
    def gaps(self) -> tuple[str, ...]:
        """Targets of the draft that no member names as a market."""
        return self._gaps

    def match(self, candidate: Organisation) -> Match:
        """How one organisation would fit as a beneficiary."""
        after = self._examiner.check(
            replace(self._dossier, consortium=self._dossier.consortium.with_added((candidate,)))
        )
        parts = [*self._rules(candidate, after), *self._markets(candidate), *self._sectors(candidate)]
        parts.sort(key=lambda part: -part.points)
        return Match(candidate, tuple(parts), tuple(self._objections(candidate)))

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

    def _sectors(self, candidate: Organisation) -> Iterable[Point]:
        shared = [sector for sector in sorted(candidate.sectors) if any(sector in m.sectors for m in self._members)]
        for sector in shared[:MOST_SECTORS]:
            others = [member for member in self._members if sector in member.sectors]
            yield Point(SHARES_A_SECTOR, f"Shares {self._sector(sector)} with {names_of(others, 2)}.")
        new = [sector for sector in sorted(candidate.sectors) if sector not in shared] if self._members else []
        for sector in new[:MOST_SECTORS]:
            yield Point(BRINGS_A_SECTOR, f"Brings {self._sector(sector)}, new to the consortium.")

    def _objections(self, candidate: Organisation) -> Iterable[str]:
        alone = replace(self._dossier, consortium=type(self._dossier.consortium)(()).with_added((candidate,)))
        for bound in self._law.each:
            outcome = bound.kind.check(alone, self._examiner.context)
            if outcome.verdict is Verdict.NOT_MET:
                yield f"It would break a rule: {outcome.reason}"
            elif outcome.verdict is Verdict.UNDECIDED:
                yield f"To be confirmed: {outcome.reason}"

    def _covered(self, markets: Iterable[str]) -> set[str]:
        named = list(markets)
        return {*named, *(self._regions[market] for market in named if market in self._regions)}


def best_first(matches: Iterable[Match], turn: Callable[[str], object]) -> list[Match]:
    """Matches in the order in which to show them: those that no rule speaks against, then by points.

    Args:
        turn: places those with equal points by their id; the same for every reader, and not by name, so that a name
            with an early letter is no merit.
    """

    def place(match: Match) -> tuple[int, int, Any, str]:
        ref = match.organisation.id
        return len(match.against), -match.score, turn(ref), ref

    return sorted(matches, key=place)
