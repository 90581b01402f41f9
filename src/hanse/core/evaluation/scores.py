"""Points on the award criteria, totals and thresholds.

Points are exact decimals with at most six places, and no total is ever rounded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import NamedTuple

from hanse.core.call import Award, AwardCriterion
from hanse.core.values.faults import Fault, Faulty
from hanse.core.values.unknown import Maybe, Unknown
from hanse.core.values.words import in_words

PLACES = 6
"""Decimal places that points may have."""

UNITS = 10**PLACES
"""Points are counted in whole millionths where speed matters: 4.5 points are 4,500,000 units."""


class ThresholdBasis(Enum):
    """Which total the overall threshold is held against.

    Calls weigh criteria in two ways. In the Horizon Europe example (call facts, 2.7) a weight counts for the order
    only, and 10 of 15 points are 10 points as given; elsewhere the weighted total must reach the threshold.
    """

    UNWEIGHTED = "unweighted"
    WEIGHTED = "weighted"


@dataclass(frozen=True, slots=True)
class Score:
    """Points for a proposal on one criterion; `expert` is empty in a consensus."""

    proposal: str
    criterion: str
    points: Decimal
    expert: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What points come to.

    Attributes:
        total: sum of points times weights, by which proposals are ranked.
        unweighted: sum of the points as given.
        passed: whether every threshold is reached; unknown if a threshold is not stated and no other is missed.
        reasons: each threshold missed, else each threshold that is not stated, as sentences.
    """

    total: Maybe[Decimal]
    unweighted: Maybe[Decimal]
    passed: Maybe[bool]
    reasons: tuple[str, ...]


def points_fault(criterion: AwardCriterion, step: Maybe[Decimal], points: Decimal) -> str:
    """What is wrong with points on a criterion, in words; empty if nothing is."""
    if not points.is_finite():
        return f"{points} is not a number of points"
    if points.is_signed():
        return f"{in_words(points)} is negative; expected 0 to {in_words(criterion.max_points)}"
    if points > criterion.max_points:
        return f"{in_words(points)} is more than can be given; expected at most {in_words(criterion.max_points)}"
    if -int(points.as_tuple().exponent) > PLACES:
        return f"{points} has more than {PLACES} decimal places"
    if not isinstance(step, Unknown) and step and Fraction(points) % Fraction(step):
        return f"{in_words(points)} is not a multiple of {in_words(step)}; points are given in that step"
    return ""


def check_scores(award: Award, scores: Iterable[Score]) -> tuple[Fault, ...]:
    """Every fault of a set of scores: unknown criterion, impossible points, a criterion scored twice or not at all.

    A report is the scores of one expert (or of the consensus) for one proposal; each must cover every criterion.
    Where the criteria are not known nothing can be judged, and that is the one fault.
    """
    if award.criteria.known is None:
        return (Fault("award", "criteria", "are not known; without them no points can be judged"),)
    reports: dict[tuple[str, str], list[tuple[str, Decimal]]] = {}
    for score in scores:
        reports.setdefault((score.proposal, score.expert), []).append((score.criterion, score.points))
    faults: list[Fault] = []
    for (proposal, expert), given in reports.items():
        faults += report_faults(award, _report_name(proposal, expert), given)
    return tuple(faults)


def report_faults(award: Award, place: str, given: Iterable[tuple[str, Decimal]]) -> list[Fault]:
    """The faults of one report: points by criterion, of one expert or of the consensus, for one proposal."""
    known = {criterion.id: criterion for criterion in award.criteria.known or ()}
    faults: list[Fault] = []
    seen: set[str] = set()
    for id, points in given:
        criterion = known.get(id)
        if criterion is None:
            faults.append(Fault(place, id, f"is not a criterion of the call; expected one of {', '.join(known)}"))
            continue
        if id in seen:
            faults.append(Fault(place, id, "is scored twice"))
        seen.add(id)
        wrong = points_fault(criterion, award.step.value, points)
        if wrong:
            faults.append(Fault(place, id, wrong))
    return faults + [Fault(place, id, "is not scored") for id in known if id not in seen]


def _report_name(proposal: str, expert: str) -> str:
    return f"proposal {proposal}, expert {expert}" if expert else f"proposal {proposal}"


def judge(award: Award, points: Mapping[str, Decimal], basis: ThresholdBasis = ThresholdBasis.UNWEIGHTED) -> Judgement:
    """What one report comes to: totals and thresholds.

    Unknown criteria make everything unknown: a proposal never passes because nobody knows what it had to reach.

    Args:
        award: criteria and thresholds of the call.
        points: by id of criterion, one for each.
        basis: which total the overall threshold is held against.

    Raises:
        Faulty: with every fault of the points.
    """
    criteria = award.criteria.value
    if isinstance(criteria, Unknown):
        return Judgement(criteria, criteria, criteria, ("The award criteria are not stated.",))
    yardstick = Yardstick(award, basis)
    measure = yardstick.measure(points)
    if measure is None:
        raise Faulty(report_faults(award, "points", points.items()))
    passed: Maybe[bool] = Unknown(" ".join(measure.reasons)) if measure.passed is None else measure.passed
    return Judgement(yardstick.points(measure.total), yardstick.points(measure.unweighted), passed, measure.reasons)


