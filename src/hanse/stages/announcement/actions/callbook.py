"""The calls that come with Hanse, brought in as editions in force."""

from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, transaction

from hanse.callbook.calls import CALLS, call_names
from hanse.callbook.files import read_text
from hanse.core.values.faults import Fault, Faulty
from hanse.ground import audit, clock
from hanse.stages.announcement.actions.storing import put_facts, put_texts
from hanse.stages.announcement.models import SHOWN, CallEdition, Nature, State
from hanse.stages.announcement.queries.folders import digest_of, is_file_of_a_folder, manifest_of, parse

WHY = "This call comes with Hanse, read from its published sources."
WHY_AGAIN = "The folder that comes with Hanse was corrected."


@transaction.atomic
def load_callbook(at: datetime | None = None) -> list[CallEdition]:
    """Bring in every call of the callbook that is new or corrected there. Safe to run at every start.

    A call of which officers have published an edition is theirs from then on, and left alone.

    Returns:
        the editions made; none if all were there.

    Raises:
        Faulty: if a folder of the callbook cannot be read.
    """
    at = at or clock.now()
    made = [_load_once(name, at) for name in call_names()]
    return [edition for edition in made if edition is not None]


def texts_on_disk(folder: Path) -> dict[str, str]:
    """The files of a call folder on disk.

    Raises:
        Faulty: if one cannot be read.
    """
    faults: list[Fault] = []
    texts: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).as_posix()
        if path.is_file() and is_file_of_a_folder(inside):
            texts[inside] = read_text(path, faults) or ""
    if faults:
        raise Faulty(faults)
    return texts


def _load_once(name: str, at: datetime) -> CallEdition | None:
    """Load a call, unless another process that starts at the same time was faster."""
    try:
        with transaction.atomic():
            return _load(name, at)
    except IntegrityError:
        return None


def _load(name: str, at: datetime) -> CallEdition | None:
    texts = texts_on_disk(CALLS / name)
    known = (
        CallEdition.objects.select_for_update(no_key=True).filter(reference=name, state__in=SHOWN).order_by("-number")
    )
    before = known.first()
    if before is not None and (not before.by_the_system or before.digest == digest_of(manifest_of(texts))):
        return None
    call = parse(texts, name)
    edition = CallEdition(
        reference=name,
        number=1 if before is None else before.number + 1,
        nature=Nature.FIRST if before is None else Nature.CORRIGENDUM,
        state=State.PUBLISHED,
        reason=WHY if before is None else WHY_AGAIN,
        base=before,
        drafted_at=at,
        published_at=at,
        in_force_from=None if before is None else at,
    )
    put_texts(edition, texts)
    put_facts(edition, call)
    if before is not None:
        before.state, before.superseded_at = State.SUPERSEDED, at
        before.save(update_fields=["state", "superseded_at"])
    edition.save()
    facts = {"edition": edition.number, "digest": edition.digest}
    audit.record("load call", actor=None, subject=("call", name), facts=facts, at=at)
    return edition
