"""What the findings of rules become at the door: reasons or remarks.

A rule over all submissions of a call may see rivals. Whoever submits is told of their own organisations only, and only
where the rule refuses at the door: a remark would tell the other members what is the business of one of them alone.
"""

from collections.abc import Iterable

from hanse.core.consortium import Consortium
from hanse.core.eligibility.findings import Assessment, Finding, Verdict
from hanse.core.submission.deciding import Observation, refuses_at_the_door


def observations_now(assessment: Assessment) -> tuple[Observation, ...]:
    """What rules about one application alone found not met, or could not decide.

    Rules that officers decide, and those that need all submissions, are no observations.
    """
    aside = {*assessment.left_to_officer, *assessment.needs_all_submissions}
    return tuple(
        Observation(found.rule.id, found.reason, undecided=found.verdict is Verdict.UNDECIDED)
        for found in assessment.findings
        if found.verdict is not Verdict.MET and found.rule.id not in aside
    )


def observations_among_all(findings: Iterable[Finding], consortium: Consortium) -> tuple[Observation, ...]:
    """What rules over all submissions refuse at the door, in words that name no other application.

    Args:
        findings: of rules of scope CALL, asked with the submissions that count.
        consortium: that submits.
    """
    return tuple(
        Observation(found.rule.id, _without_rivals(found, consortium))
        for found in findings
        if found.verdict is Verdict.NOT_MET and refuses_at_the_door(found.rule)
    )


def _without_rivals(found: Finding, consortium: Consortium) -> str:
    clashing = frozenset(found.facts.get("members", ()))
    names = [each.organisation.name for each in consortium.participants if each.organisation.id in clashing]
    # A rule that looks at the whole consortium names no member.
    who = ", ".join(names) or "The same consortium, as the rule sees it,"
    verb = "stand" if len(names) > 1 else "stands"
    return (
        f"{who} {verb} in another application that was submitted before and counts. The rule: {found.rule.text} "
        "Either that application is withdrawn, or this one names others."
    )
