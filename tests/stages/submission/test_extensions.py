"""A deadline that is moved: told to all at once, by a signed notice, and what it opens again."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.conftest import NOW
from tests.people import browsing, person
from tests.stages.consortia.casting import (
    CALL,
    OLDER_CALL,
    a_consortium,
    editor_of,
    invited,
    organisation_in,
    organisation_of,
    the_calls,
)
from tests.stages.submission.moving_cast import REASON, moved, proposed
from tests.stages.submission.sealing_cast import CLOSING, at, before, ready, submitted

from hanse.core.submission.deadlines import faults_in_notice
from hanse.core.values.digest import canonical_json
from hanse.engines.proof import read_key
from hanse.engines.proof.keys import from_base64, signed_by
from hanse.ground import audit, clock
from hanse.ground.audit import signing, triggers
from hanse.ground.audit.models import Event
from hanse.ground.outbox.models import Message
from hanse.site.letters import OF_THE_AUTHORITY
from hanse.stages.announcement import actions
from hanse.stages.announcement.actions import moving
from hanse.stages.announcement.models import CallEdition, State
from hanse.stages.consortia.actions import forming
from hanse.stages.proposals.actions import drafts as writing
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.submission.actions import extending
from hanse.stages.submission.models import DeadlineNotice, Standing
from hanse.stages.submission.queries import receipts
from hanse.stages.submission.queries.verification import verify_all

pytestmark = pytest.mark.django_db

LATER = CLOSING + timedelta(days=7)
PAGE = f"/calls/{CALL}/deadline"
PURPOSES = ("extension of a call", "news of a call to applicants")


@pytest.fixture
def outbox(db: None) -> Any:
    """The letters on a moved deadline: addresses in order, and the letters."""
    the_calls()

    def sent() -> list[Message]:
        return list(Message.objects.filter(purpose__in=PURPOSES).order_by("to"))

    return sent


# --- told to all ---------------------------------------------------------------------------------------------------


def test_all_who_take_part_are_invited_or_follow_are_told_once(outbox: Any) -> None:
    consortium = a_consortium("giulia", "jonas")
    a_consortium("jonas", "FR", ref="green-ways", name="Green ways")
    invited(consortium, "mila")
    editor_of("charlie", organisation_of("mila"))
    for who in ("giulia", "tomas"):
        actions.follow(actor=person(who), reference=CALL, at=NOW)
    moved(LATER, at=before(hours=5).at)
    letters = outbox()
    assert [letter.to for letter in letters] == [
        "charlie@hanse.example", "giulia@hanse.example", "jonas@hanse.example", "mila@hanse.example",
        "phare@hanse.example", "tomas@hanse.example",
    ]  # fmt: skip
    assert len({letter.body for letter in letters}) == 1
    body = letters[0].body
    assert "The deadline was 2\u00a0December\u00a02020, 17:00 Brussels time." in body
    assert "It is now 9\u00a0December\u00a02020, 17:00 Brussels time." in body
    assert REASON in body
    assert f"/calls/{CALL}/deadline" in body
    assert "open again" not in body
    assert "ways" not in body, "nothing of any consortium"


def test_who_has_to_do_with_another_call_or_with_none_is_not_told(outbox: Any) -> None:
    a_consortium("giulia", "jonas", call=OLDER_CALL, strand="1")
    dissolved = a_consortium("aylin", "FR", ref="gone", name="Gone")
    forming.dissolve(actor=person("aylin"), ref=dissolved.ref, reason="We part.", at=NOW)
    left = invited(a_consortium("ES", "PL", ref="green", name="Green"), "mila")
    left.state = "declined"
    left.save()
    moved(LATER, at=before(hours=5).at)
    assert [letter.to for letter in outbox()] == ["almenara@hanse.example", "bursztyn@hanse.example"]


def test_people_of_an_organisation_that_was_merged_are_told(outbox: Any) -> None:
    from hanse.stages.registry.actions import cleaning

    a_consortium("giulia", "ES")
    cleaning.merge(
        actor=person("odile"),
        kept=organisation_in("PL").ref,
        merged=organisation_in("ES").ref,
        reason="One and the same.",
        at=NOW,
    )
    moved(LATER, at=before(hours=5).at)
    assert {letter.to for letter in outbox()} >= {"almenara@hanse.example", "bursztyn@hanse.example"}


def test_many_are_told_in_a_few_queries(outbox: Any) -> None:
    def asked(to: datetime) -> int:
        edition = proposed(to, at=before(hours=5).at)
        with CaptureQueriesContext(connection) as captured:
            actions.publish(actor=person("piet"), edition_id=edition.pk, based_on=edition.digest, at=before(hours=5).at)
        # Texts of editions are remembered in the process, so that another test may have read them.
        return sum("announcement_foldertext" not in query["sql"] for query in captured.captured_queries)

    signing.make_key()
    a_consortium("giulia", "jonas", ref="first")
    for who in ("giulia", "tomas"):
        actions.follow(actor=person(who), reference=CALL, at=NOW)
    asked(LATER)
    few = asked(LATER + timedelta(days=1))
    for number, country in enumerate(("FR", "ES", "PL", "GR", "NO")):
        a_consortium("giulia", country, ref=f"more-{number}", name=f"More {number}")
        actions.follow(actor=person(("ines", "elena", "halvard", "aylin", "mila")[number]), reference=CALL, at=NOW)
    assert asked(LATER + timedelta(days=2)) == few


def test_all_or_nothing(outbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    a_consortium("giulia", "jonas")
    signing.make_key()
    edition, piet = proposed(LATER, at=before(hours=5).at), person("piet")
    events, letters = Event.objects.count(), Message.objects.count()

    def broken(_content: bytes) -> None:
        raise signing.NoKey("signing-key.pem cannot be read")

    monkeypatch.setattr(signing, "sign", broken)
    with pytest.raises(signing.NoKey):
        actions.publish(actor=piet, edition_id=edition.pk, based_on=edition.digest, at=before(hours=5).at)
    edition.refresh_from_db()
    assert edition.state == State.PROPOSED
    assert (Event.objects.count(), Message.objects.count()) == (events, letters)
    assert not DeadlineNotice.objects.exists()


def test_a_corrigendum_that_leaves_the_deadline_tells_the_followers_alone(outbox: Any) -> None:
    from tests.stages.submission.calls_cast import RATE_AT_THE_DOOR, call_with

    a_consortium("giulia", "jonas")
    actions.follow(actor=person("tomas"), reference=CALL, at=NOW)
    call_with(rules=[RATE_AT_THE_DOOR])
    assert not DeadlineNotice.objects.exists()
    assert [letter.to for letter in Message.objects.filter(purpose="corrigendum of a call")] == ["tomas@hanse.example"]


def test_who_looks_after_the_outbox_learns_nothing_of_applicants(outbox: Any) -> None:
    a_consortium("giulia", "jonas")
    actions.follow(actor=person("giulia"), reference=CALL, at=NOW)
    moved(LATER, at=before(hours=5).at)
    shown = [letter.to for letter in outbox() if letter.purpose in OF_THE_AUTHORITY]
    assert shown == ["giulia@hanse.example"], "who follows a call says so; who applies does not"


def test_how_many_were_told_is_not_on_record(outbox: Any) -> None:
    """Before the closing nobody learns how many apply."""
    a_consortium("giulia", "jonas", "mila")
    actions.follow(actor=person("tomas"), reference=CALL, at=NOW)
    moved(LATER, at=before(hours=5).at)
    facts = [event.facts for event in audit.history(("call", CALL)).filter(act__in=[extending.ACT, "publish edition"])]
    assert facts[1]["told"] == 1
    assert set(facts[0]) == {"notice", "number", "edition", "closing_before", "closing_after"}


# --- the notice ----------------------------------------------------------------------------------------------------


def test_the_notice_proves_itself(outbox: Any) -> None:
    edition = moved(LATER, at=before(hours=5).at)
    notice = DeadlineNotice.objects.get()
    document = notice.document
    assert faults_in_notice(document) == ()
    claims = document["claims"]
    assert claims["format"] == "hanse-deadline-1"
    assert (claims["number"], claims["call"], claims["reason"]) == (f"{CALL}/1", CALL, REASON)
    assert (claims["closing_before"], claims["closing_after"]) == (CLOSING.isoformat(), LATER.isoformat())
    assert (claims["proposed_by"], claims["published_by"]) == (person("odile").name, person("piet").name)
    assert claims["edition_after"] == {"edition": edition.label, "number": 2, "digest": edition.digest}
    assert edition.base is not None and claims["edition_before"]["digest"] == edition.base.digest
    event = Event.objects.get(number=document["chain"]["position"])
    assert (event.act, event.digest) == (extending.ACT, document["chain"]["digest"])
    key = read_key(signing.public_key().pem.encode())
    value = from_base64(document["signature"]["value"])
    assert value is not None
    content = canonical_json({"claims": claims, "chain": document["chain"]})
    assert signed_by(key, value, content)
    assert not signed_by(key, value, content.replace(b"2020-12-09", b"2020-12-19"))
    assert audit.verify() is None


def test_notices_are_numbered_by_their_call(outbox: Any) -> None:
    moved(LATER, at=before(hours=5).at)
    moved(LATER + timedelta(days=1), at=before(hours=4).at)
    numbers = list(DeadlineNotice.objects.order_by("position").values_list("number", flat=True))
    assert numbers == [f"{CALL}/1", f"{CALL}/2"]


@pytest.mark.parametrize(
    "change", ["UPDATE submission_deadlinenotice SET call = 'X'", "DELETE FROM submission_deadlinenotice"]
)
def test_a_notice_cannot_be_changed(outbox: Any, change: str) -> None:
    moved(LATER, at=before(hours=5).at)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


# --- the call is open again ----------------------------------------------------------------------------------------


def write(proposal: Any, value: str, when: datetime) -> Any:
    return writing.save(actor=person("giulia"), ref=proposal.ref, key="summary", value=value, based_on=1, at=when)


def test_after_the_closing_an_extension_opens_everything_again() -> None:
    proposal = ready()
    late = submitted(proposal, "too-late-by-far", at(CLOSING + timedelta(minutes=1)))
    assert not late.accepted
    with pytest.raises(Refusal):
        write(proposal, "After the closing.", CLOSING + timedelta(minutes=2))
    moved(LATER, at=CLOSING + timedelta(hours=1))

    letter = Message.objects.filter(purpose__in=PURPOSES).first()
    assert letter is not None
    assert "the call is open again" in letter.body
    assert "An attempt that was refused stays refused: submit again." in letter.body

    again = submitted(proposal, "too-late-by-far", at(CLOSING + timedelta(hours=2)))
    assert again == late, "the same attempt gets the same receipt"
    assert receipts.standing_of(proposal) is None
    write(proposal, "In the extension.", CLOSING + timedelta(hours=2))
    made = submitted(proposal, "in-the-extension", at(CLOSING + timedelta(hours=3)))
    assert made.accepted
    assert made.document["claims"]["closing"] == LATER.isoformat()
    assert Standing.objects.get().receipt == made
    late.refresh_from_db()
    assert not late.accepted
    assert not submitted(proposal, "after-the-second", at(LATER + timedelta(seconds=1))).accepted


def test_an_attempt_that_waited_while_the_deadline_was_moved_is_judged_by_its_arrival() -> None:
    proposal = ready()
    arrival = at(CLOSING + timedelta(seconds=1))
    moved(LATER, at=CLOSING + timedelta(seconds=2))
    assert not submitted(proposal, "while-it-moved", arrival).accepted


def test_an_extension_before_the_closing_leaves_what_was_submitted() -> None:
    proposal = ready()
    made = submitted(proposal)
    moved(LATER, at=before(minutes=5).at)
    assert Standing.objects.get().receipt == made
    assert "What was submitted still counts." in Message.objects.filter(purpose__in=PURPOSES)[0].body


# --- the page ------------------------------------------------------------------------------------------------------


def test_everybody_reads_the_deadline_and_fetches_the_notice(outbox: Any) -> None:
    moved(LATER, at=before(hours=5).at)
    clock.set_clock(instant=before(hours=4).at)
    visitor = browsing()
    page = visitor.get(PAGE)
    said = page.content.decode()
    assert page.status_code == 200
    assert "Applications until <strong>9\u00a0December\u00a02020, 17:00 Brussels time</strong>" in said
    assert "7 days, 3 hours left" in said
    assert "2\u00a0December\u00a02020, 17:00 Brussels time" in said
    assert person("odile").name in said and person("piet").name in said and REASON in said
    answer = visitor.get(f"{PAGE}/1.json")
    assert answer["Content-Type"].startswith("application/json")
    assert answer["Content-Disposition"] == f'attachment; filename="{CALL}-deadline-1.json"'
    assert json.loads(answer.content) == DeadlineNotice.objects.get().document
    assert PAGE in visitor.get(f"/calls/{CALL}").content.decode()


def test_a_call_whose_deadline_never_moved_has_a_page_without_notices(at: datetime) -> None:
    the_calls()
    said = browsing().get(PAGE).content.decode()
    assert "From the beginning" in said
    assert "Signed notice" not in said
    for edition in CallEdition.objects.filter(closing__isnull=True):
        assert browsing().get(f"/calls/{edition.reference}/deadline").status_code == 200


def test_a_page_after_the_closing_says_so_and_tells_that_it_was_opened_again(outbox: Any) -> None:
    moved(LATER, at=CLOSING + timedelta(hours=1))
    clock.set_clock(instant=LATER + timedelta(days=1))
    said = browsing().get(PAGE).content.decode()
    assert "Closed on <strong>9" in said
    assert "The deadline before had passed: the call was opened again." in said


@pytest.mark.parametrize(
    "path",
    [
        "/calls/NO-SUCH-CALL/deadline", f"{PAGE}/1.json", f"{PAGE}/0.json", f"{PAGE}/{'9' * 40}.json",
        "/calls/a%00b/deadline", "/calls/a%00b/deadline/1.json",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_there(outbox: Any, path: str) -> None:
    assert browsing().get(path).status_code == 404


# --- the whole site ------------------------------------------------------------------------------------------------


def found() -> tuple[int, str]:
    """What the replay of the site says of notices."""
    return next((count, fault) for what, count, fault in verify_all() if what == "notices of moved deadlines")


def found_after(change: Callable[[], Any]) -> tuple[int, str]:
    """The same after somebody with the keys of the database took the triggers away and changed something."""
    the_calls()
    moved(LATER, at=before(hours=5).at)
    with connection.schema_editor() as editor:
        triggers.drop(editor, "submission_deadlinenotice")
    try:
        change()
        return found()
    finally:
        with connection.schema_editor() as editor:
            triggers.create(editor, "submission_deadlinenotice")


def test_the_replay_finds_every_notice_and_says_so(outbox: Any) -> None:
    moved(LATER, at=before(hours=5).at)
    moved(LATER + timedelta(days=1), at=before(hours=4).at)
    assert found() == (2, "")


NOTICES, EDITIONS = DeadlineNotice.objects, CallEdition.objects


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda: NOTICES.update(closing_after=LATER + timedelta(days=1)), "its row says closing_after"),
        (lambda: NOTICES.update(place=2), "it should have place 1"),
        (lambda: NOTICES.update(position=1), "the record holds another entry"),
        (lambda: NOTICES.all().delete(), "The record tells of 1 notices; 0 are here."),
        (lambda: EDITIONS.filter(reference=CALL, number=2).update(closing=CLOSING), "the edition that it tells of"),
    ],
)
def test_the_replay_finds_what_was_changed(change: Callable[[], Any], told: str) -> None:
    assert told in found_after(change)[1]


def test_the_replay_finds_a_deadline_that_was_moved_without_a_notice(
    outbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "_listeners", [])
    moved(LATER, at=before(hours=5).at)
    assert found() == (0, f"{CALL}, edition 2 moved the deadline, and there is no notice of it.")
