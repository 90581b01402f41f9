"""The ledger from rows to sums, tables and verdicts; what one reader may not see is in none of them."""

from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from tests.conftest import NOW
from tests.people import person
from tests.stages.proposals.money_cast import FLAT, REF, Cast, cast

from hanse.core.budget import NOT_SHARED, OWN_FUNDS, SourceKind
from hanse.core.call import Call, CostRate
from hanse.core.form import Table
from hanse.core.values.citation import Stated
from hanse.core.values.money import Money
from hanse.core.values.unknown import Unknown
from hanse.stages.announcement import actions as announcement
from hanse.stages.announcement.queries import call_of
from hanse.stages.consortia.models import Seat, SeatState
from hanse.stages.consortia.queries.members import open_seats
from hanse.stages.proposals.actions import money
from hanse.stages.proposals.models import Text
from hanse.stages.proposals.queries import money as queries
from hanse.stages.registry.actions.refusals import Refusal

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def team(at: datetime) -> Cast:
    announcement.load_callbook(at)
    return cast()


def filled(team: Cast) -> Cast:
    """Costs of 600 in all, 540 asked for, 20 from the port city."""
    team.put("giulia", "1", "travel", cents=100_00)
    team.put("giulia", "", "equipment", cents=200_00)
    team.put("jonas", "2", "personnel", months=150, rate=200_00)
    for who, cents in (("giulia", 270_00), ("jonas", 270_00)):
        team.ask(who, cents)
    money.save_source(
        actor=person("jonas"),
        ref=REF,
        seat_id=team.seats["jonas"].pk,
        kind="public",
        name="Port city",
        cents=20_00,
        at=NOW,
    )
    return team


# --- sums --------------------------------------------------------------------------------------------------------


def test_rows_become_a_budget_that_adds_up(team: Cast) -> None:
    budget = queries.budget_of(
        filled(team).proposal, open_seats(team.proposal.consortium), queries.form_for(team.proposal, NOW)
    )
    assert (budget.total_cost, budget.requested) == (Money(600_00), Money(540_00))
    assert not isinstance(budget.financing, Unknown)
    assert [(source.source, source.amount, source.partner, source.kind) for source in budget.financing] == [
        ("Port city", Money(20_00), "salzspeicher", SourceKind.PUBLIC),
        (OWN_FUNDS, Money(30_00), "lanterna", SourceKind.OWN),
        (OWN_FUNDS, Money(10_00), "salzspeicher", SourceKind.OWN),
    ]
    personnel = next(line for line in budget.lines if line.category == "personnel")
    assert (personnel.months, personnel.rate, personnel.work_package) == (150, Money(200_00), "2")


def test_an_application_without_figures_is_unknown(team: Cast) -> None:
    books = team.books()
    budget = books.ledger.as_budget()
    assert isinstance(budget.total_cost, Unknown)
    assert isinstance(budget.requested, Unknown)
    assert [word.tone for word in queries.advice_of(books, team.proposal.consortium, NOW).words] == ["undecided"] * 3


def test_the_ledger_is_asked_in_four_queries(team: Cast) -> None:
    filled(team)
    seats, form, viewer = (
        open_seats(team.proposal.consortium),
        queries.form_for(team.proposal, NOW),
        team.standing("mila"),
    )
    with CaptureQueriesContext(connection) as spent:
        books = queries.ledger_of(team.proposal, seats, form, viewer)
        [queries.SHOWN[table](books) for table in queries.SHOWN]
    assert len(spent) == 4


def test_rows_are_the_work_packages_of_the_draft_and_what_was_removed_is_still_counted(team: Cast) -> None:
    filled(team)
    Text.objects.filter(key="work_packages/2").update(value="")
    Text.objects.filter(key="work_packages/1/title").update(value="")
    books = team.books()
    assert [(package.id, package.title, package.gone) for package in books.packages] == [
        ("1", "1. Work package without a title", False),
        ("2", "Work package 2, removed", True),
        ("", "Of no single work package", False),
    ]
    assert books.ledger.costs == Money(600_00)
    assert books.title_of_package("7") == "Work package 7"


