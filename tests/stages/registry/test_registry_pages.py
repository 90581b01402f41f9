"""The pages of the registry, as every role, with hostile content, and in few queries."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.conftest import NOW
from tests.stages.registry.people_of_registry import (
    ENTITY,
    FULL,
    appointed,
    browser,
    draft,
    member,
    person,
    published,
    requested,
    unowned,
)

from hanse.ground.accounts.models import Role, User
from hanse.stages.registry.actions import registration, takeover
from hanse.stages.registry.models import FormerRef, Organisation, PastPartnership

pytestmark = pytest.mark.django_db
HOSTILE = '<script>alert("x")</script>\u202e\u2066=HYPERLINK(1)' + "W" * 250
MOST = 15


@contextmanager
def counted() -> Iterator[CaptureQueriesContext]:
    """Count queries."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        yield queries


def sent(**changes: Any) -> dict[str, Any]:
    """What a browser would send of the registration form."""
    data = {name: value for name, value in FULL.items() if value not in (None, False)}
    data["services"] = "\n".join(FULL["services"])
    data |= {f"entity-{name}": value for name, value in ENTITY.items()}
    data["entity-own_legal_personality"] = "yes"
    return data | changes


# --- the journey -------------------------------------------------------------------------------------------------


def test_from_an_empty_form_to_a_public_profile(at: datetime) -> None:
    owner, officer = person("Anna Holm"), appointed(Role.OFFICER)
    client, desk = browser(owner), browser(officer)
    assert client.get("/organisations/new").status_code == 200
    begun = client.post("/organisations/new", sent())
    assert begun["Location"] == "/organisations/blue-harbour-cluster/request"
    assert "All that a request needs is there" in client.get(begun["Location"]).content.decode()
    assert client.post(begun["Location"]).status_code == 302
    assert "Blue Harbour Cluster" in desk.get("/registrations").content.decode()
    review = "/registrations/blue-harbour-cluster"
    assert "31123" in desk.get(review).content.decode()
    assert desk.post(review, {"decision": "return"}).status_code == 422
    assert desk.post(review, {"decision": "return", "note": "Name the <i>mayor</i>."}).status_code == 302
    assert "Name the &lt;i&gt;mayor&lt;/i&gt;." in client.get("/organisations/blue-harbour-cluster").content.decode()
    assert client.post("/organisations/blue-harbour-cluster/request").status_code == 302
    assert desk.post(review, {"decision": "publish"}).status_code == 302
    public = browser().get("/organisations/blue-harbour-cluster")
    assert public.status_code == 200
    shown = public.content.decode()
    for words in ("Harbours and shipyards", "Cleantech", "Brazil", "Africa", "Danish", "Esbjerg", "Blue Harbour A/S"):
        assert words in shown
    assert "mayor" not in shown  # what an officer wrote is for those who act for it
    assert desk.post(review, {"decision": "publish"}).status_code == 409


def test_a_draft_can_be_left_for_later(at: datetime) -> None:
    answer = browser(person()).post("/organisations/new", {"name": "Blue", "then": "later"})
    assert answer["Location"] == "/organisations/blue"
    assert Organisation.objects.get().status == "draft"


def test_an_incomplete_request_says_what_is_missing(at: datetime) -> None:
    owner = person()
    client = browser(owner)
    client.post("/organisations/new", {"name": "Blue"})
    for answer in (client.get("/organisations/blue/request"), client.post("/organisations/blue/request")):
        assert "State the country of establishment." in answer.content.decode()
    assert Organisation.objects.get().status == "draft"


def test_a_wrong_form_keeps_what_was_typed(at: datetime) -> None:
    wrong = sent(name="", founded="soon", **{"entity-legal_name": "A\x00B", "city": "Ribe"})
    answer = browser(person()).post("/organisations/new", wrong)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert 'value="Ribe"' in shown
    assert 'href="#id_name"' in shown
    assert 'href="#id_entity-legal_name"' in shown
    assert not Organisation.objects.exists()


def test_a_doubtful_number_warns_and_never_blocks(at: datetime) -> None:
    client = browser(person())
    begun = client.post("/organisations/new", sent(**{"entity-pic": "12"}))
    assert "A doubt never stops a registration" in client.get(begun["Location"]).content.decode()
    assert client.post(begun["Location"]).status_code == 302
    assert Organisation.objects.get().status == "requested"


