"""Merging two profiles into one, and splitting them again."""

import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import NOW
from tests.stages.registry.people_of_registry import (
    ENTITY,
    FULL,
    HOUR,
    appointed,
    browser,
    draft,
    member,
    person,
    published,
    requested,
)
from tests.stages.registry.people_of_registry import unowned as unfound

from hanse.core.values.digest import digest
from hanse.ground import audit, search
from hanse.ground.accounts.models import Role, User
from hanse.ground.outbox.models import Message
from hanse.stages.registry.actions import cleaning, people
from hanse.stages.registry.actions.profiles import edit_legal_entity, edit_profile, keep_found, stand_on, write
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.actions.registration import withdraw
from hanse.stages.registry.actions.takeover import ask_for_takeover
from hanse.stages.registry.models import (
    DuplicatePair,
    Fact,
    FormerRef,
    Invitation,
    Membership,
    Merge,
    Organisation,
    PastPartnership,
    Takeover,
)
from hanse.stages.registry.queries import duplicates, profiles

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LATER = NOW + DAY
REASON = "The statutes name both."


def unowned(name: str, **values: Any) -> Organisation:
    """A profile that nobody owns, which the search finds."""
    organisation = unfound(name, **values)
    keep_found(organisation)
    return organisation


def believed(organisation: Organisation, on: date, at: datetime) -> dict[str, Any]:
    """What is believed of a day, as known at an instant, by field; nothing that is empty."""
    holding = Fact.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=on),
        Q(valid_until=None) | Q(valid_until__gt=on),
        Q(known_until=None) | Q(known_until__gt=at),
        organisation=organisation,
        known_from__lte=at,
    )
    rows = list(holding.values_list("name", "value"))
    assert len(dict(rows)) == len(rows)  # nothing is believed twice
    return {name: value for name, value in rows if value not in ("", None) and value != []}


def invited(organisation: Organisation, by: User, email: str = "new@hanse.example") -> Invitation:
    """An open invitation."""
    return Invitation.objects.create(
        organisation=organisation,
        email=email,
        right="editor",
        secret=digest([organisation.ref, email, Invitation.objects.count()]),
        invited_by=by,
        invited_at=NOW,
        expires_at=NOW + 30 * DAY,
    )


def took_part(organisation: Organisation, partnership: str, call: str = "2016") -> PastPartnership:
    """A partnership of the past."""
    return PastPartnership.objects.create(organisation=organisation, partnership=partnership, call=call)


def state_of(organisation: Organisation) -> dict[str, Any]:
    """Everything about a profile that a merge may touch, as people see it."""
    organisation = Organisation.objects.select_related("legal_entity").get(pk=organisation.pk)
    return {
        "values": profiles.values_of(organisation),
        "properties": organisation.properties,
        "status": organisation.status,
        "entity": profiles.entity_values_of(organisation.legal_entity),
        "people": sorted(
            organisation.memberships.filter(until=None).values_list("user_id", "right", "since"), key=lambda row: row[0]
        ),
        "ended": sorted(organisation.memberships.exclude(until=None).values_list("pk", flat=True)),
        "invitations": sorted(organisation.invitations.values_list("email", "accepted_at", "withdrawn_at")),
        "takeovers": sorted(organisation.takeovers.values_list("user_id", "state", "reason", "decided_by")),
        "partnerships": sorted(organisation.past_partnerships.values_list("partnership", "call")),
        "former": sorted(organisation.former_refs.values_list("ref", flat=True)),
        "tags": sorted(organisation.tags.values_list("kind", "value")),
        "known": believed(organisation, NOW.date(), LATER + DAY),
        "found": organisation.ref in search.found("organisation", organisation.name),
        "leads": getattr(profiles.by_ref(organisation.ref), "ref", None),
    }


def merged_into(kept: Organisation, merged: Organisation, officer: User | None = None) -> Merge:
    """Merge one into the other."""
    actor = officer or appointed(Role.OFFICER)
    return cleaning.merge(actor=actor, kept=kept.ref, merged=merged.ref, reason=REASON, at=NOW)


