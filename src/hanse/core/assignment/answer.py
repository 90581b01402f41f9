"""The answer, and the check of an answer that trusts nobody."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import nlargest

from hanse.core.assignment.problem import AssignmentProblem, in_decimals
from hanse.core.values.faults import Fault


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who evaluates what, how good that is, and how much better any assignment could be at most.

    Attributes:
        experts_of: for each proposal, the positions of its experts in ascending order.
        total: sum of the affinities of all pairs, in units.
        worst: the lowest sum of affinities that a proposal gets from its experts, in units.
        fair: the aim was to raise `worst` first and only then `total`.
        total_bound: no assignment (if `fair`: none in which every proposal gets `worst` or more) has a higher total.
        worst_bound: no assignment has a higher worst-served proposal; said only if `fair`.
        prices: where the total can be proven from them, what one review more of each expert would add, in units.
    """

    experts_of: tuple[tuple[int, ...], ...]
    total: int
    worst: int
    total_bound: int
    fair: bool = False
    worst_bound: int | None = None
    prices: tuple[int, ...] = ()

    @property
    def optimal(self) -> bool:
        """True if it is proven that nothing better exists."""
        return self.total == self.total_bound and self.worst_bound in (None, self.worst)

    @property
    def gap(self) -> Fraction:
        """How far the total may lie below the best possible one, as a share of that."""
        return _share(self.total, self.total_bound)

    @property
    def worst_gap(self) -> Fraction:
        """How far the worst-served proposal may lie below the best possible one, as a share of that."""
        return Fraction(0) if self.worst_bound is None else _share(self.worst, self.worst_bound)

    def has(self, proposal: int, expert: int) -> bool:
        """Whether the expert is on the proposal."""
        return expert in self.experts_of[proposal]

    def loads(self, experts: int) -> list[int]:
        """How many proposals each of the experts has."""
        taken = Counter(expert for chosen in self.experts_of for expert in chosen)
        return [taken[expert] for expert in range(experts)]


def _share(reached: int, possible: int) -> Fraction:
    missing = possible - reached
    return Fraction(missing, max(abs(possible), 1)) if missing else Fraction(0)


def sums_of(problem: AssignmentProblem, experts_of: Sequence[Sequence[int]]) -> list[int]:
    """What each proposal gets from its experts, in units."""
    return [sum(problem.score(p, expert) for expert in chosen) for p, chosen in enumerate(experts_of)]


def check_assignment(problem: AssignmentProblem, assignment: Assignment) -> tuple[Fault, ...]:
    """Everything that is wrong with an answer: every rule, and every figure counted again from the pairs.

    An empty tuple means that the assignment respects the problem, that its figures are right, and, where it comes
    with prices and claims no gap, that the prices prove it.
    """
    if len(assignment.experts_of) != len(problem.proposals):
        words = f"covers {len(assignment.experts_of)} proposals; expected {len(problem.proposals)}"
        return (Fault("assignment", "", words),)
    strangers = tuple(
        Fault("assignment", problem.proposals[p], f"names expert number {expert}; there are {len(problem.experts)}")
        for p, chosen in enumerate(assignment.experts_of)
        for expert in chosen
        if not 0 <= expert < len(problem.experts)
    )
    return strangers or (
        *_faults_of_proposals(problem, assignment),
        *_faults_of_loads(problem, assignment),
        *_faults_of_figures(problem, assignment),
    )


def _faults_of_proposals(problem: AssignmentProblem, assignment: Assignment) -> Iterator[Fault]:
    for p, chosen in enumerate(assignment.experts_of):
        name = problem.proposals[p]
        if len(chosen) != problem.per_proposal:
            yield Fault("assignment", name, f"has {len(chosen)} experts; expected {problem.per_proposal}")
        if len(set(chosen)) != len(chosen):
            yield Fault("assignment", name, "has an expert twice")
        for expert in chosen:
            if problem.conflict(p, expert):
                yield Fault("assignment", name, f"has {problem.experts[expert]}, who has a conflict")
        if problem.no_two_of_one_country:
            for country, count in Counter(problem.countries[expert] for expert in chosen).items():
                if count > 1:
                    yield Fault("assignment", name, f"has {count} experts of {country}; expected at most one")
        if problem.at_least_one_practitioner and not any(problem.practitioners[expert] for expert in chosen):
            yield Fault("assignment", name, "has no practitioner; expected at least one")