def test_a_known_legal_entity_is_offered(at: datetime) -> None:
    first = published(person())
    client = browser(person())
    asked = client.post("/organisations/new", sent(name="Second"))
    assert asked.status_code == 422
    assert "Yes: Blue Harbour A/S" in asked.content.decode()
    assert first.legal_entity is not None
    for chosen, shared in ((first.legal_entity.ref, True), ("new", False)):
        done = client.post("/organisations/new", sent(name=f"Second {chosen}", **{"entity-known": chosen}))
        assert done.status_code == 302
        newest = Organisation.objects.order_by("-id")[0]
        assert (newest.legal_entity_id == first.legal_entity_id) is shared


def test_withdrawing(at: datetime) -> None:
    owner = person()
    organisation = published(owner)
    client = browser(owner)
    address = f"/organisations/{organisation.ref}/withdraw"
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": "We close."}).status_code == 302
    assert browser().get(f"/organisations/{organisation.ref}").status_code == 404
    assert client.post(address, {}).status_code == 409


# --- who sees what -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["draft", "requested", "returned", "refused", "withdrawn"])
def test_a_private_profile_is_not_there_for_others(at: datetime, state: str) -> None:
    owner, editor = person(), person()
    organisation = draft(owner)
    member(editor, organisation, "editor")
    Organisation.objects.update(status=state)
    page = f"/organisations/{organisation.ref}"
    insiders = [owner, editor, appointed(Role.OFFICER), appointed(Role.AUDITOR)]
    outsiders: list[User | None] = [None, person(), appointed(Role.EXPERT), appointed(Role.ADMINISTRATOR)]
    for user in insiders:
        assert browser(user).get(page).status_code == 200
    for outsider in outsiders:
        client = browser(outsider)
        assert client.get(page).status_code == 404
        for part in ("edit", "legal-entity", "request", "withdraw", "people", "leave", "take-over"):
            expected = 404 if outsider else 302
            assert client.get(f"{page}/{part}").status_code == expected
            assert client.post(f"{page}/{part}", {}).status_code == expected


def test_a_public_profile_is_changed_by_its_people_only(at: datetime) -> None:
    organisation = published(person())
    page = f"/organisations/{organisation.ref}"
    for user in (person(), appointed(Role.OFFICER), appointed(Role.ADMINISTRATOR)):
        client = browser(user)
        assert client.get(page).status_code == 200
        for part in ("edit", "legal-entity", "request", "withdraw", "people", "leave"):
            assert client.get(f"{page}/{part}").status_code == 403
            assert client.post(f"{page}/{part}", {}).status_code == 403


def test_an_auditor_reads_and_changes_nothing(at: datetime) -> None:
    organisation = requested(person())
    auditor = appointed(Role.AUDITOR)
    member(auditor, organisation, "owner")
    asked = takeover.ask_for_takeover(actor=person(), ref=unowned().ref, proof="Mine.", at=NOW)
    client = browser(auditor)
    page = f"/organisations/{organisation.ref}"
    for address in (page, f"{page}/people", f"{page}/edit", "/registrations", f"/registrations/{organisation.ref}"):
        assert client.get(address).status_code == 200
    assert client.get(f"/takeovers/{asked.pk}").status_code == 200
    for address, data in (
        ("/organisations/new", sent(name="Another")),
        (f"{page}/edit", sent()),
        (f"{page}/legal-entity", {"entity-legal_name": "Else"}),
        (f"{page}/request", {"different": "on"}),
        (f"{page}/withdraw", {}),
        (f"{page}/people", {"email": "a@b.example", "right": "owner"}),
        (f"{page}/leave", {}),
        (f"/organisations/{asked.organisation.ref}/take-over", {"proof": "Mine."}),
        (f"/registrations/{organisation.ref}", {"decision": "publish"}),
        (f"/takeovers/{asked.pk}", {"decision": "grant"}),
    ):
        assert client.post(address, data).status_code == 403, address
    organisation.refresh_from_db()
    assert organisation.status == "requested"


def test_the_desk_is_for_officers(at: datetime) -> None:
    organisation = requested(person())
    for user in (person(), appointed(Role.ADMINISTRATOR), appointed(Role.EXPERT)):
        client = browser(user)
        for address in ("/registrations", f"/registrations/{organisation.ref}", "/takeovers/1"):
            assert client.get(address).status_code == 403
    assert browser().get("/registrations")["Location"].endswith("?next=/registrations")


def test_a_former_ref_leads_on(at: datetime) -> None:
    organisation = published(person())
    FormerRef.objects.create(ref="old-name", organisation=organisation, since=NOW)
    answer = browser().get("/organisations/old-name")
    assert (answer.status_code, answer["Location"]) == (301, f"/organisations/{organisation.ref}")
    assert browser().get("/organisations/nowhere").status_code == 404
    assert browser().get("/organisations/a%00b").status_code == 404


