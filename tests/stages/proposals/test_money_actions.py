"""Who may write which figures, and what happens when two do so at once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.conftest import NOW
from tests.people import person
from tests.stages.proposals.money_cast import FLAT, REF, Cast, cast
from tests.together import at_once

from hanse.core.values.money import Money
from hanse.ground import audit
from hanse.stages.announcement import actions as announcement
from hanse.stages.consortia.models import Consortium, Seat, SeatState
from hanse.stages.proposals.actions import money, sheets
from hanse.stages.proposals.models import Cost, MoneyChange, Part, Source
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import Membership

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def team(at: datetime) -> Cast:
    announcement.load_callbook(at)
    return cast()


def refused(act: Any, *args: Any, **kwargs: Any) -> Refusal:
    with pytest.raises(Refusal) as said:
        act(*args, **kwargs)
    return said.value


# --- cells -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_cell_is_written_and_every_change_of_it_is_kept(team: Cast) -> None:
    team.put("jonas", "1", "travel", cents=50_000)
    team.put("jonas", "1", "travel", cents=60_000, at=LATER)
    cost = Cost.objects.get()
    assert (cost.cents, cost.version, cost.changed_by, cost.changed_at) == (60_000, 2, person("jonas"), LATER)
    kept = [(row.key, row.before, row.after) for row in MoneyChange.objects.order_by("id")]
    first, second = ({"cents": cents, "months": None, "rate": None} for cents in (50_000, 60_000))
    assert kept == [("cost/1/travel", None, first), ("cost/1/travel", first, second)]
    team.proposal.refresh_from_db()
    assert (team.proposal.version, team.proposal.changed_at) == (3, LATER)


@pytest.mark.django_db
def test_personnel_is_months_times_rate_half_up(team: Cast) -> None:
    team.put("jonas", "1", "personnel", months=150, rate=333)
    assert Cost.objects.get().cents == 500
    team.put("jonas", "1", "personnel", months=200)
    assert (Cost.objects.get().cents, Cost.objects.get().months) == (0, 200)


@pytest.mark.django_db
def test_writing_what_stands_changes_nothing_and_meets_nobody(team: Cast) -> None:
    team.put("jonas", "1", "travel", cents=50_000)
    saved = team.put("jonas", "1", "travel", cents=50_000, based_on=0)
    assert saved == money.Saved()
    assert team.put("jonas", "2", "travel", cents=0) == money.Saved()
    assert MoneyChange.objects.count() == 1


@pytest.mark.django_db
def test_a_cell_that_somebody_changed_comes_back_with_both_figures(team: Cast) -> None:
    team.put("jonas", "1", "travel", cents=50_000)
    team.put("jonas", "1", "travel", cents=70_000)
    (clash,) = team.put("jonas", "1", "travel", cents=60_000, based_on=1).clashes
    assert (clash.typed.cents, clash.stands.cents, clash.stands.version, clash.by) == (60_000, 70_000, 2, "Jonas Wendt")
    assert Cost.objects.get().cents == 70_000


@pytest.mark.django_db
def test_an_emptied_cell_keeps_its_versions(team: Cast) -> None:
    team.put("jonas", "1", "travel", cents=50_000)
    team.put("jonas", "1", "travel", cents=0)
    assert team.put("jonas", "1", "travel", cents=9, based_on=1).clashes
    assert MoneyChange.objects.latest("id").after is None


@pytest.mark.django_db
def test_of_many_cells_those_in_conflict_alone_are_left(team: Cast) -> None:
    team.put("jonas", "1", "travel", cents=1)
    typed = [money.Typed("1", "travel", cents=5), money.Typed("2", "travel", cents=6)]
    seat = team.seats["jonas"].pk
    saved = money.save_cells(actor=person("jonas"), ref=REF, seat_id=seat, cells=typed, at=NOW)
    assert [cost.cents for cost in saved.changed] == [6]
    assert [clash.typed.cents for clash in saved.clashes] == [5]
    typed[1] = money.Typed("2", "travel", cents=7, based_on=1)
    saved = money.save_cells(actor=person("jonas"), ref=REF, seat_id=seat, cells=typed, at=NOW, whole=True)
    assert (saved.changed, len(saved.clashes)) == ((), 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "status", "told"),
    [
        ("giulia", 403, "Only people of a partner change its figures."),
        ("mila", 403, "Only people of a partner change its figures."),
        ("charlie", 404, "There is no such application."),
        ("odile", 404, "There is no such application."),
        ("halvard", 404, "There is no such application."),
    ],
)
def test_only_people_of_a_partner_write_its_cells(team: Cast, who: str, status: int, told: str) -> None:
    typed = [money.Typed("1", "travel", cents=5)]
    said = refused(money.save_cells, actor=person(who), ref=REF, seat_id=team.seats["jonas"].pk, cells=typed, at=NOW)
    assert (said.status, said.message) == (status, told)
    assert not Cost.objects.exists()


@pytest.mark.django_db
def test_after_the_deadline_figures_stay_as_they_are(team: Cast) -> None:
    said = refused(team.put, "jonas", "1", "travel", cents=5, at=NOW + timedelta(days=4))
    assert said.message == "The call has closed; figures stay as they are."


@pytest.mark.django_db
def test_a_partner_that_left_writes_nothing(team: Cast) -> None:
    Seat.objects.filter(pk=team.seats["jonas"].pk).update(state=SeatState.LEFT)
    assert refused(team.put, "jonas", "1", "travel", cents=5).status == 404
    said = refused(
        money.save_cells, actor=person("jonas"), ref="nowhere", seat_id=team.seats["jonas"].pk, cells=[], at=NOW
    )
    assert said.status == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("package", "category", "figures", "told"),
    [
        ("1", "gifts", {"cents": 5}, "The form has no category of costs 'gifts'."),
        ("x", "travel", {"cents": 5}, "There is no work package 'x'."),
        ("12345", "travel", {"cents": 5}, "There is no work package '12345'."),
        ("1", "travel", {"months": 5}, "Travel is stated as an amount, not by months."),
        ("1", "travel", {"cents": -1}, "An amount is below zero or too large."),
        ("1", "travel", {"cents": 10**15}, "An amount is below zero or too large."),
        ("1", "personnel", {"months": 10**6, "rate": 10**13}, "Months times rate are too large an amount."),
    ],
)
def test_a_cell_that_cannot_be_is_refused(
    team: Cast, package: str, category: str, figures: dict[str, int], told: str
) -> None:
    said = refused(team.put, "jonas", package, category, **figures)
    assert (said.status, said.message) == (422, told)
    assert not Cost.objects.exists()


@pytest.mark.django_db
def test_indirect_costs_at_a_flat_rate_are_not_typed(team: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(money, "form_of", lambda *_: FLAT)
    said = refused(team.put, "jonas", "1", "indirect", cents=5)
    assert said.message == "Indirect costs are computed at the flat rate of the call, and not typed."


@pytest.mark.django_db
def test_saving_one_cell_asks_the_database_a_few_times(team: Cast) -> None:
    team.put("jonas", "1", "travel", cents=5)
    jonas, seat = person("jonas"), team.seats["jonas"].pk
    typed = [money.Typed("1", "travel", cents=6, based_on=1)]
    with CaptureQueriesContext(
        connection,
    ) as spent:
        money.save_cells(actor=jonas, ref=REF, seat_id=seat, cells=typed, at=NOW)
    asked = [query["sql"] for query in spent if "SAVEPOINT" not in query["sql"]]
    assert len(asked) <= 9, "\n".join(asked)  # one of them asks for the roles of the person, once a request


@pytest.mark.django_db
def test_an_auditor_changes_nothing_even_for_a_partner(team: Cast) -> None:
    Membership.objects.create(
        user=person("halvard"), organisation=team.seats["jonas"].organisation, right="editor", since=NOW
    )
    typed = [money.Typed("1", "travel", cents=5)]
    said = refused(
        money.save_cells, actor=person("halvard"), ref=REF, seat_id=team.seats["jonas"].pk, cells=typed, at=NOW
    )
    assert (said.status, said.message) == (403, "You look at this application and change nothing in it.")


# --- contributions -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_contribution_is_stated_and_taken_back(team: Cast) -> None:
    team.ask("jonas", 900)
    team.ask("jonas", 900)
    team.ask("jonas", None)
    part = Part.objects.get()
    assert (part.requested, part.version) == (None, 2)
    assert [event.act for event in audit.history(("proposal", REF))] == ["state contribution"] * 2


@pytest.mark.django_db
def test_a_contribution_that_changed_meanwhile_is_told(team: Cast) -> None:
    team.ask("jonas", 900)
    seat = team.seats["jonas"].pk

    def state(cents: int) -> Part:
        return money.state_contribution(
            actor=person("jonas"), ref=REF, seat_id=seat, requested=cents, based_on=0, at=NOW
        )

    said = refused(state, 800)
    assert (said.status, "Jonas Wendt changed this meanwhile to 9.00 EUR" in said.message) == (409, True)
    team.ask("jonas", None)
    assert "to nothing" in refused(state, 800).message


@pytest.mark.django_db
def test_the_most_is_asked_for_and_shared_out_to_the_cent(team: Cast) -> None:
    for who, cents in (("giulia", 33_333), ("jonas", 33_333), ("mila", 33_334)):
        team.put(who, "1", "travel", cents=cents)
    shares = money.distribute(actor=person("giulia"), ref=REF, contribution=None, based_on={}, at=NOW)
    assert shares == {"lanterna": Money(30_000), "salzspeicher": Money(30_000), "sava": Money(30_000)}
    versions = {part.seat_id: part.version for part in Part.objects.all()}
    shares = money.distribute(actor=person("giulia"), ref=REF, contribution=Money(100), based_on=versions, at=NOW)
    assert sum(share.cents for share in shares.values()) == 100
    assert sum(part.requested or 0 for part in Part.objects.all()) == 100
    said = refused(money.distribute, actor=person("giulia"), ref=REF, contribution=None, based_on=versions, at=NOW)
    assert "changed its part meanwhile" in said.message


@pytest.mark.django_db
def test_partners_without_a_grant_get_no_share(team: Cast) -> None:
    Seat.objects.filter(pk=team.seats["mila"].pk).update(role=Seat.Role.ASSOCIATED_PARTNER)
    team.put("giulia", "1", "travel", cents=1000)
    team.put("mila", "1", "travel", cents=1000)
    shares = money.distribute(actor=person("giulia"), ref=REF, contribution=None, based_on={}, at=NOW)
    assert (shares["lanterna"], shares["sava"]) == (Money(1000), Money(0))


@pytest.mark.django_db
def test_sharing_out_is_refused_where_it_cannot_be(team: Cast) -> None:
    def share(who: str, cents: int | None) -> dict[str, Money]:
        amount = None if cents is None else Money(cents)
        return money.distribute(actor=person(who), ref=REF, contribution=amount, based_on={}, at=NOW)

    assert refused(share, "jonas", 5).status == 403
    assert refused(share, "giulia", None).message == "There are no costs yet by which to share."
    team.put("jonas", "1", "travel", cents=1000)
    said = refused(share, "giulia", 901)
    assert said.faults["contribution"] == "9.01 EUR is above 9.00 EUR, the most that rate, cap and costs allow."


@pytest.mark.django_db
def test_where_the_call_states_no_rate_an_amount_can_still_be_shared_out(team: Cast) -> None:
    Consortium.objects.filter(ref=REF).update(strand="")
    team.put("jonas", "1", "travel", cents=1000)

    def share(cents: int | None) -> dict[str, Money]:
        amount = None if cents is None else Money(cents)
        return money.distribute(actor=person("giulia"), ref=REF, contribution=amount, based_on={}, at=NOW)

    said = refused(share, None)
    assert (said.status, said.message) == (
        422,
        "The call does not state the rate, so the most is not known. Name an amount.",
    )
    assert refused(share, 1001).status == 422
    assert share(1000)["salzspeicher"] == Money(1000)


@pytest.mark.django_db
def test_cells_are_kept_and_shared_by_their_owner_alone(team: Cast) -> None:
    team.keep("jonas")
    team.keep("jonas")
    assert not Part.objects.get().shared
    said = refused(
        money.share_cells, actor=person("giulia"), ref=REF, seat_id=team.seats["jonas"].pk, shared=True, at=NOW
    )
    assert said.status == 403
    money.share_cells(actor=person("jonas"), ref=REF, seat_id=team.seats["jonas"].pk, shared=True, at=NOW)
    assert Part.objects.get().shared
    assert [event.act for event in audit.history(("proposal", REF))] == ["keep cells", "share cells"]


# --- sources -----------------------------------------------------------------------------------------------------


def source(team: Cast, **said: Any) -> Source:
    values: dict[str, Any] = {"kind": "public", "name": "Port city", "cents": 500} | said
    return money.save_source(actor=person("jonas"), ref=REF, seat_id=team.seats["jonas"].pk, at=NOW, **values)


@pytest.mark.django_db
def test_a_source_is_added_changed_and_removed(team: Cast) -> None:
    added = source(team)
    same = source(team, number=added.pk, based_on=1)
    changed = source(team, number=added.pk, based_on=1, cents=600, name="The  port city")
    assert (same.version, changed.version, changed.name) == (1, 2, "The port city")
    assert (
        "changed this source meanwhile: The port city, 6.00 EUR"
        in refused(source, team, number=added.pk, based_on=1, cents=7).message
    )
    remove: dict[str, Any] = {
        "actor": person("jonas"),
        "ref": REF,
        "seat_id": team.seats["jonas"].pk,
        "number": added.pk,
        "at": NOW,
    }
    money.remove_source(**remove, based_on=2)
    assert "was removed meanwhile" in refused(money.remove_source, **remove, based_on=2).message
    assert [row.after and row.after["cents"] for row in MoneyChange.objects.order_by("id")] == [500, 600, None]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "field", "told"),
    [
        ({"kind": "gift"}, "kind", "Choose own funds, public or private money."),
        ({"name": "  "}, "name", "Say where the money comes from."),
        ({"name": "x" * 201}, "name", "Make the name of the source shorter: at most 200 letters."),
        ({"name": "Own funds"}, "name", "Own funds are computed. Name a source only if it is money of a certain kind."),
        ({"name": "Known"}, "name", "Known is there already. Change its amount instead."),
        ({"cents": 0}, "amount", "State an amount above zero."),
    ],
)
def test_a_source_that_is_incomplete_is_refused(team: Cast, said: dict[str, Any], field: str, told: str) -> None:
    source(team, name="Known")
    refusal = refused(source, team, **said)
    assert (refusal.status, refusal.faults) == (422, {field: told})


# --- a workbook --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_workbook_is_taken_over_whole_or_not_at_all(team: Cast) -> None:
    seat = team.seats["jonas"].pk
    team.put("jonas", "1", "travel", cents=1)
    cells = {seat: [money.Typed("2", "travel", cents=5), money.Typed("1", "travel", cents=5, based_on=0)]}
    said = refused(sheets.take_over, actor=person("jonas"), ref=REF, cells=cells, at=NOW)
    assert said.message == "Jonas Wendt changed 1 of these cells meanwhile. Read the workbook again."
    assert Cost.objects.count() == 1
    cells[seat][1] = money.Typed("1", "travel", cents=5, based_on=1)
    assert sheets.take_over(actor=person("jonas"), ref=REF, cells=cells, at=NOW) == 2
    assert sheets.take_over(actor=person("jonas"), ref=REF, cells=cells, at=NOW) == 0
    assert [event.act for event in audit.history(("proposal", REF))] == ["import budget"]


# --- two at once -------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_who_write_one_cell_at_once_one_is_told_the_other_s_figure(team: Cast) -> None:
    def write(cents: int) -> Any:
        return lambda: team.put("jonas", "1", "travel", cents=cents, based_on=0)

    first, second = at_once(write(5), write(6), refused=())
    assert sorted((len(first.changed), len(second.changed))) == [0, 1]
    (clash,) = first.clashes or second.clashes
    assert {clash.typed.cents, clash.stands.cents} == {5, 6}
    assert Cost.objects.get().cents == clash.stands.cents


@pytest.mark.django_db(transaction=True)
def test_many_who_write_different_cells_at_once_lose_nothing(team: Cast) -> None:
    packages = [str(number) for number in range(1, 7)]
    done = at_once(
        *(lambda of=of: team.put("jonas", of, "travel", cents=int(of), based_on=0) for of in packages), refused=()
    )
    assert all(len(saved.changed) == 1 for saved in done)
    assert sorted(cost.cents for cost in Cost.objects.all()) == [1, 2, 3, 4, 5, 6]
    team.proposal.refresh_from_db()
    assert team.proposal.version == 7
