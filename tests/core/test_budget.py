"""Sums of a budget are exact, the ledger adds up whichever way it is asked, and remedies mend what they say."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cast import call, context, dossier, euro, words

from hanse.core.budget import (
    NOT_SHARED,
    OWN_FUNDS,
    Budget,
    CostLine,
    Financing,
    Ledger,
    Part,
    SourceKind,
    Terms,
    indirect_lines,
    personnel_cost,
    remedies,
    share_by_costs,
    total,
)
from hanse.core.eligibility.findings import Verdict
from hanse.core.eligibility.kinds import KINDS
from hanse.core.form import Asked, CostCategory
from hanse.core.proposal import Dossier, parse_dossier
from hanse.core.values.faults import Fault
from hanse.core.values.money import ZERO, Money
from hanse.core.values.reading import Reader
from hanse.core.values.unknown import NOT_STATED, Unknown

CATEGORIES = (
    CostCategory("personnel", "Personnel", by=Asked.MONTHS),
    CostCategory("subcontracting", "Subcontracting", carries_indirect=False),
    CostCategory("travel", "Travel"),
    CostCategory("indirect", "Indirect costs", indirect=True),
)
NINETY = Terms(rate=Fraction(9, 10), cap=euro(550_000))
CENTS = st.integers(0, 10**9)
PARTNERS = ("lanterna", "sava", "salzspeicher")


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """A ledger of three partners."""
    lines = draw(
        st.lists(
            st.builds(
                CostLine,
                st.sampled_from(PARTNERS),
                st.sampled_from(["", "1", "2"]),
                st.sampled_from(["personnel", "subcontracting", "travel"]),
                st.builds(Money, CENTS),
            ),
            max_size=12,
        )
    )
    parts = [Part(partner, Money(draw(CENTS))) for partner in PARTNERS if draw(st.booleans())]
    sources = draw(
        st.lists(st.builds(Financing, st.just("town"), st.builds(Money, CENTS), st.sampled_from(PARTNERS)), max_size=3)
    )
    return Ledger(PARTNERS, tuple(lines), tuple(parts), tuple(sources))


# --- values ------------------------------------------------------------------------------------------------------


def test_a_category_sums_over_partners_and_work_packages() -> None:
    budget = Budget(
        lines=(
            CostLine("lanterna", "WP1", "personnel", euro(100)),
            CostLine("sava", "WP2", "personnel", Money(1)),
            CostLine("sava", "WP2", "travel", euro(7)),
        )
    )
    assert budget.cost_of("personnel") == Money(10_001)
    assert budget.cost_of("equipment") == ZERO


def test_a_budget_of_which_nothing_is_said_is_unknown_and_not_zero() -> None:
    empty = Budget()
    assert (empty.total_cost, empty.requested, empty.financing, empty.lines) == (NOT_STATED, NOT_STATED, NOT_STATED, ())


@given(st.lists(st.integers(-(10**12), 10**12)))
def test_a_total_is_the_sum_of_cents(cents: list[int]) -> None:
    assert total(map(Money, cents)) == Money(sum(cents))


# --- months and indirect costs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("months", "rate", "cost"),
    [
        (450, 612_050, 2_754_225),  # 4.5 months at 6 120.50
        (33, 100, 33),
        (1, 49, 0),  # 0.49 of a cent
        (1, 50, 1),  # half a cent goes up
        (150, 333, 500),  # 4.995
        (0, 612_050, 0),
    ],
)
def test_personnel_is_months_times_rate_half_up(months: int, rate: int, cost: int) -> None:
    assert personnel_cost(months, Money(rate)) == Money(cost)


def test_indirect_costs_are_rounded_down_by_partner_and_shared_over_its_work_packages() -> None:
    lines = [
        CostLine("lanterna", "1", "personnel", Money(10)),
        CostLine("lanterna", "2", "travel", Money(10)),
        CostLine("lanterna", "3", "personnel", Money(9)),
        CostLine("lanterna", "3", "subcontracting", euro(1000)),
        CostLine("lanterna", "4", "travel", ZERO),
        CostLine("sava", "1", "travel", Money(10)),
    ]
    found = indirect_lines(lines, CATEGORIES, Fraction(7, 100))
    # 7 % of 29 cents are 2.03: two cents, one each to the packages that lost most by the cut; of 10 cents they are none.
    assert found == [CostLine("lanterna", "1", "indirect", Money(1)), CostLine("lanterna", "2", "indirect", Money(1))]
    assert indirect_lines(lines, CATEGORIES[:3], Fraction(7, 100)) == []


@given(ledgers(), st.fractions(0, 1))
def test_the_flat_rate_is_never_exceeded_and_lacks_less_than_a_cent(ledger: Ledger, rate: Fraction) -> None:
    found = indirect_lines(ledger.lines, CATEGORIES, rate)
    for partner in PARTNERS:
        base = sum(
            line.amount.cents for line in ledger.lines if line.partner == partner and line.category != "subcontracting"
        )
        indirect = sum(line.amount.cents for line in found if line.partner == partner)
        assert 0 <= base * rate - indirect < 1


def test_the_worked_table_of_the_explanation_holds() -> None:
    rate = Money(612_055)
    lines = [
        CostLine("lanterna", "1", "personnel", personnel_cost(450, rate)),
        CostLine("lanterna", "2", "personnel", personnel_cost(125, rate)),
        CostLine("lanterna", "1", "travel", euro(1000)),
        CostLine("lanterna", "", "travel", Money(333_33)),
        CostLine("lanterna", "2", "subcontracting", euro(5000)),
    ]
    lines += indirect_lines(lines, CATEGORIES, Fraction(7, 100))
    ledger = Ledger(PARTNERS, tuple(lines))
    assert [line.amount.plain for line in lines[-3:]] == ["1997.97", "535.55", "23.33"]
    assert ledger.by_category()["indirect"].plain == "2556.85"
    assert [amount.plain for amount in ledger.by_work_package().values()] == ["30540.45", "13186.24", "356.66"]
    assert ledger.costs.plain == "44083.35"


# --- the ledger --------------------------------------------------------------------------------------------------


@given(ledgers())
def test_a_ledger_adds_up_whichever_way(ledger: Ledger) -> None:
    for sums in (ledger.by_partner(), ledger.by_work_package(), ledger.by_category()):
        assert total(sums.values()) == ledger.costs
    assert ledger.by_partner() == {partner: ledger.cost_of(partner) for partner in PARTNERS}


@given(ledgers())
def test_what_is_asked_and_other_sources_cover_the_costs(ledger: Ledger) -> None:
    budget = ledger.as_budget()
    if isinstance(budget.requested, Unknown):
        assert isinstance(budget.financing, Unknown)
        return
    assert not isinstance(budget.financing, Unknown)
    assert budget.requested == total(part.requested for part in budget.parts)
    covered = budget.requested + total(source.amount for source in budget.financing)
    if all(own >= ZERO for own in map(ledger.own_funds_of, PARTNERS) if isinstance(own, Money)):
        assert covered == ledger.costs
    else:
        assert covered > ledger.costs


def test_nothing_is_stated_until_every_partner_with_costs_has_stated_it() -> None:
    lines = (CostLine("lanterna", "1", "travel", euro(10)), CostLine("sava", "1", "travel", euro(5)))
    ledger = Ledger(PARTNERS, lines)
    assert ledger.requested == Unknown("no partner has stated its contribution")
    one = replace(ledger, parts=(Part("lanterna", euro(9)),))
    assert one.requested == Unknown("not stated yet by sava")
    assert isinstance(one.own_funds_of("sava"), Unknown)
    assert one.own_funds_of("lanterna") == euro(1)
    assert one.own_funds_of("salzspeicher") == ZERO
    assert isinstance(Ledger(PARTNERS).as_budget().total_cost, Unknown)
    both = replace(one, parts=(*one.parts, Part("sava", euro(4))))
    assert both.as_budget().financing == (
        Financing(OWN_FUNDS, euro(1), "lanterna", SourceKind.OWN),
        Financing(OWN_FUNDS, euro(1), "sava", SourceKind.OWN),
    )


@given(ledgers(), st.sets(st.sampled_from(PARTNERS)))
def test_who_may_not_see_cells_sees_sums_alone(ledger: Ledger, open: set[str]) -> None:
    shown = ledger.shown_to(open)
    assert shown.by_partner() == ledger.by_partner()
    for partner in PARTNERS:
        assert shown.own_funds_of(partner) == ledger.own_funds_of(partner)
        lines = [line for line in shown.lines if line.partner == partner]
        if partner in open:
            assert lines == [line for line in ledger.lines if line.partner == partner]
        else:
            assert all((line.category, line.work_package) == (NOT_SHARED, "") for line in lines)
            assert len(lines) <= 1
            assert all(source.source == NOT_SHARED for source in shown.sources_of(partner))


# --- terms, shares, remedies -------------------------------------------------------------------------------------


def test_terms_are_those_of_the_strand() -> None:
    assert Terms.of(call(), "A") == NINETY
    nowhere = Terms.of(call(), "Z")
    assert isinstance(nowhere.rate, Unknown)
    assert isinstance(nowhere.most([]), Unknown)


def test_the_most_is_rate_and_cap_together() -> None:
    lines = (CostLine("a", "1", "travel", Money(33_333)),)
    assert NINETY.most(lines) == Money(29_999)
    assert NINETY.most((CostLine("a", "1", "travel", euro(10**6)),)) == euro(550_000)
    assert Terms(rate=Fraction(9, 10)).most(lines) == Money(29_999)


def test_rates_by_category_are_rounded_down_each_on_its_own() -> None:
    main = call(cost_rate=[{"category": "sme_support", "title": "Support", "max_rate": "50 %", "strands": ["A"]}])
    terms = Terms.of(main, "A")
    assert Terms.of(main, "B").by_category == {}
    lines = (CostLine("a", "1", "travel", Money(333)), CostLine("a", "1", "sme_support", Money(333)))
    assert terms.most_by_rate(lines) == Money(299 + 166)
    assert isinstance(replace(terms, rate=Unknown("?")).most_by_rate(lines), Unknown)
    (remedy,) = remedies(lines, Money(466), NOT_STATED, terms)
    assert str(remedy) == "4.66 exceeds the 4.65 that the rates of its categories allow: lower the request by 0.01"


def test_a_request_above_the_rate_is_mended_both_ways() -> None:
    lines = (CostLine("a", "1", "travel", Money(87_902_86)),)
    (remedy,) = remedies(lines, Money(80_347_13), NOT_STATED, NINETY)
    assert remedy.says == "91.4\u00a0% exceeds 90\u00a0%"
    assert remedy.ways == ("lower the request by 1\u00a0234.56", "raise own funds by 1\u00a0371.73")
    assert str(remedy) == f"{remedy.says}: {' or '.join(remedy.ways)}"


def test_cap_and_balance_are_mended_in_figures() -> None:
    lines = (CostLine("a", "1", "travel", euro(1000)),)
    terms = Terms(rate=Fraction(1), cap=euro(500))
    cap, gap = remedies(lines, euro(600), euro(300), terms)
    assert str(cap) == "600.00 exceeds 500.00 a project: lower the request by 100.00"
    assert gap.ways == ("add own funds of 100.00", "lower the costs by 100.00")
    assert remedies(lines, euro(600), euro(400), terms, capped=False) == ()
    (over,) = remedies(lines, euro(500), euro(600), terms)
    assert over.ways == (
        "lower the request by 100.00",
        "lower other sources by 100.00",
        "raise the costs by 100.00",
    )
    _, above = remedies((), euro(5), NOT_STATED, NINETY)
    assert above.ways == ("lower the request by 5.00", "raise the costs by 5.00")
    assert remedies(lines, euro(900), NOT_STATED, Terms()) == ()


@given(st.integers(0, 10**10), st.integers(0, 10**10), st.integers(1, 100))
def test_remedies_speak_where_the_rules_say_no_and_mend_it(costs: int, requested: int, percent: int) -> None:
    main = call(
        strand=[
            {"id": "A", "title": "A", "envelope": "a", "phase": "one", "max_grant": 550_000, "max_rate": f"{percent} %"}
        ]
    )
    terms = Terms.of(main, "A")
    lines = (CostLine("a", "1", "travel", Money(costs)),)
    found = {each.about: each for each in remedies(lines, Money(requested), NOT_STATED, terms)}

    def verdict(kind: str, cost: int, asked: int) -> Verdict:
        budget = Budget(Money(cost), Money(asked), (CostLine("a", "1", "travel", Money(cost)),))
        faults: list[Fault] = []
        rule = KINDS[kind].parse(Reader({}, "", "", faults))
        return rule.check(dossier(strand="A", budget=budget), context(main)).verdict

    for about, kind in (("rate", "reimbursement_rate"), ("cap", "grant_cap"), ("balance", "budget_balance")):
        assert (about in found) == (verdict(kind, costs, requested) is Verdict.NOT_MET)
    if "rate" in found:
        most = terms.most_by_rate(lines)
        assert isinstance(most, Money)
        lower = requested - most.cents
        assert found["rate"].ways[0] == f"lower the request by {Money(lower)}"
        assert verdict("reimbursement_rate", costs, requested - lower) is Verdict.MET
        assert verdict("reimbursement_rate", costs, requested - lower + 1) is Verdict.NOT_MET


@given(st.dictionaries(st.sampled_from(PARTNERS), st.builds(Money, CENTS), min_size=1), st.fractions(0, 1))
def test_shares_add_up_and_nobody_gets_more_than_its_costs(costs: dict[str, Money], part: Fraction) -> None:
    whole = total(costs.values())
    if whole == ZERO:
        return
    contribution = Money(whole.cents * part.numerator // part.denominator)
    shares = share_by_costs(contribution, costs)
    assert total(shares.values()) == contribution
    assert all(shares[partner] <= costs[partner] for partner in costs)


def test_more_than_the_costs_is_not_shared_out() -> None:
    with pytest.raises(ValueError, match="above the costs"):
        share_by_costs(euro(2), {"lanterna": euro(1)})


# --- the dossier file --------------------------------------------------------------------------------------------


def read(**budget: Any) -> tuple[Dossier, list[str]]:
    """A dossier with this budget, and its faults."""
    faults: list[Fault] = []
    found = parse_dossier({"proposal": "blue", "budget": budget}, "blue.toml", words(), faults)
    return found, [f"{fault.key}: {fault.what}" for fault in faults]


def test_a_dossier_tells_months_partners_and_parts() -> None:
    cost = {"partner": "sava", "category": "personnel", "amount": "300.01", "months": "1.5", "rate": "200.01"}
    source = {"source": "town", "amount": 30, "partner": "sava", "kind": "public"}
    found, faults = read(
        cost=[
            cost,
            {"partner": "sava", "category": "personnel", "amount": 1, "months": 2},
            cost | {"amount": "300.02"},
        ],
        requested=270,
        part=[{"partner": "sava", "requested": 270}],
        financing=[source, {"source": "other", "amount": 1}],
    )
    assert faults == ["budget.cost[1].amount: is 300.01, but 1.5 months at 200.01 are 300.02"]
    first, second, _ = found.budget.lines
    assert (first.months, first.rate) == (150, Money(20_001))
    assert (second.months, second.rate) == (200, NOT_STATED)
    assert found.budget.parts == (Part("sava", euro(270)),)
    assert found.budget.financing == (
        Financing("town", euro(30), "sava", SourceKind.PUBLIC),
        Financing("other", euro(1)),
    )


def test_parts_that_do_not_add_up_are_a_fault() -> None:
    _, faults = read(requested=270, part=[{"partner": "sava", "requested": 200}, {"partner": "sava", "requested": 69}])
    assert faults == [
        "budget.part[2].partner: names 'sava' twice",
        "budget.requested: is 270.00, but the parts of the partners add up to 269.00",
    ]
    found, faults = read(part=[{"partner": "sava", "requested": 200}])
    assert (faults, found.budget.requested) == ([], NOT_STATED)


@pytest.mark.parametrize("written", [True, 1.5, "half", -1])
def test_months_that_are_none_are_a_fault(written: object) -> None:
    _, faults = read(cost=[{"partner": "sava", "category": "travel", "amount": 1, "months": written}])
    assert len(faults) == 1
    assert faults[0].startswith("budget.cost[1].months:")
