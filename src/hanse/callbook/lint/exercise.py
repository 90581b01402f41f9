"""Do the cases of a call hold, and does each rule have one that meets it and one that breaks it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from hanse.callbook.cases import Case, run_case
from hanse.callbook.lint.remarks import Remark, contradiction, warning
from hanse.core.call import Call, Decider
from hanse.core.eligibility.engine import BoundRule, bind
from hanse.core.eligibility.findings import Verdict
from hanse.core.values.countries import Geography
from hanse.core.values.unknown import Unknown


def case_remarks(call: Call, cases: Sequence[Case], places: Geography) -> Iterator[Remark]:
    """Cases that fail, rules that no case exercises both ways, and a folder without cases."""
    if not cases:
        yield warning(
            "cases", "case", "there are no cases, so nothing shows that the rules say what they should", "Write some."
        )
        return
    seen: dict[str, set[Verdict]] = defaultdict(set)
    for case in cases:
        result = run_case(case, call, places)
        for finding in result.assessment.findings if result.assessment else ():
            seen[finding.rule.id].add(finding.verdict)
        if not result.passed:
            place = case.file.partition("/")[2]
            remedy = "Correct the case or the rule; `hanse call test` shows every difference."
            yield contradiction(place, case.name, result.differences[0].rstrip("."), remedy)
    for bound in bind(call, "rules.toml", []):
        rule = bound.rule
        missing = [verdict for verdict in (Verdict.MET, Verdict.NOT_MET) if verdict not in seen[rule.id]]
        if _leaves_open(bound) and Verdict.UNDECIDED in seen[rule.id]:
            missing = [verdict for verdict in missing if verdict is not Verdict.NOT_MET]
        if missing and rule.decider is Decider.MACHINE:
            named = " and none in which it is ".join(verdict.value.replace("_", " ") for verdict in missing)
            key = f"rule.{rule.id}"
            yield warning("rules.toml", key, f"there is no case in which it is {named}", "Add such a case.")


def _leaves_open(bound: BoundRule) -> bool:
    """Whether a parameter is unknown: breaking such a rule may be undecided, as the call does not say what follows."""
    kind: Any = bound.kind
    return any(isinstance(getattr(kind, field.name), Unknown) for field in fields(kind))
