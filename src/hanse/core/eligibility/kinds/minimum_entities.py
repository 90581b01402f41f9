"""A consortium of at least so many different legal entities."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar, Self

from hanse.core.call import Scope
from hanse.core.consortium import Organisation, Role
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import MET, UNDECIDED, Outcome
from hanse.core.eligibility.measures import by_range, entity_range, ids_of, parse_roles
from hanse.core.proposal import Dossier
from hanse.core.values.reading import Reader, as_count


@dataclass(frozen=True, slots=True)
class MinimumEntities:
    """At least `minimum` different legal entities among the participants in `roles`.

    Two cluster organisations run by one body count once. Where legal entities are not stated, members in
    different countries still are different bodies; members in one country might be the same.
    """

    name: ClassVar[str] = "minimum_entities"
    scope: ClassVar[Scope] = Scope.CONSORTIUM

    minimum: int
    roles: frozenset[Role]

    @classmethod
    def parse(cls, parameters: Reader) -> Self:
        """Read `minimum` and optionally `roles`."""
        return cls(parameters.require("minimum", as_count, 0), parse_roles(parameters))

    def check(self, dossier: Dossier, context: Context) -> Outcome:
        """Count the legal entities."""
        members = dossier.consortium.in_roles(self.roles)
        low, high = entity_range(members)
        verdict = by_range(low, high, self.minimum)
        facts = {"members": ids_of(members), "legal_entities": low if low == high else [low, high]}
        if verdict is MET:
            number = str(low) if low == high else f"At least {low}"
            return Outcome(verdict, f"{number} different legal entities; {self.minimum} are needed.", facts)
        if verdict is UNDECIDED:
            reason = (
                f"Between {low} and {high} different legal entities; {self.minimum} are needed. Members of one country "
                "whose legal entity is not stated might be the same body."
            )
            return Outcome(verdict, reason, facts)
        missing = self.minimum - high
        reason = f"Only {high} different legal {'entity' if high == 1 else 'entities'}; {self.minimum} are needed."
        return Outcome(verdict, reason, facts, f"Add {missing} more legal {'entity' if missing == 1 else 'entities'}.")

    def sees(self, organisation: Organisation, context: Context, strand: str) -> Hashable:
        """An added organisation counts whatever its facts are."""
        return ()
