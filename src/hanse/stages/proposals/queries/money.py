"""The money of an application: cells, contributions and sources of every partner, and what a reader may see of them.

    books = ledger_of(proposal, seats, form, viewer)      what a page shows; asked of the database in four queries
    budget_of(proposal, seats, form)                      the whole, as rules judge it
    money_changes_since(proposal, at, viewer)             what changed, as far as the viewer may know

A partner that keeps its cells to itself shows the others its costs, its contribution and its own funds, and nothing
that would tell them apart.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Q, Sum

from hanse.core.budget import (
    NOT_SHARED,
    Budget,
    CostLine,
    Financing,
    Ledger,
    Remedy,
    SourceKind,
    Terms,
    indirect_lines,
    remedies,
    total,
)
from hanse.core.budget import Part as CorePart
from hanse.core.form import CostCategory, Form, Table, records_of
from hanse.core.proposal import Dossier
from hanse.core.values.money import ZERO, Money
from hanse.core.values.typed_amounts import show_months
from hanse.core.values.unknown import NOT_STATED, Unknown
from hanse.ground.clock import BRUSSELS
from hanse.stages.announcement.queries import call_of, form_of
from hanse.stages.announcement.queries.verdicts import answer_of
from hanse.stages.consortia.models import Consortium, Seat
from hanse.stages.consortia.permissions import Standing
from hanse.stages.proposals.models import Cost, MoneyChange, Part, Proposal, Source, Text

WORK_PACKAGES = "work_packages"
NO_PACKAGE = "Of no single work package"
Key = tuple[str, str]
"""A work package and a category."""


@dataclass(frozen=True, slots=True)
class Package:
    """A row of the ledger.

    Attributes:
        id: number of the record; empty for costs of no single work package.
        gone: whether the work package was removed while costs still stand under it.
    """

    id: str
    title: str
    gone: bool = False


@dataclass(frozen=True)
class Sheet:
    """The money of one partner.

    Attributes:
        open: whether the reader sees its cells and sources.
        own: whether the reader acts for the partner.
        part: None while neither its contribution was stated nor its cells kept private.
    """

    seat: Seat
    open: bool
    own: bool
    part: Part | None
    cells: Mapping[Key, Cost]
    sources: Sequence[Source]

    @property
    def id(self) -> str:
        """The partner's id, as in dossiers."""
        ref: str = self.seat.organisation.ref
        return ref

    @property
    def name(self) -> str:
        """The partner's name."""
        name: str = self.seat.organisation.name
        return name

    @property
    def shared(self) -> bool:
        """Whether the other partners see its cells."""
        return self.part is None or self.part.shared

    @property
    def filled(self) -> int:
        """How many cells hold anything."""
        return sum(1 for cell in self.cells.values() if holds(cell))

    @property
    def last_change(self) -> datetime | None:
        """When any of its figures changed last."""
        rows: list[Cost | Part | Source] = [*self.cells.values(), *self.sources, *([self.part] if self.part else [])]
        return max((row.changed_at for row in rows), default=None)


