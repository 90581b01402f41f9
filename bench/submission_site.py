"""Applications that are ready to be submitted, for the benchmarks of submission: distinct consortia of five members.

Each has 66 texts, 60 cells of budget, every paper that its call asks for, a history, mandates, and a fair copy as the
page before the door leaves it. Its coordinator has a session.

Run: python bench/submission_site.py COUNT      with the settings of the site in the environment
"""

import json
import os
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import django

if __name__ == "__main__":  # run by itself it is the one that sets Django up
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hanse.site.settings")
    django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from pypdf import PdfWriter

from hanse.core.form import Form
from hanse.ground import clock, files
from hanse.ground.accounts.actions import BACKEND
from hanse.ground.accounts.models import User
from hanse.ground.clock.arrival import stamp
from hanse.ground.files.models import StoredFile
from hanse.ground.files.types import PDF
from hanse.stages.announcement.queries import form_of
from hanse.stages.consortia.models import Consortium, Mandate, Seat, SeatState
from hanse.stages.proposals.models import Annex, Cost, Declaration, MoneyChange, Part, Proposal, Text, TextVersion
from hanse.stages.proposals.queries.papers import places_of, wording_digest, words_of
from hanse.stages.registry.models import LegalEntity, Membership, Organisation, RegistrationStep
from hanse.stages.submission.actions.submitting import make_ready

CALL = "COS-CLUSINT-2020-3-01"
CLOSING = datetime(2020, 12, 2, 16, tzinfo=UTC)
BEGINNING = datetime(2020, 10, 5, 9, tzinfo=UTC)
COUNTRIES = ("IT", "DE", "FR", "ES", "PL")
PACKAGES = 4
AT_ONCE = 100
WORDS = (
    "The members take their firms to the harbours of two countries, show there what they have built together, and come "
    "back with contracts and with what they have learnt. "
)


@dataclass(frozen=True)
class Applicant:
    """Who submits which application.

    Attributes:
        ref: of the application.
        session: of its coordinator, as the cookie holds it.
    """

    ref: str
    session: str


def build(count: int, *, before_closing: timedelta = timedelta(hours=2)) -> list[Applicant]:
    """So many applications, and the rehearsal clock so long before their call closes."""
    clock.set_clock(instant=CLOSING - before_closing)
    form = form_of(CALL, BEGINNING)
    assert form is not None
    form = form.for_strand("A")
    paper = files.keep(
        SimpleUploadedFile("paper.pdf", _pdf()), allowed=frozenset({PDF}), most_bytes=1 << 20, at=BEGINNING
    )
    made: list[Applicant] = []
    for start in range(0, count, AT_ONCE):
        with transaction.atomic():
            made += _batch(range(start, min(start + AT_ONCE, count)), form, paper)
    return made


def _batch(numbers: range, form: Form, paper: StoredFile) -> list[Applicant]:
    people, organisations = _organisations(numbers)
    consortia = Consortium.objects.bulk_create(
        Consortium(
            ref=f"ways-{n}",
            name=f"Ways {n}",
            call=CALL,
            strand="A",
            targets=["JP", "US"],
            sectors=["maritime-technology"],
            created_by=people[n, 0],
            created_at=BEGINNING,
            changed_at=BEGINNING,
        )
        for n in numbers
    )
    by_number = dict(zip(numbers, consortia, strict=True))
    seats = Seat.objects.bulk_create(
        Seat(
            consortium=by_number[n],
            organisation=organisations[n, m],
            role=Seat.Role.BENEFICIARY if m else Seat.Role.COORDINATOR,
            state=SeatState.ACCEPTED,
            place=m + 1,
            invited_by=people[n, 0],
            invited_at=BEGINNING,
            answered_by=people[n, m],
            answered_at=BEGINNING,
        )
        for n, m in organisations
    )
    Mandate.objects.bulk_create(
        Mandate(seat=seat, wording="We take part.", given_by=seat.answered_by, given_at=BEGINNING) for seat in seats
    )
    proposals = Proposal.objects.bulk_create(
        Proposal(ref=each.ref, consortium=each, created_by=each.created_by, created_at=BEGINNING, changed_at=BEGINNING)
        for each in consortia
    )
    for proposal, n in zip(proposals, numbers, strict=True):
        own = [seat for seat in seats if seat.consortium_id == proposal.consortium_id]
        _write(proposal, n, [seat.organisation.ref for seat in own], people[n, 0])
        _plan_costs(proposal, own)
        _attach(proposal, own, form, paper)
        make_ready(proposal=proposal, arrival=stamp())
    return [
        Applicant(proposal.ref, key)
        for proposal, key in zip(proposals, _sessions([people[n, 0] for n in numbers]), strict=True)
    ]


