"""Tables of applications, one file a subject."""

from hanse.stages.proposals.models.drafts import Presence, Proposal, Remark, Text, TextVersion
from hanse.stages.proposals.models.money import Cost, MoneyChange, Part, Source
from hanse.stages.proposals.models.papers import Annex, Declaration

__all__ = [
    "Annex",
    "Cost",
    "Declaration",
    "MoneyChange",
    "Part",
    "Presence",
    "Proposal",
    "Remark",
    "Source",
    "Text",
    "TextVersion",
]
