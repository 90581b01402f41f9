"""What members do in the space of their consortium: contacts, tasks, messages, files.

The space stays open after the call has closed, as long as the consortium is not dissolved: its members go on talking.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from hanse.ground import audit, outbox
from hanse.ground.files.models import StoredFile
from hanse.stages.consortia.models import Consortium, Contact, Message, Seat, SeatState, SharedFile, Task
from hanse.stages.consortia.permissions import Standing, standing_in
from hanse.stages.consortia.queries import space as queries
from hanse.stages.registry.actions.refusals import Refusal

SUBJECT = "consortium"
MOST_CONTACTS = 30
"""More contacts than this at one member help nobody to find the right one."""
MOST_TASKS = 300
"""More open tasks than this are no plan."""
MOST_FILES = 500
TWICE = timedelta(minutes=1)
"""The same words by the same person within this time are one message, sent twice."""


def may_use(standing: Standing, consortium: Consortium) -> bool:
    """Whether a person may bring something into the space."""
    return standing.takes_part and not standing.bystander and consortium.state == Consortium.State.FORMING


def may_look_after(standing: Standing, seat_id: int) -> bool:
    """Whether a person may change what belongs to a member: its own people, and the coordinator's."""
    return standing.coordinates or standing.speaks_for(seat_id)


def _entered(actor: Any, ref: str, at: datetime) -> tuple[Consortium, Standing]:
    """The consortium, locked, and how the actor stands in it."""
    consortium = Consortium.objects.select_for_update().filter(ref=ref).first()
    standing = Standing() if consortium is None else standing_in(actor, consortium, at)
    if consortium is None or not standing.takes_part:
        raise Refusal("There is no such consortium.", 404)
    if standing.bystander:
        raise Refusal("Auditors read and change nothing.", 403)
    if not may_use(standing, consortium):
        raise Refusal("This consortium is dissolved. Its space stays as it is.")
    return consortium, standing


# --- contacts ----------------------------------------------------------------------------------------------------


@transaction.atomic
def add_contact(*, actor: Any, ref: str, seat_id: int, values: Mapping[str, Any], at: datetime) -> Contact:
    """Name a person to talk to at a member.

    Args:
        values: name, function, email, phone, and whether it is the main contact.

    Raises:
        Refusal: if the member is not the actor's to look after, or has too many contacts.
    """
    consortium, standing = _entered(actor, ref, at)
    seat = _looked_after(consortium, standing, seat_id)
    present = Contact.objects.filter(seat=seat, removed_at__isnull=True)
    count = present.count()
    if count >= MOST_CONTACTS:
        raise Refusal(f"This member has {count} contacts already. Remove one first.")
    stated = {name: values[name] for name in queries.CONTACT_FIELDS}
    stated["main"] = bool(stated["main"]) or count == 0  # the first one is the one to talk to
    if stated["main"]:
        present.filter(main=True).update(main=False)
    contact = Contact.objects.create(seat=seat, added_by=actor, added_at=at, **stated)
    facts = {"contact": contact.pk, "seat": seat.pk, "main": contact.main}
    audit.record("add contact", actor=actor, subject=(SUBJECT, ref), facts=facts, at=at)
    return contact


@transaction.atomic
def change_contact(
    *, actor: Any, ref: str, number: int, values: Mapping[str, Any], based_on: str, at: datetime
) -> Contact:
    """Change what is said of a contact.

    Args:
        based_on: `queries.space.mark_of` the contact that the actor had before their eyes.

    Raises:
        Refusal: if it is gone, not the actor's to change, or was changed by somebody else meanwhile.
    """
    contact = _contact(actor, ref, number, at)
    stated = {name: values[name] for name in queries.CONTACT_FIELDS}
    stated["main"] = bool(stated["main"]) or contact.main  # a main contact ends when another one is chosen
    changed = sorted(name for name, value in stated.items() if getattr(contact, name) != value)
    if not changed:
        return contact
    if based_on != queries.mark_of(contact):
        told = "Somebody else changed this contact while you did. Look at both, then save again."
        raise Refusal(told, 409, {"based_on": told})
    if "main" in changed:
        _no_main(contact.seat_id)
    for name, value in stated.items():
        setattr(contact, name, value)
    contact.save()
    facts = {"contact": number, "changed": changed}
    audit.record("change contact", actor=actor, subject=(SUBJECT, ref), facts=facts, at=at)
    return contact