def split_again(merge: Merge) -> Merge:
    """Split them again."""
    return cleaning.split(actor=appointed(Role.OFFICER), merge=merge.pk, at=LATER)


def two() -> tuple[Organisation, Organisation, User, User]:
    """A thin profile and a full one, each with its owner."""
    thin_owner, full_owner = person(), person()
    thin = published(
        thin_owner, name="Blue Harbour", city="", website="", services=[], languages=["da"], founded=None, region=""
    )
    full = published(full_owner)
    return thin, full, thin_owner, full_owner


# --- what moves --------------------------------------------------------------------------------------------------


def test_people_invitations_requests_partnerships_and_old_ids_move() -> None:
    kept, merged, keeper, owner = two()
    editor = person()
    member(editor, merged, "editor")
    invited(merged, owner)
    took_part(merged, "Ports Afar")
    FormerRef.objects.create(ref="once-blue", organisation=merged, since=NOW)
    asker = person()
    ask_for_takeover(actor=asker, ref=merged.ref, proof="I chair it.", at=NOW)
    merge = merged_into(kept, merged)
    now = state_of(kept)
    assert [(user, right) for user, right, _ in now["people"]] == [
        (keeper.pk, "owner"),
        (owner.pk, "owner"),
        (editor.pk, "editor"),
    ]
    assert [row[0] for row in now["invitations"]] == ["new@hanse.example"]
    assert now["takeovers"] == [(asker.pk, "waiting", "", None)]
    assert now["partnerships"] == [("Ports Afar", "2016")]
    assert now["former"] == sorted(["once-blue", merged.ref])
    assert merge.reason == REASON


def test_what_the_kept_profile_lacks_is_filled_and_nothing_else() -> None:
    kept, merged, *_ = two()
    merged_into(kept, merged)
    values = profiles.values_of(Organisation.objects.get(pk=kept.pk))
    for name in ("city", "website", "services", "founded", "region"):
        assert values[name] == FULL[name]
    assert values["name"] == "Blue Harbour"
    assert values["languages"] == ["da"]
    assert ("service", "Testing") in state_of(kept)["tags"]
    assert kept.ref in search.found("organisation", "esbjerg")


def test_the_merged_profile_leaves_the_search_and_its_id_leads_on() -> None:
    kept, merged, *_ = two()
    merged_into(kept, merged)
    merged.refresh_from_db()
    assert merged.status == "merged"
    assert merged.ref not in search.found("organisation", "Blue Harbour")
    assert profiles.by_ref(merged.ref) == kept
    answer = browser().get(reverse("registry:organisation", args=[merged.ref]))
    assert answer.status_code == 301
    assert answer["Location"] == reverse("registry:organisation", args=[kept.ref])
    assert profiles.new_ref(merged.name) != merged.ref


def test_what_would_collide_stays_and_comes_back() -> None:
    kept, merged, _, owner = two()
    member(owner, kept, "editor")
    took_part(kept, "Ports Afar")
    took_part(merged, "Ports Afar")
    asker = person()
    for one in (kept, merged):
        ask_for_takeover(actor=asker, ref=one.ref, proof="I chair it.", at=NOW)
    before = state_of(kept), state_of(merged)
    merge = merged_into(kept, merged)
    assert Membership.objects.filter(user=owner, organisation=kept, until=None).get().right == "editor"
    assert PastPartnership.objects.filter(organisation=kept).count() == 1
    assert Takeover.objects.filter(user=asker, state="waiting").get().organisation == kept
    split_again(merge)
    assert (state_of(kept), state_of(merged)) == before


def test_a_legal_entity_goes_over_where_there_is_none() -> None:
    kept, merged = unowned("Green Valley"), published(person())
    before = state_of(kept), state_of(merged)
    merge = merged_into(kept, merged)
    kept.refresh_from_db()
    assert kept.legal_entity is not None
    assert kept.legal_entity.legal_name == ENTITY["legal_name"]
    assert believed(kept, NOW.date(), NOW)["legal_entity.legal_name"] == ENTITY["legal_name"]
    split_again(merge)
    assert (state_of(kept), state_of(merged)) == before


