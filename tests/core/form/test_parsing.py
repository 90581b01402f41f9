"""Reading application forms: whole ones, and changes to the standard one."""

from fractions import Fraction
from typing import Any

import pytest

from hanse.core.form import Asked, Form, PaperGate, PartKind, SectionKind, Table, parse_form
from hanse.core.values.citation import Citation
from hanse.core.values.faults import Fault
from hanse.core.values.unknown import Unknown


def read(table: dict[str, Any], standard: Form | None = None) -> tuple[Form, list[str]]:
    """A form and its faults as `key: what`."""
    faults: list[Fault] = []
    form = parse_form(table, "application.toml", faults, *([standard] if standard else []))
    return form, [f"{fault.key}: {fault.what}" for fault in faults]


def section(id: str, **keys: Any) -> dict[str, Any]:
    return {"id": id, "title": id.capitalize(), "chapter": "All", **keys}


PARTS = [{"id": "title", "title": "Title", "field": "line"}]
RECORDS: dict[str, Any] = {"kind": "records", "record": "risk", "part": PARTS}


def small() -> Form:
    """A form with a text, a table, a shown table, an annex, a declaration, a property and two categories."""
    form, faults = read(
        {
            "title": "Small",
            "assumed": "It stands in.",
            "section": [
                section("summary", words=300, ask="What?"),
                section("risks", **RECORDS, least=1),
                section("gantt", kind="shown", shows="gantt"),
            ],
            "annex": [{"id": "letters", "title": "Letters", "of_each_partner": True, "most_pages": 3}],
            "declaration": [{"id": "honour", "title": "Honour", "text": "We declare."}],
            "property": [
                {"id": "bold", "title": "Bold", "text": "It is bold.", "rules": ["r"], "sections": ["summary"]}
            ],
            "cost_category": [
                {"id": "personnel", "title": "Personnel", "by": "months"},
                {"id": "indirect", "title": "Indirect", "indirect": True, "carries_indirect": False},
            ],
            "indirect_rate": {"value": "7 %", "cite": "notice: 4"},
        }
    )
    assert faults == []
    return form


def test_a_whole_form_is_read_as_written() -> None:
    form = small()
    summary, risks, gantt = form.sections
    assert (summary.kind, summary.parts[0].id, summary.parts[0].words, summary.parts[0].ask) == (
        SectionKind.ONCE, "summary", 300, "What?",
    )  # fmt: skip
    assert (risks.kind, risks.record, risks.least, risks.parts[0].kind) == (
        SectionKind.RECORDS, "risk", 1, PartKind.LINE,
    )  # fmt: skip
    assert (gantt.kind, gantt.shows, gantt.parts) == (SectionKind.SHOWN, Table.GANTT, ())
    assert form.annexes[0].of_each_partner and form.annexes[0].most_pages == 3
    assert form.declarations[0].text == "We declare."
    assert form.properties[0].sections == ("summary",)
    assert [category.by for category in form.cost_categories] == [Asked.MONTHS, Asked.AMOUNT]
    assert (form.indirect_rate.value, form.indirect_rate.citation) == (Fraction(7, 100), Citation("notice", "4"))
    assert form.assumed == "It stands in."


def test_a_file_based_on_the_standard_form_drops_changes_and_adds() -> None:
    form, faults = read(
        {
            "based_on": "standard",
            "drop": ["letters", "gantt"],
            "change": [
                {"section": "summary", "title": "In short", "words": 100, "strands": ["A"], "cite": "notice: 2"},
                {"section": "risks", "part": "title", "title": "What may happen", "required": False},
                {"section": "risks", "least": 3, "chapter": "Plan"},
            ],
            "section": [section("ethics", after="summary"), section("last")],
            "annex": [{"id": "strategy", "title": "Strategy", "required": False}],
            "declaration": [{"id": "honour", "title": "Honour", "text": "We declare anew."}],
        },
        small(),
    )
    assert faults == []
    assert form.title == "Small"
    assert [each.id for each in form.sections] == ["summary", "ethics", "risks", "last"]
    summary = form.sections[0]
    assert (summary.title, summary.parts[0].title, summary.parts[0].words, summary.parts[0].ask) == (
        "In short", "In short", 100, "What?",
    )  # fmt: skip
    assert (summary.strands, summary.citation) == (("A",), Citation("notice", "2"))
    risks = form.sections[2]
    assert (risks.least, risks.chapter, risks.parts[0].title, risks.parts[0].required) == (
        3, "Plan", "What may happen", False,
    )  # fmt: skip
    assert [annex.id for annex in form.annexes] == ["strategy"]
    assert [each.text for each in form.declarations] == ["We declare anew."]
    assert form.indirect_rate.value == Fraction(7, 100)


def test_a_paper_stops_a_submission_unless_its_gate_is_admissibility() -> None:
    paper = {"id": "map", "title": "Map", "gate": "admissibility"}
    word = {"id": "good", "title": "Good", "text": "We are good.", "gate": "admissibility"}
    form, faults = read({"based_on": "standard", "annex": [paper], "declaration": [word]}, small())
    assert faults == []
    at_the_door, later = (form.with_papers_of(gate) for gate in (PaperGate.SUBMISSION, PaperGate.ADMISSIBILITY))
    assert [each.id for each in at_the_door.annexes] == ["letters"]
    assert [each.id for each in at_the_door.declarations] == ["honour"]
    assert ([each.id for each in later.annexes], [each.id for each in later.declarations]) == (["map"], ["good"])
    assert (at_the_door.sections, later.properties) == (form.sections, form.properties)


