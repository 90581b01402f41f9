"""The live panel of an application: the rules, the properties of a partnership, and that any call carries it."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.people import browsing, person
from tests.stages.consortia.casting import a_consortium, invited, seat_of, the_calls

from hanse.callbook.new_call import template_texts
from hanse.core.form import states_of
from hanse.ground import clock
from hanse.stages.announcement.actions import draft_edition, propose, publish
from hanse.stages.announcement.models import CallEdition
from hanse.stages.consortia.models import Consortium
from hanse.stages.consortia.permissions import standing_in
from hanse.stages.consortia.queries.members import open_seats
from hanse.stages.proposals.actions import drafts as actions
from hanse.stages.proposals.actions import money
from hanse.stages.proposals.actions.money import Typed
from hanse.stages.proposals.queries import drafts
from hanse.stages.proposals.queries.overview import Overview, overview_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at")]


@pytest.fixture(autouse=True)
def _calls(at: datetime) -> None:
    the_calls()


def begun(consortium: Consortium, at: datetime, **texts: str) -> None:
    """The application of a consortium with a few texts."""
    actions.begin(actor=person("giulia"), ref=consortium.ref, at=at)
    written = {key.replace("__", "/"): (text, 0) for key, text in texts.items()}
    actions.save_many(actor=person("giulia"), ref=consortium.ref, texts=written, at=at)


def look(consortium: Consortium, at: datetime, who: str = "giulia") -> Overview:
    proposal = drafts.by_ref(consortium.ref)
    assert proposal is not None
    seats, written, form = open_seats(consortium), drafts.written_in(proposal), drafts.form_of(proposal, at)
    states = states_of(form, drafts.draft_reading(proposal, seats, written))
    may = standing_in(person(who), consortium, at)
    return overview_of(proposal, seats, written.get("duration_months", ""), form, states, may, at)


def headline(overview: Overview) -> str:
    assert overview.panel is not None
    return overview.panel.headline


def covered(overview: Overview) -> list[str]:
    return [each.property.id for each in overview.properties if not each.wanting]


def put_money(consortium: Consortium, at: datetime) -> None:
    seat = seat_of(consortium, "giulia")
    cells = [Typed("", "travel", cents=50_000_000)]
    money.save_cells(actor=person("giulia"), ref=consortium.ref, seat_id=seat.pk, cells=cells, at=at)
    money.state_contribution(
        actor=person("giulia"), ref=consortium.ref, seat_id=seat.pk, requested=45_000_000, based_on=0, at=at
    )


def test_the_verdict_follows_what_is_written(at: datetime) -> None:
    consortium = a_consortium()
    begun(consortium, at)
    assert headline(look(consortium, at)) == "Undecided: a fact is missing"
    put_money(consortium, at)
    actions.save(actor=person("jonas"), ref=consortium.ref, key="duration_months", value="12", based_on=0, at=at)
    assert headline(look(consortium, at)) == "No: not as it stands"
    actions.save(actor=person("jonas"), ref=consortium.ref, key="duration_months", value="30", based_on=1, at=at)
    assert headline(look(consortium, at)) == "Yes: every rule that can be decided now is met"


def test_an_open_invitation_is_told_apart_from_a_member(at: datetime) -> None:
    consortium = a_consortium("giulia", "jonas")
    begun(consortium, at, duration_months="30")
    assert look(consortium, at).planned is None
    invited(consortium, "mila")
    overview = look(consortium, at)
    assert overview.panel is not None and overview.planned is not None
    assert {line.told.rule for line in overview.panel.broken} == {"A-three-entities", "A-three-countries"}
    assert overview.planned.broken == ()


def test_each_of_the_five_properties_is_covered_once_its_place_is_filled(at: datetime) -> None:
    consortium = a_consortium()
    begun(consortium, at)
    assert covered(look(consortium, at)) == ["european", "clusters"]
    filled = ("partnership_agreement", "governance", "roadmap", "long_term_agenda", "sustainability")
    actions.save_many(actor=person("giulia"), ref=consortium.ref, texts=dict.fromkeys(filled, ("Written.", 0)), at=at)
    overview = look(consortium, at)
    assert covered(overview) == ["european", "clusters", "partnership"]
    assert overview.covered == 3
    going = next(each for each in overview.properties if each.property.id == "going_international")
    assert going.wanting[0].startswith(
        "Target countries and world regions: United States, Situation: nothing is written"
    )


def test_strand_b_asks_what_it_builds_on(at: datetime) -> None:
    consortium = a_consortium("giulia", "jonas", "FR", strand="B")
    begun(consortium, at, duration_months="20")
    page = browsing("giulia").get("/proposals/blue-ways").content.decode()
    assert "The strategy you build on" in page
    assert "Preparatory actions" not in page
    assert "A-three-countries" not in page
    assert "B-three-member-states" in page


def test_the_call_of_2016_is_carried_with_its_phases_and_its_shared_envelope(at: datetime) -> None:
    early = datetime.fromisoformat("2017-04-01T09:00:00+00:00")
    clock.set_clock(instant=early)
    consortium = a_consortium(call="COS-CLUSINT-2016-03-01", strand="2")
    begun(consortium, early)
    page = browsing("giulia").get("/proposals/blue-ways").content.decode()
    assert "Implementation actions" in page
    assert "Preparatory actions" not in page
    overview = look(consortium, early)
    assert overview.panel is not None and overview.panel.reference == "COS-CLUSINT-2016-03-01"
    assert overview.properties == ()


NEW = {
    "application.toml": """
