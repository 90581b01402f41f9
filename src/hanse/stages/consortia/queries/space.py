"""What the space of a consortium holds: contacts, tasks, messages, files; what is due there and what is new."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from hanse.core.values.digest import digest
from hanse.ground.accounts.models import User
from hanse.ground.clock import BRUSSELS
from hanse.ground.outbox import queries as outbox
from hanse.stages.announcement.queries import edition_in_force
from hanse.stages.consortia.models import Consortium, Contact, Message, Seat, SeatState, SharedFile, Task
from hanse.stages.consortia.queries.members import consortia_of
from hanse.stages.registry.models import FormerRef, Membership

MESSAGES_A_PAGE = 20
SETTLED_SHOWN = 30
"""How many tasks that are done or dropped the page of tasks shows, the latest first."""
BETWEEN_NOTICES = timedelta(hours=1)
"""Nobody is written to more often than this about messages in one consortium."""
NOTICE = "message in a space"


# --- members -----------------------------------------------------------------------------------------------------


def seats_that_take_part(consortium: Consortium) -> list[Seat]:
    """The accepted seats with their organisations, in the order of the application."""
    seats = Seat.objects.filter(consortium=consortium, state=SeatState.ACCEPTED)
    return list(seats.select_related("organisation").order_by("place", "id"))


def people_of(seats: Iterable[Seat]) -> dict[int, list[User]]:
    """Who acts for the organisations of seats, or for those they were merged into, by the seat's number."""
    asked = list(seats)
    merged = FormerRef.objects.filter(ref__in=[seat.organisation.ref for seat in asked])
    staying = dict(merged.values_list("ref", "organisation"))
    held: dict[int, list[User]] = defaultdict(list)
    speaking = {seat.pk: staying.get(seat.organisation.ref, seat.organisation_id) for seat in asked}
    memberships = Membership.objects.filter(
        organisation__in=list(speaking.values()), until__isnull=True, user__is_active=True
    )
    for membership in memberships.select_related("user").order_by("user__name", "user_id"):
        held[membership.organisation_id].append(membership.user)
    return {number: held[organisation] for number, organisation in speaking.items()}


def acts_at(person_id: int, seat: Seat) -> bool:
    """Whether a person acts for the organisation of a seat now."""
    return any(person.pk == person_id for person in people_of([seat])[seat.pk])


def contacts_of(seats: Iterable[Seat]) -> dict[int, list[Contact]]:
    """The contacts at members, by the seat's number, the main one first; in one query."""
    found: dict[int, list[Contact]] = {seat.pk: [] for seat in seats}
    contacts = Contact.objects.filter(seat__in=list(found), removed_at__isnull=True)
    for contact in contacts.order_by("-main", "name", "id"):
        found[contact.seat_id].append(contact)
    return found


def contact(consortium: Consortium, number: int) -> Contact | None:
    """A contact at a member that takes part."""
    found = Contact.objects.filter(
        pk=number, seat__consortium=consortium, seat__state=SeatState.ACCEPTED, removed_at__isnull=True
    )
    return found.select_related("seat__organisation").first()


CONTACT_FIELDS = ("name", "function", "email", "phone", "main")


def mark_of(contact: Contact) -> str:
    """What a change of a contact carries, so that one made by somebody else meanwhile is told."""
    return digest({name: getattr(contact, name) for name in CONTACT_FIELDS})


# --- tasks -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TaskShown:
    """A task as people read it.

    Attributes:
        whose: who does it, in words.
        overdue: it is open and its day is over.
        late: its day is after the call closes.
        gone: the member that does it takes part no more.
    """

    task: Task
    whose: str
    overdue: bool = False
    late: bool = False
    gone: bool = False

    @property
    def state(self) -> str:
        """How it stands, in a word."""
        if self.task.dropped_at is not None:
            return "dropped"
        if self.task.done_at is not None:
            return "done"
        return "overdue" if self.overdue else "open"


def _in_full(tasks: QuerySet[Task]) -> QuerySet[Task]:
    return tasks.select_related("consortium", "seat__organisation", "person", "created_by", "done_by")