Places = dict[tuple[int, int], Any]
"""What belongs to each place of each consortium."""


def _organisations(numbers: range) -> tuple[Places, Places]:
    places = [(n, m) for n in numbers for m in range(len(COUNTRIES))]
    people = [
        User(email=f"p{n}-{m}@hanse.example", name=f"Person {n}-{m}", joined_at=BEGINNING, password="!")  # noqa: S106 -- none
        for n, m in places
    ]
    User.objects.bulk_create(people)
    entities = LegalEntity.objects.bulk_create(
        LegalEntity(
            ref=f"e{n}-{m}",
            legal_name=f"Cluster {n}-{m} Association",
            country=COUNTRIES[m],
            own_legal_personality=True,
            created_at=BEGINNING,
        )
        for n, m in places
    )
    organisations = Organisation.objects.bulk_create(
        Organisation(
            ref=f"cluster-{n}-{m}",
            name=f"Cluster {n}-{m}",
            name_key=f"cluster {n}-{m}",
            legal_entity=entity,
            kind="cluster_organisation",
            country=entity.country,
            sectors=["maritime-technology", "digital-industry"],
            target_markets=["JP", "US"],
            properties={"independent": True},
            status=Organisation.Status.PUBLISHED,
            requested_at=BEGINNING - timedelta(days=40),
            published_at=BEGINNING - timedelta(days=30),
            created_at=BEGINNING - timedelta(days=40),
            changed_at=BEGINNING - timedelta(days=30),
        )
        for (n, m), entity in zip(places, entities, strict=True)
    )
    RegistrationStep.objects.bulk_create(
        RegistrationStep(organisation=each, status=status, at=at or BEGINNING)
        for each in organisations
        for status, at in (
            (Organisation.Status.REQUESTED, each.requested_at),
            (Organisation.Status.PUBLISHED, each.published_at),
        )
    )
    Membership.objects.bulk_create(
        Membership(user=user, organisation=each, right=Membership.Right.OWNER, since=BEGINNING)
        for user, each in zip(people, organisations, strict=True)
    )
    return dict(zip(places, people, strict=True)), dict(zip(places, organisations, strict=True))


def _write(proposal: Proposal, n: int, members: list[str], by: User) -> None:
    texts = {"title": f"Ways {n}", "acronym": f"WAYS{n}", "duration_months": "32", "summary": f"{n}: {WORDS * 8}"}
    for section, times in (
        ("joint_strategy", 30), ("common_goals", 12), ("complementarity", 15), ("preparatory_actions", 15),
        ("implementation_actions", 20), ("partnership_agreement", 10), ("governance", 8), ("roadmap", 12),
        ("long_term_agenda", 10), ("sustainability", 8), ("sme_support", 12), ("budget_justification", 10),
    ):  # fmt: skip
        texts[section] = f"{n}, {section}: {WORDS * times}"
    for member in members:
        texts |= {f"member_profiles/{member}/expertise": WORDS * 6, f"member_profiles/{member}/role": WORDS * 3}
    for target in ("JP", "US"):
        for part in ("situation", "goals", "partners_there", "opportunities"):
            texts[f"targets/{target}/{part}"] = WORDS * 5
    for number in range(1, PACKAGES + 1):
        start = f"work_packages/{number}"
        texts |= {
            start: str(10 * number), f"{start}/title": f"Package {number}", f"{start}/lead": members[number % 5],
            f"{start}/partners": ", ".join(members[:3]), f"{start}/start": "1", f"{start}/end": "32",
            f"{start}/objectives": WORDS * 3, f"{start}/description": WORDS * 8,
        }  # fmt: skip
    rows = [
        Text(proposal=proposal, key=key, value=value.strip(), changed_by=by, changed_at=BEGINNING)
        for key, value in texts.items()
    ]
    Text.objects.bulk_create(rows)
    TextVersion.objects.bulk_create(
        TextVersion(
            proposal=proposal,
            key=row.key,
            number=1,
            value=row.value,
            written_by=by,
            begun_at=BEGINNING,
            written_at=BEGINNING,
        )
        for row in rows
    )


