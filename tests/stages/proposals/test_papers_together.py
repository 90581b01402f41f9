"""Two people attach or declare at the same instant; and no damaged PDF breaks its reader."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.conftest import NOW
from tests.people import person
from tests.stages.consortia.casting import editor_of
from tests.stages.proposals.money_cast import REF, Cast, cast
from tests.stages.proposals.papers_cast import FORM, pdf, stored, use
from tests.together import at_once

from hanse.ground import clock
from hanse.stages.announcement import actions as announcement
from hanse.stages.proposals.actions import papers as actions
from hanse.stages.proposals.models import Annex, Declaration
from hanse.stages.proposals.queries import papers as queries
from hanse.stages.registry.actions.refusals import Refusal

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 6


@pytest.fixture
def team(monkeypatch: Any) -> Cast:
    clock.set_clock(instant=NOW)
    announcement.load_callbook(NOW)
    use(monkeypatch, FORM)
    return cast(packages=0)


def test_of_many_who_attach_to_one_place_one_is_first(team: Cast) -> None:
    kept = [stored(pdf(1) + b"\n%" + str(n).encode()) for n in range(MANY)]
    people, seat = [person("jonas"), person("giulia")], team.seats["jonas"].pk

    def act(n: int) -> Callable[[], Any]:
        return lambda: actions.add_annex(
            actor=people[n % 2], ref=REF, kind="letter", seat_id=seat, stored=kept[n], name=f"{n}.pdf",
            based_on=0, at=NOW,
        )  # fmt: skip

    came = at_once(*[act(n) for n in range(MANY)])
    assert sum(isinstance(one, Annex) for one in came) == Annex.objects.count() == 1
    assert {one.status for one in came if isinstance(one, Refusal)} == {409}
    team.proposal.refresh_from_db()
    assert team.proposal.version == 2


def test_two_owners_who_declare_at_once_have_declared_once(team: Cast) -> None:
    other = editor_of("charlie", team.seats["jonas"].organisation, right="owner")
    digest, seat = queries.wording_digest(FORM.declarations[0].text), team.seats["jonas"].pk

    def act(who: Any) -> Callable[[], Any]:
        return lambda: actions.declare(actor=who, ref=REF, kind="honour", seat_id=seat, digest=digest, at=NOW)

    came = at_once(*[act(who) for who in (person("jonas"), other) * 3])
    assert {one.pk for one in came} == {Declaration.objects.get().pk}


def test_no_damaged_pdf_breaks_its_reader(team: Cast) -> None:
    whole = pdf(3)
    for end in range(8, len(whole), 97):
        pages, fault = queries.pages_in(stored(whole[:end]))
        assert (pages is None) == bool(fault) and pages in (None, 1, 2, 3), end
    for place in range(20, len(whole), 131):
        pages, fault = queries.pages_in(stored(whole[:place] + b"<<" + whole[place + 2 :]))
        assert (pages is None) == bool(fault), place