def open_tasks(consortium: Consortium) -> list[Task]:
    """What is to do, by day; tasks without a day come last."""
    tasks = Task.objects.filter(consortium=consortium, done_at__isnull=True, dropped_at__isnull=True)
    return list(_in_full(tasks).order_by(F("due_on").asc(nulls_last=True), "id"))


def settled_tasks(consortium: Consortium) -> list[Task]:
    """The latest tasks that are done or dropped."""
    tasks = Task.objects.filter(Q(done_at__isnull=False) | Q(dropped_at__isnull=False), consortium=consortium)
    return list(_in_full(tasks).order_by("-id")[:SETTLED_SHOWN])


def task(consortium: Consortium, number: int) -> Task | None:
    """A task of a consortium."""
    return _in_full(Task.objects.filter(consortium=consortium, pk=number)).first()


def shown(task: Task, today: date, closes_on: date | None) -> TaskShown:
    """A task as people read it on a day."""
    is_open = task.done_at is None and task.dropped_at is None
    return TaskShown(
        task,
        whose(task),
        overdue=is_open and task.due_on is not None and task.due_on < today,
        late=task.due_on is not None and closes_on is not None and task.due_on > closes_on,
        gone=task.seat is not None and task.seat.state != SeatState.ACCEPTED,
    )


def whose(task: Task) -> str:
    """Who does a task, in words."""
    if task.seat is None:
        return "everybody"
    name = task.seat.organisation.name
    return name if task.person is None else f"{task.person.name}, {name}"


def deadline_of(consortium: Consortium, at: datetime) -> datetime | None:
    """When the call of a consortium closes, as far as it says so."""
    edition = edition_in_force(consortium.call, at)
    return None if edition is None else edition.closing


def day_of(instant: datetime) -> date:
    """The day in Brussels."""
    return instant.astimezone(BRUSSELS).date()


@dataclass(frozen=True, slots=True)
class TaskOf:
    """An open task of a person, for the page of their work.

    Attributes:
        consortium: its name.
        ref: of the consortium.
        whose: `you`, the name of an organisation of theirs, or `everybody`.
    """

    number: int
    title: str
    due_on: date | None
    overdue: bool
    whose: str
    consortium: str
    ref: str


def tasks_of(user: Any, at: datetime) -> list[TaskOf]:
    """The open tasks of a person, of their organisations and of everybody in their consortia, by day; in three queries.

    What a colleague does is the colleague's. Tasks of a consortium in which the person takes part no more are left out.
    """
    seats = [seat for seat in consortia_of(user) if seat.state == SeatState.ACCEPTED]
    today = day_of(at)
    tasks = Task.objects.filter(
        Q(person=user) | Q(person__isnull=True, seat__in=seats) | Q(person__isnull=True, seat__isnull=True),
        consortium__in=[seat.consortium_id for seat in seats],
        done_at__isnull=True,
        dropped_at__isnull=True,
    )
    found = tasks.select_related("consortium", "seat__organisation").order_by(F("due_on").asc(nulls_last=True), "id")
    return [
        TaskOf(
            task.pk,
            task.title,
            task.due_on,
            task.due_on is not None and task.due_on < today,
            "you" if task.person_id is not None else whose(task),
            task.consortium.name,
            task.consortium.ref,
        )
        for task in found
    ]


# --- messages ----------------------------------------------------------------------------------------------------


def messages_in(consortium: Consortium, before: str = "") -> tuple[list[Message], str]:
    """A page of messages, the newest first, and the mark after which the next page begins (empty: there is none).

    Args:
        before: the mark that a page before this one gave; anything else leads to the first page.
    """
    messages = Message.objects.filter(consortium=consortium)
    last = (
        messages.filter(pk=int(before)).first()
        if before.isascii() and before.isdecimal() and len(before) < 18
        else None
    )
    if last is not None:
        messages = messages.filter(Q(written_at__lt=last.written_at) | Q(written_at=last.written_at, pk__lt=last.pk))
    messages = messages.select_related("written_by", "written_for__organisation").order_by("-written_at", "-id")
    found = list(messages[: MESSAGES_A_PAGE + 1])
    page = found[:MESSAGES_A_PAGE]
    return page, str(page[-1].pk) if len(found) > MESSAGES_A_PAGE else ""