@dataclass(frozen=True)
class Books:
    """The ledger as one reader sees it.

    Attributes:
        sheets: one for each partner, in the order of the application.
        packages: the rows; removed ones that still carry costs, and costs of none, come last.
        categories: the columns; what the form asks no more and still carries costs comes last.
        ledger: what the reader sees.
        whole: every cell. For verdicts on the application alone; never shown.
    """

    form: Form
    sheets: tuple[Sheet, ...]
    packages: tuple[Package, ...]
    categories: tuple[CostCategory, ...]
    ledger: Ledger
    whole: Ledger

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of partners by id."""
        return {sheet.id: sheet.name for sheet in self.sheets}

    @property
    def hidden(self) -> tuple[Sheet, ...]:
        """The partners whose cells the reader does not see."""
        return tuple(sheet for sheet in self.sheets if not sheet.open)

    def sheet(self, ref: str) -> Sheet | None:
        """The sheet of one partner."""
        return next((sheet for sheet in self.sheets if sheet.id == ref), None)

    def title_of_package(self, id: str) -> str:
        """The title of a work package."""
        return next((package.title for package in self.packages if package.id == id), f"Work package {id}")

    def title_of_category(self, id: str) -> str:
        """The title of a category of costs."""
        if id == NOT_SHARED:
            return "Not shared"
        return next((category.title for category in self.categories if category.id == id), id)

    def computed(self, category: CostCategory) -> bool:
        """Whether a column is computed and not typed."""
        return category.indirect and self.form.indirect_rate.known is not None


def holds(cost: Cost) -> bool:
    """Whether a cell holds anything. An emptied cell is kept, so that its version goes on."""
    return bool(cost.cents or cost.months or cost.rate)


def ledger_of(proposal: Proposal, seats: Iterable[Seat], form: Form, viewer: Standing | None = None) -> Books:
    """The ledger of an application.

    Args:
        seats: of those partners that count, with organisations.
        form: says what categories there are, and the flat rate for indirect costs.
        viewer: how the reader stands in the consortium; None for the application as a whole.
    """
    sheets = _sheets(list(seats), Rows.of([proposal]), viewer)
    whole = _whole(sheets, form)
    shown = whole if viewer is None else whole.shown_to({sheet.id for sheet in sheets if sheet.open})
    return Books(
        form,
        sheets,
        tuple(_packages(proposal, form, shown)),
        tuple(_categories(form, shown)),
        shown,
        whole,
    )


@dataclass(frozen=True, slots=True)
class Rows:
    """What stands in the tables of some applications, by seat."""

    cells: Mapping[int, Mapping[Key, Cost]]
    parts: Mapping[int, Part]
    sources: Mapping[int, Sequence[Source]]

    @classmethod
    def of(cls, proposals: Iterable[Proposal]) -> "Rows":
        """Read them, in three queries however many applications there are."""
        asked = list(proposals)
        cells: dict[int, dict[Key, Cost]] = defaultdict(dict)
        for cost in Cost.objects.filter(proposal__in=asked):
            cells[cost.seat_id][cost.work_package, cost.category] = cost
        sources: dict[int, list[Source]] = defaultdict(list)
        for source in Source.objects.filter(proposal__in=asked).order_by("name", "id"):
            sources[source.seat_id].append(source)
        parts = {part.seat_id: part for part in Part.objects.filter(proposal__in=asked)}
        return cls(cells, parts, sources)

    @classmethod
    def summed(cls, proposals: Iterable[Proposal]) -> "Rows":
        """The same with one sum for each partner and category: as much as rules ask, and quick for a full ledger."""
        asked = list(proposals)
        cells: dict[int, dict[Key, Cost]] = defaultdict(dict)
        sums = Cost.objects.filter(proposal__in=asked).order_by().values_list("seat", "category")
        for seat, category, cents in sums.annotate(sum=Sum("cents")):
            cells[seat]["", category] = Cost(seat_id=seat, category=category, cents=cents)
        sources: dict[int, list[Source]] = defaultdict(list)
        for source in Source.objects.filter(proposal__in=asked).order_by("name", "id"):
            sources[source.seat_id].append(source)
        parts = {part.seat_id: part for part in Part.objects.filter(proposal__in=asked)}
        return cls(cells, parts, sources)

    def budget(self, seats: Sequence[Seat], form: Form, viewer: Standing | None = None) -> Budget:
        """The budget of one of them, as rules judge it; for a viewer, without cells that they may not see."""
        sheets = _sheets(seats, self, viewer)
        whole = _whole(sheets, form)
        shown = whole if viewer is None else whole.shown_to({sheet.id for sheet in sheets if sheet.open})
        return shown.as_budget()


def _sheets(seats: Sequence[Seat], rows: Rows, viewer: Standing | None) -> tuple[Sheet, ...]:
    return tuple(
        Sheet(
            seat,
            open=viewer is None or viewer.speaks_for(seat.pk) or _shared(rows.parts.get(seat.pk)),
            own=viewer is not None and viewer.speaks_for(seat.pk),
            part=rows.parts.get(seat.pk),
            cells=rows.cells.get(seat.pk, {}),
            sources=rows.sources.get(seat.pk, ()),
        )
        for seat in seats
    )


def budget_of(proposal: Proposal, seats: Iterable[Seat], form: Form, viewer: Standing | None = None) -> Budget:
    """The budget as rules judge it; for a viewer, cells that they may not see stand as one sum a partner."""
    return ledger_of(proposal, seats, form, viewer).ledger.as_budget()


def parts_of(proposal: Proposal) -> dict[int, Part]:
    """Contributions and sharing by seat."""
    return {part.seat_id: part for part in Part.objects.filter(proposal=proposal)}


def _shared(part: Part | None) -> bool:
    return part is None or part.shared


def _whole(sheets: Sequence[Sheet], form: Form) -> Ledger:
    rate = form.indirect_rate.known
    computed = {category.id for category in form.cost_categories if category.indirect and rate is not None}
    lines = [
        CostLine(
            sheet.id,
            cost.work_package,
            cost.category,
            Money(cost.cents),
            NOT_STATED if cost.months is None else cost.months,
            NOT_STATED if cost.rate is None else Money(cost.rate),
        )
        for sheet in sheets
        for cost in sorted(sheet.cells.values(), key=_order)
        if holds(cost) and cost.category not in computed
    ]
    if rate is not None:
        lines += indirect_lines(lines, form.cost_categories, rate)
    return Ledger(
        tuple(sheet.id for sheet in sheets),
        tuple(lines),
        tuple(
            CorePart(sheet.id, Money(sheet.part.requested))
            for sheet in sheets
            if sheet.part is not None and sheet.part.requested is not None
        ),
        tuple(
            Financing(source.name, Money(source.cents), sheet.id, SourceKind(source.kind))
            for sheet in sheets
            for source in sheet.sources
        ),
    )


def _order(cost: Cost) -> tuple[int, str, str]:
    return len(cost.work_package), cost.work_package, cost.category


def _packages(proposal: Proposal, form: Form, ledger: Ledger) -> Iterator[Package]:
    section = form.section(WORK_PACKAGES)
    known = set()
    if section is not None:
        start = f"{WORK_PACKAGES}/"
        own = Q(key__endswith="/title") | Q(key__regex=rf"^{start}[0-9]+$")
        texts = dict(Text.objects.filter(own, proposal=proposal, key__startswith=start).values_list("key", "value"))
        for number, record in enumerate(records_of(section, texts), 1):
            known.add(record.id)
            title = record.values.get("title", "").strip()
            yield Package(record.id, f"{number}. {title or f'{section.record.capitalize()} without a title'}")
    for id in sorted(ledger.by_work_package().keys() - known - {""}, key=lambda number: (len(number), number)):
        yield Package(id, f"Work package {id}, removed", gone=True)
    yield Package("", NO_PACKAGE)


def _categories(form: Form, ledger: Ledger) -> Iterator[CostCategory]:
    yield from form.cost_categories
    known = {category.id for category in form.cost_categories} | {NOT_SHARED}
    for id in sorted(ledger.by_category().keys() - known):
        yield CostCategory(id, f"{id}, no longer asked")


# --- history -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A change as a reader may know it.

    Attributes:
        what: what changed, in words.
        before, after: figures in words; empty where there is none or the reader may not see them.
    """

    at: datetime
    by: str
    partner: str
    what: str
    before: str
    after: str


