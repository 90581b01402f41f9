"""Offers and requests of a call, and letters between organisations: what is published, answered and refused."""

import re
from datetime import time, timedelta
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
    a_consortium,
    editor_of,
    organisation_in,
    organisation_of,
    owner_of,
    the_calls,
    unclaimed,
)

from hanse.ground import audit, clock
from hanse.ground.accounts.actions import BACKEND
from hanse.ground.outbox.models import Message
from hanse.stages.announcement.actions import extend, publish
from hanse.stages.announcement.models import CallEdition
from hanse.stages.announcement.queries import edition_in_force
from hanse.stages.consortia.actions import notices
from hanse.stages.consortia.models import Interest, Notice
from hanse.stages.consortia.queries import notices as queries
from hanse.stages.registry.actions import registration
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import Organisation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at")]
MARKET = f"/calls/{CALL}/partners"
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def calls() -> None:
    the_calls()


def an_offer(who: str = "jonas", **changed: Any) -> Notice:
    values: dict[str, Any] = {
        "call": CALL,
        "organisation_ref": organisation_of(who).ref,
        "kind": "offer",
        "strand": "A",
        "title": "Food firms that know Japan",
        "text": "Forty firms, ten of them in Osaka.",
        "countries": ["DE"],
        "sectors_sought": ["food"],
        "markets": ["JP"],
        "at": NOW,
        **changed,
    }
    return notices.publish(actor=values.pop("actor", None) or person(who), **values)


def a_letter(sender: str = "giulia", **changed: Any) -> Interest:
    values: dict[str, Any] = {
        "sender_ref": organisation_of(sender).ref,
        "message": "Shall we talk?",
        "call": CALL,
        "receiver_ref": "" if "notice_ref" in changed else organisation_of("jonas").ref,
        "at": NOW,
        **changed,
    }
    return notices.express_interest(actor=values.pop("actor", None) or person(sender), **values)


def refused(status: int, act: Any, **values: Any) -> str:
    """The words with which an act is refused."""
    with pytest.raises(Refusal) as told:
        act(**values)
    assert told.value.status == status, told.value.message
    return told.value.message


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def phare() -> Client:
    client = Client()
    client.force_login(owner_of(organisation_in("FR")), backend=BACKEND)
    return client


def acts_on(subject: str, id: str) -> list[str]:
    return [event.act for event in audit.history((subject, id))]


# --- notices -----------------------------------------------------------------------------------------------------


def test_an_offer_is_published_changed_and_withdrawn() -> None:
    notice = an_offer()
    assert (notice.version, notice.sectors, notice.markets) == (1, ["food"], ["JP"])
    changed = notices.change(
        actor=person("jonas"),
        ref=notice.ref,
        based_on=1,
        title="Food firms",
        text="Forty.",
        strand="",
        countries=[],
        sectors_sought=["food", "food"],
        markets=[],
        at=LATER,
    )
    assert (changed.version, changed.strand, changed.sectors, changed.changed_at) == (2, "", ["food"], LATER)
    notices.withdraw(actor=person("jonas"), ref=notice.ref, at=LATER)
    assert list(queries.notices_of(CALL)) == []
    assert sorted(acts_on("notice", notice.ref)) == ["change notice", "publish notice", "withdraw notice"]


def test_editors_publish_as_owners_do() -> None:
    editor_of("charlie", organisation_of("jonas"))
    assert an_offer(actor=person("charlie")).organisation == organisation_of("jonas")


