"""Can a proposal be eligible at all: for each strand one is built and put to the real rules.

Members are ordinary organisations, one in each country and role that a rule counts, each of a kind that the
strand's rules admit. Rules on members either judge each one by itself or ask for enough of them, so the
consortium of everyone who passes alone is eligible if any is. A short search by single additions follows where
it is not, so that a kind that limits the number of members is served too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from hanse.callbook.lint.remarks import Remark, contradiction, warning
from hanse.callbook.ordinary import TARGETS, ordinary_budget, ordinary_months
from hanse.core.budget import Budget
from hanse.core.call import Call, Decider, Force, Rule, Scope, Strand
from hanse.core.consortium import Consortium, Organisation, OrganisationKind, Participant, Role
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.engine import BoundRule, Examiner
from hanse.core.eligibility.findings import Assessment, Finding, ProposalVerdict, Verdict
from hanse.core.eligibility.kinds import MemberKind
from hanse.core.eligibility.kinds.minimum_targets import MinimumTargets
from hanse.core.eligibility.kinds.some_member_has_property import SomeMemberHasProperty
from hanse.core.proposal import Dossier
from hanse.core.values.countries import Geography

FILE = "rules.toml"
MOST_ADDITIONS = 8
"""Single additions tried where everyone together is not eligible."""


def satisfiable_remarks(call: Call, places: Geography, day: date | None) -> Iterator[Remark]:
    """For each strand in which no proposal can be eligible: the rules that stay not met, or undecided.

    Args:
        day: the day on which countries are asked; None if neither the call nor a case names one.
    """
    if day is None:
        what = "neither the call nor a case names a day on which countries are asked, so no consortium was tried"
        yield warning("call.toml", "window.closes_on", what, "State the day, or give a case its own as_of.")
        return
    examiner = Examiner(Context(call, places, day))
    for strand in call.strands:
        search = _Search(examiner, strand)
        candidates, excluding = search.admissible()
        best = search.nearest(candidates)
        if best.verdict is ProposalVerdict.NOT_ELIGIBLE or excluding:
            what = f"no proposal can be eligible in strand {strand.id}"
            if excluding:
                what += f"; no member can meet these together: {', '.join(excluding)}"
            named = _named(best, Verdict.NOT_MET)
            if named:
                what += f"; in the best one tried these stay not met: {named}"
            yield contradiction(FILE, "rule", what, "Correct the parameters of these rules, or the figures they ask.")
        elif best.verdict is ProposalVerdict.UNDECIDED:
            named = _named(best, Verdict.UNDECIDED)
            what = f"no proposal can be decided in strand {strand.id}; these stay undecided: {named}"
            yield warning(FILE, "rule", what, "Expected where the sources are silent; a person decides, or assumes.")


def _named(assessment: Assessment, verdict: Verdict) -> str:
    return "; ".join(f"{f.rule.id} ({f.reason.rstrip('.')})" for f in _failing(assessment) if f.verdict is verdict)


def _failing(assessment: Assessment) -> list[Finding]:
    """The findings that keep a proposal from being eligible."""
    aside = {*assessment.left_to_officer, *assessment.needs_all_submissions}
    return [
        finding
        for finding in assessment.findings
        if finding.rule.force is Force.REQUIRED and finding.verdict is not Verdict.MET and finding.rule.id not in aside
    ]


def _distance(assessment: Assessment) -> tuple[int, int]:
    """How far from eligible: rules not met, then rules undecided."""
    failing = _failing(assessment)
    return sum(finding.verdict is Verdict.NOT_MET for finding in failing), len(failing)


@dataclass(slots=True)
class _Search:
    examiner: Examiner
    strand: Strand

    @property
    def rules(self) -> tuple[BoundRule, ...]:
        return self.examiner.rules_for(self.strand.id)

    def judged(self, members: Sequence[Participant]) -> Assessment:
        """The verdict on an ordinary proposal of these members; the first applicant coordinates."""
        return self.examiner.check(self._dossier(members))

    def nearest(self, candidates: list[Participant]) -> Assessment:
        """The assessment of the proposal nearest to eligible: of everyone, or of a few found by single additions."""
        best = self.judged(candidates)
        chosen: list[Participant] = []
        while best.verdict is not ProposalVerdict.ELIGIBLE and len(chosen) < min(MOST_ADDITIONS, len(candidates)):
            left = [candidate for candidate in candidates if candidate not in chosen]
            tried = [_distance(self.judged([*chosen, candidate])) for candidate in left]
            chosen.append(left[tried.index(min(tried))])
            best = min(best, self.judged(chosen), key=_distance)
        return best

    def admissible(self) -> tuple[list[Participant], tuple[str, ...]]:
        """One organisation for each country and role that passes every rule on single members, if any for certain.

        Where no beneficiary can, the second value names the rules that exclude each other.
        """
        roles = {role for rule in self.rules if isinstance(rule.kind, MemberKind) for role in rule.kind.roles}
        found: list[Participant] = []
        excluding: set[str] = set()
        for role in sorted(roles - {Role.COORDINATOR}, key=lambda role: (role is not Role.BENEFICIARY, role.value)):
            candidates = [self._candidate(code, role, kind) for code in self._countries() for kind in OrganisationKind]
            answers = [(self._unmet(candidate), candidate) for candidate in candidates]
            certain = [candidate for unmet, candidate in answers if not unmet]
            possible = [candidate for unmet, candidate in answers if Verdict.NOT_MET not in unmet.values()]
            one_each = {c.organisation.country: c for c in reversed(certain or possible)}
            found += [one_each[country] for country in sorted(one_each, key=str)]
            if role is Role.BENEFICIARY and not possible:
                fewest = min(len(unmet) for unmet, _ in answers)
                excluding |= {rule for unmet, _ in answers if len(unmet) == fewest for rule in unmet}
        return found, tuple(sorted(excluding))

    def _countries(self) -> list[str]:
        """Every country that some table or treatment puts in a group; the others count nowhere."""
        context = self.examiner.context
        listed = {country for _, country in context.geography.memberships}
        return sorted(listed | {treatment.country for treatment in context.call.countries.treatments})

    def _unmet(self, candidate: Participant) -> dict[str, Verdict]:
        """The required rules on single members that this one does not meet by itself, or not for certain."""
        dossier = self._dossier([candidate])
        verdicts = {
            rule.rule.id: rule.kind.check(dossier, self.examiner.context).verdict
            for rule in self.rules
            if rule.scope is Scope.PARTICIPANT and _binding(rule.rule)
        }
        return {rule: verdict for rule, verdict in verdicts.items() if verdict is not Verdict.MET}

    def _candidate(self, country: str, role: Role, kind: OrganisationKind) -> Participant:
        id = f"{role.value}-{country}"
        long_ago = self.examiner.context.on.replace(year=self.examiner.context.on.year - 10, day=1)
        properties = {"independent"} | {
            r.kind.property for r in self.rules if isinstance(r.kind, SomeMemberHasProperty)
        }
        organisation = Organisation(
            id=id,
            country=country,
            legal_entity=id,
            kind=kind,
            own_legal_personality=True,
            registered_on=long_ago,
            registration_requested_on=long_ago,
            properties=dict.fromkeys(sorted(properties), True),
        )
        return Participant(organisation, role)

    def _dossier(self, members: Sequence[Participant]) -> Dossier:
        call, strand = self.examiner.context.call, self.strand
        led = [
            replace(member, role=Role.COORDINATOR) if not number and member.role is Role.BENEFICIARY else member
            for number, member in enumerate(members)
        ]
        partner = led[0].organisation.id if led else "member-1"
        return Dossier(
            proposal="tried",
            strand=strand.id,
            consortium=Consortium(tuple(led)),
            targets=self._targets(),
            duration_months=ordinary_months(strand),
            budget=ordinary_budget(call, strand, Budget(), partner),
        )

    def _targets(self) -> tuple[str, ...]:
        """As many targets as the strand's rules ask for, each of which counts for all of them."""
        asking = [rule.kind for rule in self.rules if isinstance(rule.kind, MinimumTargets)]
        needed = max((kind.minimum for kind in asking), default=len(TARGETS))
        names = self.examiner.context.geography.names
        ordered = [*TARGETS, *(code for code in sorted(names) if code not in TARGETS)]
        counting = (code for code in ordered if all(self._counts(kind, code) for kind in asking))
        return tuple(code for code, _ in zip(counting, range(needed), strict=False))

    def _counts(self, kind: MinimumTargets, code: str) -> bool:
        alone = Dossier(proposal="tried", strand=self.strand.id, targets=(code,))
        return code in kind.check(alone, self.examiner.context).facts["targets"]


def _binding(rule: Rule) -> bool:
    return rule.force is Force.REQUIRED and rule.decider is Decider.MACHINE
