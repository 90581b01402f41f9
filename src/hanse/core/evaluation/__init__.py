"""Evaluation: points and thresholds, where experts disagree, and who must not judge whom."""

from hanse.core.evaluation.conflicts import SEVERITIES, Conflict, ConflictKind, Expert, Severity, conflicts
from hanse.core.evaluation.consensus import ConsensusProposal, Spread, propose_consensus, spread
from hanse.core.evaluation.scores import (
    Judgement,
    Measure,
    Score,
    ThresholdBasis,
    Yardstick,
    check_scores,
    judge,
    points_fault,
    report_faults,
)

__all__ = (
    "SEVERITIES",
    "Conflict",
    "ConflictKind",
    "ConsensusProposal",
    "Expert",
    "Judgement",
    "Measure",
    "Score",
    "Severity",
    "Spread",
    "ThresholdBasis",
    "Yardstick",
    "check_scores",
    "conflicts",
    "judge",
    "points_fault",
    "propose_consensus",
    "report_faults",
    "spread",
)
