"""What a budget is made of: eligible costs, the contribution requested, other sources."""

from dataclasses import dataclass
from enum import Enum

from hanse.core.values.money import ZERO, Money
from hanse.core.values.unknown import NOT_STATED, Maybe


@dataclass(frozen=True, slots=True)
class CostLine:
    """One cell of the ledger: what a partner plans to spend in a work package on a category of costs.

    Attributes:
        months: person-months in hundredths, where the cost is counted in them.
        rate: cost of one person-month.
    """

    partner: str
    work_package: str
    category: str
    amount: Money
    months: Maybe[int] = NOT_STATED
    rate: Maybe[Money] = NOT_STATED


class SourceKind(Enum):
    """Whose money covers costs beside the requested contribution."""

    OWN = "own"
    PUBLIC = "public"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Financing:
    """Money that covers costs beside the requested contribution: own funds or another source.

    Attributes:
        partner: who brings it, if that is stated.
        kind: whose money it is, if that is stated.
    """

    source: str
    amount: Money
    partner: Maybe[str] = NOT_STATED
    kind: Maybe[SourceKind] = NOT_STATED


@dataclass(frozen=True, slots=True)
class Part:
    """What one partner asks for of the requested contribution."""

    partner: str
    requested: Money


@dataclass(frozen=True, slots=True)
class Budget:
    """The money side of a proposal.

    Attributes:
        total_cost: eligible costs as stated; where lines are given, they must add up to it.
        requested: contribution asked from the call.
        lines: the ledger, empty if only totals are known.
        financing: other sources; unknown if not stated.
        parts: the contribution by partner; empty if it is not stated by partner.
    """

    total_cost: Maybe[Money] = NOT_STATED
    requested: Maybe[Money] = NOT_STATED
    lines: tuple[CostLine, ...] = ()
    financing: Maybe[tuple[Financing, ...]] = NOT_STATED
    parts: tuple[Part, ...] = ()

    def cost_of(self, category: str) -> Money:
        """Sum of the ledger in one category."""
        return total(line.amount for line in self.lines if line.category == category)


def total(amounts: object) -> Money:
    """Sum of amounts; zero for none."""
    return sum(amounts, ZERO)  # type: ignore[call-overload,no-any-return]
