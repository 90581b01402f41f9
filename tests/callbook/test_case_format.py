"""The format of worked cases: what is left out is ordinary, what is written wrong is told, what differs is shown."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.callbook.calls import read_call
from hanse.callbook.cases import Case, CaseResult, day_of, dossier_of, read_cases, run_case
from hanse.callbook.new_call import write_new_call
from hanse.callbook.ordinary import category_rates, ordinary_budget
from hanse.callbook.reference import geography
from hanse.core.budget import Budget
from hanse.core.call import Call, CostRate
from hanse.core.consortium import OrganisationKind, Role
from hanse.core.eligibility.findings import ProposalVerdict
from hanse.core.values.citation import Stated
from hanse.core.values.faults import Fault
from hanse.core.values.money import Money, portion
from hanse.core.values.unknown import NOT_STATED, Unknown


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A new call without cases."""
    write_new_call(tmp_path / "call")
    for path in (tmp_path / "call" / "cases").iterdir():
        path.unlink()
    return tmp_path / "call"


def written(folder: Path, text: str) -> tuple[tuple[Case, ...], list[str]]:
    (folder / "cases" / "one.toml").write_text(text, "utf-8")
    faults: list[Fault] = []
    return read_cases(folder, faults), [str(fault) for fault in faults]


HEAD = '[[case]]\nname = "c"\nexpect = "eligible"\nwhy = "?"\n'


def one(folder: Path, text: str) -> Case:
    cases, faults = written(folder, HEAD + text)
    assert not faults, faults
    (case,) = cases
    return case


def test_members_in_short_form_are_ordinary(folder: Path) -> None:
    case = one(folder, 'strand = "A"\nmembers = ["IT", "EL"]')
    coordinator, other = dossier_of(case.proposal, read_call(str(folder))).consortium.participants
    assert (coordinator.organisation.id, coordinator.role) == ("member-1-IT", Role.COORDINATOR)
    assert (other.organisation.id, other.role) == ("member-2-GR", Role.BENEFICIARY)
    assert other.organisation.kind is OrganisationKind.CLUSTER_ORGANISATION
    assert other.organisation.registered_on == date(2010, 1, 1)
    assert other.organisation.properties == {"independent": True}
    assert other.organisation.legal_entity == "member-2-GR"


def test_a_member_table_states_only_what_it_says(folder: Path) -> None:
    case = one(folder, 'strand = "A"\n[[case.member]]\ncountry = "IT"')
    (member,) = case.proposal.dossier.consortium.participants
    assert member.organisation.id == "member-1-IT"
    assert isinstance(member.organisation.kind, Unknown)
    assert isinstance(member.organisation.legal_entity, Unknown)


def test_an_ordinary_member_table_overrides_single_facts(folder: Path) -> None:
    text = (
        'strand = "A"\nmembers = ["DE"]\n[[case.member]]\nordinary = true\norganisation = "mine"\ncountry = "IT"\n'
        'kind = "other"\nproperties = { defence_related = true }\nregistered_on = { unknown = "when" }\n'
    )
    _, member = one(folder, text).proposal.dossier.consortium.participants
    assert (member.organisation.id, member.organisation.legal_entity) == ("mine", "mine")
    assert member.organisation.kind is OrganisationKind.OTHER
    assert member.organisation.properties == {"independent": True, "defence_related": True}
    assert isinstance(member.organisation.registered_on, Unknown)


def test_what_is_left_out_takes_values_that_the_strand_allows(folder: Path) -> None:
    call = read_call(str(folder))
    a, b = (dossier_of(one(folder, f'strand = "{s}"\nmembers = ["IT"]').proposal, call) for s in "AB")
    assert (a.targets, a.duration_months, b.duration_months) == (("JP", "US"), 24, 24)
    assert a.budget.total_cost == b.budget.total_cost == Money(500_000_00)
    assert (a.budget.requested, b.budget.requested) == (Money(400_000_00), Money(200_000_00))


