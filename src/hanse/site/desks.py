"""My work: for each part a person plays, what waits for them and what they can begin."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from hanse.ground.accounts.access import roles_of
from hanse.ground.accounts.models import Role, User
from hanse.stages.announcement import queries as announcement
from hanse.stages.registry import queries as registry


@dataclass(frozen=True)
class Item:
    """One thing on a desk: what it is, where it is, and how it stands."""

    label: str
    address: str
    note: str = ""


@dataclass(frozen=True)
class Section:
    """A part of a desk.

    Attributes:
        empty: what is said if there is nothing.
        begin: what can be begun here, as label and address.
    """

    title: str
    items: tuple[Item, ...]
    empty: str
    begin: tuple[str, str] | None = None


@dataclass(frozen=True)
class Desk:
    """All that one part has to do."""

    title: str
    sections: tuple[Section, ...]


def desks_of(user: User, at: datetime) -> list[Desk]:
    """The desks of a person: the applicant's for everybody, and one for each appointment."""
    roles = roles_of(user, at)
    desks = [Desk("As an applicant", tuple(_applicant(user, at)))]
    if roles & {Role.OFFICER, Role.AUDITOR}:
        desks.append(Desk("As a programme officer" if Role.OFFICER in roles else "As an auditor", tuple(_officer(at))))
    if Role.EXPERT in roles:
        nothing = "Nothing to evaluate: no call is at that stage."
        desks.append(Desk("As an expert", (Section("Proposals to evaluate", (), nothing),)))
    return desks


def _applicant(user: User, at: datetime) -> Iterator[Section]:
    own = tuple(
        Item(organisation.name, reverse("registry:organisation", args=[organisation.ref]), str(role_and_state))
        for organisation, role_and_state in registry.organisations_of(user)
    )
    yield Section(
        "My organisations",
        own,
        "You act for no organisation yet. Register yours, or ask one of its owners to invite you.",
        ("Register an organisation", reverse("registry:register")),
    )
    calls = tuple(
        Item(call.title, reverse("announcement:call", args=[call.reference]), call.reference)
        for call in announcement.open_calls(at)
    )
    yield Section("Open calls", calls, "No call is open now.", ("All calls", reverse("announcement:calls")))


def _officer(at: datetime) -> Iterator[Section]:
    waiting = tuple(
        Item(organisation.name, reverse("registry:review", args=[organisation.ref]), note)
        for organisation, note in registry.review_queue_notes(at)
    )
    yield Section(
        "Registrations to review",
        waiting,
        "No registration waits for review.",
        ("Reviewer's desk", reverse("registry:reviews")),
    )
    editions = tuple(
        Item(
            f"{edition.reference}, edition {edition.number}",
            reverse("announcement:draft", args=[edition.pk]),
            edition.get_state_display(),
        )
        for edition in announcement.editions_in_preparation()
    )
    yield Section(
        "Call editions in preparation",
        editions,
        "No edition waits for a second person.",
        ("Call editions", reverse("announcement:desk")),
    )
    questions = tuple(
        Item(
            question.text[:80],
            reverse("announcement:question", args=[question.reference, question.number]),
            question.reference,
        )
        for question in announcement.unanswered()
    )
    yield Section("Questions to answer", questions, "No question waits for an answer.")
