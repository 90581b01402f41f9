"""Offering oneself as a partner, looking for partners, and answering one another."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify

from hanse.callbook.reference import geography, regions, sectors
from hanse.ground import audit, outbox
from hanse.stages.announcement.queries import call_of
from hanse.stages.consortia.models import Consortium, Interest, Notice
from hanse.stages.consortia.permissions import standing_in
from hanse.stages.consortia.queries import notices as queries
from hanse.stages.consortia.queries.members import has_closed
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import Organisation
from hanse.stages.registry.permissions import standing
from hanse.stages.registry.queries import by_ref
from hanse.stages.registry.queries.people import addresses_of

MOST_NOTICES = 5
"""Of one organisation for one call; more would push others out of sight."""
MOST_LETTERS = 20
"""An organisation sends at most so many in a day; more is advertising."""
A_DAY = timedelta(days=1)
LONGEST_TEXT = 4_000
CANNOT_BE_ANSWERED = "This notice cannot be answered any more: it was taken back, or its call has closed."
State = Interest.State


@transaction.atomic
def publish(
    *,
    actor: Any,
    call: str,
    organisation_ref: str,
    kind: str,
    strand: str,
    title: str,
    text: str,
    countries: Sequence[str],
    sectors_sought: Sequence[str],
    markets: Sequence[str],
    consortium_ref: str = "",
    at: datetime,
) -> Notice:
    """Publish an offer or a request for a call. It expires with the call.

    Args:
        consortium_ref: on whose behalf partners are sought; outsiders never learn which consortium it is.

    Raises:
        Refusal: if the person does not act for the organisation, the call has closed, or something is missing.
    """
    organisation = _own(actor, organisation_ref, at)
    _check_call(call, strand, at)
    consortium = None
    if consortium_ref:
        consortium = Consortium.objects.filter(ref=consortium_ref, call=call).first()
        if consortium is None or not standing_in(actor, consortium, at).may_lead:
            raise Refusal("Only the coordinator looks for partners on behalf of a consortium.", 403)
    values = _values(title, text, kind, countries, sectors_sought, markets)
    Organisation.objects.select_for_update().get(pk=organisation.pk)  # one after the other, so that the limit holds
    standing_notices = Notice.objects.filter(call=call, organisation=organisation, withdrawn_at__isnull=True).count()
    if standing_notices >= MOST_NOTICES:
        raise Refusal(f"{organisation.name} has {MOST_NOTICES} notices for this call. Take one back first.")
    notice = Notice.objects.create(
        ref=f"{slugify(title)[:40] or 'notice'}-{token_hex(3)}",
        call=call,
        strand=strand,
        organisation=organisation,
        consortium=consortium,
        published_by=actor,
        published_at=at,
        changed_at=at,
        **values,
    )
    facts = {"organisation": organisation.ref, "call": call, "kind": kind}
    audit.record("publish notice", actor=actor, subject=(queries.SUBJECT, notice.ref), facts=facts, at=at)
    return notice


@transaction.atomic
def change(
    *,
    actor: Any,
    ref: str,
    based_on: int,
    title: str,
    text: str,
    strand: str,
    countries: Sequence[str],
    sectors_sought: Sequence[str],
    markets: Sequence[str],
    at: datetime,
) -> Notice:
    """Change a notice that still stands.

    Raises:
        Refusal: if it is not the person's, was taken back, has expired, or was changed by somebody else meanwhile.
    """
    notice = _held(actor, ref, at)
    if notice.version != based_on:
        told = "Somebody else changed this notice while you did. Look at both, then save again."
        raise Refusal(told, 409, {"based_on": told})
    _check_call(notice.call, strand, at)
    for name, value in _values(title, text, notice.kind, countries, sectors_sought, markets).items():
        setattr(notice, name, value)
    notice.strand = strand
    notice.version += 1
    notice.changed_at = at
    notice.save()
    facts = {"version": notice.version}
    audit.record("change notice", actor=actor, subject=(queries.SUBJECT, ref), facts=facts, at=at)
    return notice


@transaction.atomic
def withdraw(*, actor: Any, ref: str, at: datetime) -> Notice:
    """Take a notice back. Interest that waits for an answer can still be answered.

    Raises:
        Refusal: if it is not the person's, or was taken back already.
    """
    notice = _held(actor, ref, at)
    notice.withdrawn_at = at
    notice.save()
    audit.record("withdraw notice", actor=actor, subject=(queries.SUBJECT, ref), at=at)
    return notice


@transaction.atomic
def express_interest(
    *,
    actor: Any,
    sender_ref: str,
    message: str,
    call: str,
    notice_ref: str = "",
    receiver_ref: str = "",
    at: datetime,
) -> Interest:
    """Write to an organisation about a call: in answer to a notice, or out of the partner search.

    Raises:
        Refusal: if the person does not act for the sender, the notice cannot be answered any more, it is one's own, one
            waits for an answer already or was declined, or too many were sent today.
    """
    sender = _own(actor, sender_ref, at)
    notice = _locked(notice_ref) if notice_ref else None
    if notice_ref and (notice is None or not queries.is_open(notice, at)):
        raise Refusal(CANNOT_BE_ANSWERED, 410)
    if notice is not None:
        receiver, call = notice.organisation, notice.call
    else:
        found = by_ref(receiver_ref)
        if found is None or found.status != Organisation.Status.PUBLISHED:
            raise Refusal("Choose the organisation you write to.", 422, {"to": "Choose an organisation of the list."})
        receiver = found
        _check_call(call, "", at)
    if receiver.pk == sender.pk:
        raise Refusal("This is your own organisation. Choose another to write to.", 422)
    if not addresses_of(receiver):
        raise Refusal(
            f"Nobody acts for {receiver.name} here yet, so nobody would read it. Its profile names its website.", 422
        )
    message = message.strip()
    if not message or len(message) > LONGEST_TEXT:
        told = "Write a few words about who you are." if not message else f"At most {LONGEST_TEXT:,} characters."
        raise Refusal(told, 422, {"message": told})
    Organisation.objects.select_for_update().get(pk=sender.pk)
    if queries.waiting_between(sender, receiver, call):
        raise Refusal(f"{receiver.name} has a letter of yours about this call and has not answered yet.")
    if queries.declined_between(sender, receiver, call):
        raise Refusal(f"{receiver.name} has declined a letter of yours about this call. Only it can write now.")
    if queries.sent_today(sender, at - A_DAY) >= MOST_LETTERS:
        raise Refusal(f"{sender.name} has sent {MOST_LETTERS} letters in a day. Try again tomorrow.", 429)
    interest = Interest.objects.create(
        notice=notice, call=call, sender=sender, receiver=receiver, message=message, sent_by=actor, sent_at=at
    )
    _tell(
        receiver,
        f"{sender.name} is interested in working with you",
        f"{actor.name} of {sender.name} writes about {call}:\n\n{message}\n\n"
        f"Answer on the page of your letters: {settings.ADDRESS}/interests/{interest.pk}\n",
        at,
    )
    facts = {"from": sender.ref, "to": receiver.ref, "call": call}
    audit.record("express interest", actor=actor, subject=("interest", str(interest.pk)), facts=facts, at=at)
    return interest


@transaction.atomic
def answer(*, actor: Any, number: int, welcome: bool, text: str, at: datetime) -> Interest:
    """Answer an expression of interest: let us talk, or no.

    Raises:
        Refusal: if it is not the person's to answer, or was answered or taken back already.
    """
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        told = f"At most {LONGEST_TEXT:,} characters."
        raise Refusal(told, 422, {"answer": told})
    interest = _waiting(actor, number, at, "receiver")
    interest.state = State.WELCOME if welcome else State.DECLINED
    interest.answer, interest.answered_by, interest.answered_at = text, actor, at
    interest.save()
    word = "would like to talk" if welcome else "declines"
    _tell(
        interest.sender,
        f"{interest.receiver.name} {word}",
        f"{interest.receiver.name} {word} about {interest.call}.\n\n{interest.answer}\n".replace("\n\n\n", "\n"),
        at,
    )
    facts = {"state": interest.state}
    audit.record("answer interest", actor=actor, subject=("interest", str(number)), facts=facts, at=at)
    return interest


@transaction.atomic
def take_back(*, actor: Any, number: int, at: datetime) -> Interest:
    """Take an expression of interest back before it is answered.

    Raises:
        Refusal: if it is not the person's, or was answered or taken back already.
    """
    interest = _waiting(actor, number, at, "sender")
    interest.state = State.WITHDRAWN
    interest.save()
    audit.record("take interest back", actor=actor, subject=("interest", str(number)), at=at)
    return interest


def _waiting(actor: Any, number: int, at: datetime, side: str) -> Interest:
    """A letter that waits for its answer, locked, for somebody who acts for one of its sides."""
    locked = Interest.objects.select_for_update(of=("self",)).select_related("sender", "receiver")
    interest = locked.filter(pk=number).first()
    if interest is None:
        raise Refusal("There is no such letter.", 404)
    sides = {name: standing(actor, getattr(interest, name), at) for name in ("sender", "receiver")}
    if not any(may.acts for may in sides.values()):
        raise Refusal("There is no such letter.", 404)
    if not sides[side].may_edit:
        raise Refusal(
            "The other side answers this letter." if side == "receiver" else "Only its sender does this.", 403
        )
    if interest.state != State.SENT:
        raise Refusal(f"This letter does not wait any more: {interest.get_state_display()}.", 410)
    return interest


def _own(actor: Any, ref: str, at: datetime) -> Organisation:
    """A published organisation for which somebody acts."""
    organisation = by_ref(ref)
    if organisation is None or not standing(actor, organisation, at).may_edit:
        told = "Choose an organisation for which you act."
        raise Refusal(told, 422, {"organisation": told})
    if organisation.status != Organisation.Status.PUBLISHED:
        told = f"{organisation.name} is not registered yet, so others could not read who writes."
        raise Refusal(told, 422, {"organisation": told})
    return organisation


def _locked(ref: str) -> Notice | None:
    return Notice.objects.select_for_update(of=("self",)).select_related("organisation").filter(ref=ref).first()


def _held(actor: Any, ref: str, at: datetime) -> Notice:
    notice = _locked(ref)
    if notice is None:
        raise Refusal("There is no such notice.", 404)
    if not standing(actor, notice.organisation, at).may_edit:
        raise Refusal("Only those who act for the organisation change its notices.", 403)
    if notice.withdrawn_at is not None:
        raise Refusal("This notice was taken back already.", 410)
    return notice


def _check_call(reference: str, strand: str, at: datetime) -> None:
    call = call_of(reference, at)
    if call is None:
        raise Refusal("There is no such call.", 404)
    if has_closed(reference, at):
        raise Refusal("The call has closed, so partners for it are not looked for any more.", 410)
    if strand and call.strand(strand) is None:
        raise Refusal("Choose a strand of the call.", 422, {"strand": f"The call has no strand {strand!r}."})


def _values(
    title: str, text: str, kind: str, countries: Sequence[str], sought: Sequence[str], markets: Sequence[str]
) -> dict[str, Any]:
    """What a notice says, checked; everything wrong is listed at once."""
    places = geography().names
    faults: dict[str, str] = {}
    title, text = " ".join(title.split()), text.strip()
    if not title or len(title) > 200:
        faults["title"] = "Give it a title of at most 200 characters."
    if not text or len(text) > LONGEST_TEXT:
        faults["text"] = f"Say what you offer or look for, in at most {LONGEST_TEXT:,} characters."
    if kind not in Notice.Kind.values:
        faults["kind"] = "Choose whether you offer or look for something."
    if unknown := [code for code in countries if code not in places]:
        faults["countries"] = f"Not a country: {', '.join(unknown)}."
    if unknown := [id for id in sought if id not in sectors()]:
        faults["sectors"] = f"Not a sector of the list: {', '.join(unknown)}."
    if unknown := [id for id in markets if id not in places and id not in regions()]:
        faults["markets"] = f"Neither a country nor a world region: {', '.join(unknown)}."
    if faults:
        raise Refusal("Something is missing or cannot be read.", 422, faults)
    return {
        "title": title,
        "text": text,
        "kind": kind,
        "countries": list(dict.fromkeys(countries)),
        "sectors": list(dict.fromkeys(sought)),
        "markets": list(dict.fromkeys(markets)),
    }


def _tell(organisation: Organisation, subject: str, body: str, at: datetime) -> None:
    for address in addresses_of(organisation):
        outbox.post(to=address, subject=" ".join(subject.split())[:200], body=body, at=at, purpose="partner search")
