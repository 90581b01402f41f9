"""My work: for each part a person plays, what waits for them and what they can begin."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from hanse.core.values.words import day_in_words
from hanse.ground.accounts.access import roles_of
from hanse.ground.accounts.models import Role, User
from hanse.ground.clock import BRUSSELS
from hanse.ground.outbox import queries as outbox
from hanse.stages.announcement import queries as announcement
from hanse.stages.consortia.models import Seat, SeatState
from hanse.stages.consortia.queries.clash import clashes_of
from hanse.stages.consortia.queries.members import consortia_of
from hanse.stages.consortia.queries.notices import post_of
from hanse.stages.consortia.queries.space import TaskOf, tasks_of
from hanse.stages.proposals.queries.standings import changes_of, standings_of
from hanse.stages.registry import queries as registry
from hanse.stages.submission.queries.officers import waiting_cases
from hanse.stages.submission.queries.standings import stands_of

MOST_APPLICATIONS = 20
MOST_TASKS = 20
MOST_LETTERS = 20


@dataclass(frozen=True)
class Item:
    """One thing on a desk: what it is, where it is, and how it stands."""

    label: str
    address: str
    note: str = ""


@dataclass(frozen=True)
class Section:
    """A part of a desk.

    Attributes:
        empty: what is said if there is nothing.
        begin: what can be begun here, as label and address.
    """

    title: str
    items: tuple[Item, ...]
    empty: str
    begin: tuple[str, str] | None = None


@dataclass(frozen=True)
class Desk:
    """All that one part has to do."""

    title: str
    sections: tuple[Section, ...]


def desks_of(user: User, at: datetime) -> list[Desk]:
    """The desks of a person: the applicant's for everybody, and one for each appointment."""
    roles = roles_of(user, at)
    desks = [Desk("As an applicant", tuple(_applicant(user, at)))]
    if roles & {Role.OFFICER, Role.AUDITOR}:
        title = "As a programme officer" if Role.OFFICER in roles else "As an auditor"
        desks.append(Desk(title, tuple(_officer(user, at))))
    if Role.EXPERT in roles:
        nothing = "Nothing to evaluate: no call is at that stage."
        desks.append(Desk("As an expert", (Section("Proposals to evaluate", (), nothing),)))
    return desks


def _applicant(user: User, at: datetime) -> Iterator[Section]:
    own = tuple(
        Item(organisation.name, reverse("registry:organisation", args=[organisation.ref]), str(role_and_state))
        for organisation, role_and_state in registry.organisations_of(user)
    )
    yield Section(
        "My organisations",
        own,
        "You act for no organisation yet. Register yours, or ask one of its owners to invite you.",
        ("Register an organisation", reverse("registry:register")),
    )
    yield from _together(user, at)
    calls = tuple(
        Item(call.title, reverse("announcement:call", args=[call.reference]), _until(call))
        for call in announcement.open_calls(at)
    )
    yield Section("Open calls", calls, "No call is open now.", ("All calls", reverse("announcement:calls")))


def _together(user: User, at: datetime) -> Iterator[Section]:
    """Consortia and applications: what waits for an answer, what one writes, what is to be done."""
    seats = consortia_of(user)
    invited = [seat for seat in seats if seat.state == SeatState.INVITED]
    yield Section(
        "Invitations to answer",
        tuple(
            Item(
                f"{seat.consortium.name}: {seat.organisation.name} as {seat.get_role_display()}",
                reverse("consortia:invitation", args=[seat.consortium.ref, seat.pk]),
                f"since {_day(seat.invited_at)}",
            )
            for seat in invited
        ),
        "No consortium waits for your answer.",
    )
    yield Section(
        "My consortia and applications",
        tuple(_applications(user, [seat for seat in seats if seat.state != SeatState.INVITED], at)),
        "You take part in no consortium yet.",
        ("Begin a consortium", reverse("consortia:new")),
    )
    clashes = tuple(
        Item(
            f"{clash.here.organisation.name} stands in two consortia of one {clash.within}",
            reverse("consortia:consortium", args=[clash.here.consortium.ref]),
            "only those who act for it learn of this",
        )
        for clash in clashes_of(user, at)
    )
    if clashes:
        yield Section("Look at this first", clashes, "")
    post = post_of(user)
    letters = tuple(
        Item(
            f"{letter.sender.name} writes to {letter.receiver.name}",
            reverse("consortia:interest", args=[letter.pk]),
            f"{letter.call}, {_day(letter.sent_at)}",
        )
        for letter in post.received
        if letter.state == letter.State.SENT
    )
    if letters:
        yield Section("Letters to answer", letters, "", ("All letters", reverse("consortia:interests")))
    tasks = tuple(
        Item(
            task.title,
            reverse("consortia:space", args=[task.ref]),
            f"{task.consortium}; for {task.whose}{_due(task)}",
        )
        for task in tasks_of(user, at)[:MOST_TASKS]
    )
    yield Section("Tasks", tasks, "No task waits for you.")


