"""The rule kinds. Each is one file: a frozen dataclass of its parameters with `parse` and `check`."""

from collections.abc import Hashable
from typing import ClassVar, Protocol, Self, runtime_checkable

from hanse.core.call import Scope
from hanse.core.consortium import Organisation, Role
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import Outcome
from hanse.core.eligibility.kinds.budget_balance import BudgetBalance
from hanse.core.eligibility.kinds.duration_range import DurationRange
from hanse.core.eligibility.kinds.every_member_in_group import EveryMemberInGroup
from hanse.core.eligibility.kinds.grant_cap import GrantCap
from hanse.core.eligibility.kinds.independent_entities import IndependentEntities
from hanse.core.eligibility.kinds.maximum_targets import MaximumTargets
from hanse.core.eligibility.kinds.members_in_different_countries import MembersInDifferentCountries
from hanse.core.eligibility.kinds.minimum_countries import MinimumCountries
from hanse.core.eligibility.kinds.minimum_entities import MinimumEntities
from hanse.core.eligibility.kinds.minimum_targets import MinimumTargets
from hanse.core.eligibility.kinds.officer_decides import OfficerDecides
from hanse.core.eligibility.kinds.one_consortium_per_organisation import OneConsortiumPerOrganisation
from hanse.core.eligibility.kinds.one_strand_per_consortium import OneStrandPerConsortium
from hanse.core.eligibility.kinds.organisation_type import OrganisationType
from hanse.core.eligibility.kinds.own_legal_personality import OwnLegalPersonality
from hanse.core.eligibility.kinds.registered_or_requested import RegisteredOrRequested
from hanse.core.eligibility.kinds.reimbursement_rate import ReimbursementRate
from hanse.core.eligibility.kinds.some_member_has_property import SomeMemberHasProperty
from hanse.core.eligibility.kinds.strand_of_the_call import StrandOfTheCall
from hanse.core.proposal import Dossier
from hanse.core.values.reading import Reader


class Kind(Protocol):
    """What every rule kind offers."""

    name: ClassVar[str]
    scope: ClassVar[Scope]

    @classmethod
    def parse(cls, parameters: Reader) -> Self:
        """Read the kind's parameters; faults go to the reader."""
        ...

    def check(self, dossier: Dossier, context: Context) -> Outcome:
        """Apply the rule to one proposal."""
        ...


@runtime_checkable
class MemberKind(Protocol):
    """A kind whose verdict depends on who the members are, so that adding or losing a member can change it.

    `sees` returns all that the rule looks at in an added member, except which country it stands in where only
    equality with another member's country matters. Two organisations that every rule sees alike, and whose
    countries are new to the consortium, are interchangeable: advice relies on it.
    """

    roles: frozenset[Role]

    def sees(self, organisation: Organisation, context: Context, strand: str) -> Hashable:
        """What the rule looks at in an added member."""
        ...


KINDS: dict[str, type[Kind]] = {
    kind.name: kind
    for kind in (
        BudgetBalance,
        DurationRange,
        EveryMemberInGroup,
        GrantCap,
        IndependentEntities,
        MaximumTargets,
        MembersInDifferentCountries,
        MinimumCountries,
        MinimumEntities,
        MinimumTargets,
        OfficerDecides,
        OneConsortiumPerOrganisation,
        OneStrandPerConsortium,
        OrganisationType,
        OwnLegalPersonality,
        RegisteredOrRequested,
        ReimbursementRate,
        SomeMemberHasProperty,
        StrandOfTheCall,
    )
}
