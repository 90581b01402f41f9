"""Any section that shows what nobody types: which template draws it, and with what.

{% include shown.template with shown=shown.value %}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hanse.core.budget import Budget
from hanse.core.form import Form, Table
from hanse.stages.consortia.models import Seat, SeatState
from hanse.stages.consortia.permissions import Standing
from hanse.stages.proposals.models import Proposal, Text
from hanse.stages.proposals.queries import drafts, money
from hanse.stages.proposals.queries.dossiers import dossier_of
from hanse.stages.proposals.queries.plan import complementarity_shown, members_shown, plan_shown


@dataclass(frozen=True, slots=True)
class ShownSection:
    """What a template is given as `shown`, and which template."""

    template: str
    value: Any


def shown_in(
    table: Table,
    proposal: Proposal,
    seats: Sequence[Seat],
    *,
    form: Form,
    texts: Mapping[str, Text],
    viewer: Standing | None,
    at: datetime,
) -> ShownSection:
    """What a section shows to one reader.

    Args:
        seats: open seats with organisations.
        form: of the call, for its strand.
        texts: of the draft, by key.
        viewer: how the reader stands; what a partner keeps to itself is a sum for others.
    """
    template = f"proposals/shown/{table.value}.html"
    if table is Table.MEMBERS:
        return ShownSection(template, members_shown(seats))
    if table is Table.GANTT:
        return ShownSection(template, plan_shown(form, drafts.draft_of(proposal, seats, texts)))
    if table is Table.COMPLEMENTARITY:
        whole = dossier_of(proposal, seats, at=at, texts=texts, form=form, budget=Budget())
        return ShownSection(template, complementarity_shown(whole))
    counted = [seat for seat in seats if seat.state == SeatState.ACCEPTED]
    return ShownSection(template, money.SHOWN[table](money.ledger_of(proposal, counted, form, viewer)))
