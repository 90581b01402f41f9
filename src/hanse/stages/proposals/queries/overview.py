"""How an application stands: what the rules say of it now, and whether each property of a partnership shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hanse.callbook.reference import geography
from hanse.callbook.setting import day_of_countries
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.engine import Examiner
from hanse.core.form import Form, SectionState
from hanse.core.readiness import Coverage, coverage
from hanse.ground.clock import BRUSSELS
from hanse.stages.announcement.queries import call_of
from hanse.stages.consortia.models import Seat, SeatState
from hanse.stages.consortia.queries.panel import Panel, panel_of
from hanse.stages.proposals.models import Proposal, Text
from hanse.stages.proposals.queries.dossiers import dossier_of


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
    texts: Mapping[str, Text],
    form: Form,
    states: tuple[SectionState, ...],
    at: datetime,
) -> Overview:
    """Ask the rules of the edition in force about an application as it is written now."""
    call = call_of(proposal.consortium.call, at)
    if call is None:
        return Overview(None, None, (), states)
    today = at.astimezone(BRUSSELS).date()
    dossier = dossier_of(proposal, seats, at=at, texts=texts, form=form)
    assessment = Examiner(Context(call, geography(), day_of_countries(call) or today)).check(dossier)
    invited = any(seat.state == SeatState.INVITED for seat in seats)
    planned = dossier_of(proposal, seats, at=at, texts=texts, form=form, planned=True) if invited else None
    return Overview(
        panel_of(call, dossier, today),
        None if planned is None else panel_of(call, planned, today),
        coverage(form, assessment, states),
        states,
    )