def test_a_category_that_the_form_asks_no_more_is_still_counted(team: Cast) -> None:
    filled(team)
    books = team.books(form=replace(FLAT, indirect_rate=Stated(Unknown("?"))))
    assert [category.title for category in books.categories][-1] == "equipment, no longer asked"
    assert books.ledger.costs == Money(600_00)
    assert (books.title_of_category("travel"), books.title_of_category("x")) == ("Travel", "x")


def test_typed_indirect_costs_do_not_count_beside_a_flat_rate(team: Cast) -> None:
    team.put("giulia", "1", "travel", cents=100_00)
    team.put("giulia", "1", "indirect", cents=5_00)
    assert team.books().ledger.costs == Money(105_00)
    assert team.books(form=FLAT).ledger.by_category() == {"travel": Money(100_00), "indirect": Money(7_00)}


def test_who_left_is_not_counted(team: Cast) -> None:
    filled(team)
    Seat.objects.filter(pk=team.seats["jonas"].pk).update(state=SeatState.LEFT)
    assert team.books().ledger.costs == Money(300_00)


def test_a_sheet_tells_how_far_it_is(team: Cast) -> None:
    team.put("jonas", "1", "travel", cents=1)
    team.put("jonas", "2", "travel", cents=1, at=LATER)
    team.put("jonas", "1", "travel", cents=0)
    sheet = team.books("jonas").sheet("salzspeicher")
    assert sheet is not None
    assert (sheet.filled, sheet.last_change, sheet.own, sheet.shared) == (1, LATER, True, True)
    other = team.books("jonas").sheet("sava")
    assert other is not None
    assert (other.filled, other.last_change, other.own) == (0, None, False)
    assert team.books().sheet("nobody") is None


# --- what is not shared ------------------------------------------------------------------------------------------


def test_the_whole_is_the_same_for_rules_whoever_looks(team: Cast) -> None:
    filled(team).keep("jonas")
    books = team.books("mila")
    assert [sheet.name for sheet in books.hidden] == ["Salzspeicher Food Network"]
    assert [
        (line.partner, line.category, line.amount) for line in books.ledger.lines if line.partner != "lanterna"
    ] == [("salzspeicher", NOT_SHARED, Money(300_00))]
    assert books.ledger.costs == books.whole.costs
    assert [package.id for package in books.packages] == ["1", "2", ""]
    assert team.books("jonas").hidden == ()
    told = queries.advice_of(books, team.proposal.consortium, NOW)
    assert told.words == queries.advice_of(team.books(), team.proposal.consortium, NOW).words


