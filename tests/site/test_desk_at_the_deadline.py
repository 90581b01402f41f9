"""My work around a deadline: how each application stands, and late cases for officers."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.conftest import NOW
from tests.people import browsing, person
from tests.stages.submission.moving_cast import moved
from tests.stages.submission.sealing_cast import CLOSING, at, before, ready, submitted, withdrawn

from hanse.ground import clock
from hanse.site.desks import Section, desks_of
from hanse.stages.proposals.actions import drafts as writing
from hanse.stages.submission.actions import late

pytestmark = pytest.mark.django_db

AFTER = CLOSING + timedelta(hours=2)


def notes(who: str, when: datetime) -> dict[str, str]:
    sections = {section.title: section for section in desks_of(person(who), when)[0].sections}
    return {item.label: item.note for item in sections["My consortia and applications"].items}


def officers_section(who: str, when: datetime) -> Section | None:
    desk = desks_of(person(who), when)[1]
    return next((section for section in desk.sections if section.title == "Late cases to decide"), None)


def test_each_application_says_how_it_stands() -> None:
    for name in ("one", "two", "three", "four"):
        proposal = ready(ref=name, name=name)
        if name != "four":
            submitted(proposal, arrival=before(days=2))
        if name == "two":
            writing.save(actor=person("giulia"), ref=name, key="summary", value="Other.", based_on=1, at=NOW)
        if name == "three":
            withdrawn(proposal, arrival=before(days=1))
    told = notes("giulia", before(hours=1).at)
    assert told["one"].endswith("; submitted")
    assert told["two"].endswith("; behind: 1 change: 1 text")
    assert told["three"].endswith("; not submitted, since it was withdrawn")
    assert told["four"].endswith("; not submitted")
    assert notes("jonas", before(hours=1).at)["two"].endswith("; behind: 1 change: 1 text")


def test_the_desk_asks_as_much_for_one_submitted_application_as_for_four() -> None:
    def one_more(number: int) -> None:
        for kind in ("submitted", "behind"):
            proposal = ready(ref=f"{kind}-{number}", name=f"{kind} {number}")
            submitted(proposal, arrival=before(days=2))
        writing.save(actor=person("giulia"), ref=proposal.ref, key="summary", value="Other.", based_on=1, at=NOW)

    def asked() -> int:
        desks_of(person("giulia"), before(hours=1).at)
        with CaptureQueriesContext(connection) as captured:
            desks_of(person("giulia"), before(hours=1).at)
        return len(captured)

    one_more(0)
    first = asked()
    one_more(1)
    assert asked() == first


def test_a_late_case_stands_on_the_desk_of_officers_until_it_is_decided() -> None:
    attempt = submitted(ready(), arrival=at(CLOSING + timedelta(minutes=3)))
    assert officers_section("odile", AFTER) is None
    case = late.propose(
        actor=person("odile"), number=attempt.number, grounds="We were down.", evidence="Our log.", arrival=at(AFTER)
    )
    mine, theirs = officers_section("odile", AFTER), officers_section("piet", AFTER)
    assert mine is not None and theirs is not None
    desk = desks_of(person("odile"), AFTER)[1]
    assert ("Submissions", "/submissions") in [section.begin for section in desk.sections]
    assert (mine.items[0].label, mine.items[0].address) == ("Attempt blue-ways/1", f"/submissions/late/{case.pk}")
    assert mine.items[0].note.endswith("another officer has to decide")
    assert "proposed by Odile Lambert" in theirs.items[0].note
    assert not theirs.items[0].note.endswith("another officer has to decide")
    assert len(desks_of(person("giulia"), AFTER)) == 1
    clock.set_clock(instant=AFTER)
    assert "Late cases to decide" in browsing("piet").get("/work").content.decode()
    late.decide(actor=person("piet"), case_id=case.pk, admit=False, decision="We were not.", arrival=at(AFTER))
    assert officers_section("piet", AFTER) is None


def test_a_case_of_a_call_that_is_open_again_is_not_to_be_decided() -> None:
    attempt = submitted(ready(), arrival=at(CLOSING + timedelta(minutes=3)))
    late.propose(
        actor=person("odile"), number=attempt.number, grounds="We were down.", evidence="Our log.", arrival=at(AFTER)
    )
    moved(CLOSING + timedelta(days=7), at=AFTER + timedelta(hours=1))
    assert officers_section("piet", AFTER + timedelta(hours=2)) is None
