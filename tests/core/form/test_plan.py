"""The work plan of a draft: what is drawn where, and what does not fit together, in sentences."""

from hypothesis import given
from hypothesis import strategies as st

from hanse.core.form import Draft, Form, Part, PartKind, Section, SectionKind
from hanse.core.form.plan import Mark, MarkKind, Piece, Plan, month_in, plan_of

LINE, MONTH = PartKind.LINE, PartKind.MONTH


def records(id: str, *parts: str) -> Section:
    return Section(id, id, "Work plan", SectionKind.RECORDS, parts=tuple(Part(part, part, LINE) for part in parts))


FORM = Form(
    "Small",
    (
        records("work_packages", "title", "lead", "start", "end"),
        records("tasks", "title", "work_package", "lead", "start", "end"),
        records("deliverables", "title", "work_package", "month"),
        records("milestones", "title", "work_package", "month"),
    ),
)


def plan(months: int | None = 12, **rows: dict[str, str]) -> Plan:
    """The plan of records written as `wp_1=`, `task_1=`, `del_1=`, `mil_1=`, in the order given."""
    sections = {"wp": "work_packages", "task": "tasks", "del": "deliverables", "mil": "milestones"}
    texts = {}
    for place, (name, values) in enumerate(rows.items()):
        kind, _, id = name.partition("_")
        texts[f"{sections[kind]}/{id}"] = str(place)
        texts |= {f"{sections[kind]}/{id}/{part}": value for part, value in values.items()}
    return plan_of(FORM, Draft(texts, months=months, names={"lanterna": "Lanterna Marine Cluster"}))


def months(start: int, end: int, **more: str) -> dict[str, str]:
    return {"start": str(start), "end": str(end), **more}


def test_a_plan_is_read_in_the_order_of_its_records() -> None:
    found = plan(
        wp_7=months(1, 4, title=" Manage ", lead="lanterna"),
        wp_2=months(3, 12),
        task_1=months(3, 5, title="Go", work_package="2"),
        task_2=months(1, 2, work_package="7"),
        task_3=months(6, 9, work_package="2"),
        del_1={"title": "Report", "work_package": "7", "month": "4"},
        mil_1={"work_package": "2", "month": "12"},
    )
    assert found.packages == (Piece("7", "WP1", "Manage", "lanterna", 1, 4), Piece("2", "WP2", "", "", 3, 12))
    assert [(task.label, task.package) for task in found.tasks] == [("T2.1", "2"), ("T1.1", "7"), ("T2.2", "2")]
    assert found.marks == (
        Mark("1", "D1", "Report", MarkKind.DELIVERABLE, 4, "7"),
        Mark("1", "M1", "", MarkKind.MILESTONE, 12, "2"),
    )
    assert [(piece.label, [mark.label for mark in marks]) for piece, marks in found.rows()] == [
        ("WP1", ["D1"]), ("T1.1", []), ("WP2", ["M1"]), ("T2.1", []), ("T2.2", []),
    ]  # fmt: skip
    assert (found.months, found.undated, found.faults, found.overlaps) == (12, (), (), ())
    assert [mark.called for mark in found.marks] == ["D1 Report", "M1"]


def test_a_form_without_work_packages_has_an_empty_plan() -> None:
    assert plan_of(Form("None"), Draft({"work_packages/1": "1"})) == Plan()


def test_a_month_is_a_number_from_one() -> None:
    written = ["1", " 36 ", "0", "", "1000", "soon", "-1", "1.5", "²"]
    assert [month_in(each) for each in written] == [1, 36] + [None] * 7


def test_what_has_no_month_is_told() -> None:
    found = plan(wp_1={"title": "Manage"}, task_1={"start": "2", "work_package": "1"}, mil_1={"work_package": "1"})
    assert found.undated == (
        "WP1 Manage has no first and no last month.",
        "T1.1 has no last month.",
        "M1 has no month.",
    )
    assert found.faults == ()


def test_months_that_cannot_be_are_told() -> None:
    found = plan(
        wp_1=months(5, 3),
        wp_2=months(1, 14),
        task_1=months(1, 13, work_package="2"),
        task_2={"start": "15", "work_package": "2"},
        del_1={"work_package": "2", "month": "16"},
    )
    assert found.faults == (
        "WP1 ends in month 3, before it starts in month 5.",
        "WP2 runs to month 14, after the end of the project in month 12.",
        "T2.1 runs to month 13, after the end of the project in month 12.",
        "T2.2 runs to month 15, after the end of the project in month 12.",
        "D1 is due in month 16, after the end of the project in month 12.",
    )
    assert found.months == 16
    assert found.packages[0].span is None


def test_what_lies_outside_its_work_package_is_told() -> None:
    found = plan(
        None,
        wp_1=months(4, 8),
        wp_2=months(9, 2),
        task_1=months(3, 8, title="Early", work_package="1"),
        task_2=months(4, 9, work_package="1"),
        task_3=months(5, 5, work_package="9"),
        task_4=months(1, 99, work_package="2"),
        del_1={"work_package": "1", "month": "3"},
        del_2={"work_package": "1", "month": "8"},
        del_3={"work_package": "2", "month": "5"},
        mil_1={"title": "Done", "month": "2"},
    )
    assert found.faults == (
        "WP2 ends in month 2, before it starts in month 9.",
        "T1.1 Early runs in months 3 to 8, outside WP1 in months 4 to 8.",
        "T1.2 runs in months 4 to 9, outside WP1 in months 4 to 8.",
        "T0.1 names no work package of the plan.",
        "D1 is due in month 3, outside WP1 in months 4 to 8.",
        "M1 Done names no work package of the plan.",
    )
    assert [piece.label for piece, _ in found.rows()][-1] == "T0.1"
    assert [mark.label for mark in found.due_in("")] == ["M1"]
    assert found.overlaps == ()


def test_who_leads_several_work_packages_at_the_same_time_is_told_once() -> None:
    found = plan(
        wp_1=months(1, 6, lead="lanterna"),
        wp_2=months(6, 12, lead="lanterna"),
        wp_3=months(2, 9, lead="faros"),
        wp_4=months(7, 9),
        wp_5=months(2, 5, lead="faros"),
        wp_6=months(4, 7, lead="faros"),
        wp_7=months(1, 2, lead="sava"),
        wp_8=months(3, 4, lead="sava"),
    )
    assert found.overlaps == (
        "Lanterna Marine Cluster leads 2 work packages at the same time in month 6: WP1, WP2.",
        "faros leads 3 work packages at the same time in months 4 to 5: WP3, WP5, WP6.",
    )


def test_months_without_any_work_package_are_told() -> None:
    found = plan(wp_1=months(5, 6), wp_2=months(2, 3), wp_3=months(2, 2))
    assert found.overlaps == (
        "No work package runs in month 1.",
        "No work package runs in month 4.",
        "No work package runs in months 7 to 12.",
    )
    assert plan(wp_1=months(14, 15)).overlaps == ("No work package runs in months 1 to 12.",)


@given(st.dictionaries(st.text("work_packages/tasks/titlestartend0123456789"), st.text()), st.none() | st.integers(1))
def test_any_texts_make_a_plan(texts: dict[str, str], last: int | None) -> None:
    found = plan_of(FORM, Draft(texts, months=last))
    assert found.months >= (last or 0)
