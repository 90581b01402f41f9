"""At least so many legal entities that are independent of each other."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar, Self

from hanse.core.call import Scope
from hanse.core.consortium import Organisation, Role
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import MET, UNDECIDED, Outcome
from hanse.core.eligibility.measures import by_range, entity_range, ids_of, names_of, parse_roles
from hanse.core.proposal import Dossier
from hanse.core.values.reading import Reader, as_count


@dataclass(frozen=True, slots=True)
class IndependentEntities:
    """At least `minimum` different legal entities, each independent of the other members.

    Independence is the stated property `independent` of an organisation: true if no other member controls it
    or is controlled by it. It is declared, not computed: ownership is not in the dossier.
    """

    name: ClassVar[str] = "independent_entities"
    scope: ClassVar[Scope] = Scope.CONSORTIUM

    minimum: int
    roles: frozenset[Role]

    @classmethod
    def parse(cls, parameters: Reader) -> Self:
        """Read `minimum` and optionally `roles`."""
        return cls(parameters.require("minimum", as_count, 0), parse_roles(parameters))

    def check(self, dossier: Dossier, context: Context) -> Outcome:
        """Count the entities that are stated to be independent, and those that may be."""
        certain, possible = [], []
        for organisation in dossier.consortium.in_roles(self.roles):
            independent = organisation.properties.get("independent")
            if independent is None:
                possible.append(organisation)
            elif independent:
                certain.append(organisation)
        low, _ = entity_range(certain)
        _, high = entity_range(certain + possible)
        verdict = by_range(low, high, self.minimum)
        facts = {"independent": ids_of(certain), "not_known": ids_of(possible)}
        needed = f"{self.minimum} legal entities independent of each other are needed"
        if verdict is MET:
            return Outcome(verdict, f"{needed}; {low} are stated to be.", facts)
        if verdict is UNDECIDED:
            why = f"not stated for {names_of(possible)}" if possible else "two of them might be the same legal entity"
            return Outcome(verdict, f"{needed}; {low} are stated to be, {why}.", facts)
        missing = self.minimum - high
        members = "an independent member" if missing == 1 else f"{missing} independent members"
        return Outcome(verdict, f"{needed}; there are only {high}.", facts, f"Add {members}.")

    def sees(self, organisation: Organisation, context: Context, strand: str) -> Hashable:
        """Whether it is stated to be independent."""
        return organisation.properties.get("independent")