def money_changes_since(
    proposal: Proposal, at: datetime | None, viewer: Standing | None = None, most: int = 200
) -> list[Change]:
    """What changed in the money after an instant, the latest first.

    Of a partner that keeps its cells to itself, others learn that its figures changed, when and by whom. Whether it
    keeps them counts today: what was open once and is private now is not told any more.
    """
    rows = MoneyChange.objects.filter(proposal=proposal).select_related("seat__organisation", "changed_by")
    if at is not None:
        rows = rows.filter(changed_at__gt=at)
    parts = parts_of(proposal)
    found = []
    for row in rows.order_by("-changed_at", "-id")[:most]:
        partner = row.seat.organisation.name
        open = viewer is None or viewer.speaks_for(row.seat_id) or _shared(parts.get(row.seat_id))
        if open or row.key == "part":
            told = Change(
                row.changed_at, row.changed_by.name, partner, _what(row.key), _told(row.before), _told(row.after)
            )
        else:
            told = Change(row.changed_at, row.changed_by.name, partner, "figures that are not shared", "", "")
        found.append(told)
    return found


def cells_since(proposal: Proposal, seat: Seat, at: datetime) -> dict[Key, Mapping[str, Any] | None]:
    """How those cells of a partner stood at an instant that have changed since; None: it was empty."""
    found: dict[Key, Mapping[str, Any] | None] = {}
    rows = MoneyChange.objects.filter(proposal=proposal, seat=seat, key__startswith="cost/", changed_at__gt=at)
    for key, before in rows.order_by("changed_at", "id").values_list("key", "before"):
        _, package, category = key.split("/", 2)
        found.setdefault((package, category), before)
    return found


