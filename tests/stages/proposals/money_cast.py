"""A consortium of three of the cast that writes a budget: Lanterna coordinates, Salzspeicher and Sava take part."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from tests.conftest import NOW
from tests.people import person

from hanse.core.form import Asked, CostCategory, Form
from hanse.core.values.citation import Stated
from hanse.ground.accounts.models import User
from hanse.stages.announcement.queries import form_of
from hanse.stages.consortia.models import Consortium, Seat, SeatState
from hanse.stages.consortia.permissions import Standing, standing_in
from hanse.stages.consortia.queries.members import open_seats
from hanse.stages.proposals.actions import money
from hanse.stages.proposals.models import Cost, Proposal, Text
from hanse.stages.proposals.queries.money import Books, ledger_of
from hanse.stages.registry.models import Membership, Organisation

CALL = "COS-CLUSINT-2020-3-01"
REF = "clean-seas"
MEMBERS = {
    "giulia": ("lanterna", "Lanterna Marine Cluster"),
    "jonas": ("salzspeicher", "Salzspeicher Food Network"),
    "mila": ("sava", "Sava Software Network"),
}
FLAT = Form(
    "A form with a flat rate",
    cost_categories=(
        CostCategory("personnel", "Personnel", by=Asked.MONTHS),
        CostCategory("travel", "Travel"),
        CostCategory("subcontracting", "Subcontracting", carries_indirect=False),
        CostCategory("indirect", "Indirect costs", indirect=True),
    ),
    indirect_rate=Stated(Fraction(7, 100)),
)


@dataclass
class Cast:
    """The application and who writes it."""

    proposal: Proposal
    seats: dict[str, Seat]

    def user(self, id: str) -> User:
        """Somebody of the cast."""
        return person(id)

    def standing(self, id: str, at: datetime = NOW) -> Standing:
        """How somebody stands in the consortium."""
        return standing_in(person(id), self.proposal.consortium, at)

    def books(self, id: str = "", form: Form | None = None) -> Books:
        """The ledger as somebody sees it; the whole, without a name."""
        self.proposal.refresh_from_db()
        form = form or form_of(CALL, NOW)
        assert form is not None
        viewer = self.standing(id) if id else None
        return ledger_of(self.proposal, open_seats(self.proposal.consortium), form, viewer)

    def put(self, id: str, package: str, category: str, at: datetime = NOW, **figures: Any) -> money.Saved:
        """Somebody writes a cell of their partner, having looked at what stands."""
        seat = self.seats[id]
        stands = Cost.objects.filter(seat=seat, work_package=package, category=category).first()
        based = figures.pop("based_on", stands.version if stands else 0)
        typed = money.Typed(package, category, based_on=based, **figures)
        return money.save_cells(actor=person(id), ref=REF, seat_id=seat.pk, cells=[typed], at=at)

    def keep(self, id: str) -> None:
        """Somebody keeps the cells of their partner to themselves."""
        money.share_cells(actor=person(id), ref=REF, seat_id=self.seats[id].pk, shared=False, at=NOW)

    def ask(self, id: str, cents: int | None) -> None:
        """Somebody states the contribution of their partner."""
        part = next((sheet.part for sheet in self.books().sheets if sheet.id == MEMBERS[id][0]), None)
        money.state_contribution(
            actor=person(id),
            ref=REF,
            seat_id=self.seats[id].pk,
            requested=cents,
            based_on=part.version if part else 0,
            at=NOW,
        )


def organisation(id: str, name: str, owner: User) -> Organisation:
    """A registered organisation for which somebody acts."""
    made = Organisation.objects.create(
        ref=id,
        name=name,
        name_key=name.casefold(),
        status=Organisation.Status.PUBLISHED,
        created_at=NOW,
        changed_at=NOW,
    )
    Membership.objects.create(user=owner, organisation=made, right="owner", since=NOW)
    return made


def cast(packages: int = 2) -> Cast:
    """The consortium, and an application with so many work packages."""
    giulia = person("giulia")
    consortium = Consortium.objects.create(
        ref=REF,
        name="Clean seas",
        call=CALL,
        strand="A",
        created_by=giulia,
        created_at=NOW,
        changed_at=NOW,
    )
    seats = {}
    for place, (who, (id, name)) in enumerate(MEMBERS.items(), 1):
        seats[who] = Seat.objects.create(
            consortium=consortium,
            organisation=organisation(id, name, person(who)),
            role=Seat.Role.COORDINATOR if who == "giulia" else Seat.Role.BENEFICIARY,
            state=SeatState.ACCEPTED,
            place=place,
            invited_by=giulia,
            invited_at=NOW,
        )
    proposal = Proposal.objects.create(
        ref=REF, consortium=consortium, created_by=giulia, created_at=NOW, changed_at=NOW
    )
    for number in range(1, packages + 1):
        for key, value in (
            (f"work_packages/{number}", str(number)),
            (f"work_packages/{number}/title", f"Work {number}"),
        ):
            Text.objects.create(proposal=proposal, key=key, value=value, changed_by=giulia, changed_at=NOW)
    return Cast(proposal, seats)