def _plan_costs(proposal: Proposal, seats: list[Seat]) -> None:
    def cells() -> Iterator[Cost]:
        for seat in seats:
            of = {"proposal": proposal, "seat": seat, "changed_by": seat.answered_by, "changed_at": BEGINNING}
            for package in map(str, range(1, PACKAGES + 1)):
                yield Cost(work_package=package, category="personnel", months=400, rate=520_000, cents=2_080_000, **of)
                yield Cost(work_package=package, category="travel", cents=110_000, **of)
                yield Cost(work_package=package, category="other_goods", cents=60_000, **of)

    costs = Cost.objects.bulk_create(cells())
    parts = Part.objects.bulk_create(
        Part(
            proposal=proposal, seat=seat, requested=8_000_000, changed_by=seat.answered_by, changed_at=BEGINNING
        )
        for seat in seats
    )  # fmt: skip
    changes: list[tuple[Cost | Part, str, dict[str, Any]]] = [
        (row, f"cost/{row.work_package}/{row.category}", {"cents": row.cents, "months": row.months, "rate": row.rate})
        for row in costs
    ]
    changes += [(row, "part", {"requested": row.requested, "shared": row.shared}) for row in parts]
    MoneyChange.objects.bulk_create(
        MoneyChange(
            proposal=proposal, seat=row.seat, key=key, after=after, changed_by=row.changed_by, changed_at=BEGINNING
        )
        for row, key, after in changes
    )


def _attach(proposal: Proposal, seats: list[Seat], form: Form, paper: StoredFile) -> None:
    lead = seats[0].answered_by
    Annex.objects.bulk_create(
        Annex(
            proposal=proposal,
            kind=place.asked.id,
            seat=place.seat,
            name=f"{place.asked.id}.pdf",
            file=paper,
            pages=1,
            added_by=place.seat.answered_by if place.seat else lead,
            added_at=BEGINNING,
        )
        for place in places_of(form, seats, ())
        if place.asked.required
    )
    Declaration.objects.bulk_create(
        Declaration(
            proposal=proposal,
            seat=word.seat,
            kind=word.asked.id,
            wording=word.asked.text,
            digest=wording_digest(word.asked.text),
            made_by=word.seat.answered_by,
            made_at=BEGINNING,
        )
        for word in words_of(form, seats, ())
    )


def _sessions(people: list[User]) -> list[str]:
    """The keys of new sessions, one for each person."""
    ends = datetime.now(UTC) + timedelta(days=1)
    made = []
    for person in people:
        store = SessionStore()
        told = {
            SESSION_KEY: str(person.pk),
            BACKEND_SESSION_KEY: BACKEND,
            HASH_SESSION_KEY: person.get_session_auth_hash(),
        }
        made.append(Session(session_key=secrets.token_hex(16), session_data=store.encode(told), expire_date=ends))
    Session.objects.bulk_create(made)
    return [session.session_key for session in made]


def _pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    content = BytesIO()
    writer.write(content)
    return content.getvalue()


def main() -> None:
    """Make a site ready and fill it; tells the applicants."""
    from django.core.management import call_command

    call_command("prepare", verbosity=0)
    print(json.dumps([vars(each) for each in build(int(sys.argv[1]))]))


if __name__ == "__main__":
    main()
