"""A large registry for the benchmark of pages: made up by a seed with names, sectors and markets as lists have them."""

import random
import time
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from django.db import transaction

from hanse.callbook import reference
from hanse.ground import audit, search
from hanse.ground.accounts.actions import register_person
from hanse.ground.accounts.models import Appointment, Role, User
from hanse.ground.files.models import StoredFile
from hanse.ground.outbox.models import Message
from hanse.stages.registry.models import (
    DuplicatePair,
    Fact,
    ImportRow,
    ImportRun,
    LegalEntity,
    Membership,
    Organisation,
    RegistrationStep,
    Tag,
)

BATCH = 2_000
FIRST = [
    "Alpine",
    "Amber",
    "Atlantic",
    "Baltic",
    "Blue",
    "Bright",
    "Danube",
    "Delta",
    "Eastern",
    "Fjord",
    "Green",
    "Harbour",
    "Iron",
    "Lake",
    "Lagoon",
]
SECOND = [
    "Aerospace",
    "Automotive",
    "Bio",
    "Digital",
    "Energy",
    "Food",
    "Health",
    "Logistics",
    "Marine",
    "Materials",
    "Mobility",
    "Optics",
    "Textile",
]
THIRD = ["Cluster", "Network", "Alliance", "Valley", "Park", "Forum", "Association", "Hub"]
COUNTRIES = [
    "AT",
    "BE",
    "BG",
    "CY",
    "CZ",
    "DE",
    "DK",
    "EE",
    "ES",
    "FI",
    "FR",
    "GR",
    "HR",
    "HU",
    "IE",
    "IT",
    "LT",
    "LU",
    "LV",
    "MT",
    "NL",
    "PL",
    "PT",
    "RO",
    "RS",
    "SE",
    "SI",
    "SK",
    "TR",
]
LANGUAGES = ["en", "de", "fr", "it", "es", "pl"]
BEGINNING = datetime(2020, 3, 2, 9, tzinfo=UTC)
CALL = "COS-CLUSINT-2020-3-01"
ALL_KINDS = tuple(Organisation.Kind)


def fill(count: int) -> None:
    """Publish `count` organisations, each with its entity, tags, facts, dated steps and words."""
    chance = random.Random(1)
    sectors, markets = sorted(reference.sectors()), sorted(reference.regions())
    for start in range(0, count, BATCH):
        _batch(chance, range(start, min(start + BATCH, count)), sectors, markets)


def _batch(chance: random.Random, numbers: range, sectors: list[str], markets: list[str]) -> None:
    entities = LegalEntity.objects.bulk_create(
        LegalEntity(
            ref=f"e{n}",
            legal_name=f"{_name(n)} e.V.",
            country=COUNTRIES[n % len(COUNTRIES)],
            pic=f"{900_000_000 + n}",
            own_legal_personality=True,
            created_at=BEGINNING,
        )
        for n in numbers
    )
    organisations = Organisation.objects.bulk_create(
        Organisation(
            ref=f"o{n}",
            name=_name(n),
            name_key=search.fold(_name(n)),
            legal_entity=entity,
            kind=ALL_KINDS[n % 3],
            country=entity.country,
            city=f"Town {n % 700}",
            summary=f"{_name(n)} brings firms of the region together and takes them to new markets.",
            services=["matchmaking", "trade missions"],
            sectors=chance.sample(sectors, 2),
            target_markets=chance.sample(markets, 3),
            languages=chance.sample(LANGUAGES, 2),
            members_count=20 + n % 300,
            smes_count=10 + n % 200,
            founded=1990 + n % 30,
            status=Organisation.Status.PUBLISHED,
            requested_at=BEGINNING + timedelta(minutes=n),
            published_at=BEGINNING + timedelta(minutes=n, days=3),
            created_at=BEGINNING,
            changed_at=BEGINNING + timedelta(minutes=n),
        )
        for n, entity in zip(numbers, entities, strict=True)
    )
    Tag.objects.bulk_create(
        Tag(organisation=organisation, kind=kind, value=value)
        for organisation in organisations
        for kind, values in (
            (Tag.Kind.SECTOR, organisation.sectors),
            (Tag.Kind.MARKET, organisation.target_markets),
            (Tag.Kind.LANGUAGE, organisation.languages),
            (Tag.Kind.SERVICE, organisation.services),
        )
        for value in values
    )
    RegistrationStep.objects.bulk_create(
        RegistrationStep(organisation=organisation, status=status, at=at or BEGINNING)
        for organisation in organisations
        for status, at in (
            (Organisation.Status.REQUESTED, organisation.requested_at),
            (Organisation.Status.PUBLISHED, organisation.published_at),
        )
    )
    Fact.objects.bulk_create(
        Fact(
            organisation=organisation,
            name=name,
            value=getattr(organisation, name),
            valid_from=date(2020, 3, 2),
            known_from=BEGINNING,
        )
        for organisation in organisations
        for name in ("name", "country", "kind", "sectors", "members_count")
    )
    search.put_many(
        "organisation",
        [(o.ref, o.name, " ".join((o.city, o.summary, *o.sectors, *o.target_markets))) for o in organisations],
    )


