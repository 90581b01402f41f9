"""The project is neither shorter nor longer than its strand allows."""

from dataclasses import dataclass
from typing import ClassVar, Self

from hanse.core.call import Scope
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import MET, NOT_MET, UNDECIDED, Outcome
from hanse.core.proposal import Dossier
from hanse.core.values.reading import Reader
from hanse.core.values.unknown import Unknown


@dataclass(frozen=True, slots=True)
class DurationRange:
    """The duration in months lies between the strand's shortest and longest, both included.

    A bound that the call leaves unknown makes the rule undecided, unless the other one is missed. A call without a
    shortest duration says so: 0.
    """

    name: ClassVar[str] = "duration_range"
    scope: ClassVar[Scope] = Scope.PROPOSAL

    @classmethod
    def parse(cls, parameters: Reader) -> Self:
        """Read nothing: the months are the strand's."""
        return cls()

    def check(self, dossier: Dossier, context: Context) -> Outcome:
        """Compare the months with what the strand states."""
        strand = None if isinstance(dossier.strand, Unknown) else context.call.strand(dossier.strand)
        if strand is None:
            return Outcome(UNDECIDED, "The strand is not known, so neither is the allowed duration.")
        months = dossier.duration_months
        if isinstance(months, Unknown):
            return Outcome(UNDECIDED, "The duration is not stated.")
        least, most = strand.min_months.value, strand.max_months.value
        facts = {"months": months, "shortest": least, "longest": most}
        if not isinstance(least, Unknown) and months < least:
            reason = f"{months} months is shorter than the {least} months of strand {strand.id}."
            return Outcome(NOT_MET, reason, facts, f"Plan {least - months} more month(s).")
        if not isinstance(most, Unknown) and months > most:
            reason = f"{months} months is longer than the {most} months of strand {strand.id}."
            return Outcome(NOT_MET, reason, facts, f"Plan {months - most} fewer month(s).")
        if isinstance(least, Unknown) or isinstance(most, Unknown):
            which = "shortest" if isinstance(least, Unknown) else "longest"
            return Outcome(UNDECIDED, f"The call does not state the {which} duration of strand {strand.id}.", facts)
        if not least:
            return Outcome(MET, f"{months} months; at most {most} are allowed.", facts)
        return Outcome(MET, f"{months} months; {least} to {most} are allowed.", facts)
