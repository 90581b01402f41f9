"""Runs synthetic proposals through a whole call: submission, eligibility, assignment, scores, consensus, ranking.

Each step is the core's own function; only the people are played: applicants by the synthesiser, experts by
points around a proposal's hidden merit, and the consensus by the median of the experts, which people would agree.
"""

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import time
from decimal import Decimal
from random import Random

from hanse.core.assignment import Assignment, AssignmentProblem, Infeasible
from hanse.core.call import AwardCriterion, Call, Rule
from hanse.core.consortium import Organisation
from hanse.core.eligibility.context import Context, Submissions
from hanse.core.eligibility.engine import Examiner
from hanse.core.eligibility.findings import Assessment, ProposalVerdict, Verdict
from hanse.core.evaluation import Score, propose_consensus
from hanse.core.selection import Evaluated, Ranking, rank
from hanse.core.submission import Accepted, Observation, Refused, decide_submission
from hanse.core.values.digest import digest
from hanse.core.values.money import Money
from hanse.core.values.unknown import Unknown
from hanse.engines.rehearsal.synthesise import Synthesiser, Synthetic

LOAD = 6
"""Most proposals that an expert of a rehearsal takes."""

Assign = Callable[[AssignmentProblem], Assignment | Infeasible]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Course:
    """The way of one proposal through the call; later steps are None where it did not get there."""

    synthetic: Synthetic
    decision: Accepted | Refused
    assessment: Assessment | None = None


@dataclass(frozen=True, slots=True)
class RuleUse:
    """How often a rule gave each verdict, over the proposals that were checked against it."""

    rule: Rule
    met: int
    not_met: int
    undecided: int


