"""How an application stands before its door: what would stop it, what changed since it was submitted, what counts."""

import json
from dataclasses import dataclass
from datetime import datetime

from hanse.core.form import states_of
from hanse.core.submission import decide_submission, may_withdraw
from hanse.core.submission.changes import ApplicationChange, changes_between, changes_in_words
from hanse.core.submission.clashes import observations_now
from hanse.core.submission.report import Report, report_of
from hanse.core.values.unknown import Unknown
from hanse.core.values.words import left_in_words
from hanse.stages.proposals.queries import drafts
from hanse.stages.proposals.queries.dossiers import dossier_of
from hanse.stages.submission.models import Content, Receipt, Standing
from hanse.stages.submission.queries import receipts
from hanse.stages.submission.queries.preparing import Ground, Prepared, examiner_of


@dataclass(frozen=True, slots=True)
class Door:
    """An application before its door.

    Attributes:
        standing: the submission that counts; None if none does.
        withdrawable: whether it may still be taken back.
        changes: what changed since that was sealed.
        last: the latest receipt; None if there is none.
        closing: the deadline; None where its hour is not stated.
        left: time until then, in words; empty when it has passed or cannot be told.
    """

    standing: Standing | None
    withdrawable: bool
    changes: tuple[ApplicationChange, ...]
    last: Receipt | None
    closing: datetime | None
    left: str

    @property
    def behind(self) -> str:
        """How far the submitted version is behind, in words; empty where it is not."""
        return changes_in_words(self.changes) if self.changes else ""

    @property
    def withdrawn(self) -> bool:
        """Whether what was submitted was taken back."""
        return self.standing is None and self.last is not None and self.last.act == Receipt.Act.WITHDRAWAL


def door_of(ground: Ground, ready: Prepared, at: datetime) -> Door:
    """What has been submitted of an application, and how the draft differs from it by now."""
    standing = receipts.standing_of(ground.proposal)
    closing = ground.call.window.closing
    known = None if isinstance(closing, Unknown) else closing
    return Door(
        standing,
        may_withdraw(ground.call, at, stands=standing is not None),
        changes_since(standing, ready),
        receipts.receipts_of(ground.proposal).first(),
        known,
        left_in_words(known - at) if known is not None and known > at else "",
    )


def changes_since(standing: Standing | None, ready: Prepared) -> tuple[ApplicationChange, ...]:
    """What changed since a submission was sealed; nothing where none counts or the content is the same."""
    if standing is None or receipts.content_digest_of(standing) == ready.content:
        return ()
    kept = Content.objects.in_bulk([receipts.content_digest_of(standing), ready.content])
    return changes_between(
        json.loads(receipts.body_of(kept[receipts.content_digest_of(standing)])),
        json.loads(receipts.body_of(kept[ready.content])),
    )


def report_on(ground: Ground, ready: Prepared, at: datetime) -> Report:
    """What submitting at an instant would come to, line by line. Other applications are not asked."""
    proposal = ground.proposal
    dossier = dossier_of(proposal, ground.seats, at=at, form=ground.form)
    assessment = examiner_of(ground.edition, ground.call, ground.day).check(dossier)
    decision = decide_submission(
        ground.call,
        proposal.consortium.strand,
        at,
        proposal=proposal.ref,
        content_digest=ready.content,
        missing_parts=ready.missing,
        parts_for_later=ready.for_later,
        observations=observations_now(assessment),
    )
    written = drafts.written_in(proposal)
    states = states_of(ground.form, drafts.draft_reading(proposal, ground.seats, written))
    return report_of(decision, assessment, ready.missing, states, for_later=ready.for_later)
