"""The pages that join several stages: home, desks, clock, administration, errors, health."""

import sys
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from hanse import __version__
from hanse.ground import audit, clock
from hanse.ground.accounts.access import access_of, anyone, appointed, may_enter, signed_in
from hanse.ground.accounts.models import Role
from hanse.ground.clock import BRUSSELS
from hanse.ground.outbox import queries as outbox
from hanse.ground.ui.pictures import Picture, lines
from hanse.site import rehearsal, trouble
from hanse.site.desks import desks_of
from hanse.site.forms import ClockForm
from hanse.stages.announcement import queries as announcement
from hanse.stages.registry import queries as registry
from hanse.stages.registry.queries.listing import steps_by_week

WEEKS_SHOWN = 13


@anyone
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What Hanse is, for each visitor, in one screen."""
    now = clock.now()
    context = {
        "open_calls": announcement.open_calls(now),
        "organisations": registry.published().count(),
        "now": now,
    }
    return render(request, "site/home.html", context)


@anyone
@require_GET
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 -- a page takes it
    """Whether the site can serve: 200, or 503 with what is wrong. For machines that watch it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_migrations")
    except DatabaseError:
        return JsonResponse({"status": "down", "database": "does not answer"}, status=503)
    return JsonResponse({"status": "ok", "version": __version__, "database": connection.vendor, "mode": settings.MODE})


@signed_in
@require_GET
def work(request: HttpRequest) -> HttpResponse:
    """My work."""
    return render(request, "site/work.html", {"desks": desks_of(request.user, clock.now())})  # type: ignore[arg-type]


@appointed(Role.OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def clock_page(request: HttpRequest) -> HttpResponse:
    """Set the rehearsal clock. There is no such page on a live site."""
    if settings.MODE == "live":
        raise Http404
    now = clock.now().astimezone(BRUSSELS)
    if request.method != "POST":
        form = ClockForm(initial={"day": now.date(), "time": now.time().replace(microsecond=0)})
        return render(request, "site/clock.html", {"form": form})
    if "reset" in request.POST:
        rehearsal.reset_clock(actor=request.user)
        messages.success(request, "The clock shows real time again.")
        return redirect("clock")
    form = ClockForm(request.POST)
    if not form.is_valid():
        return render(request, "site/clock.html", {"form": form}, status=422)
    rehearsal.set_clock(actor=request.user, instant=form.instant())
    messages.success(request, "The rehearsal clock is set.")
    return redirect("clock")


@appointed(Role.OFFICER, Role.ADMINISTRATOR)
@require_GET
def administration(request: HttpRequest) -> HttpResponse:
    """The state of the site, and the doors to looking after it."""
    context = {
        "registrations": _registrations(),
        "may_set_clock": settings.MODE != "live" and may_enter(request.user, access_of(clock_page), "GET", clock.now()),
        "version": __version__,
        "database": connection.vendor,
        "outbox": outbox.counts(),
        "events": audit.events().count(),
        "calls": announcement.editions_in_force(clock.now()),
        "organisations": registry.published().count(),
    }
    return render(request, "site/administration.html", context)


def _registrations() -> Picture:
    """Registrations of the last weeks as a picture."""
    today = clock.today()
    since = today - timedelta(days=today.weekday(), weeks=WEEKS_SHOWN - 1)
    weeks = [since + timedelta(weeks=n) for n in range(WEEKS_SHOWN)]
    return lines(
        [f"{week.day} {week:%b}" for week in weeks],
        steps_by_week(since, today),
        title="Registrations by week",
    )


@anyone
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """400: the request itself is broken."""
    return render(request, "site/400.html", status=400)


@anyone
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """403: signed in, but not appointed to this."""
    return render(request, "site/403.html", status=403)


@anyone
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """404: not there, or not for this visitor to know of."""
    return render(request, "site/404.html", status=404)


@anyone
def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; 503 if it is trouble of the machine. Neither page asks anything of the database."""
    in_trouble = trouble.answer(request, sys.exception())
    if in_trouble is not None:
        return in_trouble
    return render(None, "site/500.html", {"received_at": getattr(request, "received_at", None)}, status=500)


@anyone
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """403: the form was open for too long, or comes from elsewhere."""
    return render(request, "site/form_expired.html", status=403)
