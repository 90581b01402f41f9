"""The budget of a proposal: eligible costs, the contribution requested, other sources, and what the call allows."""

from dataclasses import dataclass

from hanse.core.values.money import ZERO, Money
from hanse.core.values.unknown import NOT_STATED, Maybe


@dataclass(frozen=True, slots=True)
class CostLine:
    """One cell of the ledger: what a partner plans to spend in a work package on a category of costs."""

    partner: str
    work_package: str
    category: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Financing:
    """Money that covers costs beside the requested contribution: own funds or another source."""

    source: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Budget:
    """The money side of a proposal.

    Attributes:
        total_cost: eligible costs as stated; where lines are given, they must add up to it.
        requested: contribution asked from the call.
        lines: the ledger, empty if only totals are known.
        financing: other sources; unknown if not stated.
    """

    total_cost: Maybe[Money] = NOT_STATED
    requested: Maybe[Money] = NOT_STATED
    lines: tuple[CostLine, ...] = ()
    financing: Maybe[tuple[Financing, ...]] = NOT_STATED

    def cost_of(self, category: str) -> Money:
        """Sum of the ledger in one category."""
        return total(line.amount for line in self.lines if line.category == category)


def total(amounts: object) -> Money:
    """Sum of amounts; zero for none."""
    return sum(amounts, ZERO)  # type: ignore[call-overload,no-any-return]