@transaction.atomic
def make_main(*, actor: Any, ref: str, number: int, at: datetime) -> Contact:
    """Make a contact the main one of its member; the one before is an ordinary one from now on.

    Raises:
        Refusal: if it is gone or not the actor's to change.
    """
    contact = _contact(actor, ref, number, at)
    if contact.main:
        return contact
    _no_main(contact.seat_id)
    contact.main = True
    contact.save()
    audit.record("make main contact", actor=actor, subject=(SUBJECT, ref), facts={"contact": number}, at=at)
    return contact


@transaction.atomic
def remove_contact(*, actor: Any, ref: str, number: int, at: datetime) -> Contact:
    """Take a contact off the list; where others are left, the first of them by name becomes the main one if it was.

    Raises:
        Refusal: if it is gone or not the actor's to change.
    """
    contact = _contact(actor, ref, number, at)
    was_main, contact.main, contact.removed_at = contact.main, False, at
    contact.save()
    if was_main:
        next_one = Contact.objects.filter(seat=contact.seat_id, removed_at__isnull=True).order_by("name", "id").first()
        if next_one is not None:
            next_one.main = True
            next_one.save()
    audit.record("remove contact", actor=actor, subject=(SUBJECT, ref), facts={"contact": number}, at=at)
    return contact


def _looked_after(consortium: Consortium, standing: Standing, seat_id: int) -> Seat:
    seat = Seat.objects.filter(pk=seat_id, consortium=consortium, state=SeatState.ACCEPTED).first()
    if seat is None:
        raise Refusal("This organisation does not take part in the consortium any more.", 404)
    if not may_look_after(standing, seat.pk):
        raise Refusal("Only the member itself and the coordinator change its contacts.", 403)
    return seat


def _contact(actor: Any, ref: str, number: int, at: datetime) -> Contact:
    consortium, standing = _entered(actor, ref, at)
    contact = queries.contact(consortium, number)
    if contact is None:
        raise Refusal("This contact is not on the list any more.", 404)
    _looked_after(consortium, standing, contact.seat_id)
    return contact


def _no_main(seat_id: int) -> None:
    Contact.objects.filter(seat=seat_id, main=True, removed_at__isnull=True).update(main=False)


# --- tasks -------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_task(
    *,
    actor: Any,
    ref: str,
    title: str,
    text: str,
    due_on: date | None,
    seat_id: int | None,
    person_id: int | None,
    at: datetime,
) -> Task:
    """Say what is to do, by when and by whom.

    Args:
        seat_id: the member that does it; None: everybody.
        person_id: who does it there; None: whoever it is.

    Raises:
        Refusal: if that member takes no part, the person does not act for it, or too many tasks are open.
    """
    consortium, _ = _entered(actor, ref, at)
    _check_responsible(consortium, seat_id, person_id)
    waiting = Task.objects.filter(consortium=consortium, done_at__isnull=True, dropped_at__isnull=True).count()
    if waiting >= MOST_TASKS:
        raise Refusal(f"{waiting} tasks are open. Finish or drop one first.")
    task = Task.objects.create(
        consortium=consortium,
        title=title,
        text=text,
        due_on=due_on,
        seat_id=seat_id,
        person_id=person_id,
        created_by=actor,
        created_at=at,
    )
    audit.record("add task", actor=actor, subject=(SUBJECT, ref), facts={"task": task.pk}, at=at)
    return task


