"""What each member brings, what breaks if one leaves, and what would follow if others joined. Nothing is stored."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from hanse.callbook.reference import geography
from hanse.core import consortium as core
from hanse.core.call import Call
from hanse.core.eligibility.advice import Loss, complementarity, resilience
from hanse.core.proposal import Dossier
from hanse.core.values.unknown import NOT_STATED, Unknown
from hanse.stages.consortia.models import Seat
from hanse.stages.consortia.queries.panel import examiner_of, of_members
from hanse.stages.registry.models import Organisation
from hanse.stages.registry.queries import market_name, published, sector_name, snapshot, snapshots

POOL = 300
"""How many organisations are tried as replacements; more take longer than a page should."""
KINDS = (Organisation.Kind.CLUSTER_ORGANISATION, Organisation.Kind.BUSINESS_NETWORK)


# --- who brings what ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that members bring, and who does.

    Attributes:
        cells: for each member in the order of the application, whether it does.
        alone: the name of the only member that does; empty if several do.
        wanted: whether the consortium says that it is about this.
    """

    label: str
    cells: tuple[bool, ...]
    alone: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of things that members bring."""

    id: str
    title: str
    one: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Members by sectors, services and markets.

    Attributes:
        members: the seats, in the order of the application.
        gaps: what the consortium aims at and no member names, in words.
        sentences: what each member alone brings.
        silent: members that state neither sectors nor markets.
    """

    members: tuple[Seat, ...]
    tables: tuple[Table, ...]
    gaps: tuple[str, ...]
    sentences: tuple[str, ...]
    silent: tuple[str, ...]


def matrix_of(dossier: Dossier, seats: Sequence[Seat], sectors: Iterable[str] = ()) -> Matrix:
    """Compare what members name in their profiles.

    Args:
        seats: the seats of the members in the dossier.
        sectors: what the consortium says it is about.
    """
    told = complementarity(dossier, region_of=geography().regions)
    about, targets = set(sectors), set(() if isinstance(dossier.targets, Unknown) else dossier.targets)
    services = sorted({service for seat in seats for service in seat.organisation.services}, key=str.casefold)
    tables = (
        _table("sectors", "Sectors", "Sector", seats, _named(told.sectors, sector_name), "sectors", about),
        _table("services", "Services", "Service", seats, {one: one for one in services}, "services", set()),
        _table("markets", "Markets", "Market", seats, _named(told.markets, market_name), "target_markets", targets),
    )
    gaps = [] if isinstance(told.gaps, Unknown) else [f"market {market_name(gap)}" for gap in told.gaps]
    gaps += [f"sector {sector_name(sector)}" for sector in sorted(about - set(told.sectors))]
    return Matrix(
        tuple(seats),
        tables,
        tuple(gaps),
        tuple(_brings(share.member.name, share.alone_sectors, share.alone_markets) for share in told.shares),
        tuple(share.member.name for share in told.shares if not share.sectors and not share.markets),
    )


def _named(ids: Iterable[str], name: Callable[[str], str]) -> dict[str, str]:
    return {id: name(id) for id in ids}


def _brings(name: str, sectors: Sequence[str], markets: Sequence[str]) -> str:
    parts = [f"the sector{'s' * (len(sectors) > 1)} {', '.join(map(sector_name, sectors))}"] * bool(sectors)
    parts += [f"the market{'s' * (len(markets) > 1)} {', '.join(map(market_name, markets))}"] * bool(markets)
    if not parts:
        return f"{name} names nothing that no other member names."
    return f"{name} alone brings {' and '.join(parts)}."


def _table(
    id: str, title: str, one: str, seats: Sequence[Seat], rows: Mapping[str, str], field: str, wanted: set[str]
) -> Table:
    held = [frozenset(getattr(seat.organisation, field)) for seat in seats]
    built = []
    for value, label in sorted(rows.items(), key=lambda row: row[1].casefold()):
        cells = tuple(value in own for own in held)
        alone = seats[cells.index(True)].organisation.name if sum(cells) == 1 else ""
        built.append(Row(label, cells, alone, value in wanted))
    return Table(id, title, one, tuple(built))


# --- what breaks if one leaves -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Resilience:
    """What happens if each member leaves, and how many organisations were tried as replacements."""

    losses: tuple[Loss, ...]
    tried: int
    capped: bool


def resilience_of(call: Call, dossier: Dossier, today: date, *, with_pool: bool = False) -> Resilience:
    """Ask of each member what breaks if it leaves; with a pool, who of the registry could take its place.

    Rules on length and money are left to the application: they do not depend on who takes part.

    The pool is cluster organisations and networks of the members' own countries: whoever comes from the same country
    keeps every rule on countries as it stands.
    """
    examiner = examiner_of(of_members(call), today)
    pool: list[core.Organisation] = []
    if with_pool:
        inside = [participant.organisation for participant in dossier.consortium.participants]
        countries = {organisation.country for organisation in inside if isinstance(organisation.country, str)}
        candidates = published().filter(kind__in=KINDS, country__in=countries)
        candidates = candidates.exclude(ref__in=[organisation.id for organisation in inside])
        pool = list(snapshots(candidates.order_by("name_key", "id")[: POOL + 1]))
    return Resilience(resilience(dossier, examiner, pool[:POOL], show=3), min(len(pool), POOL), len(pool) > POOL)


# --- what if -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Joining:
    """An organisation that would join, and how."""

    organisation: Organisation
    role: str


def supposed(
    dossier: Dossier,
    *,
    leaving: Iterable[str] = (),
    joining: Iterable[Joining] = (),
    strand: str | None = None,
    targets: Sequence[str] | None = None,
) -> Dossier:
    """The dossier as it would be if members left, others joined, or the aims were others.

    Args:
        leaving: references of organisations.
        strand, targets: None leaves them as they are; empty says that they are not stated.
    """
    gone = set(leaving)
    staying = [one for one in dossier.consortium.participants if one.organisation.id not in gone]
    present = {one.organisation.id for one in staying}
    for one in joining:
        if one.organisation.ref not in present:
            present.add(one.organisation.ref)
            staying.append(core.Participant(snapshot(one.organisation), core.Role(one.role)))
    changed = replace(dossier, consortium=core.Consortium(tuple(staying)))
    if strand is not None:
        changed = replace(changed, strand=strand or NOT_STATED)
    if targets is not None:
        changed = replace(changed, targets=tuple(targets) or NOT_STATED)
    return changed


def with_roles(dossier: Dossier, roles: Mapping[str, str]) -> Dossier:
    """The dossier with other roles of some members, by reference of the organisation."""
    changed = tuple(
        core.Participant(one.organisation, core.Role(roles[one.organisation.id]))
        if one.organisation.id in roles
        else one
        for one in dossier.consortium.participants
    )
    return replace(dossier, consortium=core.Consortium(changed))