based_on = "standard"
title = "Application of the new call"
assumed = ""
drop = ["preparatory_actions", "risks"]
[[change]]
section = "summary"
title = "In short"
words = 4
[[section]]
id = "ethics"
after = "summary"
chapter = "Identity and summary"
title = "Ethics of the new call"
"""
}


def test_a_call_written_as_a_folder_changes_the_application_without_a_line_of_python(at: datetime) -> None:
    odile, piet = person("odile"), person("piet")
    texts = {**template_texts("NEW-CALL"), **NEW}
    edition = draft_edition(actor=odile, reference="NEW-CALL", texts=texts, reason="A new call.", at=at)
    assert isinstance(edition, CallEdition), edition
    proposed = propose(actor=odile, edition_id=edition.pk, based_on=edition.digest, at=at)
    assert isinstance(proposed, CallEdition), proposed
    done = publish(actor=piet, edition_id=edition.pk, based_on=edition.digest, at=at)
    assert isinstance(done, CallEdition), done
    consortium = a_consortium(call="NEW-CALL", strand="")
    begun(consortium, at, summary="Five words are too many")
    page = browsing("giulia").get("/proposals/blue-ways").content.decode()
    assert "Ethics of the new call" in page
    assert "In short: 5 words, 1 more than the 4 asked for." in page
    assert "Preparatory actions" not in page
    assert "This is not the call&#x27;s own form" not in page


def test_figures_of_a_partner_that_keeps_them_are_not_told_by_rates_of_categories(at: datetime) -> None:
    consortium = a_consortium(call="SMP-COSME-2021-CLUSTER-01", strand="")
    begun(consortium, at)
    seat = seat_of(consortium, "jonas")
    cells = [Typed("", "travel", cents=12_345_67)]
    money.save_cells(actor=person("jonas"), ref=consortium.ref, seat_id=seat.pk, cells=cells, at=at)
    money.share_cells(actor=person("jonas"), ref=consortium.ref, seat_id=seat.pk, shared=False, at=at)
    page = browsing("giulia").get("/proposals/blue-ways/panel").content.decode()
    assert "12\u00a0345.67" not in page


def test_the_panel_is_asked_in_few_queries_however_many_take_part(at: datetime) -> None:
    consortium = a_consortium("giulia", "jonas", "mila")
    begun(consortium, at, duration_months="30")

    def asked() -> int:
        client = browsing("giulia")
        client.get("/proposals/blue-ways/panel")
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/proposals/blue-ways/panel").status_code == 200
        return len(captured)

    few = asked()
    for country in ("FR", "ES", "PL", "GR"):
        invited(consortium, country)
    assert asked() == few
    assert few <= 20
