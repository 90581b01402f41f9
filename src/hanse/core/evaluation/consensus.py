"""Where experts disagree, and what they could start from.

A consensus is agreed by people: what is computed here from individual reports is a picture of the disagreement and a
proposal, never the result.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from hanse.core.call import Award, AwardCriterion
from hanse.core.evaluation.scores import PLACES, UNITS, Score, check_scores, exact, in_units, points_fault
from hanse.core.values.faults import Faulty


@dataclass(frozen=True, slots=True)
class Spread:
    """How far the experts are apart on one criterion of one proposal.

    Attributes:
        by_expert: each expert with the points given, fewest points first.
        apart: highest minus lowest points.
        share: `apart` as a share of the points that can be given; 0 is agreement, 1 could not be further apart.
    """

    proposal: str
    criterion: str
    by_expert: tuple[tuple[str, Decimal], ...]
    apart: Decimal
    share: Fraction


@dataclass(frozen=True, slots=True)
class ConsensusProposal:
    """A starting point for the talk about one criterion. It is nobody's agreement, and no ranking takes it for one.

    Attributes:
        reports: how many experts scored.
        median: the middle of their points (the mean of the middle two), exact.
        mean: exact, as a fraction.
        median_can_be_given: false if the median lies between two steps, so that points must be agreed anyhow.
    """

    proposal: str
    criterion: str
    reports: int
    median: Decimal
    mean: Fraction
    median_can_be_given: bool


def spread(award: Award, scores: Sequence[Score]) -> tuple[Spread, ...]:
    """Where individual reports disagree and by how much, the widest disagreement of each proposal first.

    Raises:
        Faulty: with every fault of the scores.
    """
    found = []
    for proposal, criterion, given in _by_criterion(award, scores):
        apart = exact(in_units(given[-1][1]) - in_units(given[0][1]), PLACES)
        most = Fraction(criterion.max_points)
        found.append(Spread(proposal, criterion.id, given, apart, Fraction(apart) / most if most else Fraction(0)))
    return tuple(sorted(found, key=lambda each: (each.proposal, -each.share)))


def propose_consensus(award: Award, scores: Sequence[Score]) -> tuple[ConsensusProposal, ...]:
    """The median and the mean of individual reports, for people to start from.

    Raises:
        Faulty: with every fault of the scores.
    """
    proposed = []
    for proposal, criterion, given in _by_criterion(award, scores):
        units = [in_units(points) for _, points in given]
        count = len(units)
        median = exact((units[(count - 1) // 2] + units[count // 2]) * 5, PLACES + 1)
        mean = Fraction(sum(units), count * UNITS)
        can_be_given = not points_fault(criterion, award.step.value, median)
        proposed.append(ConsensusProposal(proposal, criterion.id, count, median, mean, can_be_given))
    return tuple(proposed)


def _by_criterion(
    award: Award, scores: Sequence[Score]
) -> list[tuple[str, AwardCriterion, tuple[tuple[str, Decimal], ...]]]:
    """The points of each proposal on each criterion, by proposal and then in the order of the call."""
    faults = check_scores(award, scores)
    if faults:
        raise Faulty(faults)
    given: dict[tuple[str, str], list[tuple[str, Decimal]]] = {}
    for score in scores:
        given.setdefault((score.proposal, score.criterion), []).append((score.expert, score.points))
    return [
        (proposal, criterion, tuple(sorted(given[proposal, criterion.id], key=lambda each: (each[1], each[0]))))
        for proposal in sorted({proposal for proposal, _ in given})
        for criterion in award.criteria.known or ()
    ]
