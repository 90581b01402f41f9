"""What the fictional consortium of the demonstration has written so far: a draft with work left to do.

The roadmap, the risks and the profile of one member are still to be written, and the contribution asked for is a
little above what the call's rate allows, so that a visitor sees what the application says about that.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from hanse.core.values.typed_amounts import read_amount
from hanse.ground.accounts.models import User
from hanse.stages.announcement import actions as announcement
from hanse.stages.consortia.actions import forming, seats, space
from hanse.stages.consortia.models import Consortium, Seat
from hanse.stages.consortia.queries import members
from hanse.stages.proposals.actions import drafts, money
from hanse.stages.proposals.actions.money import Typed

BEGUN_AT = datetime(2020, 10, 12, 8, 30, tzinfo=UTC)
CALL = "COS-CLUSINT-2020-3-01"
NAME = "Quiet Harbours"
IDEA = (
    "Ships that are quiet and clean in port, and food that stays fresh on them. We take makers of sensors, "
    "software and "
    "cold chains from three countries to the harbours of Japan and Canada. Fictional, for demonstration."
)
TARGETS = ("JP", "CA")
SECTORS = ("maritime-technology", "agrifood", "digital-industry")

TEXTS: Mapping[str, str] = {
    "title": "Quiet Harbours: clean ports and fresh cargo for Japan and Canada",
    "acronym": "QUIET HARBOURS",
    "duration_months": "30",
    "summary": (
        "Three cluster organisations from Italy, Germany and Serbia form a partnership around the modern harbour. "
        "Their "
        "260 small and medium-sized firms build sensors for berths, software that plans calls of ships, and packaging "
        "that keeps food fresh at sea. Each of these trades sells abroad today, and none sells a whole harbour. "
        "Together they offer one in Japan and in Canada, where coastal towns renew their ports and ask for quiet, "
        "clean "
        "handling of ships and food."
    ),
    "joint_strategy": (
        "We start from what the harbours of both countries have announced they will renew, and from the questions "
        "their "
        "operators asked our members at fairs. The strategy brings the three trades into one offer: measure, plan, "
        "keep "
        "fresh. In the first year we visit four harbours in each country, agree on two test berths with a local "
        "partner, "
        "and work out who of our firms delivers which part.\n\n"
        "In the second year the firms show their joint offer on these berths. What proves itself becomes the common "
        "catalogue of the partnership; what does not is told just as openly to all members."
    ),
    "common_goals": (
        "At the end of the project ten of our firms have sold to a harbour or its suppliers in Japan or Canada, "
        "two test "
        "berths run, and a partnership agreement with one cluster in each country is signed."
    ),
    "complementarity": (
        "Lanterna knows ships and ports but nothing of food; Salzspeicher knows food and its certificates but has no "
        "software; Sava writes software and has never sold to a port. Each sells in other countries: what one has "
        "learnt "
        "there about rules and habits spares the others years."
    ),
    "member_profiles/lanterna-marine-cluster/expertise": (
        "140 firms around the harbour of Genoa: shipyards, sensors, quiet drives. Missions to North America and "
        "East Asia "
        "since its foundation, and a test site in the old basin."
    ),
    "member_profiles/lanterna-marine-cluster/role": "Coordinates, and leads the work in the harbours.",
    "member_profiles/salzspeicher-food-network/expertise": (
        "86 food firms of the Baltic coast with a shared laboratory for shelf life and a team for certificates of "
        "third "
        "countries."
    ),
    "member_profiles/salzspeicher-food-network/role": "Leads everything about cold chains and food.",
    "targets/JP/situation": (
        "Many regional harbours are being renewed. Buyers expect a partner on the spot, long tests and documents in "
        "Japanese. Six of our firms sell there through agents."
    ),
    "targets/JP/goals": "One test berth, five firms with a first contract, an agreement with one cluster.",
    "targets/JP/partners_there": "Talks with a robotics cluster in Tokyo have begun; a harbour authority is to be won.",
    "targets/JP/opportunities": (
        "Sensors for berths, cold boxes with a record of temperature, planning of small fleets."
    ),
    "targets/CA/situation": (
        "Ports on both coasts have published plans to lower noise and emissions. Rules for food imports are known "
        "to us "
        "from earlier missions."
    ),
    "targets/CA/goals": "One test berth, five firms with a first contract.",
    "targets/CA/partners_there": "Two ocean clusters know Lanterna from missions; no agreement yet.",
    "preparatory_actions": (
        "Visits of the members' firms to each other in the first four months; a study of eight harbours; a joint "
        "strategy and a roadmap agreed by month nine."
    ),
    "implementation_actions": (
        "Four missions with eight firms each, two test berths, a shared catalogue in Japanese, English and French, "
        "and a "
        "person in each country who follows up for a year."
    ),
    "partnership_agreement": (
        "The members intend to sign a partnership agreement by month six. It says who may use the common name, how "
        "costs "
        "after the project are shared and how a member joins or leaves."
    ),
    "governance": (
        "One person of each member in a board that meets every month; decisions by all if possible, by two of three if "
        "not. A member that leaves hands its work over within three months."
    ),
    "long_term_agenda": (
        "A harbour a year after the project, and a second generation of firms that the first one coaches."
    ),
    "sustainability": (
        "Fees of the firms that sell through the catalogue, and a share of the missions they pay themselves."
    ),
    "sme_support": (
        "Firms of all members apply for each mission on the same form; a jury of three chooses. Preparation in four "
        "evenings, a coach on the spot, a review after six months."
    ),
    "work_packages/1": "10",
    "work_packages/1/title": "Leading the project",
    "work_packages/1/lead": "lanterna-marine-cluster",
    "work_packages/1/partners": "salzspeicher-food-network",
    "work_packages/1/start": "1",
    "work_packages/1/end": "30",
    "work_packages/1/objectives": "The project keeps its time, its money and its promises.",
    "work_packages/1/description": "Meetings of the board, reports, the accounts, and what is told to the public.",
    "work_packages/2": "20",
    "work_packages/2/title": "Strategy and roadmap",
    "work_packages/2/lead": "salzspeicher-food-network",
    "work_packages/2/partners": "lanterna-marine-cluster",
    "work_packages/2/start": "1",
    "work_packages/2/end": "9",
    "work_packages/2/objectives": "A joint strategy that every member's firms recognise.",
    "work_packages/2/description": "Visits to each other, a study of eight harbours, the strategy, the roadmap.",
    "work_packages/3": "30",
    "work_packages/3/title": "In the harbours",
    "work_packages/3/lead": "lanterna-marine-cluster",
    "work_packages/3/partners": "salzspeicher-food-network",
    "work_packages/3/start": "8",
    "work_packages/3/end": "30",
    "work_packages/3/objectives": "Ten firms sell where none of them sold before.",
    "work_packages/3/description": "Missions, test berths, the catalogue, and a person in each country who follows up.",
    "tasks/1": "10",
    "tasks/1/title": "Visits of the firms to each other",
    "tasks/1/work_package": "2",
    "tasks/1/lead": "salzspeicher-food-network",
    "tasks/1/start": "1",
    "tasks/1/end": "4",
    "tasks/2": "20",
    "tasks/2/title": "Study of eight harbours",
    "tasks/2/work_package": "2",
    "tasks/2/lead": "lanterna-marine-cluster",
    "tasks/2/start": "3",
    "tasks/2/end": "7",
    "tasks/3": "30",
    "tasks/3/title": "Test berth in Japan",
    "tasks/3/work_package": "3",
    "tasks/3/lead": "lanterna-marine-cluster",
    "tasks/3/start": "12",
    "tasks/3/end": "28",
    "deliverables/1": "10",
    "deliverables/1/title": "Joint internationalisation strategy",
    "deliverables/1/work_package": "2",
    "deliverables/1/lead": "salzspeicher-food-network",
    "deliverables/1/month": "9",
    "deliverables/1/kind": "report",
    "deliverables/2": "20",
    "deliverables/2/title": "Partnership agreement",
    "deliverables/2/work_package": "1",
    "deliverables/2/lead": "lanterna-marine-cluster",
    "deliverables/2/month": "6",
    "deliverables/2/kind": "agreement",
    "milestones/1": "10",
    "milestones/1/title": "First berth runs",
    "milestones/1/work_package": "3",
    "milestones/1/month": "16",
    "milestones/1/verification": "A month of measurements that the harbour confirms",
    "business_partnerships/1": "10",
    "business_partnerships/1/target": "JP",
    "business_partnerships/1/title": "First contracts of firms with a harbour or its suppliers",
    "business_partnerships/1/number": "5",
    "business_partnerships/2": "20",
    "business_partnerships/2/target": "CA",
    "business_partnerships/2/title": "First contracts of firms with a harbour or its suppliers",
    "business_partnerships/2/number": "5",
    "indicators/1": "10",
    "indicators/1/title": "Firms with a first contract in a target country",
    "indicators/1/unit": "firms",
    "indicators/1/baseline": "0",
    "indicators/1/target": "10",
    "indicators/1/verification": "Signed contracts, seen by the coordinator",
}
"""Texts of the draft by key (`hanse.core.form`)."""

COSTS: Mapping[str, tuple[tuple[str, str, str, str], ...]] = {
    "lanterna-marine-cluster": (
        ("1", "personnel", "14", "5 200.00"),
        ("1", "travel", "", "6 000.00"),
        ("3", "personnel", "20", "5 200.00"),
        ("3", "travel", "", "38 000.00"),
        ("3", "other_goods", "", "42 000.00"),
        ("3", "subcontracting", "", "30 000.00"),
    ),
    "salzspeicher-food-network": (
        ("2", "personnel", "16", "4 900.00"),
        ("2", "travel", "", "12 500.00"),
        ("3", "personnel", "10", "4 900.00"),
        ("3", "other_goods", "", "21 350.40"),
    ),
}
"""Costs by organisation: work package, category, person-months where it is counted in them, rate or amount in euro."""

REQUESTED: Mapping[str, str] = {"lanterna-marine-cluster": "267 400.00", "salzspeicher-food-network": "146 900.00"}
"""Contribution that each member asks for, in euro."""

TASKS = (
    ("Write the roadmap", "lanterna-marine-cluster", "2020-11-30"),
    ("Confirm the letters of the partners in Japan", "salzspeicher-food-network", "2020-12-01"),
)
"""What is left to do: title, member, due day."""


def write_together(people: Mapping[str, User]) -> None:
    """Let the cast form the consortium, write the draft and plan its budget, over some weeks of the rehearsal clock."""
    announcement.load_callbook(BEGUN_AT)
    consortium = forming.begin(
        actor=people["giulia"],
        organisation_ref="lanterna-marine-cluster",
        call=CALL,
        strand="A",
        name=NAME,
        idea=IDEA,
        targets=TARGETS,
        sectors=SECTORS,
        at=BEGUN_AT,
    )
    partner = _invite(consortium, people["giulia"], "salzspeicher-food-network", BEGUN_AT + timedelta(days=1))
    wording = members.wording_of(partner)
    seats.accept(actor=people["jonas"], seat_id=partner.pk, wording=wording, at=BEGUN_AT + timedelta(days=2))
    _invite(consortium, people["giulia"], "sava-software-network", datetime(2020, 11, 27, 14, tzinfo=UTC))
    _write(consortium, people)
    _plan_costs(consortium, people)
    _leave_tasks(consortium, people)


def _invite(consortium: Consortium, by: User, organisation: str, at: datetime) -> Seat:
    message = "Shall we go to Japan and Canada together? The idea is on the page of the consortium."
    return seats.invite(
        actor=by,
        ref=consortium.ref,
        organisation_ref=organisation,
        role=Seat.Role.BENEFICIARY,
        message=message,
        at=at,
    )


def _write(consortium: Consortium, people: Mapping[str, User]) -> None:
    at = BEGUN_AT + timedelta(days=3)
    drafts.begin(actor=people["giulia"], ref=consortium.ref, at=at)
    for writer, name in (("giulia", ""), ("jonas", "salzspeicher-food-network")):
        texts = {key: (text, 0) for key, text in TEXTS.items() if _written_by_jonas(key) == bool(name)}
        drafts.save_many(actor=people[writer], ref=consortium.ref, texts=texts, at=at + timedelta(hours=len(writer)))


def _written_by_jonas(key: str) -> bool:
    return "salzspeicher" in key or key.startswith(("work_packages/2", "governance", "sustainability"))


def _plan_costs(consortium: Consortium, people: Mapping[str, User]) -> None:
    at = BEGUN_AT + timedelta(days=20)
    writers = {"lanterna-marine-cluster": people["giulia"], "salzspeicher-food-network": people["jonas"]}
    for seat in members.open_seats(consortium):
        organisation = seat.organisation.ref
        if organisation not in COSTS:
            continue
        cells = [_cell(*row) for row in COSTS[organisation]]
        actor = writers[organisation]
        money.save_cells(actor=actor, ref=consortium.ref, seat_id=seat.pk, cells=cells, at=at)
        asked = read_amount(REQUESTED[organisation]).cents
        money.state_contribution(actor=actor, ref=consortium.ref, seat_id=seat.pk, requested=asked, based_on=0, at=at)


def _cell(package: str, category: str, months: str, amount: str) -> Typed:
    cents = read_amount(amount).cents
    if months:
        return Typed(package, category, months=100 * int(months), rate=cents)
    return Typed(package, category, cents=cents)


def _leave_tasks(consortium: Consortium, people: Mapping[str, User]) -> None:
    by_ref = {seat.organisation.ref: seat.pk for seat in members.open_seats(consortium)}
    for title, organisation, due in TASKS:
        space.add_task(
            actor=people["giulia"],
            ref=consortium.ref,
            title=title,
            text="",
            due_on=date.fromisoformat(due),
            seat_id=by_ref[organisation],
            person_id=None,
            at=BEGUN_AT + timedelta(days=25),
        )
    space.write_message(
        actor=people["jonas"],
        ref=consortium.ref,
        text="The figures of Salzspeicher are in. Giulia, shall we ask for 90 % or a little less?",
        link="/",
        at=BEGUN_AT + timedelta(days=26),
    )