class Measure(NamedTuple):
    """Totals of one report in whole units of a `Yardstick`.

    Attributes:
        units: points on each criterion, in the order of the call.
        passed: None where it is unknown.
        reasons: as in `Judgement`.
    """

    units: tuple[int, ...]
    total: int
    unweighted: int
    passed: bool | None
    reasons: tuple[str, ...]


class Yardstick:
    """The criteria of a call made ready to measure many reports: whole numbers in place of decimals, nothing lost.

    Args:
        award: the criteria must be known.
        basis: which total the overall threshold is held against.
    """

    def __init__(self, award: Award, basis: ThresholdBasis):
        self.criteria = award.criteria.known or ()
        self.places = PLACES + max([_decimals(criterion.weight) for criterion in self.criteria], default=0)
        self._scale = 10 ** (self.places - PLACES)
        self._weights = [int(Fraction(criterion.weight) * self._scale) for criterion in self.criteria]
        self._step = award.step.value
        self._overall, self._basis = award.overall_threshold.value, basis
        self._points: dict[int, Decimal] = {}
        self._misses: dict[tuple[int, bool], str] = {}
        # For each criterion: points to their units and to the sentence on the threshold they miss, if they miss it.
        # Twenty thousand reports give the same few points over and over.
        self._seen: list[dict[Decimal, tuple[int, str]]] = [{} for _ in self.criteria]
        self._columns = [
            (criterion.id, seen, weight)
            for criterion, seen, weight in zip(self.criteria, self._seen, self._weights, strict=True)
        ]
        gaps = [f"The threshold of {c.title} is not stated." for c in self.criteria if isinstance(c.threshold, Unknown)]
        if isinstance(self._overall, Unknown):
            gaps.append("The overall threshold is not stated.")
        self.gaps = tuple(gaps)

    def measure(self, points: Mapping[str, Decimal]) -> Measure | None:
        """The totals of one report; None if it has a fault, and `report_faults` then names every one."""
        if len(points) != len(self._columns):
            return None
        units = []
        missed = []
        total = unweighted = 0
        for id, seen, weight in self._columns:
            given = points.get(id)
            found = None if given is None else seen.get(given) or self._learn(id, given)
            if found is None:
                return None
            count, miss = found
            units.append(count)
            total += count * weight
            unweighted += count
            if miss:
                missed.append(miss)
        unweighted *= self._scale
        overall = self._overall_miss(total, unweighted)
        if overall:
            missed.append(overall)
        if missed:
            return Measure(tuple(units), total, unweighted, False, tuple(missed))
        return Measure(tuple(units), total, unweighted, None if self.gaps else True, self.gaps)

    def _overall_miss(self, total: int, unweighted: int) -> str:
        """What is missed of the overall threshold, in words; empty if nothing is, or if it is not stated."""
        units = total if self._basis is ThresholdBasis.WEIGHTED else unweighted
        held, limit = self.points(units), self._overall
        if isinstance(limit, Unknown) or held >= limit:
            return ""
        key = (units, total != unweighted)
        if key not in self._misses:
            kind = f" ({self._basis.value} total)" if key[1] else ""
            said = f"Points in all{kind}: {in_words(held)}, below the overall threshold of {in_words(limit)}."
            self._misses[key] = said
        return self._misses[key]

    def points(self, units: int) -> Decimal:
        """Units of a total as points, exactly, without trailing zeros."""
        shown = self._points.get(units)
        if shown is None:
            shown = self._points[units] = exact(units, self.places)
        return shown

    def _learn(self, id: str, given: Decimal) -> tuple[int, str] | None:
        """Look closely at points not met before; None if they cannot be given."""
        place = next(place for place, criterion in enumerate(self.criteria) if criterion.id == id)
        criterion = self.criteria[place]
        if points_fault(criterion, self._step, given):
            return None
        threshold, miss = criterion.threshold, ""
        if not isinstance(threshold, Unknown) and given < threshold:
            shown, limit = in_words(given), in_words(threshold)
            miss = f"Points on {criterion.title}: {shown}, below its threshold of {limit}."
        self._seen[place][given] = found = (in_units(given), miss)
        return found


def in_units(points: Decimal) -> int:
    """Points in units; exact for points without fault."""
    return int(Fraction(points) * UNITS)


def exact(units: int, places: int) -> Decimal:
    """`units` divided by ten to the power `places`, as the shortest decimal that is exactly that."""
    while places and units % 10 == 0:
        units, places = units // 10, places - 1
    return Decimal(f"{units}E-{places}")


def _decimals(number: Decimal) -> int:
    return max(0, -int(number.as_tuple().exponent))
