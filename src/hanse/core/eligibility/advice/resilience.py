"""What happens if a member leaves: which rules break, and who of a pool could take its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nsmallest

from hanse.core.consortium import Organisation, Participant, Role
from hanse.core.eligibility.advice.candidates import Key, Roster
from hanse.core.eligibility.advice.patterns import Field
from hanse.core.eligibility.advice.wording import counted
from hanse.core.eligibility.engine import BoundRule, Examiner
from hanse.core.eligibility.findings import Finding, ProposalVerdict, Verdict
from hanse.core.eligibility.measures import names_of
from hanse.core.proposal import Dossier

_RANK = {Verdict.NOT_MET: 0, Verdict.UNDECIDED: 1, Verdict.MET: 2}


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that stands worse once a member has left: its verdict before, and what the check says after."""

    before: Verdict
    after: Finding


@dataclass(frozen=True, slots=True)
class Loss:
    """What happens if a member leaves.

    Attributes:
        verdict: the verdict on the proposal without the member.
        broken: the required rules that stand worse without it.
        needs_coordinator: whether another member has to take over the coordination.
        replacements: how many organisations of the pool, joining in its place, leave no rule worse than before.
        perhaps: how many more would, if facts that nobody stated turn out well.
        first: the first replacements by name; those that are certain come first.
        sentences: the same in words.
    """

    member: Organisation
    role: Role
    verdict: ProposalVerdict
    broken: tuple[Broken, ...]
    needs_coordinator: bool
    replacements: int
    perhaps: int
    first: tuple[Organisation, ...]
    sentences: tuple[str, ...]


def resilience(
    dossier: Dossier,
    examiner: Examiner,
    pool: Sequence[Organisation] = (),
    *,
    show: int = 5,
    roster: Roster | None = None,
) -> tuple[Loss, ...]:
    """Ask of each member what breaks if it leaves, and which organisations of a pool could replace it.

    A replacement joins in the role of the member that leaves; for a coordinator it joins as a beneficiary, and a
    member that knows the project takes over. Replacements are looked for only where something breaks.

    Args:
        pool: candidates, each with an id of its own; a legal entity stands in one country.
        show: how many replacements to name.
        roster: the pool as `roster_of` sorted it, where several sorts of advice are asked of one large pool.
    """
    before = examiner.check(dossier)
    verdicts = {finding.rule.id: finding.verdict for finding in before.findings}
    rosters = {Role.BENEFICIARY: roster} if roster else {}
    losses = []
    for participant in dossier.consortium.participants:
        role = Role.BENEFICIARY if participant.role is Role.COORDINATOR else participant.role
        if role not in rosters:
            rosters[role] = Roster(dossier, pool, examiner, role)
        losses.append(_loss(participant, rosters[role], examiner, verdicts, show))
    return tuple(losses)


def _loss(
    participant: Participant, roster: Roster, examiner: Examiner, verdicts: dict[str, Verdict], show: int
) -> Loss:
    member = participant.organisation
    after = examiner.check(roster.consortium((), member.id))
    findings = {finding.rule.id: finding for finding in after.findings}
    broken = tuple(
        Broken(verdicts[id], findings[id])
        for id in (bound.rule.id for bound in roster.law.rules)
        if _RANK[findings[id].verdict] < _RANK[verdicts[id]]
    )
    coordinates = participant.role is Role.COORDINATOR
    found = _replacements(roster, member.id, verdicts, findings, show) if broken else _Replacements(0, 0, ())
    sentences = _sentences(member, after.verdict, broken, coordinates, found)
    return Loss(
        member,
        participant.role,
        after.verdict,
        broken,
        coordinates,
        found.certain,
        found.perhaps,
        found.first,
        sentences,
    )


@dataclass(frozen=True, slots=True)
class _Replacements:
    certain: int
    perhaps: int
    first: tuple[Organisation, ...]


def _replacements(
    roster: Roster, leaving: str, before: dict[str, Verdict], without: dict[str, Finding], show: int
) -> _Replacements:
    """Sort the groups of the pool into those that mend what the leaving broke, might, or do not."""
    law = roster.law
    standing = _worst_of_fixed(law.fixed, before, without)
    tables = []
    for position, bound in enumerate(law.together):
        field = Field(roster, (position,), _everyone, leaving)
        tables.append((before[bound.rule.id], field, field.table(1)))
    count = {Verdict.MET: 0, Verdict.UNDECIDED: 0}
    groups: dict[Verdict, list[list[Organisation]]] = {verdict: [] for verdict in Verdict}
    for place, keys in roster.places.items():
        for number, candidates in keys.items():
            worst = standing
            for bound, fit in zip(law.each, roster.keys[number].fits, strict=True):
                verdict = min(fit, without[bound.rule.id].verdict, key=_RANK.__getitem__)
                worst = _worse(worst, verdict, before[bound.rule.id])
            for good, field, table in tables:
                alone = field.pattern_of([(place, field.number_of[number])])
                worst = _worse(worst, table[alone], good)
            groups[worst].append(candidates)
    for verdict in count:
        count[verdict] = sum(map(len, groups[verdict]))
    first: list[Organisation] = []
    for verdict in count:
        everyone = (organisation for group in groups[verdict] for organisation in group)
        first += nsmallest(show - len(first), everyone, key=lambda o: (o.name, o.id))
    return _Replacements(count[Verdict.MET], count[Verdict.UNDECIDED], tuple(first))


def _everyone(_: Key) -> frozenset[str]:
    return frozenset()


def _worst_of_fixed(rules: Sequence[BoundRule], before: dict[str, Verdict], without: dict[str, Finding]) -> Verdict:
    worst = Verdict.MET
    for bound in rules:
        worst = _worse(worst, without[bound.rule.id].verdict, before[bound.rule.id])
    return worst


def _worse(worst: Verdict, verdict: Verdict, good: Verdict) -> Verdict:
    """Lower the worst so far by a rule that stands worse than before."""
    return worst if _RANK[verdict] >= min(_RANK[good], _RANK[worst]) else verdict


def _sentences(
    member: Organisation,
    verdict: ProposalVerdict,
    broken: tuple[Broken, ...],
    coordinates: bool,
    found: _Replacements,
) -> tuple[str, ...]:
    said = []
    if broken:
        words = verdict.value.replace("_", " ")
        rules = "; ".join(f"{item.after.rule.id}: {item.after.reason}" for item in broken)
        said.append(f"Without {member.name} the proposal is {words}. {rules}")
    else:
        said.append(f"{member.name} can leave: no rule stands worse without it.")
    if coordinates:
        said.append("It coordinates, so another member has to take over.")
    if broken:
        if not found.certain + found.perhaps:
            said.append("Nobody in the pool could replace it.")
        else:
            perhaps = f", and {counted(found.perhaps, 'other')} if facts that are not stated turn out well"
            first = f" (first by name: {names_of(found.first)})" if found.first else ""
            sure = f"{counted(found.certain, 'organisation')} of the pool could replace it"
            said.append(f"{sure}{perhaps if found.perhaps else ''}{first}.")
    return tuple(said)