@transaction.atomic
def change_task(
    *,
    actor: Any,
    ref: str,
    number: int,
    based_on: int,
    title: str,
    text: str,
    due_on: date | None,
    seat_id: int | None,
    person_id: int | None,
    at: datetime,
) -> Task:
    """Change an open task. Who was to do it may stay, even if they take part no more.

    Raises:
        Refusal: if it is not open, was changed by somebody else meanwhile, or is given to who takes no part.
    """
    consortium, _ = _entered(actor, ref, at)
    task = _task(consortium, number)
    stated = {"title": title, "text": text, "due_on": due_on, "seat_id": seat_id, "person_id": person_id}
    changed = sorted(name for name, value in stated.items() if getattr(task, name) != value)
    if not changed:
        return task
    if based_on != task.version:
        told = "Somebody else changed this task while you did. Look at both, then save again."
        raise Refusal(told, 409, {"based_on": told})
    if task.done_at is not None or task.dropped_at is not None:
        raise Refusal("This task is not open. Reopen it first.")
    if {"seat_id", "person_id"} & set(changed):
        _check_responsible(consortium, seat_id, person_id)
    for name, value in stated.items():
        setattr(task, name, value)
    task.version += 1
    task.save()
    facts = {"task": number, "changed": [name.removesuffix("_id") for name in changed]}
    audit.record("change task", actor=actor, subject=(SUBJECT, ref), facts=facts, at=at)
    return task


@transaction.atomic
def finish_task(*, actor: Any, ref: str, number: int, at: datetime) -> Task:
    """Say that a task is done.

    Raises:
        Refusal: if it was dropped.
    """
    consortium, _ = _entered(actor, ref, at)
    task = _task(consortium, number)
    if task.dropped_at is not None:
        raise Refusal("This task was dropped. Reopen it first.")
    if task.done_at is not None:
        return task
    task.done_by, task.done_at = actor, at
    return _stepped(task, "finish task", actor, ref, at)


@transaction.atomic
def drop_task(*, actor: Any, ref: str, number: int, at: datetime) -> Task:
    """Say that a task is not to be done.

    Raises:
        Refusal: if it is done.
    """
    consortium, _ = _entered(actor, ref, at)
    task = _task(consortium, number)
    if task.done_at is not None:
        raise Refusal("This task is done. Reopen it first.")
    if task.dropped_at is not None:
        return task
    task.dropped_at = at
    return _stepped(task, "drop task", actor, ref, at)


@transaction.atomic
def reopen_task(*, actor: Any, ref: str, number: int, at: datetime) -> Task:
    """Open a task again that was done or dropped."""
    consortium, _ = _entered(actor, ref, at)
    task = _task(consortium, number)
    if task.done_at is None and task.dropped_at is None:
        return task
    task.done_by = task.done_at = task.dropped_at = None
    return _stepped(task, "reopen task", actor, ref, at)


def _task(consortium: Consortium, number: int) -> Task:
    task = queries.task(consortium, number)
    if task is None:
        raise Refusal("There is no such task.", 404)
    return task


def _stepped(task: Task, act: str, actor: Any, ref: str, at: datetime) -> Task:
    task.version += 1
    task.save()
    audit.record(act, actor=actor, subject=(SUBJECT, ref), facts={"task": task.pk}, at=at)
    return task


def _check_responsible(consortium: Consortium, seat_id: int | None, person_id: int | None) -> None:
    if seat_id is None:
        if person_id is not None:
            raise Refusal("Name the member for which the person does it.", 422, {"who": "Choose who does it."})
        return
    taking_part = Seat.objects.filter(pk=seat_id, consortium=consortium, state=SeatState.ACCEPTED)
    seat = taking_part.select_related("organisation").first()
    if seat is None:
        told = "This organisation takes no part in the consortium. Choose another one."
        raise Refusal(told, 422, {"who": told})
    if person_id is not None and not queries.acts_at(person_id, seat):
        told = "This person does not act for the organisation. Choose another one."
        raise Refusal(told, 422, {"who": told})


# --- messages ----------------------------------------------------------------------------------------------------


