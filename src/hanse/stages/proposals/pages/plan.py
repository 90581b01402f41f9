"""The timetable of an application, and what in its work plan does not fit together."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hanse.ground import clock
from hanse.ground.accounts.access import signed_in
from hanse.stages.consortia.queries.members import open_seats
from hanse.stages.proposals.pages.entry import inside
from hanse.stages.proposals.queries import drafts
from hanse.stages.proposals.queries.plan import plan_shown


@signed_in
@require_safe
def plan(request: HttpRequest, ref: str) -> HttpResponse:
    """Work packages and tasks by month."""
    proposal, standing = inside(request, ref)
    now = clock.now()
    draft = drafts.draft_of(proposal, open_seats(proposal.consortium), drafts.texts_of(proposal))
    form = drafts.form_of(proposal, now)
    context = {
        "proposal": proposal,
        "may": standing, "part": "plan", "part_name": "Timetable",
        "shown": plan_shown(form, draft),
        "sections": [section for id in ("work_packages", "tasks", "deliverables", "milestones")
                     if (section := form.section(id))],
    }  # fmt: skip
    return render(request, "proposals/output/plan.html", context)
