"""At most so many target countries or regions; usually advice."""

from dataclasses import dataclass
from typing import ClassVar, Self

from hanse.core.call import Scope
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import MET, NOT_MET, UNDECIDED, Outcome
from hanse.core.proposal import Dossier
from hanse.core.values.reading import Reader, as_count
from hanse.core.values.unknown import Unknown


@dataclass(frozen=True, slots=True)
class MaximumTargets:
    """At most `maximum` targets, countries and regions counted alike."""

    name: ClassVar[str] = "maximum_targets"
    scope: ClassVar[Scope] = Scope.PROPOSAL

    maximum: int

    @classmethod
    def parse(cls, parameters: Reader) -> Self:
        """Read `maximum`."""
        return cls(parameters.require("maximum", as_count, 0))

    def check(self, dossier: Dossier, context: Context) -> Outcome:
        """Count the targets."""
        if isinstance(dossier.targets, Unknown):
            return Outcome(UNDECIDED, "Target countries or regions are not stated.")
        count = len(dossier.targets)
        facts = {"targets": sorted(dossier.targets)}
        if count <= self.maximum:
            return Outcome(MET, f"{count} targets; not more than {self.maximum} are wanted.", facts)
        reason = f"{count} targets; not more than {self.maximum} are wanted."
        return Outcome(NOT_MET, reason, facts, f"Leave out {count - self.maximum} of the targets.")
