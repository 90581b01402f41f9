"""Applications that are ready to be submitted, for tests of submission.

ready("giulia", "jonas", "mila")      a consortium with mandates, its application begun, every paper there
submitted(proposal, key)              submit it as its coordinator
withdrawn(proposal, key)              and take it back
at(hours=-1)                          an arrival before the closing of the 2020 call
"""

import time
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter
from tests.conftest import NOW
from tests.people import person
from tests.stages.consortia.casting import a_consortium, owner_of, the_calls

from hanse.ground import files
from hanse.ground.audit import signing
from hanse.ground.clock.arrival import Arrival
from hanse.stages.consortia.models import Consortium
from hanse.stages.consortia.queries.members import open_seats
from hanse.stages.proposals.actions import drafts as writing
from hanse.stages.proposals.actions import papers
from hanse.stages.proposals.models import Proposal
from hanse.stages.proposals.queries import drafts
from hanse.stages.proposals.queries.papers import applicants, places_of, types_for, wording_digest, words_of
from hanse.stages.submission.actions.submitting import submit, withdraw
from hanse.stages.submission.models import Receipt

CLOSING = datetime(2020, 12, 2, 16, tzinfo=UTC)
"""2 December 2020, 17:00 in Brussels."""


def at(instant: datetime = NOW, *, waited: timedelta = timedelta()) -> Arrival:
    """An arrival at an instant, that has waited so long by now."""
    return Arrival(instant, instant, time.monotonic() - waited.total_seconds())


def before(**span: float) -> Arrival:
    """An arrival so long before the closing."""
    return at(CLOSING - timedelta(**span))


def ready(*members: Any, ref: str = "blue-ways", texts: dict[str, str] | None = None, **values: Any) -> Proposal:
    """An application that lacks nothing that stops it."""
    the_calls()
    signing.make_key()
    return ready_of(a_consortium(*members, ref=ref, **values), texts)


def ready_of(consortium: Consortium, texts: dict[str, str] | None = None) -> Proposal:
    """The application of a consortium, with every paper there."""
    lead = lead_of(consortium)
    proposal = writing.begin(actor=lead, ref=consortium.ref, at=NOW)
    written = {"title": ("Blue ways to Asia", 0), "summary": ("We go abroad.", 0), "duration_months": ("32", 0)}
    written |= {key: (value, 0) for key, value in (texts or {}).items()}
    writing.save_many(actor=lead, ref=consortium.ref, texts=written, at=NOW)
    form = drafts.form_of(proposal, NOW)
    seats = open_seats(consortium)
    for place in places_of(form, seats, ()):
        if place.asked.required:
            owner = owner_of(place.seat.organisation) if place.seat else lead
            stored = files.keep(
                SimpleUploadedFile(f"{place.asked.id}.pdf", _pdf()),
                allowed=types_for(place.asked),
                most_bytes=1 << 20,
                at=NOW,
            )
            papers.add_annex(
                actor=owner,
                ref=proposal.ref,
                kind=place.asked.id,
                seat_id=place.seat.pk if place.seat else None,
                stored=stored,
                name=f"{place.asked.id}.pdf",
                based_on=0,
                at=NOW,
            )
    for word in words_of(form, seats, ()):
        papers.declare(
            actor=owner_of(word.seat.organisation),
            ref=proposal.ref,
            kind=word.asked.id,
            seat_id=word.seat.pk,
            digest=wording_digest(word.asked.text),
            at=NOW,
        )
    assert applicants(seats)
    return Proposal.objects.select_related("consortium").get(pk=proposal.pk)


def _pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    made = BytesIO()
    writer.write(made)
    return made.getvalue()


def lead_of(consortium: Consortium) -> Any:
    """Who owns the coordinator."""
    return owner_of(consortium.seats.get(role="coordinator", state="accepted").organisation)


def submitted(proposal: Proposal, key: str = "first-attempt", arrival: Arrival | None = None) -> Receipt:
    """Submit as the coordinator."""
    return submit(actor=lead_of(proposal.consortium), ref=proposal.ref, arrival=arrival or before(hours=1), key=key)


def withdrawn(proposal: Proposal, key: str = "take-back", arrival: Arrival | None = None) -> Receipt:
    """Withdraw as the coordinator."""
    return withdraw(
        actor=lead_of(proposal.consortium),
        ref=proposal.ref,
        reason="A partner has left.",
        arrival=arrival or before(minutes=30),
        key=key,
    )


__all__ = ["CLOSING", "at", "before", "lead_of", "person", "ready", "ready_of", "submitted", "withdrawn"]
