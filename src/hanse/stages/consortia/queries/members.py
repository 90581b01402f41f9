"""Who is in a consortium, by which mandate, and what the core is told of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from hanse.core import consortium as core
from hanse.core.proposal import Dossier
from hanse.core.values.unknown import NOT_STATED, Unknown
from hanse.ground import audit, search
from hanse.stages.announcement.queries import edition_in_force
from hanse.stages.consortia.models import OPEN_SEATS, Consortium, Mandate, Seat, SeatState
from hanse.stages.registry.models import FormerRef, Membership, Organisation
from hanse.stages.registry.queries import name_key, organisations_of, published, snapshot

SUBJECT = "consortium"
"""What the record calls a consortium."""
SUGGESTED = 8
"""How many organisations are suggested for words that somebody typed."""
APPLICANTS = (Seat.Role.COORDINATOR, Seat.Role.BENEFICIARY)
"""The roles that sign and receive the grant."""


def by_ref(ref: str) -> Consortium | None:
    """The consortium with an id. It is private: ask `permissions.standing_in` before it is shown."""
    return Consortium.objects.filter(ref=ref).first()


def open_seats(consortium: Consortium) -> list[Seat]:
    """The seats that are taken or offered, in the order of the application, with organisations; in two queries."""
    seats = consortium.seats.filter(state__in=OPEN_SEATS)
    seats = seats.select_related("organisation__legal_entity").prefetch_related("organisation__steps")
    return list(seats.order_by("place", "id"))


def members(seats: Iterable[Seat], *, planned: bool = False) -> core.Consortium:
    """The consortium as the core sees it: who has accepted, or with `planned` also who is invited."""
    return core.Consortium(
        tuple(
            core.Participant(snapshot(seat.organisation), core.Role(seat.role))
            for seat in seats
            if planned or seat.state == SeatState.ACCEPTED
        )
    )


def sketch(consortium: Consortium, seats: Iterable[Seat], *, planned: bool = False) -> Dossier:
    """What a consortium alone says of its application: members, strand and targets. The draft knows more."""
    return Dossier(
        proposal=consortium.ref,
        call=consortium.call,
        title=consortium.name,
        strand=consortium.strand or NOT_STATED,
        consortium=members(seats, planned=planned),
        targets=tuple(consortium.targets) or NOT_STATED,
    )


def _of(user: Any) -> Q:
    """Seats of organisations for which a person acts, and of those that were merged into them since."""
    own = [organisation.pk for organisation, _ in organisations_of(user)]
    former = FormerRef.objects.filter(organisation__in=own).values("ref")
    return Q(organisation__in=own) | Q(organisation__ref__in=former)


def seats_of(user: Any, consortium: Consortium) -> list[Seat]:
    """The open seats of organisations for which a person acts, the coordinator's first."""
    seats = Seat.objects.filter(_of(user), consortium=consortium, state__in=OPEN_SEATS)
    first = {SeatState.ACCEPTED: 0, SeatState.INVITED: 1}
    return sorted(
        seats.select_related("organisation"),
        key=lambda seat: (first[SeatState(seat.state)], seat.role != Seat.Role.COORDINATOR, seat.place),
    )


def consortia_of(user: Any) -> list[Seat]:
    """The open seats of organisations for which a person acts, with their consortia, the latest change first."""
    seats = Seat.objects.filter(_of(user), state__in=OPEN_SEATS, consortium__state=Consortium.State.FORMING)
    return list(seats.select_related("consortium", "organisation").order_by("-consortium__changed_at", "place"))


def dissolved_of(user: Any) -> list[Consortium]:
    """The dissolved consortia whose members a person still acts for, the latest first."""
    seats = Seat.objects.filter(_of(user), state=SeatState.ACCEPTED, consortium__state=Consortium.State.DISSOLVED)
    return list(Consortium.objects.filter(pk__in=seats.values("consortium")).order_by("-dissolved_at", "-id"))


def has_closed(call: str, at: datetime) -> bool:
    """Whether a call has closed, as far as it says when. After that, seats, mandates and drafts stay as they are."""
    edition = edition_in_force(call, at)
    if edition is None:
        return False
    in_time = edition.window.in_time(at)
    return not isinstance(in_time, Unknown) and not in_time


# --- seats -------------------------------------------------------------------------------------------------------