@pytest.mark.parametrize(
    ("changed", "status", "says"),
    [
        ({"organisation_ref": "nobody"}, 422, "Choose an organisation for which you act."),
        ({"call": "GONE-2011"}, 404, "There is no such call."),
        ({"strand": "Z"}, 422, "Choose a strand of the call."),
        ({"kind": "sale"}, 422, "Something is missing or cannot be read."),
        ({"title": " "}, 422, "Something is missing or cannot be read."),
        ({"text": "x" * 4_001}, 422, "Something is missing or cannot be read."),
        ({"countries": ["XX"]}, 422, "Something is missing or cannot be read."),
        ({"sectors_sought": ["alchemy"]}, 422, "Something is missing or cannot be read."),
        ({"markets": ["atlantis"]}, 422, "Something is missing or cannot be read."),
        ({"at": AFTER_CLOSING}, 410, "The call has closed, so partners for it are not looked for any more."),
        ({"consortium_ref": "none"}, 403, "Only the coordinator looks for partners on behalf of a consortium."),
    ],
)
def test_what_cannot_be_published_is_refused_with_the_reason(changed: dict[str, Any], status: int, says: str) -> None:
    organisation_of("jonas")
    assert refused(status, an_offer, **changed) == says
    assert not Notice.objects.exists()


def test_everything_wrong_is_listed_at_once() -> None:
    with pytest.raises(Refusal) as told:
        an_offer(title="", text="", kind="", countries=["XX"], sectors_sought=["YY"], markets=["ZZ"])
    assert sorted(told.value.faults) == ["countries", "kind", "markets", "sectors", "text", "title"]


def test_others_write_no_notice_in_an_organisation_s_name() -> None:
    ref = organisation_of("jonas").ref
    refused(422, an_offer, actor=person("giulia"), organisation_ref=ref)
    editor_of("halvard", organisation_of("jonas"))
    refused(422, an_offer, actor=person("halvard"), organisation_ref=ref)


def test_a_draft_profile_publishes_no_notice() -> None:
    made = registration.start_draft(actor=person("aylin"), values={"name": "Small firm"}, at=NOW)
    assert "is not registered yet" in refused(422, an_offer, actor=person("aylin"), organisation_ref=made.ref)


def test_five_notices_are_enough() -> None:
    made = [an_offer() for _ in range(5)]
    assert "has 5 notices for this call" in refused(409, an_offer)
    notices.withdraw(actor=person("jonas"), ref=made[0].ref, at=NOW)
    an_offer()


def test_a_change_that_another_one_overtook_is_refused() -> None:
    notice = an_offer()
    values: dict[str, Any] = {
        "ref": notice.ref,
        "based_on": 1,
        "title": "One",
        "text": "Two",
        "strand": "",
        "countries": [],
        "sectors_sought": [],
        "markets": [],
        "at": LATER,
    }
    notices.change(actor=person("jonas"), **values)
    assert "Somebody else changed this notice" in refused(409, notices.change, actor=person("jonas"), **values)
    refused(403, notices.change, actor=person("giulia"), **values)
    refused(404, notices.change, actor=person("jonas"), **{**values, "ref": "none"})
    refused(410, notices.change, actor=person("jonas"), **{**values, "based_on": 2, "at": AFTER_CLOSING})
    notices.withdraw(actor=person("jonas"), ref=notice.ref, at=LATER)
    refused(410, notices.change, actor=person("jonas"), **{**values, "based_on": 2})
    refused(410, notices.withdraw, actor=person("jonas"), ref=notice.ref, at=LATER)
    refused(403, notices.withdraw, actor=person("giulia"), ref=notice.ref, at=LATER)


def test_an_extension_of_the_call_prolongs_its_notices() -> None:
    notice = an_offer()
    edition = edition_in_force(CALL, NOW)
    assert edition is not None
    closing = edition.closing
    assert closing is not None
    assert not queries.is_open(notice, closing + timedelta(days=1))
    longer = extend(
        actor=person("odile"),
        reference=CALL,
        day=closing.date() + timedelta(days=7),
        hour=time(17),
        reason="Storm.",
        decided_on=NOW.date(),
        at=NOW,
    )
    assert isinstance(longer, CallEdition)
    assert not queries.is_open(notice, closing + timedelta(days=1))  # proposed is not in force
    publish(actor=person("piet"), edition_id=longer.pk, based_on=longer.digest, at=NOW)
    assert queries.is_open(notice, closing + timedelta(days=1))
    assert not queries.is_open(notice, closing + timedelta(days=8))


