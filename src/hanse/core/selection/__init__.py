"""Selection: from points and requested amounts to a ranking, with nothing rounded, tied or funded in silence.

`rank` is the one entry. `values` holds what goes in and comes out, `order` puts proposals in order, `funding`
spends the envelopes, `trace` finds the words.
"""

from hanse.core.selection.ranking import digest_of, rank
from hanse.core.selection.values import (
    Decisions,
    EnvelopeList,
    Evaluated,
    Line,
    OpenQuestion,
    PartialPlaceDecision,
    Ranking,
    Standing,
    TieDecision,
    TransferDecision,
    UnresolvedTie,
)

__all__ = (
    "Decisions",
    "EnvelopeList",
    "Evaluated",
    "Line",
    "OpenQuestion",
    "PartialPlaceDecision",
    "Ranking",
    "Standing",
    "TieDecision",
    "TransferDecision",
    "UnresolvedTie",
    "digest_of",
    "rank",
)
