"""What changed since it was sealed, as its readers are told: in the titles of the form, without figures kept apart."""

from datetime import datetime, timedelta

import pytest
from tests.people import browsing, person
from tests.stages.consortia.casting import organisation_of
from tests.stages.submission.sealing_cast import CLOSING, before, ready, submitted

from hanse.ground import clock
from hanse.stages.consortia.models import Seat
from hanse.stages.consortia.permissions import standing_in
from hanse.stages.proposals.actions import drafts as writing
from hanse.stages.proposals.actions import money, papers
from hanse.stages.proposals.actions.money import Typed
from hanse.stages.proposals.models import Annex, Declaration, Proposal
from hanse.stages.submission.actions.submitting import make_ready
from hanse.stages.submission.queries.differences import NOT_SHARED, Told, told_of_changes
from hanse.stages.submission.queries.report import door_of

pytestmark = pytest.mark.usefixtures("at")
SINCE = before(hours=1)
PACKAGE = "/proposals/blue-ways/receipts/1.zip"
RECEIPT = "/proposals/blue-ways/receipts/1"


@pytest.fixture
def proposal(at: datetime) -> Proposal:
    """An application with a work package, submitted before anybody has spent anything."""
    proposal = ready(
        "giulia", "jonas", "mila", texts={"work_packages/1": "10", "work_packages/1/title": "First voyage"}
    )
    submitted(proposal, arrival=before(hours=3))
    return proposal


def told(who: str) -> dict[str, Told]:
    """Each change as somebody reads it, by its title."""
    proposal = Proposal.objects.select_related("consortium").get(ref="blue-ways")
    ground, made = make_ready(proposal=proposal, arrival=SINCE)
    may = standing_in(person(who), proposal.consortium, SINCE.at)
    return {each.title: each for each in told_of_changes(door_of(ground, made, SINCE.at).changes, ground, may)}


def seat_of(who: str, proposal: Proposal) -> Seat:
    seat: Seat = proposal.consortium.seats.get(organisation=organisation_of(who), state="accepted")
    return seat


def spend(who: str, proposal: Proposal, cents: int, *, shared: bool = True) -> None:
    """Travel of a partner under the work package."""
    seat = seat_of(who, proposal).pk
    cells = [Typed("1", "travel", cents)]
    money.save_cells(actor=person(who), ref="blue-ways", seat_id=seat, cells=cells, at=SINCE.at)
    money.share_cells(actor=person(who), ref="blue-ways", seat_id=seat, shared=shared, at=SINCE.at)


def write(**texts: str) -> None:
    """Write into fields that are empty."""
    keys = {key.replace("__", "/"): (value, 0) for key, value in texts.items()}
    writing.save_many(actor=person("giulia"), ref="blue-ways", texts=keys, at=SINCE.at)


def test_nothing_is_told_where_nothing_changed(proposal: Proposal) -> None:
    assert told("giulia") == {}


def test_texts_are_called_as_the_form_calls_them(proposal: Proposal) -> None:
    lanterna = organisation_of("giulia")
    write(roadmap="Step by step.", work_packages__1__lead=lanterna.ref)
    found = told("jonas")
    assert found["Roadmap"] == Told("text", "Roadmap", "roadmap", "", "Step by step.")
    (lead,) = (each for title, each in found.items() if "First voyage" in title)
    assert (lead.section, lead.after) == ("work_packages", lanterna.name)
    page = browsing("jonas").get("/proposals/blue-ways/submission/changes").content.decode()
    assert "/proposals/blue-ways/sections/roadmap" in page and "text: roadmap" not in page


def test_cells_are_called_by_partner_category_and_work_package(proposal: Proposal) -> None:
    spend("giulia", proposal, 123_456)
    (cell,) = (each for each in told("jonas").values() if "work package “First voyage”" in each.title)
    assert cell.title.startswith(f"{organisation_of('giulia').name}: Travel")
    assert (cell.kind, cell.before, cell.after) == ("budget cell", "", "amount: 1\u00a0234.56\u00a0EUR")


def test_aims_members_and_papers_have_names(proposal: Proposal) -> None:
    proposal.consortium.targets = ["CA"]
    proposal.consortium.save(update_fields=["targets"])
    jonas = organisation_of("jonas")
    made = Declaration.objects.filter(proposal=proposal, seat=seat_of("jonas", proposal)).latest("pk")
    papers.revoke(actor=person("jonas"), ref="blue-ways", number=made.pk, at=SINCE.at)
    found = told("giulia")
    assert found["Target countries and world regions"].after == "Canada"
    (gone,) = (each for each in found.values() if each.kind == "declaration")
    assert gone.title == f"Declaration on honour, {jonas.name}"
    assert "made on: " in gone.before and "2020-" not in gone.before and gone.after == ""
    assert not Annex.objects.filter(proposal=proposal).exists()


def test_figures_that_are_not_shared_stay_with_their_partner(proposal: Proposal) -> None:
    spend("jonas", proposal, 765_432, shared=False)
    name = organisation_of("jonas").name
    kept = f"{name}: figures that are not shared"
    for who in ("giulia", "mila"):
        found = told(who)
        assert found[kept].before == found[kept].after == NOT_SHARED
        assert not any("7\u00a0654.32" in f"{each.before} {each.after}" for each in found.values())
        page = browsing(who).get("/proposals/blue-ways/submission/changes").content.decode()
        assert "7\u00a0654.32" not in page and kept in page
    assert any("7\u00a0654.32" in each.after for each in told("jonas").values())


def test_the_package_is_for_those_who_may_see_every_figure(proposal: Proposal) -> None:
    spend("jonas", proposal, 765_432)
    assert browsing("giulia").get(PACKAGE).status_code == 200
    spend("jonas", proposal, 765_432, shared=False)
    assert browsing("giulia").get(PACKAGE).status_code == browsing("mila").get(PACKAGE).status_code == 403
    page = browsing("giulia").get(RECEIPT).content.decode()
    assert PACKAGE not in page and "once every partner shares its figures" in page
    assert browsing("jonas").get(PACKAGE).status_code == 200


def test_officers_have_the_package_after_the_closing(proposal: Proposal) -> None:
    spend("jonas", proposal, 765_432, shared=False)
    clock.set_clock(instant=CLOSING + timedelta(hours=1))
    assert browsing("odile").get(PACKAGE).status_code == 200
