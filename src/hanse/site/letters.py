"""The outbox as those see it who look after it: how letters fare, and trying again those that were given up.

What stands in a letter is for its reader: an invitation into a consortium, a receipt, a link that lets its holder in.
Outside a demonstration, only what the authority itself writes to many is shown, and an address only where a letter was
given up, since somebody has to put it right. When a letter to applicants was written is told by the day: letters of one
instant would tell who belongs together.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hanse.ground import clock
from hanse.ground.accounts.access import access_of, anyone, appointed, may_enter
from hanse.ground.accounts.models import Role
from hanse.ground.clock import BRUSSELS
from hanse.ground.outbox import queries as outbox
from hanse.ground.outbox.models import Message
from hanse.site import resending

A_PAGE = 50
LONGEST_NUMBER = 18
OF_THE_AUTHORITY = frozenset(
    {"registration", "answer to a question on a call", "extension of a call", "corrigendum of a call"}
)
"""Purposes of letters that are shown whole."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is shown of a letter; what is not, is empty.

    Attributes:
        written_on: the day in Brussels; `written_at` the instant, where it may be told.
        next_at: when it is tried again, once an attempt has failed.
    """

    number: int
    state: str
    dead: bool
    attempts: int
    fault: str
    written_on: date
    written_at: datetime | None = None
    next_at: datetime | None = None
    to: str = ""
    subject: str = ""
    body: str = ""


@anyone
@require_safe
def outbox_page(request: HttpRequest) -> HttpResponseBase:
    """Every message, for the people of a demonstration; elsewhere for those appointed to look after it."""
    if settings.MODE != "demo":
        return _outbox_of_agency(request)
    return _show(request, whole=True)


@appointed(Role.ADMINISTRATOR, Role.OFFICER)
def _outbox_of_agency(request: HttpRequest) -> HttpResponse:
    return _show(request, whole=False)


@appointed(Role.ADMINISTRATOR, Role.OFFICER)
@require_POST
def try_again(request: HttpRequest, number: int) -> HttpResponse:
    """Try a letter again that was given up.

    Raises:
        Http404: if there is none with this number.
    """
    done = (
        resending.try_again(actor=request.user, number=number, at=clock.now()) if number < 10**LONGEST_NUMBER else None
    )
    if done is None:
        raise Http404
    if done:
        messages.success(request, "The letter is tried again from the beginning.")
    else:
        messages.info(request, "This letter is not given up any more: somebody was faster.")
    return redirect(address_of_dead())


def address_of_dead() -> str:
    """Where the letters are shown that were given up."""
    return f"{reverse('outbox')}?state={outbox.DEAD}"


def _show(request: HttpRequest, *, whole: bool) -> HttpResponse:
    state, before = request.GET.get("state", ""), request.GET.get("before", "")
    asked = state if state in Message.State.values else ""
    found = outbox.messages()
    if asked:
        found = found.filter(state=asked)
    if before.isascii() and before.isdigit() and len(before) <= LONGEST_NUMBER:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: A_PAGE + 1])
    kept = f"state={asked}&" if asked else ""
    context: dict[str, Any] = {
        "open": whole,
        "letters": [_shown(row, whole=whole) for row in rows[:A_PAGE]],
        "older": f"?{kept}before={rows[A_PAGE - 1].pk}" if len(rows) > A_PAGE else "",
        "states": list(_states(asked)),
        "filtered": bool(asked),
        "may_retry": may_enter(request.user, access_of(try_again), "POST", clock.now()),
    }
    return render(request, "site/outbox.html", context)


def _states(asked: str) -> Iterator[tuple[str, str, int, bool]]:
    counts = outbox.counts()
    yield "all", reverse("outbox"), sum(counts.values()), not asked
    for state in Message.State:
        yield str(state.label), f"?state={state.value}", counts[str(state.label)], asked == state.value


def _shown(message: Message, *, whole: bool) -> Letter:
    dead = message.state == Message.State.DEAD
    told = whole or message.purpose in OF_THE_AUTHORITY
    tried = message.attempts > 0 and message.state == Message.State.WAITING
    return Letter(
        number=message.pk,
        state=message.get_state_display(),
        dead=dead,
        attempts=message.attempts,
        fault=message.fault if whole or dead else message.fault.replace(message.to, "its reader"),
        written_on=message.created_at.astimezone(BRUSSELS).date(),
        written_at=message.created_at if told else None,
        next_at=message.next_at if tried else None,
        to=message.to if whole or dead else "",
        subject=message.subject if told else "",
        body=message.body if told else "",
    )
