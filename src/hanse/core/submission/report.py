"""The report before submitting: what would stop it, what would not, what is well.

It tells the decision itself (`decide_submission`), so that report and door can never say different things: what would
stop a submission is exactly what the decision refuses it for.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from hanse.core.eligibility.findings import Assessment, Finding, Verdict
from hanse.core.form import SectionState
from hanse.core.submission.deciding import Accepted, Refused, told_for_later

PARTS = "parts"
MISSING = "A part is missing"
TITLES = {"window": "The call has to be open", "strand": "A strand has to be chosen", PARTS: MISSING}


class Bearing(Enum):
    """What a line means for submitting now."""

    BLOCKING = "blocking"
    WARNING = "warning"
    LATER = "later"
    MET = "met"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at.

    Attributes:
        about: `window`, `strand`, `parts`, `section`, or the id of a rule.
        title: what it is: the rule in plain words, the name of a section.
        reason: how it stands, as a sentence or two.
        repair: the smallest change that would mend it; empty where none is known.
        source: document and clause; empty where none is named.
        key: id of the section, to lead there.
    """

    bearing: Bearing
    about: str
    title: str
    reason: str
    repair: str = ""
    source: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was looked at, what stops first."""

    lines: tuple[Line, ...]

    def of(self, bearing: Bearing) -> tuple[Line, ...]:
        """The lines of one bearing."""
        return tuple(line for line in self.lines if line.bearing is bearing)

    @property
    def blocking(self) -> tuple[Line, ...]:
        """What would stop a submission now."""
        return self.of(Bearing.BLOCKING)

    @property
    def warnings(self) -> tuple[Line, ...]:
        """What would not stop it and may cost points or eligibility later."""
        return self.of(Bearing.WARNING)

    @property
    def later(self) -> tuple[Line, ...]:
        """What is decided after the closing."""
        return self.of(Bearing.LATER)

    @property
    def met(self) -> tuple[Line, ...]:
        """What is well."""
        return self.of(Bearing.MET)


def report_of(
    decision: Accepted | Refused,
    assessment: Assessment,
    missing: Sequence[str] = (),
    states: Iterable[SectionState] = (),
    *,
    for_later: Sequence[str] = (),
) -> Report:
    """Tell a decision line by line.

    Args:
        decision: what submitting now would come to.
        assessment: of the same application, for what is well and what is decided later.
        missing: the parts that are missing, as sentences, as they were told to the decision.
        states: how far its sections have come.
        for_later: the missing parts that an officer judges later, as they were told to the decision.
    """
    reasons = decision.reasons if isinstance(decision, Refused) else ()
    told_of_rules = {each.rule.id for each in assessment.findings}
    lines: list[Line] = []
    for each in reasons:
        if each.about == PARTS and missing:
            lines += [Line(Bearing.BLOCKING, PARTS, MISSING, told) for told in missing]
        elif each.about not in told_of_rules:
            lines.append(Line(Bearing.BLOCKING, each.about, TITLES.get(each.about, each.about), each.text))
    lines += [Line(Bearing.WARNING, PARTS, MISSING, told_for_later(part)) for part in for_later]
    blocked = {each.about: each.text for each in reasons}
    aside = {*assessment.left_to_officer, *assessment.needs_all_submissions}
    lines += [_of_rule(found, blocked, aside) for found in assessment.findings]
    lines += [line for state in states if (line := _of_section(state)) is not None]
    order = list(Bearing)
    return Report(tuple(sorted(lines, key=lambda line: order.index(line.bearing))))


def _of_rule(found: Finding, blocked: Mapping[str, str], aside: Collection[str]) -> Line:
    rule = found.rule
    source = str(rule.citation) if rule.citation else ""
    if rule.id in blocked:
        return Line(Bearing.BLOCKING, rule.id, rule.text, blocked[rule.id], found.repair, source)
    if found.verdict is Verdict.MET:
        return Line(Bearing.MET, rule.id, rule.text, found.reason, "", source)
    bearing = Bearing.LATER if rule.id in aside else Bearing.WARNING
    return Line(bearing, rule.id, rule.text, found.reason, found.repair, source)


def _of_section(state: SectionState) -> Line | None:
    if not state.section.parts or (state.complete and not state.faults):
        return None
    told = [*state.faults, *state.wanting]
    return Line(Bearing.WARNING, "section", state.section.title, " ".join(told[:3]), key=state.section.id)