# --- what it shows -----------------------------------------------------------------------------------------------


def test_a_listed_profile_says_its_source_and_what_is_not_stated(at: datetime) -> None:
    organisation = unowned()
    PastPartnership.objects.create(
        organisation=organisation, partnership="TRACK", call="COS-2014", source="https://example.org/track"
    )
    shown = browser().get(f"/organisations/{organisation.ref}").content.decode()
    assert 'href="https://example.org/members"' in shown
    assert 'href="https://example.org/track"' in shown
    assert "Facts not stated" in shown
    assert "Take it over" in shown
    assert "does not say whether and when it registered" in shown


def test_hostile_content_is_harmless(at: datetime) -> None:
    owner = person(HOSTILE[:150])
    officer = appointed(Role.OFFICER)
    texts = ("name", "summary", "description", "region", "city")
    values: dict[str, Any] = dict.fromkeys(texts, HOSTILE[:100]) | {"name": HOSTILE, "services": [HOSTILE[:100]]}
    organisation = requested(owner, **values)
    PastPartnership.objects.create(organisation=organisation, partnership=HOSTILE, source="javascript:alert(1)")
    Organisation.objects.update(website="javascript:alert(1)", source="javascript:alert(2)")
    client, desk = browser(owner), browser(officer)
    page = f"/organisations/{organisation.ref}"
    shown = [
        client.get(address)
        for address in (page, f"{page}/edit", f"{page}/legal-entity", f"{page}/request", f"{page}/people", "/work")
    ]
    shown += [desk.get("/registrations"), desk.get(f"/registrations/{organisation.ref}")]
    for answer in shown:
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()
        assert 'href="javascript:' not in answer.content.decode()
    assert "<bdi>&lt;script&gt;" in shown[0].content.decode()
    registration.publish(actor=officer, ref=organisation.ref, at=NOW)
    assert "<script>alert" not in browser().get(page).content.decode()


# --- few queries -------------------------------------------------------------------------------------------------


def _with(many: int, owner: User) -> Organisation:
    """An organisation with so many of everything."""
    organisation = published(owner, name=f"With {many}")
    for number in range(many):
        member(person(), organisation, "editor")
        PastPartnership.objects.create(organisation=organisation, partnership=f"P{number}")
        requested(person(), name=f"Waits {many} {number}")
        takeover.ask_for_takeover(actor=person(), ref=organisation.ref, proof="Mine.", at=NOW)
    return organisation


def test_pages_ask_few_queries_however_much_they_show(at: datetime) -> None:
    owner, officer = person(), appointed(Role.OFFICER)
    client, desk, visitor = browser(owner), browser(officer), browser()
    asked: dict[str, list[int]] = {}
    for many in (1, 3):
        organisation = _with(many, owner)
        page = f"/organisations/{organisation.ref}"
        waiting = Organisation.objects.filter(status="requested").order_by("-id")[0]
        for name, who, address in (
            ("public", visitor, page),
            ("owner", client, page),
            ("people", client, f"{page}/people"),
            ("edit", client, f"{page}/edit"),
            ("entity", client, f"{page}/legal-entity"),
            ("request", client, f"{page}/request"),
            ("desk", desk, "/registrations"),
            ("review", desk, f"/registrations/{waiting.ref}"),
        ):
            with counted() as queries:
                assert who.get(address).status_code == 200
            asked.setdefault(name, []).append(len(queries))
    assert all(first == second <= MOST for first, second in asked.values()), asked


# --- likely duplicates -------------------------------------------------------------------------------------------


def test_likely_duplicates_are_shown_before_sending(at: datetime) -> None:
    published(person())
    hidden = draft(person(), name="Blue Harbour Cluster")
    client = browser(person())
    client.post("/organisations/new", sent(**{"entity-known": "new"}))
    page = f"/organisations/{Organisation.objects.order_by('-id')[0].ref}/request"
    shown = client.get(page).content.decode()
    assert "It may be registered already" in shown
    assert 'href="/organisations/blue-harbour-cluster/take-over"' in shown
    assert f'href="/organisations/{hidden.ref}"' not in shown  # a draft of somebody else is nobody's business
    unsaid = client.post(page)
    assert unsaid.status_code == 422
    assert "say that none of them is yours" in unsaid.content.decode()
    assert client.post(page, {"different": "on"}).status_code == 302
    newest = Organisation.objects.order_by("-id")[0]
    assert newest.status == "requested"
    review = browser(appointed(Role.OFFICER)).get(f"/registrations/{newest.ref}").content.decode()
    assert 'href="/organisations/blue-harbour-cluster"' in review
