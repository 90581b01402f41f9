"""For officers: when the machine was in trouble, around which deadlines, and what slips are worth.

On this evidence late cases and extensions stand. Pulse and slips are kept in real time; here they are told by the
site's clock, which in a rehearsal is another.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from hanse.core.submission.telling import instant_in_words
from hanse.core.values.words import left_in_words
from hanse.ground import clock
from hanse.ground.accounts.access import access_of, appointed, may_enter
from hanse.ground.accounts.models import Role, User
from hanse.ground.audit.signing import NoKey
from hanse.ground.clock.arrival import arrived
from hanse.ground.watch import attempts, evidence, pulse
from hanse.ground.watch.attempts import Worth
from hanse.stages.announcement import queries as announcement

SHOWN = timedelta(days=30)
BEFORE_CLOSING = timedelta(hours=24)
AFTER_CLOSING = timedelta(hours=1)
MOST_LINES = 200

TOLD = {
    Worth.OURS: ("success", "The signature holds", "This site wrote the slip, and nothing in it was changed."),
    Worth.CHANGED: ("error", "The slip was changed", "The signature is named as ours, but does not fit what it says."),
    Worth.NOT_OURS: ("error", "Not ours", "The slip was signed with a key that is not this site's."),
    Worth.UNSIGNED: ("warning", "Unsigned", "The site could not sign when it wrote this; only its own file can tell."),
    Worth.UNREADABLE: (
        "error",
        "No slip",
        "This is no attempt slip. Paste it whole, from the first brace to the last.",
    ),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without a pulse, by the site's clock.

    Attributes:
        end: None while it lasts.
    """

    begin: datetime
    end: datetime | None
    lasted: timedelta

    @property
    def begin_in_words(self) -> str:
        """To the second."""
        return _in_words(self.begin)

    @property
    def end_in_words(self) -> str:
        """To the second; empty while it lasts."""
        return _in_words(self.end) if self.end else ""

    @property
    def lasted_in_words(self) -> str:
        """To the minute."""
        return left_in_words(self.lasted)


@dataclass(frozen=True, slots=True)
class Line:
    """A request that failed.

    Attributes:
        at: when it came, by the site's clock, in words.
        who: the name, or empty if nobody could tell.
    """

    at: str
    method: str
    path: str
    fault: str
    who: str
    id: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline and the trouble in the day before it and the hour after.

    Attributes:
        out: how long the site was out of order in that time.
        failed: how many requests failed in it.
    """

    reference: str
    closing: datetime
    out: timedelta
    failed: int

    @property
    def out_in_words(self) -> str:
        """To the minute; `no time` if the site was up."""
        return left_in_words(self.out) or "no time"


class SlipForm(forms.Form):
    """A slip that somebody hands in."""

    slip = forms.CharField(
        label="Attempt slip",
        max_length=attempts.LONGEST,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text="The whole text, as the page showed it that could not be served.",
    )


@appointed(Role.OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def outages(request: HttpRequest) -> HttpResponse:
    """Gaps and failed requests of the last days, and the examination of a slip."""
    context = _context() | {"may_examine": may_enter(request.user, access_of(outages), "POST", clock.now())}
    if request.method != "POST":
        return render(request, "site/outages.html", context | {"form": SlipForm()})
    form = SlipForm(request.POST)
    if not form.is_valid():
        return render(request, "site/outages.html", context | {"form": form}, status=422)
    return render(request, "site/outages.html", context | {"form": form} | _examined(form.cleaned_data["slip"]))


def _context() -> dict[str, Any]:
    now, shift = arrived().real_now(), clock.shift()
    slips = list(evidence.read(now - SHOWN, now))
    gaps = [_gap(one, now, shift) for one in pulse.outages(now) if one.end is None or one.end > now - SHOWN]
    came = [datetime.fromisoformat(slip["claims"]["real"]) + shift for slip in slips]
    return {
        "gaps": gaps[::-1],
        "lines": _lines(slips[-MOST_LINES:], shift)[::-1],
        "failed": len(slips),
        "most": MOST_LINES,
        "deadlines": list(_deadlines(now + shift, gaps, came)),
    }


def _gap(outage: pulse.Outage, now: datetime, shift: timedelta) -> Gap:
    end = None if outage.end is None else outage.end + shift
    lasted = (outage.end or now) - outage.begin
    return Gap(outage.begin + shift, end, timedelta(seconds=round(lasted.total_seconds())))


def _lines(slips: Sequence[attempts.Slip], shift: timedelta) -> list[Line]:
    claims = [slip["claims"] for slip in slips]
    names = dict(
        User.objects.filter(pk__in={one.get("user") for one in claims if one.get("user")}).values_list("pk", "name")
    )
    return [
        Line(
            _in_words(datetime.fromisoformat(one["real"]) + shift),
            one["method"],
            one["path"],
            one["fault"],
            names.get(one.get("user"), ""),
            one["id"],
        )
        for one in claims
    ]


def _deadlines(at: datetime, gaps: Sequence[Gap], came: Sequence[datetime]) -> Iterator[Deadline]:
    """The deadlines of calls that are open, or closed a short time ago; the next one first."""
    closings = [
        (edition.closing, edition.reference)
        for edition in announcement.editions_in_force(at)
        if edition.closing is not None and edition.closing > at - SHOWN
    ]
    for closing, reference in sorted(closings):
        begin, end = closing - BEFORE_CLOSING, closing + AFTER_CLOSING
        out = sum((_within(gap, begin, end, at) for gap in gaps), timedelta())
        yield Deadline(reference, closing, out, sum(begin <= one <= end for one in came))


def _within(gap: Gap, begin: datetime, end: datetime, at: datetime) -> timedelta:
    """How much of a gap lies in a span."""
    return max(min(gap.end or at, end) - max(gap.begin, begin), timedelta())


def _examined(text: str) -> dict[str, Any]:
    try:
        found = attempts.examine(text)
    except NoKey as wrong:
        return {"told": ("error", "The site's own key cannot be read", str(wrong))}
    claims = [(str(name), str(value)) for name, value in found.claims.items()]
    return {"told": TOLD[found.worth], "claims": claims, "in_file": bool(claims) and _stands_in_file(found.claims)}


def _stands_in_file(claims: dict[str, Any]) -> bool:
    """Whether the file of this machine holds the same words."""
    try:
        real = datetime.fromisoformat(claims["real"])
        return any(slip["claims"] == claims for slip in evidence.read(real, real))
    except (KeyError, ValueError, TypeError, OverflowError):
        return False


def _in_words(instant: datetime) -> str:
    return instant_in_words(instant.replace(microsecond=0).isoformat())
