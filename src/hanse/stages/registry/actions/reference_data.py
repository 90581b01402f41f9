"""The real organisations and partnerships that come with Hanse, listed from public sources until an owner takes over.

Their profiles say what the sources say and no more: nobody asked for their registration, so that whether and when they
were registered stays unknown, and so does what kind of organisation they are.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from hanse.callbook import reference
from hanse.core.values.unknown import Unknown
from hanse.ground import audit, search
from hanse.stages.registry.actions.profiles import SEARCH
from hanse.stages.registry.models import Fact, Organisation, PastPartnership, Tag
from hanse.stages.registry.queries import profiles

LISTED = "reference data"


@transaction.atomic
def load_reference_data(*, at: datetime) -> int:
    """List the organisations that were never listed, with their partnerships; how many were added.

    What has become of a profile since, by its owner, an officer or a merge, is left alone.
    """
    # The fact of its first name stays, however it is called by now.
    names = Fact.objects.filter(name="name", by=None).exclude(source="")
    listed = set(names.values_list("value", flat=True))
    sources = reference.organisation_sources()
    taken = set(Organisation.objects.values_list("ref", flat=True))
    added = []
    for known in reference.organisations():
        if known.id in listed:
            continue
        ref = _ref(known.id, taken)
        added.append(
            Organisation(
                ref=ref,
                name=known.id,
                name_key=profiles.name_key(known.id),
                country="" if isinstance(known.country, Unknown) else known.country,
                sectors=sorted(known.sectors),
                source=sources[known.id][:300],
                status=Organisation.Status.PUBLISHED,
                created_at=at,
                changed_at=at,
            )
        )
    added = Organisation.objects.bulk_create(added)
    Tag.objects.bulk_create(
        Tag(organisation=organisation, kind=Tag.Kind.SECTOR, value=sector)
        for organisation in added
        for sector in organisation.sectors
    )
    Fact.objects.bulk_create(
        Fact(organisation=organisation, name=name, value=value, known_from=at, source=organisation.source)
        for organisation in added
        for name, value in (
            ("name", organisation.name),
            ("country", organisation.country),
            ("sectors", organisation.sectors),
        )
        if value
    )
    _partnerships({organisation.name: organisation.pk for organisation in added})
    search.put_many(SEARCH, [(one.ref, one.name, profiles.search_text(one)) for one in added])
    if added:
        facts = {"organisations": len(added)}
        audit.record(
            "list organisations from public sources", actor=None, subject=("registry", LISTED), facts=facts, at=at
        )
    return len(added)


def _partnerships(listed: Mapping[str, int]) -> None:
    """The partnerships of organisations listed by name, each with its source."""
    PastPartnership.objects.bulk_create(
        [
            PastPartnership(
                organisation_id=listed[member.organisation],
                partnership=partnership.name,
                call=partnership.call,
                role="" if isinstance(member.role, Unknown) else member.role.value,
                sector=partnership.sector,
                started=partnership.start,
                source=partnership.source[:500],
            )
            for partnership in reference.partnerships()
            for member in partnership.members
            if member.organisation in listed
        ],
        ignore_conflicts=True,
    )


def _ref(name: str, taken: set[str]) -> str:
    """A free ref made from a name. Asked of memory: there are many at once."""
    ref = profiles.ref_from(name, taken)
    taken.add(ref)
    return ref