def test_owners_of_both_are_told_once() -> None:
    kept, merged, keeper, owner = two()
    member(keeper, merged, "owner")
    Message.objects.all().delete()
    merge = merged_into(kept, merged)
    told = Message.objects.values_list("to", flat=True)
    assert sorted(told) == sorted([keeper.email, owner.email])
    assert REASON in Message.objects.first().body  # type: ignore[union-attr]
    Message.objects.all().delete()
    split_again(merge)
    assert sorted(Message.objects.values_list("to", flat=True)) == sorted([keeper.email, owner.email])


def test_both_profiles_have_it_on_record() -> None:
    kept, merged, *_ = two()
    merge = merged_into(kept, merged)
    split_again(merge)
    for one in (kept, merged):
        acts = [(event.act, event.facts.get("merge")) for event in audit.history(("organisation", one.ref))][-2:]
        assert acts == [("merge profiles", merge.pk), ("split profiles", merge.pk)]
    assert audit.verify() is None


# --- refusals ----------------------------------------------------------------------------------------------------


def test_only_officers_who_act_for_neither_merge_and_split() -> None:
    kept, merged, keeper, owner = two()
    own = appointed(Role.OFFICER)
    member(own, merged, "editor")
    outsiders = [keeper, owner, person(), appointed(Role.AUDITOR), appointed(Role.EXPERT), own]
    for actor in outsiders:
        with pytest.raises(Refusal) as refused:
            merged_into(kept, merged, actor)
        assert refused.value.status == 403
    merge = merged_into(kept, merged)
    for actor in outsiders:
        with pytest.raises(Refusal) as refused:
            cleaning.split(actor=actor, merge=merge.pk, at=NOW)
        assert refused.value.status == 403


def test_merges_that_cannot_be() -> None:
    officer = appointed(Role.OFFICER)
    kept, merged, keeper, _ = two()
    waiting = requested(person(), name="Waiting Harbour")
    private = draft(keeper, name="Private Harbour")

    def refused(one: str, other: str, reason: str = REASON) -> tuple[int, str]:
        with pytest.raises(Refusal) as refusal:
            cleaning.merge(actor=officer, kept=one, merged=other, reason=reason, at=NOW)
        return refusal.value.status, refusal.value.message

    assert refused(kept.ref, kept.ref) == (422, "A profile cannot be merged with itself.")
    assert refused(kept.ref, "nowhere") == (404, "There is no such organisation.")
    assert refused(kept.ref, merged.ref, " ") == (422, cleaning.REASON_NEEDED)
    assert refused(waiting.ref, kept.ref) == (409, "The profile that everybody can see has to stay.")
    assert "stands at “draft”" in refused(kept.ref, private.ref)[1]
    assert not Merge.objects.exists()
    cleaning.merge(actor=officer, kept=kept.ref, merged=merged.ref, reason=REASON, at=NOW)
    assert "merged into another profile already" in refused(kept.ref, merged.ref)[1]
    assert "merged into another profile already" in refused(merged.ref, kept.ref)[1]
    assert "merged into another profile already" in refused(merged.ref, waiting.ref)[1]


def test_a_split_is_done_once_and_from_the_top() -> None:
    first, second, third = unowned("Alpha"), unowned("Beta"), unowned("Gamma")
    before = [state_of(one) for one in (first, second, third)]
    lower = merged_into(second, first)
    upper = merged_into(third, second)
    assert profiles.by_ref("alpha") == third
    with pytest.raises(Refusal, match="Split that merge first"):
        split_again(lower)
    split_again(upper)
    assert profiles.by_ref("alpha") == second
    split_again(lower)
    assert [state_of(one) for one in (first, second, third)] == before
    with pytest.raises(Refusal, match="split again already"):
        split_again(lower)
    with pytest.raises(Refusal, match="no such merge"):
        cleaning.split(actor=appointed(Role.OFFICER), merge=0, at=NOW)


def test_after_a_split_they_can_be_merged_the_other_way() -> None:
    kept, merged, *_ = two()
    before = state_of(kept), state_of(merged)
    split_again(merged_into(kept, merged))
    again = merged_into(merged, kept)
    assert profiles.by_ref(kept.ref) == merged
    split_again(again)
    assert (state_of(kept), state_of(merged)) == before


