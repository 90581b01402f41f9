"""Every member is a legal entity of its own."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar, Self

from hanse.core.call import Scope
from hanse.core.consortium import Organisation, Role
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import Outcome
from hanse.core.eligibility.measures import Wording, each_member, parse_roles
from hanse.core.proposal import Dossier
from hanse.core.values.reading import Reader

_WORDING = Wording(
    met="All {count} members have a legal personality of their own.",
    broken="Without a legal personality of their own: {names}.",
    unsure="Not stated whether they have a legal personality of their own: {names}.",
    repair="Let the legal entity behind {names} take part instead.",
)


@dataclass(frozen=True, slots=True)
class OwnLegalPersonality:
    """Every participant in `roles` has a legal personality of its own."""

    name: ClassVar[str] = "own_legal_personality"
    scope: ClassVar[Scope] = Scope.PARTICIPANT

    roles: frozenset[Role]

    @classmethod
    def parse(cls, parameters: Reader) -> Self:
        """Read optionally `roles`."""
        return cls(parse_roles(parameters))

    def check(self, dossier: Dossier, context: Context) -> Outcome:
        """Ask each member."""
        members = dossier.consortium.in_roles(self.roles)
        return each_member(members, [organisation.own_legal_personality for organisation in members], _WORDING)

    def sees(self, organisation: Organisation, context: Context, strand: str) -> Hashable:
        """Whether it has a legal personality of its own."""
        return organisation.own_legal_personality
