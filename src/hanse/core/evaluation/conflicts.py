"""Who must not judge whom: ties between experts and proposals, found by identifier, each with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from hanse.core.consortium import Consortium, Organisation
from hanse.core.values.unknown import Unknown


class ConflictKind(Enum):
    """What ties an expert to a proposal."""

    OWN_ORGANISATION = "own_organisation"
    SAME_GROUP = "same_group"
    DECLARED = "declared"
    PAST_PARTNER = "past_partner"


class Severity(Enum):
    """A hard conflict excludes the expert. A soft one may be set aside by an officer who says why."""

    HARD = "hard"
    SOFT = "soft"


SEVERITIES: Mapping[ConflictKind, Severity] = {
    ConflictKind.OWN_ORGANISATION: Severity.HARD,
    ConflictKind.SAME_GROUP: Severity.HARD,
    ConflictKind.DECLARED: Severity.HARD,
    ConflictKind.PAST_PARTNER: Severity.SOFT,
}
"""Our reading where an authority states none of its own; no source at hand grades conflicts."""


@dataclass(frozen=True, slots=True)
class Expert:
    """An expert and what ties him or her to organisations. Ties go by identifier, never by name.

    Attributes:
        organisations: ids of organisations or legal entities that employ the expert or that he or she owns.
        declared: what the expert declared: id of an organisation, a legal entity or a proposal, to the reason given.
        past_partners: id of an organisation or legal entity, to where and when they worked together.
    """

    id: str
    organisations: frozenset[str] = frozenset()
    declared: Mapping[str, str] = field(default_factory=dict)
    past_partners: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conflict:
    """One tie between an expert and a proposal, with its reason in plain words."""

    expert: str
    proposal: str
    kind: ConflictKind
    severity: Severity
    reason: str


def conflicts(
    expert: Expert,
    proposal: str,
    consortium: Consortium,
    parents: Mapping[str, str],
    severities: Mapping[ConflictKind, Severity] = SEVERITIES,
) -> tuple[Conflict, ...]:
    """Every conflict of interest between an expert and a proposal, in the order of the application.

    Args:
        expert: with the ties known of.
        proposal: identifier of the proposal.
        consortium: every participant counts, whatever the role.
        parents: id of an organisation or legal entity to the id of the one that controls it.
        severities: which kinds are hard for this authority.
    """
    found: list[tuple[ConflictKind, str]] = []
    if proposal in expert.declared:
        found.append((ConflictKind.DECLARED, f"The expert declared: {expert.declared[proposal]}"))
    heads = {head: own for own in sorted(expert.organisations, reverse=True) for head in _controllers(own, parents)}
    for participant in consortium.participants:
        found += _ties(expert, participant.organisation, heads, parents)
    return tuple(Conflict(expert.id, proposal, kind, severities[kind], reason) for kind, reason in found)


def _ties(
    expert: Expert, member: Organisation, heads: Mapping[str, str], parents: Mapping[str, str]
) -> list[tuple[ConflictKind, str]]:
    ids = [member.id] + ([] if isinstance(member.legal_entity, Unknown) else [member.legal_entity])
    found: list[tuple[ConflictKind, str]] = []
    if expert.organisations.intersection(ids):
        found.append((ConflictKind.OWN_ORGANISATION, f"{member.name} is the expert's own organisation."))
    else:
        shared = next((head for id in ids for head in _controllers(id, parents) if head in heads), None)
        if shared is not None:
            reason = f"{member.name} and {heads[shared]}, the expert's organisation, belong to one group ({shared})."
            found.append((ConflictKind.SAME_GROUP, reason))
    for kind, ties, opening in (
        (ConflictKind.DECLARED, expert.declared, f"The expert declared on {member.name}: "),
        (ConflictKind.PAST_PARTNER, expert.past_partners, f"The expert worked with {member.name} before: "),
    ):
        named = next((ties[id] for id in ids if id in ties), None)
        if named is not None:
            found.append((kind, opening + named))
    return found


def _controllers(id: str, parents: Mapping[str, str]) -> list[str]:
    """An organisation and those above it, nearest first; a circle of ownership ends where it closes."""
    chain = [id]
    while (above := parents.get(chain[-1])) is not None and above not in chain:
        chain.append(above)
    return chain