@pytest.mark.django_db(transaction=True)
def test_of_two_merges_at_once_one_is_refused_and_nothing_is_torn() -> None:
    officers = [appointed(Role.OFFICER), appointed(Role.OFFICER)]
    one, other = unowned("Alpha"), unowned("Beta")
    ready, ends = threading.Barrier(2), []

    def merging(officer: User, kept: str, merged: str) -> None:
        ready.wait()
        try:
            cleaning.merge(actor=officer, kept=kept, merged=merged, reason=REASON, at=NOW)
            ends.append("merged")
        except Refusal as refusal:
            ends.append(refusal.message)
        finally:
            connection.close()

    both = [
        threading.Thread(target=merging, args=(officers[0], one.ref, other.ref)),
        threading.Thread(target=merging, args=(officers[1], other.ref, one.ref)),
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(end == "merged" for end in ends) == [False, True]
    assert any("merged into another profile already" in end for end in ends)
    assert Merge.objects.count() == FormerRef.objects.count() == 1


# --- splitting after things happened -----------------------------------------------------------------------------


def test_what_was_changed_since_stays_with_the_kept_profile() -> None:
    kept, merged, keeper, _ = two()
    before = state_of(merged)
    merge = merged_into(kept, merged)
    kept.refresh_from_db()
    edit_profile(
        actor=keeper,
        ref=kept.ref,
        version=kept.version,
        based_on={},
        values=profiles.values_of(kept) | {"city": "Aarhus", "summary": "Changed since."},
        at=NOW + HOUR,
    )
    split_again(merge)
    kept.refresh_from_db()
    assert (kept.city, kept.summary) == ("Aarhus", "Changed since.")
    assert (kept.website, kept.services, kept.founded) == ("", [], None)
    assert kept.ref not in search.found("organisation", "testing training")
    assert state_of(merged) == before


def test_what_a_merge_taught_wrongly_is_believed_of_no_day_after_the_split() -> None:
    kept, merged, *_ = two()
    then = believed(kept, NOW.date(), NOW)
    merge = merged_into(kept, merged)
    assert believed(kept, NOW.date(), NOW + HOUR)["city"] == "Esbjerg"
    split_again(merge)
    assert believed(kept, NOW.date(), LATER) == then
    assert believed(kept, NOW.date(), NOW + HOUR)["city"] == "Esbjerg"  # as known then


def test_a_profile_withdrawn_since_gives_back_what_it_took() -> None:
    kept, merged, keeper, _ = two()
    before = state_of(merged)
    merge = merged_into(kept, merged)
    withdraw(actor=keeper, ref=kept.ref, at=NOW + HOUR)
    split_again(merge)
    assert state_of(merged) == before
    assert state_of(kept)["status"] == "withdrawn"


def test_a_value_changed_and_changed_back_is_emptied_with_its_history() -> None:
    kept, merged, keeper, _ = two()
    merge = merged_into(kept, merged)
    for hours, city in ((1, "Aarhus"), (2, "Esbjerg")):
        kept.refresh_from_db()
        write(kept, {"city": city}, by=keeper, source="owner", at=NOW + hours * HOUR)
    split_again(merge)
    kept.refresh_from_db()
    assert kept.city == ""
    assert "city" not in believed(kept, LATER.date(), LATER)


def test_who_left_or_rose_since_acts_again_as_before_and_what_happened_stays() -> None:
    kept, merged, keeper, owner = two()
    editor = person()
    member(editor, merged, "editor")
    before = state_of(merged)
    merge = merged_into(kept, merged)
    people.leave(actor=owner, ref=kept.ref, at=NOW + HOUR)
    held = Membership.objects.get(user=editor, organisation=kept, until=None)
    people.change_right(actor=keeper, ref=kept.ref, number=held.pk, right="owner", at=NOW + HOUR)
    split_again(merge)
    assert state_of(merged)["people"] == before["people"]
    assert [(user, right) for user, right, _ in state_of(kept)["people"]] == [
        (keeper.pk, "owner"),
        (editor.pk, "owner"),
    ]
    assert kept.memberships.exclude(until=None).count() == 2


def test_answered_invitations_and_requests_stay_answered() -> None:
    kept, merged, keeper, owner = two()
    invitation = invited(merged, owner)
    asker = person()
    asked = ask_for_takeover(actor=asker, ref=merged.ref, proof="I chair it.", at=NOW)
    merge = merged_into(kept, merged)
    people.withdraw_invitation(actor=keeper, ref=kept.ref, number=invitation.pk, at=NOW + HOUR)
    Takeover.objects.filter(pk=asked.pk).update(state="refused")
    split_again(merge)
    assert Invitation.objects.get().organisation == kept
    assert Takeover.objects.get().organisation == kept


@pytest.mark.parametrize("shared", [True, False])
def test_a_legal_entity_corrected_since_is_parted(shared: bool) -> None:
    keeper, owner = person(), person()
    kept, merged = published(keeper, name="Alpha"), published(owner, name="Beta")
    if shared:
        stand_on(kept, {}, by=keeper, at=NOW, existing=merged.legal_entity)
    else:
        Organisation.objects.filter(pk=kept.pk).update(legal_entity=None)
    before = state_of(merged)["entity"]
    merge = merged_into(kept, merged)
    kept.refresh_from_db()
    edit_legal_entity(
        actor=keeper,
        ref=kept.ref,
        version=kept.version,
        based_on={},
        values=profiles.entity_values_of(kept.legal_entity) | {"pic": "999888777"},
        at=NOW + HOUR,
    )
    split_again(merge)
    assert state_of(merged)["entity"] == before
    kept.refresh_from_db()
    merged.refresh_from_db()
    assert kept.legal_entity is not None
    assert kept.legal_entity.pic == "999888777"
    assert kept.legal_entity != merged.legal_entity


# --- there and back ----------------------------------------------------------------------------------------------

words = st.sampled_from(["", "Esbjerg", "Ærø", "<b>", "'; --", "\u202eabc", "x" * 100])
some = st.lists(st.sampled_from(["da", "en", "fr"]), unique=True, max_size=3)
stated = st.fixed_dictionaries(
    {
        "city": words,
        "region": words,
        "description": words,
        "services": st.lists(words.filter(bool), unique=True, max_size=3),
        "languages": some,
        "founded": st.none() | st.integers(1900, 2020),
        "members_count": st.none() | st.integers(0, 9),
        "kind": st.sampled_from(["", "other"]),
    }
)
side = st.fixed_dictionaries(
    {
        "values": stated,
        "people": st.dictionaries(st.integers(0, 3), st.sampled_from(["owner", "editor"]), max_size=4),
        "asking": st.sets(st.integers(0, 3), max_size=2),
        "invited": st.sets(st.integers(0, 2), max_size=2),
        "partnerships": st.sets(st.integers(0, 3), max_size=3),
        "entity": st.booleans(),
        "properties": st.dictionaries(st.sampled_from(["a", "b"]), st.booleans(), max_size=2),
        "status": st.sampled_from(["published", "requested"]),
    }
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(here=side, there=side, pair=st.booleans())
def test_merged_and_split_all_is_as_before(here: dict[str, Any], there: dict[str, Any], pair: bool) -> None:
    crowd = [person() for _ in range(4)]
    starter = appointed(Role.ADMINISTRATOR)
    sides = []
    for name, told in (("Alpha", here), ("Beta", there)):
        one = unowned(f"{name} {Organisation.objects.count()}", properties=told["properties"])
        write(one, told["values"], by=starter, source="told", at=NOW - DAY)
        if told["entity"]:
            stand_on(one, ENTITY | {"legal_name": name}, by=starter, at=NOW - DAY)
        for number, right in told["people"].items():
            member(crowd[number], one, right)
        for number in sorted(told["asking"]):
            Takeover.objects.create(organisation=one, user=crowd[number], proof="I chair it.", asked_at=NOW)
        for number in sorted(told["invited"]):
            invited(one, starter, f"new{number}@hanse.example")
        for number in sorted(told["partnerships"]):
            took_part(one, f"Partnership {number}")
        FormerRef.objects.create(ref=f"once-{one.ref}", organisation=one, since=NOW)
        sides.append(one)
    kept, merged = sides
    status = there["status"] if here["status"] == "published" else "requested"
    Organisation.objects.filter(pk=kept.pk).update(status=here["status"])
    Organisation.objects.filter(pk=merged.pk).update(status=status)
    for one in sides:
        one.refresh_from_db()
        keep_found(one)
    if pair:
        DuplicatePair.objects.create(first=kept, second=merged, likeness=80, found_at=NOW)
    before = state_of(kept), state_of(merged)
    merge = merged_into(kept, merged)
    assert profiles.by_ref(merged.ref) == kept
    assert not Membership.objects.filter(organisation=merged, until=None).exclude(
        user__in=kept.memberships.filter(until=None).values("user")
    )
    split_again(merge)
    assert (state_of(kept), state_of(merged)) == before
    assert not pair or DuplicatePair.objects.get(first=kept, second=merged).state == "open"


# --- pages -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("at")
def test_an_officer_merges_and_splits_on_the_pages() -> None:
    kept, merged, _, owner = two()
    cleaning.look_for_duplicates(at=NOW)
    pair = DuplicatePair.objects.get()
    desk = browser(appointed(Role.OFFICER))
    compared = desk.get(reverse("registry:duplicate", args=[pair.pk])).content.decode()
    preview = reverse("registry:merge_pair", args=[pair.pk, kept.ref])
    assert preview in compared
    shown = desk.get(preview).content.decode()
    assert owner.name in shown
    assert "Town: Esbjerg" in shown
    assert desk.post(preview, {"reason": ""}).status_code == 422
    told = desk.post(preview, {"reason": REASON}, follow=True).content.decode()
    assert "is merged into Blue Harbour" in told
    assert desk.post(preview, {"reason": REASON}).status_code == 409
    assert desk.get(reverse("registry:duplicate", args=[pair.pk])).status_code == 200
    pair.refresh_from_db()
    assert pair.state == "merged"
    merge = Merge.objects.get()
    page = reverse("registry:merge", args=[merge.pk])
    assert page in desk.get(reverse("registry:merges")).content.decode()
    assert REASON in desk.get(page).content.decode()
    assert browser(appointed(Role.AUDITOR)).get(page).status_code == 200
    assert browser(appointed(Role.AUDITOR)).post(page).status_code == 403
    assert "are two profiles again" in desk.post(page, follow=True).content.decode()
    assert desk.post(page).status_code == 409
    assert "split again" in desk.get(page).content.decode()
    merged.refresh_from_db()
    assert merged.status == "published"


@pytest.mark.usefixtures("at")
def test_who_acts_for_one_reads_and_does_not_decide() -> None:
    kept, merged, *_ = two()
    cleaning.look_for_duplicates(at=NOW)
    pair = DuplicatePair.objects.get()
    officer = appointed(Role.OFFICER)
    member(officer, kept, "editor")
    desk = browser(officer)
    page = reverse("registry:merge_pair", args=[pair.pk, kept.ref])
    assert "<textarea" not in desk.get(page).content.decode()
    assert desk.post(page, {"reason": REASON}).status_code == 403
    assert desk.post(reverse("registry:duplicate", args=[pair.pk])).status_code == 403
    merge = merged_into(kept, merged)
    assert desk.post(reverse("registry:merge", args=[merge.pk])).status_code == 403


def test_a_merged_profile_is_not_in_the_open_pairs() -> None:
    kept, merged, third = unowned("Harbour Blue"), unowned("Blue Harbour"), unowned("Blue Harbour Cluster")
    cleaning.look_for_duplicates(at=NOW)
    assert duplicates.open_pairs().count() == 3
    merge = merged_into(kept, merged)
    assert [(pair.first, pair.second) for pair in duplicates.open_pairs()] == [(kept, third)]
    split_again(merge)
    assert duplicates.open_pairs().count() == 3
