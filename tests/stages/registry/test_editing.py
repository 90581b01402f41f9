"""Two people edit one profile, and nothing is lost."""

import json
from typing import Any

import pytest
from django.test import Client
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
)

from hanse.ground.accounts.models import Role, User
from hanse.stages.registry.actions.profiles import bring_together, edit_legal_entity, edit_profile
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import Fact, LegalEntity, Organisation, Tag
from hanse.stages.registry.queries import profiles

pytestmark = pytest.mark.django_db
EMPTY = {"a": "1", "b": "1", "c": "1"}


@pytest.mark.parametrize(
    ("mine", "theirs", "value", "conflict", "kept"),
    [
        ("1", "1", "1", False, False),
        ("2", "1", "2", False, False),
        ("1", "3", "3", False, True),
        ("3", "3", "3", False, False),
        ("2", "3", "2", True, False),
    ],
)
def test_two_edits_of_a_field_are_brought_together(
    mine: str, theirs: str, value: str, conflict: bool, kept: bool
) -> None:
    met = bring_together(profiles.marks_of({"a": "1"}), {"a": mine}, {"a": theirs})
    assert met.values == {"a": value}
    assert [one.name for one in met.conflicts] == (["a"] if conflict else [])
    assert met.kept == (("a",) if kept else ())


def test_the_order_of_sectors_is_no_difference_and_that_of_services_is() -> None:
    base = profiles.marks_of({"sectors": ["a", "b"], "services": ["a", "b"]})
    met = bring_together(
        base, {"sectors": ["b", "a"], "services": ["b", "a"]}, {"sectors": ["a"], "services": ["a", "b"]}
    )
    assert met.values == {"sectors": ["a"], "services": ["b", "a"]}


def test_a_field_without_a_mark_takes_what_stands() -> None:
    assert bring_together({}, {"a": "mine"}, {"a": "theirs"}).values == {"a": "mine"}


def edit(actor: User, organisation: Organisation, version: int, base: dict[str, Any], **values: Any) -> Any:
    return edit_profile(
        actor=actor,
        ref=organisation.ref,
        version=version,
        based_on=profiles.marks_of(base),
        values=base | values,
        at=NOW + HOUR,
    )


def test_an_edit_writes_values_facts_tags_and_the_version() -> None:
    owner = person()
    organisation = published(owner)
    base, version = profiles.values_of(organisation), organisation.version
    edited = edit(owner, organisation, version, base, city="Aarhus", sectors=["space"])
    assert edited.saved
    assert set(edited.changed) == {"city", "sectors"}
    organisation.refresh_from_db()
    assert (organisation.city, organisation.version) == ("Aarhus", version + 1)
    assert set(Tag.objects.filter(kind="sector").values_list("value", flat=True)) == {"space"}
    assert Fact.objects.get(name="city", known_until=None, valid_until=None).value == "Aarhus"


def test_an_edit_that_changes_nothing_leaves_no_trace() -> None:
    owner = person()
    organisation = draft(owner)
    version = organisation.version
    assert edit(owner, organisation, version, profiles.values_of(organisation)).changed == ()
    organisation.refresh_from_db()
    assert organisation.version == version


def test_different_fields_merge_by_themselves() -> None:
    anna, bo = person("Anna"), person("Bo")
    organisation = draft(anna)
    member(bo, organisation, "owner")
    base, version = profiles.values_of(organisation), organisation.version
    edit(anna, organisation, version, base, city="Aarhus")
    edited = edit(bo, organisation, version, base, region="Zealand")
    assert (edited.saved, edited.kept) == (True, ("city",))
    organisation.refresh_from_db()
    assert (organisation.city, organisation.region) == ("Aarhus", "Zealand")


def test_the_same_field_is_a_conflict_and_nothing_is_written() -> None:
    anna, bo = person("Anna"), person("Bo")
    organisation = draft(anna)
    member(bo, organisation, "editor")
    base, version = profiles.values_of(organisation), organisation.version
    edit(anna, organisation, version, base, city="Aarhus")
    edited = edit(bo, organisation, version, base, city="Ribe", region="Zealand")
    assert not edited.saved
    assert [(one.name, one.mine, one.theirs) for one in edited.conflicts] == [("city", "Ribe", "Aarhus")]
    organisation.refresh_from_db()
    assert (organisation.city, organisation.region) == ("Aarhus", "Jutland")


