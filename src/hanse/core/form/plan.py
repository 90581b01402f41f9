"""The work plan of a draft: work packages, tasks, deliverables and milestones by month, and what does not fit together.

It is read from the records that are written, so a plan can be looked at in any state. A call that asks for no work
packages has an empty plan.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from hanse.core.form.state import Draft, Record, records_of
from hanse.core.form.values import Form

PACKAGES, TASKS = "work_packages", "tasks"


class MarkKind(Enum):
    """What falls due in a single month; the value is the section it is written in."""

    DELIVERABLE = "deliverables"
    MILESTONE = "milestones"


@dataclass(frozen=True, slots=True)
class Piece:
    """A work package or a task.

    Attributes:
        id: of the record.
        label: short name in the plan: `WP2`, `T2.1`.
        lead: id of the partner that leads it; empty while nobody does.
        start, end: months of the project; None where none is written.
        package: of a task, the id of its work package; empty where it names none that exists.
    """

    id: str
    label: str
    title: str
    lead: str
    start: int | None
    end: int | None
    package: str = ""

    @property
    def span(self) -> tuple[int, int] | None:
        """First and last month, if both are written and in order: then it can be drawn."""
        if self.start is None or self.end is None or self.end < self.start:
            return None
        return self.start, self.end

    @property
    def called(self) -> str:
        """Label and title."""
        return f"{self.label} {self.title}" if self.title else self.label


@dataclass(frozen=True, slots=True)
class Mark:
    """A deliverable or a milestone."""

    id: str
    label: str
    title: str
    kind: MarkKind
    month: int | None
    package: str = ""

    @property
    def called(self) -> str:
        """Label and title."""
        return f"{self.label} {self.title}" if self.title else self.label


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole plan.

    Attributes:
        months: how many months it has: those of the project, or more where something lies beyond.
        undated: what cannot be drawn because months are missing, as sentences.
        faults: what does not fit together, as sentences.
        overlaps: who leads several work packages at the same time, and months without any, as sentences.
    """

    packages: tuple[Piece, ...] = ()
    tasks: tuple[Piece, ...] = ()
    marks: tuple[Mark, ...] = ()
    months: int = 0
    undated: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    overlaps: tuple[str, ...] = ()

    def rows(self) -> Iterator[tuple[Piece, tuple[Mark, ...]]]:
        """Work packages, each with what falls due in it and followed by its tasks; last what belongs to none."""
        for package in self.packages:
            yield package, self.due_in(package.id)
            yield from ((task, ()) for task in self.tasks if task.package == package.id)
        yield from ((task, ()) for task in self.tasks if not task.package)

    def due_in(self, package: str) -> tuple[Mark, ...]:
        """What falls due in a work package; of the empty id, what belongs to none."""
        return tuple(mark for mark in self.marks if mark.package == package)


def plan_of(form: Form, draft: Draft) -> Plan:
    """The work plan as it is written now."""
    packages = tuple(
        _piece(record, f"WP{number}") for number, record in enumerate(_records(form, draft, PACKAGES), start=1)
    )
    numbers = {package.id: number for number, package in enumerate(packages, start=1)}
    tasks = tuple(_tasks(_records(form, draft, TASKS), numbers))
    marks = tuple(
        Mark(
            record.id,
            f"{kind.name[0]}{number}",
            record.values.get("title", "").strip(),
            kind,
            month_in(record.values.get("month", "")),
            _among(record, numbers),
        )
        for kind in MarkKind
        for number, record in enumerate(_records(form, draft, kind.value), start=1)
    )
    named = [month for piece in (*packages, *tasks) for month in (piece.start, piece.end)]
    named += [mark.month for mark in marks]
    by_id = {package.id: package for package in packages}
    return Plan(
        packages,
        tasks,
        marks,
        max([draft.months or 0, *(month for month in named if month is not None)]),
        tuple(_undated(packages, tasks, marks)),
        (
            *_faults((*packages, *tasks), draft.months),
            *_outside(tasks, by_id),
            *_marks_outside(marks, by_id, draft.months),
        ),
        (*_overlaps(packages, draft.names), *_idle(packages, draft.months)),
    )


def month_in(written: str) -> int | None:
    """A month of the project as a number; None if none is written."""
    said = written.strip()
    if not (said.isascii() and said.isdecimal()) or len(said) > 3 or int(said) < 1:
        return None
    return int(said)


def months_in_words(start: int, end: int) -> str:
    """`month 3`, or `months 3 to 9`."""
    return f"month {start}" if start == end else f"months {start} to {end}"


