"""A consortium applies for one strand only."""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Self

from hanse.core.call import Scope
from hanse.core.consortium import APPLICANTS, COORDINATOR
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import MET, NOT_MET, UNDECIDED, Outcome
from hanse.core.proposal import Dossier
from hanse.core.values.reading import Reader, as_choice
from hanse.core.values.unknown import Unknown


class Same(Enum):
    """What makes two consortia the same."""

    SAME_MEMBERS = "same_members"
    SAME_COORDINATOR = "same_coordinator"


@dataclass(frozen=True, slots=True)
class OneStrandPerConsortium:
    """The same consortium has no submission in another strand. `same` says what makes two consortia the same."""

    name: ClassVar[str] = "one_strand_per_consortium"
    scope: ClassVar[Scope] = Scope.CALL

    same: Same

    @classmethod
    def parse(cls, parameters: Reader) -> Self:
        """Read `same`."""
        return cls(parameters.require("same", as_choice(Same), Same.SAME_MEMBERS))

    def check(self, dossier: Dossier, context: Context) -> Outcome:
        """Look the consortium up among the submissions."""
        submissions = context.submissions
        if submissions is None:
            return Outcome(UNDECIDED, "Needs all submissions of the call.")
        if self.same is Same.SAME_MEMBERS:
            members = submissions.bodies(dossier.consortium, APPLICANTS)
            found = submissions.by_members.get(members, []) if members else []
        else:
            coordinators = submissions.bodies(dossier.consortium, COORDINATOR)
            found = [a for body in coordinators for a in submissions.by_coordinator.get(body, [])]
        strand = "" if isinstance(dossier.strand, Unknown) else dossier.strand
        rivals = [a for a in found if a.proposal != dossier.proposal and not (strand and a.strand == strand)]
        if not rivals:
            return Outcome(MET, "The same consortium has no proposal in another strand.")
        which = "members" if self.same is Same.SAME_MEMBERS else "coordinator"
        others = sorted({a.proposal for a in rivals if strand and a.strand})
        if not others:
            others = sorted({a.proposal for a in rivals})
            reason = f"The same {which} stand in {', '.join(others)} too; whether in the same strand is not stated."
            return Outcome(UNDECIDED, reason, {"proposals": others})
        reason = f"The same {which} stand in another strand with {', '.join(others)}."
        return Outcome(NOT_MET, reason, {"proposals": others}, "Withdraw all but one of them.")
