"""Reminders before a deadline: to those who act for a coordinator and are not done; a duty of `hanse work`.

A round looks at every application of a call once, some at a time. What an application lacks is read without any lock;
then one short transaction writes the letters and notes how far the round has come. Of two workers that read the same
applications, the second finds that the round has gone on, and writes nothing. Letters have keys besides.

Saves are no acts, and neither are reminders: the record holds none. How many letters went out would tell an officer how
many apply.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from textwrap import shorten

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from hanse.core.submission import Reason
from hanse.core.submission.changes import changes_in_words
from hanse.core.values.words import left_in_words
from hanse.ground import outbox
from hanse.ground.ui.templatetags.ui import brussels
from hanse.stages.submission.models import ReminderRound
from hanse.stages.submission.queries import deadlines
from hanse.stages.submission.queries.audience import Reader, coordinating
from hanse.stages.submission.queries.deadlines import Due
from hanse.stages.submission.queries.standings import BEHIND, SUBMITTED, Stand, stands_of

AT_ONCE = 20
"""Applications that one turn looks at."""
LONGEST_REASON = 400
PURPOSE = "reminder of a deadline"


def remind_when_due(at: datetime) -> int:
    """Go on with the first round that is due; how much was done, 0 where none is due."""
    due = next(iter(deadlines.rounds_due(at)), None)
    if due is None:
        return 0
    asked = deadlines.next_applications(due, AT_ONCE)
    stands = stands_of(asked, at, in_full=True)
    letters = list(_letters(due, stands, coordinating(asked), at))
    with transaction.atomic():
        if not _go_on(due, asked[-1].pk if asked else due.reached, done=len(asked) < AT_ONCE):
            return 0
        # Who has submitted or withdrawn since it was read knows better than the letter.
        counting = deadlines.counting_now(asked)
        unmoved = {
            pk
            for pk, stand in stands.items()
            if counting.get(pk) == (stand.standing.receipt_id if stand.standing else None)
        }
        outbox.post_each((letter for pk, letter in letters if pk in unmoved), at=at, purpose=PURPOSE)
    return max(len(asked), 1)


def _go_on(due: Due, reached: int, *, done: bool) -> bool:
    """Note how far a round has come, unless another worker has by now."""
    round, _ = ReminderRound.objects.get_or_create(call=due.call, closing=due.closing, before=due.before)
    mine = ReminderRound.objects.filter(pk=round.pk, reached=due.reached, done=False)
    return bool(mine.update(reached=reached, done=done))


def _letters(
    due: Due, stands: Mapping[int, Stand], readers: Mapping[int, Sequence[Reader]], at: datetime
) -> Iterator[tuple[int, outbox.Letter]]:
    """A letter for each person and application that is not done, with the number of the application."""
    round = f"{due.closing.astimezone(UTC):%Y%m%dT%H%M%S}/{due.before.total_seconds():.0f}"
    for pk, stand in stands.items():
        if stand.word == SUBMITTED:
            continue
        subject, body = _words(due, stand, at)
        for reader in readers.get(pk, ()):
            yield pk, outbox.Letter(reader.address, subject, body, f"reminder/{due.call}/{round}/{pk}/{reader.id}")


def _words(due: Due, stand: Stand, at: datetime) -> tuple[str, str]:
    name = stand.proposal.consortium.name
    when = f"The call closes on {brussels(due.closing)}, in {left_in_words(due.closing - at)}."
    link = f"{settings.ADDRESS}{reverse('submission:submission', args=[stand.proposal.ref])}"
    if stand.word == BEHIND:
        subject = f"Behind: {name}"
        told = (
            f"The submitted version of “{name}” ({due.call}) is behind its draft: {changes_in_words(stand.changes)}. "
            "What was submitted counts; the changes do only once it is submitted again."
        )
        more = "If it is to stay as submitted, nothing has to be done."
    else:
        subject = f"Not submitted: {name}"
        now = "is withdrawn, so nothing is submitted" if stand.withdrawn else "is not submitted"
        told = f"The application “{name}” ({due.call}) {now}."
        more = f"{_missing(stand.reasons)} If it is not to be submitted, nothing has to be done."
    return subject, f"{told}\n\n{when}\n\n{more}\n\n{link}\n"


def _missing(reasons: Sequence[Reason]) -> str:
    """What would stop it, in a sentence or two: the page tells all."""
    if not reasons:
        return "As it stands, nothing would stop it."
    others = len(reasons) - 1
    also = f" {others} other thing{'s' * (others > 1)} would stop it, too." if others else ""
    first = shorten(reasons[0].text, LONGEST_REASON, placeholder=" …")
    return f"As it stands it would be refused: {first}{also}"
