"""Applies the rules of a call to a proposal and draws the verdict."""

from collections.abc import Iterable, Iterator
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
    """A rule of a call together with its kind, parameters read, and what the engine has to know of it at once."""

    rule: Rule
    kind: Kind
    scope: Scope
    only_strands: frozenset[str]
    of_officer: bool
    over_call: bool
    required: bool


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
        scope = rule.scope or kind.scope
        bound.append(
            BoundRule(
                rule,
                kind,
                scope,
                frozenset(rule.strands),
                of_officer=rule.decider is Decider.OFFICER,
                over_call=scope is Scope.CALL,
                required=rule.force is Force.REQUIRED,
            )
        )
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
        self._by_strand: dict[str, tuple[BoundRule, ...]] = {}

    def rules_for(self, strand: str) -> tuple[BoundRule, ...]:
        """The rules of one strand; kept, since thousands of proposals ask."""
        found = self._by_strand.get(strand)
        if found is None:
            found = tuple(bound for bound in self.rules if not bound.only_strands or strand in bound.only_strands)
            self._by_strand[strand] = found
        return found

    def check(self, dossier: Dossier) -> Assessment:
        """Apply every rule of the proposal's strand.

        Where the strand is not stated, rules of single strands are undecided.
        """
        context = self.context
        strand = dossier.strand
        unstated = isinstance(strand, Unknown)
        strand_id = "" if isinstance(strand, Unknown) else strand
        findings: list[Finding] = []
        officer: list[str] = []
        all_needed: list[str] = []
        verdict = ProposalVerdict.ELIGIBLE
        for bound in self.rules if unstated else self.rules_for(strand_id):
            rule = bound.rule
            if unstated and bound.only_strands:
                outcome = Outcome(
                    UNDECIDED, f"The strand is not stated; this rule is for strand {', '.join(rule.strands)}."
                )
            else:
                outcome = bound.kind.check(dossier, context)
            findings.append(Finding(rule, outcome.verdict, outcome.reason, outcome.facts, outcome.repair))
            if bound.of_officer:
                officer.append(rule.id)
            elif bound.over_call and context.submissions is None:
                all_needed.append(rule.id)
            elif bound.required and outcome.verdict is not MET:
                if outcome.verdict is NOT_MET:
                    verdict = ProposalVerdict.NOT_ELIGIBLE
                elif verdict is ProposalVerdict.ELIGIBLE:
                    verdict = ProposalVerdict.UNDECIDED
        return Assessment(
            dossier.proposal,
            strand_id,
            verdict,
            tuple(findings),
            tuple(officer),
            tuple(all_needed),
            dossier.assumptions,
        )


def check(dossier: Dossier, context: Context) -> Assessment:
    """Check one proposal. For many proposals of one call, make an `Examiner` once."""
    return Examiner(context).check(dossier)


def check_all(dossiers: Iterable[Dossier], context: Context) -> Iterator[Assessment]:
    """Check all submissions of a call against each other: the rules of scope CALL are asked too."""
    every = list(dossiers)
    examiner = Examiner(Context(context.call, context.geography, context.on, Submissions.of(every)))
    return (examiner.check(dossier) for dossier in every)
