"""How several applications stand: the same as the page of each tells, in as many queries for five as for one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.conftest import NOW
from tests.people import person
from tests.stages.consortia.casting import seat_of
from tests.stages.submission.sealing_cast import CLOSING, before, ready, submitted, withdrawn

from hanse.callbook.dossier_writing import as_json
from hanse.stages.consortia.queries.members import open_seats
from hanse.stages.proposals.actions import drafts as writing
from hanse.stages.proposals.actions import money
from hanse.stages.proposals.models import Proposal
from hanse.stages.proposals.queries.dossiers import dossier_of, dossiers_of
from hanse.stages.submission.queries.standings import stands_of

pytestmark = pytest.mark.django_db


def with_money(proposal: Proposal) -> Proposal:
    for who, cents in (("giulia", 100_000), ("jonas", 250_050)):
        seat = seat_of(proposal.consortium, who).pk
        cells = [money.Typed("", "travel", cents), money.Typed("1", "other_goods", cents)]
        money.save_cells(actor=person(who), ref=proposal.ref, seat_id=seat, cells=cells, at=NOW)
        money.state_contribution(actor=person(who), ref=proposal.ref, seat_id=seat, requested=cents, based_on=0, at=NOW)
    return Proposal.objects.select_related("consortium").get(pk=proposal.pk)


def test_many_are_drawn_as_one_is() -> None:
    first = with_money(ready(ref="first"))
    second = ready("aylin", "jonas", ref="second", texts={"roadmap": "First this, then that."})
    drawn = dossiers_of([first, second], at=NOW)
    for proposal in (first, second):
        alone = dossier_of(proposal, open_seats(proposal.consortium), at=NOW)
        assert as_json(drawn[proposal.pk].dossier) == as_json(alone)
        assert alone.declarations
    assert drawn[first.pk].dossier.budget != drawn[second.pk].dossier.budget


def test_each_word() -> None:
    up_to_date, behind, taken_back, never = (ready(ref=ref, name=ref) for ref in ("one", "two", "three", "four"))
    for proposal in (up_to_date, behind, taken_back):
        submitted(proposal, arrival=before(days=2))
    writing.save(actor=person("giulia"), ref="two", key="summary", value="Other.", based_on=1, at=NOW)
    withdrawn(taken_back, arrival=before(days=1))
    asked = [Proposal.objects.get(pk=one.pk) for one in (up_to_date, behind, taken_back, never)]
    stands = stands_of(asked, CLOSING)
    assert [stands[one.pk].in_words for one in asked] == [
        "submitted",
        "behind: 1 change: 1 text",
        "not submitted, since it was withdrawn",
        "not submitted",
    ]
    assert all(stand.reasons == () for stand in stands.values())


def test_an_application_that_nothing_touched_since_is_not_read_again() -> None:
    proposal = ready()
    submitted(proposal, arrival=before(hours=2))
    asked = [Proposal.objects.get(pk=proposal.pk)]
    with CaptureQueriesContext(connection) as captured:
        assert stands_of(asked, before(hours=1).at)[proposal.pk].word == "submitted"
    assert not any("proposals_text" in query["sql"] for query in captured.captured_queries)


def test_nobody_asked_is_nothing_asked() -> None:
    with CaptureQueriesContext(connection) as captured:
        assert stands_of([], NOW) == {}
    assert len(captured) == 0
