"""At least one member with a property, such as being a defence-related entity."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar, Self

from hanse.core.call import Scope
from hanse.core.consortium import Organisation, Role
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import MET, UNDECIDED, Outcome
from hanse.core.eligibility.measures import by_range, ids_of, names_of, parse_roles
from hanse.core.proposal import Dossier
from hanse.core.values.reading import Reader, as_count, as_name


@dataclass(frozen=True, slots=True)
class SomeMemberHasProperty:
    """At least `minimum` participants in `roles` have `property`. A property that is not stated is unknown."""

    name: ClassVar[str] = "some_member_has_property"
    scope: ClassVar[Scope] = Scope.CONSORTIUM

    property: str
    minimum: int
    roles: frozenset[Role]

    @classmethod
    def parse(cls, parameters: Reader) -> Self:
        """Read `property` and optionally `minimum` (1) and `roles`."""
        return cls(
            parameters.require("property", as_name, ""),
            parameters.optional("minimum", as_count, 1),
            parse_roles(parameters),
        )

    def check(self, dossier: Dossier, context: Context) -> Outcome:
        """Look for members with the property."""
        words = self.property.replace("_", " ")
        having, unsure = [], []
        for organisation in dossier.consortium.in_roles(self.roles):
            holds = organisation.properties.get(self.property)
            if holds is None:
                unsure.append(organisation)
            elif holds:
                having.append(organisation)
        verdict = by_range(len(having), len(having) + len(unsure), self.minimum)
        facts = {"members": ids_of(having), "not_known": ids_of(unsure)}
        if verdict is MET:
            return Outcome(verdict, f"{words}: {names_of(having)}.", facts)
        found = f"{len(having)} of the {self.minimum} members needed that are {words}"
        if verdict is UNDECIDED:
            return Outcome(verdict, f"{found}; not stated for {names_of(unsure)}.", facts)
        missing = self.minimum - len(having) - len(unsure)
        members = "a member that is" if missing == 1 else f"{missing} members that are"
        return Outcome(verdict, f"Only {found}.", facts, f"Add {members} {words}.")

    def sees(self, organisation: Organisation, context: Context, strand: str) -> Hashable:
        """Whether it has the property, if that is stated."""
        return organisation.properties.get(self.property)
