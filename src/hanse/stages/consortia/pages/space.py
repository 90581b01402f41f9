"""The space of a consortium: messages, tasks, contacts, files. For its members alone."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hanse.ground import clock, files
from hanse.ground.accounts.access import signed_in
from hanse.ground.ui.templatetags.ui import brussels
from hanse.stages.consortia.actions import space as actions
from hanse.stages.consortia.forms.space import ContactForm, MessageForm, ShareForm, TaskForm, value_of
from hanse.stages.consortia.models import Consortium, Contact, Seat
from hanse.stages.consortia.pages.entry import inside, refused
from hanse.stages.consortia.permissions import Standing
from hanse.stages.consortia.queries import space as queries
from hanse.stages.registry.actions.refusals import Refusal

UNPROCESSABLE = 422
CONFLICT = 409
ALLOWED = files.DOCUMENTS | files.SHEETS | files.TABLES
MOST_BYTES = 20 << 20


def _page(
    request: HttpRequest,
    template: str,
    consortium: Consortium,
    standing: Standing,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    told = {
        "consortium": consortium,
        "standing": standing,
        "may": standing,
        "may_use": actions.may_use(standing, consortium),
        **context,
    }
    return render(request, f"consortia/space/{template}.html", told, status=status)


def _using(request: HttpRequest, ref: str) -> tuple[Consortium, Standing]:
    """The consortium, for somebody who may bring something into its space."""
    consortium, standing = inside(request, ref)
    if not actions.may_use(standing, consortium):
        raise PermissionDenied("The space of this consortium cannot be changed by you now.")
    return consortium, standing


def _back(name: str, ref: str) -> str:
    return reverse(f"consortia:{name}", args=[ref])


def _faulted(form: Any, refusal: Refusal) -> None:
    """Tell what was refused at the fields it is about, else above the form."""
    for field, told in (refusal.faults or {"": refusal.message}).items():
        form.add_error(field if field in form.fields and field != "based_on" else None, told)


# --- messages ----------------------------------------------------------------------------------------------------


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def space(request: HttpRequest, ref: str) -> HttpResponse:
    """What members write to each other, and what else the space holds; members write here."""
    if request.method != "POST":
        return _messages(request, *inside(request, ref), MessageForm())
    consortium, standing = _using(request, ref)
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _messages(request, consortium, standing, form, UNPROCESSABLE)
    try:
        actions.write_message(
            actor=request.user,
            ref=ref,
            text=form.cleaned_data["text"],
            link=request.build_absolute_uri(_back("space", ref)),
            at=clock.now(),
        )
    except Refusal as refusal:
        return refused(request, refusal, _back("space", ref))
    messages.success(request, "Your message is written.")
    return redirect("consortia:space", ref)


def _messages(
    request: HttpRequest, consortium: Consortium, standing: Standing, form: MessageForm, status: int = 200
) -> HttpResponse:
    before = request.GET.get("before", "")
    found, earlier = queries.messages_in(consortium, before)
    now = clock.now()
    context = {
        "part": "messages",
        "form": form,
        "written": found,
        "earlier": earlier,
        "paged": bool(before),
        "overview": queries.overview(consortium, queries.seats_that_take_part(consortium), now),
    }
    return _page(request, "space", consortium, standing, context, status)


@signed_in
@require_POST
def message(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Remove one's own message."""
    inside(request, ref)
    try:
        actions.remove_message(actor=request.user, ref=ref, number=number, at=clock.now())
    except Refusal as refusal:
        return refused(request, refusal, _back("space", ref))
    messages.success(request, "Your message is removed.")
    return redirect("consortia:space", ref)


# --- tasks -------------------------------------------------------------------------------------------------------


def _told_deadline(closing: datetime | None) -> str:
    if closing is None:
        return "The call does not say the hour at which it closes."
    return f"The call closes on {brussels(closing)}."


def _task_form(consortium: Consortium, closing: datetime | None, *args: Any, **kwargs: Any) -> TaskForm:
    seats = queries.seats_that_take_part(consortium)
    return TaskForm(*args, seats=seats, people=queries.people_of(seats), deadline=_told_deadline(closing), **kwargs)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def tasks(request: HttpRequest, ref: str) -> HttpResponse:
    """What is to do, what is done; members add tasks here."""
    consortium, standing = inside(request, ref) if request.method != "POST" else _using(request, ref)
    now = clock.now()
    closing = queries.deadline_of(consortium, now)
    if request.method != "POST":
        return _tasks(request, consortium, standing, _task_form(consortium, closing), closing, now)
    form = _task_form(consortium, closing, request.POST)
    if form.is_valid():
        seat_id, person_id = form.responsible()
        try:
            added = actions.add_task(
                actor=request.user,
                ref=ref,
                title=form.cleaned_data["title"],
                text=form.cleaned_data["text"],
                due_on=form.cleaned_data["due_on"],
                seat_id=seat_id,
                person_id=person_id,
                at=now,
            )
        except Refusal as refusal:
            _faulted(form, refusal)
            return _tasks(request, consortium, standing, form, closing, now, refusal.status)
        messages.success(request, f"Task added: {added.title}")
        return redirect("consortia:space_tasks", ref)
    return _tasks(request, consortium, standing, form, closing, now, UNPROCESSABLE)


