"""The consortium of `money_cast` with something written, for tests of draft files, the PDF and the plan."""

from datetime import datetime
from typing import Any

from tests.conftest import NOW
from tests.people import person
from tests.stages.proposals.money_cast import CALL, REF, Cast, cast

from hanse.core.form import Form
from hanse.stages.announcement import actions as announcement
from hanse.stages.consortia.queries.members import open_seats
from hanse.stages.proposals.actions import drafts as actions
from hanse.stages.proposals.models import Text, TextVersion
from hanse.stages.proposals.queries import drafts

__all__ = ["CALL", "NOW", "REF", "TEXTS", "form", "standing_draft", "write"]

TEXTS = {
    "title": "Quiet harbours",
    "duration_months": "30",
    "summary": 'We go to "Japan".\n\nTogether \\ abroad, "calmly".',
    "targets/JP/goals": "日本の港 #panic() *bold*",
    "work_packages/1/lead": "lanterna",
    "work_packages/1/start": "1",
    "work_packages/1/end": "30",
    "work_packages/1/objectives": "Stay together.",
    "tasks/1": "1",
    "tasks/1/title": "First fair",
    "tasks/1/work_package": "1",
    "tasks/1/start": "28",
    "tasks/1/end": "31",
    "milestones/1": "1",
    "milestones/1/title": "Agreement signed",
    "milestones/1/work_package": "1",
    "milestones/1/month": "6",
}


def standing_draft(**texts: str) -> Cast:
    """The consortium with texts, a budget, and aims."""
    announcement.load_callbook(NOW)
    made = cast()
    consortium = made.proposal.consortium
    consortium.targets = ["JP", "US"]
    consortium.save()
    for seat in made.seats.values():
        organisation = seat.organisation
        organisation.country = {"lanterna": "IT", "salzspeicher": "DE", "sava": "RS"}[organisation.ref]
        organisation.kind = "cluster_organisation"
        organisation.sectors = ["maritime-technology"]
        organisation.target_markets = ["JP"] if organisation.ref == "sava" else []
        organisation.save()
    for text in Text.objects.all():
        keep_version(text)
    for key, value in (TEXTS | texts).items():
        write(made, "giulia", key, value)
    made.put("giulia", "1", "travel", cents=100_050)
    made.put("jonas", "2", "travel", cents=50_000)
    made.put("giulia", "1", "personnel", months=450, rate=500_000)
    made.ask("giulia", 1_000_000)
    return made


def keep_version(text: Text) -> None:
    """What a text reads, as a version of it."""
    TextVersion.objects.create(
        proposal=text.proposal, key=text.key, number=text.version, value=text.value,
        written_by=text.changed_by, begun_at=NOW, written_at=text.changed_at,
    )  # fmt: skip


def write(made: Cast, who: str, key: str, value: str, at: datetime = NOW) -> Any:
    """Somebody writes a text, having read what stands."""
    stands = Text.objects.filter(proposal=made.proposal, key=key).first()
    based_on = stands.version if stands else 0
    return actions.save(actor=person(who), ref=REF, key=key, value=value, based_on=based_on, at=at)


def form(made: Cast) -> Form:
    """The form that holds for the application."""
    found: Form = drafts.form_of(made.proposal, NOW)
    return found


def seats(made: Cast) -> list[Any]:
    """The open seats."""
    return open_seats(made.proposal.consortium)
