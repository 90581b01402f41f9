"""An edition from draft to publication: written by one officer, published by another.

Order of locks: the editions of the call in the order of their ids, then whatever else. On SQLite the transaction
itself is the lock. Editions are locked without their keys: whoever submits holds the end of the record while a receipt
names an edition, and would wait in a circle with whoever publishes one.
"""

from collections.abc import Mapping
from datetime import date, datetime, time

from django.conf import settings
from django.db import transaction

from hanse.core.call import Call
from hanse.core.corrigendum import compare
from hanse.core.values.faults import Faulty
from hanse.core.values.unknown import Unknown
from hanse.ground import audit
from hanse.ground.accounts.models import User
from hanse.stages.announcement.actions.extension import moved_deadline, without_turned_cases
from hanse.stages.announcement.actions.following import tell_followers
from hanse.stages.announcement.actions.moving import Move, Told, told_elsewhere
from hanse.stages.announcement.actions.refusal import Refusal, by_officers
from hanse.stages.announcement.actions.storing import put_facts, put_texts
from hanse.stages.announcement.models import (
    IN_PREPARATION,
    LONGEST_REFERENCE,
    CallEdition,
    Nature,
    State,
)
from hanse.stages.announcement.queries.changes import effect_of
from hanse.stages.announcement.queries.folders import (
    broken_cases,
    inspect,
    is_file_of_a_folder,
    is_reference,
    lint_of,
    parse,
    read,
    texts_of,
)

MOST_CHARACTERS = 2_000_000
MOST_FILES = 60
NEEDED = ("call.toml", "rules.toml", "sources.toml")


def _locked(edition_id: int, *states: State) -> CallEdition | Refusal:
    """The edition, with all editions of its call locked against others."""
    found = CallEdition.objects.filter(pk=edition_id).values_list("reference", flat=True).first()
    if found is None:
        return Refusal("There is no such edition.", status=404)
    editions = {
        e.pk: e for e in CallEdition.objects.select_for_update(no_key=True).filter(reference=found).order_by("pk")
    }
    edition = editions[edition_id]
    if edition.state not in states:
        now = edition.get_state_display()
        return Refusal(f"This edition is {now} by now. Open it again to see how it stands.")
    if edition.base_id is not None:
        edition.base = editions[edition.base_id]
    return edition


def _in_force(reference: str) -> CallEdition | None:
    """The latest published edition of a call, locked: whatever is published next stands on it."""
    editions = CallEdition.objects.select_for_update(no_key=True).filter(reference=reference, state=State.PUBLISHED)
    return editions.order_by("-number").first()


def _unfit(reference: str, texts: Mapping[str, str]) -> Refusal | None:
    """Why texts cannot even be kept as a draft; a draft may still be wrong in every other way."""
    if not is_reference(reference):
        example = "for example COS-CLUSINT-2020-3-01"
        what = f"A reference has letters, digits, points and hyphens, at most {LONGEST_REFERENCE}; {example}."
        return Refusal(what, status=422)
    wrong = [f"{path} is no file of a call folder" for path in texts if not is_file_of_a_folder(path)]
    wrong += [f"{path}: holds the character NUL" for path, content in texts.items() if "\0" in content]
    wrong += [f"{path} is missing" for path in NEEDED if path not in texts]
    if len(texts) > MOST_FILES:
        wrong.append(f"the folder has {len(texts)} files; the most are {MOST_FILES}")
    if sum(map(len, texts.values())) > MOST_CHARACTERS:
        wrong.append(f"the texts together are longer than {MOST_CHARACTERS} characters")
    return Refusal("These texts are not a call folder.", tuple(wrong), status=422) if wrong else None


def _put(edition: CallEdition, texts: Mapping[str, str]) -> None:
    """Let a draft consist of these texts, with the facts of its call as far as it can be read."""
    put_texts(edition, texts)
    try:
        put_facts(edition, parse(texts, edition.reference))
    except Faulty:
        edition.title = edition.title or edition.reference
        edition.zone = edition.zone or "Europe/Brussels"


@by_officers
@transaction.atomic
def draft_edition(
    *, actor: User, reference: str, texts: Mapping[str, str], reason: str, at: datetime
) -> CallEdition | Refusal:
    """Begin an edition: the first of a new call, or a corrigendum to the one in force.

    Whether the texts hold together is told by lint, and asked before anything is proposed; a draft may be wrong.
    """
    unfit = _unfit(reference, texts)
    if unfit is not None:
        return unfit
    base = _in_force(reference)
    edition = CallEdition(
        reference=reference,
        number=1 if base is None else base.number + 1,
        nature=Nature.FIRST if base is None else Nature.CORRIGENDUM,
        reason=reason,
        base=base,
        drafted_by=actor,
        drafted_at=at,
    )
    _put(edition, texts)
    edition.save()
    _record("draft edition", edition, actor, at)
    return edition


