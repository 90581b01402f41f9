"""A deadline that is moved: told to all at once, by a signed notice, in the transaction that moves it.

The announcement publishes the edition by two officers and asks here (`announcement.actions.moving`). All that is done
here is part of that act: if any of it fails, the deadline stays where it was.
"""

from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.urls import reverse

from hanse.core.submission.deadlines import claims_of_notice
from hanse.core.values.digest import canonical_json, digest
from hanse.ground import audit
from hanse.ground.audit import signing
from hanse.ground.ui.templatetags.ui import brussels, day
from hanse.stages.announcement.actions.moving import Move, Told
from hanse.stages.announcement.models import CallEdition
from hanse.stages.submission.models import DeadlineNotice
from hanse.stages.submission.queries.audience import addresses_of_all_in

ACT = "tell of moved deadline"


def tell_of_moved_deadline(move: Move) -> Told:
    """Say who is told of a moved deadline besides the followers of the call, and have its notice sealed.

    Effects, in order: the announcement writes its letter, one for everybody; the entry of the record is written, which
    holds the digest of the notice; the notice is signed and kept.
    """
    audience = addresses_of_all_in(move.after.reference)
    return Told(tuple(audience), tuple(_sentences(move)), (partial(_seal, move),))


def _seal(move: Move) -> DeadlineNotice:
    before, after = move.before, move.after
    place = (DeadlineNotice.objects.filter(call=after.reference).aggregate(last=Max("place"))["last"] or 0) + 1
    number = f"{after.reference}/{place}"
    assert after.proposed_by is not None  # noqa: S101 -- two officers publish
    claims = claims_of_notice(
        number=number,
        call=after.reference,
        title=after.title,
        edition_before=_claim(before),
        edition_after=_claim(after),
        closing_before=before.closing,
        closing_after=after.closing,
        reason=after.reason,
        proposed_by=after.proposed_by.name,
        proposed_at=after.proposed_at or move.at,
        published_by=move.actor.name,
        published_at=move.at,
    )
    event = audit.record(
        ACT,
        actor=move.actor,
        subject=("call", after.reference),
        facts={
            "notice": digest(claims),
            "number": number,
            "edition": after.number,
            "closing_before": claims["closing_before"],
            "closing_after": claims["closing_after"],
        },
        at=move.at,
    )
    chained = {"position": event.number, "digest": event.digest, "entry": audit.entry_of(event)}
    signed = signing.sign(canonical_json({"claims": claims, "chain": chained}))
    return DeadlineNotice.objects.create(
        number=number,
        call=after.reference,
        place=place,
        edition=after,
        closing_before=before.closing,
        closing_after=after.closing,
        published_at=move.at,
        document={
            "claims": claims,
            "chain": chained,
            "signature": {
                "algorithm": signing.ALGORITHM,
                "key": signed.key,
                "public_key": signing.public_key().raw,
                "value": signed.value,
            },
        },
        position=event.number,
        digest=event.facts["notice"],
    )


def _claim(edition: CallEdition) -> dict[str, Any]:
    """How a notice names an edition."""
    return {"edition": edition.label, "number": edition.number, "digest": edition.digest}


def _sentences(move: Move) -> list[str]:
    """What the letter says besides the changes, a paragraph each."""
    before, after = move.before, move.after
    told = [f"The deadline was {_said(before)}. It is now {_said(after)}."]
    if after.closing is not None and before.closing is not None and before.closing < move.at < after.closing:
        told.append(
            "The deadline before had passed: the call is open again. Until the new deadline, drafts, members and "
            "mandates can be changed again. An attempt that was refused stays refused: submit again."
        )
    told.append(
        "What was submitted still counts. Until the deadline it can be submitted again or withdrawn, and the last that "
        "is accepted counts."
    )
    link = f"{settings.ADDRESS}{reverse('submission:deadline', args=[after.reference])}"
    told.append(f"The history of the deadline, and the signed notice: {link}")
    return told


def _said(edition: CallEdition) -> str:
    """A deadline in words."""
    if edition.closing is not None:
        return brussels(edition.closing)
    return f"{day(edition.closes_on)}, hour not stated" if edition.closes_on else "not stated"
