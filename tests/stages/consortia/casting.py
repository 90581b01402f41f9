"""Organisations and consortia for tests of consortia and applications. All are fictional.

organisation_of("giulia")            the registered organisation of somebody of the cast, the same each time
organisation_in("FR")                of a country, with an owner of its own; `organisation_in("FR", 2)` is another
owner_of(organisation)               who owns it
editor_of("charlie", organisation)   let somebody edit for it
unclaimed("Faraway Network", "JP")   a profile that nobody acts for
a_consortium("giulia", "jonas")      who takes part, by person or country; the first coordinates
invited(consortium, "mila")          a seat that is offered
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tests.cast import NAMES
from tests.conftest import NOW
from tests.people import SINCE, person

from hanse.ground.accounts.actions import register_person
from hanse.ground.accounts.models import User
from hanse.stages.announcement.actions import load_callbook
from hanse.stages.consortia.models import Consortium, Mandate, Role, Seat, SeatState
from hanse.stages.registry.actions import registration
from hanse.stages.registry.models import Membership, Organisation
from hanse.stages.registry.queries import name_key

CALL = "COS-CLUSINT-2020-3-01"
OLDER_CALL = "COS-CLUSINT-2016-03-01"
HOME = {"giulia": "IT", "jonas": "DE", "mila": "RS", "aylin": "TR"}
"""The country of the organisation that somebody of the cast owns."""
REGISTERED = datetime.fromisoformat("2020-09-01T09:00:00+00:00")
WORDING = "We take part in this consortium."
AFTER_CLOSING = NOW + timedelta(days=30)

PROFILES: dict[str, dict[str, Any]] = {
    "IT": {
        "sectors": ["marine-technology", "maritime-technology"],
        "target_markets": ["US"],
        "services": ["Matchmaking", "Training"],
    },
    "DE": {"sectors": ["food"], "target_markets": ["JP", "US"], "services": ["Testing"]},
    "RS": {"sectors": ["digital"], "target_markets": ["asia"], "services": ["Training"]},
    "FR": {"sectors": ["photonics"], "target_markets": ["JP"], "services": ["Testing", "Funding advice"]},
    "ES": {"sectors": ["mobility"], "target_markets": ["BR"], "services": ["Matchmaking"]},
}


def the_calls() -> None:
    """Load the calls of the callbook."""
    load_callbook(NOW)


def organisation_of(id: str, **values: Any) -> Organisation:
    """The registered organisation of somebody of the cast; the same one each time it is asked."""
    country = HOME[id]
    return _organisation(NAMES[country][1], country, person(id), values)


def organisation_in(country: str, number: int = 1, **values: Any) -> Organisation:
    """A registered organisation of a country; those of the cast's own countries belong to them."""
    who = next((id for id, home in HOME.items() if home == country), None)
    if who and number == 1:
        return organisation_of(who, **values)
    known, name = NAMES.get(country, (country.lower(), f"Cluster of {country}"))
    if number > 1:
        known, name = f"{known}-{number}", f"{name} {number}"
    email = f"{known}@hanse.example"
    owner = User.objects.filter(email=email).first()
    owner = owner or register_person(email=email, name=f"Owner of {name}", verified=True, at=SINCE)
    return _organisation(name, country, owner, values)


def _organisation(name: str, country: str, owner: User, values: dict[str, Any]) -> Organisation:
    found = Organisation.objects.filter(name_key=name_key(name)).first()
    if found is not None:
        return found
    told = {
        "name": name,
        "kind": "cluster_organisation",
        "country": country,
        "summary": f"{name} unites firms of its region.",
        "email": f"office@{country.lower()}.example",
        "sectors": ["digital"],
        **PROFILES.get(country, {}),
        **values,
    }
    entity = {"legal_name": f"{name} Association", "country": country, "own_legal_personality": True}
    made = registration.start_draft(actor=owner, values=told, entity=entity, at=REGISTERED)
    registration.request_registration(actor=owner, ref=made.ref, at=REGISTERED)
    return registration.publish(actor=person("odile"), ref=made.ref, at=REGISTERED)


def unclaimed(name: str, country: str, **values: Any) -> Organisation:
    """A profile listed from a source, for which nobody acts here."""
    return Organisation.objects.create(
        ref=name_key(name).replace(" ", "-"),
        name=name,
        name_key=name_key(name),
        country=country,
        source="https://example.org/members",
        status=Organisation.Status.PUBLISHED,
        created_at=REGISTERED,
        changed_at=REGISTERED,
        **values,
    )


def owner_of(organisation: Organisation) -> User:
    """The first owner of an organisation."""
    held = organisation.memberships.filter(until__isnull=True, right="owner").select_related("user").order_by("pk")
    owner: User = held[0].user
    return owner


def editor_of(id: str, organisation: Organisation, right: str = "editor") -> User:
    """Let somebody of the cast act for an organisation as editor."""
    user = person(id)
    Membership.objects.create(user=user, organisation=organisation, right=right, since=REGISTERED)
    return user


def _named(who: str | Organisation) -> Organisation:
    if isinstance(who, Organisation):
        return who
    return organisation_of(who) if who in HOME else organisation_in(who)


def a_consortium(
    *members: str | Organisation,
    ref: str = "blue-ways",
    name: str = "Blue ways",
    call: str = CALL,
    strand: str = "A",
    targets: Sequence[str] = ("US", "JP"),
    sectors: Sequence[str] = (),
    role: str = Role.BENEFICIARY,
) -> Consortium:
    """A consortium whose members have accepted and given their mandates; the first coordinates.

    Args:
        members: people of the cast, country codes, or organisations; giulia, jonas and mila if left out.
        role: of all but the first.
    """
    taking_part = [_named(who) for who in members or ("giulia", "jonas", "mila")]
    by = owner_of(taking_part[0])
    consortium = Consortium.objects.create(
        ref=ref,
        name=name,
        idea="Partners for clean ports abroad.",
        call=call,
        strand=strand,
        targets=list(targets),
        sectors=list(sectors),
        created_by=by,
        created_at=NOW,
        changed_at=NOW,
    )
    for place, organisation in enumerate(taking_part, 1):
        seat = Seat.objects.create(
            consortium=consortium,
            organisation=organisation,
            role=Role.COORDINATOR if place == 1 else role,
            state=SeatState.ACCEPTED,
            place=place,
            invited_by=by,
            invited_at=NOW,
            answered_by=owner_of(organisation),
            answered_at=NOW,
        )
        Mandate.objects.create(seat=seat, wording=WORDING, given_by=owner_of(organisation), given_at=NOW)
    return consortium


def seat_of(consortium: Consortium, who: str | Organisation) -> Seat:
    """The open seat of an organisation in a consortium."""
    organisation = _named(who)
    return Seat.objects.get(consortium=consortium, organisation=organisation, state__in=("invited", "accepted"))


def invited(consortium: Consortium, who: str | Organisation, role: str = Role.BENEFICIARY) -> Seat:
    """A seat that is offered to an organisation and not answered yet."""
    places = consortium.seats.count()
    return Seat.objects.create(
        consortium=consortium,
        organisation=_named(who),
        role=role,
        state=SeatState.INVITED,
        place=places + 1,
        message="Come with us.",
        invited_by=consortium.created_by,
        invited_at=NOW,
    )
