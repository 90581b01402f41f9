"""Pages of consortia in a browser: who sees what, what is answered, and how much the database is asked."""

import re
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.conftest import NOW
from tests.people import browsing, person
from tests.stages.consortia.casting import (
    AFTER_CLOSING,
    CALL,
    OLDER_CALL,
    a_consortium,
    editor_of,
    invited,
    organisation_in,
    organisation_of,
    owner_of,
    seat_of,
    the_calls,
    unclaimed,
)

from hanse.ground import clock
from hanse.ground.accounts.actions import BACKEND
from hanse.ground.outbox.models import Message
from hanse.stages.announcement.queries import call_of
from hanse.stages.consortia.actions import forming, seats
from hanse.stages.consortia.models import Consortium, Mandate, Seat
from hanse.stages.consortia.queries import members
from hanse.stages.registry.actions import cleaning, takeover

pytestmark = pytest.mark.django_db
MOST_QUERIES = 20


@pytest.fixture(autouse=True)
def calls(at: datetime) -> None:
    """The calls are loaded, and the first reading of the call, which a process remembers, is behind us."""
    the_calls()
    assert call_of(CALL, NOW) is not None


def phare() -> Client:
    client = Client()
    client.force_login(owner_of(organisation_in("FR")), backend=BACKEND)
    return client


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def home(consortium: Consortium, *parts: object) -> str:
    return "/".join(["/consortia", consortium.ref, *map(str, parts)])


def every_page(consortium: Consortium) -> list[str]:
    """The pages of a consortium for its members."""
    member, waiting = seat_of(consortium, "mila").pk, consortium.seats.filter(state="invited").first()
    pages = ["", "panel", "what-if", "matrix", "aim", "dissolve", "invite", "what-if?replacements=yes"]
    pages += [f"members/{member}{act}" for act in ("", "/leave", "/remove", "/role", "/coordination", "/mandate")]
    if waiting:
        pages += [f"members/{waiting.pk}", f"members/{waiting.pk}/recall", f"invitations/{waiting.pk}"]
    return [home(consortium, *([page] if page else [])) for page in pages]


# --- who sees what -----------------------------------------------------------------------------------------------


def test_whoever_has_nothing_to_do_with_it_learns_nothing() -> None:
    consortium = a_consortium()
    invited(consortium, "FR")
    for page in every_page(consortium):
        for who in ("charlie", "odile", "halvard", "ines", "tomas"):
            answer = browsing(who).get(page)
            assert answer.status_code == 404, (who, page)
            assert "Blue ways" not in answer.content.decode()
        assert browsing().get(page).status_code == 302


def test_who_is_invited_sees_the_invitation_and_nothing_else() -> None:
    consortium = a_consortium()
    seat = invited(consortium, "FR")
    guest = phare()
    answer = guest.get(home(consortium))
    assert (answer.status_code, answer["Location"]) == (302, home(consortium, "invitations", seat.pk))
    page = words(guest.get(answer["Location"]))
    for said in ("Come with us.", "Salzspeicher Food Network", "The mandate", "beneficiary", "Strand", "clean ports"):
        assert said in page
    for page in every_page(consortium):
        if page not in (home(consortium), home(consortium, "invitations", seat.pk)):
            assert guest.get(page).status_code == 404, page


def test_members_see_and_the_coordinator_decides() -> None:
    consortium = a_consortium()
    invited(consortium, "FR")
    for page in every_page(consortium):
        assert browsing("giulia").get(page).status_code == 200, page
    for page, status in (
        ("", 200),
        ("/what-if", 200),
        ("/matrix", 200),
        ("/aim", 403),
        ("/dissolve", 403),
        ("/invite", 403),
    ):
        assert browsing("jonas").get(home(consortium) + page).status_code == status
    role = home(consortium, "members", seat_of(consortium, "mila").pk, "role")
    assert browsing("jonas").get(role).status_code == 403
    assert "Invite an organisation" in words(browsing("giulia").get(home(consortium)))
    assert "Invite an organisation" not in words(browsing("jonas").get(home(consortium)))


def test_an_auditor_who_acts_for_a_member_reads_and_changes_nothing() -> None:
    consortium = a_consortium()
    editor_of("halvard", organisation_of("giulia"), "owner")
    client = browsing("halvard")
    assert client.get(home(consortium)).status_code == 200
    assert client.get(home(consortium, "aim")).status_code == 403
    seat = seat_of(consortium, "mila").pk
    assert client.post(home(consortium, "members", seat, "remove"), {"reason": "No."}).status_code == 403
    assert seat_of(consortium, "mila").state == "accepted"