def _applications(user: User, seats: list[Seat], at: datetime) -> Iterator[Item]:
    """Each consortium once, the latest change first; with the verdict, what others have written, what is submitted."""
    by_consortium = {seat.consortium_id: seat for seat in reversed(seats)}
    asked = list(by_consortium.values())[::-1][:MOST_APPLICATIONS]
    standings = standings_of([seat.consortium for seat in asked], at)
    proposals = [one.proposal for one in standings if one.proposal]
    changed, stands = changes_of(user, proposals), stands_of(proposals, at)
    for seat, standing in zip(asked, standings, strict=True):
        begun = standing.proposal
        new = changed.get(begun.pk, 0) if begun else 0
        told = [seat.get_role_display(), standing.verdict or "the call is not known here any more"]
        told.append(f"{new} text{'' if new == 1 else 's'} changed since your last visit" if new else "")
        told.append(stands[begun.pk].in_words if begun else "the application is not begun")
        address = reverse("proposals:proposal" if begun else "consortia:consortium", args=[standing.consortium.ref])
        yield Item(standing.consortium.name, address, "; ".join(filter(None, told)))


def _until(call: announcement.OpenCall) -> str:
    closes = call.closes
    if closes is None:
        return call.reference
    return f"{call.reference}, until {_day(closes)}, {closes.astimezone(BRUSSELS):%H:%M} Brussels time"


def _due(task: TaskOf) -> str:
    if task.due_on is None:
        return ""
    return f"; {'overdue since' if task.overdue else 'due on'} {day_in_words(task.due_on)}"


def _day(instant: datetime) -> str:
    return day_in_words(instant.astimezone(BRUSSELS).date())


def _officer(user: User, at: datetime) -> Iterator[Section]:
    cases = tuple(
        Item(
            f"Attempt {case.attempt.number}",
            reverse("submission:late_case", args=[case.pk]),
            f"{case.attempt.call}, proposed by {case.proposed_by.name} on {_day(case.proposed_at)}"
            + ("; another officer has to decide" if case.proposed_by_id == user.pk else ""),
        )
        for case in waiting_cases(at)
    )
    if cases:
        yield Section("Late cases to decide", cases, "")
    yield Section(
        "Submissions",
        (),
        "When a call has closed: what was submitted, refused and admitted.",
        ("Submissions", reverse("submission:calls")),
    )
    waiting = tuple(
        Item(organisation.name, reverse("registry:review", args=[organisation.ref]), note)
        for organisation, note in registry.review_queue_notes(at)
    )
    yield Section(
        "Registrations to review",
        waiting,
        "No registration waits for review.",
        ("Reviewer's desk", reverse("registry:reviews")),
    )
    editions = tuple(
        Item(
            f"{edition.reference}, edition {edition.number}",
            reverse("announcement:draft", args=[edition.pk]),
            edition.get_state_display(),
        )
        for edition in announcement.editions_in_preparation()
    )
    yield Section(
        "Call editions in preparation",
        editions,
        "No edition waits for a second person.",
        ("Call editions", reverse("announcement:desk")),
    )
    questions = tuple(
        Item(
            question.text[:80],
            reverse("announcement:question", args=[question.reference, question.number]),
            question.reference,
        )
        for question in announcement.unanswered()
    )
    yield Section("Questions to answer", questions, "No question waits for an answer.")
    given_up = reverse("outbox") + f"?state={outbox.DEAD}"
    letters = tuple(
        Item(letter.to, given_up, f"given up after {letter.attempts} attempts: {letter.fault}")
        for letter in outbox.dead()[:MOST_LETTERS]
    )
    if letters:
        yield Section("Letters that could not be delivered", letters, "", ("Look at them, or try again", given_up))