@dataclass(frozen=True, slots=True)
class Experts:
    """How the proposals were shared out among experts. `assignment` is None where no engine was at hand."""

    count: int
    per_proposal: int
    pairs: int
    conflicts: int
    assignment: Assignment | Infeasible | None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Everything that happened.

    Attributes:
        assumptions: what the rehearsal rests on because the call is silent, as sentences.
        courses: one for each proposal, in the order made.
        uses: one for each rule of the call, in its order.
        experts: None if nothing was evaluated.
        ranking: None if nothing was evaluated, for the reason in `stopped`.
        digest: over the call, the seed, every proposal and everything decided. The same seed gives the same digest.
    """

    call: Call
    assumptions: tuple[str, ...]
    seed: int
    courses: tuple[Course, ...]
    uses: tuple[RuleUse, ...]
    experts: Experts | None
    ranking: Ranking | None
    stopped: str
    digest: str


def rehearse(
    context: Context,
    registry: Sequence[Organisation],
    proposals: int,
    seed: int,
    assign: Assign | None = None,
    progress: Progress = lambda _: None,
) -> Rehearsal:
    """Rehearse a call.

    Args:
        context: the call, with gaps filled from assumptions where it is to be ranked.
        registry: organisations that the synthetic ones are modelled on.
        proposals: how many.
        seed: decides everything that chance decides.
        assign: the assignment engine, or None to leave that step out.
        progress: told what is being done.

    Raises:
        ValueError: if the call has a strand for which no eligible consortium can be made.
    """
    context, assumed = _with_deadline(context)
    examiner = Examiner(context)
    progress(f"making {proposals} proposals")
    made = tuple(Synthesiser(examiner, registry, Random(f"{seed}:proposals")).proposals(proposals))
    progress("receiving them")
    courses = _received(made, examiner)
    progress("checking every rule against all submissions")
    courses = _checked(courses, context)
    eligible = [
        course.synthetic
        for course in courses
        if course.assessment is not None and course.assessment.verdict is ProposalVerdict.ELIGIBLE
    ]
    stopped = _why_not_evaluated(context.call, eligible)
    experts: Experts | None = None
    ranking: Ranking | None = None
    if not stopped:
        progress(f"assigning experts to {len(eligible)} eligible proposals")
        experts = _assigned(eligible, context.call, Random(f"{seed}:experts"), assign)
        progress("scoring, agreeing, ranking")
        ranking = _ranked(eligible, context.call, Random(f"{seed}:scores"))
    proof = digest(
        {
            "call": context.call.reference,
            "edition": context.call.edition,
            "seed": seed,
            "proposals": [digest([course.synthetic.dossier, course.synthetic.twist]) for course in courses],
            "received": [isinstance(course.decision, Accepted) for course in courses],
            "verdicts": [course.assessment and _verdicts(course.assessment) for course in courses],
            "experts": experts.assignment.experts_of
            if experts and isinstance(experts.assignment, Assignment)
            else None,
            "ranking": ranking.digest if ranking else stopped,
        }
    )
    assumptions = (*context.call.assumptions, *assumed)
    uses = _uses(courses, examiner)
    return Rehearsal(context.call, assumptions, seed, courses, uses, experts, ranking, stopped, proof)


CLOSING_HOUR = time(17)


def _with_deadline(context: Context) -> tuple[Context, list[str]]:
    """A call that leaves its deadline open gets one for the rehearsal, and the sentences that say so."""
    window = context.call.window
    assumed = []
    if isinstance(window.closes_on, Unknown):
        window = replace(window, closes_on=context.on)
        assumed.append(f"the call states no closing day; the rehearsal closes on {context.on}")
    if isinstance(window.closes_at, Unknown):
        window = replace(window, closes_at=CLOSING_HOUR)
        assumed.append(f"the call states no closing hour; the rehearsal closes at {CLOSING_HOUR:%H:%M}, {window.zone}")
    return Context(replace(context.call, window=window), context.geography, context.on), assumed


def _received(made: Iterable[Synthetic], examiner: Examiner) -> tuple[Course, ...]:
    """Every proposal meets the door: in time, complete, and no rule that blocks submitting."""
    courses = []
    for synthetic in made:
        dossier = synthetic.dossier
        findings = examiner.check(dossier).findings
        observations = [
            Observation(finding.rule.id, finding.reason, finding.verdict is Verdict.UNDECIDED)
            for finding in findings
            if finding.verdict is not Verdict.MET
        ]
        decision = decide_submission(
            examiner.context.call,
            "" if isinstance(dossier.strand, Unknown) else dossier.strand,
            synthetic.received_at,
            proposal=dossier.proposal,
            content_digest=digest(dossier),
            missing_parts=() if synthetic.complete else ("description of the action",),
            observations=observations,
        )
        courses.append(Course(synthetic, decision))
    return tuple(courses)


def _checked(courses: Sequence[Course], context: Context) -> tuple[Course, ...]:
    """What was accepted is checked as one body of submissions; what was refused takes no part."""
    accepted = [course.synthetic.dossier for course in courses if isinstance(course.decision, Accepted)]
    together = Examiner(Context(context.call, context.geography, context.on, Submissions.of(accepted)))
    return tuple(
        Course(course.synthetic, course.decision, together.check(course.synthetic.dossier))
        if isinstance(course.decision, Accepted)
        else course
        for course in courses
    )


def _why_not_evaluated(call: Call, eligible: Sequence[Synthetic]) -> str:
    if isinstance(call.award.criteria.value, Unknown):
        return "the award criteria are not stated, and no assumption fills the gap"
    return "" if eligible else "no proposal is eligible"


def _assigned(eligible: Sequence[Synthetic], call: Call, random: Random, assign: Assign | None) -> Experts:
    """Experts know a sector or two; one pair in fifty has a conflict."""
    per_proposal = call.award.evaluators.known or 3
    count = max(per_proposal * 2, -(-len(eligible) * per_proposal * 5 // (4 * LOAD)))
    sectors = sorted({s for e in eligible for p in e.dossier.consortium.participants for s in p.organisation.sectors})
    known = [{sectors[random.randrange(len(sectors))] for _ in range(3)} if sectors else set() for _ in range(count)]
    affinity = array("q")
    conflicts = bytearray()
    for synthetic in eligible:
        wanted = {s for p in synthetic.dossier.consortium.participants for s in p.organisation.sectors}
        for expert in range(count):
            affinity.append(len(wanted & known[expert]) * 100_000 + random.randrange(100_000))
            conflicts.append(random.randrange(50) == 0)
    problem = AssignmentProblem(
        proposals=tuple(synthetic.dossier.proposal for synthetic in eligible),
        experts=tuple(f"E{expert + 1:04d}" for expert in range(count)),
        per_proposal=per_proposal,
        max_load=(LOAD,) * count,
        affinity=affinity,
        conflicts=conflicts,
    )
    return Experts(count, per_proposal, len(affinity), sum(conflicts), assign(problem) if assign else None)


def _ranked(eligible: Sequence[Synthetic], call: Call, random: Random) -> Ranking:
    """Experts score around the hidden merit; the median of their points is taken as agreed."""
    criteria = call.award.criteria.known or ()
    experts = call.award.evaluators.known or 3
    scores = [
        Score(
            synthetic.dossier.proposal, criterion.id, _points(criterion, synthetic.quality, call, random), f"{expert}"
        )
        for synthetic in eligible
        for expert in range(1, experts + 1)
        for criterion in criteria
    ]
    agreed: dict[str, dict[str, Decimal]] = {}
    by_id = {criterion.id: criterion for criterion in criteria}
    for proposed in propose_consensus(call.award, scores):
        points = _on_step(proposed.median, by_id[proposed.criterion], call)
        agreed.setdefault(proposed.proposal, {})[proposed.criterion] = points
    evaluated = []
    for synthetic in eligible:
        dossier = synthetic.dossier
        requested = dossier.budget.requested
        evaluated.append(
            Evaluated(
                dossier.proposal,
                "" if isinstance(dossier.strand, Unknown) else dossier.strand,
                agreed[dossier.proposal],
                Money(0) if isinstance(requested, Unknown) else requested,
            )
        )
    return rank(call, evaluated)


def _points(criterion: AwardCriterion, quality: int, call: Call, random: Random) -> Decimal:
    seen = min(100, max(0, quality + round(random.gauss(0, 7))))
    return _on_step(criterion.max_points * seen / 100, criterion, call)


def _on_step(points: Decimal, criterion: AwardCriterion, call: Call) -> Decimal:
    """The nearest points that may be given, not above the most of the criterion."""
    step = call.award.step.known or Decimal(1)
    return min((points / step).to_integral_value() * step, criterion.max_points)


def _uses(courses: Sequence[Course], examiner: Examiner) -> tuple[RuleUse, ...]:
    counts: dict[str, dict[Verdict, int]] = {bound.rule.id: dict.fromkeys(Verdict, 0) for bound in examiner.rules}
    for course in courses:
        for finding in course.assessment.findings if course.assessment else ():
            counts[finding.rule.id][finding.verdict] += 1
    return tuple(
        RuleUse(bound.rule, *(counts[bound.rule.id][verdict] for verdict in Verdict)) for bound in examiner.rules
    )


def _pairs(experts: Experts | None) -> tuple[tuple[int, ...], ...] | None:
    assignment = experts.assignment if experts else None
    return assignment.experts_of if isinstance(assignment, Assignment) else None


def _verdicts(assessment: Assessment) -> list[str]:
    return [assessment.verdict.value, *(finding.verdict.value for finding in assessment.findings)]
