"""The standard application form, those of the calls that come with Hanse, and what lint says of one that does not fit."""

import shutil
from pathlib import Path

import pytest

from hanse.callbook.application_forms import read_form, standard_form
from hanse.callbook.calls import CALLS, call_names
from hanse.callbook.lint import lint
from hanse.core.form import Asked, SectionKind
from hanse.core.values.faults import Faulty
from hanse.core.values.unknown import Unknown

CALL = "COS-CLUSINT-2020-3-01"


def test_the_standard_form_asks_what_the_documents_ask_a_partnership_to_show() -> None:
    form = standard_form()
    assert "own application form is not at hand" in form.assumed
    assert isinstance(form.indirect_rate.value, Unknown)
    assert [title for title, _ in form.chapters()] == [
        "Identity and summary", "Joint strategy", "Where you go", "Actions", "Work plan", "Partnership",
        "Small and medium-sized firms", "Indicators and risks", "Budget",
    ]  # fmt: skip
    assert [category.id for category in form.cost_categories if category.by is Asked.MONTHS] == ["personnel"]


@pytest.mark.parametrize("name", call_names())
def test_every_call_has_a_form(name: str) -> None:
    form = read_form(CALLS / name)
    assert {"title", "duration_months", "work_packages"} <= {section.id for section in form.sections}


def test_the_2020_form_gives_each_of_the_five_properties_its_place() -> None:
    form = read_form(CALLS / CALL)
    assert [each.title for each in form.properties] == [
        "European", "Strategic", "Representing clusters", "A partnership", "Going international",
    ]  # fmt: skip
    assert all(each.rules or each.sections for each in form.properties)
    assert all(each.citation and each.citation.source == "newsletter" for each in form.properties)


def test_strand_b_shows_what_it_builds_on_and_strand_a_what_it_prepares() -> None:
    form = read_form(CALLS / CALL)
    a, b = ({section.id for section in form.for_strand(strand).sections} for strand in "AB")
    assert a - b == {"preparatory_actions"}
    assert b - a == {"existing_strategy", "dual_use"}
    targets = form.section("targets")
    assert targets is not None
    assert targets.kind is SectionKind.TARGETS
    assert targets.ask.startswith("At least two third countries")


def test_the_phases_of_2016_have_their_own_actions() -> None:
    form = read_form(CALLS / "COS-CLUSINT-2016-03-01")
    preparatory, implementation = form.for_strand("1b"), form.for_strand("2")
    assert preparatory.section("preparatory_actions") and not preparatory.section("implementation_actions")
    assert implementation.section("implementation_actions") and not implementation.section("preparatory_actions")


def test_a_call_without_a_form_of_its_own_has_the_standard_one(tmp_path: Path) -> None:
    assert read_form(tmp_path) is standard_form()


def test_a_broken_form_names_file_and_key(tmp_path: Path) -> None:
    (tmp_path / "application.toml").write_text('based_on = "standard"\ndrop = ["nothing_of_it"]\ntitel = "x"\n')
    with pytest.raises(Faulty) as wrong:
        read_form(tmp_path)
    assert [f"{fault.place.rpartition('/')[2]} {fault.key}" for fault in wrong.value.faults] == [
        "application.toml drop", "application.toml titel",
    ]  # fmt: skip
    (tmp_path / "application.toml").write_text("based_on = ")
    with pytest.raises(Faulty, match="is not TOML"):
        read_form(tmp_path)


def test_lint_names_what_a_form_asks_of_another_call(tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(CALLS / CALL, folder)
    (folder / "application.toml").write_text(
        """
based_on = "standard"
indirect_rate = { value = "7 %", cite = "elsewhere: 4" }
[[change]]
section = "summary"
strands = ["C"]
cite = "nowhere: 1"
[[property]]
id = "bold"
title = "Bold"
text = "It is bold."
rules = ["no-such-rule"]
"""
    )
    said = [f"{remark.key}: {remark.what}" for remark in lint(folder) if "application.toml" in remark.place]
    assert said == [
        "section.summary: cites 'nowhere', which sources.toml does not have",
        "section.summary: names strand 'C', which the call does not have",
        "property.bold: names rule 'no-such-rule', which rules.toml does not have",
        "indirect_rate: cites 'elsewhere', which sources.toml does not have",
    ]
