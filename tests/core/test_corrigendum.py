"""What changes between two editions, and whose verdict."""

from dataclasses import replace
from datetime import date, time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.cast import call, call_tables, context, dossier, notice, parsed, rule_table

from hanse.core.call import Call
from hanse.core.corrigendum import ChangeKind, RuleChange, compare, verdict_changes
from hanse.core.eligibility.findings import ProposalVerdict, Verdict
from hanse.core.form import Form, parse_form
from hanse.core.values.faults import Fault
from hanse.core.values.unknown import Unknown

EU_RULE = rule_table("minimum_countries", "three", parameters={"minimum": 3, "groups": ["EU"]})


def full(**changed: Any) -> dict[str, Any]:
    """Keys of a call.toml that fill every part of a call."""
    keys: dict[str, Any] = {
        "cost_rate": [{"category": "travel", "title": "Travel", "max_rate": {"value": "50 %", "cite": "notice: 4"}}],
        "transfer": [{"from": "b", "to": "a", "when": "money is left", "cite": "notice: 4"}],
        "statement": [
            {"section": "what", "text": "It funds.", "cite": "notice: 1"},
            {"section": "what", "text": "It funds more.", "cite": "notice: 1"},
            {"section": "who", "text": "Clusters.", "strands": ["A"]},
        ],
        "award": {
            "criteria": {
                "value": [{"id": "r", "title": "Relevance", "max_points": 10, "threshold": 5}],
                "cite": "notice: 8",
            },
            "tie_breaks": {
                "value": [{"kind": "criterion", "criterion": "r"}, {"kind": "officer"}],
                "cite": "notice: 8",
            },
        },
        "countries": {
            "asked_on": date(2020, 12, 2),
            "treatment": [
                {"country": "GB", "group": "EU", "counts": False, "reason": "It left.", "cite": "notice: 6"},
                {"country": "GB", "group": "COSME", "counts": True, "reason": "It stays.", "strands": ["A"]},
            ],
        },
    }
    return keys | changed


def sentences(old: Call, new: Call) -> list[str]:
    return [change.sentence for change in compare(old, new)]


def test_an_edition_does_not_differ_from_itself() -> None:
    assert compare(call(**full()), call(**full())) == ()


def test_a_moved_deadline_is_told_with_both_days_and_citations() -> None:
    window = {"closes_on": date(2020, 12, 2), "closes_at": time(17), "zone": "Europe/Brussels", "cite": "notice: 3"}
    moved = window | {"closes_on": date(2020, 12, 16), "cite": "notice: corrigendum"}
    (change,) = compare(call(window=window), call(window=moved))
    assert change.sentence == (
        "deadline, closes on: was 2 December 2020 [notice, 3], is now 16 December 2020 [notice, corrigendum]"
    )


def test_a_figure_that_becomes_known_is_told() -> None:
    strands = call_tables()[0]["strand"]
    known = [strands[0] | {"expected_projects": {"value": 12, "cite": "notice: 4"}}, strands[1]]
    assert sentences(call(), call(strand=known)) == [
        "strand A, expected projects: was not stated, is now 12 [notice, 4]"
    ]


def test_an_assumed_figure_differs_from_a_stated_one() -> None:
    old = call()
    assumed = replace(old, total=replace(old.total, assumed="guessed"))
    assert sentences(old, assumed) == [
        "call, total budget: was 7\u00a0500\u00a0000\u00a0EUR [notice], "
        "is now 7\u00a0500\u00a0000\u00a0EUR (assumed: guessed) [notice]"
    ]


def test_a_rule_that_comes_and_one_that_goes_are_told_whole() -> None:
    assert sentences(call(EU_RULE), call(rule_table(parameters={"minimum": 3}))) == [
        "rule three is gone; it was: A rule of the tests. [notice, 6.2]",
        "rule minimum_entities is new: A rule of the tests. [notice, 6.2]",
    ]