def _what(key: str) -> str:
    kind, _, rest = key.partition("/")
    if kind == "cost":
        package, _, category = rest.partition("/")
        return f"{category}, {f'work package {package}' if package else NO_PACKAGE.lower()}"
    return f"source {rest}" if kind == "source" else "contribution and sharing"


def _told(figures: Mapping[str, Any] | None) -> str:
    if figures is None:
        return ""
    told = []
    if (months := figures.get("months")) is not None:
        told.append(f"{show_months(months)} months")
    if (rate := figures.get("rate")) is not None:
        told.append(f"at {Money(rate)}")
    told += [str(Money(figures[name])) for name in ("cents", "requested") if figures.get(name) is not None]
    if "shared" in figures:
        told.append("shared" if figures["shared"] else "not shared")
    return ", ".join(told)


# --- tables that sections show -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A table made from the ledger.

    Attributes:
        heads: of the columns; the first names the rows.
        rows: the first cell names the row, the others are amounts or words.
        foot: the sums; empty where there are none.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    foot: tuple[str, ...] = ()
    note: str = ""

    @property
    def labelled(self) -> list[list[tuple[str, str]]]:
        """Every row, sums last, with the head of its column beside each cell."""
        rows = [*self.rows, self.foot] if self.foot else self.rows
        return [list(zip(self.heads, row, strict=True)) for row in rows]


def costs_by_partner(books: Books) -> Shown:
    """Costs by partner and category, with the contribution of each."""
    ledger, heads = books.ledger, _columns(books)
    rows = []
    for sheet in books.sheets:
        sums: dict[str, Money] = {}
        for line in ledger.lines:
            if line.partner == sheet.id:
                sums[line.category] = sums.get(line.category, Money(0)) + line.amount
        rows.append(
            (
                sheet.name,
                *(str(sums.get(id, Money(0))) for id in heads),
                str(ledger.cost_of(sheet.id)),
                _or_open(ledger.requested_by(sheet.id)),
            )
        )
    by_category = ledger.by_category()
    foot = (
        "All",
        *(str(by_category.get(id, Money(0))) for id in heads),
        str(ledger.costs),
        _or_open(ledger.requested),
    )
    titles = tuple(books.title_of_category(id) for id in heads)
    return Shown(("Partner", *titles, "Costs", "Contribution"), tuple(rows), foot, _note(books))


def costs_by_work_package(books: Books) -> Shown:
    """Costs by work package and partner."""
    ledger = books.ledger
    sums: dict[tuple[str, str], Money] = {}
    apart: dict[str, Money] = {}
    for line in ledger.lines:
        if line.category == NOT_SHARED:
            apart[line.partner] = line.amount
        else:
            key = line.work_package, line.partner
            sums[key] = sums.get(key, Money(0)) + line.amount
    partners = [sheet.id for sheet in books.sheets]
    rows = [
        (package.title, *(str(sums.get((package.id, id), Money(0))) for id in partners), str(_sum(sums, package.id)))
        for package in books.packages
        if package.id or any(of == "" for of, _ in sums)
    ]
    if apart:
        whole = Money(sum(amount.cents for amount in apart.values()))
        rows.append(("Not shared", *(str(apart.get(id, Money(0))) for id in partners), str(whole)))
    foot = ("All", *(str(ledger.cost_of(id)) for id in partners), str(ledger.costs))
    heads = ("Work package", *(books.names[id] for id in partners), "Costs")
    return Shown(heads, tuple(rows), foot, _note(books))


def financing(books: Books) -> Shown:
    """Where the money comes from: the contribution, every named source, and who carries the rest."""
    ledger = books.ledger
    rows = [("Contribution requested", sheet.name, _or_open(ledger.requested_by(sheet.id))) for sheet in books.sheets]
    for source in ledger.sources:
        name = "Other sources, not shared" if source.source == NOT_SHARED else source.source
        kind = f" ({source.kind.value})" if isinstance(source.kind, SourceKind) else ""
        rows.append((f"{name}{kind}", books.names[str(source.partner)], str(source.amount)))
    for sheet in books.sheets:
        own = ledger.own_funds_of(sheet.id)
        if isinstance(own, Unknown):
            rows.append(("Own funds", sheet.name, "open"))
        elif own.cents:
            rows.append(("Own funds" if own.cents > 0 else "Too much money", sheet.name, str(own)))
    return Shown(("Source", "Partner", "EUR"), tuple(rows), ("All costs", "", str(ledger.costs)), _note(books))