@by_officers
@transaction.atomic
def change_draft(
    *, actor: User, edition_id: int, based_on: str, texts: Mapping[str, str], reason: str, at: datetime
) -> CallEdition | Refusal:
    """Replace the texts of a draft.

    Args:
        based_on: digest of the draft that was changed; another one means that somebody else was there.
    """
    edition = _locked(edition_id, State.DRAFT)
    if isinstance(edition, Refusal):
        return edition
    if edition.digest != based_on:
        return Refusal(
            "Somebody else changed this draft while you were writing. Nothing of theirs was overwritten: "
            "compare the two, then save yours again if it should stand."
        )
    unfit = _unfit(edition.reference, texts)
    if unfit is not None:
        return unfit
    edition.reason = reason
    _put(edition, texts)
    edition.save()
    _record("change draft", edition, actor, at)
    return edition


def _unpublishable(edition: CallEdition) -> Refusal | None:
    """What keeps an edition from the public: faults, contradictions, another call's name, nothing new."""
    found = lint_of(edition)
    if not found.publishable:
        details = [str(fault) for fault in found.faults] + [str(remark) for remark in found.contradictions]
        return Refusal("The folder contradicts itself or cannot be read.", tuple(details), status=422)
    call = read(edition)
    if call.reference != edition.reference:
        what = f"call.toml names the call {call.reference!r}, but this is an edition of {edition.reference!r}."
        return Refusal(what, status=422)
    if edition.base is not None and edition.base.digest == edition.digest:
        return Refusal("The texts are those of the edition in force: there is nothing to publish.", status=422)
    return None


def _stale(edition: CallEdition) -> Refusal | None:
    """Whether another edition came into force since this one was begun."""
    now = _in_force(edition.reference)
    if (now.pk if now else None) == edition.base_id:
        return None
    number = now.number if now else 0
    return Refusal(
        f"Edition {number} of {edition.reference} has come into force since this one was begun. "
        "Withdraw this one and begin anew from the edition in force, so that nothing of it is lost."
    )


@by_officers
@transaction.atomic
def propose(*, actor: User, edition_id: int, based_on: str, at: datetime) -> CallEdition | Refusal:
    """Put a draft before a second officer. From here on its texts stand still."""
    edition = _locked(edition_id, State.DRAFT)
    if isinstance(edition, Refusal):
        return edition
    refusal = _changed_since(edition, based_on) or _stale(edition) or _unpublishable(edition)
    if refusal is not None:
        return refusal
    if not edition.reason.strip():
        return Refusal("Say why this edition is published: readers of the history will see it.", status=422)
    edition.state, edition.proposed_by, edition.proposed_at = State.PROPOSED, actor, at
    edition.save()
    _record("propose edition", edition, actor, at)
    return edition


def _changed_since(edition: CallEdition, based_on: str) -> Refusal | None:
    if edition.digest == based_on:
        return None
    return Refusal("The texts have changed since you opened this page. Read them again first.")


@by_officers
@transaction.atomic
def return_to_draft(*, actor: User, edition_id: int, reason: str, at: datetime) -> CallEdition | Refusal:
    """Send a proposed edition back, with what should change."""
    edition = _locked(edition_id, State.PROPOSED)
    if isinstance(edition, Refusal):
        return edition
    edition.state, edition.proposed_by, edition.proposed_at = State.DRAFT, None, None
    edition.save()
    _record("return edition", edition, actor, at, reason=reason)
    return edition


@by_officers
@transaction.atomic
def withdraw(*, actor: User, edition_id: int, at: datetime) -> CallEdition | Refusal:
    """Drop an edition that was never published. Its texts stay on record."""
    edition = _locked(edition_id, *IN_PREPARATION)
    if isinstance(edition, Refusal):
        return edition
    edition.state = State.WITHDRAWN
    edition.save()
    _record("withdraw edition", edition, actor, at)
    return edition


@by_officers
@transaction.atomic
def publish(*, actor: User, edition_id: int, based_on: str, at: datetime) -> CallEdition | Refusal:
    """Bring a proposed edition into force: the second of two persons.

    The edition before is superseded at the same instant. Everybody who follows the call is written to, with every
    change in words; where the deadline is moved, so is everybody else whom that concerns (`moving`).

    Args:
        based_on: digest of the texts that the second officer read.
    """
    edition = _locked(edition_id, State.PROPOSED)
    if isinstance(edition, Refusal):
        return edition
    if edition.proposed_by_id == actor.pk:
        what = "You proposed this edition, so another officer has to publish it. Ask a colleague to read it."
        return Refusal(what, status=403)
    refusal = _changed_since(edition, based_on) or _stale(edition) or _unpublishable(edition)
    if refusal is not None:
        return refusal
    base = edition.base
    if base is not None:
        base.state, base.superseded_at = State.SUPERSEDED, at
        base.save(update_fields=["state", "superseded_at"])
    edition.state, edition.published_by, edition.published_at = State.PUBLISHED, actor, at
    edition.in_force_from = at
    edition.save()
    told = _tell(edition, actor, at)
    _record("publish edition", edition, actor, at, told=told, nature=str(edition.nature))
    return edition


