"""My work for applicants, and the demonstration in which a consortium writes together."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.people import browsing, person
from tests.stages.consortia.casting import a_consortium, invited, seat_of, the_calls

from hanse.ground import clock
from hanse.ground.accounts.models import User
from hanse.site import demonstration
from hanse.site.desks import Item, desks_of
from hanse.stages.consortia.actions import space
from hanse.stages.consortia.models import Consortium, Mandate, Seat
from hanse.stages.proposals.actions import drafts
from hanse.stages.proposals.models import Proposal

pytestmark = pytest.mark.django_db


def desk(who: str, at: datetime) -> dict[str, tuple[Item, ...]]:
    return {section.title: section.items for section in desks_of(person(who), at)[0].sections}


def test_the_desk_says_how_each_consortium_stands_and_what_changed(at: datetime) -> None:
    the_calls()
    consortium = a_consortium()
    found = desk("jonas", at)["My consortia and applications"]
    assert [(item.label, item.address) for item in found] == [("Blue ways", "/consortia/blue-ways")]
    assert found[0].note == "beneficiary; undecided: facts are missing; the application is not begun"
    drafts.begin(actor=person("giulia"), ref=consortium.ref, at=at)
    for key in ("summary", "roadmap"):
        drafts.save(actor=person("giulia"), ref=consortium.ref, key=key, value="Text.", based_on=0, at=clock.now())
    found = desk("jonas", at)["My consortia and applications"]
    assert found[0].address == "/proposals/blue-ways"
    assert found[0].note == (
        "beneficiary; undecided: facts are missing; 2 texts changed since your last visit; not submitted"
    )
    assert "changed" not in desk("giulia", at)["My consortia and applications"][0].note
    browsing("jonas").get("/proposals/blue-ways")
    assert "changed" not in desk("jonas", clock.now())["My consortia and applications"][0].note


def test_invitations_and_tasks_wait_for_those_they_are_for(at: datetime) -> None:
    the_calls()
    consortium = a_consortium("giulia", "jonas")
    seat = invited(consortium, "mila")
    space.add_task(
        actor=person("giulia"),
        ref=consortium.ref,
        title="Write the roadmap",
        text="",
        due_on=at.date(),
        seat_id=seat_of(consortium, "jonas").pk,
        person_id=None,
        at=at,
    )
    assert [item.address for item in desk("mila", at)["Invitations to answer"]] == [
        f"/consortia/blue-ways/invitations/{seat.pk}"
    ]
    assert desk("mila", at)["My consortia and applications"] == ()
    assert [item.label for item in desk("jonas", at)["Tasks"]] == ["Write the roadmap"]
    assert "due on 29 November 2020" in desk("jonas", at)["Tasks"][0].note
    assert desk("giulia", at)["Tasks"] == ()
    assert desk("charlie", at)["My consortia and applications"] == ()


def test_the_desk_asks_as_much_for_one_consortium_as_for_five(at: datetime) -> None:
    the_calls()

    def asked() -> int:
        client = browsing("giulia")
        client.get("/work")
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/work").status_code == 200
        return len(captured)

    made = a_consortium(ref="one", name="One")
    drafts.begin(actor=person("giulia"), ref=made.ref, at=at)
    first = asked()
    for number in range(4):
        made = a_consortium(ref=f"more-{number}", name=f"More {number}")
        drafts.begin(actor=person("giulia"), ref=made.ref, at=at)
    assert asked() == first


def test_in_the_demonstration_one_acceptance_is_missing(db: None) -> None:
    demonstration.prepare()
    clock.set_clock(instant=demonstration.STARTS_AT)
    consortium = Consortium.objects.get()
    assert [(seat.organisation.name, seat.state) for seat in consortium.seats.order_by("place")] == [
        ("Lanterna Marine Cluster", "accepted"),
        ("Salzspeicher Food Network", "accepted"),
        ("Sava Software Network", "invited"),
    ]
    assert Mandate.objects.count() == 2
    proposal = Proposal.objects.get()
    assert proposal.texts.filter(key="roadmap").count() == 0
    assert proposal.costs.count() == 10
    demonstration.prepare()
    assert (Consortium.objects.count(), Seat.objects.count()) == (1, 3)
    assert User.objects.count() == len(demonstration.CAST)
