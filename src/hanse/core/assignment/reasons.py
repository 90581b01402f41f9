"""Why an expert is, or is not, on a proposal."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from hanse.core.assignment.answer import Assignment, bound_from_prices
from hanse.core.assignment.problem import AssignmentProblem, in_decimals
from hanse.core.assignment.shortage import Infeasible


@dataclass(frozen=True, slots=True)
class Reason:
    """The answer to "why is this expert not on that proposal?".

    Attributes:
        assigned: whether he or she is.
        words: the reasons, one plain sentence each; a rule first, what it would cost last.
        loss: what having the pair would cost the total in units, or None if it cannot be had or is not proven.
    """

    assigned: bool
    words: tuple[str, ...]
    loss: int | None


def why_not(
    problem: AssignmentProblem,
    assignment: Assignment,
    proposal: int,
    expert: int,
    with_pair: Assignment | Infeasible | None = None,
) -> Reason:
    """Explain one pair in plain words, by positions of proposal and expert.

    Where the assignment carries prices that prove it, and there are no rules beside loads and conflicts, the cost is
    found here: the cheapest chain of exchanges that makes room. Otherwise give the best assignment that has the
    pair in `with_pair`, and the cost is the difference.
    """
    p, e = problem.proposals[proposal], problem.experts[expert]
    own = in_decimals(problem.score(proposal, expert))
    if assignment.has(proposal, expert):
        return Reason(True, (f"{e} is on {p}, with an affinity of {own}",), 0)
    if problem.conflict(proposal, expert):
        why = problem.conflict_reasons.get((proposal, expert), "")
        return Reason(False, (f"{e} has a conflict with {p}" + (f": {why}" if why else ""),), None)
    if problem.max_load[expert] == 0:
        return Reason(False, (f"{e} takes no proposals: the load allowed is 0",), None)
    words = [f"{e} has an affinity of {own} with {p}", *_rules_in_the_way(problem, assignment, proposal, expert)]
    if with_pair is None:
        loss = loss_by_exchange(problem, assignment, proposal, expert)
        if loss is None:
            words.append(f"nothing can be exchanged so that {p} gets {e}: no assignment has this pair")
    elif isinstance(with_pair, Infeasible):
        cannot = "no assignment has this pair" if with_pair.proven else "no assignment with this pair was found"
        return Reason(False, (*words, cannot, *with_pair.reasons), None)
    else:
        loss = _difference(words, assignment, with_pair)
    if loss is not None:
        words.append(_cost(loss, p, e))
    return Reason(False, tuple(words), loss)


def _rules_in_the_way(problem: AssignmentProblem, assignment: Assignment, proposal: int, expert: int) -> list[str]:
    """What stands against adding the pair, or exchanging a single expert for it, as things are."""
    chosen, e = assignment.experts_of[proposal], problem.experts[expert]
    words = []
    load = assignment.loads(len(problem.experts))[expert]
    if load >= problem.max_load[expert]:
        words.append(f"{e} has the most proposals allowed already ({load}); one of them would have to go to others")
    if problem.no_two_of_one_country:
        same = [problem.experts[other] for other in chosen if problem.countries[other] == problem.countries[expert]]
        words += [
            f"{other} on the proposal is of {problem.countries[expert]} too and would have to go" for other in same
        ]
    if problem.at_least_one_practitioner and not problem.practitioners[expert]:
        practising = [other for other in chosen if problem.practitioners[other]]
        if len(practising) == 1:
            only = problem.experts[practising[0]]
            words.append(f"{only} is the only practitioner on the proposal: he or she stays, or another has to come")
    return words


def _difference(words: list[str], assignment: Assignment, with_pair: Assignment) -> int | None:
    """What the pair costs, if both totals are proven; otherwise the limits of it go into the words."""
    if assignment.fair and with_pair.worst < assignment.worst:
        before, after = in_decimals(assignment.worst), in_decimals(with_pair.worst)
        words.append(f"with the pair, the worst-served proposal would fall from {before} to {after}")
        if with_pair.worst_bound != with_pair.worst:
            words.append("this is the best that was found, not proven to be the best there is")
        return None
    if assignment.optimal and with_pair.optimal:
        return assignment.total - with_pair.total
    least = max(assignment.total - with_pair.total_bound, 0)
    most = max(assignment.total_bound - with_pair.total, 0)
    words.append(f"with the pair, the best total would be lower by {in_decimals(least)} to {in_decimals(most)}")
    return None


def _cost(loss: int, proposal: str, expert: str) -> str:
    if loss == 0:
        return f"having {expert} on {proposal} would cost nothing: an assignment with the pair is equally good"
    return f"having {expert} on {proposal} would lower the total by {in_decimals(loss)}, after the best exchanges"


def loss_by_exchange(problem: AssignmentProblem, assignment: Assignment, proposal: int, expert: int) -> int | None:
    """What it costs the total to have a pair, exactly, in units; None if no assignment has it.

    To take the expert, the proposal gives one up; an expert who is full gives up a proposal, which takes another
    expert, and so on until everything fits. The cheapest such chain is a shortest path. The prices make every
    step of it cost zero or more, so that the search can stop at the first arrival.

    Raises:
        ValueError: if the assignment has no prices that prove it, is fair, or has rules on countries or practitioners.
    """
    if assignment.fair or problem.no_two_of_one_country or problem.at_least_one_practitioner:
        raise ValueError("with fairness or side rules the cost is the difference to the best assignment with the pair")
    if not assignment.prices or bound_from_prices(problem, assignment.prices) != assignment.total:
        raise ValueError("the assignment has no prices that prove it; the cost of an exchange needs them")
    return _Exchange(problem, assignment, proposal).cheapest(expert)


class _Exchange:
    """Shortest paths over experts and one node more, "room": a review that nobody uses.

    The step from expert to expert: a proposal gives up the first and takes the second. From an expert to room: he or
    she has room. From room to an expert: he or she gives up a review that then fills the room elsewhere. Potentials
    are the prices, so a step costs: price of the first less price of the second, plus affinity given up, less taken.
    """

    def __init__(self, problem: AssignmentProblem, assignment: Assignment, proposal: int):
        self.problem, self.assignment, self.goal = problem, assignment, proposal
        self.prices = assignment.prices
        self.room = len(problem.experts)
        self.loads = assignment.loads(self.room)
        self.taken_by: list[list[int]] = [[] for _ in problem.experts]
        for p, chosen in enumerate(assignment.experts_of):
            for e in chosen:
                self.taken_by[e].append(p)

    def cheapest(self, expert: int) -> int | None:
        """The cheapest chain that starts by putting one review more on the expert."""
        chosen = self.assignment.experts_of[self.goal]
        # The proposal itself gives up one expert last: so the chain ends at the one that is cheapest to free.
        worth = {e: self.problem.score(self.goal, e) - self.prices[e] for e in chosen}
        least = min(worth.values())
        start = least - (self.problem.score(self.goal, expert) - self.prices[expert])
        distance, done = {expert: start}, set()
        queue = [(start, expert)]
        best: int | None = None
        while queue:
            length, node = heappop(queue)
            if best is not None and length >= best:
                break
            if node in done:
                continue
            done.add(node)
            if node in worth:
                end = length + worth[node] - least
                best = end if best is None else min(best, end)
            for following, cost in self._steps(node):
                if following not in done and length + cost < distance.get(following, length + cost + 1):
                    distance[following] = length + cost
                    heappush(queue, (length + cost, following))
        return best

    def _steps(self, node: int) -> Sequence[tuple[int, int]]:
        if node == self.room:
            return [(e, self.prices[e]) for e in range(self.room) if self.loads[e] > 0]
        steps = []
        if self.loads[node] < self.problem.max_load[node]:
            steps.append((self.room, 0))  # an expert with room has the price 0, or nothing would be proven
        cheapest: dict[int, int] = {}
        for p in self.taken_by[node]:
            if p == self.goal:
                continue
            row, barred, chosen = self.problem.row(p), self.problem.barred(p), self.assignment.experts_of[p]
            given_up = row[node] - self.prices[node]
            for e in range(self.room):
                if not barred[e] and e not in chosen:
                    cost = given_up - row[e] + self.prices[e]
                    if cost < cheapest.get(e, cost + 1):
                        cheapest[e] = cost
        return steps + list(cheapest.items())