def fill_desks(count: int) -> User:
    """So many registrations that wait, duplicates, rows of an import, messages and events; an officer to see them."""
    odile = register_person(email="odile@hanse.example", name="Odile Lambert", verified=True, at=BEGINNING)
    Appointment.objects.create(user=odile, role=Role.OFFICER, since=BEGINNING)
    waiting = Organisation.objects.bulk_create(
        Organisation(
            ref=f"w{n}",
            name=f"{_name(n)} waiting",
            name_key=f"{search.fold(_name(n))} waiting",
            country=COUNTRIES[n % len(COUNTRIES)],
            status=Organisation.Status.REQUESTED,
            requested_at=BEGINNING + timedelta(minutes=n),
            created_at=BEGINNING,
            changed_at=BEGINNING,
        )
        for n in range(count)
    )
    Membership.objects.bulk_create(
        Membership(user=odile, organisation=one, right=Membership.Right.EDITOR, since=BEGINNING) for one in waiting[:5]
    )
    first = Organisation.objects.order_by("pk").values_list("pk", flat=True).first() or 0
    DuplicatePair.objects.bulk_create(
        DuplicatePair(
            first_id=first + n,
            second_id=first + n + 1,
            reasons=["names that are alike", "the same country"],
            likeness=60 + n % 40,
            found_at=BEGINNING,
        )
        for n in range(count)
    )
    kept = StoredFile.objects.create(digest="0" * 64, size=1, media_type="text/plain", kept_at=BEGINNING)
    run = ImportRun.objects.create(
        file=kept, file_name="many.csv", by=odile, at=BEGINNING, state="checked", rows=count, faulty=count, done=count
    )
    ImportRow.objects.bulk_create(
        ImportRow(run=run, line=n + 2, given={"name": _name(n)}, faults=["country: XX is no country"])
        for n in range(count)
    )
    Message.objects.bulk_create(
        Message(
            to="giulia@hanse.example", subject=f"Message {n}", body="x" * 800, created_at=BEGINNING, next_at=BEGINNING
        )
        for n in range(count)
    )
    for _ in range(min(count, 500)):
        with transaction.atomic():
            audit.record("look", actor=odile, subject=("organisation", "w1"), at=BEGINNING)
    return odile


def desk_addresses(requests: int) -> dict[str, list[str]]:
    """The same for an officer who has signed in."""
    paths = {
        "my work": "/work",
        "registrations to review": "/registrations",
        "duplicates": "/organisations/duplicates",
        "imports": "/organisations/imports",
        "rows of an import": "/organisations/imports/1",
        "outbox": "/outbox",
        "the record": "/administration/record",
        "administration": "/administration",
        "people": "/accounts/people",
        "call editions": "/calls/desk",
        "new organisation": "/organisations/new",
    }
    reviews = [f"/registrations/w{n * 31 % 400}" for n in range(requests)]
    return {name: [path] * requests for name, path in paths.items()} | {"a registration": reviews}


def _name(n: int) -> str:
    first, second, third = FIRST[n % 15], SECOND[n // 15 % 13], THIRD[n // 195 % 8]
    return f"{first} {second} {third} {n}"


def addresses(requests: int) -> dict[str, list[str]]:
    """The addresses to ask for, by the name of the page; of each page different ones, as readers ask for them."""
    turns = range(requests)
    directory = "/organisations"
    return {
        "home": ["/"] * requests,
        "calls": ["/calls"] * requests,
        "a call": [f"/calls/{CALL}"] * requests,
        "can we apply": [f"/calls/{CALL}/check?strand=A&country={COUNTRIES[n % 29]}" for n in turns],
        "questions": [f"/calls/{CALL}/questions"] * requests,
        "organisations": [directory] * requests,
        "organisations by country": [_with(directory, country=COUNTRIES[n % 29]) for n in turns],
        "organisations by words": [_with(directory, q=f"{SECOND[n % 13].lower()} {FIRST[n % 15][:3]}") for n in turns],
        "organisations by sector": [_with(directory, sector=sector) for sector in _some_sectors(requests)],
        "map": ["/organisations/map"] * requests,
        "an organisation": [f"/organisations/o{n * 97 % 1000}" for n in turns],
    }


def _some_sectors(requests: int) -> list[str]:
    sectors = sorted(reference.sectors())
    return [sectors[n % len(sectors)] for n in range(requests)]


def _with(path: str, **asked: str) -> str:
    return f"{path}?{urlencode(asked)}"


def searches(requests: int) -> list[float]:
    """Milliseconds of single searches, of one and of two words, common and rare."""
    taken = []
    for n in range(requests):
        words = f"{SECOND[n % 13]} {FIRST[n % 15][:3]}" if n % 2 else f"{FIRST[n % 15]}"
        start = time.perf_counter()
        found = search.found("organisation", words)
        taken.append((time.perf_counter() - start) * 1000)
        assert found, words
    return taken