def test_what_is_written_unknown_stays_unknown(folder: Path) -> None:
    text = (
        'strand = "A"\ntargets = { unknown = "where" }\nduration_months = { unknown = "how long" }\n'
        '[case.budget]\ntotal_cost = { unknown = "cost" }\nrequested = { unknown = "request" }'
    )
    found = dossier_of(one(folder, text).proposal, read_call(str(folder)))
    facts = (found.targets, found.duration_months, found.budget.total_cost, found.budget.requested)
    assert all(isinstance(fact, Unknown) for fact in facts)
    assert found.budget.lines == ()


def test_costs_left_out_carry_a_written_request(folder: Path) -> None:
    case = one(folder, 'strand = "B"\n[case.budget]\nrequested = "600000"')
    assert dossier_of(case.proposal, read_call(str(folder))).budget.total_cost == Money(800_000_00)


def test_cost_lines_make_the_total(folder: Path) -> None:
    text = (
        'strand = "A"\n[case.budget]\nrequested = 5\n[[case.budget.cost]]\npartner = "x"\ncategory = "t"\namount = 10'
    )
    budget = dossier_of(one(folder, text).proposal, read_call(str(folder))).budget
    assert (budget.total_cost, len(budget.lines)) == (Money(10_00), 1)


def test_a_missing_strand_is_the_only_one_of_the_call_or_unknown(folder: Path) -> None:
    call = read_call(str(folder))
    case = one(folder, 'members = ["IT"]')
    assert isinstance(dossier_of(case.proposal, call).strand, Unknown)
    alone = replace(call, strands=call.strands[:1])
    assert dossier_of(case.proposal, alone).strand == "A"


def test_the_day_is_the_cases_then_the_calls_then_the_closing_day(folder: Path) -> None:
    call = read_call(str(folder))
    silent = replace(call, countries=replace(call.countries, asked_on=NOT_STATED))
    endless = replace(silent, window=replace(call.window, closes_on=NOT_STATED))
    case = one(folder, 'strand = "A"')
    assert day_of(one(folder, 'strand = "A"\nas_of = 2020-01-31'), call) == date(2020, 1, 31)
    assert day_of(case, call) == call.countries.asked_on
    assert day_of(case, silent) == call.window.closes_on
    assert day_of(case, endless) is None
    assert run_case(case, endless, geography()).differences == ("the call states no closing day; give as_of = a day",)


def result(folder: Path, text: str) -> CaseResult:
    return run_case(one(folder, text), read_call(str(folder)), geography())


def test_a_case_that_holds_has_no_difference(folder: Path) -> None:
    held = result(folder, 'strand = "A"\nmembers = ["IT", "DE", "FR"]\nrules = { "A-three-countries" = "met" }')
    assert held.passed
    assert held.assessment is not None
    assert held.assessment.verdict is ProposalVerdict.ELIGIBLE


def test_a_case_that_fails_says_which_rule_answered_otherwise(folder: Path) -> None:
    failed = result(
        folder, 'strand = "A"\nmembers = ["IT", "DE"]\nrules = { "A-three-countries" = "met", gone = "met" }'
    )
    assert failed.differences[0] == "expected eligible, found not_eligible"
    assert failed.differences[1].startswith("rule A-three-countries: expected met, found not_met: Only 2 of the 3")
    assert failed.differences[2] == "rule gone: expected met, but there is no such rule for strand A"


def test_rules_that_a_case_does_not_name_are_shown_where_the_verdict_differs(folder: Path) -> None:
    failed = result(folder, 'strand = "A"\nmembers = ["IT", "DE"]')
    assert failed.differences[1].startswith("rule A-three-countries is not_met: Only 2 of the 3")
    assert len(failed.differences) == 2


def test_a_rule_on_a_proposal_without_strand_is_told_so(folder: Path) -> None:
    assert "no such rule for a proposal without strand" in result(folder, 'rules = { gone = "met" }').differences[-1]


