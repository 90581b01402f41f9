"""How an application stands: what the rules say of it now, and whether each property of a partnership shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hanse.core.form import Form, SectionState
from hanse.core.proposal import Dossier
from hanse.core.readiness import Coverage, coverage
from hanse.ground.clock import BRUSSELS
from hanse.stages.announcement.queries import call_of
from hanse.stages.consortia.models import Seat, SeatState
from hanse.stages.consortia.permissions import Standing
from hanse.stages.consortia.queries.panel import Panel, examiner_of, panel_of
from hanse.stages.proposals.models import Proposal
from hanse.stages.proposals.queries.dossiers import verdict_dossier
from hanse.stages.proposals.queries.money import Rows


@dataclass(frozen=True, slots=True)
class Overview:
    """An application at one moment.

    Attributes:
        panel: every rule with its answer; None if the call is not known here any more.
        planned: the same if everybody invited accepts; None where nobody is invited.
        properties: what the call asks a partnership to be, and whether that shows.
        states: how far each section has come.
    """

    panel: Panel | None
    planned: Panel | None
    properties: tuple[Coverage, ...]
    states: tuple[SectionState, ...]

    @property
    def covered(self) -> int:
        """How many properties show."""
        return sum(not each.wanting for each in self.properties)

    @property
    def complete(self) -> int:
        """How many sections that ask for something lack nothing."""
        return sum(state.complete for state in self.states if state.section.parts)

    @property
    def asked(self) -> int:
        """How many sections ask for something."""
        return sum(bool(state.section.parts) for state in self.states)


def overview_of(
    proposal: Proposal,
    seats: Sequence[Seat],
    length: str,
    form: Form,
    states: tuple[SectionState, ...],
    viewer: Standing,
    at: datetime,
) -> Overview:
    """Ask the rules of the edition in force about an application as it is written now.

    Args:
        length: the project's, as it is written.
        states: how far its sections have come.
        viewer: who reads it.

    Where a call sets rates by category, the most that can be asked would tell a reader something about cells that a
    partner keeps to itself. Such a reader is told what the figures they may see make of it.
    """
    call = call_of(proposal.consortium.call, at)
    if call is None:
        return Overview(None, None, (), states)
    today = at.astimezone(BRUSSELS).date()
    rows = Rows.summed([proposal])
    reader = viewer if call.cost_rates else None

    def dossier(counted: Sequence[Seat], *, planned: bool) -> Dossier:
        budget = rows.budget(counted, form, reader)
        return verdict_dossier(proposal.consortium, counted, length, budget, planned=planned)

    taking_part = [seat for seat in seats if seat.state == SeatState.ACCEPTED]
    now = dossier(taking_part, planned=False)
    assessment = examiner_of(call, today).check(now)
    planned = dossier(seats, planned=True) if len(taking_part) < len(seats) else None
    return Overview(
        panel_of(call, now, today),
        None if planned is None else panel_of(call, planned, today),
        coverage(form, assessment, states),
        states,
    )