def test_only_those_who_act_for_it_edit() -> None:
    owner, auditor = person(), appointed(Role.AUDITOR)
    organisation = published(owner)
    member(auditor, organisation, "owner")
    for actor in (person(), appointed(Role.OFFICER), auditor):
        with pytest.raises(Refusal) as refusal:
            edit(actor, organisation, organisation.version, profiles.values_of(organisation), city="Ribe")
        assert refusal.value.status == 403


def entity_edit(actor: User, organisation: Organisation, **values: Any) -> Any:
    organisation.refresh_from_db()
    now = profiles.entity_values_of(organisation.legal_entity)
    return edit_legal_entity(
        actor=actor,
        ref=organisation.ref,
        version=organisation.version,
        based_on=profiles.marks_of(now),
        values=now | values,
        at=NOW + HOUR,
    )


def test_a_legal_entity_is_corrected_in_place() -> None:
    owner = person()
    organisation = published(owner)
    entity_edit(owner, organisation, vat="DK13585628")
    assert LegalEntity.objects.get().vat == "DK13585628"
    assert Fact.objects.get(name="legal_entity.vat").value == "DK13585628"


def test_a_shared_legal_entity_is_not_changed_under_the_other() -> None:
    anna, bo = person(), person()
    first, second = published(anna), draft(bo, name="Second")
    assert first.legal_entity is not None
    edit_legal_entity(
        actor=bo,
        ref=second.ref,
        version=second.version,
        based_on={},
        values={},
        existing=first.legal_entity.ref,
        at=NOW,
    )
    second.refresh_from_db()
    assert second.legal_entity == first.legal_entity
    entity_edit(bo, second, legal_name="Somebody else A/S")
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.legal_entity is not None
    assert second.legal_entity is not None
    assert first.legal_entity.legal_name == ENTITY["legal_name"]
    assert second.legal_entity.legal_name == "Somebody else A/S"
    entity_edit(anna, first, legal_name="Blue Harbour Association")
    assert LegalEntity.objects.filter(legal_name="Blue Harbour Association").count() == 1


# --- in the browser ----------------------------------------------------------------------------------------------