def test_other_submissions_answer_the_rules_over_the_whole_call(folder: Path) -> None:
    members = 'strand = "A"\nmembers = ["IT", "DE", "FR"]\n'
    aside = result(folder, members)
    alone = result(folder, members + "other = []")
    clash = result(folder, members + '[[case.other]]\nproposal = "rival"\nstrand = "A"\nmembers = ["IT", "ES"]')
    verdicts = []
    for found in (aside, alone, clash):
        assert found.assessment is not None
        finding = found.assessment.finding("one-consortium")
        assert finding is not None
        verdicts.append(finding.verdict.value)
    assert verdicts == ["undecided", "met", "not_met"]
    assert aside.assessment is not None
    assert aside.assessment.needs_all_submissions == ("one-consortium",)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "case: is missing"),
        ("case = 3", "is not a list of tables"),
        ('[[case]]\nname = "c"\nexpect = "maybe"\nwhy = "?"', "case[1].expect: is 'maybe'"),
        ('[[case]]\nexpect = "eligible"\nwhy = "?"', "case[1].name: is missing"),
        ('[[case]]\nname = "c"\nexpect = "eligible"', "case[1].why: is missing"),
        (HEAD + "cases = 1", "case[1].cases: is not a key here"),
        (HEAD + 'members = ["IT", "ZZ"]', "member[2].country: 'ZZ' is not a country code"),
        (HEAD + "members = 3", "case[1].members: is a number"),
        (HEAD + "[[case.member]]\nordinary = true\nproperties = 1", "member[1].properties: is not a table"),
        (HEAD + '[[case.member]]\nordinary = "yes"', "ordinary: is text"),
        (HEAD + "[[case.member]]\nland = 1", "member[1].land: is not a key here"),
        (HEAD + 'rules = ["met"]', "case[1].rules: is not a table"),
        (HEAD + 'rules = { a = "yes" }', "case[1].rules: is 'yes'"),
        (HEAD + "budget = 3", "budget: is not a table"),
        (HEAD + "[[case.other]]\nexpect = 1", "case[1].other[1].expect: is not a key here"),
        (HEAD + HEAD, "case[2].name: 'c' is the name of an earlier case too"),
        ("[[case", "is not TOML"),
    ],
)
def test_every_mistake_is_told_with_its_place(folder: Path, text: str, fault: str) -> None:
    _, faults = written(folder, text)
    assert any(fault in said for said in faults), faults
    assert all("one.toml" in said for said in faults)


def with_category_rates(call: Call) -> Call:
    rates = (("thirds", Fraction(1)), ("other", Fraction(9, 10)))
    return replace(call, cost_rates=tuple(CostRate(id, id, Stated(rate), ("A",)) for id, rate in rates))


def test_an_ordinary_budget_lists_a_cost_line_for_each_category_with_a_rate(folder: Path) -> None:
    call = with_category_rates(read_call(str(folder)))
    budget = dossier_of(one(folder, 'strand = "A"\nmembers = ["IT"]').proposal, call).budget
    assert [(line.partner, line.category, line.amount) for line in budget.lines] == [
        ("member-1-IT", "thirds", Money(250_000_00)),
        ("member-1-IT", "other", Money(250_000_00)),
    ]
    assert category_rates(call, call.strand("B")) == {}
    assert category_rates(call, None) == {}


@given(
    cost=st.none() | st.integers(min_value=0, max_value=10**10),
    requested=st.none() | st.integers(min_value=0, max_value=10**10),
    by_category=st.booleans(),
    strand=st.sampled_from(["A", "B", ""]),
)
def test_what_is_filled_in_never_breaks_rate_or_cap(
    cost: int | None, requested: int | None, by_category: bool, strand: str, template: Any
) -> None:
    call = with_category_rates(template) if by_category else template
    known = call.strand(strand)
    stated = Budget(NOT_STATED if cost is None else Money(cost), NOT_STATED if requested is None else Money(requested))
    budget = ordinary_budget(call, known, stated, "x")
    assert isinstance(budget.total_cost, Money)
    assert isinstance(budget.requested, Money)
    assert not budget.lines or sum(line.amount.cents for line in budget.lines) == budget.total_cost.cents
    if cost is not None:
        assert budget.total_cost == Money(cost)
    rate = Fraction(1) if known is None else known.max_rate.known
    assert rate is not None
    if cost is None and requested is not None and not budget.lines:
        assert budget.requested <= portion(budget.total_cost, rate)
    if requested is None:
        assert budget.requested <= budget.total_cost
        assert known is None or known.max_grant.known is None or budget.requested <= known.max_grant.known


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Call:
    """The call of the template, read once."""
    folder = tmp_path_factory.mktemp("calls") / "call"
    write_new_call(folder)
    return read_call(str(folder))