def test_a_request_does_not_tell_outsiders_which_consortium_it_is_for() -> None:
    a_consortium("giulia", "mila", name="Blue ways")
    values = {"kind": "request", "title": "Third Member State wanted", "consortium_ref": "blue-ways"}
    notice = an_offer("giulia", **values)
    assert notice.consortium is not None
    refused(403, an_offer, who="mila", **values)
    for client in (browsing(), browsing("charlie"), browsing("jonas"), browsing("odile")):
        for page in (MARKET, f"/notices/{notice.ref}"):
            answer = client.get(page)
            assert answer.status_code == 200
            assert "Blue ways" not in answer.content.decode()
            assert "blue-ways" not in answer.content.decode()


# --- letters -----------------------------------------------------------------------------------------------------


def test_a_letter_is_answered_and_both_sides_are_told() -> None:
    notice = an_offer()
    letter = a_letter(notice_ref=notice.ref)
    assert (letter.receiver, letter.state, letter.call) == (organisation_of("jonas"), "sent", CALL)
    told = Message.objects.get(purpose="partner search")
    assert (told.to, f"/interests/{letter.pk}" in told.body) == ("jonas@hanse.example", True)
    answered = notices.answer(actor=person("jonas"), number=letter.pk, welcome=True, text=" Gladly. ", at=LATER)
    assert (answered.state, answered.answer, answered.answered_by) == ("welcome", "Gladly.", person("jonas"))
    back = Message.objects.filter(purpose="partner search", to="giulia@hanse.example").get()
    assert "would like to talk" in back.subject
    assert "Gladly." in back.body
    assert sorted(acts_on("interest", str(letter.pk))) == ["answer interest", "express interest"]


def test_a_first_word_needs_no_notice_and_can_be_taken_back() -> None:
    letter = a_letter()
    assert letter.notice is None
    assert notices.take_back(actor=person("giulia"), number=letter.pk, at=LATER).state == "withdrawn"
    refused(410, notices.take_back, actor=person("giulia"), number=letter.pk, at=LATER)
    refused(410, notices.answer, actor=person("jonas"), number=letter.pk, welcome=True, text="", at=LATER)
    assert a_letter(at=LATER).state == "sent"  # nobody has read the first one


def test_a_letter_is_answered_once() -> None:
    letter = a_letter()
    notices.answer(actor=person("jonas"), number=letter.pk, welcome=False, text="", at=LATER)
    assert "does not wait any more: declined" in refused(
        410, notices.answer, actor=person("jonas"), number=letter.pk, welcome=True, text="", at=LATER
    )
    refused(410, notices.take_back, actor=person("giulia"), number=letter.pk, at=LATER)


def test_whose_letter_it_is_decides_who_answers_and_who_learns_of_it() -> None:
    letter = a_letter()
    asked = {"number": letter.pk, "at": LATER}
    refused(403, notices.answer, actor=person("giulia"), welcome=True, text="", **asked)
    refused(403, notices.take_back, actor=person("jonas"), **asked)
    for stranger in ("mila", "odile", "halvard", "charlie"):
        refused(404, notices.answer, actor=person(stranger), welcome=True, text="", **asked)
        refused(404, notices.take_back, actor=person(stranger), **asked)
    refused(404, notices.take_back, actor=person("giulia"), number=letter.pk + 99, at=LATER)
    refused(422, notices.answer, actor=person("jonas"), welcome=True, text="x" * 4_001, **asked)