def test_a_seat_of_another_consortium_is_not_there() -> None:
    consortium, other = a_consortium(), a_consortium("FR", "ES", ref="other", name="Other ways")
    foreign = other.seats.first()
    assert foreign is not None
    client = browsing("giulia")
    for page in ("", "/leave", "/remove", "/recall", "/role", "/mandate", "/coordination"):
        assert client.get(home(consortium, "members", foreign.pk) + page).status_code == 404
    assert client.get(home(consortium, "invitations", foreign.pk)).status_code == 404
    assert client.get(home(consortium, "members", 0)).status_code == 404
    assert client.get(home(consortium, "invitations", 0)).status_code == 404


# --- beginning and aims ------------------------------------------------------------------------------------------


def test_a_consortium_is_begun_from_a_call() -> None:
    organisation = organisation_of("giulia")
    client = browsing("giulia")
    assert f"/consortia/new?call={CALL}" in client.get("/consortia/new").content.decode()
    page = client.get(f"/consortia/new?call={CALL}&organisation={organisation.ref}&strand=B")
    assert page.status_code == 200
    typed = {
        "organisation": organisation.ref,
        "name": "Blue ways",
        "idea": "Ports.",
        "strand": "A",
        "target_1": "asia",
        "target_2": "",
        "target_3": "US",
        "sectors": ["digital"],
    }
    answer = client.post(f"/consortia/new?call={CALL}", typed)
    consortium = Consortium.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, home(consortium))
    assert (consortium.targets, consortium.sectors, consortium.strand) == (["asia", "US"], ["digital"], "A")
    assert "Blue ways" in words(client.get("/consortia"))
    assert "May we apply?" in words(client.get(home(consortium)))