def test_each_changed_particular_of_a_rule_is_told() -> None:
    changed = EU_RULE | {
        "parameters": {"minimum": 4, "groups": ["EU", "COSME"], "roles": ["beneficiary"]},
        "strands": ["A"],
        "force": "advised",
        "scope": "proposal",
    }
    told = [(change.fact, change.before, change.after) for change in compare(call(EU_RULE), call(changed))]
    assert told == [
        ("strands", "all", "A"),
        ("force", "required", "advised"),
        ("scope", "that of its kind", "proposal"),
        ("parameter minimum", "3", "4"),
        ("parameter groups", "EU", "EU, COSME"),
        ("parameter roles", None, "beneficiary"),
    ]
    back = compare(call(changed), call(EU_RULE))
    assert [change.kind for change in back][-1] is ChangeKind.REMOVED
    assert back[-1].sentence == "rule three, parameter roles is gone; it was: beneficiary [notice, 6.2]"


def test_parts_that_come_are_told_and_the_same_parts_going_mirror_them() -> None:
    plain, rich = call(), call(**full())
    new = [change.item for change in compare(plain, rich) if change.kind is ChangeKind.ADDED]
    assert new == [
        "treatment of GB as EU",
        "treatment of GB as COSME in strand A",
        "rate for travel costs",
        "transfer 1 from envelope b",
        "criterion r",
        'statement in "what" from notice, 1',
        'statement in "what" from notice, 1 (2)',
        'statement in "who" for strand A from no source',
    ]
    gone = [change.item for change in compare(rich, plain) if change.kind is ChangeKind.REMOVED]
    assert gone == new


def test_a_reworded_statement_is_a_change_and_not_a_loss() -> None:
    reworded = full()
    reworded["statement"] = [*reworded["statement"][:2], {"section": "who", "text": "Networks too.", "strands": ["A"]}]
    assert sentences(call(**full()), call(**reworded)) == [
        'statement in "who" for strand A from no source, text: was Clusters., is now Networks too.'
    ]


def test_tie_breaks_and_criteria_are_compared_in_words() -> None:
    award = full()["award"] | {"tie_breaks": {"value": [{"kind": "lower_request"}], "cite": "notice: 8"}}
    assert sentences(call(**full()), call(**full(award=award))) == [
        "award, tie-break order: was criterion r, then officer [notice, 8], is now lower request [notice, 8]"
    ]


def test_sources_and_their_sentences_are_compared() -> None:
    main, rules, _ = call_tables()
    sentence = {"number": 1, "opening": "At least", "says": "Three bodies.", "carried_by": ["heading"]}
    old, faults = parsed((main, rules, {"source": [notice() | {"sentence": [sentence]}]}))
    changed = notice() | {"address": "https://example.org", "sentence": [sentence | {"says": "Four bodies."}]}
    new, more = parsed((main, rules, {"source": [changed, notice() | {"id": "corrigendum"}]}))
    assert not faults + more
    assert sentences(old, new) == [
        "source notice, address: was none, is now https://example.org",
        "source notice, sentence 1: was Three bodies., is now Four bodies.",
        "source corrigendum is new: Call notice of the tests",
    ]


def test_a_citation_that_only_moves_is_no_change() -> None:
    assert compare(call(EU_RULE), call(EU_RULE | {"cite": "notice: 6.9"})) == ()


def test_a_proposal_that_falls_is_named_with_the_rule_and_its_reason() -> None:
    old, new = call(EU_RULE), call(EU_RULE | {"parameters": {"minimum": 4, "groups": ["EU"]}})
    held, fell = dossier("IT", "DE", "FR", "ES", proposal="held"), dossier("IT", "DE", "FR", proposal="fell")
    (change,) = verdict_changes([held, fell], context(old), context(new))
    assert (change.proposal, change.changes_verdict) == ("fell", True)
    assert (change.before, change.after) == (ProposalVerdict.ELIGIBLE, ProposalVerdict.NOT_ELIGIBLE)
    (rule,) = change.rules
    assert (rule.rule, rule.before, rule.after) == ("three", Verdict.MET, Verdict.NOT_MET)
    assert "Only 3 of the 4 countries needed" in rule.reason


def test_rules_that_come_and_go_are_told_even_where_the_verdict_stays() -> None:
    old, new = call(EU_RULE), call(rule_table("minimum_entities", "bodies", parameters={"minimum": 2}))
    (change,) = verdict_changes([dossier("IT", "DE", "FR")], context(old), context(new))
    assert not change.changes_verdict
    assert change.rules == (
        RuleChange("three", Verdict.MET, None, "The rule is gone."),
        RuleChange("bodies", None, Verdict.MET, change.rules[1].reason),
    )


