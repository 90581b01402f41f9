"""Costs and the money that covers them are equal."""

from dataclasses import dataclass
from typing import ClassVar, Self

from hanse.core.budget import total
from hanse.core.call import Scope
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.findings import MET, NOT_MET, UNDECIDED, Outcome
from hanse.core.proposal import Dossier
from hanse.core.values.reading import Reader
from hanse.core.values.unknown import Unknown


@dataclass(frozen=True, slots=True)
class BudgetBalance:
    """Requested contribution and other sources together equal total eligible costs, to the cent.

    Where other sources are not listed, the rest of the costs is the applicants' own part by definition, and
    the rule asks only that the request is not above the costs.
    """

    name: ClassVar[str] = "budget_balance"
    scope: ClassVar[Scope] = Scope.PROPOSAL

    @classmethod
    def parse(cls, parameters: Reader) -> Self:
        """Read nothing: the figures are the proposal's."""
        return cls()

    def check(self, dossier: Dossier, context: Context) -> Outcome:
        """Compare costs with sources."""
        budget = dossier.budget
        costs, requested, financing = budget.total_cost, budget.requested, budget.financing
        if isinstance(costs, Unknown) or isinstance(requested, Unknown):
            missing = "total eligible cost" if isinstance(costs, Unknown) else "contribution requested"
            return Outcome(UNDECIDED, f"The {missing} is not stated.")
        facts = {"total_cost": costs, "requested": requested}
        if isinstance(financing, Unknown):
            if requested > costs:
                over = requested - costs
                reason = f"The request of {requested} EUR is above the costs of {costs} EUR."
                return Outcome(NOT_MET, reason, facts, f"Lower the request by {over} EUR.")
            return Outcome(MET, f"The applicants carry the rest of {costs - requested} EUR themselves.", facts)
        others = total(source.amount for source in financing)
        facts["other_sources"] = others
        covered = requested + others
        if covered == costs:
            return Outcome(MET, f"{requested} EUR requested and {others} EUR of other sources equal the costs.", facts)
        if covered < costs:
            gap = costs - covered
            reason = f"{gap} EUR of the costs of {costs} EUR have no source."
            return Outcome(
                NOT_MET,
                reason,
                facts,
                f"Add {gap} EUR of own funds or another source, or lower the costs by it.",
            )
        over = covered - costs
        reason = f"The sources exceed the costs of {costs} EUR by {over} EUR."
        return Outcome(NOT_MET, reason, facts, f"Lower the request or another source by {over} EUR.")
