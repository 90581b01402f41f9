"""Lint: the calls that come with Hanse are clean, and every contradiction it knows is found in a broken folder."""

from datetime import date
from pathlib import Path

import pytest

from hanse.callbook.calls import CALLS, call_names
from hanse.callbook.lint import Remark, Weight, lint
from hanse.callbook.new_call import write_new_call
from hanse.callbook.reference import geography
from hanse.core.values.countries import Basis
from hanse.core.values.faults import Faulty


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A new call folder, clean, to be broken."""
    write_new_call(tmp_path / "broken")
    return tmp_path / "broken"


def replace_in(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert text.count(old) >= 1, f"{file} has no {old!r}"
    path.write_text(text.replace(old, new), "utf-8")


def found(folder: Path, weight: Weight) -> list[str]:
    return [str(remark) for remark in lint(folder) if remark.weight is weight]


@pytest.mark.parametrize("name", call_names())
def test_a_call_that_comes_with_hanse_has_no_contradiction(name: str) -> None:
    assert [str(remark) for remark in lint(CALLS / name) if remark.weight is Weight.CONTRADICTION] == []


def test_a_new_folder_draws_no_remark_at_all(folder: Path) -> None:
    assert lint(folder) == ()


CALL, RULES, SOURCES = "call.toml", "rules.toml", "sources.toml"
CONTRADICTIONS = {
    "envelopes that do not add up to the total": (CALL, '"3 000 000"', '"3 100 000"', "add up to"),
    "envelopes above the total while one is unknown": (
        CALL,
        'amount = { value = "1 000 000", cite = "call-text: section 4" }',
        'amount = { unknown = "the small one" }\n[[envelope]]\nid = "big"\namount = 9000000',
        "already come to 11\u00a0000\u00a0000\u00a0EUR",
    ),
    "a cap above its envelope": (CALL, '"200 000"', '"1 000 001"', "is above the 1\u00a0000\u00a0000\u00a0EUR of its envelope"),
    "a cap of zero": (CALL, '"200 000"', '"0"', "the cap is zero"),
    "a rate of zero": (CALL, '"75 %"', '"0 %"', "the maximum rate is 0\u00a0%"),
    "a shortest duration above the longest": (CALL, "value = 24, cite", "value = 37, cite", "longer than the longest"),
    "a longest duration of zero": (CALL, "max_months = { value = 24,", "max_months = { value = 0,", "zero months"),
    "an opening after the closing": (CALL, "opens_on = 2030-01-15", "opens_on = 2030-05-15", "after it closes"),
    "an hour without a day": (CALL, "closes_on = 2030-04-16 ", "# no day", "but not its day"),
    "a deadline at a skipped hour": (
        CALL,
        "closes_on = 2030-04-16              # the local day of the deadline\ncloses_at = 17:00:00",
        "closes_on = 2030-03-31\ncloses_at = 02:30:00",
        "that no clock shows",
    ),
    "a deadline at a repeated hour": (
        CALL,
        "closes_on = 2030-04-16              # the local day of the deadline\ncloses_at = 17:00:00",
        "closes_on = 2030-10-27\ncloses_at = 02:30:00",
        "is shown twice",
    ),
    "a citation without a source": (CALL, '"call-text: section 3"', '"other-text: section 3"', "cites 'other-text'"),
    "a rule that cites no source": (RULES, '"call-text: section 6.1"', '"gone: 6"', "cites 'gone'"),
    "a threshold above its points": (CALL, "max_points = 40, threshold = 20", "max_points = 40, threshold = 41", "above the 40"),
    "thresholds that make the overall one idle": (
        CALL, "overall_threshold = { value = 70", "overall_threshold = { value = 49", "decides nothing",
    ),
    "an overall threshold out of reach": (
        CALL, "overall_threshold = { value = 70", "overall_threshold = { value = 101", "above the 100 points",
    ),
    "a criterion without points": (CALL, "max_points = 40, threshold = 20", "max_points = 0", "gives no points"),
    "a criterion without weight": (CALL, "threshold = 20 }", "threshold = 20, weight = 0 }", "has no weight"),
    "two criteria of one id": (CALL, 'id = "quality"', 'id = "impact"', "two criteria have this id"),
    "a step of zero": (CALL, 'value = "0.5"', "value = 0", "the step of points is zero"),
    "no expert": (CALL, 'evaluators = { unknown = "how many experts judge a proposal" }', "evaluators = 0", "nobody judges"),
    "an unknown group": (RULES, 'groups = ["EU"]', 'groups = ["COMSE"]', "a group without members"),
    "more countries than the group has": (RULES, "minimum = 3", "minimum = 28", "asks for 28 countries"),
    "more different countries than the group has": (
        RULES,
        'kind = "minimum_countries"',
        'kind = "members_in_different_countries"\nparameters.members = 2\nparameters.countries = 90',
        "asks for 90 countries",
    ),
    "more targets than are advised": (RULES, "maximum = 5", "maximum = 1", "above the advised maximum of 1"),
    "no kind of organisation": (
        RULES, '["cluster_organisation", "business_network"]', "[]", "admits no kind of organisation",
    ),
    "a treatment of no country": (
        CALL, "# One envelope for", '[[countries.treatment]]\ncountry = "ZZ"\ngroup = "EU"\nreason = "?"\n#', "no country with",
    ),
    "an assumption on a stated figure": ("assumptions.toml", "award.evaluators", "total", "is stated by the call"),
    "an assumption that is itself wrong": ("assumptions.toml", "value = 3", 'value = "three"', "expected a whole number"),
    "an assumption that contradicts the call": ("assumptions.toml", "value = 3", "value = 0", "nobody judges"),
    "a sentence carried by no rule": (SOURCES, "rule:A-three-countries", "rule:gone", "a rule that rules.toml does not have"),
    "a sentence carried by no field": (SOURCES, "field:strand.A.title", "field:strand.C.title", "a field that call.toml"),
    "a sentence carried by no statement": (SOURCES, "statement:what", "statement:how_judged", "without any statement"),
    "a sentence carried by no section": (SOURCES, "statement:what", "statement:when", "names no section"),
    "a sentence carried by no officer": (SOURCES, "officer:scope", "officer:cap", 'decider = "officer"'),
    "a sentence carried by nonsense": (SOURCES, "officer:scope", "somebody", "is not a target"),
    "a sentence that nothing carries": (SOURCES, '["officer:scope"]', "[]", "nothing carries the sentence"),
    "a sentence listed twice": (SOURCES, "number = 3", "number = 2", "listed more than once"),
    "a case that fails": ("cases/strand-a.toml", 'members = ["IT", "DE", "IT"]', 'members = ["IT", "DE", "AT"]', "found eligible"),
}  # fmt: skip


@pytest.mark.parametrize("what", CONTRADICTIONS)
def test_lint_finds(what: str, folder: Path) -> None:
    file, old, new, said = CONTRADICTIONS[what]
    if file == RULES and "parameters.members" in new:
        replace_in(folder, RULES, '[rule.parameters]\nminimum = 3\ngroups = ["EU"]', 'parameters.groups = ["EU"]')
    replace_in(folder, file, old, new)
    contradictions = found(folder, Weight.CONTRADICTION)
    assert any(said in remark for remark in contradictions), contradictions


WARNINGS = {
    "expected projects that the envelope cannot carry": (CALL, "value = 5, cite", "value = 6, cite", "need 6 x 400"),
    "an envelope nobody draws on": (CALL, 'envelope = "small"', 'envelope = "main"', "no strand draws on"),
    "clocks that change on the closing day": (CALL, "closes_on = 2030-04-16", "closes_on = 2030-03-31", "the clocks change"),
    "clocks that changed the day before": (CALL, "closes_on = 2030-04-16", "closes_on = 2030-04-01", "the clocks change"),
    "a source nobody cites": (SOURCES, "[[source]]", '[[source]]\nid = "spare"\ntitle = "Spare"\n[[source]]', "is never cited"),
    "a figure without citation": (CALL, 'total = { value = "3 000 000", cite = "call-text: section 4" }', "total = 3000000", "total: is stated without"),
    "a statement without citation": (CALL, 'together."\ncite = "call-text: section 1"', 'together."', "statement[1]"),
    "points that the step does not reach": (CALL, 'value = "0.5"', "value = 7", "cannot be given in steps of 7"),
    "a tie-break asked twice": (CALL, '{ kind = "officer" }', '{ kind = "lower_request" }', "an earlier step asks the same"),
    "a tie-break after the officer": (CALL, '{ kind = "officer" },', '{ kind = "officer" },{ kind = "criterion", criterion = "impact" },', "settles every tie"),
    "a machine's rule given to an officer": (RULES, 'kind = "duration_range"', 'kind = "duration_range"\ndecider = "officer"', "the machine answers"),
    "a treatment nobody asks about": (CALL, "# One envelope for", '[[countries.treatment]]\ncountry = "GB"\ngroup = "COSME"\ncounts = true\nreason = "?"\n#', "which no rule asks about"),
    "a sentence left out": (SOURCES, "number = 3", "number = 4", "sentence 3 is not listed"),
    "a rule no case breaks": ("cases/strand-b-and-money.toml", 'members = ["IT"]\nexpect = "not_eligible"', 'members = ["IT", "DE"]\nexpect = "eligible"', "no case in which it is not met"),
    "a rule that stays undecided": (CALL, 'max_grant = { value = "200 000", cite = "call-text: section 4" }', 'max_grant = { unknown = "the cap" }', "no proposal can be decided in strand B"),
}  # fmt: skip


@pytest.mark.parametrize("what", WARNINGS)
def test_lint_warns_of(what: str, folder: Path) -> None:
    file, old, new, said = WARNINGS[what]
    replace_in(folder, file, old, new)
    warnings = found(folder, Weight.WARNING)
    assert any(said in remark for remark in warnings), warnings


def test_a_folder_without_cases_is_warned_of(folder: Path) -> None:
    for path in (folder / "cases").iterdir():
        path.unlink()
    assert any("there are no cases" in remark for remark in found(folder, Weight.WARNING))


def test_a_call_that_names_no_day_is_tried_on_the_day_of_its_cases(folder: Path) -> None:
    replace_in(folder, CALL, "closes_on = 2030-04-16 ", "#")
    replace_in(folder, CALL, "closes_at = 17:00:00", "#")
    replace_in(folder, CALL, "asked_on = 2030-04-16 ", "#")
    assert any("no consortium was tried" in remark for remark in found(folder, Weight.WARNING))
    replace_in(folder, "cases/strand-a.toml", "[[case]]\n", "[[case]]\nas_of = 2030-04-16\n")
    assert not any("no consortium was tried" in remark for remark in found(folder, Weight.WARNING))


def unsatisfiable(folder: Path) -> str:
    (said,) = (remark for remark in found(folder, Weight.CONTRADICTION) if "no proposal can be eligible" in remark)
    return said


def test_two_rules_that_exclude_each_other_are_named(folder: Path) -> None:
    with (folder / RULES).open("a") as rules:
        rules.write(
            '[[rule]]\nid = "others-only"\nkind = "organisation_type"\nstrands = ["B"]\ntext = "Others."\n'
            'cite = "call-text: section 6"\nparameters = { allowed = ["other"] }\n'
        )
    said = unsatisfiable(folder)
    assert "no proposal can be eligible in strand B" in said
    assert "no member can meet these together: cluster-organisations, others-only" in said


def test_rules_on_countries_that_exclude_each_other_are_named(folder: Path) -> None:
    with (folder / RULES).open("a") as rules:
        rules.write(
            '[[rule]]\nid = "one-country-only"\nkind = "every_member_in_group"\nstrands = ["A"]\ntext = "?"\n'
            'cite = "call-text: section 6"\nparameters = { groups = ["GERMAN"] }\n'
        )
    treatment = '[[countries.treatment]]\ncountry = "DE"\ngroup = "GERMAN"\ncounts = true\nreason = "?"\n#'
    replace_in(folder, CALL, "# One envelope for", treatment)
    assert "A-three-countries (Only 1 of the 3 countries needed" in unsatisfiable(folder)


def test_a_strand_without_rules_is_found(folder: Path) -> None:
    lines = (folder / RULES).read_text().replace('strands = ["A"]\n', "").replace('strands = ["B"]\n', "").splitlines()
    kept = [line + '\nstrands = ["B"]' if line.startswith("cite = ") else line for line in lines]
    (folder / RULES).write_text("\n".join(kept))
    assert any("strand A has no rule" in remark for remark in found(folder, Weight.CONTRADICTION))


def test_a_member_rule_that_nobody_can_decide_is_a_warning_and_no_contradiction(folder: Path) -> None:
    with (folder / RULES).open("a") as rules:
        rules.write(
            '[[rule]]\nid = "doubtful"\nkind = "every_member_in_group"\nstrands = ["A"]\ntext = "?"\n'
            'cite = "call-text: section 6"\nparameters = { groups = ["EU"] }\n'
        )
    doubts = "".join(
        f'[[countries.treatment]]\ncountry = "{code}"\ngroup = "EU"\nreason = "nobody says"\n'
        for code in geography().members("EU", date(2030, 4, 16), Basis.IN_FORCE)
    )
    replace_in(folder, CALL, "# One envelope for", f"{doubts}#")
    assert any("no proposal can be decided in strand A" in remark for remark in found(folder, Weight.WARNING))


def test_roles_that_only_some_rules_count_are_found_too(folder: Path) -> None:
    with (folder / RULES).open("a") as rules:
        rules.write(
            '[[rule]]\nid = "partner-abroad"\nkind = "minimum_entities"\nstrands = ["A"]\ntext = "?"\n'
            'cite = "call-text: section 6"\nparameters = { minimum = 2, roles = ["international_partner"] }\n'
            '[[rule]]\nid = "defence"\nkind = "some_member_has_property"\nstrands = ["A"]\ntext = "?"\n'
            'cite = "call-text: section 6"\nparameters = { property = "defence_related" }\n'
        )
    assert not any("no proposal can be" in str(remark) for remark in lint(folder))


def test_many_countries_are_still_found_where_single_additions_do_not_reach(folder: Path) -> None:
    replace_in(folder, RULES, "minimum = 3", "minimum = 27")
    assert not any("no proposal can be" in str(remark) for remark in lint(folder))


def test_a_remark_names_place_key_what_and_remedy() -> None:
    remark = Remark(Weight.WARNING, "call.toml", "total", "is odd", "Mend it.")
    assert str(remark.at("mine")) == "warning: mine/call.toml: total: is odd. Mend it."


def test_a_folder_that_cannot_be_read_gives_every_fault(folder: Path) -> None:
    replace_in(folder, CALL, 'title = "Example', 'titel = "Example')
    replace_in(folder, "cases/strand-a.toml", 'expect = "eligible"', 'expect = "yes"')
    with pytest.raises(Faulty) as wrong:
        lint(folder)
    said = str(wrong.value)
    assert "title: is missing" in said
    assert "titel: is not a key here" in said
    assert "case[1].expect: is 'yes'" in said