@pytest.mark.parametrize("key", ["annex", "declaration"])
def test_a_gate_that_no_paper_has_is_a_fault(key: str) -> None:
    paper = {"id": "map", "title": "Map", "gate": "eligibility", **({"text": "?"} if key == "declaration" else {})}
    _, (fault,) = read({"based_on": "standard", key: [paper]}, small())
    assert fault.startswith(f"{key}[1].gate: is 'eligibility'; expected ")


def test_the_rate_for_indirect_costs_may_be_unsaid_again() -> None:
    form, faults = read({"based_on": "standard", "indirect_rate": {"unknown": "the rate"}}, small())
    assert faults == []
    assert form.indirect_rate.value == Unknown("the rate")


def test_a_section_of_a_known_id_takes_its_place() -> None:
    form, faults = read({"based_on": "standard", "section": [section("summary", field="line")]}, small())
    assert faults == []
    assert [each.id for each in form.sections] == ["summary", "risks", "gantt"]
    assert form.sections[0].parts[0].kind is PartKind.LINE


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ({}, "title: is missing"),
        (
            {"based_on": "other", "title": "Own"},
            'based_on: is \'other\'; expected "standard", the only form to start from',
        ),
        ({"based_on": "standard", "drop": ["x"]}, "drop: names 'x', which the standard form does not have"),
        (
            {"based_on": "standard", "change": [{"section": "x"}]},
            "change[1].section: names 'x', which the standard form does not have or the file drops",
        ),
        (
            {"based_on": "standard", "change": [{"section": "risks", "part": "x"}]},
            "change[1].part: names 'x', which the section does not have",
        ),
        (
            {"based_on": "standard", "section": [section("y", after="x")]},
            "section y.after: names 'x', which is no section before it",
        ),
        (
            {"based_on": "standard", "section": [section("Big Id")]},
            "section[1].id: 'Big Id' is no id; expected small letters, digits and underscores, such as work_packages",
        ),
        (
            {"based_on": "standard", "section": [section("y", kind="records", record="row")]},
            "section[1].part: is missing; expected at least one [[section.part]]",
        ),
        (
            {"based_on": "standard", "section": [section("y", **{**RECORDS, "part": PARTS * 2})]},
            "section[1].part: names 'title' twice",
        ),
        (
            {"based_on": "standard", "section": [section("y", field="choice")]},
            'section[1].choices: go with field = "choice", and it with them',
        ),
        (
            {"based_on": "standard", "section": [section("y", field="work_package")]},
            "section y: asks for a work package, and the form has no section work_packages",
        ),
        (
            {"based_on": "standard", "drop": ["summary"]},
            "property bold.sections: names 'summary', which the form does not have",
        ),
        (
            {"based_on": "standard", "cost_category": [{"id": "more", "title": "More", "indirect": True}]},
            "cost_category: names more than one category for indirect costs",
        ),
        (
            {"title": "Own", "typo": 1},
            "typo: is not a key here; expected one of: annex, assumed, based_on, change, cost_category, declaration, "
            "drop, indirect_rate, property, section, title",
        ),
        (
            {"title": "Own", "annex": [{"id": "a", "title": "A"}, {"id": "a", "title": "A"}]},
            "annex: names 'a' twice",
        ),
        ({"title": "Own", "section": [section("y"), section("y")]}, "section: names 'y' twice"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(table: dict[str, Any], fault: str) -> None:
    _, faults = read(table, small())
    assert faults == [fault]


def test_a_form_is_asked_by_strand() -> None:
    form, _ = read(
        {
            "title": "Two",
            "section": [section("all"), section("only_b", strands=["B"])],
            "annex": [{"id": "b", "title": "B", "strands": ["B"]}],
            "declaration": [{"id": "b", "title": "B", "text": "b", "strands": ["B"]}],
            "property": [{"id": "b", "title": "B", "text": "b", "strands": ["B"]}],
        }
    )
    narrow = form.for_strand("A")
    assert [each.id for each in narrow.sections] == ["all"]
    assert (narrow.annexes, narrow.declarations, narrow.properties) == ((), (), ())
    assert len(form.for_strand("B").sections) == 2
    assert form.for_strand("") is form


def test_chapters_are_runs_of_sections() -> None:
    form, _ = read({"title": "C", "section": [section("a"), section("b"), section("c", chapter="Next"), section("d")]})
    assert [(title, [s.id for s in sections]) for title, sections in form.chapters()] == [
        ("All", ["a", "b"]), ("Next", ["c"]), ("All", ["d"]),
    ]  # fmt: skip
    assert list(Form("none").chapters()) == []


def test_sections_and_categories_are_found_by_id() -> None:
    form = small()
    assert form.section("risks") is form.sections[1]
    assert form.section("x") is None
    assert form.cost_category("personnel") is form.cost_categories[0]
    assert form.cost_category("x") is None
    assert form.sections[1].part("x") is None
