"""Importing many organisations: a table is kept, tried, and only then imported, in steps that can be interrupted.

Each step is one transaction of bounded size, taken by the worker (`work_on`) or by whoever looks at the progress.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model

from hanse.ground import audit, clock, files, search
from hanse.stages.registry.actions.profiles import SEARCH, TAGS
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import Fact, FormerRef, ImportRow, ImportRun, LegalEntity, Organisation, Tag
from hanse.stages.registry.permissions import may_look_after
from hanse.stages.registry.queries import imports, profiles

State = ImportRun.State
STEP = 500
READ_FOR_ONE_WRITTEN = 10
"""Rows read while one would be imported: reading is that much cheaper."""
ASKED_AT_ONCE = 5000
TRIES = 3
SUBJECT = "import"


@transaction.atomic
def start_import(*, actor: Any, upload: Any, at: datetime) -> ImportRun:
    """Keep a table, to be read and tried. Nothing is imported.

    Raises:
        Refusal: if the person is no officer, or the file is no text.
    """
    _allowed(actor, at)
    try:
        kept = files.keep(upload, allowed=files.TABLES, most_bytes=imports.MOST_BYTES, kept_by=actor, at=at)
    except files.Refused as refused:
        raise Refusal(str(refused), 422, {"file": str(refused)}) from None
    name = "".join(letter for letter in (upload.name or "table.csv") if letter.isprintable())[-255:]
    run = ImportRun.objects.create(file=kept, file_name=name, by=actor, at=at)
    facts = {"file": kept.digest, "name": name}
    audit.record("upload table of organisations", actor=actor, subject=(SUBJECT, str(run.pk)), facts=facts, at=at)
    return run


@transaction.atomic
def begin_import(*, actor: Any, number: int, skip_faulty: bool, at: datetime) -> ImportRun:
    """Import what was tried.

    Args:
        skip_faulty: leave faulty rows out, if there are any. Without it, one faulty row keeps all out.

    Raises:
        Refusal: if the person is no officer, it stands otherwise, or rows are faulty and were not to be left out.
    """
    _allowed(actor, at)
    run = _locked(number)
    if run.state != State.CHECKED:
        raise Refusal(f"This import cannot be begun: it stands at “{run.get_state_display()}”.")
    if run.faulty and not skip_faulty:
        raise Refusal(f"{run.faulty} rows are faulty. Correct the file, or ask to import the sound rows alone.", 422)
    if run.faulty == run.rows:
        raise Refusal("There is no sound row to import. Correct the file and upload it again.", 422)
    run.state, run.skip_faulty, run.done = State.RUNNING, bool(run.faulty), 0
    run.save()
    facts = {"rows": run.rows, "faulty": run.faulty}
    audit.record("begin import", actor=actor, subject=(SUBJECT, str(run.pk)), facts=facts, at=at)
    return run


@transaction.atomic
def discard_import(*, actor: Any, number: int, at: datetime) -> ImportRun:
    """Lay a table aside that was read and not imported.

    Raises:
        Refusal: if the person is no officer, or it was begun or ended already.
    """
    _allowed(actor, at)
    run = _locked(number)
    if run.state not in (State.READING, State.CHECKED):
        raise Refusal(f"This import cannot be laid aside: it stands at “{run.get_state_display()}”.")
    run.state, run.finished_at = State.REFUSED, at
    run.faults = [*run.faults, "It was laid aside."]
    run.save()
    audit.record("lay import aside", actor=actor, subject=(SUBJECT, str(run.pk)), at=at)
    return run


def work_on(at: datetime) -> int:
    """Take one step of the import that has waited longest; how many rows it handled. A duty of the worker."""
    number = imports.under_way()
    return 0 if number is None else step(number, at)


def continue_run(run_id: int, at: datetime, most: int = STEP) -> ImportRun:
    """Read or import the next rows of a table, and say how far it is. Does nothing where nothing is left."""
    step(run_id, at, most)
    return ImportRun.objects.select_related("by", "file").get(pk=run_id)


def step(number: int, at: datetime, most: int = STEP) -> int:
    """One step; how many rows it handled, at least 1 as long as something was left to do."""
    for _ in range(TRIES - 1):
        try:
            return _step(number, at, most)
        except IntegrityError:  # somebody gave out the same ref at the same moment; the next look sees it
            continue
    return _step(number, at, most)


@transaction.atomic
def _step(number: int, at: datetime, most: int) -> int:
    run = _locked(number)
    if run.state == State.READING:
        return _read(run, at, most * READ_FOR_ONE_WRITTEN)
    if run.state == State.RUNNING:
        return _import(run, at, most)
    return 0


# --- reading -----------------------------------------------------------------------------------------------------


def _read(run: ImportRun, at: datetime, most: int) -> int:
    """Read the next rows and write down what is wrong in them. Rows read before are passed by, not read again."""
    year, seen = clock.today().year, imports.Seen()
    read: list[imports.Read] = []
    try:
        with files.opened(run.file) as content, closing(imports.cells_of(content)) as cells:
            for one in islice(cells, run.rows):
                seen.pass_by(one)
            for one in islice(cells, most):
                row = imports.read(one, year)
                seen.hold(one, row)
                read.append(row)
        if run.rows + len(read) > imports.MOST_ROWS:
            raise imports.Unreadable(f"There are more than {imports.MOST_ROWS:,} rows. Split the file.")
        if not run.rows and not read:
            raise imports.Unreadable("The columns are named, and no row follows.")
    except imports.Unreadable as unreadable:
        return _refuse(run, unreadable.faults, at)
    except FileNotFoundError:
        return _refuse(run, ["The file is not there any more. Upload it again."], at)
    imports.hold_against_registry(read)
    ImportRow.objects.bulk_create(
        ImportRow(run=run, line=row.line, given=dict(row.given), faults=row.faults, doubts=row.doubts) for row in read
    )
    run.rows += len(read)
    run.faulty += sum(bool(row.faults) for row in read)
    if len(read) < most:
        run.state = State.CHECKED
    run.save()
    return max(1, len(read))


def _refuse(run: ImportRun, faults: list[str], at: datetime) -> int:
    """Give the file up. What was read of it stays, to be looked at."""
    run.state, run.faults, run.finished_at = State.REFUSED, faults, at
    run.save()
    audit.record("refuse table", actor=None, subject=(SUBJECT, str(run.pk)), facts={"faults": faults}, at=at)
    return 1


# --- importing ---------------------------------------------------------------------------------------------------


def _import(run: ImportRun, at: datetime, most: int) -> int:
    waiting = list(ImportRow.objects.filter(run=run, organisation=None, faults=[]).order_by("line")[:most])
    if not waiting:
        run.state, run.finished_at = State.DONE, at
        run.save()
        facts = {"imported": run.done, "left out": run.faulty}
        audit.record("import organisations", actor=run.by, subject=(SUBJECT, str(run.pk)), facts=facts, at=at)
        return 1
    year = clock.today().year
    read = [imports.read(imports.Cells(row.line, row.given), year) for row in waiting]
    imports.hold_against_registry(read)  # somebody may have registered it since the table was tried
    sound = [(row, one) for row, one in zip(waiting, read, strict=True) if not one.faults]
    for row, one in zip(waiting, read, strict=True):
        if one.faults:
            row.faults = one.faults
    for (row, _), organisation in zip(sound, _list(run, [one for _, one in sound], at), strict=True):
        row.organisation = organisation
    ImportRow.objects.bulk_update(waiting, ["organisation", "faults"])
    run.done += len(sound)
    run.faulty += len(waiting) - len(sound)
    run.save()
    return len(waiting)


def _list(run: ImportRun, rows: Sequence[imports.Read], at: datetime) -> list[Organisation]:
    """List organisations with all that belongs to each: legal entity, tags, facts, a place in the search."""
    refs = _free_refs((row.profile["name"] for row in rows), Organisation, FormerRef)
    told = f"imported from {run.file_name}"
    made = [
        Organisation(
            ref=ref,
            name_key=profiles.name_key(row.profile["name"]),
            source=row.given.get("source", told)[:300],
            status=Organisation.Status.PUBLISHED,
            created_at=at,
            changed_at=at,
            **row.profile,
        )
        for row, ref in zip(rows, refs, strict=True)
    ]
    _stand(rows, made, at)
    made = Organisation.objects.bulk_create(made)
    Tag.objects.bulk_create(
        Tag(organisation=one, kind=kind, value=value)
        for one in made
        for name, kind in TAGS.items()
        for value in getattr(one, name)
    )
    Fact.objects.bulk_create(
        Fact(organisation=one, name=name, value=value, known_from=at, by=run.by, source=one.source)
        for one in made
        for name, value in _stated(one)
    )
    search.put_many(SEARCH, [(one.ref, one.name, profiles.search_text(one)) for one in made])
    return made


def _stand(rows: Sequence[imports.Read], made: Sequence[Organisation], at: datetime) -> None:
    """Let each stand on its legal entity: one that a public profile stands on already, or a new one."""
    known: dict[tuple[str, str], LegalEntity] = {}
    for entity in imports.entities_with(rows):
        if any(one.status == Organisation.Status.PUBLISHED for one in entity.organisations.all()):
            values = profiles.entity_values_of(entity)
            for number in imports.numbers_of(values):
                known.setdefault(number, entity)
    named = [(row, one) for row, one in zip(rows, made, strict=True) if row.entity]
    refs = _free_refs((f"le-{one.ref}" for _, one in named), LegalEntity)
    new: list[LegalEntity] = []
    for (row, one), ref in zip(named, refs, strict=True):
        numbers = imports.numbers_of(row.entity)
        found = next((known[number] for number in numbers if number in known), None)
        if found is None:
            found = LegalEntity(ref=ref, created_at=at, **row.entity)
            new.append(found)
            known |= dict.fromkeys(numbers, found)
        one.legal_entity = found
    LegalEntity.objects.bulk_create(new)
    for _, one in named:
        one.legal_entity = one.legal_entity  # takes over the id that the entity has by now


def _stated(one: Organisation) -> Iterable[tuple[str, Any]]:
    """What is stated of an organisation, as facts have it."""
    stated = dict(profiles.values_of(one))
    if one.legal_entity is not None:
        stated["legal_entity"] = one.legal_entity.ref
        stated |= {f"legal_entity.{name}": value for name, value in profiles.entity_values_of(one.legal_entity).items()}
    return [(name, value) for name, value in stated.items() if value not in ("", None) and value != []]


def _free_refs(names: Iterable[str], *models: type[Model]) -> list[str]:
    """Refs that none of these models has given out, one for each name, asked for all at once."""
    bases = [profiles.ref_from(name, frozenset()) for name in names]
    wanted = Counter(bases)
    taken = _given_out(set(wanted), models)
    free = {base: [] if base in taken else [base] for base in wanted}
    least, width = 2, 20
    while short := [base for base, count in wanted.items() if len(free[base]) < count]:
        numbered = {base: [f"{base}-{number}" for number in range(least, least + width)] for base in short}
        taken = _given_out({ref for refs in numbered.values() for ref in refs} | set(wanted), models) | set(wanted)
        for base, refs in numbered.items():
            free[base] += [ref for ref in refs if ref not in taken]
        least, width = least + width, width * 4
    left = {base: iter(refs) for base, refs in free.items()}
    return [next(left[base]) for base in bases]


def _given_out(refs: set[str], models: Sequence[type[Model]]) -> set[str]:
    """Those of some refs that were given out."""
    asked, found = sorted(refs), set()
    for start in range(0, len(asked), ASKED_AT_ONCE):
        for model in models:
            among = model._default_manager.filter(ref__in=asked[start : start + ASKED_AT_ONCE])
            found |= set(among.values_list("ref", flat=True))
    return found


def _allowed(actor: Any, at: datetime) -> None:
    if not may_look_after(actor, at):
        raise Refusal("Only officers import organisations.", 403)


def _locked(number: int) -> ImportRun:
    run = ImportRun.objects.select_for_update(of=("self",)).select_related("by", "file").filter(pk=number).first()
    if run is None:
        raise Refusal("There is no such import.", 404)
    return run
