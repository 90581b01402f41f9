"""A consortium established in at least so many different countries of a group."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar, Self

from hanse.core.call import Scope
from hanse.core.consortium import Organisation, Role
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import MET, UNDECIDED, Outcome
from hanse.core.eligibility.measures import as_groups, by_range, parse_roles, tally
from hanse.core.proposal import Dossier
from hanse.core.values.reading import Reader, as_count
from hanse.core.values.unknown import Unknown


@dataclass(frozen=True, slots=True)
class MinimumCountries:
    """Participants in `roles` established in at least `minimum` different countries of `groups`.

    A country of any of the groups counts, once. Members elsewhere neither help nor harm this rule.
    """

    name: ClassVar[str] = "minimum_countries"
    scope: ClassVar[Scope] = Scope.CONSORTIUM

    minimum: int
    groups: tuple[str, ...]
    roles: frozenset[Role]

    @classmethod
    def parse(cls, parameters: Reader) -> Self:
        """Read `minimum`, `groups` and optionally `roles`."""
        return cls(
            parameters.require("minimum", as_count, 0),
            parameters.require("groups", as_groups, ()),
            parse_roles(parameters),
        )

    def check(self, dossier: Dossier, context: Context) -> Outcome:
        """Count the countries."""
        strand = "" if isinstance(dossier.strand, Unknown) else dossier.strand
        counted = tally(dossier.consortium.in_roles(self.roles), self.groups, context, strand)
        low = len(counted.inside)
        high = low + len(counted.doubtful) + len(counted.unplaced)
        verdict = by_range(low, high, self.minimum)
        group = context.group_name(self.groups)
        found = f"{low} of the {self.minimum} countries needed in {group}"
        if low:
            found += f": {context.places(counted.inside)}"
        facts = {"countries": sorted(counted.inside), "not_counted": sorted(counted.outside)}
        if verdict is MET:
            return Outcome(
                verdict, f"{low} countries in {group}, {self.minimum} needed: {context.places(counted.inside)}.", facts
            )
        if verdict is UNDECIDED:
            facts["doubtful"] = sorted(counted.doubtful)
            return Outcome(verdict, f"{found}. Not known: {counted.why_unsure()}.", facts)
        reason = f"Only {found}."
        if counted.outside:
            reason += f" Not counted: {context.places(counted.outside)}."
        missing = self.minimum - high
        other = (
            f" other than {context.places([*counted.inside, *counted.doubtful])}"
            if counted.inside or counted.doubtful
            else ""
        )
        members = "a member" if missing == 1 else f"members in {missing} different countries"
        return Outcome(verdict, reason, facts, f"Add {members} established in {group}{other}.")

    def sees(self, organisation: Organisation, context: Context, strand: str) -> Hashable:
        """Whether its country counts; which country matters only where another member has the same one."""
        country = organisation.country
        return country if isinstance(country, Unknown) else context.standing(country, self.groups, strand)
