"""What a check says: a verdict for each rule with its reason, and one for the proposal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from hanse.core.call import Rule


class Verdict(Enum):
    """The answer to one rule. Undecided means that a fact is missing or unknown; it is neither yes nor no."""

    __hash__ = object.__hash__  # members are single objects; see `core.consortium.Role`

    MET = "met"
    NOT_MET = "not_met"
    UNDECIDED = "undecided"


MET, NOT_MET, UNDECIDED = Verdict.MET, Verdict.NOT_MET, Verdict.UNDECIDED
"""Short names for the rule kinds; and reading a member from its class takes ten times as long as a name."""


class ProposalVerdict(Enum):
    """The answer for a proposal, over every required rule that a machine can decide now."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    UNDECIDED = "undecided"


@dataclass(slots=True)
class Outcome:
    """What a rule kind found.

    Attributes:
        reason: why, in plain words, one sentence or two.
        facts: the facts that decided, by name; organisations by id, countries by code.
        repair: the smallest change that would make the rule met, in plain words; empty where there is none.
    """

    verdict: Verdict
    reason: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    repair: str = ""


@dataclass(slots=True)
class Finding:
    """The outcome of one rule of a call."""

    rule: Rule
    verdict: Verdict
    reason: str
    facts: Mapping[str, Any]
    repair: str


@dataclass(slots=True)
class Assessment:
    """Everything a check says of one proposal.

    Attributes:
        left_to_officer: ids of rules that an officer decides; set aside from the verdict.
        needs_all_submissions: ids of rules over the whole call that could not be asked; set aside from the verdict.
        assumptions: what reading the dossier assumed.
    """

    proposal: str
    strand: str
    verdict: ProposalVerdict
    findings: tuple[Finding, ...]
    left_to_officer: tuple[str, ...]
    needs_all_submissions: tuple[str, ...]
    assumptions: tuple[str, ...] = ()

    def finding(self, rule_id: str) -> Finding | None:
        """The finding of one rule, or None if the rule does not apply to the strand."""
        return next((finding for finding in self.findings if finding.rule.id == rule_id), None)