def _columns(books: Books) -> list[str]:
    used = books.ledger.by_category()
    ids = [category.id for category in books.categories]
    return [*ids, *([NOT_SHARED] if NOT_SHARED in used else [])]


def _sum(sums: Mapping[tuple[str, str], Money], package: str) -> Money:
    return Money(sum(amount.cents for (of, _), amount in sums.items() if of == package))


def _or_open(amount: Money | Unknown) -> str:
    return "open" if isinstance(amount, Unknown) else str(amount)


def _note(books: Books) -> str:
    names = ", ".join(sheet.name for sheet in books.hidden)
    return f"Shown as sums only, since they are not shared: {names}." if names else ""


SHOWN: Mapping[Table, Callable[[Books], Shown]] = {
    Table.COSTS_BY_PARTNER: costs_by_partner,
    Table.COSTS_BY_WORK_PACKAGE: costs_by_work_package,
    Table.FINANCING: financing,
}
"""The tables of sections that are made from the ledger."""


def form_for(proposal: Proposal, at: datetime) -> Form:
    """The form that holds for an application; an empty one if its call is not published any more."""
    form = form_of(proposal.consortium.call, at)
    return Form("") if form is None else form.for_strand(proposal.consortium.strand)


# --- what the call says of it ------------------------------------------------------------------------------------

MONEY_KINDS = ("reimbursement_rate", "grant_cap", "budget_balance")


@dataclass(frozen=True, slots=True)
class Word:
    """What a rule about money says.

    Attributes:
        tone: `met`, `not_met` or `undecided`.
    """

    tone: str
    text: str
    reason: str
    repair: str
    source: str


@dataclass(frozen=True)
class Advice:
    """What the call says of a budget, and in exact figures what would change it.

    Attributes:
        words: of the rules about money.
        remedies: for the application.
        by_partner: for each partner on its own costs, by id; no rule, but it shows where a rate is exceeded.
        most: the most that can be asked for, if that can be told.
        silent: why something is not told.
    """

    terms: Terms
    words: tuple[Word, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    by_partner: Mapping[str, tuple[Remedy, ...]] = field(default_factory=dict)
    most: Money | None = None
    silent: str = ""


def advice_of(books: Books, consortium: Consortium, at: datetime) -> Advice:
    """What the call says of the budget as a whole, in figures that the reader may know."""
    call = call_of(consortium.call, at)
    if call is None:
        return Advice(Terms(), silent="The call is not published any more, so its rate is not known.")
    terms = Terms.of(call, consortium.strand)
    budget = books.whole.as_budget()
    dossier = Dossier(proposal=consortium.ref, strand=consortium.strand or NOT_STATED, budget=budget)
    answer = answer_of(call, dossier, at.astimezone(BRUSSELS).date())
    kinds = {rule.id: rule.kind for rule in call.rules}
    # What rates by category allow would tell how much of private costs is in which category.
    telling = not (terms.by_category and books.hidden)
    asked = MONEY_KINDS if telling else MONEY_KINDS[1:]
    words = tuple(
        Word(tone, said.text, said.reason, said.repair, said.source)
        for tone, group in (("not_met", answer.broken), ("undecided", answer.missing), ("met", answer.met))
        for said in group
        if kinds.get(said.rule) in asked
    )
    if not telling:
        names = ", ".join(sheet.name for sheet in books.hidden)
        silent = f"The call sets rates by category, and {names} does not share its cells: the rate is not told here."
        return Advice(terms, words, silent=silent)
    most = terms.most(books.whole.lines)
    found: tuple[Remedy, ...] = ()
    if not isinstance(budget.requested, Unknown) and not isinstance(budget.financing, Unknown):
        others = total(source.amount for source in budget.financing)
        found = remedies(books.whole.lines, budget.requested, others, terms)
    by_partner = {sheet.id: _of_partner(books, sheet.id, terms) for sheet in books.sheets}
    return Advice(terms, words, found, by_partner, most if isinstance(most, Money) else None)


def _of_partner(books: Books, partner: str, terms: Terms) -> tuple[Remedy, ...]:
    ledger = books.whole
    requested, own = ledger.requested_by(partner), ledger.own_funds_of(partner)
    if isinstance(requested, Unknown) or isinstance(own, Unknown):
        return ()
    lines = [line for line in ledger.lines if line.partner == partner]
    others = total(source.amount for source in ledger.sources_of(partner))
    return remedies(lines, requested, others + max(own, ZERO), terms, capped=False)
