"""A call is read from its tables: every figure with its citation, every fault with its place, nothing guessed."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from tests.cast import call, call_tables, euro, parsed, rule_table

from hanse.core.call import (
    AwardCriterion,
    Call,
    Decider,
    Force,
    Gate,
    PartialPlace,
    Scope,
    TieBreak,
    TieBreakKind,
    as_points,
)
from hanse.core.values.citation import Citation
from hanse.core.values.countries import Basis
from hanse.core.values.unknown import NOT_STATED, Unknown

Tables = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]

CRITERIA = [
    {"id": "relevance", "title": "Relevance", "max_points": 30, "threshold": 15},
    {"id": "impact", "title": "Impact", "max_points": "20.5", "weight": "1.5"},
]


def full_tables() -> Tables:
    """The small call with every optional table filled in."""
    main, rules, sources = call_tables(
        rule_table(
            id="three",
            strands=["A"],
            parameters={"minimum": 3},
            force="advised",
            scope="consortium",
            decider="officer",
            gate="submission",
            assumed="as in 2019",
        )
    )
    main |= {
        "authority": "An agency of the tests",
        "edition_date": date(2020, 9, 30),
        "cost_rate": [{"category": "support", "title": "Support of third parties", "max_rate": 1, "strands": ["B"]}],
        "transfer": [{"from": "b", "to": "a", "when": "too few pass", "cite": "notice"}, {"from": "a", "when": "left"}],
        "statement": [{"section": "what", "text": "Clusters go abroad.", "strands": ["A"], "cite": "notice: 1"}],
        "award": {
            "criteria": {"value": CRITERIA, "cite": "notice: 9"},
            "overall_threshold": {"value": 70, "assumed": "as usual"},
            "step": "0.5",
            "tie_breaks": [{"kind": "criterion", "criterion": "impact"}, {"kind": "lower_request", "text": "cheaper"}],
            "partial_place": "officer",
            "evaluators": {"unknown": "not in the notice"},
        },
    }
    main["countries"]["treatment"] = [
        {"country": "UK", "group": "COSME", "counts": True, "reason": "Withdrawal Agreement", "cite": "notice"},
        {"country": "GB", "group": "EU", "reason": "not settled", "strands": ["B"]},
    ]
    main["window"] |= {"closing_instant_counts": True, "cite": "notice: 3"}
    sentence = {"number": 1, "opening": "The call", "says": "It is open.", "carried_by": ["field:window.opens_on"]}
    sources["source"][0] |= {"address": "https://notice.example", "confidence": "sourced", "sentence": [sentence]}
    return main, rules, sources


def full_call() -> Call:
    found, faults = parsed(full_tables())
    assert faults == []
    return found


def test_a_full_folder_is_read_without_a_fault() -> None:
    found = full_call()
    assert (found.reference, found.edition, found.authority) == ("TEST-2020", "1.0", "An agency of the tests")
    assert found.edition_date == date(2020, 9, 30)
    assert found.total.value == euro(7_500_000)
    assert found.total.citation == Citation("notice")
    assert found.window_citation == Citation("notice", "3")
    assert [strand.max_rate.value for strand in found.strands] == [Fraction(9, 10)] * 2
    assert [(envelope.id, envelope.estimated) for envelope in found.envelopes] == [("a", True), ("b", False)]
    assert found.cost_rates[0].max_rate.value == 1
    assert found.transfers[0].destination == "a"
    assert found.transfers[1].destination == NOT_STATED
    assert found.statements[0].citation == Citation("notice", "1")
    assert found.sources["notice"].sentences[0].carried_by == ("field:window.opens_on",)


def test_countries_are_asked_as_the_call_says_and_codes_are_brought_to_iso() -> None:
    terms = full_call().countries
    assert terms.basis is Basis.IN_FORCE
    assert [(t.country, t.group, t.counts, t.strands) for t in terms.treatments] == [
        ("GB", "COSME", True, ()),
        ("GB", "EU", NOT_STATED, ("B",)),
    ]


def test_the_award_part_is_read_exactly_and_what_is_not_found_stays_unknown() -> None:
    award = full_call().award
    assert award.criteria.value == (
        AwardCriterion("relevance", "Relevance", Decimal(30), Decimal(15)),
        AwardCriterion("impact", "Impact", Decimal("20.5"), NOT_STATED, Decimal("1.5")),
    )
    assert award.step.value == Decimal("0.5")
    assert award.tie_breaks.value == (
        TieBreak(TieBreakKind.CRITERION, "impact"),
        TieBreak(TieBreakKind.LOWER_REQUEST, text="cheaper"),
    )
    assert award.partial_place.value is PartialPlace.OFFICER
    assert award.evaluators.value == Unknown("not in the notice")


def test_a_rule_keeps_its_parameters_as_written() -> None:
    (rule,) = full_call().rules
    assert (rule.id, rule.kind, rule.strands, rule.parameters) == ("three", "minimum_entities", ("A",), {"minimum": 3})
    assert (rule.force, rule.scope, rule.decider, rule.gate) == (
        Force.ADVISED,
        Scope.CONSORTIUM,
        Decider.OFFICER,
        Gate.SUBMISSION,
    )
    assert rule.citation == Citation("notice", "6.2")


def test_a_plain_rule_is_required_decided_by_machine_at_eligibility() -> None:
    (rule,) = call().rules
    assert (rule.force, rule.scope, rule.decider, rule.gate, rule.assumed) == (
        Force.REQUIRED,
        None,
        Decider.MACHINE,
        Gate.ELIGIBILITY,
        "",
    )


def test_what_the_folder_leaves_out_is_unknown() -> None:
    found = call()
    assert found.edition_date == NOT_STATED
    assert found.award.criteria.value == NOT_STATED
    assert found.window.closing_instant_counts == NOT_STATED
    assert found.strands[0].expected_projects.value == NOT_STATED
    assert found.assumptions == ()


def test_strands_envelopes_and_rules_are_found_by_name() -> None:
    found = full_call()
    assert found.strand("B") is found.strands[1]
    assert found.envelope("a") is found.envelopes[0]
    assert (found.strand("C"), found.envelope("c")) == (None, None)
    assert found.rules_for("A") == found.rules
    assert found.rules_for("B") == ()


def test_each_assumption_is_a_sentence_that_names_what_is_assumed() -> None:
    main, rules, sources = full_tables()
    main["strand"][1]["max_grant"] = {"value": 450_000, "assumed": "one page says so"}
    main["envelope"][0]["amount"] = {"value": 6_600_000, "assumed": "estimated"}
    found, faults = parsed((main, rules, sources))
    assert faults == []
    assert found.assumptions == (
        "amount of envelope a: estimated",
        "maximum grant of strand B: one page says so",
        "overall threshold: as usual",
        "rule three: as in 2019",
    )


# --- faults ----------------------------------------------------------------------------------------------------


def at(path: str, value: object) -> Callable[[Tables], None]:
    """A change of the tables: put a value at `0.window.zone` (0 call.toml, 1 rules.toml, 2 sources.toml)."""

    def change(tables: Tables) -> None:
        *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
        inner: Any = tables
        for step in steps:
            inner = inner[step]
        if isinstance(value, Missing):
            del inner[last]
        else:
            inner[last] = value

    return change


class Missing:
    """A key taken away."""


MISSING = Missing()

FAULTS = [
    ("0.reference", MISSING, "test/call.toml: reference: is missing"),
    ("0.edition", 1, "test/call.toml: edition: is a number; expected text in quotes"),
    ("0.edition_date", "soon", "test/call.toml: edition_date: 'soon' is not a day; expected for example 2020-12-02"),
    ("0.title", "", "test/call.toml: title: is empty; expected text"),
    ("0.programme", MISSING, "test/call.toml: programme: is missing"),
    ("0.authority", "a\x07", "test/call.toml: authority: has the control character U+0007 at position 2; remove it"),
    ("0.total", "1,000", "test/call.toml: total: '1,000' has a comma; write cents after a point and no thousands "
        'comma: "1234.56"'),
    ("0.budget", 3, "test/call.toml: budget: is not a key here; expected one of: authority, award, cost_rate, countries,"
        " edition, edition_date, envelope, programme, reference, statement, strand, title, total, transfer, window"),
    ("0.window.zone", MISSING, "test/call.toml: window.zone: is missing"),
    ("0.window.zone", "Brussels/Europe",
        "test/call.toml: window.zone: 'Brussels/Europe' is not a time zone; expected for example \"Europe/Brussels\""),
    ("0.window.zone", "../etc", "test/call.toml: window.zone: '../etc' is not a time zone; expected for example "
        '"Europe/Brussels"'),
    ("0.window.closes_at", "17:00", "test/call.toml: window.closes_at: is text; expected a local time such as 17:00:00"),
    ("0.window.noon", 1, "test/call.toml: window.noon: is not a key here; expected one of: cite, closes_at, closes_on, "
        "closing_instant_counts, opens_on, zone"),
    ("0.countries.basis", "vote",
        "test/call.toml: countries.basis: is 'vote'; expected one of \"signature\", \"in_force\""),
    ("0.countries.treatment.0.country", MISSING, "test/call.toml: countries.treatment[1].country: is missing"),
    ("0.countries.treatment.0.reason", MISSING, "test/call.toml: countries.treatment[1].reason: is missing"),
    ("0.countries.treatment.1.strands", ["C"], "test/call.toml: treatment of GB: there is no strand 'C'"),
    ("0.countries.treatment.1.counts", "perhaps",
        "test/call.toml: countries.treatment[2].counts: is text; expected true or false"),
    ("0.strand", 5, "test/call.toml: strand: is not a list of tables; expected one [[strand]] each"),
    ("0.strand.1.id", "A", "test/call.toml: strand A: is named twice"),
    ("0.strand.0.max_rate", 90, "test/call.toml: strand[1].max_rate: '90' is not between 0 and 1; for ninety per cent "
        'write 0.9 or "90 %"'),
    ("0.strand.0.min_months", -1, "test/call.toml: strand[1].min_months: is -1; expected a whole number of zero or more"),
    ("0.strand.0.max_grant", "-5", "test/call.toml: strand[1].max_grant: -5.00 is negative; expected zero or more"),
    ("0.strand.0.cite", 3, "test/call.toml: strand[1].cite: is not a citation; expected \"source\" or "
        '"source: clause"'),
    ("0.strand.0.envelope", "c", "test/call.toml: strand A.envelope: there is no envelope 'c'"),
    ("0.envelope.0.estimated", "yes", "test/call.toml: envelope[1].estimated: is text; expected true or false"),
    ("0.envelope.1.id", "a", "test/call.toml: envelope a: is named twice"),
    ("0.cost_rate.0.category", MISSING, "test/call.toml: cost_rate[1].category: is missing"),
    ("0.cost_rate.0.strands", ["C"], "test/call.toml: cost_rate support: there is no strand 'C'"),
    ("0.transfer.0.when", MISSING, "test/call.toml: transfer[1].when: is missing"),
    ("0.transfer.0.to", "c", "test/call.toml: transfer: there is no envelope 'c'"),
    ("0.transfer.1.from", "d", "test/call.toml: transfer: there is no envelope 'd'"),
    ("0.award.criteria", 3, "test/call.toml: award.criteria: is not a list of tables"),
    ("0.award.criteria", [3], "test/call.toml: award.criteria: is not a list of tables"),
    ("0.award.criteria.value.0.max_points", 2.5, "test/call.toml: award.criteria[1].max_points: is 2.5; write points as a "
        'whole number or as text, for example "3.5"'),
    ("0.award.criteria.value.1.weigth", 2, "test/call.toml: award.criteria[2].weigth: is not a key here; expected one of: "
        "id, max_points, threshold, title, weight"),
    ("0.award.tie_breaks", "officer", "test/call.toml: award.tie_breaks: is not a list of tables"),
    ("0.award.tie_breaks.0.kind", "lot", "test/call.toml: award.tie_breaks[1].kind: is 'lot'; expected one of "
        '"criterion", "lower_request", "officer"'),
    ("0.award.tie_breaks.0.criterion", "charm", "test/call.toml: award.tie_breaks: there is no criterion 'charm'"),
    ("0.award.partial_place", "half",
        'test/call.toml: award.partial_place: is \'half\'; expected one of "officer", "stop", "skip"'),
    ("0.statement.0.section", "why", "test/call.toml: statement[1].section: is 'why'; expected one of what, who, "
        "how_much, until_when, how_judged, how_to_apply"),
    ("0.statement.0.strands", ["C"], "test/call.toml: statement 1: there is no strand 'C'"),
    ("1.rule.0.kind", MISSING, "test/rules.toml: rule[1].kind: is missing"),
    ("1.rule.0.cite", MISSING, "test/rules.toml: rule[1].cite: is missing"),
    ("1.rule.0.force", "firm", 'test/rules.toml: rule[1].force: is \'firm\'; expected one of "required", "advised"'),
    ("1.rule.0.parameters", 3, "test/rules.toml: rule[1].parameters: is not a table; expected [rule[1].parameters]"),
    ("1.rule.0.strands", ["C"], "test/rules.toml: rule three: there is no strand 'C'"),
    ("1.rule.0.minimum", 3, "test/rules.toml: rule[1].minimum: is not a key here; expected one of: assumed, cite, "
        "decider, force, gate, id, kind, parameters, scope, strands, text"),
    ("1.rules", [], "test/rules.toml: rules: is not a key here; expected one of: rule"),
    ("2.source.0.title", MISSING, "test/sources.toml: source[1].title: is missing"),
    ("2.source.0.sentence.0.number", "one",
        "test/sources.toml: source[1].sentence[1].number: is 'one'; expected a whole number of zero or more"),
    ("2.source.0.sentence.0.carried_by", "field:title", "test/sources.toml: source[1].sentence[1].carried_by: is text; "
        'expected a list such as ["DE", "FR"]'),
    ("2.sources", [], "test/sources.toml: sources: is not a key here; expected one of: source"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "fault"), FAULTS, ids=[f"{path} {value!r:.9}" for path, value, _ in FAULTS])
def test_a_fault_names_its_place_what_is_wrong_and_what_was_expected(path: str, value: object, fault: str) -> None:
    tables = deepcopy(full_tables())
    at(path, value)(tables)
    assert fault in parsed(tables)[1]


def test_a_call_without_strands_envelopes_and_rules_says_all_three() -> None:
    main, _, sources = call_tables()
    del main["strand"], main["envelope"]
    assert parsed((main, {}, sources))[1] == [
        "test/call.toml: strand: is missing; a call has at least one [[strand]]",
        "test/call.toml: envelope: is missing; a call has at least one [[envelope]]",
        "test/rules.toml: rule: is missing; a call has at least one [[rule]]",
    ]


def test_a_rule_and_a_source_are_named_once() -> None:
    main, rules, sources = call_tables(rule_table(), rule_table())
    sources["source"] *= 2
    assert parsed((main, rules, sources))[1] == [
        "test/sources.toml: source[2].id: 'notice' is used twice",
        "test/rules.toml: rule minimum_entities: is named twice",
    ]


def test_all_faults_of_three_files_are_told_at_once() -> None:
    tables = deepcopy(full_tables())
    for path in ("0.title", "1.rule.0.text", "2.source.0.id"):
        at(path, MISSING)(tables)
    assert len(parsed(tables)[1]) == 3


@pytest.mark.parametrize(("written", "points"), [(0, "0"), (10, "10"), ("3.5", "3.5"), (" 2 ", "2")])
def test_points_are_exact_decimals(written: object, points: str) -> None:
    assert as_points(written) == Decimal(points)


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        (3.5, "write points as a whole number or as text"),
        (True, "write points as a whole number"),
        ("many", "is not a number of points"),
        ("-1", "is not a number of points; expected zero or more"),
        ("NaN", "is not a number of points"),
        ("Infinity", "is not a number of points"),
        ("1e999999", "is not a number of points"),
    ],
)
def test_what_is_not_points_is_refused(written: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        as_points(written)