def test_letters_that_cannot_be_sent_are_refused_with_the_reason() -> None:
    notice = an_offer()
    nobody_s = unclaimed("Faraway Network", "JP")
    assert "your own organisation" in refused(422, a_letter, sender="jonas", notice_ref=notice.ref)
    assert "your own organisation" in refused(422, a_letter, sender="jonas")
    assert "Choose an organisation for which you act" in refused(
        422, a_letter, actor=person("mila"), sender_ref=organisation_of("giulia").ref
    )
    assert "Choose the organisation you write to" in refused(422, a_letter, receiver_ref="nobody")
    assert "Nobody acts for Faraway Network" in refused(422, a_letter, receiver_ref=nobody_s.ref)
    assert "a few words" in refused(422, a_letter, message="  ")
    assert "At most 4,000" in refused(422, a_letter, message="x" * 4_001)
    assert "no such call" in refused(404, a_letter, call="GONE-2011")
    assert "has closed" in refused(410, a_letter, at=AFTER_CLOSING)
    assert "cannot be answered any more" in refused(410, a_letter, notice_ref=notice.ref, at=AFTER_CLOSING)
    assert "cannot be answered any more" in refused(410, a_letter, notice_ref="none")
    notices.withdraw(actor=person("jonas"), ref=notice.ref, at=NOW)
    assert "cannot be answered any more" in refused(410, a_letter, notice_ref=notice.ref)
    assert not Interest.objects.exists()
    assert not Message.objects.filter(purpose="partner search").exists()


def test_nobody_writes_twice_before_an_answer_nor_after_a_no() -> None:
    notice = an_offer()
    letter = a_letter(notice_ref=notice.ref)
    assert "has not answered yet" in refused(409, a_letter, notice_ref=notice.ref)
    assert "has not answered yet" in refused(409, a_letter)
    notices.answer(actor=person("jonas"), number=letter.pk, welcome=False, text="Full.", at=LATER)
    assert "has declined" in refused(409, a_letter, at=LATER)
    assert a_letter("jonas", receiver_ref=organisation_of("giulia").ref, at=LATER).state == "sent"
    assert a_letter(at=LATER).state == "sent"  # the other one has begun again


def test_twenty_letters_a_day_are_enough() -> None:
    for n in range(2, 22):
        a_letter(receiver_ref=organisation_in("FR", n).ref)
    assert "has sent 20 letters in a day" in refused(429, a_letter)
    assert a_letter(at=NOW + timedelta(days=1, seconds=1)).state == "sent"


# --- pages -------------------------------------------------------------------------------------------------------


def test_everybody_reads_the_market_and_filters_it() -> None:
    an_offer()
    an_offer("mila", title="Software for ports", strand="", countries=[], sectors_sought=["digital"], markets=["asia"])
    an_offer("giulia", kind="request", title="Marine partners wanted", strand="B", sectors_sought=[], markets=[])
    client = browsing()
    titles = {"Food firms": "Food firms that know Japan", "Software": "Software for ports", "Marine": "Marine partners"}

    def shown(**asked: str) -> list[str]:
        told = words(client.get(MARKET, asked))
        return sorted(short for short, title in titles.items() if title in told)

    assert shown() == ["Food firms", "Marine", "Software"]
    assert shown(kind="request") == ["Marine"]
    assert shown(strand="A") == ["Food firms", "Software"]
    assert shown(sector="digital") == ["Software"]
    assert shown(market="JP") == ["Food firms"]
    assert shown(country="RS") == ["Software"]
    assert shown(country="FR") == []
    assert client.get(MARKET, {"kind": "sale"}).status_code == 422
    assert client.get("/calls/GONE-2011/partners").status_code == 404
    assert "sign in as somebody who acts" in words(client.get(MARKET))


def test_the_market_shows_fifty_at_once_with_as_many_queries() -> None:
    an_offer()
    client = browsing()
    with CaptureQueriesContext(connection) as few:
        client.get(MARKET)
    for n in range(55):
        copy = Notice.objects.get(ref__startswith="food-firms-that-know-japan")
        copy.pk, copy.ref, copy.title = None, f"more-{n}", f"More {n}"
        copy.save()
    with CaptureQueriesContext(connection) as many:
        answer = client.get(MARKET, {"kind": "offer"})
    assert len(many) == len(few) <= 15
    assert answer.context["pages"] == [("Earlier ones", "?kind=offer&page=2")]
    assert client.get(MARKET, {"page": "2"}).context["pages"] == [("Later ones", "?page=1")]