def _tasks(
    request: HttpRequest,
    consortium: Consortium,
    standing: Standing,
    form: TaskForm,
    closing: datetime | None,
    now: datetime,
    status: int = 200,
) -> HttpResponse:
    today, closes_on = queries.day_of(now), closing and queries.day_of(closing)
    context = {
        "part": "tasks",
        "form": form,
        "closing": closing,
        "waiting": [queries.shown(one, today, closes_on) for one in queries.open_tasks(consortium)],
        "settled": [queries.shown(one, today, closes_on) for one in queries.settled_tasks(consortium)],
        "most_settled": queries.SETTLED_SHOWN,
    }
    return _page(request, "tasks", consortium, standing, context, status)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def task(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """One task: what it says, and its change."""
    consortium, standing = inside(request, ref) if request.method != "POST" else _using(request, ref)
    found = queries.task(consortium, number)
    if found is None:
        raise Http404
    now = clock.now()
    closing = queries.deadline_of(consortium, now)
    so_far = {
        "title": found.title,
        "text": found.text,
        "due_on": found.due_on,
        "who": value_of(found),
        "based_on": found.version,
    }
    theirs, status = None, 200
    if request.method != "POST":
        form = _task_form(consortium, closing, initial=so_far, task=found)
    else:
        form, status = _task_form(consortium, closing, request.POST, task=found), UNPROCESSABLE
        if form.is_valid():
            seat_id, person_id = form.responsible()
            try:
                changed = actions.change_task(
                    actor=request.user,
                    ref=ref,
                    number=number,
                    based_on=form.cleaned_data["based_on"] or 0,
                    title=form.cleaned_data["title"],
                    text=form.cleaned_data["text"],
                    due_on=form.cleaned_data["due_on"],
                    seat_id=seat_id,
                    person_id=person_id,
                    at=now,
                )
            except Refusal as refusal:
                _faulted(form, refusal)
                status = refusal.status
                if "based_on" in refusal.faults:
                    theirs = found
                    again = request.POST.copy()
                    again["based_on"] = str(found.version)
                    form.data = again
            else:
                messages.success(request, f"Task saved: {changed.title}")
                return redirect("consortia:space_tasks", ref)
    context = {
        "part": "tasks",
        "form": form,
        "theirs": theirs,
        "shown": queries.shown(found, queries.day_of(now), closing and queries.day_of(closing)),
    }
    return _page(request, "task", consortium, standing, context, status)


STEPS = {
    "done": (actions.finish_task, "Done"),
    "drop": (actions.drop_task, "Dropped"),
    "reopen": (actions.reopen_task, "Open again"),
}


@signed_in
@require_POST
def task_step(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Say that a task is done, dropped, or open again."""
    inside(request, ref)
    act, said = STEPS.get(request.POST.get("act", ""), (None, ""))
    if act is None:
        raise Http404
    try:
        stepped = act(actor=request.user, ref=ref, number=number, at=clock.now())
    except Refusal as refusal:
        return refused(request, refusal, _back("space_tasks", ref))
    messages.success(request, f"{said}: {stepped.title}")
    return redirect("consortia:space_tasks", ref)


# --- contacts ----------------------------------------------------------------------------------------------------


@signed_in
@require_safe
def contacts(request: HttpRequest, ref: str) -> HttpResponse:
    """The members, who acts for each here, and whom to talk to."""
    consortium, standing = inside(request, ref)
    seats = queries.seats_that_take_part(consortium)
    people, named = queries.people_of(seats), queries.contacts_of(seats)
    context = {
        "part": "contacts",
        "members": [
            (seat, people[seat.pk], named[seat.pk], actions.may_look_after(standing, seat.pk)) for seat in seats
        ],
    }
    return _page(request, "contacts", consortium, standing, context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def contact_new(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Name a contact at a member."""
    consortium, standing = _using(request, ref)
    seat = next((one for one in queries.seats_that_take_part(consortium) if one.pk == number), None)
    if seat is None:
        raise Http404
    if not actions.may_look_after(standing, seat.pk):
        raise PermissionDenied("Only the member itself and the coordinator change its contacts.")
    if request.method != "POST":
        return _contact(request, consortium, standing, ContactForm(), seat)
    form = ContactForm(request.POST)
    if not form.is_valid():
        return _contact(request, consortium, standing, form, seat, status=UNPROCESSABLE)
    try:
        added = actions.add_contact(
            actor=request.user, ref=ref, seat_id=number, values=form.cleaned_data, at=clock.now()
        )
    except Refusal as refusal:
        return refused(request, refusal, _back("space_contacts", ref))
    messages.success(request, f"{added.name} is added.")
    return redirect("consortia:space_contacts", ref)


def _contact(
    request: HttpRequest,
    consortium: Consortium,
    standing: Standing,
    form: ContactForm,
    seat: Seat,
    *,
    contact: Contact | None = None,
    theirs: Contact | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"part": "contacts", "form": form, "seat": seat, "contact": contact, "theirs": theirs}
    return _page(request, "contact", consortium, standing, context, status)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Change a contact, make it the main one, or remove it."""
    consortium, standing = _using(request, ref)
    found = queries.contact(consortium, number)
    if found is None:
        raise Http404
    if not actions.may_look_after(standing, found.seat_id):
        raise PermissionDenied("Only the member itself and the coordinator change its contacts.")
    so_far = {name: getattr(found, name) for name in queries.CONTACT_FIELDS} | {"based_on": queries.mark_of(found)}
    if request.method != "POST":
        return _contact(request, consortium, standing, ContactForm(initial=so_far), found.seat, contact=found)
    act = request.POST.get("act", "")
    try:
        if act == "remove":
            gone = actions.remove_contact(actor=request.user, ref=ref, number=number, at=clock.now())
            messages.success(request, f"{gone.name} is removed.")
            return redirect("consortia:space_contacts", ref)
        if act == "main":
            chosen = actions.make_main(actor=request.user, ref=ref, number=number, at=clock.now())
            messages.success(request, f"{chosen.name} is the main contact.")
            return redirect("consortia:space_contacts", ref)
    except Refusal as refusal:
        return refused(request, refusal, _back("space_contacts", ref))
    form = ContactForm(request.POST)
    if not form.is_valid():
        return _contact(request, consortium, standing, form, found.seat, contact=found, status=UNPROCESSABLE)
    try:
        saved = actions.change_contact(
            actor=request.user,
            ref=ref,
            number=number,
            values=form.cleaned_data,
            based_on=form.cleaned_data["based_on"],
            at=clock.now(),
        )
    except Refusal as refusal:
        if "based_on" not in refusal.faults:
            return refused(request, refusal, _back("space_contacts", ref))
        _faulted(form, refusal)
        again = request.POST.copy()
        again["based_on"] = so_far["based_on"]
        form.data = again
        return _contact(request, consortium, standing, form, found.seat, contact=found, theirs=found, status=CONFLICT)
    messages.success(request, f"{saved.name} is saved.")
    return redirect("consortia:space_contacts", ref)


# --- files -------------------------------------------------------------------------------------------------------


def _share_form(request: HttpRequest, consortium: Consortium, *args: Any) -> ShareForm:
    return ShareForm(
        *args,
        allowed=ALLOWED,
        most_bytes=MOST_BYTES,
        user=request.user,
        place=f"space/{consortium.ref}",
        at=clock.now(),
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def shared_files(request: HttpRequest, ref: str) -> HttpResponse:
    """The files that members share; members share one here."""
    if request.method != "POST":
        consortium, standing = inside(request, ref)
        return _files(request, consortium, standing, _share_form(request, consortium))
    consortium, standing = _using(request, ref)
    form = _share_form(request, consortium, request.POST, request.FILES)
    if not form.is_valid() or form.stored is None:
        return _files(request, consortium, standing, form, UNPROCESSABLE)
    try:
        shared = actions.share_file(
            actor=request.user,
            ref=ref,
            stored=form.stored,
            name=form.stored_name,
            note=form.cleaned_data["note"],
            at=clock.now(),
        )
    except Refusal as refusal:
        _faulted(form, refusal)
        return _files(request, consortium, standing, form, refusal.status)
    messages.success(request, f"{shared.name} is shared with all members.")
    return redirect("consortia:space_files", ref)


def _files(
    request: HttpRequest, consortium: Consortium, standing: Standing, form: ShareForm, status: int = 200
) -> HttpResponse:
    found = queries.files_in(consortium)
    context = {
        "part": "files",
        "form": form,
        "shared": [
            (one, one.removed_at is None and actions.may_look_after(standing, one.added_for_id)) for one in found
        ],
    }
    return _page(request, "files", consortium, standing, context, status)


@signed_in
@require_safe
def shared_file(request: HttpRequest, ref: str, number: int) -> HttpResponseBase:
    """A file of the space, as a download under its name."""
    consortium, _ = inside(request, ref)
    found = queries.file(consortium, number)
    if found is None:
        raise Http404
    try:
        content = files.opened(found.file)
    except FileNotFoundError:
        lost = f"The storage has lost {found.name}. Ask who shared it to share it again."
        return refused(request, Refusal(lost, 404), _back("space_files", ref))
    response = FileResponse(content, as_attachment=True, filename=found.name, content_type=found.file.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@signed_in
@require_POST
def shared_file_remove(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Take a file out of the space."""
    inside(request, ref)
    try:
        gone = actions.remove_file(actor=request.user, ref=ref, number=number, at=clock.now())
    except Refusal as refusal:
        return refused(request, refusal, _back("space_files", ref))
    messages.success(request, f"{gone.name} is removed.")
    return redirect("consortia:space_files", ref)
