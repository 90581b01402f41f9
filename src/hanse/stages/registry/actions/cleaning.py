"""Duplicates: looking for them, calling two profiles different, merging them, and splitting them again.

A merge writes down all that it moves. A split puts exactly that back: what people did in the profile that stayed, after
the merge, stays there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from hanse.ground import audit, outbox
from hanse.stages.registry.actions.facts import learn
from hanse.stages.registry.actions.profiles import SEARCH, TAGS, keep_found, keep_tags, stand_on
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import (
    DuplicatePair,
    Fact,
    FormerRef,
    Invitation,
    LegalEntity,
    Membership,
    Merge,
    Organisation,
    PastPartnership,
    Takeover,
)
from hanse.stages.registry.permissions import may_decide_takeovers, standing
from hanse.stages.registry.queries import duplicates, profiles
from hanse.stages.registry.queries.people import addresses_of

Status = Organisation.Status
State = DuplicatePair.State
MOST_PAIRS = 20_000
LOOKS: audit.Subject = ("registry", "duplicates")
BETWEEN_LOOKS = timedelta(days=1)
"""How many suspicions one search writes down, the likeliest first."""
A_BATCH = 500
REASON_NEEDED = "Say how you know that it is one organisation."


# --- looking -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Looked:
    """What a search for duplicates found.

    Attributes:
        found: pairs that look alike, those decided before left out.
        added: of them, pairs nobody had seen yet.
        dropped: open pairs that no longer look alike.
    """

    found: int
    added: int
    dropped: int


def look_for_duplicates(*, at: datetime, actor: Any = None) -> Looked:
    """Compare all published and requested profiles, and keep the pairs that look alike for an officer.

    What was decided stays decided.

    Args:
        actor: the officer who asked for it; None if nobody did.

    Raises:
        Refusal: if it was asked for by somebody who is no officer.
    """
    if actor is not None and not may_decide_takeovers(actor, at):
        raise Refusal("Only officers look for duplicates.", 403)
    found = duplicates.pairs_alike(duplicates.all_known())[:MOST_PAIRS]  # takes its time, and holds nobody up
    with transaction.atomic():
        return _keep(found, actor, at)


def look_when_due(at: datetime) -> int:
    """Look for duplicates once a day, if any profile changed since; 1 if it looked. A duty of the worker."""
    looks = audit.history(LOOKS).order_by("-number").values_list("at", flat=True)
    last = looks.first()
    if last is not None and (at - last < BETWEEN_LOOKS or not profiles.changed_since(last)):
        return 0
    look_for_duplicates(at=at)
    return 1


def _keep(found: list[duplicates.Pair], actor: Any, at: datetime) -> Looked:
    """Keep what was found in step with what was found before."""
    seen = {(pair.first_id, pair.second_id): pair for pair in DuplicatePair.objects.all()}
    new, changed, open_now = [], [], 0
    for pair in found:
        known = seen.pop((pair.first, pair.second), None)
        if known is None:
            new.append(
                DuplicatePair(
                    first_id=pair.first,
                    second_id=pair.second,
                    reasons=list(pair.reasons),
                    likeness=pair.likeness,
                    found_at=at,
                )
            )
        elif known.state == State.OPEN:
            open_now += 1
            if (known.reasons, known.likeness) != (list(pair.reasons), pair.likeness):
                known.reasons, known.likeness = list(pair.reasons), pair.likeness
                changed.append(known)
    DuplicatePair.objects.bulk_create(new, ignore_conflicts=True, batch_size=A_BATCH)
    DuplicatePair.objects.bulk_update(changed, ["reasons", "likeness"], batch_size=A_BATCH)
    gone = [pair.pk for pair in seen.values() if pair.state == State.OPEN]
    for start in range(0, len(gone), A_BATCH):
        DuplicatePair.objects.filter(pk__in=gone[start : start + A_BATCH], state=State.OPEN).delete()
    looked = Looked(found=open_now + len(new), added=len(new), dropped=len(gone))
    facts = {"found": looked.found, "added": looked.added, "dropped": looked.dropped}
    audit.record("look for duplicates", actor=actor, subject=LOOKS, facts=facts, at=at)
    return looked


@transaction.atomic
def call_different(*, actor: Any, pair: int, at: datetime, note: str = "") -> DuplicatePair:
    """Decide that two profiles are of two organisations. They will not be suspected again.

    Raises:
        Refusal: if it is not the officer's to decide, or decided already.
    """
    if not may_decide_takeovers(actor, at):
        raise Refusal("Only officers decide on duplicates.", 403)
    found = (
        DuplicatePair.objects.select_for_update(of=("self",)).select_related("first", "second").filter(pk=pair).first()
    )
    if found is None:
        raise Refusal("There is no such pair.", 404)
    for organisation in (found.first, found.second):
        _check_officer(actor, organisation, at)
    if found.state != State.OPEN:
        raise Refusal(f"This was decided already: {found.get_state_display()}.")
    found.state, found.decided_by, found.decided_at, found.note = State.DIFFERENT, actor, at, note.strip()
    found.save()
    facts = {"other": found.second.ref, "note": found.note}
    audit.record("call profiles different", actor=actor, subject=(SEARCH, found.first.ref), facts=facts, at=at)
    return found


# --- merging -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plan:
    """What a merge would move, and what it would leave.

    Attributes:
        staying: memberships whose people act for the kept profile already.
        closing: requests to take over whose people have asked for the kept profile too.
        doubled: partnerships that the kept profile lists already.
        filled: values, by field, that the kept profile lacks.
        entity: whether the kept profile would stand on the legal entity of the other.
    """

    memberships: tuple[Membership, ...]
    staying: tuple[Membership, ...]
    invitations: tuple[Invitation, ...]
    takeovers: tuple[Takeover, ...]
    closing: tuple[Takeover, ...]
    partnerships: tuple[PastPartnership, ...]
    doubled: tuple[PastPartnership, ...]
    former_refs: tuple[FormerRef, ...]
    filled: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)
    entity: bool = False


def plan_of(kept: Organisation, merged: Organisation) -> Plan:
    """What merging one profile into another would move. Changes nothing."""
    here = {m.user_id for m in kept.memberships.filter(until__isnull=True)}
    held = list(merged.memberships.filter(until__isnull=True).select_related("user").order_by("pk"))
    asked = set(kept.takeovers.filter(state=Takeover.State.WAITING).values_list("user_id", flat=True))
    waiting = list(merged.takeovers.filter(state=Takeover.State.WAITING).select_related("user").order_by("pk"))
    listed = set(kept.past_partnerships.values_list("partnership", "call"))
    took_part = list(merged.past_partnerships.order_by("pk"))
    mine, theirs = profiles.values_of(kept), profiles.values_of(merged)
    return Plan(
        memberships=tuple(m for m in held if m.user_id not in here),
        staying=tuple(m for m in held if m.user_id in here),
        invitations=tuple(
            merged.invitations.filter(accepted_at__isnull=True, withdrawn_at__isnull=True).order_by("pk")
        ),
        takeovers=tuple(t for t in waiting if t.user_id not in asked),
        closing=tuple(t for t in waiting if t.user_id in asked),
        partnerships=tuple(p for p in took_part if (p.partnership, p.call) not in listed),
        doubled=tuple(p for p in took_part if (p.partnership, p.call) in listed),
        former_refs=tuple(merged.former_refs.order_by("pk")),
        filled={name: theirs[name] for name in mine if _is_empty(mine[name]) and not _is_empty(theirs[name])},
        properties={name: value for name, value in merged.properties.items() if name not in kept.properties},
        entity=kept.legal_entity is None and merged.legal_entity is not None,
    )


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == []


@transaction.atomic
def merge(*, actor: Any, kept: str, merged: str, reason: str, at: datetime, link: str = "") -> Merge:
    """Merge a profile into another: who acts for it, what it did and what it alone says goes over; its id leads on.

    Args:
        kept: ref of the profile that stays.
        merged: ref of the profile that goes.
        link: address of the profile that stays, for the message.

    Raises:
        Refusal: without a reason, if it is not the officer's to decide, or if the profiles do not stand so.
    """
    if kept == merged:
        raise Refusal("A profile cannot be merged with itself.", 422)
    staying, going = _both(kept, merged)
    for organisation in (staying, going):
        _check_officer(actor, organisation, at)
    for organisation in (going, staying):
        if organisation.status == Status.MERGED:
            raise Refusal(f"{organisation.name} was merged into another profile already.")
        if organisation.status not in duplicates.LIVE:
            raise Refusal(f"{organisation.name} cannot be merged: it stands at “{organisation.get_status_display()}”.")
    if going.status == Status.PUBLISHED and staying.status != Status.PUBLISHED:
        raise Refusal("The profile that everybody can see has to stay.")
    if not reason.strip():
        raise Refusal(REASON_NEEDED, 422, {"reason": REASON_NEEDED})
    plan = plan_of(staying, going)
    told = _addresses(staying, going)
    source = f"merged from {going.ref}"
    pair = _pair_of(staying, going)
    entity = going.legal_entity
    moved: dict[str, Any] = {
        "status": going.status,
        "memberships": [_as_held(m) for m in plan.memberships],
        "invitations": [one.pk for one in plan.invitations],
        "takeovers": [one.pk for one in plan.takeovers],
        "closed_takeovers": [one.pk for one in plan.closing],
        "past_partnerships": [one.pk for one in plan.partnerships],
        "former_refs": [one.pk for one in plan.former_refs],
        "filled": {name: {"before": getattr(staying, name), "after": value} for name, value in plan.filled.items()},
        "properties": dict(plan.properties),
        "legal_entity": {"id": entity.pk, "values": profiles.entity_values_of(entity)} if entity else None,
        "took_entity": plan.entity,
        "pair": {"id": pair.pk, "state": pair.state} if pair else None,
        "source": source,
    }
    Membership.objects.filter(pk__in=[m.pk for m in plan.memberships]).update(organisation=staying)
    Invitation.objects.filter(pk__in=moved["invitations"]).update(organisation=staying)
    Takeover.objects.filter(pk__in=moved["takeovers"]).update(organisation=staying)
    Takeover.objects.filter(pk__in=moved["closed_takeovers"]).update(
        state=Takeover.State.WITHDRAWN, decided_by=actor, decided_at=at, reason=f"The request for {staying.ref} stands."
    )
    PastPartnership.objects.filter(pk__in=moved["past_partnerships"]).update(organisation=staying)
    FormerRef.objects.filter(pk__in=moved["former_refs"]).update(organisation=staying)
    moved["facts"] = _fill(staying, going, plan, by=actor, source=source, at=at)
    _turn(going, Status.MERGED, at)
    done = Merge.objects.create(kept=staying, merged=going, reason=reason.strip(), moved=moved, by=actor, at=at)
    FormerRef.objects.create(ref=going.ref, organisation=staying, merge=done, since=at)
    if pair is not None:
        pair.state, pair.decided_by, pair.decided_at, pair.note = State.MERGED, actor, at, reason.strip()
        pair.save()
    _tell(
        told,
        f"{going.name} was merged into {staying.name}",
        f"{going.name} ({going.ref}) and {staying.name} ({staying.ref}) are one organisation, and their profiles were "
        f"merged for this reason:\n\n{reason.strip()}\n\nThe profile of {staying.name} stays. If this is wrong, write "
        "to the officers: they can split the profiles again.\n" + (f"\n{link}\n" if link else ""),
        at,
    )
    facts = {"merge": done.pk, "kept": staying.ref, "merged": going.ref, "reason": done.reason}
    for organisation in (staying, going):
        audit.record("merge profiles", actor=actor, subject=(SEARCH, organisation.ref), facts=facts, at=at)
    return done


def _fill(
    staying: Organisation, going: Organisation, plan: Plan, *, by: Any, source: str, at: datetime
) -> dict[str, dict[str, list[int]]]:
    """Fill what the kept profile lacks; the facts that were closed and learnt by it, by name."""
    before = _believed(staying)
    if plan.entity:
        stand_on(staying, {}, by=by, at=at, existing=going.legal_entity, source=source)
    for name, value in plan.filled.items():
        setattr(staying, name, value)
    staying.properties = {**staying.properties, **plan.properties}
    learn(staying, plan.filled, by=by, source=source, at=at)
    _save(staying, set(plan.filled), at)
    after = _believed(staying)
    names = {before[pk] for pk in before.keys() - after.keys()} | {after[pk] for pk in after.keys() - before.keys()}
    return {
        name: {
            "closed": sorted(pk for pk in before.keys() - after.keys() if before[pk] == name),
            "learnt": sorted(pk for pk in after.keys() - before.keys() if after[pk] == name),
        }
        for name in sorted(names)
    }


# --- splitting ---------------------------------------------------------------------------------------------------


@transaction.atomic
def split(*, actor: Any, merge: int, at: datetime, link: str = "") -> Merge:
    """Undo a merge. What moved goes back as it was; what was changed since in the kept profile stays there.

    Args:
        merge: number of the merge.
        link: address of the profile that is restored, for the message.

    Raises:
        Refusal: if it is not the officer's to decide, undone already, or stands below another merge.
    """
    found = Merge.objects.select_related("kept", "merged").filter(pk=merge).first()
    if found is None:
        raise Refusal("There is no such merge.", 404)
    staying, returning = _both(found.kept.ref, found.merged.ref)
    done = Merge.objects.select_for_update(of=("self",)).get(pk=merge)
    for organisation in (staying, returning):
        _check_officer(actor, organisation, at)
    if done.undone_at is not None:
        raise Refusal("These profiles were split again already.")
    if staying.status == Status.MERGED:
        raise Refusal(f"{staying.name} was itself merged into another profile. Split that merge first.")
    moved = done.moved
    told = _addresses(staying, returning)
    _give_back_people(moved, staying, returning)
    Invitation.objects.filter(
        pk__in=moved["invitations"], organisation=staying, accepted_at__isnull=True, withdrawn_at__isnull=True
    ).update(organisation=returning)
    Takeover.objects.filter(pk__in=moved["takeovers"], organisation=staying, state=Takeover.State.WAITING).update(
        organisation=returning
    )
    Takeover.objects.filter(
        pk__in=moved["closed_takeovers"], organisation=returning, state=Takeover.State.WITHDRAWN
    ).update(state=Takeover.State.WAITING, decided_by=None, decided_at=None, reason="")
    PastPartnership.objects.filter(pk__in=moved["past_partnerships"], organisation=staying).update(
        organisation=returning
    )
    FormerRef.objects.filter(merge=done).delete()
    FormerRef.objects.filter(pk__in=moved["former_refs"], organisation=staying).update(organisation=returning)
    _give_back_entity(moved, staying, returning, at)
    _empty_again(moved, staying, at)
    _turn(returning, moved["status"], at)
    if (pair := moved["pair"]) is not None:
        DuplicatePair.objects.filter(pk=pair["id"], state=State.MERGED).update(
            state=pair["state"], decided_by=None, decided_at=None, note=""
        )
    done.undone_by, done.undone_at = actor, at
    done.save()
    _tell(
        told + [address for address in _addresses(staying, returning) if address not in told],
        f"{returning.name} and {staying.name} are two profiles again",
        f"{actor.name} undid the merge of {returning.name} ({returning.ref}) into {staying.name} ({staying.ref}). "
        f"Each profile has again what it had before; what was changed since in {staying.name} stays there.\n"
        + (f"\n{link}\n" if link else ""),
        at,
    )
    facts = {"merge": done.pk, "kept": staying.ref, "split off": returning.ref}
    for organisation in (staying, returning):
        audit.record("split profiles", actor=actor, subject=(SEARCH, organisation.ref), facts=facts, at=at)
    return done


def _give_back_people(moved: Mapping[str, Any], staying: Organisation, returning: Organisation) -> None:
    """Let those act again who did. What has ended since stays with its end, and a new membership stands beside it."""
    now = {m.pk: m for m in Membership.objects.filter(pk__in=[held["id"] for held in moved["memberships"]])}
    acting = set(returning.memberships.filter(until__isnull=True).values_list("user_id", flat=True))
    for held in moved["memberships"]:
        row = now.get(held["id"])
        if held["user"] in acting:
            continue
        if row is not None and row.organisation_id == staying.pk and _as_held(row) == held and row.until is None:
            row.organisation = returning
            row.save()
        else:
            Membership.objects.create(
                user_id=held["user"],
                organisation=returning,
                right=held["right"],
                since=datetime.fromisoformat(held["since"]),
            )


def _give_back_entity(moved: Mapping[str, Any], staying: Organisation, returning: Organisation, at: datetime) -> None:
    """Part the legal entities, if they were one because of the merge or were corrected since."""
    then = moved["legal_entity"]
    entity = LegalEntity.objects.select_for_update().filter(pk=then["id"]).first() if then else None
    if then is None or entity is None:
        return
    now, shared = profiles.entity_values_of(entity), staying.legal_entity_id == entity.pk
    if now == then["values"]:
        if moved["took_entity"] and shared:
            staying.legal_entity = None
            _put_back_facts(moved, staying, _entity_names(moved), at)
        return
    others = entity.organisations.filter(status__in=duplicates.LIVE).exclude(pk__in=(staying.pk, returning.pk))
    if others.exists():
        return  # their correction, of a body that is theirs too
    if shared:
        # The owners of the kept profile corrected it: theirs is a body of its own from now on.
        staying.legal_entity = None
        stand_on(staying, now, by=None, at=at, source="split from a merged profile")
    for name, value in then["values"].items():
        setattr(entity, name, value)
    entity.save()
    returning.legal_entity = entity


def _entity_names(moved: Mapping[str, Any]) -> list[str]:
    return [name for name in moved["facts"] if name.partition(".")[0] == "legal_entity"]


def _empty_again(moved: Mapping[str, Any], staying: Organisation, at: datetime) -> None:
    """Empty again what the merge had filled, unless it was changed since."""
    emptied = [name for name, one in moved["filled"].items() if getattr(staying, name) == one["after"]]
    for name in emptied:
        setattr(staying, name, moved["filled"][name]["before"])
    staying.properties = {
        name: value
        for name, value in staying.properties.items()
        if name not in moved["properties"] or moved["properties"][name] != value
    }
    _put_back_facts(moved, staying, emptied, at)
    _save(staying, set(emptied), at)


def _put_back_facts(moved: Mapping[str, Any], staying: Organisation, names: Iterable[str], at: datetime) -> None:
    """Believe again of these fields what was believed before the merge: what it taught never held."""
    for name in names:
        facts = moved["facts"].get(name)
        if facts is None:
            continue
        taught = Fact.objects.filter(pk__in=facts["learnt"], known_until=None)
        if taught.count() < len(facts["learnt"]):
            # Something was learnt since, though it came to the same in the end: that stays in the history.
            then = moved["filled"][name]["before"] if name in moved["filled"] else None
            learn(staying, {name: then}, by=None, source="split from a merged profile", at=at)
            continue
        taught.update(known_until=at)
        for fact in Fact.objects.filter(pk__in=facts["closed"], organisation=staying).order_by("pk"):
            fact.pk, fact.known_from, fact.known_until = None, at, None
            fact.save(force_insert=True)


# --- what they share ---------------------------------------------------------------------------------------------


def _both(one: str, other: str) -> tuple[Organisation, Organisation]:
    """Two organisations, held for this transaction in the order of their ids, so that nobody waits in a circle."""
    rows = Organisation.objects.select_for_update(of=("self",)).filter(ref__in=(one, other)).order_by("pk")
    found = {row.ref: row for row in rows.select_related("legal_entity")}
    if one not in found or other not in found:
        raise Refusal("There is no such organisation.", 404)
    return found[one], found[other]


def _check_officer(actor: Any, organisation: Organisation, at: datetime) -> None:
    may = standing(actor, organisation, at)
    if not may.officer or may.auditor:
        raise Refusal("Only officers decide on duplicates.", 403)
    if may.acts:
        raise Refusal(f"You act for {organisation.name}, so another officer has to decide.", 403)


def _pair_of(one: Organisation, other: Organisation) -> DuplicatePair | None:
    first, second = sorted((one.pk, other.pk))
    return DuplicatePair.objects.select_for_update().filter(first=first, second=second).first()


def _as_held(held: Membership) -> dict[str, Any]:
    return {"id": held.pk, "user": held.user_id, "right": held.right, "since": held.since.isoformat()}


def _believed(organisation: Organisation) -> dict[int, str]:
    """What is believed now of a profile: names of facts by id."""
    return dict(Fact.objects.filter(organisation=organisation, known_until=None).values_list("pk", "name"))


def _save(organisation: Organisation, changed: set[str], at: datetime) -> None:
    organisation.name_key = profiles.name_key(organisation.name)
    organisation.changed_at = at
    organisation.version += 1
    organisation.save()
    keep_tags(organisation, changed & set(TAGS))
    keep_found(organisation)


def _turn(organisation: Organisation, status: str, at: datetime) -> None:
    organisation.status = status
    _save(organisation, set(), at)


def _addresses(*organisations: Organisation) -> list[str]:
    """The addresses of the owners, each once."""
    return list(dict.fromkeys(address for one in organisations for address in addresses_of(one, owners_only=True)))


def _tell(addresses: Iterable[str], subject: str, body: str, at: datetime) -> None:
    for address in addresses:
        outbox.post(to=address, subject=" ".join(subject.split())[:200], body=body, at=at, purpose="cleaning")