def test_rates_by_category_are_not_told_where_they_would_tell_private_cells(
    team: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(team).keep("jonas")
    call = call_of(team.proposal.consortium.call, NOW)
    assert isinstance(call, Call)
    rated = replace(call, cost_rates=(CostRate("personnel", "Personnel", Stated(Fraction(1, 2))),))
    for module in (queries, money):
        monkeypatch.setattr(module, "call_of", lambda *_: rated)
    told = queries.advice_of(team.books("mila"), team.proposal.consortium, NOW)
    assert "the rate is not told here" in told.silent
    assert (told.remedies, told.by_partner, told.most, len(told.words)) == ((), {}, None, 2)
    own = queries.advice_of(team.books("jonas"), team.proposal.consortium, NOW)
    assert own.most == Money(300_00 * 9 // 10 + 300_00 // 2)
    with pytest.raises(Refusal, match="does not share its cells; each partner states its own"):
        money.distribute(actor=person("giulia"), ref=REF, contribution=None, based_on={}, at=NOW)


def test_history_tells_others_that_figures_changed_and_not_which(team: Cast) -> None:
    filled(team).keep("jonas")
    others = queries.money_changes_since(team.proposal, None, team.standing("mila"))
    salz = [(change.what, change.before, change.after) for change in others if change.partner.startswith("Salz")]
    assert salz == [
        ("contribution and sharing", "270.00, shared", "270.00, not shared"),
        ("figures that are not shared", "", ""),
        ("contribution and sharing", "", "270.00, shared"),
        ("figures that are not shared", "", ""),
    ]
    own = queries.money_changes_since(team.proposal, None, team.standing("jonas"))
    assert ("source Port city", "", "20.00") in [(change.what, change.before, change.after) for change in own]
    assert ("personnel, work package 2", "1.5 months, at 200.00, 300.00") in [(c.what, c.after) for c in own]
    assert queries.money_changes_since(team.proposal, NOW) == []
    team.put("giulia", "", "equipment", cents=0, at=LATER)
    (latest,) = queries.money_changes_since(team.proposal, NOW)
    assert (latest.by, latest.what, latest.before, latest.after) == (
        "Giulia Doria",
        "equipment, of no single work package",
        "200.00",
        "",
    )


# --- tables and advice -------------------------------------------------------------------------------------------


def test_tables_of_sections_are_made_from_the_ledger(team: Cast) -> None:
    books = filled(team).books("mila")
    by_partner = queries.SHOWN[Table.COSTS_BY_PARTNER](books)
    assert by_partner.heads[0] == "Partner"
    assert by_partner.heads[-2:] == ("Costs", "Contribution")
    assert [row[-2:] for row in by_partner.rows] == [("300.00", "270.00"), ("300.00", "270.00"), ("0.00", "0.00")]
    assert by_partner.foot[-2:] == ("600.00", "540.00")
    by_package = queries.SHOWN[Table.COSTS_BY_WORK_PACKAGE](books)
    assert by_package.rows == (
        ("1. Work 1", "100.00", "0.00", "0.00", "100.00"),
        ("2. Work 2", "0.00", "300.00", "0.00", "300.00"),
        ("Of no single work package", "200.00", "0.00", "0.00", "200.00"),
    )
    told = queries.SHOWN[Table.FINANCING](books)
    assert ("Port city (public)", "Salzspeicher Food Network", "20.00") in told.rows
    assert ("Own funds", "Lanterna Marine Cluster", "30.00") in told.rows


def test_tables_of_sections_keep_what_is_not_shared(team: Cast) -> None:
    filled(team).keep("jonas")
    team.ask("giulia", None)
    books = team.books("mila")
    by_partner = queries.SHOWN[Table.COSTS_BY_PARTNER](books)
    assert "Not shared" in by_partner.heads
    assert by_partner.foot[-1] == "open"
    by_package = queries.SHOWN[Table.COSTS_BY_WORK_PACKAGE](books)
    assert by_package.rows[-1] == ("Not shared", "0.00", "300.00", "0.00", "300.00")
    told = queries.SHOWN[Table.FINANCING](books)
    assert ("Other sources, not shared", "Salzspeicher Food Network", "20.00") in told.rows
    assert ("Own funds", "Lanterna Marine Cluster", "open") in told.rows
    for table, shown in ((t, queries.SHOWN[t](books)) for t in queries.SHOWN):
        drawn = render_to_string(f"proposals/shown/{table.value}.html", {"shown": shown})
        assert "Shown as sums only, since they are not shared: Salzspeicher Food Network." in drawn
        assert "Port city" not in drawn


def test_money_that_is_too_much_is_told(team: Cast) -> None:
    team.put("jonas", "1", "travel", cents=100_00)
    team.ask("jonas", 120_00)
    books = team.books("jonas")
    told = queries.SHOWN[Table.FINANCING](books)
    assert ("Too much money", "Salzspeicher Food Network", "-20.00") in told.rows
    advice = queries.advice_of(books, team.proposal.consortium, NOW)
    assert [remedy.about for remedy in advice.remedies] == ["rate", "balance"]
    assert {word.tone for word in advice.words} == {"met", "not_met"}
    assert advice.most == Money(90_00)


def test_a_call_that_is_not_published_has_no_terms(team: Cast) -> None:
    books = team.books()
    team.proposal.consortium.call = "NOWHERE"
    assert queries.form_for(team.proposal, NOW).cost_categories == ()
    assert "not published" in queries.advice_of(books, team.proposal.consortium, NOW).silent
    with pytest.raises(Refusal, match="not published"):
        money.shares_of(team.proposal, None, team.standing("giulia"), NOW)
