"""The contribution requested is not above the cap per project."""

from dataclasses import dataclass
from typing import ClassVar, Self

from hanse.core.call import Scope
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import MET, NOT_MET, UNDECIDED, Outcome
from hanse.core.proposal import Dossier
from hanse.core.values.reading import Reader
from hanse.core.values.unknown import Unknown


@dataclass(frozen=True, slots=True)
class GrantCap:
    """Requested contribution at most the strand's maximum grant per project."""

    name: ClassVar[str] = "grant_cap"
    scope: ClassVar[Scope] = Scope.PROPOSAL

    @classmethod
    def parse(cls, parameters: Reader) -> Self:
        """Read nothing: the cap is the strand's."""
        return cls()

    def check(self, dossier: Dossier, context: Context) -> Outcome:
        """Compare the request with the cap."""
        strand = None if isinstance(dossier.strand, Unknown) else context.call.strand(dossier.strand)
        if strand is None:
            return Outcome(UNDECIDED, "The strand is not known, so neither is its maximum grant.")
        cap, requested = strand.max_grant.value, dossier.budget.requested
        if isinstance(cap, Unknown):
            return Outcome(UNDECIDED, f"The call does not state the maximum grant of strand {strand.id}.")
        if isinstance(requested, Unknown):
            return Outcome(UNDECIDED, "The contribution requested is not stated.", {"cap": cap})
        facts = {"requested": requested, "cap": cap}
        if requested <= cap:
            return Outcome(MET, f"{requested} EUR; at most {cap} EUR per project.", facts)
        over = requested - cap
        reason = f"{requested} EUR exceeds the {cap} EUR per project of strand {strand.id}."
        return Outcome(NOT_MET, reason, facts, f"Lower the request by {over} EUR.")