def seat(number: int) -> Seat | None:
    """A seat in any state, with its organisation and its consortium. Whose it is to see, `permissions` says."""
    found = Seat.objects.select_related(
        "consortium", "organisation", "tie__organisation", "replaces__organisation", "invited_by", "answered_by"
    )
    return found.filter(pk=number).first()


def ended_seats(consortium: Consortium) -> list[Seat]:
    """The seats that are over, the latest first."""
    seats = Seat.objects.filter(consortium=consortium).exclude(state__in=OPEN_SEATS)
    return list(seats.select_related("organisation", "ended_by").order_by("-ended_at", "-id"))


def coordinator_of(seats: Iterable[Seat]) -> Seat | None:
    """The seat that coordinates, among the open ones."""
    return next((seat for seat in seats if seat.role == Seat.Role.COORDINATOR), None)


def owned_among(seats: Iterable[Seat]) -> frozenset[int]:
    """The seats whose organisation has an owner here, by number; the others cannot answer an invitation yet."""
    by_organisation = {seat.organisation_id: seat.pk for seat in seats}
    held = Membership.objects.filter(
        organisation__in=list(by_organisation), until__isnull=True, right=Membership.Right.OWNER
    )
    return frozenset(by_organisation[organisation] for organisation in held.values_list("organisation", flat=True))


def owners_in_words(organisation: Organisation) -> str:
    """Who owns the profile of an organisation, for "who can do this"; empty if nobody does."""
    held = Membership.objects.filter(
        organisation=organisation, until__isnull=True, right=Membership.Right.OWNER
    ).select_related("user")
    names = [membership.user.name for membership in held.order_by("since", "id")]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def why_dissolved(consortium: Consortium) -> str:
    """The reason that was given when a consortium was dissolved."""
    for event in audit.history((SUBJECT, consortium.ref)):
        if event.act == "dissolve consortium":
            return str(event.facts.get("reason", ""))
    return ""


def own_organisations(user: Any) -> list[Organisation]:
    """The organisations for which a person acts."""
    return [organisation for organisation, _ in organisations_of(user)]


def organisation_named(text: str) -> Organisation | None:
    """The public organisation with a reference or a whole name."""
    text = text.strip()
    found = published().filter(ref=text).first() if text else None
    return found or (published().filter(name_key=name_key(text)).order_by("id").first() if text else None)


def organisations_like(text: str) -> list[Organisation]:
    """Public organisations in which these words stand, the best first."""
    refs = search.found("organisation", text, limit=SUGGESTED)
    known = {organisation.ref: organisation for organisation in published().filter(ref__in=refs)} if refs else {}
    return [known[ref] for ref in refs if ref in known]


# --- mandates ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SeatMandate:
    """By which mandate a seat takes part.

    Attributes:
        mandate: None where there is none in force: it was never given, or it was revoked.
    """

    seat: Seat
    mandate: Mandate | None

    @property
    def given(self) -> bool:
        """Whether one is in force."""
        return self.mandate is not None


def mandates_of(consortium: Consortium, seats: Sequence[Seat] | None = None) -> list[SeatMandate]:
    """Who gave a mandate for each seat that takes part, when, and in which words; in the order of the application."""
    known = open_seats(consortium) if seats is None else seats
    taking_part = [seat for seat in known if seat.state == SeatState.ACCEPTED]
    in_force = Mandate.objects.filter(seat__consortium=consortium, revoked_at__isnull=True).select_related("given_by")
    by_seat = {mandate.seat_id: mandate for mandate in in_force}
    return [SeatMandate(seat, by_seat.get(seat.pk)) for seat in taking_part]


def mandate_of(seat: Seat) -> Mandate | None:
    """The mandate of a seat that is in force."""
    return Mandate.objects.filter(seat=seat, revoked_at__isnull=True).select_related("given_by").first()


def wording_of(seat: Seat) -> str:
    """The sentence by which an organisation commits itself to a seat."""
    consortium = seat.consortium
    name, role = seat.organisation.name, Seat.Role(seat.role).label
    if seat.role == Seat.Role.COORDINATOR:
        does = "prepares and submits the application for all members"
    elif seat.role in APPLICANTS:
        does = "lets the coordinator submit the application on its behalf"
    else:
        does = "agrees to be named in the application"
    return f"{name} takes part in “{consortium.name}” for the call {consortium.call} as {role}, and {does}."
