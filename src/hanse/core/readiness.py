"""How ready an application is: whether what a partnership has to be shows in it, and what is still wanting."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hanse.core.eligibility.findings import Assessment, Verdict
from hanse.core.form import Form, Property, Section, SectionState


@dataclass(frozen=True, slots=True)
class Coverage:
    """Whether a property that the call asks of a partnership shows in the application.

    Attributes:
        verdict: met if every rule is met and every section filled; not met if a rule is not met or a section that is
            asked for lacks something; undecided if only facts are missing.
        wanting: what is missing, as sentences; empty if it is met.
        sections: the sections of this form that show it, in the order of the property.
    """

    property: Property
    verdict: Verdict
    wanting: tuple[str, ...]
    sections: tuple[Section, ...]


def coverage(form: Form, assessment: Assessment, states: Iterable[SectionState]) -> tuple[Coverage, ...]:
    """Look for each property of a form in its rules and sections.

    A rule or a section that the strand does not have is not asked for. A property of which neither is left is
    undecided: nothing in this form can show it.

    Args:
        form: what the strand is asked.
        assessment: what the rules say of the application.
        states: how far its sections have come.
    """
    by_id = {state.section.id: state for state in states}
    return tuple(_covered(each, assessment, by_id) for each in form.properties)


def _covered(property: Property, assessment: Assessment, states: dict[str, SectionState]) -> Coverage:
    answers = list(_answers(property, assessment, states))
    verdicts = {verdict for verdict, _ in answers}
    worst = next(
        (verdict for verdict in (Verdict.NOT_MET, Verdict.UNDECIDED, Verdict.MET) if verdict in verdicts),
        Verdict.UNDECIDED,
    )
    wanting = [said for verdict, said in answers if verdict is not Verdict.MET]
    if not answers:
        wanting = ["Nothing in this application form can show it."]
    sections = tuple(states[id].section for id in property.sections if id in states)
    return Coverage(property, worst, tuple(wanting), sections)


def _answers(
    property: Property, assessment: Assessment, states: dict[str, SectionState]
) -> Iterator[tuple[Verdict, str]]:
    for id in property.rules:
        finding = assessment.finding(id)
        if finding is not None:
            yield finding.verdict, f"{finding.reason} {finding.repair}".strip()
    for id in property.sections:
        state = states.get(id)
        if state is not None:
            wanting = len(state.wanting)
            more = f" (and {wanting - 1} more)" if wanting > 1 else ""
            said = f"{state.section.title}: {state.wanting[0]}{more}" if state.wanting else ""
            yield (Verdict.NOT_MET if state.wanting else Verdict.MET), said
