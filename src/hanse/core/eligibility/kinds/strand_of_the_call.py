"""A proposal names one strand that the call has."""

from dataclasses import dataclass
from typing import ClassVar, Self

from hanse.core.call import Scope
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import MET, NOT_MET, UNDECIDED, Outcome
from hanse.core.proposal import Dossier
from hanse.core.values.reading import Reader
from hanse.core.values.unknown import Unknown


@dataclass(frozen=True, slots=True)
class StrandOfTheCall:
    """The proposal concerns one strand, and the call has it. A dossier cannot name two: reading it refuses that."""

    name: ClassVar[str] = "strand_of_the_call"
    scope: ClassVar[Scope] = Scope.PROPOSAL

    @classmethod
    def parse(cls, parameters: Reader) -> Self:
        """Read nothing: the strands are the call's."""
        return cls()

    def check(self, dossier: Dossier, context: Context) -> Outcome:
        """Look the strand up."""
        strands = [strand.id for strand in context.call.strands]
        listed = ", ".join(strands)
        if isinstance(dossier.strand, Unknown):
            return Outcome(UNDECIDED, f"The strand is not stated; the call has {listed}.", {"strands": strands})
        if dossier.strand in strands:
            return Outcome(MET, f"The proposal concerns strand {dossier.strand}.", {"strand": dossier.strand})
        reason = f"The call has no strand {dossier.strand}; it has {listed}."
        return Outcome(NOT_MET, reason, {"strand": dossier.strand, "strands": strands}, f"Name one of {listed}.")
