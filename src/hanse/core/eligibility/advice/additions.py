"""The smallest additions: exactly which sets of organisations make a consortium meet what adding members can mend."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hanse.core.consortium import Organisation, Role
from hanse.core.eligibility.advice.best import Suggestion, best_sets
from hanse.core.eligibility.advice.candidates import Roster
from hanse.core.eligibility.advice.gains import Gains
from hanse.core.eligibility.advice.search import Found, NotFound, Sureness, search
from hanse.core.eligibility.advice.wording import Pattern, counted, describe, joined
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.engine import BoundRule, Examiner
from hanse.core.eligibility.findings import Assessment, Finding, Verdict
from hanse.core.eligibility.measures import names_of
from hanse.core.proposal import Dossier

AT_MOST = 4
"""Larger additions are a new consortium rather than a repair."""


@dataclass(frozen=True, slots=True)
class Answer:
    """All smallest sets.

    Attributes:
        size: how many organisations each set adds.
        sets: how many sets there are, counted exactly; 1 (the empty set) for size 0.
        patterns: all sets, described; together they stand for `sets` sets.
        suggestions: concrete sets, the most complementary first, each checked as a whole.
        ranking_proven: false if the pool is so varied that the search for the most complementary sets was cut
            short; the sets shown are solutions all the same.
    """

    size: int
    sets: int
    patterns: tuple[Pattern, ...]
    suggestions: tuple[Suggestion, ...]
    ranking_proven: bool


@dataclass(frozen=True, slots=True)
class Additions:
    """What can be added to a consortium.

    Attributes:
        standing: the assessment as the proposal stands now.
        certain: the smallest sets that meet every rule that additions can mend; None if the pool has none.
        conditional: looked for only if there is no certain one: the smallest sets that do if facts which nobody
            stated turn out well.
        blocked: findings that no addition can mend, each with its own repair.
        out_of_reach: findings that no set of the pool mends, however the unknown facts turn out.
        candidates: organisations of the pool that could join.
        unfit: for each rule asked of every member, how many candidates break it themselves.
        already_in: organisations of the pool left out because they or their legal entity stand in the consortium.
        sentences: the advice in words.
    """

    standing: Assessment
    certain: Answer | None
    conditional: Answer | None
    blocked: tuple[Finding, ...]
    out_of_reach: tuple[Finding, ...]
    candidates: int
    unfit: Mapping[str, int]
    already_in: int
    sentences: tuple[str, ...] = ()


def smallest_additions(
    dossier: Dossier,
    pool: Sequence[Organisation],
    examiner: Examiner,
    at_most: int = AT_MOST,
    *,
    show: int = 5,
    roster: Roster | None = None,
) -> Additions:
    """Find the smallest sets of organisations of a pool that, added as beneficiaries, mend what adding can mend.

    Every required rule that a machine decides now is asked. Two candidates of one legal entity are never both
    chosen. The answer is exact: no smaller set exists, and every set of that size is counted and described.

    Args:
        pool: candidates, each with an id of its own; a legal entity stands in one country.
        at_most: the largest number of organisations to add.
        show: how many concrete sets to show.
        roster: the pool as `roster_of` sorted it, where several sorts of advice are asked of one large pool.

    Raises:
        ValueError: if the pool names an id twice or places a legal entity in two countries.
    """
    roster = roster or roster_of(dossier, pool, examiner)
    standing = examiner.check(dossier)
    blocked = [bound.rule.id for bound in roster.law.each + roster.law.fixed]
    writer = _Writer(roster, examiner, standing, show)
    certain = conditional = None
    hopeless: frozenset[str] = frozenset()
    found = search(roster, at_most, Sureness.CERTAIN)
    if isinstance(found, Found):
        certain = writer.answer(found, Sureness.CERTAIN)
    else:
        found = search(roster, at_most, Sureness.CONDITIONAL)
        if isinstance(found, NotFound):
            hopeless = found.hopeless
        else:
            conditional = writer.answer(found, Sureness.CONDITIONAL)
    open_ = [finding for finding in standing.findings if finding.verdict is not Verdict.MET]
    result = Additions(
        standing,
        certain,
        conditional,
        tuple(finding for finding in open_ if finding.rule.id in blocked),
        tuple(finding for finding in open_ if finding.rule.id in hopeless),
        sum(len(group) for groups in roster.places.values() for group in groups.values()),
        _unfit(roster),
        roster.already_in,
    )
    return replace(result, sentences=tuple(_sentences(result, at_most)))


def _unfit(roster: Roster) -> dict[str, int]:
    found = {bound.rule.id: 0 for bound in roster.law.each}
    for groups in roster.places.values():
        for number, candidates in groups.items():
            for bound, verdict in zip(roster.law.each, roster.keys[number].fits, strict=True):
                found[bound.rule.id] += len(candidates) * (verdict is Verdict.NOT_MET)
    return {id: count for id, count in found.items() if count}


def roster_of(dossier: Dossier, pool: Sequence[Organisation], examiner: Examiner) -> Roster:
    """Sort a pool once, for `smallest_additions` and `resilience` on the same proposal.

    Raises:
        ValueError: if the pool names an id twice or places a legal entity in two countries.
    """
    return Roster(dossier, pool, examiner, Role.BENEFICIARY)


class _Writer:
    """Turns what was found into an answer."""

    def __init__(self, roster: Roster, examiner: Examiner, standing: Assessment, show: int):
        self.roster, self.examiner, self.standing, self.show = roster, examiner, standing, show
        self.context: Context = examiner.context
        self.gains = Gains(roster.dossier.consortium)

    def answer(self, found: Found, sureness: Sureness) -> Answer:
        """All sets that were found, described, and the best of them checked as a whole."""
        solutions = found.solutions()
        sets, proven = best_sets(found.field, solutions, self.gains, self.show) if found.size else ([], True)
        return Answer(
            found.size,
            sum(map(found.field.count, solutions)),
            describe(found, self.context),
            tuple(self._suggestion(organisations, sureness) for organisations in sets),
            proven,
        )

    def _suggestion(self, organisations: tuple[Organisation, ...], sureness: Sureness) -> Suggestion:
        together = self.roster.consortium(organisations)
        to_confirm = []
        for bound, verdict in self._verdicts(organisations, together):
            if not sureness.accepts(verdict):
                raise RuntimeError(_disagreement(bound, organisations))
            if verdict is Verdict.UNDECIDED:
                to_confirm.append(bound.rule)
        sectors, markets = self.gains.sectors(organisations), self.gains.markets(organisations)
        brings = [f"sectors {', '.join(sectors)}"] * bool(sectors)
        brings += [f"markets {', '.join(map(self.context.geography.name, markets))}"] * bool(markets)
        named = joined(f"{o.name} ({o.country})" if isinstance(o.country, str) else o.name for o in organisations)
        sentence = f"Add {named}{', new to the consortium: ' * bool(brings)}{'; '.join(brings)}."
        if to_confirm:
            sentence += f" To be confirmed: {'; '.join(rule.text.rstrip('.') for rule in to_confirm)}."
        verdict_after = self.examiner.check(together).verdict
        ids = tuple(rule.id for rule in to_confirm)
        return Suggestion(organisations, verdict_after, sectors, markets, ids, sentence)

    def _verdicts(
        self, organisations: tuple[Organisation, ...], together: Dossier
    ) -> Iterator[tuple[BoundRule, Verdict]]:
        """What each rule says of a set; the search has only asked organisations that look the same."""
        for bound in self.roster.law.each:
            verdicts = {self.roster.verdict_alone(bound, organisation) for organisation in organisations}
            yield bound, next(v for v in (Verdict.NOT_MET, Verdict.UNDECIDED, Verdict.MET) if v in verdicts)
        for bound in self.roster.law.together:
            yield bound, bound.kind.check(together, self.context).verdict


def _disagreement(bound: BoundRule, organisations: Sequence[Organisation]) -> str:
    """The words for a fault in a rule kind: organisations that it says it sees alike, it does not treat alike."""
    return (
        f"rule {bound.rule.id} (kind {bound.rule.kind}) is not met with {names_of(organisations)}, though it sees them "
        "as it sees organisations with which it is met; what the kind says it sees is not all it asks"
    )


def _sentences(result: Additions, at_most: int) -> Iterator[str]:
    yield from _headline(result, at_most)
    for finding in result.blocked:
        repair = f" {finding.repair}" if finding.repair else ""
        yield f"No addition changes rule {finding.rule.id}: {finding.reason}{repair}"
    for finding in result.out_of_reach:
        yield f"No set of at most {at_most} from the pool mends rule {finding.rule.id}: {finding.reason}"
    if result.certain is None:
        for id, count in result.unfit.items():
            yield f"{counted(count, 'candidate')} of the pool would break rule {id}."
    if result.standing.left_to_officer:
        yield f"Left to an officer: {', '.join(result.standing.left_to_officer)}."
    if result.standing.needs_all_submissions:
        yield f"Not asked, since other submissions are needed: {', '.join(result.standing.needs_all_submissions)}."


def _headline(result: Additions, at_most: int) -> Iterator[str]:
    certain, conditional = result.certain, result.conditional
    rest = "The rest of the rules are met" if result.blocked else "Every rule is met"
    if certain is not None and certain.size == 0:
        yield "Nothing has to be added." if not result.blocked else f"Nothing has to be added. {rest} already."
    elif certain is not None:
        yield f"{rest} with {counted(certain.size, 'organisation')} more: {counted(certain.sets, 'set')} will do."
    elif conditional is not None and conditional.size == 0:
        without = f"{rest} without an addition"
        yield f"No set of the pool settles it for certain. {without} if this is confirmed: {_ids(conditional)}"
    elif conditional is not None:
        sets = counted(conditional.sets, "set")
        more = counted(conditional.size, "organisation")
        with_more = f"{rest} with {more} more ({sets})"
        yield f"No set is known to be enough. {with_more} if this is confirmed: {_ids(conditional)}"
    else:
        yield (
            f"No set of at most {counted(at_most, 'organisation')} is enough, among "
            f"{counted(result.candidates, 'candidate')} of the pool."
        )


def _ids(answer: Answer) -> str:
    """The rules to confirm, of the pattern that leaves fewest open."""
    fewest = min((pattern.to_confirm for pattern in answer.patterns), key=len)
    more = len(answer.patterns) > 1
    return f"{', '.join(fewest)}{' (at the least; each pattern names its own)' if more else ''}."