@transaction.atomic
def write_message(*, actor: Any, ref: str, text: str, link: str, at: datetime) -> Message:
    """Write to all members. The others learn of it by e-mail, each at most once in `queries.space.BETWEEN_NOTICES`.

    The e-mail says who wrote in which consortium; the words themselves stay in the space.

    Args:
        link: the address of the space.
    """
    consortium, standing = _entered(actor, ref, at)
    seat = standing.seat
    assert seat is not None  # noqa: S101 -- who takes part has one
    again = Message.objects.filter(
        consortium=consortium, written_by=actor, text=text, written_at__gt=at - TWICE, removed_at__isnull=True
    ).first()
    if again is not None:
        return again
    message = Message.objects.create(
        consortium=consortium, text=text, written_by=actor, written_for=seat, written_at=at
    )
    for person in queries.to_be_told(consortium, actor, at):
        outbox.post(
            to=person.email,
            subject=f"New message in {consortium.name}",
            body=(
                f"{actor.name} ({seat.organisation.name}) wrote to the members of {consortium.name}.\n\n"
                f"Read and answer it there:\n\n{link}\n\n"
                "You get at most one such e-mail an hour for this consortium, however many messages there are.\n"
            ),
            key=f"space/{consortium.pk}/{person.pk}/{message.pk}",
            purpose=queries.NOTICE,
            at=at,
        )
    audit.record("write message", actor=actor, subject=(SUBJECT, ref), facts={"message": message.pk}, at=at)
    return message


@transaction.atomic
def remove_message(*, actor: Any, ref: str, number: int, at: datetime) -> Message:
    """Take one's own message back. That there was one stays to be seen; its words are gone.

    Raises:
        Refusal: if there is none, or it is somebody else's.
    """
    consortium, _ = _entered(actor, ref, at)
    message = queries.message(consortium, number)
    if message is None:
        raise Refusal("There is no such message.", 404)
    if message.written_by_id != actor.pk:
        raise Refusal("Only who wrote a message removes it.", 403)
    if message.removed_at is not None:
        return message
    message.text, message.removed_at = "", at
    message.save()
    audit.record("remove message", actor=actor, subject=(SUBJECT, ref), facts={"message": number}, at=at)
    return message


# --- files -------------------------------------------------------------------------------------------------------


@transaction.atomic
def share_file(*, actor: Any, ref: str, stored: StoredFile, name: str, note: str, at: datetime) -> SharedFile:
    """Share a file with all members.

    Raises:
        Refusal: if too many files are there.
    """
    consortium, standing = _entered(actor, ref, at)
    there = SharedFile.objects.filter(consortium=consortium, removed_at__isnull=True).count()
    if there >= MOST_FILES:
        raise Refusal(f"{there} files are shared. Remove one first.")
    shared = SharedFile.objects.create(
        consortium=consortium,
        name=name,
        note=note,
        file=stored,
        added_by=actor,
        added_for=standing.accepted[0],
        added_at=at,
    )
    facts = {"file": shared.pk, "digest": stored.digest}
    audit.record("share file", actor=actor, subject=(SUBJECT, ref), facts=facts, at=at)
    return shared


@transaction.atomic
def remove_file(*, actor: Any, ref: str, number: int, at: datetime) -> SharedFile:
    """Take a file out of the space; a line stays that tells who did it. The member that brought it, or the coordinator.

    Raises:
        Refusal: if it is gone, or neither of these asks.
    """
    consortium, standing = _entered(actor, ref, at)
    shared = queries.file(consortium, number)
    if shared is None:
        raise Refusal("This file is not in the space any more.", 404)
    if not may_look_after(standing, shared.added_for_id):
        raise Refusal("Only the member that shared a file and the coordinator remove it.", 403)
    shared.removed_by, shared.removed_at = actor, at
    shared.save()
    audit.record("remove file", actor=actor, subject=(SUBJECT, ref), facts={"file": number}, at=at)
    return shared
