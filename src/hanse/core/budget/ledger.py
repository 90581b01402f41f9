"""The ledger: cells, contributions and sources of every partner, and sums that always add up."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from hanse.core.budget.values import Budget, CostLine, Financing, Part, SourceKind, total
from hanse.core.form import CostCategory
from hanse.core.values.money import ZERO, Money, portion, share_out
from hanse.core.values.unknown import Maybe, Unknown

NOT_SHARED = "not_shared"
"""The category under which cells stand, in one sum a partner, for those who may not see them."""
OWN_FUNDS = "own funds"
"""The name of the source that is computed: what costs exceed the contribution and the named sources."""


def personnel_cost(months: int, rate: Money) -> Money:
    """Person-months, in hundredths, at a monthly rate, rounded half up to the cent."""
    return Money((months * rate.cents + 50) // 100)


def indirect_lines(lines: Iterable[CostLine], categories: Iterable[CostCategory], rate: Fraction) -> list[CostLine]:
    """The indirect costs at a flat rate: one line for each partner and work package with costs that carry them.

    A partner's indirect costs are the rate of the sum of its costs that carry them, rounded down to the cent, so that
    the flat rate is never exceeded. They are shared out over its work packages by those costs, to the cent.
    """
    categories = tuple(categories)
    own = next((category.id for category in categories if category.indirect), "")
    carrying = {category.id for category in categories if category.carries_indirect and not category.indirect}
    if not own:
        return []
    bases: dict[str, dict[str, int]] = {}
    for line in lines:
        if line.category in carrying and line.amount > ZERO:
            packages = bases.setdefault(line.partner, {})
            packages[line.work_package] = packages.get(line.work_package, 0) + line.amount.cents
    found = []
    for partner, packages in bases.items():
        whole = portion(Money(sum(packages.values())), rate)
        shares = share_out(whole, list(packages.values()))
        found += [
            CostLine(partner, package, own, share)
            for package, share in zip(packages, shares, strict=True)
            if share.cents
        ]
    return found


@dataclass(frozen=True)
class Ledger:
    """The money of an application, by partner. Its sums are made once.

    Attributes:
        partners: ids in the order of the application.
        lines: the cells; indirect costs at a flat rate among them.
        parts: the contribution of those partners that have stated it.
        sources: other money that is named; own funds that are only computed are not among them.
    """

    partners: tuple[str, ...] = ()
    lines: tuple[CostLine, ...] = ()
    parts: tuple[Part, ...] = ()
    sources: tuple[Financing, ...] = ()

    @cached_property
    def costs(self) -> Money:
        """All eligible costs."""
        return total(self._by_partner.values())

    @cached_property
    def _by_partner(self) -> dict[str, Money]:
        return dict.fromkeys(self.partners, ZERO) | self._sums(lambda line: line.partner)

    def by_partner(self) -> dict[str, Money]:
        """Costs of every partner; zero for one without any."""
        return dict(self._by_partner)

    def by_work_package(self) -> dict[str, Money]:
        """Costs of every work package that has any."""
        return self._sums(lambda line: line.work_package)

    def by_category(self) -> dict[str, Money]:
        """Costs of every category that has any."""
        return self._sums(lambda line: line.category)

    def cost_of(self, partner: str) -> Money:
        """Costs of one partner."""
        return self._by_partner.get(partner, ZERO)

    def requested_by(self, partner: str) -> Maybe[Money]:
        """What a partner asks for; a partner without costs that has stated nothing asks for nothing."""
        for part in self.parts:
            if part.partner == partner:
                return part.requested
        return Unknown(f"{partner} has not stated its contribution") if self.cost_of(partner) > ZERO else ZERO

    def sources_of(self, partner: str) -> tuple[Financing, ...]:
        """The named sources of a partner."""
        return tuple(source for source in self.sources if source.partner == partner)

    def own_funds_of(self, partner: str) -> Maybe[Money]:
        """What of a partner's costs neither contribution nor named sources cover; below zero, they are too much."""
        requested = self.requested_by(partner)
        if isinstance(requested, Unknown):
            return requested
        return self.cost_of(partner) - requested - total(source.amount for source in self.sources_of(partner))

    @property
    def requested(self) -> Maybe[Money]:
        """The contribution of all together, once every partner with costs has stated its own."""
        if not self.parts:
            return Unknown("no partner has stated its contribution")
        stated = {part.partner for part in self.parts}
        silent = [partner for partner, costs in self._by_partner.items() if costs > ZERO and partner not in stated]
        if silent:
            return Unknown(f"not stated yet by {', '.join(silent)}")
        return total(part.requested for part in self.parts)

    def as_budget(self) -> Budget:
        """The budget that rules judge. What nobody has stated is unknown, and never zero."""
        requested = self.requested
        return Budget(
            total_cost=self.costs if self.lines else Unknown("no costs are stated"),
            requested=requested,
            lines=self.lines,
            financing=requested if isinstance(requested, Unknown) else (*self.sources, *self._own_funds()),
            parts=self.parts,
        )

    def shown_to(self, open: Collection[str]) -> "Ledger":
        """The ledger for somebody who sees the cells and sources of these partners, and only sums of the others."""
        lines = [line for line in self.lines if line.partner in open]
        sources = [source for source in self.sources if source.partner in open]
        for partner in self.partners:
            if partner in open:
                continue
            costs, others = self.cost_of(partner), total(source.amount for source in self.sources_of(partner))
            if costs > ZERO:
                lines.append(CostLine(partner, "", NOT_SHARED, costs))
            if others > ZERO:
                sources.append(Financing(NOT_SHARED, others, partner))
        return Ledger(self.partners, tuple(lines), self.parts, tuple(sources))

    def _own_funds(self) -> Iterator[Financing]:
        for partner in self._by_partner:
            own = self.own_funds_of(partner)
            if isinstance(own, Money) and own > ZERO:
                yield Financing(OWN_FUNDS, own, partner, SourceKind.OWN)

    def _sums(self, key: Callable[[CostLine], str]) -> dict[str, Money]:
        sums: dict[str, int] = {}
        for line in self.lines:
            of = key(line)
            sums[of] = sums.get(of, 0) + line.amount.cents
        return {of: Money(cents) for of, cents in sums.items()}
