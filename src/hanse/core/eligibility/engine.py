"""Applies the rules of a call to a proposal and draws the verdict."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from hanse.core.call import Call, Decider, Force, Rule, Scope
from hanse.core.eligibility.context import Context, Submissions
from hanse.core.eligibility.findings import MET, NOT_MET, UNDECIDED, Assessment, Finding, Outcome, ProposalVerdict
from hanse.core.eligibility.kinds import KINDS, Kind
from hanse.core.proposal import Dossier
from hanse.core.values.faults import Fault, Faulty
from hanse.core.values.reading import Reader
from hanse.core.values.unknown import Unknown


@dataclass(frozen=True, slots=True)
class BoundRule:
    """A rule of a call together with its kind, parameters read."""

    rule: Rule
    kind: Kind
    scope: Scope
    only_strands: frozenset[str]

    @property
    def of_officer(self) -> bool:
        """Whether an officer decides it, so that it is set aside from the verdict."""
        return self.rule.decider is Decider.OFFICER

    @property
    def over_call(self) -> bool:
        """Whether it needs all submissions of the call."""
        return self.scope is Scope.CALL

    @property
    def required(self) -> bool:
        """Whether a proposal falls if it is not met."""
        return self.rule.force is Force.REQUIRED

    def judges(self, together: bool) -> bool:
        """Whether it bears on the verdict, if all submissions are at hand (`together`) or not."""
        return self.required and not self.of_officer and (together or not self.over_call)


def bind(call: Call, place: str, faults: list[Fault]) -> tuple[BoundRule, ...]:
    """Give each rule of a call its meaning.

    Args:
        place: folder of the call, for messages.
        faults: unknown kinds and wrong parameters are added here.
    """
    bound = []
    for rule in call.rules:
        kind_type = KINDS.get(rule.kind)
        if kind_type is None:
            faults.append(
                Fault(
                    place,
                    f"rule {rule.id}.kind",
                    f"there is no rule kind {rule.kind!r}; expected one of {', '.join(sorted(KINDS))}",
                )
            )
            continue
        parameters = Reader(rule.parameters, place, f"rule {rule.id}.parameters", faults)
        kind = kind_type.parse(parameters)
        parameters.close()
        if rule.kind == "officer_decides" and rule.decider is not Decider.OFFICER:
            faults.append(
                Fault(place, f"rule {rule.id}.decider", 'expected decider = "officer" for a question to an officer')
            )
        bound.append(BoundRule(rule, kind, rule.scope or kind.scope, frozenset(rule.strands)))
    return tuple(bound)


class Examiner:
    """Checks proposals against one call edition.

    Args:
        context: the call and its surroundings.

    Raises:
        Faulty: if a rule of the call names no kind or has wrong parameters.
    """

    def __init__(self, context: Context):
        faults: list[Fault] = []
        self.context = context
        self.rules = bind(context.call, context.call.reference, faults)
        if faults:
            raise Faulty(faults)
        self._plans: dict[str, _Plan] = {}

    def rules_for(self, strand: str) -> tuple[BoundRule, ...]:
        """The rules of one strand."""
        return self._plan(strand).rules

    def check(self, dossier: Dossier) -> Assessment:
        """Apply every rule of the proposal's strand.

        Where the strand is not stated, rules of single strands are undecided.
        """
        context = self.context
        strand = "" if isinstance(dossier.strand, Unknown) else dossier.strand
        plan = self._plan(strand)
        findings: list[Finding] = []
        verdict = ProposalVerdict.ELIGIBLE
        for rule, check, judges in plan.steps:
            outcome = check(dossier, context)
            found = outcome.verdict
            findings.append(Finding(rule, found, outcome.reason, outcome.facts, outcome.repair))
            if judges and found is not MET:
                if found is NOT_MET:
                    verdict = ProposalVerdict.NOT_ELIGIBLE
                elif verdict is ProposalVerdict.ELIGIBLE:
                    verdict = ProposalVerdict.UNDECIDED
        return Assessment(
            dossier.proposal, strand, verdict, tuple(findings), plan.of_officer, plan.needs_all, dossier.assumptions
        )

    def _plan(self, strand: str) -> "_Plan":
        """What is the same for all proposals of a strand; kept, since thousands ask."""
        plan = self._plans.get(strand)
        if plan is None:
            every = not strand
            rules = [each for each in self.rules if every or not each.only_strands or strand in each.only_strands]
            plan = self._plans[strand] = _Plan.of(rules, strand, self.context.submissions is not None)
        return plan


@dataclass(frozen=True, slots=True)
class _Plan:
    """How proposals of one strand are checked, or those whose strand is not stated.

    Attributes:
        steps: each rule, how it is asked, and whether it bears on the verdict.
        of_officer, needs_all: ids of the rules set aside.
    """

    rules: tuple[BoundRule, ...]
    steps: tuple[tuple[Rule, Callable[[Dossier, Context], Outcome], bool], ...]
    of_officer: tuple[str, ...]
    needs_all: tuple[str, ...]

    @classmethod
    def of(cls, rules: list[BoundRule], strand: str, together: bool) -> "_Plan":
        aside = [bound for bound in rules if bound.over_call and not together and not bound.of_officer]
        return cls(
            tuple(rules),
            tuple(
                (
                    bound.rule,
                    bound.kind.check if strand or not bound.only_strands else _strand_wanted(bound.rule),
                    bound.judges(together),
                )
                for bound in rules
            ),
            tuple(bound.rule.id for bound in rules if bound.of_officer),
            tuple(bound.rule.id for bound in aside),
        )


def _strand_wanted(rule: Rule) -> Callable[[Dossier, Context], Outcome]:
    """How a rule of single strands is asked of a proposal whose strand is not stated."""
    outcome = Outcome(UNDECIDED, f"The strand is not stated; this rule is for strand {', '.join(rule.strands)}.")
    return lambda dossier, context: outcome  # noqa: ARG005 -- asked as every rule kind is


def check(dossier: Dossier, context: Context) -> Assessment:
    """Check one proposal. For many proposals of one call, make an `Examiner` once."""
    return Examiner(context).check(dossier)


def check_all(dossiers: Iterable[Dossier], context: Context) -> Iterator[Assessment]:
    """Check all submissions of a call against each other: the rules of scope CALL are asked too."""
    every = list(dossiers)
    examiner = Examiner(Context(context.call, context.geography, context.on, Submissions.of(every)))
    return (examiner.check(dossier) for dossier in every)
