"""Every member established in a country of a group."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Self

from hanse.core.call import Scope
from hanse.core.consortium import Organisation, Role
from hanse.core.eligibility.context import Context, Standings
from hanse.core.eligibility.findings import Outcome
from hanse.core.eligibility.measures import Wording, as_groups, each_member, parse_roles
from hanse.core.proposal import Dossier
from hanse.core.values.reading import Reader
from hanse.core.values.unknown import Maybe, Unknown


@dataclass(frozen=True, slots=True)
class EveryMemberInGroup:
    """Every participant in `roles` is established in a country of `groups`."""

    name: ClassVar[str] = "every_member_in_group"
    scope: ClassVar[Scope] = Scope.PARTICIPANT

    groups: tuple[str, ...]
    roles: frozenset[Role]

    @classmethod
    def parse(cls, parameters: Reader) -> Self:
        """Read `groups` and optionally `roles`."""
        return cls(parameters.require("groups", as_groups, ()), parse_roles(parameters))

    def check(self, dossier: Dossier, context: Context) -> Outcome:
        """Ask the country of each member."""
        strand = "" if isinstance(dossier.strand, Unknown) else dossier.strand
        standings = context.standings(self.groups, strand)
        members = dossier.consortium.in_roles(self.roles)
        holds = [_standing(organisation, standings) for organisation in members]
        return each_member(members, holds, _wording(context.group_name(self.groups)))

    def sees(self, organisation: Organisation, context: Context, strand: str) -> Hashable:
        """Whether its country belongs to the groups."""
        return _standing(organisation, context.standings(self.groups, strand))


def _standing(organisation: Organisation, standings: Standings) -> Maybe[bool]:
    country = organisation.country
    return country if isinstance(country, Unknown) else standings[country]


@lru_cache(maxsize=64)
def _wording(group: str) -> Wording:
    return Wording(
        met=f"All {{count}} members are established in {group}.",
        broken=f"Not established in {group}: {{names}}.",
        unsure=f"Not known whether established in {group}: {{names}}.",
        repair="Let {names} take part in another role, or without a share of the grant, or leave.",
    )
