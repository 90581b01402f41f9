"""Every member of a type the call admits, such as a cluster organisation."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Self

from hanse.core.call import Scope
from hanse.core.consortium import Organisation, OrganisationKind, Role
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import Outcome
from hanse.core.eligibility.measures import Wording, each_member, parse_roles
from hanse.core.proposal import Dossier
from hanse.core.values.reading import Reader, as_choice, as_names
from hanse.core.values.unknown import Maybe, Unknown


def _as_kinds(written: object) -> tuple[OrganisationKind, ...]:
    return tuple(as_choice(OrganisationKind)(word) for word in as_names(written))


@dataclass(frozen=True, slots=True)
class OrganisationType:
    """Every participant in `roles` is of one of the `allowed` kinds of organisation."""

    name: ClassVar[str] = "organisation_type"
    scope: ClassVar[Scope] = Scope.PARTICIPANT

    allowed: tuple[OrganisationKind, ...]
    roles: frozenset[Role]

    @classmethod
    def parse(cls, parameters: Reader) -> Self:
        """Read `allowed` and optionally `roles`."""
        return cls(parameters.require("allowed", _as_kinds, ()), parse_roles(parameters))

    def check(self, dossier: Dossier, context: Context) -> Outcome:
        """Ask the kind of each member."""
        members = dossier.consortium.in_roles(self.roles)
        return each_member(members, [self._holds(organisation) for organisation in members], _wording(self.allowed))

    def _holds(self, organisation: Organisation) -> Maybe[bool]:
        return organisation.kind if isinstance(organisation.kind, Unknown) else organisation.kind in self.allowed

    def sees(self, organisation: Organisation, context: Context, strand: str) -> Hashable:
        """Whether its kind is admitted."""
        return self._holds(organisation)


@lru_cache(maxsize=64)
def _wording(allowed: tuple[OrganisationKind, ...]) -> Wording:
    kinds = " or ".join(sorted(kind.value.replace("_", " ") for kind in allowed))
    return Wording(
        met=f"All {{count}} members are {kinds}.",
        broken=f"Not {kinds}: {{names}}.",
        unsure=f"Not stated whether {kinds}: {{names}}.",
        repair=f"Replace {{names}} by {kinds}, or let {{names}} take part in another role.",
    )
