"""The panel beside a consortium and its draft: whether they may apply, who causes what, and the smallest repair."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from hanse.callbook.reference import geography
from hanse.callbook.setting import day_of_countries
from hanse.core.call import Call
from hanse.core.consortium import APPLICANTS, Organisation
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.engine import Examiner
from hanse.core.eligibility.findings import Finding, Verdict
from hanse.core.proposal import Dossier
from hanse.core.values.unknown import Unknown
from hanse.stages.announcement.queries.verdicts import Answer, Told, answer_of

MEMBERS = ("breaking", "not_known")
"""Facts of a finding that name the members who cause it."""
COUNTRIES = ("not_counted", "doubtful")
"""Facts of a finding that name countries whose members do not count, or perhaps not."""
ORDER = {"met": 0, "undecided": 1, "not met": 2}


@dataclass(frozen=True, slots=True)
class Line:
    """What one rule says.

    Attributes:
        state: `met`, `not met` or `undecided`.
        causes: names of the members because of which it is not met or undecided.
    """

    told: Told
    state: str
    causes: tuple[str, ...] = ()

    @property
    def icon(self) -> str:
        """What stands beside it."""
        return {"met": "check", "not met": "error"}.get(self.state, "information")


@dataclass(frozen=True, slots=True)
class Panel:
    """What a call says of a consortium or its draft.

    Attributes:
        reference: of the call, for links to its clauses.
        answer: the whole answer, with what officers decide and what it rests on.
        broken, missing, met: rules by their answer; in the first two, what is required comes first.
        members: how many take part in what was asked.
        later: rules about length and money, in words, that were left to the application.
    """

    reference: str
    answer: Answer
    broken: tuple[Line, ...]
    missing: tuple[Line, ...]
    met: tuple[Line, ...]
    members: int
    later: tuple[str, ...] = ()

    @property
    def tone(self) -> str:
        """`success`, `error` or `warning`."""
        return self.answer.tone

    @property
    def headline(self) -> str:
        """The answer in a sentence."""
        return self.answer.headline

    @property
    def word(self) -> str:
        """The verdict in a word or two."""
        return self.answer.verdict.value.replace("_", " ")

    @property
    def aside(self) -> int:
        """How many rules are left to officers or to the comparison of all proposals."""
        return len(self.answer.officer) + len(self.answer.together)

    @property
    def lines(self) -> Mapping[str, Line]:
        """Every rule that was asked, by id."""
        return {line.told.rule: line for line in (*self.broken, *self.missing, *self.met)}


def examiner_of(call: Call, today: date) -> Examiner:
    """Who asks the rules of a call; countries are asked on the day that the call names, else today."""
    return Examiner(Context(call, geography(), day_of_countries(call) or today))


OF_THE_DRAFT = frozenset({"duration_range", "reimbursement_rate", "grant_cap", "budget_balance"})
"""Kinds of rules about length and money, of which a consortium alone says nothing."""


def of_members(call: Call) -> Call:
    """A call without the rules about length and money: what can be asked before anything is written."""
    return replace(call, rules=tuple(rule for rule in call.rules if rule.kind not in OF_THE_DRAFT))


def panel_of(call: Call, dossier: Dossier, today: date, *, members_only: bool = False) -> Panel:
    """Ask the rules of a call about a consortium or its draft, and say who causes what.

    Args:
        members_only: leave the rules about length and money to the application.
    """
    later = tuple(rule.text for rule in call.rules if members_only and rule.kind in OF_THE_DRAFT)
    call = of_members(call) if members_only else call
    answer = answer_of(call, dossier, today)
    unsettled = {told.rule for told in (*answer.broken, *answer.missing)}
    causes: dict[str, tuple[str, ...]] = {}
    if unsettled:
        for finding in examiner_of(call, today).check(dossier).findings:
            if finding.rule.id in unsettled:
                causes[finding.rule.id] = tuple(organisation.name for organisation in _causing(finding, dossier))

    def lines(rules: tuple[Told, ...], state: str) -> tuple[Line, ...]:
        return tuple(Line(told, state, causes.get(told.rule, ())) for told in rules)

    return Panel(
        call.reference,
        answer,
        lines(answer.broken, "not met"),
        lines(answer.missing, "undecided"),
        lines(answer.met, "met"),
        len(dossier.consortium.participants),
        later,
    )


def _causing(finding: Finding, dossier: Dossier) -> Iterator[Organisation]:
    """The members because of which a rule is not met or undecided, in the order of the application."""
    facts = finding.facts
    named = {member for fact in MEMBERS for member in facts.get(fact, ())}
    places = {country for fact in COUNTRIES for country in facts.get(fact, ())}
    without_country = finding.verdict is Verdict.UNDECIDED and "countries" in facts
    for participant in dossier.consortium.participants:
        organisation = participant.organisation
        placeless = isinstance(organisation.country, Unknown)
        counts = participant.role in APPLICANTS
        if (
            organisation.id in named
            or (counts and not placeless and organisation.country in places)
            or (counts and placeless and without_country)
        ):
            yield organisation


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change would do.

    Attributes:
        worse: rules that would stand worse, as they would stand.
        better: rules that would stand better, as they would stand.
    """

    before: Panel
    after: Panel
    worse: tuple[Line, ...]
    better: tuple[Line, ...]


def effect_of(call: Call, before: Dossier, after: Dossier, today: date) -> Effect:
    """Compare what a call says of the members before and after a change; nothing is stored."""
    first, then = (panel_of(call, dossier, today, members_only=True) for dossier in (before, after))
    known = first.lines
    worse: list[Line] = []
    better: list[Line] = []
    for line in (*then.broken, *then.missing, *then.met):
        old = known.get(line.told.rule)
        if old is None or ORDER[old.state] == ORDER[line.state]:
            continue
        (worse if ORDER[line.state] > ORDER[old.state] else better).append(line)
    return Effect(first, then, tuple(worse), tuple(better))
