"""A full application for the benchmark of drafts: ten partners, twenty work packages, 1,200 cells of budget."""

from datetime import UTC, datetime

from hanse.ground.accounts.actions import register_person
from hanse.ground.accounts.models import User
from hanse.stages.consortia.models import Consortium, Mandate, Seat, SeatState
from hanse.stages.proposals.models import Cost, Part, Proposal, Text
from hanse.stages.registry.models import Membership, Organisation

CALL = "COS-CLUSINT-2020-3-01"
BEGINNING = datetime(2020, 10, 5, 9, tzinfo=UTC)
REF = "full-application"
WORDS = (
    "The members take their firms to the harbours of two countries, show there what they have built together, and come "
    "back with contracts and with what they have learnt. "
)


def build(people: int, partners: int = 10, packages: int = 20) -> list[User]:
    """A consortium of published organisations with a whole application; so many people act for its members.

    Takes the first organisations of the registry in different countries; the first one coordinates.
    """
    members = _members(partners)
    users = [
        register_person(email=f"p{n}@hanse.example", name=f"Person {n}", verified=True, at=BEGINNING)
        for n in range(people)
    ]
    Membership.objects.bulk_create(
        Membership(user=user, organisation=members[n % partners], right=Membership.Right.OWNER, since=BEGINNING)
        for n, user in enumerate(users)
    )
    consortium = Consortium.objects.create(
        ref=REF,
        name="Full application",
        call=CALL,
        strand="A",
        targets=["JP", "CA", "US"],
        sectors=["maritime-technology", "agrifood"],
        created_by=users[0],
        created_at=BEGINNING,
        changed_at=BEGINNING,
    )
    seats = Seat.objects.bulk_create(
        Seat(
            consortium=consortium,
            organisation=member,
            role=Seat.Role.BENEFICIARY if n else Seat.Role.COORDINATOR,
            state=SeatState.ACCEPTED,
            place=n + 1,
            invited_by=users[0],
            invited_at=BEGINNING,
            answered_by=users[n % people],
            answered_at=BEGINNING,
        )
        for n, member in enumerate(members)
    )
    Mandate.objects.bulk_create(
        Mandate(seat=seat, wording="We take part.", given_by=users[n % people], given_at=BEGINNING)
        for n, seat in enumerate(seats)
    )
    proposal = Proposal.objects.create(
        ref=REF, consortium=consortium, created_by=users[0], created_at=BEGINNING, changed_at=BEGINNING
    )
    _write(proposal, [member.ref for member in members], packages, users[0])
    _plan_costs(proposal, seats, packages, users[0])
    return users


def _members(count: int) -> list[Organisation]:
    members: list[Organisation] = []
    seen: set[str] = set()
    for one in Organisation.objects.filter(status=Organisation.Status.PUBLISHED, kind="cluster_organisation"):
        if one.country not in seen and len(members) < count:
            seen.add(one.country)
            members.append(one)
    assert len(members) == count, len(members)
    return members


def _write(proposal: Proposal, members: list[str], packages: int, by: User) -> None:
    texts = {"title": "A full application", "acronym": "FULL", "duration_months": "30", "summary": WORDS * 8}
    for section, times in (
        ("joint_strategy", 30), ("common_goals", 12), ("complementarity", 15), ("preparatory_actions", 15),
        ("implementation_actions", 20), ("partnership_agreement", 10), ("governance", 8), ("roadmap", 12),
        ("long_term_agenda", 10), ("sustainability", 8), ("sme_support", 12), ("budget_justification", 10),
    ):  # fmt: skip
        texts[section] = WORDS * times
    for member in members:
        texts |= {f"member_profiles/{member}/expertise": WORDS * 6, f"member_profiles/{member}/role": WORDS * 3}
    for target in ("JP", "CA", "US"):
        for part in ("situation", "goals", "partners_there", "opportunities"):
            texts[f"targets/{target}/{part}"] = WORDS * 5
    for n in range(1, packages + 1):
        texts |= _record("work_packages", n, title=f"Work package {n}", lead=members[n % len(members)],
                         partners=", ".join(members[:3]), start="1", end="30", objectives=WORDS * 3,
                         description=WORDS * 8)  # fmt: skip
    for n in range(1, 3 * packages + 1):
        texts |= _record("tasks", n, title=f"Task {n}", work_package=str(1 + n % packages), lead=members[0],
                         start="2", end="20", description=WORDS * 2)  # fmt: skip
    for n in range(1, 2 * packages + 1):
        texts |= _record("deliverables", n, title=f"Deliverable {n}", work_package=str(1 + n % packages),
                         lead=members[1], month="12", kind="report")  # fmt: skip
    for n in range(1, packages + 1):
        texts |= _record("milestones", n, title=f"Milestone {n}", work_package=str(1 + n % packages), month="18",
                         verification="A report")  # fmt: skip
    for n in range(1, 11):
        texts |= _record("indicators", n, title=f"Indicator {n}", unit="firms", baseline="0", target="10",
                         verification="Contracts")  # fmt: skip
        texts |= _record("risks", n, title=f"Risk {n}", likelihood="low", impact="high", measure=WORDS)
        texts |= _record("business_partnerships", n, target="JP", title="Contracts", number="5")
    Text.objects.bulk_create(
        Text(proposal=proposal, key=key, value=value, changed_by=by, changed_at=BEGINNING)
        for key, value in texts.items()
    )


def _record(section: str, row: int, /, **values: str) -> dict[str, str]:
    parts = {f"{section}/{row}/{part}": value for part, value in values.items()}
    return {f"{section}/{row}": str(10 * row), **parts}


def _plan_costs(proposal: Proposal, seats: list[Seat], packages: int, by: User) -> None:
    amounts = ("subcontracting", "travel", "equipment", "other_goods", "sme_support")
    cells = [
        Cost(proposal=proposal, seat=seat, work_package=str(n), category="personnel", months=50, rate=520_000,
             cents=260_000, changed_by=by, changed_at=BEGINNING)
        for seat in seats for n in range(1, packages + 1)
    ]  # fmt: skip
    cells += [
        Cost(proposal=proposal, seat=seat, work_package=str(n), category=category, cents=2_000 + n,
             changed_by=by, changed_at=BEGINNING)
        for seat in seats for n in range(1, packages + 1) for category in amounts
    ]  # fmt: skip
    Cost.objects.bulk_create(cells)
    Part.objects.bulk_create(
        Part(proposal=proposal, seat=seat, requested=4_500_000, changed_by=by, changed_at=BEGINNING) for seat in seats
    )
