"""What sections show that nobody types: members, who brings what, and the timetable of the work plan."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hanse.callbook.reference import geography, regions, sectors
from hanse.core.consortium import Participant
from hanse.core.eligibility.advice.complementarity import complementarity
from hanse.core.form import Draft, Form
from hanse.core.form.plan import Plan, plan_of
from hanse.core.proposal import Dossier
from hanse.core.values.unknown import Unknown
from hanse.ground.ui.gantt import Gantt, gantt
from hanse.stages.consortia.models import Role, Seat, SeatState
from hanse.stages.consortia.queries.members import members


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member as the application names it.

    Attributes:
        country: its name; empty if it is not stated.
        invited: whether it has still to accept.
        address: id in the registry.
    """

    name: str
    country: str
    role: str
    kind: str
    invited: bool
    address: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What a member brings to one column.

    Attributes:
        held: whether it names the column's sector or market.
        alone: whether no other member does.
    """

    held: bool
    alone: bool

    @property
    def words(self) -> str:
        """The same in a word."""
        return ("alone" if self.alone else "yes") if self.held else "–"


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One member in the matrix."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Members by what they name.

    Attributes:
        title: what the columns are.
        heads: the columns in words.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[MatrixRow, ...]

    def lines(self) -> Iterator[tuple[str, tuple[Cell, ...]]]:
        """Turned around: a line for each sector or market, of which there are more than members."""
        for place, head in enumerate(self.heads):
            yield head, tuple(row.cells[place] for row in self.rows)


@dataclass(frozen=True, slots=True)
class Completing:
    """How the members complete each other.

    Attributes:
        matrices: by sectors and by markets; one that would be empty is left out.
        alone: what each member alone brings, as sentences.
        gaps: what no member covers, as a sentence.
        gap: whether anything is uncovered or untold.
    """

    matrices: tuple[Matrix, ...]
    alone: tuple[str, ...]
    gaps: str
    gap: bool


@dataclass(frozen=True, slots=True)
class Timetable:
    """The work plan, and its picture."""

    plan: Plan
    gantt: Gantt


def members_shown(seats: Iterable[Seat], *, planned: bool = True) -> list[MemberRow]:
    """The members in the order of the application, with those that are invited."""
    counted = [seat for seat in seats if planned or seat.state == SeatState.ACCEPTED]
    participants = members(counted, planned=True).participants
    return [_member(seat, participant) for seat, participant in zip(counted, participants, strict=True)]


def _member(seat: Seat, participant: Participant) -> MemberRow:
    organisation = participant.organisation
    kind = organisation.kind
    return MemberRow(
        organisation.name,
        "" if isinstance(organisation.country, Unknown) else place_in_words(organisation.country),
        Role(seat.role).label,
        "" if isinstance(kind, Unknown) else kind.value.replace("_", " "),
        seat.state != SeatState.ACCEPTED,
        seat.organisation.ref,
    )


def complementarity_shown(dossier: Dossier) -> Completing:
    """Members by sectors and markets, what each alone brings, and what nobody covers."""
    found = complementarity(dossier, region_of=geography().regions)
    names, titles = sectors(), {"sectors": "Sectors", "markets": "Markets"}
    matrices = []
    for what, columns in (("sectors", found.sectors), ("markets", found.markets)):
        if not columns:
            continue
        words = tuple(names.get(id, id) if what == "sectors" else place_in_words(id) for id in columns)
        rows = tuple(
            MatrixRow(
                share.member.name,
                tuple(Cell(id in getattr(share, what), id in getattr(share, f"alone_{what}")) for id in columns),
            )
            for share in found.shares
        )
        matrices.append(Matrix(titles[what], words, rows))
    gaps = found.gaps
    if isinstance(gaps, Unknown):
        told, open = "No target is chosen yet, so gaps cannot be told.", True
    elif gaps:
        told, open = f"No member names these targets as a market: {', '.join(map(place_in_words, gaps))}.", True
    else:
        told, open = "Each target is a market that a member names.", False
    return Completing(tuple(matrices), tuple(_alone(matrices)), told, open)


def _alone(matrices: Sequence[Matrix]) -> Iterable[str]:
    """What each member alone brings, in the order of the application."""
    brings: dict[str, list[str]] = {}
    for matrix in matrices:
        for row in matrix.rows:
            own = brings.setdefault(row.name, [])
            own += [head for head, cell in zip(matrix.heads, row.cells, strict=True) if cell.alone]
    return (f"{name} alone brings: {', '.join(own)}." for name, own in brings.items() if own)


def place_in_words(id: str) -> str:
    """A country or a world region in words."""
    return geography().names.get(id) or regions().get(id, id)


def plan_shown(form: Form, draft: Draft) -> Timetable:
    """The work plan and its timetable."""
    plan = plan_of(form, draft)
    return Timetable(plan, gantt(plan, title="Work packages and tasks by month", names=draft.names))


def labels_of(plan: Plan) -> Mapping[str, str]:
    """What work packages are called, by the id of their record."""
    return {package.id: package.called for package in plan.packages}