def typed(page: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would send of an edit page, with changes."""
    data: dict[str, Any] = {"version": page.context["version"], "based_on": page.context["based_on"]}
    for bound in page.context["form"]:
        value = bound.value()
        if value not in (None, "", False):
            data[bound.html_name] = value
    data["international"] = ""
    return data | changes


def test_both_edits_merge_in_the_browser(at: Any) -> None:
    anna, bo = person("Anna Holm"), person("Bo Lind")
    organisation = published(anna)
    member(bo, organisation, "owner")
    address = f"/organisations/{organisation.ref}/edit"
    first, second = browser(anna), browser(bo)
    page_a, page_b = first.get(address), second.get(address)
    assert first.post(address, typed(page_a, city="Aarhus")).status_code == 302
    answer = second.post(address, typed(page_b, region="Zealand"), follow=True)
    assert "their changes stand: Town" in answer.content.decode()
    organisation.refresh_from_db()
    assert (organisation.city, organisation.region) == ("Aarhus", "Zealand")


@pytest.mark.parametrize(("side", "city"), [("mine", "Ribe"), ("theirs", "Aarhus")])
def test_a_conflict_shows_both_sides_and_keeps_all_that_was_typed(at: Any, side: str, city: str) -> None:
    anna, bo = person("Anna Holm"), person("Bo Lind")
    organisation = published(anna)
    member(bo, organisation, "owner")
    address = f"/organisations/{organisation.ref}/edit"
    first, second = browser(anna), browser(bo)
    page_a, page_b = first.get(address), second.get(address)
    first.post(address, typed(page_a, city="Aarhus", founded="1999"))
    changes = {"city": "Ribe", "services": "Testing\nPiloting", "sectors": ["space", "drones"]}
    answer = second.post(address, typed(page_b, **changes))
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "Yours: Ribe" in shown
    assert "Anna Holm: Aarhus" in shown
    sent = _of_conflict(answer)
    unchosen = second.post(address, sent)
    assert unchosen.status_code == 422
    assert "Choose which side holds for “Town”." in unchosen.content.decode()
    assert "Yours: Ribe" in unchosen.content.decode()
    done = second.post(address, _of_conflict(unchosen) | {"side_city": side})
    assert done.status_code == 302
    organisation.refresh_from_db()
    assert organisation.city == city
    assert organisation.services == ["Testing", "Piloting"]
    assert organisation.sectors == ["drones", "space"]
    assert organisation.founded == 1999
    assert organisation.languages == FULL["languages"]


def _of_conflict(answer: Any) -> dict[str, Any]:
    sent: dict[str, Any] = {
        "version": answer.context["version"],
        "based_on": answer.context["based_on"],
        "in_conflict": answer.context["in_conflict"],
    }
    for name, value in answer.context["typed"]:
        sent.setdefault(name, []).append(value)
    return sent


def test_a_third_edit_during_the_choice_is_a_conflict_again(at: Any) -> None:
    anna, bo = person("Anna Holm"), person("Bo Lind")
    organisation = published(anna)
    member(bo, organisation, "owner")
    address = f"/organisations/{organisation.ref}/edit"
    first, second = browser(anna), browser(bo)
    page_a, page_b = first.get(address), second.get(address)
    first.post(address, typed(page_a, city="Aarhus"))
    conflict = second.post(address, typed(page_b, city="Ribe"))
    first.post(address, typed(first.get(address), city="Odense"))
    again = second.post(address, _of_conflict(conflict) | {"side_city": "mine"})
    assert again.status_code == 409
    assert "Anna Holm: Odense" in again.content.decode()


def test_a_conflict_about_the_legal_entity(at: Any) -> None:
    anna, bo = person("Anna Holm"), person("Bo Lind")
    organisation = published(anna)
    member(bo, organisation, "owner")
    address = f"/organisations/{organisation.ref}/legal-entity"
    first, second = browser(anna), browser(bo)
    page_a, page_b = first.get(address), second.get(address)
    first.post(address, typed(page_a, **{"entity-legal_name": "One A/S"}))
    answer = second.post(address, typed(page_b, **{"entity-legal_name": "Two A/S", "entity-pic": "999999999"}))
    assert answer.status_code == 409
    done = second.post(address, _of_conflict(answer) | {"side_legal_name": "theirs"})
    assert done.status_code == 302
    entity = LegalEntity.objects.get()
    assert (entity.legal_name, entity.pic, entity.own_legal_personality) == ("One A/S", "999999999", True)


@pytest.mark.parametrize("based_on", ["", "{", "[]", json.dumps({"city": 5}), "null"])
def test_a_broken_base_harms_nobody(at: Any, based_on: str) -> None:
    owner = person()
    organisation = published(owner)
    client: Client = browser(owner)
    address = f"/organisations/{organisation.ref}/edit"
    page = client.get(address)
    for version in ("", "x", "9" * 50):
        answer = client.post(address, typed(page, city="Ribe", based_on=based_on, version=version))
        assert answer.status_code in (302, 409)


def test_faults_are_shown_and_what_was_typed_stays(at: Any) -> None:
    owner = person()
    organisation = published(owner)
    client = browser(owner)
    address = f"/organisations/{organisation.ref}/edit"
    wrong = {
        "name": "",
        "founded": "2999",
        "smes_count": "500",
        "website": "no address",
        "email": "nobody",
        "services": "x" * 200,
        "city": "Ri\x00be",
    }
    answer = client.post(address, typed(client.get(address), **wrong))
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert set(answer.context["form"].errors) == set(wrong)
    assert "invisible character" in shown
    assert 'href="#id_founded"' in shown
    assert 'value="2999"' in shown
    assert "There are 120 members" in shown
    organisation.refresh_from_db()
    assert organisation.city == "Esbjerg"


def test_ids_that_the_tables_do_not_know_stay(at: Any) -> None:
    owner = person()
    organisation = published(owner)
    Organisation.objects.filter(pk=organisation.pk).update(sectors=["space", "falconry"])
    client = browser(owner)
    address = f"/organisations/{organisation.ref}/edit"
    assert client.post(address, typed(client.get(address), city="Ribe")).status_code == 302
    organisation.refresh_from_db()
    assert organisation.sectors == ["falconry", "space"]
