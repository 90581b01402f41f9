"""The demonstration: a fictional cast around the real 2020 call, three days before its deadline.

Every person and every organisation named here is invented, and pages say so; addresses end in `.example`, which belongs
to nobody. The calls, the organisations listed from public sources and their partnerships are real.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from hanse.ground import clock
from hanse.ground.accounts import actions as accounts
from hanse.ground.accounts.models import Appointment, Role, User
from hanse.site.demonstration_application import write_together
from hanse.stages.announcement import actions as announcement
from hanse.stages.registry.actions import people as acting
from hanse.stages.registry.actions import registration as registry
from hanse.stages.registry.actions.cleaning import look_for_duplicates
from hanse.stages.registry.actions.reference_data import load_reference_data

CALL = "COS-CLUSINT-2020-3-01"
STARTS_AT = datetime(2020, 11, 29, 16, tzinfo=UTC)
"""29 November 2020, 17:00 in Brussels: three days before the 2020 call closes."""
FICTIONAL = "Fictional, for demonstration."


@dataclass(frozen=True)
class Character:
    """One of the cast: who they are, what they do, and what the agency appointed them to."""

    id: str
    name: str
    does: str
    role: Role | None = None

    @property
    def email(self) -> str:
        """Where they would be written to."""
        return f"{self.id}@hanse.example"


CAST = (
    Character("giulia", "Giulia Doria", "manages the Lanterna Marine Cluster in Genoa and looks for partners"),
    Character("jonas", "Jonas Wendt", "manages the Salzspeicher Food Network in Lübeck"),
    Character("mila", "Mila Petrović", "has asked for the registration of the Sava Software Network in Novi Sad"),
    Character("kenji", "Kenji Mori", "speaks for the Minato Robotics Cluster in Tokyo, an international partner"),
    Character("aylin", "Aylin Demir", "owns a small firm and looks around"),
    Character("odile", "Odile Lambert", "programme officer: reviews registrations, prepares editions", Role.OFFICER),
    Character("piet", "Piet Claes", "second programme officer: publishes what Odile proposed", Role.OFFICER),
    Character("ines", "Inês Carvalho", "administrator: appoints people", Role.ADMINISTRATOR),
    Character("elena", "Elena Papadaki", "expert who evaluates proposals", Role.EXPERT),
    Character("halvard", "Halvard Lie", "auditor: reads everything, changes nothing", Role.AUDITOR),
)


@dataclass(frozen=True)
class Profile:
    """A fictional organisation.

    Attributes:
        owners: ids of the cast; the first asks for registration.
        requested: when, by the rehearsal clock; None: it stays a draft.
        published: when, by an officer; None: it waits.
    """

    values: Mapping[str, Any]
    entity: Mapping[str, Any]
    owners: tuple[str, ...]
    requested: datetime | None = None
    published: datetime | None = None


PROFILES = (
    Profile(
        {
            "name": "Lanterna Marine Cluster",
            "kind": "cluster_organisation",
            "country": "IT",
            "region": "Liguria",
            "city": "Genoa",
            "website": "https://lanterna.example",
            "email": "office@lanterna.example",
            "summary": f"Ships, sensors and ports: 140 firms around the harbour of Genoa. {FICTIONAL}",
            "description": (
                "Lanterna brings shipyards, makers of sensors and the port together. Its members build measuring "
                "systems for ports, quiet drives for coastal ships and software that plans berths.\n\n"
                "Since its foundation it has led its members to trade fairs in North America and East Asia, and "
                "runs a test site in the old basin where partners try their equipment on real ships."
            ),
            "services": ["trade missions", "test site in the harbour", "matchmaking"],
            "sectors": ["maritime-technology", "marine-technology", "digital-industry"],
            "target_markets": ["CA", "JP", "CL"],
            "languages": ["it", "en", "fr"],
            "founded": 2009,
            "members_count": 140,
            "smes_count": 118,
        },
        {
            "legal_name": "Associazione Lanterna Marine Cluster",
            "country": "IT",
            "own_legal_personality": True,
        },
        ("giulia",),
        datetime(2020, 9, 14, 9, 20, tzinfo=UTC),
        datetime(2020, 9, 18, 13, 5, tzinfo=UTC),
    ),
    Profile(
        {
            "name": "Salzspeicher Food Network",
            "kind": "cluster_organisation",
            "country": "DE",
            "region": "Schleswig-Holstein",
            "city": "Lübeck",
            "website": "https://salzspeicher.example",
            "email": "office@salzspeicher.example",
            "summary": f"Food makers of the Baltic coast who sell together what they make apart. {FICTIONAL}",
            "description": (
                "Salzspeicher is a network of food firms, packaging makers and two research kitchens. Members share "
                "a laboratory for shelf life and a small team for certificates of third countries."
            ),
            "services": ["export certificates", "shared laboratory", "trade missions"],
            "sectors": ["agrifood", "agrifood-packaging-and-ict"],
            "target_markets": ["US", "JP"],
            "languages": ["de", "en", "da"],
            "founded": 2012,
            "members_count": 86,
            "smes_count": 79,
        },
        {"legal_name": "Salzspeicher Food Network e.V.", "country": "DE", "own_legal_personality": True},
        ("jonas", "giulia"),
        datetime(2020, 10, 5, 7, 45, tzinfo=UTC),
        datetime(2020, 10, 7, 15, 30, tzinfo=UTC),
    ),
    Profile(
        {
            "name": "Minato Robotics Cluster",
            "kind": "cluster_organisation",
            "international": True,
            "country": "JP",
            "city": "Tokyo",
            "website": "https://minato.example",
            "email": "office@minato.example",
            "summary": f"Makers of service robots who look for partners in Europe. {FICTIONAL}",
            "services": ["demonstration hall", "introductions to buyers"],
            "sectors": ["digital-industry", "high-tech"],
            "languages": ["ja", "en"],
            "members_count": 52,
            "smes_count": 40,
        },
        {"legal_name": "Minato Robotics Cluster", "country": "JP", "own_legal_personality": True},
        ("kenji",),
        datetime(2020, 10, 20, 3, 0, tzinfo=UTC),
        datetime(2020, 10, 22, 8, 10, tzinfo=UTC),
    ),
    Profile(
        {
            "name": "Sava Software Network",
            "kind": "business_network",
            "country": "RS",
            "city": "Novi Sad",
            "website": "https://sava.example",
            "email": "office@sava.example",
            "summary": f"Software houses of the Danube and Sava region. {FICTIONAL}",
            "services": ["shared sales office", "matchmaking"],
            "sectors": ["digital", "digital-industry"],
            "target_markets": ["US", "CA"],
            "languages": ["sr", "en", "de"],
            "founded": 2015,
            "members_count": 63,
            "smes_count": 61,
        },
        {"legal_name": "Sava Software Network", "country": "RS", "own_legal_personality": True},
        ("mila",),
        datetime(2020, 11, 27, 10, 15, tzinfo=UTC),
    ),
    Profile(
        {
            "name": "Phare Photonics Cluster",
            "kind": "cluster_organisation",
            "country": "FR",
            "city": "Lannion",
            "summary": f"Light for industry: a profile that is still being written. {FICTIONAL}",
            "sectors": ["high-tech"],
        },
        {"legal_name": "Phare Photonics Cluster", "country": "FR"},
        ("giulia",),
    ),
)


def prepare() -> None:
    """Set the clock, and put everything in place that is not there yet. What people did before stays."""
    clock.set_clock(instant=STARTS_AT)
    if User.objects.filter(email=CAST[0].email).exists():
        return
    with transaction.atomic():
        people = {character.id: _enter(place, character) for place, character in enumerate(CAST, 1)}
        load_reference_data(at=STARTS_AT - timedelta(days=90))
        for profile in PROFILES:
            _register(profile, people)
        look_for_duplicates(at=STARTS_AT)
        announcement.follow(actor=people["giulia"], reference=CALL, at=STARTS_AT)
    with transaction.atomic():
        write_together(people)


def _enter(place: int, character: Character) -> User:
    since = STARTS_AT - timedelta(days=120)
    user = accounts.register_person(email=character.email, name=character.name, verified=True, at=since)
    accounts.add_to_cast(user=user, order=place, does=character.does)
    if character.role:
        # Nobody could appoint the first ones; `hanse appoint` does the same on a new site.
        Appointment.objects.create(user=user, role=character.role, since=since)
    return user


def _register(profile: Profile, people: Mapping[str, User]) -> None:
    asks = people[profile.owners[0]]
    begun = (profile.requested or STARTS_AT) - timedelta(days=1)
    organisation = registry.start_draft(actor=asks, values=profile.values, entity=profile.entity, at=begun)
    if profile.requested:
        registry.request_registration(actor=asks, ref=organisation.ref, at=profile.requested)
    if profile.published:
        registry.publish(actor=people["odile"], ref=organisation.ref, at=profile.published)
    for owner in profile.owners[1:]:
        _share(organisation.ref, asks, people[owner], begun)


def _share(ref: str, owner: User, other: User, at: datetime) -> None:
    """Make another person an owner as people do: by an invitation that is accepted."""
    tokens: list[str] = []

    def link(token: str) -> str:
        tokens.append(token)
        return "the link was used at once"

    acting.invite(actor=owner, ref=ref, email=other.email, right="owner", at=at, link=link)
    acting.accept_invitation(actor=other, token=tokens[0], verified=frozenset({other.email}), at=at)