def _tell(edition: CallEdition, actor: User, at: datetime) -> int:
    """Write what changed to the followers, and of a moved deadline to all others at once; how many follow.

    How many others there are is nobody's business before the closing, so it is not put on record.
    """
    if edition.base is None:
        return 0
    changes = effect_of(edition.base, edition).changes
    listed = "\n".join(f"* {change.sentence}" for change in changes)
    moved = edition.closing != edition.base.closing
    others = told_elsewhere(Move(edition.base, edition, actor, at)) if moved else Told()
    what = "the deadline is moved" if moved else "the call is changed"
    body = (
        f"{edition.title}\n\nEdition {edition.number} is in force. {edition.reason}\n\n"
        f"What changed:\n{listed}\n\n"
        + "".join(f"{sentence}\n\n" for sentence in others.sentences)
        + f"The call: {settings.ADDRESS}/calls/{edition.reference}\n"
    )
    followers = tell_followers(
        edition.reference,
        subject=f"{edition.reference}: {what}",
        body=body,
        at=at,
        purpose="extension of a call" if moved else "corrigendum of a call",
        besides=others.addresses,
    )
    for act in others.last:
        act()
    return followers


@by_officers
@transaction.atomic
def extend(
    *, actor: User, reference: str, day: date, hour: time, reason: str, decided_on: date, at: datetime
) -> CallEdition | Refusal:
    """Propose another, later deadline. Nothing else of the call changes; a second officer publishes it.

    Where a rule asks what was so by the deadline, the later one changes verdicts. Worked cases that turn on it are
    left out of the new edition and shown to the second officer as those it affects.

    Args:
        day, hour: the new deadline by the clocks of the call's own zone.
        decided_on: the day on which this is done, where the call is.
    """
    base = _in_force(reference)
    if base is None:
        return Refusal("There is no such call.", status=404)
    old = read(base)
    texts = moved_deadline(
        texts_of(base), old, number=base.number + 1, day=day, hour=hour, decided_on=decided_on, reason=reason
    )
    try:
        new = parse(texts, reference)
    except Faulty as wrong:
        return Refusal(
            "The deadline of this folder cannot be moved by itself.", tuple(map(str, wrong.faults)), status=422
        )
    why_not = _no_extension(old, new, at)
    if why_not:
        return Refusal(why_not, status=422)
    texts = without_turned_cases(texts, broken_cases(texts, reference))
    found = inspect(texts, reference)
    if not found.publishable:
        details = [str(fault) for fault in found.faults] + [str(remark) for remark in found.contradictions]
        return Refusal("With this deadline the folder contradicts itself.", tuple(details), status=422)
    edition = CallEdition(
        reference=reference,
        number=base.number + 1,
        nature=Nature.EXTENSION,
        state=State.PROPOSED,
        reason=reason,
        base=base,
        drafted_by=actor,
        drafted_at=at,
        proposed_by=actor,
        proposed_at=at,
    )
    put_texts(edition, texts)
    put_facts(edition, new)
    edition.save()
    _record("propose extension", edition, actor, at, closes=new.window.closing)
    return edition


def _no_extension(old: Call, new: Call, at: datetime) -> str:
    """Why the new deadline is none that an extension can set; empty if it is one."""
    before, after = old.window.closing, new.window.closing
    if isinstance(after, Unknown) or after <= at:
        return "The new deadline has passed already. Choose one that is still to come."
    if not isinstance(before, Unknown) and after <= before:
        return "An extension moves the deadline to a later time. To bring it forward, publish a corrigendum."
    strange = [change.item for change in compare(old, new) if not _belongs_to_extension(change.item)]
    if strange:
        named = ", ".join(dict.fromkeys(strange))
        return f"Moving the deadline in these texts would also change: {named}. Publish a corrigendum instead."
    return ""


def _belongs_to_extension(item: str) -> bool:
    return item == "deadline" or item.startswith(('statement in "until when"', "source deadline-moved-"))


def _record(act: str, edition: CallEdition, actor: User, at: datetime, **facts: object) -> None:
    told = {"edition": edition.number, "id": edition.pk, "digest": edition.digest, **facts}
    audit.record(act, actor=actor, subject=("call", edition.reference), facts=told, at=at)