def test_a_proposal_that_no_change_touches_is_not_listed() -> None:
    window = call_tables()[0]["window"] | {"closes_on": date(2020, 12, 16)}
    assert verdict_changes([dossier()], context(call(EU_RULE)), context(call(EU_RULE, window=window))) == ()


def test_a_changed_force_can_turn_a_verdict_without_any_rule_answering_differently() -> None:
    old, new = call(EU_RULE), call(EU_RULE | {"force": "advised"})
    (change,) = verdict_changes([dossier("IT", "DE")], context(old), context(new))
    assert (change.rules, change.before, change.after) == ((), ProposalVerdict.NOT_ELIGIBLE, ProposalVerdict.ELIGIBLE)


@given(st.integers(min_value=1, max_value=6), st.integers(min_value=1, max_value=6))
def test_comparing_both_ways_exchanges_before_and_after(first: int, second: int) -> None:
    old, new = (call(EU_RULE | {"parameters": {"minimum": n, "groups": ["EU"]}}) for n in (first, second))
    there, back = compare(old, new), compare(new, old)
    assert [(c.item, c.fact, c.before, c.after) for c in there] == [(c.item, c.fact, c.after, c.before) for c in back]
    assert bool(there) == (first != second)


def test_an_unknown_figure_keeps_its_note() -> None:
    old = call()
    noted = replace(old, edition_date=Unknown("the day of the edition"))
    assert sentences(old, noted) == ["call, edition date: was not stated, is now not stated (the day of the edition)"]


def test_a_change_of_verdict_is_told_in_plain_words() -> None:
    old, new = call(EU_RULE), call(EU_RULE | {"force": "advised"})
    (turned,) = verdict_changes([dossier("IT", "DE")], context(old), context(new))
    assert turned.sentence == "blue: was not eligible, is now eligible"
    kept = replace(turned, before=ProposalVerdict.ELIGIBLE)
    assert kept.sentence == "blue: still eligible, but rules answer differently"


def form(**changed: Any) -> Form:
    """A small application form with one of everything, and with keys of its table replaced."""
    table: dict[str, Any] = {
        "title": "Form",
        "section": [
            {"id": "summary", "title": "Summary", "chapter": "One", "words": 300, "cite": "notice: 2"},
            {
                "id": "risks", "title": "Risks", "chapter": "One", "kind": "records", "record": "risk", "strands": ["A"],
                "part": [{"id": "title", "title": "Title", "field": "line", "required": False}],
            },
        ],
        "annex": [
            {"id": "letters", "title": "Letters", "required": False, "of_each_partner": True, "most_pages": 2}
        ],
        "declaration": [{"id": "honour", "title": "Honour", "text": "We declare."}],
        "property": [{"id": "bold", "title": "Bold", "text": "Bold.", "sections": ["summary"]}],
        "cost_category": [{"id": "travel", "title": "Travel"}],
    }  # fmt: skip
    faults: list[Fault] = []
    found = parse_form({**table, **changed}, "application.toml", faults)
    assert not faults, faults
    return found


def test_a_form_does_not_differ_from_itself() -> None:
    assert compare(call(), call(), (form(), form())) == ()


def test_what_a_form_asks_otherwise_is_told() -> None:
    longer = {"id": "summary", "title": "In short", "chapter": "One", "words": 400, "cite": "notice: 3"}
    after = form(section=[longer], annex=[{"id": "letters", "title": "Letters"}], indirect_rate=0.07, property=[])
    assert [change.sentence for change in compare(call(), call(), (form(), after))] == [
        "application form, indirect rate: was not stated, is now 7\u00a0%",
        "section summary, title: was Summary [notice, 2], is now In short [notice, 3]",
        "section summary, field summary: was Summary: text, required, at most 300 words [notice, 2], is now "
        "In short: text, required, at most 400 words [notice, 3]",
        "section risks is gone; it was: Risks",
        "annex letters, asked: was optional, of each partner, is now required",
        "annex letters, at most: was 10 MB, 2 pages, is now 10 MB",
        "property bold is gone; it was: Bold",
    ]
