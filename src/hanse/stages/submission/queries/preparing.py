"""An application made ready for sealing: content, manifest, and what its call makes of it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from operator import attrgetter
from typing import Any

from django.db.models import FilteredRelation, Q

from hanse import __version__
from hanse.callbook.dossier_writing import as_json
from hanse.callbook.reference import geography
from hanse.callbook.setting import day_of_countries
from hanse.core.call import Call
from hanse.core.consortium import Consortium
from hanse.core.eligibility.context import Context
from hanse.core.eligibility.engine import Examiner
from hanse.core.form import Form, PaperGate
from hanse.core.submission import Observation
from hanse.core.submission.clashes import observations_now
from hanse.core.submission.documents import manifest_of
from hanse.core.values.digest import digest, plain
from hanse.ground import files as files_kept
from hanse.ground.clock import BRUSSELS
from hanse.stages.announcement.models import CallEdition
from hanse.stages.announcement.queries.folders import form_of_edition, read
from hanse.stages.announcement.queries.remembered import Remembered
from hanse.stages.consortia.models import Seat, SeatState
from hanse.stages.consortia.queries.members import SeatMandate, mandates_of, members, open_seats
from hanse.stages.proposals.models import Annex, Declaration, Proposal, Text
from hanse.stages.proposals.queries import papers
from hanse.stages.proposals.queries.dossiers import dossier_of
from hanse.stages.proposals.queries.money import Rows
from hanse.stages.submission.models import FairCopy
from hanse.stages.submission.queries.packing import packed
from hanse.stages.submission.queries.parties import Parties, kept_parties, parties_of

_examiners: Remembered[Examiner] = Remembered(16)


_FIGURES = (
    "pk",
    "role",
    "place",
    "organisation__version",
    "organisation__status",
    "organisation__changed_at",
    "organisation__legal_entity__ref",
    "organisation__legal_entity__legal_name",
    "organisation__legal_entity__own_legal_personality",
)
"""What of a seat and its organisation an application repeats, or what changes with it."""
_of_seat = attrgetter("pk", "role", "place", "organisation.version", "organisation.status", "organisation.changed_at")
_of_entity = attrgetter("ref", "legal_name", "own_legal_personality")


@dataclass(frozen=True, slots=True)
class Ground:
    """On what a sealing stands, read in a few cheap queries, so that a change of any of it is seen.

    Attributes:
        seats: those that take part.
        consortium: the same, as the core sees them.
        mandates: of those seats.
        day: on which memberships of countries are asked.
        state: digest of the few figures by which a change of it is seen, as `state_of` reads them.
    """

    proposal: Proposal
    edition: CallEdition
    call: Call
    form: Form
    seats: tuple[Seat, ...]
    consortium: Consortium
    mandates: tuple[SeatMandate, ...]
    day: date
    state: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """An application ready for sealing.

    Attributes:
        state: of its ground; it holds as long as that does.
        content: digest of `application.json`.
        body: its bytes, packed; None where they are kept already.
        manifest: of the package, but for the instant of arrival.
        missing: what has to be there and is not, as sentences.
        for_later: the same of papers that an officer judges later.
        observations: rules that are not found met, as far as they ask no other submission.
        parties: who applies.
        lost: digests of annexes that the storage does not have: then no fair copy is kept, so that it is asked again.
    """

    state: str
    content: str
    size: int
    body: bytes | None
    manifest: Mapping[str, Any]
    title: str
    missing: tuple[str, ...]
    for_later: tuple[str, ...]
    observations: tuple[Observation, ...]
    parties: Parties
    lost: frozenset[str]


def ground_of(proposal: Proposal, edition: CallEdition, at: datetime) -> Ground:
    """On what a sealing would stand now, in three queries.

    Whatever of it changes after it was read here is seen by its state.
    """
    consortium = proposal.consortium
    seats = tuple(seat for seat in open_seats(consortium) if seat.state == SeatState.ACCEPTED)
    mandates = tuple(mandates_of(consortium, seats))
    return Ground(
        proposal,
        edition,
        read(edition),
        form_of_edition(edition).for_strand(consortium.strand),
        seats,
        members(seats),
        mandates,
        day_of(edition, at),
        _state_of(proposal, edition, at, [_figures(each) for each in mandates]),
    )


def state_of(proposal: Proposal, edition: CallEdition, at: datetime) -> str:
    """What changes whenever the ground of a sealing does, in one light query.

    Asked under the lock: if it is the state of a ground that was read before, that ground still holds.
    """
    in_force = FilteredRelation("mandates", condition=Q(mandates__revoked_at__isnull=True))
    seats = Seat.objects.filter(consortium=proposal.consortium, state=SeatState.ACCEPTED)
    rows = seats.annotate(mandate=in_force).order_by("place", "pk").values_list(*_FIGURES, "mandate__pk")
    return _state_of(proposal, edition, at, rows)


def _state_of(proposal: Proposal, edition: CallEdition, at: datetime, members: Iterable[Sequence[Any]]) -> str:
    consortium = proposal.consortium
    return digest(
        {
            "draft": proposal.version,
            "consortium": [consortium.version, consortium.changed_at, consortium.state],
            "members": [list(each) for each in members],
            "edition": [edition.pk, edition.digest],
            "day": day_of(edition, at),
            "code": code(),
        }
    )


def day_of(edition: CallEdition, at: datetime) -> date:
    """The day on which memberships of countries are asked."""
    return day_of_countries(read(edition)) or at.astimezone(BRUSSELS).date()


def _figures(of: SeatMandate) -> tuple[Any, ...]:
    """`_FIGURES` of a seat that was read as a whole, and its mandate."""
    entity = of.seat.organisation.legal_entity
    told = (None, None, None) if entity is None else _of_entity(entity)
    return (*_of_seat(of.seat), *told, of.mandate.pk if of.mandate else None)


def prepared(ground: Ground, at: datetime, *, lost: frozenset[str] | None = None) -> Prepared:
    """The application made ready: from the fair copy if that is of the same state, else anew.

    Args:
        lost: digests of files that the storage was found not to have; None: it is asked. Whoever holds a lock does not
            ask it, since it may be another machine.
    """
    return fair_copy_of(ground.proposal, ground.state) or _made(ground, at, lost)


def fair_copy_of(proposal: Proposal, state: str) -> Prepared | None:
    """The application as it was made ready in a state; None if it was not."""
    copy = FairCopy.objects.filter(proposal=proposal, state=state).first()
    if copy is None:
        return None
    kept = copy.judged
    return Prepared(
        copy.state,
        copy.content_id,
        copy.manifest["content"]["size"],
        None,
        copy.manifest,
        kept["title"],
        tuple(kept["missing"]),
        tuple(kept["for_later"]),
        tuple(Observation(**each) for each in kept["observations"]),
        kept_parties(kept["parties"]),
        frozenset(),
    )


def judged_of(made: Prepared) -> dict[str, Any]:
    """What a fair copy keeps of the judgement."""
    return {
        "title": made.title,
        "missing": list(made.missing),
        "for_later": list(made.for_later),
        "observations": plain(made.observations),
        "parties": plain(made.parties),
    }


def _made(ground: Ground, at: datetime, lost: frozenset[str] | None) -> Prepared:
    proposal, edition, call = ground.proposal, ground.edition, ground.call
    held = papers.annexes_of_all([proposal])[proposal.pk]
    made = papers.declarations_of_all([proposal])[proposal.pk]
    if lost is None:
        lost = frozenset(row.file.digest for row in held if not files_kept.is_whole(row.file))
    dossier = dossier_of(
        proposal,
        ground.seats,
        at=at,
        form=ground.form,
        texts={text.key: text for text in Text.objects.filter(proposal=proposal)},
        budget=Rows.of([proposal]).budget(ground.seats, ground.form),
        held=held,
        made=made,
    )
    content = as_json(dossier).encode()
    table = json.loads(content)
    manifest = manifest_of(
        proposal=proposal.ref,
        call=call_claim(edition, call),
        strand=proposal.consortium.strand,
        draft_version=proposal.version,
        code=code(),
        content=content,
        budget=table.get("budget", {}),
        annexes=dossier.annexes,
    )
    found = examiner_of(edition, call, ground.day).check(dossier)
    missing = (
        *missing_mandates(ground.mandates),
        *_missing_papers(ground, PaperGate.SUBMISSION, held, made),
        *_lost_annexes(ground, [row for row in held if row.file.digest in lost]),
    )
    return Prepared(
        ground.state,
        manifest["content"]["sha256"],
        len(content),
        packed(content),
        manifest,
        dossier.title or proposal.consortium.name,
        missing,
        _missing_papers(ground, PaperGate.ADMISSIBILITY, held, made),
        observations_now(found),
        parties_of(ground.seats, ground.mandates, ground.consortium),
        lost,
    )


def _lost_annexes(ground: Ground, rows: Sequence[Annex]) -> tuple[str, ...]:
    """What would be sealed without its content, as sentences that name who is to act."""
    titles = {asked.id: asked.title for asked in ground.form.annexes}
    members = {seat.pk: seat.organisation.name for seat in ground.seats}
    lead = next((seat.organisation.name for seat in ground.seats if seat.role == Seat.Role.COORDINATOR), "")
    return tuple(
        f"“{titles.get(row.kind, row.kind)}”: the site has lost {row.name}. "
        f"{members.get(row.seat_id or 0, lead or 'The coordinator')} uploads it again, and tells the agency."
        for row in rows
    )


def _missing_papers(
    ground: Ground, gate: PaperGate, held: Sequence[Annex], made: Sequence[Declaration]
) -> tuple[str, ...]:
    form = ground.form.with_papers_of(gate)
    return (
        *papers.missing_annexes(form, ground.seats, held),
        *papers.missing_declarations(form, ground.seats, made),
    )


def missing_mandates(mandates: Sequence[SeatMandate]) -> tuple[str, ...]:
    """Who takes part without a mandate, as sentences."""
    return tuple(
        f"{each.seat.organisation.name} has given no mandate: an owner gives it on the page of its seat."
        for each in mandates
        if not each.given
    )


def examiner_of(edition: CallEdition, call: Call, day: date) -> Examiner:
    """Who asks the rules of an edition."""
    return _examiners.get((edition.digest, day), lambda: Examiner(Context(call, geography(), day)))


def call_claim(edition: CallEdition, call: Call) -> dict[str, Any]:
    """How packages and receipts name an edition of a call."""
    return {
        "reference": call.reference,
        "edition": call.edition,
        "number": edition.number,
        "digest": edition.digest,
    }


@cache
def code() -> dict[str, str]:
    """Which code decides: its version, and the digest of the core's files."""
    told = sha256()
    for path, content in sorted(_modules(files("hanse.core"), "")):
        told.update(f"{path}\0{len(content)}\0".encode() + content)
    return {"version": __version__, "core": told.hexdigest()}


def _modules(folder: Traversable, above: str) -> list[tuple[str, bytes]]:
    found = []
    for entry in folder.iterdir():
        path = f"{above}{entry.name}"
        if entry.is_dir() and entry.name != "__pycache__":
            found += _modules(entry, f"{path}/")
        elif entry.name.endswith(".py"):
            found.append((path, entry.read_bytes()))
    return found
