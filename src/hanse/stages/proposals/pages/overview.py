"""The panel beside an application: every rule, and what the partnership has to be, as the draft stands now."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from hanse.core.form import states_of
from hanse.ground import clock
from hanse.ground.accounts.access import signed_in
from hanse.stages.consortia.queries.members import open_seats
from hanse.stages.proposals.pages.entry import inside
from hanse.stages.proposals.queries import drafts
from hanse.stages.proposals.queries.overview import overview_of


@signed_in
@require_GET
def panel(request: HttpRequest, ref: str) -> HttpResponse:
    """The panel alone, as an open page asks for it after every change."""
    proposal, may = inside(request, ref)
    now = clock.now()
    seats, written = open_seats(proposal.consortium), drafts.written_in(proposal)
    form = drafts.form_of(proposal, now)
    states = states_of(form, drafts.draft_reading(proposal, seats, written))
    overview = overview_of(proposal, seats, written.get(drafts.DURATION, ""), form, states, may, now)
    return render(request, "proposals/overview_panel.html", {"proposal": proposal, "overview": overview})
