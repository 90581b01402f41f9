"""How far a draft has come, in tables that a writer of applications can read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.core.form import (
    Draft,
    Form,
    Part,
    PartKind,
    Section,
    SectionKind,
    fault_of,
    field_at,
    fields_of,
    names_in,
    records_of,
    state_of,
    states_of,
    words_in,
)
from hanse.core.values.unknown import NOT_STATED

SUMMARY = Section("summary", "Summary", "All", parts=(Part("summary", "Summary", words=5),))
GOALS = Section(
    "targets",
    "Targets",
    "All",
    SectionKind.TARGETS,
    parts=(Part("goals", "Goals"), Part("more", "More", required=False)),
)
MEMBERS = Section("members", "Members", "All", SectionKind.PARTNERS, parts=(Part("role", "Role", words=2),))
PACKAGES = Section(
    "work_packages", "Work packages", "All", SectionKind.RECORDS, record="work package", least=2,
    parts=(Part("title", "Title", PartKind.LINE), Part("start", "First month", PartKind.MONTH)),
)  # fmt: skip
SHOWN = Section("gantt", "Timetable", "All", SectionKind.SHOWN)
FORM = Form("Small", (SUMMARY, GOALS, MEMBERS, PACKAGES, SHOWN))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("   \n", 0),
        ("one", 1),
        ("one two  three\nfour", 4),
        ("small and medium-sized firms", 4),
        ("the cluster's firms’ market", 4),
        ("a dash - or – or — stands alone", 6),
        ("1,234.50 euro", 2),
        ("日本 と ヨーロッパ", 3),
        ("• first • second", 2),
    ],
)
def test_words_are_counted_as_a_reader_would(text: str, count: int) -> None:
    assert words_in(text) == count


@given(st.text(), st.text())
def test_words_of_two_texts_add_up(left: str, right: str) -> None:
    assert words_in(f"{left}\n{right}") == words_in(left) + words_in(right)


def test_records_stand_in_their_places_and_keep_their_ids() -> None:
    texts = {
        "work_packages/2": "10", "work_packages/2/title": "Missions",
        "work_packages/7": "5", "work_packages/7/title": "Strategy", "work_packages/7/start": "",
        "work_packages/3": "", "work_packages/3/title": "Removed",
        "work_packages/4": "soon",
        "work_packages_other/1": "1", "summary": "x",
    }  # fmt: skip
    found = records_of(PACKAGES, texts)
    assert [(record.id, record.place, dict(record.values)) for record in found] == [
        ("7", 5, {"title": "Strategy"}),
        ("2", 10, {"title": "Missions"}),
    ]


def test_every_kind_of_section_has_its_fields() -> None:
    draft = Draft({"work_packages/1": "1"}, ("JP", "US"), ("lanterna",))
    assert [[key for key, _, _ in fields_of(section, draft)] for section in FORM.sections] == [
        ["summary"],
        ["targets/JP/goals", "targets/JP/more", "targets/US/goals", "targets/US/more"],
        ["members/lanterna/role"],
        ["work_packages/1/title", "work_packages/1/start"],
        [],
    ]
    assert list(fields_of(GOALS, Draft({}, NOT_STATED))) == []


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("summary", ("summary", "summary")),
        ("summary/x", None),
        ("unknown", None),
        ("targets", None),
        ("targets/JP", None),
        ("targets/JP/goals", ("targets", "goals")),
        ("targets/JP/nothing", None),
        ("work_packages/3", ("work_packages", None)),
        ("work_packages/3/title", ("work_packages", "title")),
        ("work_packages/03/title", None),
        ("work_packages/abc", None),
        ("gantt/1", None),
        ("gantt", None),
    ],
)
def test_a_key_leads_to_a_field_or_to_nothing(key: str, found: tuple[str, str | None] | None) -> None:
    at = field_at(FORM, key)
    assert (at and (at[0].id, at[1].id if at[1] else None)) == found


@pytest.mark.parametrize(
    ("kind", "value", "fault"),
    [
        (PartKind.NUMBER, "12", ""),
        (PartKind.NUMBER, "12.5", ""),
        (PartKind.NUMBER, "1 200,5", ""),
        (PartKind.NUMBER, "a dozen", "'a dozen' is not a number; expected for example 12 or 12.5."),
        (PartKind.NUMBER, "", ""),
        (PartKind.MONTH, "1", ""),
        (PartKind.MONTH, "30", ""),
        (PartKind.MONTH, "31", "Month 31 is after the end of the project in month 30."),
        (PartKind.MONTH, "0", "'0' is not a month of the project; expected a number from 1."),
        (PartKind.MONTH, "May", "'May' is not a month of the project; expected a number from 1."),
        (PartKind.CHOICE, "low", ""),
        (PartKind.CHOICE, "lowish", "'lowish' is none of the choices: low, high."),
        (PartKind.PARTNER, "lanterna", ""),
        (PartKind.PARTNERS, "lanterna, gone, phare", "gone, Phare: not a member of the consortium."),
        (PartKind.TARGET, "JP", ""),
        (PartKind.TARGET, "US", "United States is no target of the application."),
        (PartKind.WORK_PACKAGE, "1", ""),
        (PartKind.WORK_PACKAGE, "2", "There is no work package '2'."),
        (PartKind.LINE, "anything", ""),
    ],
)
def test_what_does_not_fit_is_said_and_kept(kind: PartKind, value: str, fault: str) -> None:
    part = Part("x", "X", kind, choices=("low", "high") if kind is PartKind.CHOICE else ())
    names = {"phare": "Phare", "US": "United States"}
    draft = Draft({"work_packages/1": "1"}, ("JP",), ("lanterna",), 30, names)
    assert fault_of(part, value, draft) == fault


def test_months_have_no_end_while_the_length_is_open_and_targets_none_while_unstated() -> None:
    assert fault_of(Part("x", "X", PartKind.MONTH), "400", Draft({})) == ""
    assert fault_of(Part("x", "X", PartKind.TARGET), "US", Draft({}, NOT_STATED)) == ""


def test_a_text_over_its_limit_is_told_how_much() -> None:
    state = state_of(SUMMARY, Draft({"summary": "one two three four five six seven"}))
    assert (state.complete, state.begun) == (True, True)
    assert state.fields[0].over == 2
    assert state.faults == ("Summary: 7 words, 2 more than the 5 asked for.",)


def test_an_empty_draft_wants_everything_that_is_asked() -> None:
    states = states_of(FORM, Draft({}, NOT_STATED, ("lanterna",), names={"lanterna": "Lanterna"}))
    assert [state.wanting for state in states] == [
        ("Summary: nothing is written yet.",),
        ("No target country or world region is chosen yet.",),
        ("Lanterna, Role: nothing is written yet.",),
        ("At least 2 wanted; there are none.",),
        (),
    ]
    assert [state.begun for state in states] == [False] * 5
    assert [state.complete for state in states] == [False, False, False, False, True]


def test_a_record_begins_a_section_and_wants_its_fields() -> None:
    state = state_of(PACKAGES, Draft({"work_packages/1": "1", "work_packages/1/start": "soon"}))
    assert state.begun
    assert state.wanting == ("At least 2 wanted; there is 1.", "1, Title: nothing is written yet.")
    assert state.faults == ("1, First month: 'soon' is not a month of the project; expected a number from 1.",)


def test_optional_fields_are_not_wanted() -> None:
    state = state_of(GOALS, Draft({"targets/JP/goals": "Grow"}, ("JP",), names={"JP": "Japan"}))
    assert state.complete
    assert state.fields[1].over == 0


def test_names_in_a_list_are_read_as_written() -> None:
    assert names_in(" a, b ,,c") == ["a", "b", "c"]
