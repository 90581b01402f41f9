"""Files and a form with every kind of annex, for tests of annexes and declarations."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter
from tests.conftest import NOW
from tests.people import person
from tests.stages.proposals.money_cast import Cast, organisation

from hanse.core.form import Annex, Declaration, Form
from hanse.ground import files
from hanse.ground.files.models import StoredFile
from hanse.stages.consortia.models import Seat, SeatState

FORM = Form(
    "A form with papers",
    annexes=(
        Annex("agreement", "Partnership agreement", ask="As signed.", most_megabytes=1),
        Annex("letter", "Letter of support", of_each_partner=True, most_pages=2),
        Annex("plans", "Plans", required=False),
    ),
    declarations=(
        Declaration("honour", "Declaration on honour", "We tell the truth."),
        Declaration("ethics", "Declaration on ethics", "We harm nobody."),
    ),
)


def use(monkeypatch: Any, form: Form) -> None:
    """Let a form be what the call asks."""
    monkeypatch.setattr("hanse.stages.proposals.queries.drafts.form_of_call", lambda *_: form)


def pdf(pages: int = 1, password: str | None = None, owner: str | None = None) -> bytes:
    """A PDF with so many blank pages; with a password to open it, or one to change it."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if password is not None:
        writer.encrypt(password, owner)
    made = BytesIO()
    writer.write(made)
    return made.getvalue()


def upload(content: bytes, name: str = "paper.pdf") -> dict[str, SimpleUploadedFile]:
    """What a browser sends of a file."""
    return {"file": SimpleUploadedFile(name, content)}


def stored(content: bytes, name: str = "paper.pdf") -> StoredFile:
    """A kept file, whatever its size."""
    allowed = files.DOCUMENTS | files.SHEETS | files.TABLES
    return files.keep(SimpleUploadedFile(name, content), allowed=allowed, most_bytes=50 << 20, at=NOW)


def seated(team: Cast, who: str, role: str, state: str = SeatState.ACCEPTED) -> Seat:
    """Another seat in the consortium, whose organisation somebody of the cast owns."""
    consortium = team.proposal.consortium
    return Seat.objects.create(
        consortium=consortium,
        organisation=organisation(f"of-{who}", f"Organisation of {who}", person(who)),
        role=role,
        state=state,
        place=consortium.seats.count() + 1,
        invited_by=consortium.created_by,
        invited_at=NOW,
    )


def seats_of(team: Cast) -> Sequence[Seat]:
    """The open seats, as pages ask for them."""
    from hanse.stages.consortia.queries.members import open_seats

    return open_seats(team.proposal.consortium)