def test_what_is_missing_is_told_and_nothing_typed_is_lost() -> None:
    organisation = organisation_of("giulia")
    client = browsing("giulia")
    typed = {
        "organisation": organisation.ref,
        "name": " ",
        "idea": "Ports and <yards>",
        "strand": "A",
        "target_5": "JP",
    }
    answer = client.post(f"/consortia/new?call={CALL}", typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["name"])
    page = answer.content.decode()
    assert "Ports and &lt;yards&gt;" in page
    assert 'href="#id_name"' in page
    wrong = client.post(f"/consortia/new?call={CALL}", {**typed, "name": "x", "organisation": "somebody-else"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["organisation"])
    assert not Consortium.objects.exists()


def test_what_the_act_refuses_is_told_at_the_field(monkeypatch: pytest.MonkeyPatch) -> None:
    organisation = organisation_of("giulia")
    monkeypatch.setattr(forming, "MOST_TARGETS", 1)
    typed = {"organisation": organisation.ref, "name": "x", "target_1": "JP", "target_2": "US"}
    answer = browsing("giulia").post(f"/consortia/new?call={CALL}", typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["target_1"])


def test_who_acts_for_nobody_is_told_how_to_begin() -> None:
    client = browsing("charlie")
    assert "Register yours" in words(client.get("/consortia"))
    assert "You act for no organisation yet" in words(client.get(f"/consortia/new?call={CALL}"))


def test_a_closed_call_is_not_chosen() -> None:
    organisation_of("giulia")
    answer = browsing("giulia").get(f"/consortia/new?call={OLDER_CALL}")
    assert (answer.status_code, "This call has closed" in words(answer)) == (409, True)
    assert browsing("giulia").get("/consortia/new?call=nothing").status_code == 200


def test_aims_are_changed_and_a_stale_page_shows_both_sides() -> None:
    consortium = a_consortium()
    client = browsing("giulia")
    page = client.get(home(consortium, "aim")).content.decode()
    assert 'name="based_on" value="1"' in page
    typed = {"name": "Bluer ways", "idea": "", "strand": "B", "target_1": "JP", "sectors": ["digital"], "based_on": "1"}
    assert client.post(home(consortium, "aim"), typed).status_code == 302
    mine = {**typed, "name": "Greener ways", "idea": "My idea", "sectors": ["space", "digital"]}
    answer = client.post(home(consortium, "aim"), mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    for said in ("As it stands now", "Bluer ways", "Greener ways", "My idea", 'name="based_on" value="2"'):
        assert said in page, said
    assert len(re.findall(r'value="(?:space|digital)"[^>]*checked', page)) == 2
    assert client.post(home(consortium, "aim"), {**mine, "based_on": "2"}).status_code == 302
    assert Consortium.objects.get().name == "Greener ways"
    empty = client.post(home(consortium, "aim"), {**mine, "name": ""})
    assert (empty.status_code, list(empty.context["form"].errors)) == (422, ["name"])


def test_aims_of_a_closed_call_or_without_a_call_are_refused_clearly() -> None:
    consortium = a_consortium()
    client = browsing("giulia")
    clock.set_clock(instant=AFTER_CLOSING)
    typed = {"name": "Too late", "based_on": "1"}
    answer = client.post(home(consortium, "aim"), typed)
    assert (answer.status_code, "The call has closed" in words(answer)) == (409, True)
    assert "The call has closed" in words(client.get(home(consortium)))
    lost = a_consortium("FR", "ES", "giulia", ref="lost", call="NO-SUCH-CALL")
    client = phare()
    assert "The call is not there any more" in words(client.get(home(lost)))
    assert client.get(home(lost, "aim")).status_code == 409
    for page in ("what-if", "matrix", "panel", f"members/{seat_of(lost, 'ES').pk}/remove"):
        assert client.get(home(lost, page)).status_code == 200


def test_a_consortium_is_dissolved_with_a_reason() -> None:
    consortium = a_consortium()
    client = browsing("giulia")
    assert client.post(home(consortium, "dissolve"), {"reason": ""}).status_code == 422
    assert client.post(home(consortium, "dissolve"), {"reason": "No <money>."}).status_code == 302
    page = client.get(home(consortium)).content.decode()
    assert "No &lt;money&gt;." in page
    assert "This consortium is dissolved" in page
    assert "Dissolved: 1" in words(browsing("jonas").get("/consortia"))
    assert "Dissolved: 1" not in words(browsing("aylin").get("/consortia"))
    assert client.post(home(consortium, "dissolve"), {"reason": "Again."}).status_code == 409


# --- invitations -------------------------------------------------------------------------------------------------


def test_an_organisation_is_found_and_invited_and_accepts() -> None:
    consortium = a_consortium()
    organisation = organisation_in("FR")
    client = browsing("giulia")
    found = client.get(home(consortium, "invite") + "?q=photonics").content.decode()
    assert f"?organisation={organisation.ref}" in found
    assert "Nothing is found" in words(client.get(home(consortium, "invite") + "?q=zzzz"))
    form = client.get(home(consortium, "invite") + f"?organisation={organisation.ref}")
    assert "If it accepts" in words(form)
    Message.objects.all().delete()
    answer = client.post(
        home(consortium, "invite") + f"?organisation={organisation.ref}", {"role": "beneficiary", "message": "Come!"}
    )
    seat = Seat.objects.get(state="invited")
    assert answer["Location"] == home(consortium, "members", seat.pk)
    assert home(consortium, "invitations", seat.pk) in Message.objects.get().body
    both = words(client.get(home(consortium)))
    assert "As accepted today" in both
    assert "If everybody invited accepts" in both
    guest = phare()
    assert seat.consortium.name in words(guest.get("/consortia"))
    offered = home(consortium, "invitations", seat.pk)
    wording = guest.get(offered).context["wording"]
    unsure = guest.post(offered, {"act": "accept", "wording": wording})
    assert (unsure.status_code, list(unsure.context["form"].errors)) == (422, ["agree"])
    accepted = guest.post(offered, {"act": "accept", "wording": wording, "agree": "on"})
    assert accepted["Location"] == home(consortium)
    assert Mandate.objects.get(seat=seat).wording == wording
    again = guest.post(offered, {"act": "accept", "wording": wording, "agree": "on"})
    assert (again.status_code, "accepted already" in words(again)) == (409, True)
    assert "This invitation is accepted" in words(guest.get(offered))
    assert guest.get(home(consortium)).status_code == 200


def test_an_invitation_that_nobody_can_answer_yet_says_so() -> None:
    consortium = a_consortium()
    lonely = unclaimed("Faraway Network", "JP")
    client = browsing("giulia")
    address = home(consortium, "invite") + f"?organisation={lonely.ref}"
    assert "Nobody owns its profile here" in words(client.get(address))
    answer = client.post(address, {"role": "international_partner"}, follow=True)
    assert "The invitation waits until somebody has taken the profile over" in words(answer)
    assert "nobody owns its profile here yet" in words(client.get(home(consortium)))
    seat = Seat.objects.get(state="invited")
    assert (
        f"/organisations/{lonely.ref}/take-over"
        in client.get(home(consortium, "invitations", seat.pk)).content.decode()
    )


@pytest.mark.parametrize(
    ("typed", "field", "status"),
    [
        ({"role": "emperor"}, "role", 422),
        ({"role": "coordinator"}, "role", 422),
        ({"role": "affiliated_entity"}, "tie", 422),
        ({"role": "beneficiary", "tie": "9999"}, "tie", 422),
        ({"role": "beneficiary", "message": "x" * 4001}, "message", 422),
    ],
)
def test_wrong_invitations_are_asked_again(typed: dict[str, str], field: str, status: int) -> None:
    consortium = a_consortium()
    answer = browsing("giulia").post(home(consortium, "invite") + f"?organisation={organisation_in('FR').ref}", typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (status, [field])


def test_who_is_in_already_is_not_invited() -> None:
    consortium = a_consortium()
    address = home(consortium, "invite") + f"?organisation={organisation_of('jonas').ref}"
    assert "is in already" in words(browsing("giulia").get(address))
    answer = browsing("giulia").post(address, {"role": "beneficiary"})
    assert (answer.status_code, "takes part already" in words(answer)) == (409, True)


def test_an_editor_reads_the_invitation_and_is_told_who_can_answer() -> None:
    consortium = a_consortium()
    seat = invited(consortium, "FR")
    editor_of("charlie", organisation_in("FR"))
    client = browsing("charlie")
    page = words(client.get(home(consortium, "invitations", seat.pk)))
    assert "Only an owner of the organisation answers" in page
    answer = client.post(home(consortium, "invitations", seat.pk), {"act": "accept", "agree": "on", "wording": "x"})
    assert (answer.status_code, "That can: Owner of Phare Photonics Cluster" in words(answer)) == (403, True)
    stranger = browsing("aylin").post(home(consortium, "invitations", seat.pk), {"act": "accept"})
    assert stranger.status_code == 404


def test_an_invitation_is_declined_with_a_reason() -> None:
    consortium = a_consortium()
    seat = invited(consortium, "FR")
    guest = phare()
    long = {"act": "decline", "decline-reason": "x" * 4001}
    assert guest.post(home(consortium, "invitations", seat.pk), long).status_code == 422
    answer = guest.post(home(consortium, "invitations", seat.pk), {"act": "decline", "decline-reason": "No time."})
    assert answer["Location"] == "/consortia"
    over = guest.get(home(consortium, "invitations", seat.pk))
    assert (over.status_code, "was declined" in words(over)) == (410, True)
    assert "No time." in words(browsing("giulia").get(home(consortium)))


@pytest.mark.parametrize("end", ["recall", "dissolve", "close"])
def test_an_invitation_that_is_over_says_so_and_tells_no_more(end: str) -> None:
    consortium = a_consortium()
    seat = invited(consortium, "FR")
    wording = members.wording_of(seat)
    guest = phare()
    if end == "recall":
        answer = browsing("giulia").post(home(consortium, "members", seat.pk, "recall"))
        assert answer["Location"] == home(consortium)
    elif end == "dissolve":
        forming.dissolve(actor=person("giulia"), ref=consortium.ref, reason="No.", at=NOW)
    else:
        clock.set_clock(instant=AFTER_CLOSING)
    posted = guest.post(home(consortium, "invitations", seat.pk), {"act": "accept", "agree": "on", "wording": wording})
    shown = guest.get(home(consortium, "invitations", seat.pk))
    if end == "close":
        assert (posted.status_code, shown.status_code) == (409, 200)
        assert "The call has closed" in words(posted)
    else:
        assert (posted.status_code, shown.status_code) == (410, 410)
        assert "Salzspeicher" not in words(shown)


# --- seats -------------------------------------------------------------------------------------------------------


def test_who_leaves_sees_the_effect_before_and_nothing_after() -> None:
    consortium = a_consortium()
    seat = seat_of(consortium, "mila").pk
    client = browsing("mila")
    page = words(client.get(home(consortium, "members", seat, "leave")))
    assert "The verdict would change from eligible to not eligible" in page
    assert "At least three different legal entities" in page
    assert "Smallest repair: Add 1 more legal entity." in page
    answer = client.post(home(consortium, "members", seat, "leave"), {"reason": "Other plans."})
    assert answer["Location"] == "/consortia"
    assert client.get(home(consortium)).status_code == 404
    assert "Other plans." in words(browsing("giulia").get(home(consortium)))


def test_a_member_is_removed_with_its_effect_shown() -> None:
    consortium = a_consortium("giulia", "jonas", "mila", "FR")
    seat = seat_of(consortium, "mila")
    entity = invited(consortium, "ES", "affiliated_entity")
    Seat.objects.filter(pk=entity.pk).update(tie=seat, state="accepted")
    client = browsing("giulia")
    page = words(client.get(home(consortium, "members", seat.pk, "remove")))
    assert "The verdict would stay eligible" in page
    assert "left without their beneficiary" in page
    assert client.post(home(consortium, "members", seat.pk, "remove"), {"reason": " "}).status_code == 422
    answer = client.post(home(consortium, "members", seat.pk, "remove"), {"reason": "Silent."})
    assert answer["Location"] == home(consortium)
    assert "its beneficiary has left" in words(client.get(home(consortium)))
    again = client.post(home(consortium, "members", seat.pk, "remove"), {"reason": "Silent."})
    assert (again.status_code, "not take part any more" in words(again)) == (409, True)


def test_a_member_is_replaced() -> None:
    consortium = a_consortium()
    seat = seat_of(consortium, "mila")
    client = browsing("giulia")
    address = home(consortium, "invite") + f"?replaces={seat.pk}"
    assert f"replaces={seat.pk}" in client.get(home(consortium, "members", seat.pk)).content.decode()
    assert "In place of" in words(client.get(address))
    whole = f"{address}&organisation={organisation_in('FR').ref}"
    assert "The verdict would stay eligible" in words(client.get(whole))
    assert client.post(whole, {"role": "beneficiary"}).status_code == 302
    new = Seat.objects.get(state="invited")
    assert new.replaces == seat
    # If everybody accepts, the one that is replaced has left.
    assert client.get(home(consortium)).context["planned"].members == 3
    twice = client.post(f"{address}&organisation={organisation_in('ES').ref}", {"role": "beneficiary"})
    assert (twice.status_code, "is invited to replace" in words(twice)) == (409, True)


def test_the_coordination_is_handed_over_in_the_browser() -> None:
    consortium = a_consortium()
    seat = seat_of(consortium, "jonas").pk
    client = browsing("giulia")
    assert "Owners of both give their mandates again" in words(
        client.get(home(consortium, "members", seat, "coordination"))
    )
    assert client.post(home(consortium, "members", seat, "coordination")).status_code == 302
    page = words(browsing("jonas").get(home(consortium)))
    assert "Without a mandate: Salzspeicher Food Network , Lanterna Marine Cluster" in page
    assert "Invite an organisation" in page
    assert client.post(home(consortium, "members", seat, "coordination")).status_code == 403


def test_a_role_is_chosen_looked_at_and_changed() -> None:
    consortium = a_consortium()
    seat = seat_of(consortium, "mila").pk
    address = home(consortium, "members", seat, "role")
    client = browsing("giulia")
    shown = words(client.get(address + "?role=associated_partner"))
    assert "to not eligible" in shown
    assert client.get(address + "?role=emperor").status_code == 422
    tied = client.get(address + f"?role=affiliated_entity&tie={seat_of(consortium, 'jonas').pk}").content.decode()
    assert 'name="tie"' in tied
    lacking = client.post(address, {"role": "affiliated_entity"})
    assert (lacking.status_code, list(lacking.context["form"].errors)) == (422, ["tie"])
    assert client.post(address, {"role": "associated_partner"}).status_code == 302
    assert seat_of(consortium, "mila").role == "associated_partner"
    lead = home(consortium, "members", seat_of(consortium, "giulia").pk, "role")
    assert client.post(lead, {"role": "beneficiary"}).status_code == 409


def test_a_mandate_is_revoked_and_given_again_in_the_browser() -> None:
    consortium = a_consortium()
    seat = seat_of(consortium, "mila").pk
    address = home(consortium, "members", seat, "mandate")
    client = browsing("mila")
    assert client.post(address, {"act": "revoke", "reason": "To be asked."}).status_code == 302
    assert "without mandate" in words(browsing("jonas").get(home(consortium)))
    assert "Without a mandate: Sava Software Network" in words(browsing("jonas").get(home(consortium)))
    assert client.post(address, {"act": "revoke"}).status_code == 409
    wording = client.get(address).context["wording"]
    assert client.post(address, {"act": "give", "wording": wording}).status_code == 422
    assert client.post(address, {"act": "give", "wording": wording, "agree": "on"}).status_code == 302
    assert "Without a mandate" not in words(client.get(home(consortium)))
    assert browsing("giulia").post(address, {"act": "revoke"}).status_code == 403
    assert "That can: Mila Petrović" in words(browsing("giulia").get(address))
    waiting = invited(consortium, "FR")
    assert client.get(home(consortium, "members", waiting.pk, "mandate")).status_code == 404


# --- what if -----------------------------------------------------------------------------------------------------


def test_what_if_answers_from_the_address_alone_and_stores_nothing() -> None:
    consortium = a_consortium()
    organisation_in("FR")
    client = browsing("jonas")
    assert "What would follow" not in words(client.get(home(consortium, "what-if")))
    question = f"?leave={organisation_of('mila').ref}&join=phare+photonics+cluster&role=beneficiary&aims=yes&strand=A"
    answer = client.get(home(consortium, "what-if") + question + "&target_1=US&target_2=JP")
    assert "The verdict would stay eligible" in words(answer)
    assert "Found: Phare Photonics Cluster" in words(answer)
    worse = client.get(home(consortium, "what-if") + "?aims=yes&strand=A&target_1=US")
    assert "two third countries" in words(worse)
    assert "to not eligible" in words(worse)
    assert consortium.seats.count() == 3


def test_what_if_names_what_it_does_not_find_and_suggests() -> None:
    consortium = a_consortium()
    organisation_in("FR")
    answer = browsing("giulia").get(home(consortium, "what-if") + "?join=photonics&join=zzzz&role=x&join=" + "y" * 400)
    page = words(answer)
    assert "Nobody in the registry is called “photonics”" in page
    assert "Did you mean: Phare Photonics Cluster" in page
    assert "Not found." in page
    assert "join=phare-photonics-cluster&amp;join=zzzz" in answer.content.decode()
    more = browsing("giulia").get(home(consortium, "what-if") + "?join=a&join=b&add=join")
    assert len(more.context["rows"]) == 3
    known = browsing("giulia").get(home(consortium, "what-if") + f"?join={organisation_of('jonas').ref}")
    assert "which is in already" in words(known)


@pytest.mark.parametrize("question", ["?aims=yes&strand=Z&target_1=XX", "?join=%00", "?leave=nobody", "?q=1"])
def test_strange_questions_are_answered(question: str) -> None:
    consortium = a_consortium()
    assert browsing("giulia").get(home(consortium, "what-if") + question).status_code == 200


def test_resilience_tells_what_breaks_and_who_could_replace() -> None:
    consortium = a_consortium()
    organisation_in("DE", 2)
    client = browsing("giulia")
    page = words(client.get(home(consortium, "what-if")))
    assert "If one member leaves" in page
    assert "coordinates: another member takes over" in page
    assert "Salzspeicher Food Network 2" in words(client.get(home(consortium, "what-if") + "?replacements=yes"))


def test_what_if_counts_the_invited_when_asked() -> None:
    consortium = a_consortium("giulia", "jonas")
    invited(consortium, "mila")
    client = browsing("giulia")
    assert client.get(home(consortium, "what-if") + "?planned=yes").context["effect"].before.members == 3
    assert "Show invited organisations too" in words(client.get(home(consortium, "matrix")))
    assert len(client.get(home(consortium, "matrix") + "?planned=yes").context["matrix"].members) == 3


# --- how much is asked, and how it is built ----------------------------------------------------------------------

COUNTRIES = ("IT", "DE", "RS", "FR", "ES", "PL", "GR", "TR", "BA", "NO")


def queries_at(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200, address
    return len(asked)


def test_queries_do_not_grow_with_members() -> None:
    counts = []
    for number, ref in ((3, "small"), (10, "large")):
        consortium = a_consortium(*COUNTRIES[:number], ref=ref, name=ref)
        invited(consortium, organisation_in("JP"))
        client = browsing("giulia")
        client.get("/consortia")
        counts.append([queries_at(client, page) for page in every_page(consortium)])
    assert counts[0] == counts[1]
    assert max(counts[1]) <= MOST_QUERIES


def test_pages_have_one_heading_no_id_twice_and_no_inline_code() -> None:
    consortium = a_consortium()
    invited(consortium, "FR")
    Mandate.objects.filter(seat=seat_of(consortium, "jonas")).update(revoked_at=NOW)
    pages = [
        *every_page(consortium),
        "/consortia",
        "/consortia/new",
        f"/consortia/new?call={CALL}",
        home(consortium, "invite") + f"?organisation={organisation_in('ES').ref}",
        home(consortium, "what-if") + "?leave=x&aims=yes&target_1=US&join=photonics",
        home(consortium, "members", seat_of(consortium, "mila").pk, "role") + "?role=associated_partner",
    ]
    for page in pages:
        html = browsing("giulia").get(page).content.decode()
        if page.endswith("/panel"):
            continue
        assert len(re.findall("<h1", html)) == 1, page
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert len(ids) == len(set(ids)), (page, sorted(id for id in ids if ids.count(id) > 1))
        assert not re.search(r'\s(?:style|on[a-z]+)="', html), page
        levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
        assert all(below - above <= 1 for above, below in pairwise(levels)), (page, levels)


def test_the_panel_is_refreshed_alone() -> None:
    consortium = a_consortium("giulia", "jonas")
    invited(consortium, "mila")
    html = browsing("giulia").get(home(consortium, "panel")).content.decode()
    assert "<html" not in html
    assert 'id="panels"' in html
    assert html.count('aria-live="polite"') == 2


def test_a_replaced_invitation_and_its_words_are_shown_on_the_seat() -> None:
    consortium = a_consortium()
    old = seat_of(consortium, "mila")
    new = seats.invite(
        actor=person("giulia"),
        ref=consortium.ref,
        organisation_ref=organisation_in("FR").ref,
        role="beneficiary",
        message="",
        replaces=old.pk,
        at=NOW,
    )
    assert "in place of Sava Software Network" in words(browsing("giulia").get(home(consortium, "members", new.pk)))
    assert "in place of Sava Software Network" in words(phare().get(home(consortium, "invitations", new.pk)))
    words_of = words(browsing("jonas").get(home(consortium, "members", old.pk)))
    assert "We take part in this consortium." in words_of


def test_who_takes_a_profile_over_finds_the_invitation_that_waited() -> None:
    consortium = a_consortium()
    lonely = unclaimed("Faraway Network", "JP")
    seat = invited(consortium, lonely, "international_partner")
    client = browsing("charlie")
    assert client.get(home(consortium, "invitations", seat.pk)).status_code == 404
    asked = takeover.ask_for_takeover(actor=person("charlie"), ref=lonely.ref, proof="I manage it.", at=NOW)
    takeover.grant_takeover(actor=person("odile"), number=asked.pk, at=NOW)
    assert home(consortium, "invitations", seat.pk) in client.get("/consortia").content.decode()
    offered = client.get(home(consortium, "invitations", seat.pk))
    typed = {"act": "accept", "wording": offered.context["wording"], "agree": "on"}
    assert client.post(home(consortium, "invitations", seat.pk), typed)["Location"] == home(consortium)
    assert seat_of(consortium, lonely).state == "accepted"


def test_what_is_nowhere_is_not_found() -> None:
    consortium = a_consortium()
    seat = seat_of(consortium, "mila")
    client = browsing("giulia")
    assert client.get("/consortia/nowhere").status_code == 404
    assert client.get("/consortia/nowhere/what-if").status_code == 404
    assert client.get(f"/consortia/nowhere/invitations/{seat.pk}").status_code == 404


def test_an_owner_of_the_profile_into_which_a_member_was_merged_decides_on_its_page() -> None:
    consortium = a_consortium()
    seat = seat_of(consortium, "mila")
    cleaning.merge(
        actor=person("odile"),
        kept=organisation_in("FR").ref,
        merged=organisation_of("mila").ref,
        reason="The same.",
        at=NOW,
    )
    assert "Leave the consortium" in words(phare().get(home(consortium, "members", seat.pk)))
