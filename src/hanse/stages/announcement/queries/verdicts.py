"""What the rules of a call say of a consortium that somebody sketches, in the order in which a reader needs it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from hanse.callbook.page.sections import anchor
from hanse.callbook.reference import geography
from hanse.callbook.setting import day_of_countries, standing_assumptions
from hanse.core.call import Call, Force
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.engine import Examiner
from hanse.core.eligibility.findings import Finding, ProposalVerdict, Verdict
from hanse.core.proposal import Dossier
from hanse.core.values.citation import Citation
from hanse.core.values.words import day_in_words

HEADLINES = {
    ProposalVerdict.ELIGIBLE: ("Yes: every rule that can be decided now is met", "success"),
    ProposalVerdict.NOT_ELIGIBLE: ("No: not as it stands", "error"),
    ProposalVerdict.UNDECIDED: ("Undecided: a fact is missing", "warning"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What one rule says.

    Attributes:
        text: the rule in plain words.
        source: document and clause it comes from; empty if none is named.
        anchor: id of the clause on the call's page.
        advised: whether it is advice only.
        repair: the smallest change that would make it met; empty where there is none.
    """

    rule: str
    text: str
    reason: str
    repair: str
    source: str
    anchor: str
    advised: bool
    assumed: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call says of a sketch.

    Attributes:
        asked_on: the day on which countries were asked, in words.
        broken, missing, met: rules by their answer; in the first two, what is required comes first.
        officer: rules that an officer decides.
        together: rules that need all submissions of the call.
    """

    verdict: ProposalVerdict
    headline: str
    tone: str
    asked_on: str
    broken: tuple[Told, ...]
    missing: tuple[Told, ...]
    met: tuple[Told, ...]
    officer: tuple[Told, ...]
    together: tuple[Told, ...]
    assumptions: tuple[str, ...]

    @property
    def repairs(self) -> tuple[Told, ...]:
        """The changes without which it stays at no."""
        return tuple(told for told in self.broken if told.repair and not told.advised)


def answer_of(call: Call, dossier: Dossier, today: date) -> Answer:
    """Ask the rules of a call about a sketch.

    Countries are asked on the day that the call names, else on its closing day, else today.
    """
    day = day_of_countries(call)
    assumptions = list(standing_assumptions(call, None if day else today))
    if day is None:
        assumptions.append("the call states no closing day; countries are asked today")
    assessment = Examiner(Context(call, geography(), day or today)).check(dossier)
    aside = {*assessment.left_to_officer, *assessment.needs_all_submissions}
    asked = [finding for finding in assessment.findings if finding.rule.id not in aside]
    required_first = sorted(asked, key=lambda finding: finding.rule.force is Force.ADVISED)

    def told(verdict: Verdict) -> tuple[Told, ...]:
        return tuple(_told(call, finding) for finding in required_first if finding.verdict is verdict)

    headline, tone = HEADLINES[assessment.verdict]
    return Answer(
        assessment.verdict,
        headline,
        tone,
        day_in_words(day or today),
        told(Verdict.NOT_MET),
        told(Verdict.UNDECIDED),
        told(Verdict.MET),
        tuple(_among(call, assessment.findings, assessment.left_to_officer)),
        tuple(_among(call, assessment.findings, assessment.needs_all_submissions)),
        (*assumptions, *assessment.assumptions),
    )


def _among(call: Call, findings: tuple[Finding, ...], ids: tuple[str, ...]) -> Iterator[Told]:
    return (_told(call, finding) for finding in findings if finding.rule.id in ids)


def _told(call: Call, finding: Finding) -> Told:
    rule = finding.rule
    return Told(
        rule.id,
        rule.text,
        finding.reason,
        "" if finding.verdict is Verdict.MET else finding.repair,
        source_in_words(call, rule.citation),
        anchor(rule),
        rule.force is Force.ADVISED,
        rule.assumed,
    )


def source_in_words(call: Call, citation: Citation | None) -> str:
    """Document and clause, in words."""
    if citation is None:
        return ""
    source = call.sources.get(citation.source)
    return f"{source.title if source else citation.source}: {citation.clause}".removesuffix(": ")