def _faults_of_loads(problem: AssignmentProblem, assignment: Assignment) -> Iterator[Fault]:
    for expert, load in enumerate(assignment.loads(len(problem.experts))):
        if load > problem.max_load[expert]:
            words = f"has {load} proposals; expected at most {problem.max_load[expert]}"
            yield Fault("assignment", problem.experts[expert], words)


def _faults_of_figures(problem: AssignmentProblem, assignment: Assignment) -> Iterator[Fault]:
    sums = sums_of(problem, assignment.experts_of)
    for key, told, counted in (("total", assignment.total, sum(sums)), ("worst", assignment.worst, min(sums))):
        if told != counted:
            yield Fault("assignment", key, f"is said to be {in_decimals(told)}; counted {in_decimals(counted)}")
    if assignment.total > assignment.total_bound:
        yield Fault("assignment", "total_bound", "is below the total; a bound cannot be")
    if assignment.worst_bound is not None and assignment.worst > assignment.worst_bound:
        yield Fault("assignment", "worst_bound", "is below the worst-served proposal; a bound cannot be")
    if assignment.prices:
        proven = bound_from_prices(problem, assignment.prices)
        if proven > assignment.total_bound:
            words = f"is said to be {in_decimals(assignment.total_bound)}; the prices prove {in_decimals(proven)}"
            yield Fault("assignment", "total_bound", words)


def bound_from_prices(problem: AssignmentProblem, prices: Sequence[int]) -> int:
    """A total that no assignment can exceed, in units, from a price for one review of each expert.

    Each proposal may choose its best experts at affinity less price, as if nobody else wanted them; the prices of
    all reviews on offer are added back. Whatever the prices (zero or more), no assignment within the loads reaches
    more. Where an assignment reaches exactly this, it is optimal, and the prices are the proof.

    Raises:
        ValueError: for a negative price, or if a proposal has too few experts to choose from.
    """
    if any(price < 0 for price in prices):
        raise ValueError("a price is negative; expected zero or more")
    offered = sum(price * load for price, load in zip(prices, problem.max_load, strict=True))
    return offered + sum(_best_choice(problem, p, prices) for p in range(len(problem.proposals)))


def _best_choice(problem: AssignmentProblem, proposal: int, prices: Sequence[int]) -> int:
    """The most that one proposal can get from experts without a conflict, each at affinity less price."""
    row = problem.row(proposal)
    every = ((row[e] - prices[e], e) for e in problem.allowed(proposal))
    side_rules = problem.no_two_of_one_country or problem.at_least_one_practitioner
    offers = sorted(every, reverse=True) if side_rules else nlargest(problem.per_proposal, every)
    chosen = _first(problem, offers, problem.per_proposal)
    if len(chosen) < problem.per_proposal:
        raise ValueError(f"{problem.proposals[proposal]} has too few experts to choose from")
    best = sum(value for value, _ in chosen)
    if not problem.at_least_one_practitioner or any(problem.practitioners[e] for _, e in chosen):
        return best
    # No practitioner among the best: take each in turn as the first choice and fill up around him or her.
    with_one = [
        value + sum(v for v, _ in _first(problem, _without(problem, chosen, e), problem.per_proposal - 1))
        for value, e in offers
        if problem.practitioners[e]
    ]
    if not with_one:
        raise ValueError(f"{problem.proposals[proposal]} has no practitioner to choose from")
    return max(with_one)


def _without(problem: AssignmentProblem, chosen: list[tuple[int, int]], expert: int) -> list[tuple[int, int]]:
    # Filling up from the best choice itself is enough: the practitioner replaces the weakest of it,
    # or the one of his or her own country.
    if not problem.no_two_of_one_country:
        return chosen
    return [offer for offer in chosen if problem.countries[offer[1]] != problem.countries[expert]]


def _first(problem: AssignmentProblem, offers: Sequence[tuple[int, int]], wanted: int) -> list[tuple[int, int]]:
    """The best `wanted` offers, of one country only the best; offers come best first."""
    if not problem.no_two_of_one_country:
        return list(offers[:wanted])
    chosen: list[tuple[int, int]] = []
    seen: set[str] = set()
    for offer in offers:
        country = problem.countries[offer[1]]
        if country not in seen and len(chosen) < wanted:
            seen.add(country)
            chosen.append(offer)
    return chosen
