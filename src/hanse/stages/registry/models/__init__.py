"""The tables of the registry: bodies and profiles, people who act for them, what keeps them clean, imports."""

from hanse.stages.registry.models.cleaning import DuplicatePair, FormerRef, Merge
from hanse.stages.registry.models.facts import Fact
from hanse.stages.registry.models.imports import ImportRow, ImportRun
from hanse.stages.registry.models.organisations import (
    LegalEntity,
    Organisation,
    PastPartnership,
    RegistrationStep,
    Tag,
)
from hanse.stages.registry.models.people import Invitation, Membership, Takeover

__all__ = [
    "DuplicatePair",
    "Fact",
    "FormerRef",
    "ImportRow",
    "ImportRun",
    "Invitation",
    "LegalEntity",
    "Membership",
    "Merge",
    "Organisation",
    "PastPartnership",
    "RegistrationStep",
    "Tag",
    "Takeover",
]