def message(consortium: Consortium, number: int) -> Message | None:
    """A message of a consortium."""
    return Message.objects.filter(consortium=consortium, pk=number).first()


def to_be_told(consortium: Consortium, author: Any, at: datetime) -> list[User]:
    """Who is written to about a message: everybody else who acts for a member, except who was written to just now."""
    everybody = {
        person.pk: person
        for people in people_of(seats_that_take_part(consortium)).values()
        for person in people
        if person.pk != author.pk
    }
    recently = outbox.messages().filter(
        purpose=NOTICE,
        key__startswith=f"space/{consortium.pk}/",
        to__in=[person.email for person in everybody.values()],
        created_at__gt=at - BETWEEN_NOTICES,
    )
    told = set(recently.values_list("to", flat=True))
    return [person for number, person in sorted(everybody.items()) if person.email not in told]


# --- files -------------------------------------------------------------------------------------------------------


def files_in(consortium: Consortium) -> list[SharedFile]:
    """The files that members share, the latest first; those that were removed among them."""
    found = SharedFile.objects.filter(consortium=consortium)
    found = found.select_related("file", "added_by", "added_for__organisation", "removed_by")
    return list(found.order_by("-added_at", "-id"))


def file(consortium: Consortium, number: int) -> SharedFile | None:
    """A file that members share and nobody removed."""
    found = SharedFile.objects.filter(consortium=consortium, pk=number, removed_at__isnull=True)
    return found.select_related("file", "added_for").first()


# --- what is new -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class News:
    """How much is new in a space."""

    messages: int = 0
    files: int = 0
    tasks: int = 0

    def __bool__(self) -> bool:
        """Whether anything is."""
        return bool(self.messages or self.files or self.tasks)


def news_since(consortium: Consortium, at: datetime, besides: Any = None) -> News:
    """What came into a space after an instant, without what one person brought there."""
    return news_of({consortium.pk: at}, besides)[consortium.pk]


def news_of(since: Mapping[int, datetime], besides: Any = None) -> dict[int, News]:
    """What came into several spaces, each after its own instant, by the consortium's number; in three queries."""
    if not since:
        return {}
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for name, rows, when, who in (
        ("messages", Message.objects.filter(removed_at__isnull=True), "written_at", "written_by"),
        ("files", SharedFile.objects.filter(removed_at__isnull=True), "added_at", "added_by"),
        ("tasks", Task.objects.filter(dropped_at__isnull=True), "created_at", "created_by"),
    ):
        later = Q()
        for number, instant in since.items():
            later |= Q(**{"consortium": number, f"{when}__gt": instant})
        found: Any = rows.filter(later)
        if besides is not None:
            found = found.exclude(**{who: besides})
        for number, count in found.order_by().values_list("consortium").annotate(n=Count("id")):
            counts[number][name] = count
    return {number: News(**counts[number]) for number in since}


@dataclass(frozen=True, slots=True)
class Overview:
    """What a space holds, in numbers."""

    contacts: int
    tasks: int
    overdue: int
    files: int


def overview(consortium: Consortium, seats: Sequence[Seat], at: datetime) -> Overview:
    """What a space holds, in numbers; in three queries."""
    tasks = Task.objects.filter(consortium=consortium, done_at__isnull=True, dropped_at__isnull=True).aggregate(
        all=Count("id"), overdue=Count("id", filter=Q(due_on__lt=day_of(at)))
    )
    return Overview(
        Contact.objects.filter(seat__in=[seat.pk for seat in seats], removed_at__isnull=True).count(),
        tasks["all"],
        tasks["overdue"],
        SharedFile.objects.filter(consortium=consortium, removed_at__isnull=True).count(),
    )
