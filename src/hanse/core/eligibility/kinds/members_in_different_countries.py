"""Among the members, so many legal entities of a subgroup in so many different countries of it."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar, Self

from hanse.core.call import Scope
from hanse.core.consortium import Organisation, Role
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import MET, NOT_MET, UNDECIDED, Outcome
from hanse.core.eligibility.measures import as_groups, by_range, entity_range, parse_roles, tally
from hanse.core.proposal import Dossier
from hanse.core.values.reading import Reader, as_count
from hanse.core.values.unknown import Unknown


@dataclass(frozen=True, slots=True)
class MembersInDifferentCountries:
    """At least `members` legal entities established in `groups`, over at least `countries` different countries.

    "Among which at least two from two different Member States" is members 2, countries 2, groups EU.
    """

    name: ClassVar[str] = "members_in_different_countries"
    scope: ClassVar[Scope] = Scope.CONSORTIUM

    members: int
    countries: int
    groups: tuple[str, ...]
    roles: frozenset[Role]

    @classmethod
    def parse(cls, parameters: Reader) -> Self:
        """Read `members`, `countries`, `groups` and optionally `roles`."""
        return cls(
            parameters.require("members", as_count, 0),
            parameters.require("countries", as_count, 0),
            parameters.require("groups", as_groups, ()),
            parse_roles(parameters),
        )

    def check(self, dossier: Dossier, context: Context) -> Outcome:
        """Count legal entities and countries inside the groups."""
        strand = "" if isinstance(dossier.strand, Unknown) else dossier.strand
        counted = tally(dossier.consortium.in_roles(self.roles), self.groups, context, strand)
        certain = [o for members in counted.inside.values() for o in members]
        possible = [o for members in counted.doubtful.values() for o in members] + counted.unplaced
        low, high = entity_range(certain)
        if possible:
            _, high = entity_range(certain + possible)
        fewest, most = len(counted.inside), len(counted.inside) + len(counted.doubtful) + len(counted.unplaced)
        verdicts = by_range(low, high, self.members), by_range(fewest, most, self.countries)
        group = context.group_name(self.groups)
        needed = f"{self.members} legal entities in {self.countries} different countries of {group} are needed"
        found = f"{low} in {fewest}" + (f": {context.places(counted.inside)}" if fewest else "")
        facts = {"countries": sorted(counted.inside), "legal_entities": low}
        if verdicts == (MET, MET):
            return Outcome(MET, f"{needed}; there are {found}.", facts)
        if NOT_MET not in verdicts:
            why = counted.why_unsure() or "members of one country whose legal entity is not stated might be one body"
            return Outcome(UNDECIDED, f"{needed}; {found} for certain. Not known: {why}.", facts)
        missing = max(self.members - high, self.countries - most)
        taken = [*counted.inside, *counted.doubtful]
        other = f" other than {context.places(taken)}" if taken and most < self.countries else ""
        some = "a member" if missing == 1 else f"{missing} members"
        repair = f"Add {some} established in {group}{other}."
        return Outcome(NOT_MET, f"{needed}; there are only {found}.", facts, repair)

    def sees(self, organisation: Organisation, context: Context, strand: str) -> Hashable:
        """Whether its country counts; which country matters only where another member has the same one."""
        country = organisation.country
        return country if isinstance(country, Unknown) else context.standing(country, self.groups, strand)
