"""Registration: a draft, a request, a review, each step dated, on the record, and told to who asked."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.conftest import NOW
from tests.stages.registry.people_of_registry import (
    ENTITY,
    FULL,
    HOUR,
    appointed,
    draft,
    person,
    published,
    requested,
    unowned,
)

from hanse.core.consortium import OrganisationKind, Registration
from hanse.core.values.unknown import Unknown
from hanse.ground import audit, search
from hanse.ground.accounts.models import Role
from hanse.ground.outbox.models import Message
from hanse.stages.registry import queries
from hanse.stages.registry.actions import registration
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import Fact, FormerRef, Membership, Organisation, RegistrationStep, Tag
from hanse.stages.registry.queries import profiles

pytestmark = pytest.mark.django_db


def test_a_draft_needs_a_name_and_nothing_else() -> None:
    owner = person()
    organisation = registration.start_draft(actor=owner, values={"name": "Blue"}, at=NOW)
    assert (organisation.status, organisation.ref, organisation.legal_entity) == ("draft", "blue", None)
    assert queries.organisations_of(owner) == [(organisation, "owner, draft")]


def test_a_draft_without_a_name_is_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        registration.start_draft(actor=person(), values={"name": "  "}, at=NOW)
    assert (refusal.value.status, list(refusal.value.faults)) == (422, ["name"])
    assert not Organisation.objects.exists()


def test_a_draft_keeps_facts_tags_and_a_legal_entity() -> None:
    organisation = draft(person())
    known = dict(Fact.objects.filter(organisation=organisation).values_list("name", "value"))
    assert known["country"] == "DK"
    assert known["legal_entity.legal_name"] == "Blue Harbour A/S"
    assert organisation.legal_entity is not None
    assert organisation.legal_entity.national_number == "31123"
    tags = set(Tag.objects.filter(organisation=organisation).values_list("kind", "value"))
    assert tags >= {("sector", "space"), ("market", "BR"), ("language", "da"), ("service", "Testing")}


@pytest.mark.parametrize(
    ("name", "ref"),
    [
        ("Łódź Cluster", "odz-cluster"),
        ("Κόσμος", "organisation"),
        ("new", "new-2"),
        ("<script>alert(1)</script>", "scriptalert1script"),
        ("x" * 300, "x" * 48),
    ],
)
def test_refs_are_made_for_addresses(name: str, ref: str) -> None:
    assert queries.new_ref(name) == ref


def test_a_ref_is_never_given_out_twice() -> None:
    first = draft(person())
    FormerRef.objects.create(ref="blue-harbour-cluster-2", organisation=first, since=NOW)
    assert draft(person()).ref == "blue-harbour-cluster-3"


def test_a_request_is_a_dated_step_and_told() -> None:
    owner = person("Anna Holm")
    organisation = draft(owner)
    registration.request_registration(actor=owner, ref=organisation.ref, at=NOW, link="https://hanse.example/x")
    organisation.refresh_from_db()
    assert (organisation.status, organisation.requested_at) == ("requested", NOW)
    step = RegistrationStep.objects.get(organisation=organisation)
    assert (step.status, step.at, step.by) == ("requested", NOW, owner)
    message = Message.objects.get()
    assert message.to == owner.email
    assert "https://hanse.example/x" in message.body
    last = audit.history(("organisation", organisation.ref)).last()
    assert last is not None
    assert (last.act, last.actor) == ("request registration", owner)


def test_a_request_says_all_that_is_missing() -> None:
    owner = person()
    organisation = registration.start_draft(actor=owner, values={"name": "Blue"}, at=NOW)
    with pytest.raises(Refusal) as refusal:
        registration.request_registration(actor=owner, ref=organisation.ref, at=NOW)
    assert refusal.value.status == 422
    for words in ("kind of organisation", "country", "one or two sentences", "e-mail", "sector", "legal entity"):
        assert words in refusal.value.message
    assert not RegistrationStep.objects.exists()


def test_a_request_is_not_sent_twice() -> None:
    owner = person()
    organisation = requested(owner)
    with pytest.raises(Refusal, match="registration requested") as refusal:
        registration.request_registration(actor=owner, ref=organisation.ref, at=NOW)
    assert refusal.value.status == 409


def test_strangers_and_auditors_request_nothing() -> None:
    owner = person()
    organisation = draft(owner)
    auditor = appointed(Role.AUDITOR)
    Membership.objects.create(user=auditor, organisation=organisation, right="owner", since=NOW)
    for actor in (person(), auditor, appointed(Role.OFFICER)):
        with pytest.raises(Refusal) as refusal:
            registration.request_registration(actor=actor, ref=organisation.ref, at=NOW)
        assert refusal.value.status == 403


def test_an_unknown_organisation_is_not_there() -> None:
    with pytest.raises(Refusal) as refusal:
        registration.request_registration(actor=person(), ref="nowhere", at=NOW)
    assert refusal.value.status == 404


def test_publishing_makes_it_found_and_tells_everybody_who_acts_for_it() -> None:
    owner, editor = person(), person()
    organisation = requested(owner)
    Membership.objects.create(user=editor, organisation=organisation, right="editor", since=NOW)
    assert search.found("organisation", "harbour") == []
    Message.objects.all().delete()
    registration.publish(actor=appointed(Role.OFFICER), ref=organisation.ref, at=NOW + HOUR)
    organisation.refresh_from_db()
    assert (organisation.status, organisation.published_at) == ("published", NOW + HOUR)
    assert search.found("organisation", "harbour") == [organisation.ref]
    assert search.found("organisation", "shipyards denmark") == [organisation.ref]
    assert set(Message.objects.values_list("to", flat=True)) == {owner.email, editor.email}
    assert list(queries.published()) == [organisation]


def test_returning_keeps_the_day_of_the_request() -> None:
    owner, officer = person(), appointed(Role.OFFICER)
    organisation = requested(owner)
    registration.return_for_correction(actor=officer, ref=organisation.ref, note="Name the town.", at=NOW + HOUR)
    assert "Name the town." in Message.objects.order_by("-id")[0].body
    registration.request_registration(actor=owner, ref=organisation.ref, at=NOW + timedelta(days=5))
    registration.publish(actor=officer, ref=organisation.ref, at=NOW + timedelta(days=6))
    snapshot = queries.snapshot(Organisation.objects.get())
    assert snapshot.registration_requested_on == date(2020, 11, 29)
    assert snapshot.registered_on == date(2020, 12, 5)


@pytest.mark.parametrize(
    "verb",
    [
        lambda **k: registration.return_for_correction(note=" ", **k),
        lambda **k: registration.refuse(reason="", **k),
    ],
)
def test_no_decision_against_without_words(verb: Callable[..., Any]) -> None:
    organisation = requested(person())
    with pytest.raises(Refusal) as refusal:
        verb(actor=appointed(Role.OFFICER), ref=organisation.ref, at=NOW)
    assert (refusal.value.status, list(refusal.value.faults)) == (422, ["note"])


def _verbs() -> list[Callable[..., Any]]:
    return [
        registration.publish,
        lambda **k: registration.return_for_correction(note="why", **k),
        lambda **k: registration.refuse(reason="why", **k),
    ]


@pytest.mark.parametrize("verb", _verbs())
def test_only_officers_decide(verb: Callable[..., Any]) -> None:
    owner = person()
    organisation = requested(owner)
    both = appointed(Role.OFFICER)
    Membership.objects.create(user=both, organisation=organisation, right="editor", since=NOW)
    for actor in (owner, person(), appointed(Role.AUDITOR), appointed(Role.EXPERT), both):
        with pytest.raises(Refusal) as refusal:
            verb(actor=actor, ref=organisation.ref, at=NOW)
        assert refusal.value.status == 403
    organisation.refresh_from_db()
    assert organisation.status == "requested"


@pytest.mark.parametrize("verb", _verbs())
def test_what_is_decided_is_not_decided_again(verb: Callable[..., Any]) -> None:
    officer = appointed(Role.OFFICER)
    organisation = published(person(), officer)
    with pytest.raises(Refusal) as refusal:
        verb(actor=officer, ref=organisation.ref, at=NOW)
    assert refusal.value.status == 409


def test_a_refused_request_does_not_count_any_more_but_a_new_one_does() -> None:
    owner, officer = person(), appointed(Role.OFFICER)
    organisation = requested(owner)
    registration.refuse(actor=officer, ref=organisation.ref, reason="Not an organisation.", at=NOW + HOUR)
    snapshot = queries.snapshot(Organisation.objects.get())
    assert snapshot.registration_requested_on is Registration.NEVER
    registration.request_registration(actor=owner, ref=organisation.ref, at=NOW + timedelta(days=3))
    organisation.refresh_from_db()
    assert organisation.requested_at == NOW + timedelta(days=3)
    assert queries.snapshot(organisation).registration_requested_on == date(2020, 12, 2)


def test_withdrawing_hides_it_and_owners_only_may() -> None:
    owner, editor = person(), person()
    organisation = published(owner)
    Membership.objects.create(user=editor, organisation=organisation, right="editor", since=NOW)
    with pytest.raises(Refusal) as refusal:
        registration.withdraw(actor=editor, ref=organisation.ref, at=NOW)
    assert refusal.value.status == 403
    registration.withdraw(actor=owner, ref=organisation.ref, at=NOW, reason="We close.")
    assert search.found("organisation", "harbour") == []
    assert not queries.published().exists()
    with pytest.raises(Refusal) as again:
        registration.withdraw(actor=owner, ref=organisation.ref, at=NOW)
    assert again.value.status == 409


# --- what the core is told ---------------------------------------------------------------------------------------


def test_a_snapshot_says_what_is_stated() -> None:
    organisation = published(person())
    snapshot = queries.snapshot(organisation)
    assert snapshot.id == organisation.ref
    assert snapshot.legal_name == "Blue Harbour A/S"
    assert snapshot.country == "DK"
    assert snapshot.kind is OrganisationKind.CLUSTER_ORGANISATION
    assert snapshot.own_legal_personality is True
    assert organisation.legal_entity is not None
    assert snapshot.legal_entity == organisation.legal_entity.ref
    assert snapshot.sectors == {"cleantech", "space"}
    assert snapshot.markets == {"BR", "africa"}


def test_what_a_source_does_not_say_is_unknown_and_what_was_not_done_is_never() -> None:
    listed = queries.snapshot(unowned())
    for fact in (listed.country, listed.kind, listed.registered_on, listed.registration_requested_on):
        assert isinstance(fact, Unknown)
    assert isinstance(listed.legal_entity, Unknown)
    begun = queries.snapshot(draft(person()))
    assert begun.registered_on is Registration.NEVER
    assert begun.registration_requested_on is Registration.NEVER


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2020, 12, 1, 22, 59, 59, tzinfo=UTC), date(2020, 12, 1)),
        (datetime(2020, 12, 1, 23, 0, 0, tzinfo=UTC), date(2020, 12, 2)),
        (datetime(2020, 7, 1, 22, 0, 0, tzinfo=UTC), date(2020, 7, 2)),
    ],
)
def test_days_are_days_in_brussels(instant: datetime, day: date) -> None:
    assert queries.snapshot(requested(person(), at=instant)).registration_requested_on == day


def test_a_former_ref_leads_on_through_every_merge() -> None:
    first, second, third = (draft(person(), name=name) for name in ("One", "Two", "Three"))
    for gone, kept in ((first, second), (second, third)):
        FormerRef.objects.create(ref=gone.ref, organisation=kept, since=NOW)
        Organisation.objects.filter(pk=gone.pk).update(status="merged")
    assert queries.by_ref("one") == third
    assert queries.by_ref("two") == third
    assert queries.by_ref("four") is None


def test_former_refs_in_a_circle_lead_nowhere() -> None:
    organisation = draft(person(), name="One")
    Organisation.objects.filter(pk=organisation.pk).update(status="merged")
    FormerRef.objects.create(ref="one", organisation=organisation, since=NOW)
    assert queries.by_ref("one") is None


@pytest.mark.parametrize(("days", "words"), [(0, "today"), (1, "yesterday"), (5, "5 days ago")])
def test_the_queue_says_how_long_each_waits(days: int, words: str) -> None:
    organisation = requested(person())
    assert queries.review_queue_notes(NOW + timedelta(days=days)) == [(organisation, f"requested {words}")]


def test_a_known_legal_entity_can_be_chosen_if_it_is_public() -> None:
    public = published(person())
    secret = draft(person(), name="Hidden")
    assert public.legal_entity is not None
    assert secret.legal_entity is not None
    shared = registration.start_draft(
        actor=person(), values=FULL | {"name": "Second"}, existing_entity=public.legal_entity.ref, at=NOW
    )
    assert shared.legal_entity == public.legal_entity
    with pytest.raises(Refusal) as refusal:
        registration.start_draft(actor=person(), values=FULL, existing_entity=secret.legal_entity.ref, at=NOW)
    assert refusal.value.status == 404


def test_a_national_number_counts_within_its_country() -> None:
    published(person())
    asked = person()
    assert len(profiles.entities_with(asked, {"national_number": "31123", "country": "DK"})) == 1
    assert profiles.entities_with(asked, {"national_number": "31123", "country": "SE"}) == []
    assert profiles.entities_with(asked, {"pic": "", "country": "DK"}) == []
    assert ENTITY["pic"] == ""


# --- listed from a source ----------------------------------------------------------------------------------------


def _taken_over() -> tuple[Organisation, Any]:
    """A listed profile with an owner who has completed it."""
    owner = person()
    listed = unowned(**{name: FULL[name] for name in ("kind", "country", "summary", "email", "sectors")})
    Membership.objects.create(user=owner, organisation=listed, right="owner", since=NOW)
    entity = draft(person(), name="Lender").legal_entity
    Organisation.objects.filter(pk=listed.pk).update(legal_entity=entity)
    return listed, owner


def test_a_listed_profile_stays_public_while_its_registration_is_reviewed() -> None:
    listed, owner = _taken_over()
    officer = appointed(Role.OFFICER)
    registration.request_registration(actor=owner, ref=listed.ref, at=NOW)
    listed.refresh_from_db()
    assert listed.status == "published"
    assert list(queries.review_queue()) == [listed]
    assert queries.snapshot(listed).registration_requested_on == date(2020, 11, 29)
    assert queries.snapshot(listed).registered_on is Registration.NEVER
    with pytest.raises(Refusal):
        registration.request_registration(actor=owner, ref=listed.ref, at=NOW)
    registration.return_for_correction(actor=officer, ref=listed.ref, note="Name the town.", at=NOW)
    assert not queries.review_queue().exists()
    registration.request_registration(actor=owner, ref=listed.ref, at=NOW + timedelta(days=2))
    registration.publish(actor=officer, ref=listed.ref, at=NOW + timedelta(days=3))
    listed.refresh_from_db()
    assert (listed.status, queries.review_queue().exists()) == ("published", False)
    snapshot = queries.snapshot(listed)
    assert (snapshot.registration_requested_on, snapshot.registered_on) == (date(2020, 11, 29), date(2020, 12, 2))
    with pytest.raises(Refusal):
        registration.publish(actor=officer, ref=listed.ref, at=NOW)


def test_a_listed_profile_whose_registration_is_refused_stays_listed() -> None:
    listed, owner = _taken_over()
    registration.request_registration(actor=owner, ref=listed.ref, at=NOW)
    registration.refuse(actor=appointed(Role.OFFICER), ref=listed.ref, reason="No cluster.", at=NOW)
    listed.refresh_from_db()
    assert (listed.status, queries.review_queue().exists()) == ("published", False)
    assert queries.snapshot(listed).registration_requested_on is Registration.NEVER
