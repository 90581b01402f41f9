"""The money of an application: cells, contributions, sources. A partner's figures are changed by its own people alone.

Every change is a row of its own, with what stood before and after, by whom and when; saving a cell therefore adds no
entry to the record, acts of more weight do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from hanse.core.budget import OWN_FUNDS, Terms, personnel_cost, share_by_costs, total
from hanse.core.form import Asked, Form
from hanse.core.values.money import ZERO, Money
from hanse.core.values.unknown import Unknown
from hanse.ground import audit
from hanse.stages.announcement.queries import call_of, form_of
from hanse.stages.consortia.models import Seat
from hanse.stages.consortia.permissions import Standing, standing_in
from hanse.stages.consortia.queries.members import open_seats
from hanse.stages.proposals.models import Cost, MoneyChange, Part, Proposal, Source
from hanse.stages.proposals.queries.money import Key, holds, ledger_of
from hanse.stages.registry.actions.refusals import Refusal

SUBJECT = "proposal"
FUNDED = (Seat.Role.COORDINATOR, Seat.Role.BENEFICIARY, Seat.Role.AFFILIATED_ENTITY)
"""The roles between which a contribution is shared out."""
MOST_CENTS = 10**14
LONGEST_PACKAGE = 4
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody wants a cell to hold.

    Attributes:
        cents: the amount; of a category counted in months it is computed, if both figures are there.
        months: person-months in hundredths.
        rate: of one month, in cents.
        based_on: the version of the cell that the person had before their eyes; 0: none.
    """

    work_package: str
    category: str
    cents: int = 0
    months: int | None = None
    rate: int | None = None
    based_on: int = 0

    @property
    def key(self) -> Key:
        """Where it stands."""
        return self.work_package, self.category


