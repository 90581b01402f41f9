"""A call may leave a missing paper to its officers: the application is accepted, and its receipt says so."""

import re
from datetime import timedelta
from html import unescape

import pytest
from tests.conftest import NOW
from tests.people import browsing, person
from tests.stages.submission.calls_cast import call_with
from tests.stages.submission.sealing_cast import CLOSING, before, ready, submitted

from hanse.core.submission.report import Bearing
from hanse.stages.proposals.actions import papers
from hanse.stages.proposals.models import Annex, Declaration, Proposal
from hanse.stages.submission.actions.submitting import make_ready
from hanse.stages.submission.models import Receipt
from hanse.stages.submission.queries.preparing import prepared
from hanse.stages.submission.queries.report import door_of, report_on

pytestmark = pytest.mark.django_db

STRATEGY_LATER = ('required = false\nstrands = ["B"]', 'required = true\ngate = "admissibility"')
HONOUR_LATER = (
    '[[annex]]\nid = "existing_strategy"',
    '[[declaration]]\nid = "honour"\ntitle = "Honour"\ntext = "We are honest."\ngate = "admissibility"\n\n'
    '[[annex]]\nid = "existing_strategy"',
)
LATER = "This does not stop a submission; an officer judges it later."
WITHOUT_ANNEX = f"“The existing internationalisation strategy” is missing: Lanterna Marine Cluster adds it. {LATER}"
WITHOUT_WORD = f"Salzspeicher Food Network has not made “Honour”: an owner declares it. {LATER}"


@pytest.fixture
def proposal() -> Proposal:
    """An application without its annex and one declaration, to a call that leaves both to officers."""
    call_with(application=[HONOUR_LATER, STRATEGY_LATER])
    made = ready("giulia", "jonas", "mila")
    annex = Annex.objects.get(proposal=made)
    papers.remove_annex(actor=person("giulia"), ref=made.ref, number=annex.pk, at=NOW)
    word = Declaration.objects.get(proposal=made, made_by=person("jonas"))
    papers.revoke(actor=person("jonas"), ref=made.ref, number=word.pk, at=NOW)
    return Proposal.objects.select_related("consortium").get(pk=made.pk)


def remarks(receipt: Receipt) -> list[str]:
    """What a receipt remarks of missing papers."""
    return [told for told in receipt.document["claims"]["remarks"] if told.endswith(LATER)]


def said(address: str) -> str:
    """What a page says to the coordinator, as plain text."""
    page = browsing("giulia").get(address)
    assert page.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.content.decode())).split())


def test_what_is_missing_is_a_remark_on_the_receipt_and_stops_nothing(proposal: Proposal) -> None:
    receipt = submitted(proposal)
    assert receipt.accepted, receipt.document["claims"]["reasons"]
    assert remarks(receipt) == [WITHOUT_ANNEX, WITHOUT_WORD]


def test_a_fair_copy_keeps_what_is_left_to_officers(proposal: Proposal) -> None:
    ground, made = make_ready(proposal=proposal, arrival=before(hours=1))
    kept = prepared(ground, before(hours=1).at)
    assert kept.body is None, "from the fair copy"
    assert kept.for_later == made.for_later != ()
    assert remarks(submitted(proposal)) == [WITHOUT_ANNEX, WITHOUT_WORD]


def test_the_report_warns_of_it(proposal: Proposal) -> None:
    ground, made = make_ready(proposal=proposal, arrival=before(hours=1))
    report = report_on(ground, made, before(hours=1).at)
    assert report.blocking == ()
    parts = [line.reason for line in report.lines if line.about == "parts" and line.bearing is Bearing.WARNING]
    assert parts == [WITHOUT_ANNEX, WITHOUT_WORD]


def test_the_pages_say_that_it_stops_nothing(proposal: Proposal) -> None:
    told = said(f"/proposals/{proposal.ref}/papers")
    assert told.count("Its absence stops no submission: an officer judges it later.") == 2
    submission = said(f"/proposals/{proposal.ref}/submission")
    assert WITHOUT_ANNEX in submission
    assert WITHOUT_WORD in submission


@pytest.mark.parametrize(("late", "offered"), [(-1, True), (0, True), (1, False)])
def test_taking_it_back_is_offered_as_long_as_it_would_stand(proposal: Proposal, late: int, offered: bool) -> None:
    ground, made = make_ready(proposal=proposal, arrival=before(hours=1))
    instant = CLOSING + timedelta(seconds=late)
    assert not door_of(ground, made, instant).withdrawable, "nothing is submitted yet"
    submitted(proposal)
    assert door_of(ground, made, instant).withdrawable is offered
