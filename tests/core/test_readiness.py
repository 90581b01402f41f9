"""Whether the properties of a partnership show in an application."""

from tests import cast

from hanse.core.eligibility.engine import check
from hanse.core.eligibility.findings import Verdict
from hanse.core.form import Draft, Form, Part, Property, Section, states_of
from hanse.core.readiness import coverage
from hanse.core.values.unknown import NOT_STATED

THREE = cast.rule_table("minimum_entities", id="three", parameters={"minimum": 3})
ONLY_B = cast.rule_table("minimum_entities", id="only-b", parameters={"minimum": 9}, strands=["B"])
LONG = cast.rule_table("duration_range", id="long")


def section(id: str) -> Section:
    return Section(id, id.capitalize(), "All", parts=(Part(id, id.capitalize()),))


def property(rules: tuple[str, ...] = (), sections: tuple[str, ...] = ()) -> Property:
    return Property("european", "European", "At least three.", rules, sections)


def covered(
    asked: Property, texts: dict[str, str] | None = None, *countries: str, **changed: object
) -> tuple[str, ...]:
    """The verdict on one property, then what is wanting."""
    form = Form("Small", (section("strategy"), section("roadmap")), properties=(asked,))
    dossier = cast.dossier(*(countries or ("IT", "DE", "RS")), **changed)
    assessment = check(dossier, cast.context(cast.call(THREE, ONLY_B, LONG)))
    (found,) = coverage(form, assessment, states_of(form, Draft(texts or {})))
    assert found.property is asked
    return (found.verdict.value, *found.wanting)


def test_a_property_is_covered_by_rules_that_are_met_and_sections_that_are_filled() -> None:
    asked = property(rules=("three",), sections=("strategy",))
    assert covered(asked, {"strategy": "Together."}) == ("met",)


def test_an_empty_section_leaves_it_open_and_says_which() -> None:
    asked = property(rules=("three",), sections=("strategy", "roadmap"))
    assert covered(asked, {"roadmap": "Step by step."}) == ("not_met", "Strategy: Strategy: nothing is written yet.")


def test_a_rule_that_is_not_met_says_why_and_what_would_mend_it() -> None:
    verdict, said = covered(property(rules=("three",)), None, "IT", "DE")
    assert (verdict, said) == (
        "not_met",
        "Only 2 different legal entities; 3 are needed. Add 1 more legal entity.",
    )


def test_a_missing_fact_leaves_it_undecided() -> None:
    verdict, _ = covered(property(rules=("long",)), None, duration_months=NOT_STATED)
    assert verdict == "undecided"


def test_rules_and_sections_of_other_strands_are_not_asked_for() -> None:
    asked = property(rules=("three", "only-b"), sections=("of_strand_b",))
    assert covered(asked) == ("met",)


def test_a_property_that_nothing_shows_is_never_called_covered() -> None:
    assert covered(property()) == ("undecided", "Nothing in this application form can show it.")


def test_several_gaps_of_a_section_are_counted() -> None:
    many = Section("plan", "Plan", "All", parts=(Part("plan", "Plan"),))
    form = Form("Small", (many,), properties=(property(sections=("plan", "plan")),))
    assessment = check(cast.dossier(), cast.context())
    state = states_of(form, Draft({}))[0]
    twice = type(state)(many, state.fields, 0, ("One.", "Two.", "Three."))
    (found,) = coverage(form, assessment, [twice])
    assert found.wanting[0] == "Plan: One. (and 2 more)"
    assert found.sections == (many, many)
    assert found.verdict is Verdict.NOT_MET
