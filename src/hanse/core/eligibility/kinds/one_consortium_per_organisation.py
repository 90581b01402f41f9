"""An organisation stands in at most one consortium of a strand, a phase or the call."""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Self

from hanse.core.call import Call, Scope
from hanse.core.consortium import Organisation, Role
from hanse.core.eligibility.context import Appearance, Context
from hanse.core.eligibility.findings import MET, NOT_MET, UNDECIDED, Outcome
from hanse.core.eligibility.measures import ids_of, names_of, parse_roles
from hanse.core.proposal import Dossier
from hanse.core.values.reading import Reader, as_choice
from hanse.core.values.unknown import Maybe, Unknown


class Per(Enum):
    """Within what an organisation may stand only once."""

    STRAND = "strand"
    PHASE = "phase"
    CALL = "call"


class Consequence(Enum):
    """What happens when the limit is broken: all proposals concerned fall, or all but the first submitted."""

    ALL = "all"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class OneConsortiumPerOrganisation:
    """No participant in `roles` stands in another consortium of the same strand, phase or call.

    Organisations are compared by legal entity, and by their own id where no submission states it. `consequence`
    unknown means that the limit is broken but the call does not say which proposals fall: undecided.
    """

    name: ClassVar[str] = "one_consortium_per_organisation"
    scope: ClassVar[Scope] = Scope.CALL

    per: Per
    consequence: Maybe[Consequence]
    roles: frozenset[Role]

    @classmethod
    def parse(cls, parameters: Reader) -> Self:
        """Read `per`, and optionally `consequence` (unknown) and `roles`."""
        return cls(
            parameters.require("per", as_choice(Per), Per.STRAND),
            parameters.maybe("consequence", as_choice(Consequence)),
            parse_roles(parameters),
        )

    def check(self, dossier: Dossier, context: Context) -> Outcome:
        """Look each member up among the submissions."""
        submissions = context.submissions
        if submissions is None:
            return Outcome(UNDECIDED, "Needs all submissions of the call.")
        if isinstance(dossier.strand, Unknown) and self.per is not Per.CALL:
            return Outcome(UNDECIDED, f"The strand is not stated, and the limit holds for each {self.per.value}.")
        alone = Outcome(MET, f"No member stands in another consortium of the same {self.per.value}.")
        if submissions.by_entity.keys().isdisjoint(submissions.bodies(dossier.consortium, self.roles)):
            return alone
        scope = self._scope("" if isinstance(dossier.strand, Unknown) else dossier.strand, context.call)
        clashing: list[Organisation] = []
        rivals: dict[str, Appearance] = {}
        unplaced: set[str] = set()
        for organisation in dossier.consortium.in_roles(self.roles):
            found = submissions.by_entity.get(submissions.body(organisation), ())
            if len(found) == 1 and found[0].proposal == dossier.proposal:  # the usual case, told at once
                continue
            others = [appearance for appearance in found if appearance.proposal != dossier.proposal]
            inside = [other for other in others if self._scope(other.strand, context.call) == scope]
            if inside:
                clashing.append(organisation)
                rivals.update((other.proposal, other) for other in inside)
            if self.per is not Per.CALL:
                unplaced.update(other.proposal for other in others if not other.strand)
        outcome = alone
        if clashing:
            facts = {"members": ids_of(clashing), "proposals": sorted(rivals)}
            also = f"also in {', '.join(sorted(rivals))}: {names_of(clashing)}"
            outcome = self._consequence(dossier, list(rivals.values()), also, facts)
        if unplaced and outcome.verdict is MET:
            listed = ", ".join(sorted(unplaced))
            reason = f"Members also stand in {listed}, of which the strand is not stated."
            return Outcome(UNDECIDED, reason, {"proposals": sorted(unplaced)})
        return outcome

    def _consequence(
        self, dossier: Dossier, rivals: list[Appearance], also: str, facts: dict[str, list[str]]
    ) -> Outcome:
        repair = "Each of them leaves all consortia but one."
        if isinstance(self.consequence, Unknown):
            reason = f"Members stand {also}. The call does not say which proposals fall then."
            return Outcome(UNDECIDED, reason, facts, repair)
        if self.consequence is Consequence.ALL:
            return Outcome(NOT_MET, f"Members stand {also}.", facts, repair)
        mine = dossier.submitted_at
        if isinstance(mine, Unknown):
            return Outcome(
                UNDECIDED, f"Members stand {also}. It is not stated which was submitted first.", facts, repair
            )
        times = [rival.submitted_at for rival in rivals]
        earlier = any(not isinstance(other, Unknown) and other < mine for other in times)
        if earlier:
            return Outcome(NOT_MET, f"Members stand {also}, submitted earlier.", facts, repair)
        if any(isinstance(other, Unknown) or other == mine for other in times):
            return Outcome(
                UNDECIDED, f"Members stand {also}. It is not stated which was submitted first.", facts, repair
            )
        return Outcome(MET, f"Members stand {also}, but this proposal was submitted first.", facts)

    def _scope(self, strand_id: str, call: Call) -> str:
        """Two proposals clash if their strands have the same scope."""
        if self.per is Per.CALL:
            return ""
        strand = call.strand(strand_id)
        if self.per is Per.PHASE and strand is not None and strand.phase:
            return f"phase {strand.phase}"
        return f"strand {strand_id}"
