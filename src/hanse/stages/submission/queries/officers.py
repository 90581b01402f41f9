"""What officers see of submissions: nothing of a call before it has closed."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from hanse.core.values.unknown import Unknown
from hanse.ground.accounts.models import Appointment, Role
from hanse.stages.announcement.models import CallEdition
from hanse.stages.announcement.queries import editions_in_force
from hanse.stages.submission.models import LateCase, Receipt, Standing


@dataclass(frozen=True, slots=True)
class ClosedCall:
    """A call that has closed.

    Attributes:
        count: how many submissions count.
        refused: how many attempts were refused.
        cases: how many late cases wait.
    """

    edition: CallEdition
    count: int
    refused: int
    cases: int


def closed_calls(at: datetime) -> list[ClosedCall]:
    """Calls that have closed and to which anybody tried to submit; in a constant number of queries."""
    counts = dict(Standing.objects.values_list("call").annotate(n=Count("pk")).order_by())
    refused = Receipt.objects.filter(act=Receipt.Act.SUBMISSION, outcome=Receipt.Outcome.REFUSED)
    attempts = dict(refused.values_list("call").annotate(n=Count("pk")).order_by())
    waiting = LateCase.objects.filter(state=LateCase.State.PROPOSED)
    cases = dict(waiting.values_list("attempt__call").annotate(n=Count("pk")).order_by())
    return [
        ClosedCall(
            edition,
            counts.get(edition.reference, 0),
            attempts.get(edition.reference, 0),
            cases.get(edition.reference, 0),
        )
        for edition in closed_editions(at)
        if edition.reference in counts or edition.reference in attempts
    ]


def closed_editions(at: datetime) -> list[CallEdition]:
    """The calls that have closed, as `has_closed` asks for one; in one query."""
    found = []
    for edition in editions_in_force(at):
        in_time = edition.window.in_time(at)
        if not isinstance(in_time, Unknown) and not in_time:
            found.append(edition)
    return found


def submissions_to(call: str, limit: int, after: int = 0) -> list[Standing]:
    """The submissions that count, in the order of their receipts.

    Args:
        after: position of a receipt in the record.
    """
    rows = Standing.objects.filter(call=call, receipt__position__gt=after)
    rows = rows.select_related("receipt", "package_of", "proposal__consortium")
    return list(rows.order_by("receipt__position")[:limit])


def late_attempts(call: str, limit: int) -> list[Receipt]:
    """Refused attempts to submit, the latest first; not those that were admitted."""
    rows = Receipt.objects.filter(call=call, act=Receipt.Act.SUBMISSION, outcome=Receipt.Outcome.REFUSED)
    admitted = Q(pk__in=Receipt.objects.filter(admits__isnull=False).values("admits"))
    return list(rows.exclude(admitted).select_related("proposal__consortium", "actor").order_by("-position")[:limit])


def refused_as_late(attempt: Receipt) -> bool:
    """Whether nothing but the instant of its arrival stopped an attempt."""
    return all(reason["about"] == "window" for reason in attempt.document["claims"]["reasons"])


def cases_of(call: str) -> list[LateCase]:
    """The late cases of a call, those that wait first."""
    rows = LateCase.objects.filter(attempt__call=call).select_related("attempt__proposal", "proposed_by", "decided_by")
    return sorted(rows.order_by("-proposed_at"), key=lambda case: case.state != LateCase.State.PROPOSED)


def waiting_cases(at: datetime) -> list[LateCase]:
    """Late cases that wait for a second officer, the oldest first; none of a call that is open again."""
    rows = LateCase.objects.filter(state=LateCase.State.PROPOSED).select_related("attempt__proposal", "proposed_by")
    waiting = list(rows.order_by("proposed_at"))
    closed = {edition.reference for edition in closed_editions(at)} if waiting else set()
    return [case for case in waiting if case.attempt.call in closed]


def case(number: int) -> LateCase | None:
    """A late case."""
    rows = LateCase.objects.select_related(
        "attempt__proposal__consortium", "attempt__actor", "attempt__edition", "proposed_by", "decided_by", "receipt"
    )
    return rows.filter(pk=number).first()


def addresses_of_officers(at: datetime) -> list[str]:
    """Where the programme officers are written to."""
    held = Appointment.objects.filter(Q(until__isnull=True) | Q(until__gt=at), role=Role.OFFICER, since__lte=at)
    return list(held.filter(user__is_active=True).order_by("user").values_list("user__email", flat=True).distinct())
