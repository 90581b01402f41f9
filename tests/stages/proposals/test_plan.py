"""The timetable on its page, and the tables that sections show."""

from typing import Any

import pytest
from django.template.loader import render_to_string
from tests.conftest import NOW
from tests.people import browsing
from tests.stages.proposals.draft_cast import REF, form, seats, standing_draft, write
from tests.stages.proposals.money_cast import Cast

from hanse.core.form import Draft, Form
from hanse.core.proposal import Dossier
from hanse.stages.consortia.models import SeatState
from hanse.stages.proposals.models import Text
from hanse.stages.proposals.queries.dossiers import dossier_of
from hanse.stages.proposals.queries.plan import (
    complementarity_shown,
    labels_of,
    members_shown,
    place_in_words,
    plan_shown,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(at: Any) -> Cast:
    return standing_draft()


def page() -> str:
    response = browsing("mila").get(f"/proposals/{REF}/plan")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_plan_shows_bars_marks_and_what_does_not_fit(team: Cast) -> None:
    html = page()
    assert "WP1 Work 1" in html
    assert "T1.1 First fair runs in months 28 to 31, outside WP1 in months 1 to 30." in html
    assert "T1.1 First fair runs to month 31, after the end of the project in month 30." in html
    assert "M1 Agreement signed: month 6" in html
    assert "WP2 Work 2 has no first and no last month." in html
    assert "Lanterna Marine Cluster" in html
    assert "style=" not in html
    assert html.count("<h1") == 1


def test_it_leads_to_where_the_plan_is_written(team: Cast) -> None:
    html = page()
    for section in ("work_packages", "tasks", "deliverables", "milestones"):
        assert f'href="/proposals/{REF}/sections/{section}"' in html


def test_overlaps_are_something_to_think_about(team: Cast) -> None:
    for part, value in (("lead", "lanterna"), ("start", "2"), ("end", "3")):
        write(team, "giulia", f"work_packages/2/{part}", value)
    assert "Lanterna Marine Cluster leads 2 work packages at the same time in months 2 to 3: WP1, WP2." in page()


def test_a_draft_without_a_plan_says_so(team: Cast) -> None:
    Text.objects.all().delete()
    assert "Nothing is planned yet." in page()


def test_members_are_told_with_those_invited(team: Cast) -> None:
    seat = team.seats["mila"]
    seat.state = SeatState.INVITED
    seat.save()
    found = members_shown(seats(team))
    assert [(row.name, row.country, row.role, row.kind, row.invited) for row in found] == [
        ("Lanterna Marine Cluster", "Italy", "coordinator", "cluster organisation", False),
        ("Salzspeicher Food Network", "Germany", "beneficiary", "cluster organisation", False),
        ("Sava Software Network", "Serbia", "beneficiary", "cluster organisation", True),
    ]
    html = render_to_string("proposals/shown/members.html", {"shown": found})
    assert 'href="/organisations/sava"' in html
    assert "invited" in html
    assert len(members_shown(seats(team), planned=False)) == 2


def test_who_brings_what_is_a_matrix_in_words(team: Cast) -> None:
    shown = complementarity_shown(dossier_of(team.proposal, seats(team), at=NOW))
    sectors, markets = shown.matrices
    assert (sectors.title, sectors.heads) == ("Sectors", ("Maritime technology",))
    assert [(head, [cell.words for cell in cells]) for head, cells in markets.lines()] == [
        ("Japan", ["–", "–", "alone"])
    ]
    assert shown.alone == ("Sava Software Network alone brings: Japan.",)
    assert shown.gaps == "No member names these targets as a market: United States."
    html = render_to_string("proposals/shown/complementarity.html", {"shown": shown})
    for words in ("Maritime technology", "alone brings: Japan", "open"):
        assert words in html


def test_gaps_are_told_in_each_case(team: Cast) -> None:
    empty = complementarity_shown(Dossier("x"))
    assert (empty.matrices, empty.gap) == ((), True)
    assert "No member states sectors or markets" in render_to_string(
        "proposals/shown/complementarity.html", {"shown": empty}
    )
    whole = dossier_of(team.proposal, seats(team), at=NOW)
    covered = complementarity_shown(Dossier("x", consortium=whole.consortium, targets=("JP",)))
    assert (covered.gaps, covered.gap) == ("Each target is a market that a member names.", False)


def test_places_are_told_by_name() -> None:
    assert [place_in_words(id) for id in ("JP", "africa", "nowhere")] == ["Japan", "Africa", "nowhere"]


def test_work_packages_are_called_by_label_and_title(team: Cast) -> None:
    draft = Draft({"work_packages/4": "1", "work_packages/4/title": "Go"})
    assert labels_of(plan_shown(form(team), draft).plan) == {"4": "WP1 Go"}
    assert plan_shown(Form("None"), draft).gantt.empty
