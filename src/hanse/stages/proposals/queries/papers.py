"""Annexes and declarations of an application: what the form asks of whom, what is there, and what is missing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.db.models import QuerySet

from hanse.core import form as core
from hanse.stages.consortia.models import Seat, SeatState
from hanse.stages.consortia.queries.members import APPLICANTS, coordinator_of
from hanse.stages.proposals.models import Annex, Declaration, Proposal
from hanse.stages.registry.models import FormerRef, Membership

DECLARING = (*APPLICANTS, Seat.Role.AFFILIATED_ENTITY)
"""The roles that declare something on their honour."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file belongs: an annex of the form and, if every applicant brings one, whose.

    Attributes:
        file: what is there.
        bringer: the partner it is expected from; None where nobody coordinates.
    """

    annex: core.Annex
    seat: Seat | None
    file: Annex | None
    bringer: Seat | None

    @property
    def missing(self) -> bool:
        """Whether the application is incomplete without it."""
        return self.annex.required and self.file is None

    @property
    def partner(self) -> str:
        """Id of the partner it is from; empty if it is from all."""
        return self.seat.organisation.ref if self.seat else ""


@dataclass(frozen=True, slots=True)
class Papers:
    """The files of an application.

    Attributes:
        places: what the form asks for, in its order.
        others: files for which it does not ask, or not any more.
        removed: files that were replaced or removed, the latest first.
    """

    places: tuple[Place, ...]
    others: tuple[Annex, ...]
    removed: tuple[Annex, ...]


@dataclass(frozen=True, slots=True)
class Vow:
    """What one partner has to declare, and whether it has.

    Attributes:
        made: the declaration that is in force, on whichever wording.
    """

    declaration: core.Declaration
    seat: Seat
    made: Declaration | None

    @property
    def outdated(self) -> bool:
        """Whether it was made on words that the form has changed since."""
        return self.made is not None and self.made.digest != digest_of(self.declaration.text)

    @property
    def holds(self) -> bool:
        """Whether it is made on the words of the form."""
        return self.made is not None and not self.outdated


def digest_of(wording: str) -> str:
    """What tells one wording of a declaration from another."""
    return sha256(wording.encode()).hexdigest()


def applicants(seats: Iterable[Seat]) -> list[Seat]:
    """The seats that bring annexes of their own."""
    return [seat for seat in seats if seat.state == SeatState.ACCEPTED and seat.role in APPLICANTS]


def declaring(seats: Iterable[Seat]) -> list[Seat]:
    """The seats that make the declarations."""
    return [seat for seat in seats if seat.state == SeatState.ACCEPTED and seat.role in DECLARING]


def places_of(proposal: Proposal, form: core.Form, seats: Sequence[Seat]) -> list[Place]:
    """Where files belong and what is there; in one query."""
    rows = _files(proposal).filter(removed_at__isnull=True)
    return _places(form, seats, list(rows))


def papers_of(proposal: Proposal, form: core.Form, seats: Sequence[Seat]) -> Papers:
    """All files of an application; in one query."""
    rows = list(_files(proposal))
    places = _places(form, seats, [row for row in rows if row.removed_at is None])
    shown = {place.file.pk for place in places if place.file}
    removed = [(row.removed_at, row.pk, row) for row in rows if row.removed_at is not None]
    return Papers(
        tuple(places),
        tuple(row for row in rows if row.removed_at is None and row.pk not in shown),
        tuple(row for *_, row in sorted(removed, key=lambda each: each[:2], reverse=True)),
    )


def file_of(proposal: Proposal, number: int) -> Annex | None:
    """A file that belongs to the application now."""
    return _files(proposal).filter(pk=number, removed_at__isnull=True).first()


def vows_of(proposal: Proposal, form: core.Form, seats: Iterable[Seat]) -> list[Vow]:
    """What every partner has to declare, by declaration in the order of the form; in one query."""
    asked = declaring(seats)
    made = {(row.kind, row.seat_id): row for row in _declarations(proposal)}
    return [
        Vow(declaration, seat, made.get((declaration.id, seat.pk)))
        for declaration in form.declarations
        for seat in asked
    ]


def missing_annexes(proposal: Proposal, form: core.Form, seats: Sequence[Seat]) -> list[str]:
    """The files without which the application is incomplete, and who brings each."""
    return [
        f"{place.annex.title}: {_name(place.bringer)} has not attached it yet."
        for place in places_of(proposal, form, seats)
        if place.missing
    ]


def missing_declarations(proposal: Proposal, form: core.Form, seats: Iterable[Seat]) -> list[str]:
    """The declarations that are to be made, or to be made again, and who makes each."""
    return [
        f"{vow.declaration.title}: {_name(vow.seat)} has "
        + ("made it on an earlier wording." if vow.outdated else "not made it yet.")
        for vow in vows_of(proposal, form, seats)
        if not vow.holds
    ]


def owners_of(seats: Sequence[Seat]) -> Mapping[int, tuple[Membership, ...]]:
    """Who owns the organisations of seats, by seat; also where an organisation was merged into another since."""
    refs = {seat.organisation.ref for seat in seats}
    merged = dict(FormerRef.objects.filter(ref__in=refs).values_list("ref", "organisation"))
    now = {seat.pk: merged.get(seat.organisation.ref, seat.organisation_id) for seat in seats}
    held = Membership.objects.filter(
        organisation__in=set(now.values()), until__isnull=True, right=Membership.Right.OWNER
    ).select_related("user")
    by_organisation: dict[int, list[Membership]] = {}
    for membership in held.order_by("since", "id"):
        by_organisation.setdefault(membership.organisation_id, []).append(membership)
    return {seat: tuple(by_organisation.get(organisation, ())) for seat, organisation in now.items()}


def _files(proposal: Proposal) -> QuerySet[Annex]:
    rows = Annex.objects.filter(proposal=proposal)
    return rows.select_related("file", "added_by", "removed_by", "seat__organisation").order_by("-id")


def _declarations(proposal: Proposal) -> Iterable[Declaration]:
    return Declaration.objects.filter(proposal=proposal, revoked_at__isnull=True).select_related("made_by")


def _places(form: core.Form, seats: Sequence[Seat], rows: Iterable[Annex]) -> list[Place]:
    held: dict[tuple[str, int | None], Annex] = {}
    for row in rows:
        held.setdefault((row.kind, row.seat_id), row)
    coordinator, bringing = coordinator_of(seats), applicants(seats)
    return [
        Place(annex, seat, held.get((annex.id, seat.pk if seat else None)), seat or coordinator)
        for annex in form.annexes
        for seat in (bringing if annex.of_each_partner else (None,))
    ]


def _name(seat: Seat | None) -> str:
    return seat.organisation.name if seat else "the coordinator"
