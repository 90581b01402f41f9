"""The report before submitting: every line with what it means now; what it blocks is what the door refuses, and no more."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cast import CLOSING, call, context, dossier, rule_table

from hanse.core.call import Call
from hanse.core.eligibility.engine import Examiner
from hanse.core.eligibility.findings import Assessment
from hanse.core.form import Draft, Part, PartKind, Section, SectionKind, Table, states_of
from hanse.core.form.values import Form
from hanse.core.proposal import Dossier
from hanse.core.submission import Accepted, Observation, Reason, Receipt, Refused, decide_submission
from hanse.core.submission.clashes import observations_now
from hanse.core.submission.report import Bearing, Line, Report, report_of
from hanse.core.values.unknown import NOT_STATED

SECOND = timedelta(seconds=1)
RULES = (
    rule_table(id="three", parameters={"minimum": 3}, gate="submission"),
    rule_table(id="nine", parameters={"minimum": 9}, gate="submission"),
    rule_table(id="eight", parameters={"minimum": 8}),
    rule_table(id="seven", parameters={"minimum": 7}, gate="submission", force="advised"),
    rule_table("duration_range", "length", gate="submission"),
    rule_table("officer_decides", "judged", decider="officer", gate="submission", parameters={"question": "Is it good?"}),
    rule_table("one_consortium_per_organisation", "once", gate="submission", parameters={"per": "call", "consequence": "all"}),
)  # fmt: skip
MISSING = (
    "“Letter” is missing: Lanterna adds it.",
    "Sava has given no mandate: an owner gives it on the page of its seat.",
)
FOR_LATER = ("“Map” is missing: Lanterna adds it.",)


def asked(
    of: Call,
    at: Any = CLOSING - SECOND,
    *,
    strand: str = "A",
    missing: tuple[str, ...] = (),
    for_later: tuple[str, ...] = (),
    more: tuple[Observation, ...] = (),
    mine: Dossier | None = None,
) -> tuple[Accepted | Refused, Assessment]:
    """The decision on an application and its assessment, as a stage asks for them."""
    found = Examiner(context(of)).check(mine or dossier())
    decision = decide_submission(
        of, strand, at, proposal="blue", content_digest="d" * 64,
        missing_parts=missing, parts_for_later=for_later, observations=(*observations_now(found), *more),
    )  # fmt: skip
    return decision, found


def bearings(report: Report) -> list[tuple[str, Bearing]]:
    return [(line.about, line.bearing) for line in report.lines]


def test_every_rule_is_told_with_what_it_means_now() -> None:
    decision, found = asked(call(*RULES), mine=dossier(duration_months=NOT_STATED))
    report = report_of(decision, found)
    assert bearings(report) == [
        ("nine", Bearing.BLOCKING),
        ("eight", Bearing.WARNING),
        ("seven", Bearing.WARNING),
        ("length", Bearing.WARNING),
        ("judged", Bearing.LATER),
        ("once", Bearing.LATER),
        ("three", Bearing.MET),
    ]
    (nine,) = report.blocking
    assert nine.title == "A rule of the tests."
    assert nine.source == "notice, 6.2"
    assert nine.reason and nine.repair
    (three,) = report.met
    assert three.repair == ""
    assert [line.about for line in report.warnings] == ["eight", "seven", "length"]
    assert [line.about for line in report.later] == ["judged", "once"]


def test_a_rule_without_a_citation_has_no_source() -> None:
    decision, found = asked(call(*RULES))
    for each in found.findings:
        each.rule = replace(each.rule, citation=None)
    assert {line.source for line in report_of(decision, found).lines} == {""}


@pytest.mark.parametrize(
    ("window", "at"),
    [
        ({}, CLOSING + SECOND),
        ({"opens_on": date(2020, 12, 1)}, CLOSING - timedelta(days=7)),
        ({"closes_at": {"unknown": "the hour"}}, CLOSING),
    ],
    ids=["closed", "not open yet", "not to be said"],
)
def test_a_window_that_is_not_open_blocks(window: dict[str, Any], at: Any) -> None:
    told = {"closes_on": date(2020, 12, 2), "closes_at": time(17), "zone": "Europe/Brussels", **window}
    decision, found = asked(call(*RULES[:1], window=told), at)
    (line,) = report_of(decision, found).blocking
    assert (line.about, line.title) == ("window", "The call has to be open")
    assert line.reason.startswith("Received on ")


def test_missing_parts_block_one_by_one_and_those_for_later_do_not() -> None:
    decision, found = asked(call(*RULES[:1]), missing=MISSING, for_later=FOR_LATER, strand="")
    report = report_of(decision, found, MISSING, for_later=FOR_LATER)
    assert [(line.about, line.reason) for line in report.blocking] == [
        ("strand", "No strand is named; it has A, B."), ("parts", MISSING[0]), ("parts", MISSING[1]),
    ]  # fmt: skip
    later = "“Map” is missing: Lanterna adds it. This does not stop a submission; an officer judges it later."
    assert report.warnings == (Line(Bearing.WARNING, "parts", "A part is missing", later),)
    accepted, _ = asked(call(*RULES[:1]), for_later=FOR_LATER)
    assert isinstance(accepted, Accepted)
    assert accepted.receipt.remarks == (later,)


def test_a_reason_that_nobody_told_line_by_line_is_told_whole() -> None:
    decision, found = asked(call(*RULES[:1]), missing=MISSING)
    (parts,) = report_of(decision, found).blocking
    assert parts.reason.startswith("2 parts are missing: ")
    receipt = Receipt("TEST-2020", "1.0", "A", "blue", "d" * 64, CLOSING)
    (odd,) = report_of(Refused(receipt, (Reason("standing", "Nothing counts."),)), found).blocking
    assert (odd.about, odd.title, odd.reason) == ("standing", "standing", "Nothing counts.")


def test_a_clash_is_told_at_its_rule() -> None:
    decision, found = asked(call(*RULES), more=(Observation("once", "Lanterna stands elsewhere."),))
    assert [(line.about, line.reason) for line in report_of(decision, found).blocking if line.about == "once"] == [
        ("once", "Lanterna stands elsewhere.")
    ]


def test_sections_warn_where_they_are_empty_or_too_long_and_are_silent_where_they_are_well() -> None:
    def once(id: str, **keys: Any) -> Section:
        return Section(id, id.capitalize(), "All", parts=(Part(id, id.capitalize(), **keys),))

    many = tuple(Part(f"p{n}", f"Part {n}", PartKind.LINE) for n in range(5))
    form = Form(
        "Form",
        (
            once("empty"),
            once("long", words=2),
            once("well"),
            Section("risks", "Risks", "All", SectionKind.RECORDS, parts=many, least=0, record="risk"),
            Section("gantt", "Gantt", "All", SectionKind.SHOWN, shows=Table.GANTT),
        ),
    )
    draft = Draft({"long": "one two three", "well": "good", "risks/1": "1"})
    decision, found = asked(call(*RULES[:1]))
    lines = report_of(decision, found, states=states_of(form, draft)).warnings
    assert [(line.about, line.key, line.title) for line in lines] == [
        ("section", "empty", "Empty"), ("section", "long", "Long"), ("section", "risks", "Risks"),
    ]  # fmt: skip
    assert lines[0].reason == "Empty: nothing is written yet."
    assert lines[1].reason == "Long: 3 words, 1 more than the 2 asked for."
    assert lines[2].reason.count("nothing is written yet") == 3


GATES = st.sampled_from(["submission", "admissibility", "eligibility"])
FORCES = st.sampled_from(["required", "advised"])
TABLES = st.lists(
    st.one_of(
        st.builds(lambda n, gate, force: rule_table(parameters={"minimum": n}, gate=gate, force=force), st.integers(1, 6), GATES, FORCES),
        st.builds(lambda gate, force: rule_table("duration_range", gate=gate, force=force), GATES, FORCES),
        st.builds(lambda gate: rule_table("officer_decides", gate=gate, decider="officer", parameters={"question": "?"}), GATES),
        st.builds(lambda gate, by: rule_table(parameters={"minimum": 6}, gate=gate, decider=by), GATES, st.sampled_from(["machine", "officer"])),
        st.builds(lambda gate: rule_table("one_consortium_per_organisation", gate=gate, parameters={"per": "call", "consequence": "all"}), GATES),
    ),
    min_size=1,
    max_size=5,
)  # fmt: skip


@given(
    TABLES,
    st.integers(-3, 3),
    st.sampled_from(["A", "B", "", "Z"]),
    st.lists(st.sampled_from(MISSING), unique=True),
    st.lists(st.sampled_from(FOR_LATER), unique=True),
    st.booleans(),
    st.sampled_from([30, 99, NOT_STATED]),
)
def test_report_and_door_never_say_different_things(
    tables: list[dict[str, Any]],
    seconds: int,
    strand: str,
    missing: list[str],
    for_later: list[str],
    line_by_line: bool,
    months: Any,
) -> None:
    of = call(*({**table, "id": f"r{n}"} for n, table in enumerate(tables)))
    decision, found = asked(
        of, CLOSING + seconds * SECOND, strand=strand, missing=tuple(missing), for_later=tuple(for_later),
        mine=dossier(strand=strand or NOT_STATED, duration_months=months),
    )  # fmt: skip
    report = report_of(decision, found, missing if line_by_line else (), for_later=for_later)
    reasons = decision.reasons if isinstance(decision, Refused) else ()
    assert bool(report.blocking) == isinstance(decision, Refused)
    assert {line.about for line in report.blocking} == {reason.about for reason in reasons}
    # Every rule has one line, and what does not stop it is on the receipt, unless it is decided later.
    assert sorted(line.about for line in report.lines if line.about.startswith("r")) == sorted(
        each.rule.id for each in found.findings
    )
    remarked = [line for line in report.warnings if line.about.startswith("r")]
    assert len(remarked) + len(for_later) == len(decision.receipt.remarks) - (seconds == 0)