@dataclass(frozen=True, slots=True)
class Clash:
    """Two people wrote different figures into one cell: what was typed, and what stands."""

    typed: Typed
    stands: Cost

    @property
    def by(self) -> str:
        """Who wrote what stands."""
        name: str = self.stands.changed_by.name
        return name


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of typed cells.

    Attributes:
        changed: cells that hold something else now.
        clashes: cells that were left as they stand, because somebody changed them meanwhile.
    """

    changed: tuple[Cost, ...] = ()
    clashes: tuple[Clash, ...] = ()


@transaction.atomic
def save_cells(
    *, actor: Any, ref: str, seat_id: int, cells: Sequence[Typed], at: datetime, whole: bool = False
) -> Saved:
    """Write cells of one partner. A cell that somebody changed meanwhile is left and comes back with both figures.

    Args:
        whole: change nothing at all if a single cell was changed meanwhile.

    Raises:
        Refusal: if the person does not act for the partner, the call has closed, or a cell cannot be.
    """
    proposal, may = _entered(actor, ref, at)
    seat = _own(may, seat_id)
    cells = [replace(typed, months=typed.months or None, rate=typed.rate or None) for typed in cells]
    found = _cells(proposal, seat, cells)
    _check(cells, found, proposal, at)
    clashes = tuple(
        Clash(typed, stands)
        for typed in cells
        if (stands := found.get(typed.key)) is not None
        and stands.version != typed.based_on
        and not _same(typed, stands)
    )
    if whole and clashes:
        return Saved((), clashes)
    aside = {clash.typed.key for clash in clashes}
    changed = [
        _write(proposal, seat, typed, found.get(typed.key), actor, at) for typed in cells if typed.key not in aside
    ]
    done = tuple(cost for cost in changed if cost is not None)
    if done:
        _touch(proposal, at)
    return Saved(done, clashes)


@transaction.atomic
def state_contribution(
    *, actor: Any, ref: str, seat_id: int, requested: int | None, based_on: int, at: datetime
) -> Part:
    """State what a partner asks for, in cents; None takes it back.

    Raises:
        Refusal: if the person does not act for the partner, the call has closed, or it was changed meanwhile.
    """
    proposal, may = _entered(actor, ref, at)
    seat = _own(may, seat_id)
    part = _part(proposal, seat, actor, at)
    if part.requested == requested:
        return part
    if part.version != based_on:
        stands = "nothing" if part.requested is None else f"{Money(part.requested)} EUR"
        told = f"{part.changed_by.name} changed this meanwhile to {stands}. Save again to put your figure in its place."
        raise Refusal(told, 409, {"requested": told})
    _put(part, actor, at, requested=requested)
    _touch(proposal, at)
    facts = {"seat": seat.pk, "requested": requested}
    audit.record("state contribution", actor=actor, subject=(SUBJECT, ref), facts=facts, at=at)
    return part


@transaction.atomic
def share_cells(*, actor: Any, ref: str, seat_id: int, shared: bool, at: datetime) -> Part:
    """Show a partner's cells to the others, or keep them to itself.

    Raises:
        Refusal: if the person does not act for the partner, or the call has closed.
    """
    proposal, may = _entered(actor, ref, at)
    seat = _own(may, seat_id)
    part = _part(proposal, seat, actor, at)
    if part.shared == shared:
        return part
    _put(part, actor, at, shared=shared)
    _touch(proposal, at)
    facts = {"seat": seat.pk, "shared": shared}
    audit.record("share cells" if shared else "keep cells", actor=actor, subject=(SUBJECT, ref), facts=facts, at=at)
    return part


@transaction.atomic
def distribute(
    *, actor: Any, ref: str, contribution: Money | None, based_on: Mapping[int, int], at: datetime
) -> dict[str, Money]:
    """Share a contribution out over the partners by their costs, or ask for the most that rate and cap allow.

    Args:
        contribution: None: the most.
        based_on: versions of the partners' parts by seat, as the person saw them.

    Raises:
        Refusal: if the person does not act for the coordinator, the call has closed, there are no costs, the amount
            is above the most, somebody stated a contribution meanwhile, or the most cannot be told.
    """
    proposal, may = _entered(actor, ref, at)
    if not may.may_lead:
        raise Refusal("Only the coordinator shares the contribution out.", 403)
    shares, seats = shares_of(proposal, contribution, may, at)
    parts = {seat.pk: _part(proposal, seat, actor, at) for seat in seats}
    for seat in seats:
        part = parts[seat.pk]
        if part.version != based_on.get(seat.pk, 0):
            raise Refusal(f"{seat.organisation.name} changed its part meanwhile. Look at the figures and share again.")
    for seat in seats:
        share = shares[seat.organisation.ref].cents
        if parts[seat.pk].requested != share:
            _put(parts[seat.pk], actor, at, requested=share)
    _touch(proposal, at)
    facts = {"contribution": total(shares.values()).plain, "most": contribution is None}
    audit.record("share contribution out", actor=actor, subject=(SUBJECT, ref), facts=facts, at=at)
    return shares


@transaction.atomic
def save_source(
    *,
    actor: Any,
    ref: str,
    seat_id: int,
    kind: str,
    name: str,
    cents: int,
    at: datetime,
    number: int | None = None,
    based_on: int = 0,
) -> Source:
    """Add a source of other money to a partner, or change one.

    Raises:
        Refusal: if the person does not act for the partner, the call has closed, the source is incomplete or named
            twice, or somebody changed it meanwhile.
    """
    proposal, may = _entered(actor, ref, at)
    seat = _own(may, seat_id)
    name = " ".join(name.split())
    faults = _source_faults(proposal, seat, kind, name, cents, number)
    if faults:
        raise Refusal(next(iter(faults.values())), 422, faults)
    if number is None:
        source = Source(proposal=proposal, seat=seat, version=0)
        before = None
    else:
        source = _source(proposal, seat, number, based_on)
        before = _figures_of_source(source)
    was = source.name
    source.kind, source.name, source.cents = kind, name, cents
    after = _figures_of_source(source)
    if before == after:
        return source
    source.version += 1
    source.changed_by, source.changed_at = actor, at
    source.save()
    _keep(proposal, seat, f"source/{was or name}", before, after, actor, at)
    _touch(proposal, at)
    facts = {"seat": seat.pk, "kind": kind}
    audit.record("save source", actor=actor, subject=(SUBJECT, ref), facts=facts, at=at)
    return source


@transaction.atomic
def remove_source(*, actor: Any, ref: str, seat_id: int, number: int, based_on: int, at: datetime) -> None:
    """Take a source away. What it was stays in the history.

    Raises:
        Refusal: if the person does not act for the partner, the call has closed, or somebody changed it meanwhile.
    """
    proposal, may = _entered(actor, ref, at)
    seat = _own(may, seat_id)
    source = _source(proposal, seat, number, based_on)
    _keep(proposal, seat, f"source/{source.name}", _figures_of_source(source), None, actor, at)
    source.delete()
    _touch(proposal, at)
    audit.record("remove source", actor=actor, subject=(SUBJECT, ref), facts={"seat": seat.pk}, at=at)


# --- steps -------------------------------------------------------------------------------------------------------


def shares_of(
    proposal: Proposal, contribution: Money | None, may: Standing, at: datetime
) -> tuple[dict[str, Money], list[Seat]]:
    """What each partner would ask for; by id, with the seats in their order.

    Raises:
        Refusal: as `distribute` does.
    """
    consortium = proposal.consortium
    call, form = call_of(consortium.call, at), form_of(consortium.call, at)
    if call is None or form is None:
        raise Refusal("The call is not published any more, so its rate is not known.")
    seats = [seat for seat in open_seats(consortium) if seat.state == Seat.State.ACCEPTED]
    books = ledger_of(proposal, seats, form, may)
    terms = Terms.of(call, consortium.strand)
    if terms.by_category and books.hidden:
        names = ", ".join(sheet.name for sheet in books.hidden)
        raise Refusal(
            f"The call sets rates by category, and {names} does not share its cells; each partner states its own."
        )
    costs = books.whole.by_partner()
    funded = {seat.organisation.ref: costs[seat.organisation.ref] for seat in seats if seat.role in FUNDED}
    if total(funded.values()) == ZERO:
        raise Refusal("There are no costs yet by which to share.", 422)
    most = terms.most(books.whole.lines)
    if contribution is None:
        if isinstance(most, Unknown):
            raise Refusal("The call does not state the rate, so the most is not known. Name an amount.", 422)
        contribution = min(most, total(funded.values()))
    limit = total(funded.values()) if isinstance(most, Unknown) else min(most, total(funded.values()))
    if contribution > limit:
        told = f"{contribution} EUR is above {limit} EUR, the most that rate, cap and costs allow."
        raise Refusal(told, 422, {"contribution": told})
    shares = dict.fromkeys(costs, ZERO) | share_by_costs(contribution, funded)
    return shares, seats


def _entered(actor: Any, ref: str, at: datetime) -> tuple[Proposal, Standing]:
    """The application, its consortium locked, and how the person stands there."""
    proposal = (
        Proposal.objects.select_related("consortium").select_for_update(of=("consortium",)).filter(ref=ref).first()
    )
    may = Standing() if proposal is None else standing_in(actor, proposal.consortium, at)
    if proposal is None or not may.takes_part:
        raise Refusal("There is no such application.", 404)
    if may.closed:
        raise Refusal("The call has closed; figures stay as they are.")
    if not may.may_edit:
        raise Refusal("You look at this application and change nothing in it.", 403)
    return proposal, may


def _own(may: Standing, seat_id: int) -> Seat:
    seat = next((seat for seat in may.accepted if seat.pk == seat_id), None)
    if seat is None:
        raise Refusal("Only people of a partner change its figures.", 403)
    return seat


def _cells(proposal: Proposal, seat: Seat, cells: Sequence[Typed]) -> dict[Key, Cost]:
    rows = Cost.objects.filter(proposal=proposal, seat=seat).select_related("changed_by")
    if len(cells) == 1:
        rows = rows.filter(work_package=cells[0].work_package, category=cells[0].category)
    return {(cost.work_package, cost.category): cost for cost in rows}


def _check(cells: Sequence[Typed], found: Mapping[Key, Cost], proposal: Proposal, at: datetime) -> None:
    """Refuse cells that cannot be. A cell that there is already was looked at when it was made."""
    form: Form | None = None
    for typed in cells:
        if typed.cents < 0 or typed.cents > MOST_CENTS or (typed.months or 0) < 0 or (typed.rate or 0) < 0:
            raise Refusal("An amount is below zero or too large.", 422)
        if typed.key in found:
            continue
        if form is None:
            form = form_of(proposal.consortium.call, at)
        category = None if form is None else form.cost_category(typed.category)
        if form is None or category is None:
            raise Refusal(f"The form has no category of costs {typed.category!r}.", 422)
        if category.indirect and form.indirect_rate.known is not None:
            raise Refusal("Indirect costs are computed at the flat rate of the call, and not typed.", 422)
        if category.by is not Asked.MONTHS and (typed.months is not None or typed.rate is not None):
            raise Refusal(f"{category.title} is stated as an amount, not by months.", 422)
        package = typed.work_package
        if package and (len(package) > LONGEST_PACKAGE or not package.isascii() or not package.isdecimal()):
            raise Refusal(f"There is no work package {package!r}.", 422)


def _amount(typed: Typed) -> int:
    if typed.months is None or typed.rate is None:
        return 0 if (typed.months, typed.rate) != (None, None) else typed.cents
    return personnel_cost(typed.months, Money(typed.rate)).cents


def _same(typed: Typed, stands: Cost) -> bool:
    return (_amount(typed), typed.months, typed.rate) == (stands.cents, stands.months, stands.rate)


def _write(proposal: Proposal, seat: Seat, typed: Typed, stands: Cost | None, actor: Any, at: datetime) -> Cost | None:
    """Put a cell; None if it holds that already."""
    if stands is None:
        if not (typed.cents or typed.months or typed.rate):
            return None
        stands = Cost(proposal=proposal, seat=seat, work_package=typed.work_package, category=typed.category, version=0)
        before = None
    else:
        if _same(typed, stands):
            return None
        before = _figures_of_cost(stands)
    stands.cents, stands.months, stands.rate = _amount(typed), typed.months, typed.rate
    if stands.cents > MOST_CENTS:
        raise Refusal("Months times rate are too large an amount.", 422)
    stands.version += 1
    stands.changed_by, stands.changed_at = actor, at
    stands.save()
    key = f"cost/{typed.work_package}/{typed.category}"
    _keep(proposal, seat, key, before, _figures_of_cost(stands), actor, at)
    return stands


def _figures_of_cost(cost: Cost) -> dict[str, Any] | None:
    return {"cents": cost.cents, "months": cost.months, "rate": cost.rate} if holds(cost) else None


def _part(proposal: Proposal, seat: Seat, actor: Any, at: datetime) -> Part:
    """The part of a partner; one that is not there yet is made, and is version 0 until something is put into it."""
    part = Part.objects.filter(proposal=proposal, seat=seat).select_related("changed_by").first()
    return part or Part(proposal=proposal, seat=seat, version=0, changed_by=actor, changed_at=at)


def _put(part: Part, actor: Any, at: datetime, **values: Any) -> None:
    before = {"requested": part.requested, "shared": part.shared} if part.version else None
    for name, value in values.items():
        setattr(part, name, value)
    part.version += 1
    part.changed_by, part.changed_at = actor, at
    part.save()
    _keep(part.proposal, part.seat, "part", before, {"requested": part.requested, "shared": part.shared}, actor, at)


def _source(proposal: Proposal, seat: Seat, number: int, based_on: int) -> Source:
    source = Source.objects.filter(proposal=proposal, seat=seat, pk=number).select_related("changed_by").first()
    if source is None:
        raise Refusal("This source was removed meanwhile. Add it again if it still holds.")
    if source.version != based_on:
        stands = f"{source.name}, {Money(source.cents)} EUR"
        raise Refusal(f"{source.changed_by.name} changed this source meanwhile: {stands}. Look at it and save again.")
    return source


def _source_faults(
    proposal: Proposal, seat: Seat, kind: str, name: str, cents: int, number: int | None
) -> dict[str, str]:
    faults = {}
    if kind not in Source.Kind.values:
        faults["kind"] = "Choose own funds, public or private money."
    if not name:
        faults["name"] = "Say where the money comes from."
    elif len(name) > LONGEST_NAME:
        faults["name"] = "Make the name of the source shorter: at most 200 letters."
    elif name.casefold() == OWN_FUNDS:
        faults["name"] = "Own funds are computed. Name a source only if it is money of a certain kind."
    elif Source.objects.filter(proposal=proposal, seat=seat, name=name).exclude(pk=number or 0).exists():
        faults["name"] = f"{name} is there already. Change its amount instead."
    if not 0 < cents <= MOST_CENTS:
        faults["amount"] = "State an amount above zero."
    return faults


def _figures_of_source(source: Source) -> dict[str, Any]:
    return {"kind": source.kind, "name": source.name, "cents": source.cents}


def _keep(
    proposal: Proposal,
    seat: Seat,
    key: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    actor: Any,
    at: datetime,
) -> None:
    MoneyChange.objects.create(
        proposal=proposal, seat=seat, key=key, before=before, after=after, changed_by=actor, changed_at=at
    )


def _touch(proposal: Proposal, at: datetime) -> None:
    Proposal.objects.filter(pk=proposal.pk).update(version=F("version") + 1, changed_at=at)
