"""Deadlines: how one was moved and by which notice, which reminders are due, whose turn is next."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hanse.core.submission.deadlines import REMINDERS, reminder_due
from hanse.stages.announcement.models import CallEdition
from hanse.stages.announcement.queries import editions_in_force
from hanse.stages.announcement.queries.editions import history
from hanse.stages.consortia.models import Consortium
from hanse.stages.proposals.models import Proposal
from hanse.stages.submission.models import DeadlineNotice, ReminderRound, Standing

# --- notices -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """A deadline that a call had from one edition on.

    Attributes:
        edition: the first with this deadline.
        notice: by which it was told; None for the first deadline, and for one that came with a new version of Hanse.
        reopened: whether the deadline before had passed by then.
    """

    edition: CallEdition
    notice: DeadlineNotice | None
    reopened: bool


def steps_of(reference: str, at: datetime) -> list[Step]:
    """The deadlines of a call, the latest first, each with the edition that brought it; in two queries."""
    notices = {notice.edition_id: notice for notice in DeadlineNotice.objects.filter(call=reference)}
    steps: list[Step] = []
    before: CallEdition | None = None
    for edition in reversed(history(reference, at)):
        if before is None or edition.closing != before.closing or edition.closes_on != before.closes_on:
            passed = before is not None and before.closing is not None and edition.in_force_from is not None
            reopened = passed and before.closing < edition.in_force_from  # type: ignore[union-attr, operator]
            steps.append(Step(edition, notices.get(edition.pk), bool(reopened)))
        before = edition
    return steps[::-1]


def notice_of(call: str, place: int) -> DeadlineNotice | None:
    """One notice."""
    return DeadlineNotice.objects.filter(number=f"{call}/{place}").first()


def notice_file(notice: DeadlineNotice) -> bytes:
    """A notice as a file that proves itself."""
    return (json.dumps(notice.document, ensure_ascii=False, indent=2) + "\n").encode()


# --- reminders ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Due:
    """A round of reminders that is due.

    Attributes:
        before: how long before the closing.
        reached: the last application that was looked at.
    """

    call: str
    title: str
    closing: datetime
    before: timedelta
    reached: int


def rounds_due(at: datetime) -> list[Due]:
    """The rounds that are due and not done, the next deadline first; in three queries."""
    soon = [
        (edition, edition.closing)
        for edition in editions_in_force(at)
        if edition.closing is not None and at < edition.closing <= at + max(REMINDERS)
    ]
    if not soon:
        return []
    calls = [edition.reference for edition, _ in soon]
    told = dict(DeadlineNotice.objects.filter(call__in=calls).order_by("place").values_list("call", "published_at"))
    begun = {(one.call, one.closing, one.before): one for one in ReminderRound.objects.filter(call__in=calls)}
    found = []
    for edition, closing in sorted(soon, key=lambda each: each[1]):
        before = reminder_due(closing, at, told_at=told.get(edition.reference))
        if before is None:
            continue
        round = begun.get((edition.reference, closing, before))
        if round is None or not round.done:
            reached = round.reached if round else 0
            found.append(Due(edition.reference, edition.title, closing, before, reached))
    return found


def next_applications(due: Due, limit: int) -> list[Proposal]:
    """The applications to a call that a round looks at next, of consortia that still form."""
    rows = Proposal.objects.filter(
        consortium__call=due.call, consortium__state=Consortium.State.FORMING, pk__gt=due.reached
    )
    return list(rows.select_related("consortium").order_by("pk")[:limit])


def counting_now(proposals: Sequence[Proposal]) -> dict[int, int]:
    """Which receipt counts of each application, by numbers; in one query."""
    return dict(Standing.objects.filter(proposal__in=proposals).values_list("proposal", "receipt"))