def test_notices_of_a_closed_call_are_shown_as_expired() -> None:
    notice = an_offer()
    clock.set_clock(instant=AFTER_CLOSING)
    told = words(browsing().get(MARKET))
    assert "The call has closed" in told
    assert "Expired" in told
    assert "Food firms that know Japan" in told
    client = browsing("giulia")
    organisation_of("giulia")
    page = client.get(f"/notices/{notice.ref}")
    assert "Expired" in words(page)
    assert "Send the letter" not in words(page)
    sent = {"organisation": organisation_of("giulia").ref, "message": "Too late?"}
    answer = client.post(f"/notices/{notice.ref}", sent)
    assert answer.status_code == 410
    assert "Too late?" in answer.content.decode()
    assert "The call has closed" in words(client.get(f"{MARKET}/new"))


def test_a_notice_is_written_changed_and_taken_back_on_pages() -> None:
    organisation_of("jonas")
    client = browsing("jonas")
    assert "Write a notice" in words(client.get(MARKET))
    sent = {
        "organisation": organisation_of("jonas").ref,
        "kind": "offer",
        "strand": "A",
        "title": "Food firms",
        "text": "Forty of them.",
        "sectors": ["food"],
    }
    answer = client.post(f"{MARKET}/new", {**sent, "text": ""})
    assert answer.status_code == 422
    assert 'value="Food firms"' in answer.content.decode()
    answer = client.post(f"{MARKET}/new", sent)
    notice = Notice.objects.get()
    assert answer["Location"] == f"/notices/{notice.ref}"
    assert "Take the notice back" in words(client.get(answer["Location"]))
    edit = f"/notices/{notice.ref}/edit"
    assert 'value="Food firms"' in client.get(edit).content.decode()
    changed = {**sent, "title": "Food and drink", "based_on": "1"}
    assert client.post(edit, changed).status_code == 302
    answer = client.post(edit, {**changed, "title": "Only drink"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "How somebody else left it" in page
    assert "Food and drink" in page
    assert 'value="Only drink"' in page
    assert client.post(edit, {**changed, "title": "Only drink", "based_on": "2"}).status_code == 302
    assert client.post(edit, {**changed, "title": "", "based_on": "3"}).status_code == 422
    assert client.post(f"/notices/{notice.ref}/withdraw")["Location"] == MARKET
    assert client.post(f"/notices/{notice.ref}/withdraw").status_code == 410
    assert client.get(f"/notices/{notice.ref}").status_code == 200
    assert browsing().get(f"/notices/{notice.ref}").status_code == 404


def test_strangers_change_no_notice_on_pages() -> None:
    notice = an_offer()
    for who in ("giulia", "charlie", "odile"):
        client = browsing(who)
        assert client.get(f"/notices/{notice.ref}/edit").status_code == 403
        assert client.post(f"/notices/{notice.ref}/withdraw").status_code == 403
    assert browsing().get(f"/notices/{notice.ref}/edit").status_code == 302
    assert browsing().post(f"/notices/{notice.ref}", {"message": "Hello"}).status_code == 403
    assert browsing("giulia").get("/notices/none/edit").status_code == 404


def test_who_acts_for_nobody_is_told_so() -> None:
    assert "No organisation of yours is registered" in words(browsing("charlie").get(f"{MARKET}/new"))
    told = words(browsing("charlie").get(f"{MARKET}/first-word", {"to": organisation_of("jonas").ref}))
    assert "No organisation of yours can write" in told


def test_a_coordinator_asks_for_partners_for_a_consortium() -> None:
    a_consortium("giulia", "mila")
    client = browsing("giulia")
    sent = {
        "organisation": organisation_of("giulia").ref,
        "kind": "request",
        "title": "Third Member State wanted",
        "text": "Food or photonics.",
    }
    assert "Readers do not learn which one it is" in words(client.get(f"{MARKET}/new", {"kind": "request"}))
    client.post(f"{MARKET}/new", {**sent, "consortium": "blue-ways"})
    assert Notice.objects.get().consortium is not None


def test_a_letter_goes_forth_and_back_on_pages() -> None:
    a_consortium("giulia", "mila")
    organisation_in("FR")
    client = phare()
    notice = an_offer("giulia", kind="request")
    page = f"/notices/{notice.ref}"
    ref = organisation_in("FR").ref
    assert client.post(page, {"organisation": ref, "message": ""}).status_code == 422
    answer = client.post(page, {"organisation": ref, "message": "We make light."})
    letter = Interest.objects.get()
    assert answer["Location"] == f"/interests/{letter.pk}"
    assert client.post(page, {"organisation": ref, "message": "Again!"}).status_code == 409
    assert "Take the letter back" in words(client.get(answer["Location"]))
    coordinator = browsing("giulia")
    assert "From Phare Photonics Cluster" in words(coordinator.get("/interests"))
    told = words(coordinator.get(answer["Location"]))
    assert "We make light." in told
    assert "Invite to a consortium" not in told
    assert coordinator.post(answer["Location"], {"act": "dance"}).status_code == 422
    assert coordinator.post(answer["Location"], {"act": "welcome", "answer": "Come."}).status_code == 302
    shown = coordinator.get(answer["Location"]).content.decode()
    assert f"/consortia/blue-ways/invite?organisation={ref}" in shown
    told = words(client.get(answer["Location"]))
    assert "Come." in told
    assert "Invite to a consortium" not in told
    assert coordinator.post(answer["Location"], {"act": "decline"}).status_code == 410
    for stranger in ("mila", "charlie", "odile"):
        assert browsing(stranger).get(answer["Location"]).status_code == 404
        assert browsing(stranger).post(answer["Location"], {"act": "decline"}).status_code == 404
    assert browsing().get("/interests").status_code == 302


def test_a_first_word_is_written_on_a_page() -> None:
    organisation_of("giulia")
    jonas = organisation_of("jonas")
    client = browsing("giulia")
    page = f"{MARKET}/first-word?to={jonas.ref}"
    assert "Write to Salzspeicher Food Network" in words(client.get(page))
    sent = {"organisation": organisation_of("giulia").ref, "message": "Good day."}
    assert client.post(page, {**sent, "message": ""}).status_code == 422
    answer = client.post(page, sent)
    letter = Interest.objects.get()
    assert answer["Location"] == f"/interests/{letter.pk}"
    assert client.post(answer["Location"], {"act": "take back"}).status_code == 302
    assert Interest.objects.get().state == "withdrawn"
    assert "None." in words(browsing("mila").get("/interests"))
    assert client.get(f"{MARKET}/first-word?to=none").status_code == 404
    assert client.get(f"{MARKET}/first-word").status_code == 404


def test_what_waits_is_counted() -> None:
    a_letter()
    assert queries.post_of(person("jonas")).waiting == 1
    assert queries.post_of(person("giulia")).waiting == 0
    assert len(queries.post_of(person("giulia")).sent) == 1
    assert queries.post_of(person("mila")).received == ()


def test_the_notices_of_who_is_no_longer_public_are_not_shown() -> None:
    notice = an_offer()
    jonas = organisation_of("jonas")
    registration.withdraw(actor=person("jonas"), ref=jonas.ref, reason="We merge.", at=NOW)
    assert Organisation.objects.get(pk=jonas.pk).status == "withdrawn"
    assert list(queries.notices_of(CALL)) == []
    assert browsing().get(f"/notices/{notice.ref}").status_code == 404
