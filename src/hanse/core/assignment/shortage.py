"""Why no assignment exists, said so that an officer can mend it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hanse.core.assignment.problem import AssignmentProblem

NAMED = 8
"""Identifiers that a sentence lists before it only counts the others."""


@dataclass(frozen=True, slots=True)
class Infeasible:
    """No assignment respects the problem.

    Attributes:
        reasons: what is missing, one plain sentence each.
        proven: False if the search ended without an assignment and without a proof that there is none.
    """

    reasons: tuple[str, ...]
    proven: bool = True


def shortages(problem: AssignmentProblem) -> tuple[str, ...]:
    """What is missing at first sight: too few reviews in all, too few experts, countries or practitioners for one.

    Empty does not mean that an assignment exists; several proposals can compete for the same few experts.
    """
    found = []
    needed = problem.per_proposal * len(problem.proposals)
    offered = sum(min(load, len(problem.proposals)) for load in problem.max_load)
    if offered < needed:
        found.append(f"the experts can take {_count(offered, 'review')} in all; {needed} are needed")
    if problem.at_least_one_practitioner:
        loads = zip(problem.max_load, problem.practitioners, strict=True)
        offered = sum(min(load, len(problem.proposals)) for load, practitioner in loads if practitioner)
        if offered < len(problem.proposals):
            found.append(
                f"the practitioners can take {_count(offered, 'review')} in all; "
                f"{_count(len(problem.proposals), 'proposal')} need one each"
            )
    for proposal in range(len(problem.proposals)):
        found += _shortages_of(problem, proposal)
    return tuple(found)


def _shortages_of(problem: AssignmentProblem, proposal: int) -> Iterable[str]:
    name, needed = problem.proposals[proposal], problem.per_proposal
    free = problem.allowed(proposal)
    allowed = [expert for expert in free if problem.max_load[expert]]
    fit = "without a conflict" if len(free) == len(allowed) else "without a conflict and with room"
    if len(allowed) < needed:
        yield f"proposal {name} has only {_count(len(allowed), 'expert')} {fit}; {needed} are needed"
    elif problem.no_two_of_one_country:
        countries = len({problem.countries[expert] for expert in allowed})
        if countries < needed:
            yield (
                f"the experts for proposal {name} who are {fit} come from only "
                f"{_count(countries, 'country', 'countries')}; {needed} are needed"
            )
    if problem.at_least_one_practitioner and not any(problem.practitioners[expert] for expert in allowed):
        yield f"proposal {name} has no practitioner {fit}; one is needed"


def competing(
    problem: AssignmentProblem, proposals: Sequence[int], experts: Sequence[int], *, practitioners_only: bool = False
) -> str:
    """The sentence that these proposals together need more than there is, after counting it.

    Args:
        problem: the problem.
        proposals: positions of proposals that compete.
        experts: positions of the experts for whom they compete; everybody else counts once for each proposal.
        practitioners_only: count what is needed and offered of practitioners, one for each proposal.

    Raises:
        ValueError: if there is enough after all.
    """
    wanted = 1 if practitioners_only else problem.per_proposal
    needed = wanted * len(proposals)
    scarce = set(experts)
    within = sum(min(problem.max_load[expert], len(proposals)) for expert in scarce)
    beside = sum(_others(problem, proposal, scarce, practitioners_only) for proposal in proposals)
    if within + beside >= needed:
        raise ValueError(f"the proposals need {needed} reviews and can get {within + beside}")
    noun = "practitioner" if practitioners_only else "expert"
    names = _names(problem.proposals[proposal] for proposal in sorted(proposals))
    who = _names(problem.experts[expert] for expert in sorted(scarce))
    sentence = f"the proposals {names} together need {_count(needed, 'review')}"
    if practitioners_only:
        sentence += " by practitioners"
    given = f"{who} can give at most {within} within their loads"
    others = f"the other {noun}s without a conflict at most {beside}"
    return f"{sentence}; " + (f"{given} and {others}" if beside else f"only {given}, and nobody else is free to")


def _others(problem: AssignmentProblem, proposal: int, scarce: set[int], practitioners_only: bool) -> int:
    free = [
        expert
        for expert in problem.allowed(proposal)
        if expert not in scarce and (not practitioners_only or problem.practitioners[expert])
    ]
    if problem.no_two_of_one_country:
        return len({problem.countries[expert] for expert in free})
    return len(free)


def _names(ids: Iterable[str]) -> str:
    listed = list(ids)
    if len(listed) > NAMED:
        return ", ".join(listed[:NAMED]) + f" and {len(listed) - NAMED} more"
    return ", ".join(listed) or "nobody"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
