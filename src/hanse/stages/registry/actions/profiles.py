"""Writing what a profile says: one place where lists, tags, facts, search and record are kept in step."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from hanse.ground import audit, search
from hanse.stages.registry.actions.facts import learn
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import LegalEntity, Organisation, Tag
from hanse.stages.registry.permissions import standing
from hanse.stages.registry.queries import profiles

SEARCH = "organisation"
TAGS = {
    "sectors": Tag.Kind.SECTOR,
    "target_markets": Tag.Kind.MARKET,
    "languages": Tag.Kind.LANGUAGE,
    "services": Tag.Kind.SERVICE,
}
OWNERS_EDIT = "stated by those who act for the organisation"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that two people changed at the same time, each to something else."""

    name: str
    mine: Any
    theirs: Any


@dataclass(frozen=True, slots=True)
class Edited:
    """What became of an edit.

    Attributes:
        saved: whether it was saved; if not, conflicts say why, and nothing was changed.
        changed: the fields that were changed.
        conflicts: what only the editor can decide.
        kept: fields that somebody else changed in the meantime and that this edit left alone.
        values: what was saved, or with conflicts what would be with one's own side everywhere.
        version: of the profile as it stands now.
        marks: of the values as they stand now.
    """

    saved: bool
    changed: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    kept: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    version: int = 0
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two edits of the same values, brought together."""

    values: Mapping[str, Any]
    conflicts: tuple[Conflict, ...]
    kept: tuple[str, ...]


def bring_together(based_on: Mapping[str, str], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Meeting:
    """Merge an edit into what stands now, field by field.

    A field that only one side changed takes that side's value; one that both changed to the same is at peace; only one
    that both changed to different values is a conflict. A field without a mark counts as changed by neither.

    Args:
        based_on: marks of the values on which the edit was based (`queries.profiles.marks_of`).
        mine: what the edit says.
        theirs: what stands now.
    """
    my_marks, their_marks = profiles.marks_of(mine), profiles.marks_of(theirs)
    values: dict[str, Any] = {}
    conflicts: list[Conflict] = []
    kept: list[str] = []
    for name, value in mine.items():
        base = based_on.get(name, their_marks[name])
        i_changed, they_changed = my_marks[name] != base, their_marks[name] != base
        values[name] = value if i_changed else theirs[name]
        if they_changed and not i_changed:
            kept.append(name)
        elif they_changed and i_changed and my_marks[name] != their_marks[name]:
            conflicts.append(Conflict(name, value, theirs[name]))
    return Meeting(values, tuple(conflicts), tuple(kept))


def locked(ref: str) -> Organisation:
    """An organisation, held for this transaction.

    Raises:
        Refusal: if there is none.
    """
    found = Organisation.objects.select_for_update(of=("self",)).select_related("legal_entity").filter(ref=ref).first()
    if found is None:
        raise Refusal("There is no such organisation.", 404)
    return found


@transaction.atomic
def edit_profile(
    *, actor: Any, ref: str, version: int, based_on: Mapping[str, str], values: Mapping[str, Any], at: datetime
) -> Edited:
    """Change what a profile says. Somebody else's edit since `version` is merged, or shown as conflicts.

    Raises:
        Refusal: if the person may not edit it.
    """
    organisation = locked(ref)
    if not standing(actor, organisation, at).may_edit:
        raise Refusal("Only those who act for an organisation edit its profile.", 403)
    now = profiles.values_of(organisation)
    mine = {name: values[name] for name in profiles.PROFILE_FIELDS if name in values}
    stale = organisation.version != version
    # Without a newer version there is nobody to meet: what is typed holds.
    met = bring_together(based_on, mine, now) if stale else Meeting(mine, (), ())
    if met.conflicts:
        return Edited(
            saved=False,
            conflicts=met.conflicts,
            kept=met.kept,
            values=met.values,
            version=organisation.version,
            marks=profiles.marks_of(now),
        )
    changed = write(organisation, met.values, by=actor, source=OWNERS_EDIT, at=at)
    if changed:
        facts = {"fields": sorted(changed), "version": organisation.version}
        audit.record("edit profile", actor=actor, subject=(SEARCH, ref), facts=facts, at=at)
    return Edited(
        saved=True,
        changed=changed,
        kept=met.kept,
        values=met.values,
        version=organisation.version,
        marks=profiles.marks_of(profiles.values_of(organisation)),
    )


@transaction.atomic
def edit_legal_entity(
    *,
    actor: Any,
    ref: str,
    version: int,
    based_on: Mapping[str, str],
    values: Mapping[str, Any],
    at: datetime,
    existing: str = "",
) -> Edited:
    """State the legal entity of a profile, correct it, or choose one that the registry knows already.

    One that other profiles stand on too is not changed under them: a correction then makes a new entity.

    Args:
        existing: ref of an entity that the registry knows; the values are then those it has.

    Raises:
        Refusal: if the person may not edit it, or there is no such entity.
    """
    organisation = locked(ref)
    if not standing(actor, organisation, at).may_edit:
        raise Refusal("Only those who act for an organisation edit its profile.", 403)
    entity = organisation.legal_entity
    now = profiles.entity_values_of(entity)
    mine = {name: values[name] for name in profiles.ENTITY_FIELDS if name in values}
    if existing:
        chosen = profiles.entities_for(actor).filter(ref=existing).first()
        if chosen is None:
            raise Refusal("The registry knows no such legal entity.", 404)
        mine = profiles.entity_values_of(chosen)
    else:
        chosen = None
    met = bring_together(based_on, mine, now) if organisation.version != version else Meeting(mine, (), ())
    if met.conflicts:
        return Edited(
            saved=False,
            conflicts=met.conflicts,
            kept=met.kept,
            values=met.values,
            version=organisation.version,
            marks=profiles.marks_of(now),
        )
    stand_on(organisation, met.values, by=actor, at=at, existing=chosen)
    changed = tuple(name for name in met.values if met.values[name] != now[name])
    if changed or (chosen is not None and chosen != entity):
        facts = {
            "fields": sorted(changed),
            "entity": organisation.legal_entity.ref if organisation.legal_entity else "",
        }
        audit.record("edit legal entity", actor=actor, subject=(SEARCH, ref), facts=facts, at=at)
    return Edited(saved=True, changed=changed, kept=met.kept, values=met.values, version=organisation.version)


def write(
    organisation: Organisation, values: Mapping[str, Any], *, by: Any, source: str, at: datetime
) -> tuple[str, ...]:
    """Store what changed of a profile, with its tags, its facts and its place in the search. Part of a transaction.

    Returns:
        The fields that changed.
    """
    now = profiles.values_of(organisation)
    changed = {name: value for name, value in values.items() if now[name] != value}
    if not changed:
        return ()
    for name, value in changed.items():
        setattr(organisation, name, value)
    organisation.name_key = profiles.name_key(organisation.name)
    organisation.changed_at = at
    organisation.version += 1
    organisation.save()
    keep_tags(organisation, set(changed) & set(TAGS))
    learn(organisation, changed, by=by, source=source, at=at)
    keep_found(organisation)
    return tuple(changed)


def stand_on(
    organisation: Organisation,
    values: Mapping[str, Any],
    *,
    by: Any,
    at: datetime,
    existing: LegalEntity | None = None,
    source: str = OWNERS_EDIT,
) -> None:
    """Let a profile stand on an existing legal entity, or on one with these values. Part of a transaction."""
    entity = organisation.legal_entity
    before = profiles.entity_values_of(entity)
    if existing is not None:
        entity = existing
    elif not any(value for value in values.values()) and entity is None:
        return
    elif entity is None or (before != dict(values) and _is_shared(entity, organisation)):
        entity = LegalEntity(ref=_new_entity_ref(organisation.ref), created_at=at, **values)
        entity.save(force_insert=True)
    elif before != dict(values):
        for name, value in values.items():
            setattr(entity, name, value)
        entity.save()
    after = profiles.entity_values_of(entity)
    same = organisation.legal_entity_id == entity.pk
    if same and after == before:
        return
    organisation.legal_entity = entity
    organisation.changed_at = at
    organisation.version += 1
    organisation.save()
    learnt = {f"legal_entity.{name}": after[name] for name in after if after[name] != before[name]}
    if not same:
        learnt["legal_entity"] = entity.ref
    learn(organisation, learnt, by=by, source=source, at=at)
    keep_found(organisation)


def _is_shared(entity: LegalEntity, organisation: Organisation) -> bool:
    """Whether another profile that is public, or asks to be, stands on it. Somebody's draft takes no body away."""
    standing_on = entity.organisations.filter(status__in=(Organisation.Status.PUBLISHED, Organisation.Status.REQUESTED))
    return standing_on.exclude(pk=organisation.pk).exists()


def _new_entity_ref(base: str) -> str:
    base = f"le-{base}"[:52]
    taken = set(LegalEntity.objects.filter(ref__startswith=base).values_list("ref", flat=True))
    number = 1
    while (ref := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return ref


def keep_tags(organisation: Organisation, fields: set[str]) -> None:
    """Write the tags by which lists filter, from the lists in the profile."""
    for name in fields:
        kind = TAGS[name]
        wanted = list(dict.fromkeys(getattr(organisation, name)))
        Tag.objects.filter(organisation=organisation, kind=kind).exclude(value__in=wanted).delete()
        Tag.objects.bulk_create(
            [Tag(organisation=organisation, kind=kind, value=value) for value in wanted], ignore_conflicts=True
        )


def keep_found(organisation: Organisation) -> None:
    """Let the search find what is published, and nothing else."""
    if organisation.status == Organisation.Status.PUBLISHED:
        search.put(SEARCH, organisation.ref, organisation.name, profiles.search_text(organisation))
    else:
        search.drop(SEARCH, organisation.ref)
