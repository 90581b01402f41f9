"""Writing an application: begin, save, restore, settle. Nothing that anybody wrote is ever lost.

Saves are not entered in the record of acts: a draft has a history of its own, with every text by whom and when
(docs/decisions/0022). Locks are taken in one order: consortium, application, text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from hanse.core.form import Form, Section, SectionKind, field_at, records_of
from hanse.core.values.merging import Change, Piece, differences, merge, only_adds
from hanse.core.values.pasting import cleaned
from hanse.ground import audit
from hanse.stages.consortia.models import Consortium
from hanse.stages.consortia.permissions import Standing, standing_in
from hanse.stages.proposals.models import Proposal, Text, TextVersion
from hanse.stages.proposals.models.drafts import LONGEST_KEY
from hanse.stages.proposals.queries import drafts
from hanse.stages.registry.actions.refusals import Refusal

Nature = TextVersion.Nature
SUBJECT = "proposal"
LONGEST_TEXT = 200_000
MOST_RECORDS = 300
ONE_SITTING = timedelta(minutes=5)
KEPT_WHOLE = timedelta(days=2)
"""So long every single save stays in the history; after that, those of one sitting that only add are joined."""
A_DAY = timedelta(days=1)
AT_ONCE = 500
THINNED = ("drafts", "history")
STEP = 10
"""Between the places of records, so that one can be put between two others."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a text.

    Attributes:
        version: of the field now.
        value: how the field reads now.
        state: `saved`; `same`: it read so already; `merged`: put together with another change; `conflict`: it met
            another change of the same words, stands aside, and the field reads as the other left it.
        theirs: in a merge or a conflict, the other change.
        by: who made it.
        notes: what was made plain in a pasted text.
        merged: in a conflict, both put together as a suggestion.
        pieces: in a conflict, stretch by stretch.
        aside: in a conflict, the number of the text that stands aside.
    """

    version: int
    value: str
    state: str
    theirs: str = ""
    by: str = ""
    notes: tuple[str, ...] = ()
    merged: str = ""
    pieces: tuple[Piece, ...] = ()
    aside: int = 0


@transaction.atomic
def begin(*, actor: Any, ref: str, at: datetime) -> Proposal:
    """Begin the application of a consortium. Where it is begun already, that one is returned.

    Raises:
        Refusal: if there is no such consortium, the person does not take part, or the call has closed.
    """
    consortium = Consortium.objects.select_for_update().filter(ref=ref).first()
    if consortium is None or not (may := standing_in(actor, consortium, at)).takes_part:
        raise Refusal("There is no such consortium.", 404)
    begun = Proposal.objects.filter(consortium=consortium).first()
    if begun is not None:
        return begun
    _check_open(may)
    proposal = Proposal.objects.create(ref=ref, consortium=consortium, created_by=actor, created_at=at, changed_at=at)
    facts = {"call": consortium.call, "strand": consortium.strand}
    audit.record("begin application", actor=actor, subject=(SUBJECT, ref), facts=facts, at=at)
    return proposal


def save(
    *, actor: Any, ref: str, key: str, value: str, based_on: int, at: datetime, nature: str = Nature.WRITTEN
) -> Saved:
    """Save one field.

    Args:
        based_on: the version that the writer had before their eyes; 0: an empty field.
        nature: how the text came about.

    Raises:
        Refusal: if the person may not write this field, there is no such field, or the text is too long.
    """
    return save_many(actor=actor, ref=ref, texts={key: (value, based_on)}, at=at, nature=nature)[key]


@transaction.atomic
def save_many(
    *, actor: Any, ref: str, texts: Mapping[str, tuple[str, int]], at: datetime, nature: str = Nature.WRITTEN
) -> dict[str, Saved]:
    """Save several fields at once: all or, if one of them is refused, none. Conflicts refuse nothing.

    Args:
        texts: for each key the text and the version it was based on.

    Raises:
        Refusal: as `save` does, naming the field.
    """
    proposal, may = _entered(actor, ref, at)
    found = {text.key: text for text in _locked(proposal, texts)}
    if any(key not in found or "/" in key or len(value) > LONGEST_TEXT for key, (value, _) in texts.items()):
        # A section of one field that was written once was looked at then; rows and members are asked each time.
        form = drafts.form_of(proposal, at)
        for key, (value, _) in texts.items():
            _check_field(form, may, key, value)
    saved = {
        key: _save(proposal, found.get(key), key, value, based_on, actor, at, nature)
        for key, (value, based_on) in texts.items()
    }
    if any(each.state in ("saved", "merged") for each in saved.values()):
        _touch(proposal, at)
    return saved


@transaction.atomic
def restore(*, actor: Any, ref: str, key: str, number: int, at: datetime) -> Saved:
    """Let a field read as it did once, as a new version of it. What it reads now stays in the history.

    Args:
        number: of the kept text (`TextVersion`), also of one that stood aside.

    Raises:
        Refusal: if there is no such text, or the person may not write the field.
    """
    proposal, may = _entered(actor, ref, at)
    kept = TextVersion.objects.filter(proposal=proposal, key=key, pk=number).first()
    if kept is None:
        raise Refusal("There is no such version of this text.", 404)
    _check_field(drafts.form_of(proposal, at), may, key, kept.value)
    text = next(iter(_locked(proposal, [key])), None)
    saved = _save(proposal, text, key, kept.value, text.version if text else 0, actor, at, Nature.RESTORED)
    if kept.nature == Nature.ASIDE:
        _settle(kept, at)
    if saved.state == "saved":
        _touch(proposal, at)
    return saved


@transaction.atomic
def settle(*, actor: Any, ref: str, number: int, value: str | None, based_on: int, at: datetime) -> Saved | None:
    """Close a text that stands aside: with the reading that a person chose, or by letting it rest in the history.

    Args:
        number: of the text that stands aside.
        value: the reading chosen; None: the field stays as it is.
        based_on: the version of the field that was before the person's eyes.

    Raises:
        Refusal: if somebody settled it already, or the person may not write the field.
    """
    proposal, may = _entered(actor, ref, at)
    aside = drafts.aside_of(proposal).filter(pk=number).first()
    if aside is None:
        raise Refusal("Somebody has settled these two versions already. The history holds both.", 410)
    _check_field(drafts.form_of(proposal, at), may, aside.key, value or "")
    saved = None
    if value is not None:
        text = next(iter(_locked(proposal, [aside.key])), None)
        saved = _save(proposal, text, aside.key, value, based_on, actor, at, Nature.MERGED)
        if saved.state == "conflict":
            return saved
        if saved.state in ("saved", "merged"):
            _touch(proposal, at)
    _settle(aside, at)
    return saved


# --- records -----------------------------------------------------------------------------------------------------


@transaction.atomic
def add_record(*, actor: Any, ref: str, section: str, at: datetime) -> str:
    """Add an empty record at the end of a table; its id, which no record of the table ever had.

    Raises:
        Refusal: if the section has no records, there are too many, or the person may not write.
    """
    proposal, _ = _entered(actor, ref, at)
    asked = _section_of_records(drafts.form_of(proposal, at), section)
    texts = {text.key: text.value for text in Text.objects.filter(proposal=proposal, key__startswith=f"{section}/")}
    records = records_of(asked, texts)
    if len(records) >= MOST_RECORDS:
        raise Refusal(f"There are {MOST_RECORDS} already; more would be read by nobody. Join some.", 422)
    given = [int(id) for key in texts if (id := key.split("/")[1]).isdecimal()]
    id = str(max(given, default=0) + 1)
    place = max((record.place for record in records), default=0) + STEP
    _save(proposal, None, f"{section}/{id}", str(place), 0, actor, at, Nature.WRITTEN)
    _touch(proposal, at)
    return id


@transaction.atomic
def remove_record(*, actor: Any, ref: str, section: str, record: str, at: datetime) -> None:
    """Take a record out of its table. Its fields keep their texts, so that it can be put back.

    Raises:
        Refusal: if there is no such record, or the person may not write.
    """
    proposal, _ = _entered(actor, ref, at)
    _section_of_records(drafts.form_of(proposal, at), section)
    text = next(iter(_locked(proposal, [f"{section}/{record}"])), None)
    if text is None or not text.value:
        raise Refusal("It is gone already: somebody else took it out.", 410)
    _save(proposal, text, text.key, "", text.version, actor, at, Nature.WRITTEN)
    _touch(proposal, at)


@transaction.atomic
def put_back_record(*, actor: Any, ref: str, section: str, record: str, at: datetime) -> None:
    """Put a record that was taken out back, at the end of its table.

    Raises:
        Refusal: if there never was such a record, or the person may not write.
    """
    proposal, _ = _entered(actor, ref, at)
    asked = _section_of_records(drafts.form_of(proposal, at), section)
    texts = {text.key: text for text in Text.objects.select_for_update().filter(
        proposal=proposal, key__startswith=f"{section}/"
    )}  # fmt: skip
    gone = texts.get(f"{section}/{record}")
    if gone is None:
        raise Refusal("There is no such row.", 404)
    if gone.value:
        return
    records = records_of(asked, {key: text.value for key, text in texts.items()})
    place = max((each.place for each in records), default=0) + STEP
    _save(proposal, gone, gone.key, str(place), gone.version, actor, at, Nature.RESTORED)
    _touch(proposal, at)


@transaction.atomic
def move_record(*, actor: Any, ref: str, section: str, record: str, up: bool, at: datetime) -> None:
    """Let a record change places with its neighbour. The first does not go up, the last does not go down.

    Raises:
        Refusal: if there is no such record, or the person may not write.
    """
    proposal, _ = _entered(actor, ref, at)
    asked = _section_of_records(drafts.form_of(proposal, at), section)
    texts = {text.key: text for text in Text.objects.select_for_update().filter(
        proposal=proposal, key__startswith=f"{section}/"
    )}  # fmt: skip
    order = [each.id for each in records_of(asked, {key: text.value for key, text in texts.items()})]
    if record not in order:
        raise Refusal("It is gone: somebody else took it out.", 410)
    at_place = order.index(record)
    beside = at_place - 1 if up else at_place + 1
    if not 0 <= beside < len(order):
        return
    order[at_place], order[beside] = order[beside], order[at_place]
    for number, id in enumerate(order, 1):
        text = texts[f"{section}/{id}"]
        if text.value != str(number * STEP):
            _save(proposal, text, text.key, str(number * STEP), text.version, actor, at, Nature.WRITTEN)
    _touch(proposal, at)


# --- history -----------------------------------------------------------------------------------------------------


def thin_when_due(at: datetime) -> int:
    """Thin the history of all drafts once a day; 1 if it was due. A duty of the worker."""
    last = audit.history(THINNED).order_by("-number").values_list("at", flat=True).first()
    if last is not None and at - last < A_DAY:
        return 0
    with transaction.atomic():
        since = None if last is None else last - KEPT_WHOLE - ONE_SITTING
        joined = thin_history(at, since)
        audit.record("thin draft history", actor=None, subject=THINNED, facts={"joined": joined}, at=at)
    return 1


def thin_history(at: datetime, since: datetime | None = None) -> int:
    """Join old saves of one sitting: a text to which its writer only added minutes later stands in the later one.

    Whoever comes back with a text based on one that was joined gets both sides to choose from.

    Args:
        since: from when saves are looked at; None: all.

    Returns:
        how many were joined.
    """
    gone: list[int] = []
    before: TextVersion | None = None
    old = TextVersion.objects.filter(written_at__lt=at - KEPT_WHOLE, number__isnull=False)
    if since is not None:
        old = old.filter(written_at__gte=since)
    for version in old.order_by("proposal", "key", "number").iterator(chunk_size=500):
        if before is not None and _continues(before, version):
            gone.append(before.pk)
        before = version
    for start in range(0, len(gone), AT_ONCE):
        TextVersion.objects.filter(pk__in=gone[start : start + AT_ONCE]).delete()
    return len(gone)


def _continues(before: TextVersion, version: TextVersion) -> bool:
    return (
        (before.proposal_id, before.key, before.written_by_id)
        == (version.proposal_id, version.key, version.written_by_id)
        and before.nature == version.nature == Nature.WRITTEN
        and version.number == (before.number or 0) + 1
        and version.written_at - before.written_at < ONE_SITTING
        and only_adds(before.value, version.value)
    )


# --- how it is done ----------------------------------------------------------------------------------------------


def _entered(actor: Any, ref: str, at: datetime) -> tuple[Proposal, Standing]:
    """The application, locked, for somebody who may write in it."""
    # The consortium is what everybody who writes holds: who leaves it waits for a save, and a save for who leaves.
    rows = Proposal.objects.select_related("consortium").select_for_update(of=("consortium",))
    proposal = rows.filter(ref=ref).first()
    if proposal is None:
        raise Refusal("There is no such application.", 404)
    consortium = proposal.consortium
    may = standing_in(actor, consortium, at)
    if not may.takes_part:
        raise Refusal(
            "None of your organisations takes part in this consortium any more. What you wrote was not saved; copy it.",
            403 if may.may_see else 404,
        )
    _check_open(may)
    return proposal, may


def _check_open(may: Standing) -> None:
    if may.bystander:
        raise Refusal("You look at everything and change nothing.", 403)
    if may.closed:
        told = "The call has closed, or the consortium is dissolved, so the application stays as it is."
        raise Refusal(f"{told} What you wrote was not saved; copy it.", 403)


def _check_field(form: Form, may: Standing, key: str, value: str) -> None:
    """Whether a person may write a text into a field."""
    found = field_at(form, key) if len(key) <= LONGEST_KEY else None
    if found is None:
        raise Refusal(f"The application form has no field {key[:80]!r}.", 404)
    if len(value) > LONGEST_TEXT:
        told = f"The text has {len(value):,} characters; at most {LONGEST_TEXT:,} can be kept. Divide it."
        raise Refusal(told, 422, {key: told})
    section, part = found
    if part is None and value and not (value.isdecimal() and len(value) < 6):
        raise Refusal("A row has a whole number as its place.", 422, {key: "Expected a whole number."})
    if section.kind is SectionKind.PARTNERS and not may.coordinates:
        partner = key.split("/")[1]
        if all(seat.organisation.ref != partner for seat in may.accepted):
            raise Refusal("Each member writes about itself; the coordinator may help. This field is another's.", 403)


def _section_of_records(form: Form, id: str) -> Section:
    section = form.section(id)
    if section is None or section.kind is not SectionKind.RECORDS:
        raise Refusal("The application form has no such table.", 404)
    return section


def _locked(proposal: Proposal, keys: Mapping[str, Any] | Sequence[str]) -> list[Text]:
    rows = Text.objects.select_for_update(of=("self",)).select_related("changed_by")
    return list(rows.filter(proposal=proposal, key__in=list(keys)).order_by("pk"))


def _save(
    proposal: Proposal, text: Text | None, key: str, typed: str, based_on: int, actor: Any, at: datetime, nature: str
) -> Saved:
    """Save a text on the field as it stands, which is locked."""
    clean = cleaned(typed)
    value, notes = clean.text, clean.notes
    if text is None:
        if not value and based_on == 0:
            return Saved(0, "", "same", notes=notes)
        text = Text.objects.create(proposal=proposal, key=key, value=value, changed_by=actor, changed_at=at)
        _keep(text, actor, at, nature, 0)
        return Saved(1, value, "saved", notes=notes)
    if value == text.value:
        return Saved(text.version, value, "same", notes=notes)
    if based_on == text.version:
        _put(text, value, actor, at)
        _keep(text, actor, at, nature, based_on)
        return Saved(text.version, value, "saved", notes=notes)
    return _meet(proposal, text, value, based_on, actor, at, notes)


def _meet(
    proposal: Proposal, text: Text, mine: str, based_on: int, actor: Any, at: datetime, notes: tuple[str, ...]
) -> Saved:
    """A text meets a change that its writer had not seen."""
    base = _base_of(proposal, text.key, based_on)
    theirs, by = text.value, text.changed_by.name
    if mine == base:
        return Saved(text.version, theirs, "same", theirs, by, notes)
    both = merge(_shared_by(mine, theirs) if base is None else base, mine, theirs)
    if both.clean and base is not None:
        if both.text == theirs:
            return Saved(text.version, theirs, "same", theirs, by, notes)
        # What the writer had alone stays in the history, too.
        _set_aside(proposal, text.key, mine, based_on, actor, at, settled=True)
        _put(text, both.text, actor, at)
        _keep(text, actor, at, Nature.MERGED, based_on)
        return Saved(text.version, both.text, "merged", theirs, by, notes)
    aside = _set_aside(proposal, text.key, mine, based_on, actor, at)
    return Saved(text.version, theirs, "conflict", theirs, by, notes, both.text, both.pieces, aside.pk)


def _base_of(proposal: Proposal, key: str, number: int) -> str | None:
    """The text that a version had; None if it is not kept, so that nobody can tell who of two changed what."""
    if number == 0:
        return ""
    kept = TextVersion.objects.filter(proposal=proposal, key=key, number=number)
    return kept.values_list("value", flat=True).first()


def _shared_by(one: str, other: str) -> str:
    """What two texts have in common, so that whatever only one has counts as added by it."""
    return "".join(found.text for found in differences(other, one) if found.change is Change.SAME)


def _put(text: Text, value: str, actor: Any, at: datetime) -> None:
    text.value, text.version, text.changed_by, text.changed_at = value, text.version + 1, actor, at
    text.save(update_fields=["value", "version", "changed_by", "changed_at"])


def _keep(text: Text, actor: Any, at: datetime, nature: str, based_on: int) -> None:
    """Enter what the field reads now in its history."""
    TextVersion.objects.create(
        proposal_id=text.proposal_id,
        key=text.key,
        number=text.version,
        value=text.value,
        nature=nature,
        based_on=based_on,
        written_by=actor,
        begun_at=at,
        written_at=at,
    )


def _set_aside(
    proposal: Proposal, key: str, value: str, based_on: int, actor: Any, at: datetime, settled: bool = False
) -> TextVersion:
    """Keep a text beside the field. The same text set aside twice, as a browser that tries again sends it, is one."""
    known = TextVersion.objects.filter(
        proposal=proposal, key=key, nature=Nature.ASIDE, value=value, written_by=actor, settled_at__isnull=True
    ).first()
    if known is not None:
        return known
    return TextVersion.objects.create(
        proposal=proposal,
        key=key,
        value=value,
        nature=Nature.ASIDE,
        based_on=based_on,
        written_by=actor,
        begun_at=at,
        written_at=at,
        settled_at=at if settled else None,
    )


def _settle(aside: TextVersion, at: datetime) -> None:
    aside.settled_at = at
    aside.save(update_fields=["settled_at"])


def _touch(proposal: Proposal, at: datetime) -> None:
    Proposal.objects.filter(pk=proposal.pk).update(version=F("version") + 1, changed_at=at)
