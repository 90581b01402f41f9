"""Pages about people: who is appointed, and the cast of a demonstration."""

from django.conf import settings
from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hanse.ground import clock
from hanse.ground.accounts import actions
from hanse.ground.accounts.access import anyone, appointed, roles_of
from hanse.ground.accounts.forms import AppointForm
from hanse.ground.accounts.models import Appointment, CastMember, Role, User


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def cast(request: HttpRequest) -> HttpResponse:
    """Enter as one of the cast with a click. There is no such page outside a demonstration."""
    if settings.MODE != "demo":
        raise Http404
    if request.method == "POST":
        asked = request.POST.get("member", "")
        person = actions.enter_as(request, int(asked)) if asked.isdecimal() and len(asked) < 10 else None
        if person is None:
            raise Http404
        messages.success(request, f"You are {person.name} now.")
        return redirect("work")
    return render(request, "accounts/cast.html", {"cast": CastMember.objects.select_related("user")})


@appointed(Role.ADMINISTRATOR, Role.OFFICER)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Who is appointed to what. Administrators change it, officers and auditors read it."""
    return _people(request, AppointForm())


@appointed(Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def appoint(request: HttpRequest) -> HttpResponse:
    """Appoint a person."""
    form = AppointForm(request.POST) if request.method == "POST" else AppointForm()
    if form.is_valid():
        try:
            actions.appoint(
                actor=request.user,  # type: ignore[arg-type]
                person=form.person,
                role=Role(form.cleaned_data["role"]),
                at=clock.now(),
            )
        except actions.Refusal as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{form.person} is appointed.")
            return redirect("accounts:people")
    return _people(request, form)


def _people(request: HttpRequest, form: AppointForm) -> HttpResponse:
    in_force = Appointment.objects.filter(until=None).select_related("appointed_by").order_by("role")
    held = Prefetch("appointments", queryset=in_force, to_attr="held")
    appointed_people = (
        User.objects.filter(appointments__until=None, appointments__isnull=False)
        .distinct()
        .prefetch_related(held)
        .order_by("name", "pk")
    )
    context = {"people": appointed_people, "form": form, "may_change": _is_administrator(request)}
    return render(request, "accounts/people.html", context, status=422 if form.errors else 200)


@appointed(Role.ADMINISTRATOR)
@require_POST
def dismiss(request: HttpRequest, number: int) -> HttpResponse:
    """End an appointment."""
    try:
        ended = actions.dismiss(actor=request.user, appointment=number, at=clock.now())  # type: ignore[arg-type]
    except actions.Refusal as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{ended.user} is no longer {ended.get_role_display()}.")
    return redirect("accounts:people")


@appointed(Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, number: int) -> HttpResponse:
    """One person: what they are and were appointed to; their account can be closed and opened."""
    found = get_object_or_404(User, pk=number)
    if request.method == "POST":
        act = actions.open_account if not found.is_active else actions.close_account
        try:
            act(actor=request.user, person=found, at=clock.now())  # type: ignore[arg-type]
        except actions.Refusal as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, f"The account of {found} is {'open again' if not found.is_active else 'closed'}.")
        return redirect("accounts:person", number)
    appointments = found.appointments.select_related("appointed_by").order_by("-since", "-pk")
    return render(request, "accounts/person.html", {"person": found, "appointments": appointments})


def _is_administrator(request: HttpRequest) -> bool:
    return Role.ADMINISTRATOR in roles_of(request.user, clock.now())
