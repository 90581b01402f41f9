"""Assessments as the tables of the JSON contract, for command and API alike (docs/reference/check-json.md)."""

from collections.abc import Callable
from typing import Any

from hanse.core.eligibility.findings import Assessment, Finding, Verdict
from hanse.core.values.citation import Citation

WORDS = {verdict: verdict.value for verdict in Verdict}  # quicker to look up than to ask


class ProposalTables:
    """Proposals in the form of the JSON contract.

    Args:
        once: makes of a part that stands in many proposals what the encoder writes fastest.
    """

    def __init__(self, once: Callable[[Any], Any] = lambda part: part):
        self._once = once
        self._rules: dict[str, tuple[str, Any]] = {}
        self._findings: dict[tuple[str, str, str], Any] = {}

    def of(self, assessment: Assessment) -> dict[str, Any]:
        """One proposal."""
        return {
            "proposal": assessment.proposal,
            "strand": assessment.strand,
            "verdict": assessment.verdict,
            "left_to_officer": assessment.left_to_officer,
            "needs_all_submissions": assessment.needs_all_submissions,
            "assumptions": assessment.assumptions,
            "findings": [self._finding(finding) for finding in assessment.findings],
        }

    def _finding(self, finding: Finding) -> Any:
        """A finding; one without facts reads the same wherever its reason does, so it is kept."""
        if finding.facts:
            return self._table(finding)
        key = (finding.rule.id, finding.reason, finding.repair)
        kept = self._findings.get(key)
        if kept is None:
            kept = self._findings[key] = self._once(self._table(finding))
        return kept

    def _table(self, finding: Finding) -> dict[str, Any]:
        rule = finding.rule
        said = self._rules.get(rule.id)
        if said is None:
            said = self._rules[rule.id] = (rule.force.value, self._once(_citation_table(rule.citation)))
        force, citation = said
        return {
            "rule": rule.id,
            "verdict": WORDS[finding.verdict],
            "force": force,
            "reason": finding.reason,
            "facts": finding.facts,
            "repair": finding.repair,
            "citation": citation,
        }


def _citation_table(citation: Citation | None) -> dict[str, str] | None:
    return None if citation is None else {"source": citation.source, "clause": citation.clause}