def _records(form: Form, draft: Draft, id: str) -> tuple[Record, ...]:
    section = form.section(id)
    return () if section is None else records_of(section, draft.texts)


def _among(record: Record, numbers: Mapping[str, int]) -> str:
    written = record.values.get("work_package", "").strip()
    return written if written in numbers else ""


def _piece(record: Record, label: str, package: str = "") -> Piece:
    values = record.values
    return Piece(
        record.id,
        label,
        values.get("title", "").strip(),
        values.get("lead", "").strip(),
        month_in(values.get("start", "")),
        month_in(values.get("end", "")),
        package,
    )


def _tasks(records: Iterable[Record], numbers: Mapping[str, int]) -> Iterator[Piece]:
    """Tasks, counted inside their work package."""
    counts: dict[str, int] = {}
    for record in records:
        package = _among(record, numbers)
        counts[package] = counts.get(package, 0) + 1
        yield _piece(record, f"T{numbers.get(package, 0)}.{counts[package]}", package)


def _undated(packages: Iterable[Piece], tasks: Iterable[Piece], marks: Iterable[Mark]) -> Iterator[str]:
    for piece in (*packages, *tasks):
        missing = [words for words, month in (("first", piece.start), ("last", piece.end)) if month is None]
        if missing:
            yield f"{piece.called} has no {' and no '.join(missing)} month."
    for mark in marks:
        if mark.month is None:
            yield f"{mark.called} has no month."


def _faults(pieces: Iterable[Piece], last: int | None) -> Iterator[str]:
    """What is wrong with months by themselves."""
    for piece in pieces:
        if piece.start is not None and piece.end is not None and piece.end < piece.start:
            yield f"{piece.called} ends in month {piece.end}, before it starts in month {piece.start}."
        latest = max((month for month in (piece.start, piece.end) if month is not None), default=0)
        if last is not None and latest > last:
            yield f"{piece.called} runs to month {latest}, after the end of the project in month {last}."


def _outside(tasks: Iterable[Piece], packages: Mapping[str, Piece]) -> Iterator[str]:
    """Tasks that do not fit into their work package."""
    for task in tasks:
        package = packages.get(task.package)
        if package is None:
            yield f"{task.called} names no work package of the plan."
            continue
        if task.span and package.span and not _within(task.span, package.span):
            runs, room = months_in_words(*task.span), months_in_words(*package.span)
            yield f"{task.called} runs in {runs}, outside {package.label} in {room}."


def _marks_outside(marks: Iterable[Mark], packages: Mapping[str, Piece], end: int | None) -> Iterator[str]:
    """Deliverables and milestones that fall beside their work package, or after the end."""
    for mark in marks:
        package = packages.get(mark.package)
        if package is None:
            yield f"{mark.called} names no work package of the plan."
        if mark.month is None:
            continue
        if end is not None and mark.month > end:
            yield f"{mark.called} is due in month {mark.month}, after the end of the project in month {end}."
        elif package is not None and package.span and not _within((mark.month, mark.month), package.span):
            room = months_in_words(*package.span)
            yield f"{mark.called} is due in month {mark.month}, outside {package.label} in {room}."


def _within(inner: tuple[int, int], outer: tuple[int, int]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _overlaps(packages: Iterable[Piece], names: Mapping[str, str]) -> Iterator[str]:
    """Who leads several work packages at the same time: where they are most, once for each leader."""
    led: dict[str, list[tuple[Piece, tuple[int, int]]]] = {}
    for package in packages:
        if package.span and package.lead:
            led.setdefault(package.lead, []).append((package, package.span))
    for lead, held in led.items():
        # The count can only rise where one begins, so the most run at one of the beginnings.
        at_once = [[each for each in held if each[1][0] <= start <= each[1][1]] for _, (start, _) in held]
        most = max(at_once, key=len)
        if len(most) > 1:
            months = months_in_words(max(span[0] for _, span in most), min(span[1] for _, span in most))
            labels = ", ".join(package.label for package, _ in most)
            yield f"{names.get(lead, lead)} leads {len(most)} work packages at the same time in {months}: {labels}."


def _idle(packages: Iterable[Piece], last: int | None) -> Iterator[str]:
    """Months of the project in which no work package runs."""
    spans = [package.span for package in packages if package.span]
    if last is None or not spans:
        return
    reached = 0
    for start, end in sorted([*spans, (last + 1, last + 1)]):
        if reached + 1 < min(start, last + 1):
            yield f"No work package runs in {months_in_words(reached + 1, min(start, last + 1) - 1)}."
        reached = max(reached, end)
