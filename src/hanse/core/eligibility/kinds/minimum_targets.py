"""At least so many target third countries or world regions."""

from dataclasses import dataclass
from typing import ClassVar, Self

from hanse.core.call import Scope
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import MET, UNDECIDED, Outcome
from hanse.core.eligibility.measures import as_groups, by_range
from hanse.core.proposal import Dossier
from hanse.core.values.reading import Reader, as_boolean, as_count, as_names
from hanse.core.values.unknown import Maybe, Unknown


@dataclass(frozen=True, slots=True)
class MinimumTargets:
    """At least `minimum` targets outside the groups `outside`.

    A country of the programme is not a third country and does not count. A world region counts where
    `regions_allowed` is true; where that is unknown, it might. Places in `exclude_regions` do not count, for
    calls that ask for targets beyond a region; left out, none are excluded.
    """

    name: ClassVar[str] = "minimum_targets"
    scope: ClassVar[Scope] = Scope.PROPOSAL

    minimum: int
    outside: tuple[str, ...]
    regions_allowed: Maybe[bool]
    exclude_regions: tuple[str, ...]

    @classmethod
    def parse(cls, parameters: Reader) -> Self:
        """Read `minimum`, `outside`, and optionally `regions_allowed` (unknown) and `exclude_regions`."""
        return cls(
            parameters.require("minimum", as_count, 0),
            parameters.require("outside", as_groups, ()),
            parameters.maybe("regions_allowed", as_boolean),
            parameters.optional("exclude_regions", as_names, ()),
        )

    def check(self, dossier: Dossier, context: Context) -> Outcome:
        """Count the targets that are third countries or allowed regions."""
        if isinstance(dossier.targets, Unknown):
            return Outcome(UNDECIDED, "Target countries or regions are not stated.")
        strand = "" if isinstance(dossier.strand, Unknown) else dossier.strand
        counted: list[str] = []
        doubtful: list[str] = []
        refused: list[str] = []
        for target in dossier.targets:
            answer = self._counts(target, context, strand)
            (doubtful if isinstance(answer, Unknown) else counted if answer else refused).append(target)
        verdict = by_range(len(counted), len(counted) + len(doubtful), self.minimum)
        facts = {"targets": sorted(counted), "not_counted": sorted(refused)}
        group = context.group_name(self.outside)
        found = f"{len(counted)} of the {self.minimum} targets needed outside {group}"
        if counted:
            found += f": {context.places(counted)}"
        if verdict is MET:
            return Outcome(
                verdict,
                f"{len(counted)} targets outside {group}, {self.minimum} needed: {context.places(counted)}.",
                facts,
            )
        if verdict is UNDECIDED:
            facts["doubtful"] = sorted(doubtful)
            return Outcome(verdict, f"{found}. Not known whether these count: {context.places(doubtful)}.", facts)
        reason = f"Only {found}."
        if refused:
            reason += f" Not counted: {context.places(refused)}."
        missing = self.minimum - len(counted) - len(doubtful)
        targets = "a target country" if missing == 1 else f"{missing} target countries"
        return Outcome(verdict, reason, facts, f"Add {targets} outside {group}.")

    def _counts(self, target: str, context: Context, strand: str) -> Maybe[bool]:
        is_region = target not in context.geography.names
        if target in self.exclude_regions or context.geography.regions.get(target) in self.exclude_regions:
            return False
        if is_region:
            return self.regions_allowed
        inside = context.standing(target, self.outside, strand)
        return inside if isinstance(inside, Unknown) else not inside
