"""Submitting, submitting again, withdrawing: what is decided, what counts, who may, and who is written to."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from tests.conftest import NOW
from tests.people import address_of, person
from tests.stages.consortia.casting import editor_of, organisation_of, owner_of, seat_of
from tests.stages.submission.calls_cast import OPENS_ON_MONDAY, RATE_AT_THE_DOOR, STRATEGY_NEEDED, call_with
from tests.stages.submission.sealing_cast import CLOSING, at, before, lead_of, ready, submitted, withdrawn

from hanse.core.submission.documents import faults_in_receipt
from hanse.ground import audit, files
from hanse.ground.files.models import StoredFile
from hanse.ground.outbox.models import Message
from hanse.stages.consortia.actions import forming, seats
from hanse.stages.consortia.models import Consortium
from hanse.stages.consortia.queries.members import wording_of
from hanse.stages.proposals.actions import drafts as writing
from hanse.stages.proposals.actions import money, papers
from hanse.stages.proposals.models import Annex, Declaration, Proposal
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.submission.actions import sealing, submitting
from hanse.stages.submission.actions.letters import tell_of
from hanse.stages.submission.actions.submitting import submit, withdraw
from hanse.stages.submission.models import Content, Package, Receipt, Standing
from hanse.stages.submission.queries import preparing, receipts
from hanse.stages.submission.queries.verification import verify_all

pytestmark = pytest.mark.django_db
CLAIMED = "claims"


def reasons(receipt: Receipt) -> dict[str, str]:
    """Why an attempt was refused, by what it is about."""
    return {each["about"]: each["text"] for each in receipt.document[CLAIMED]["reasons"]}


def counting(proposal: Proposal) -> str:
    """The number of the receipt that counts; empty where none does."""
    standing = receipts.standing_of(proposal)
    return standing.receipt.number if standing else ""


# --- what is decided ---------------------------------------------------------------------------------------------


def test_a_complete_application_is_submitted_and_counts() -> None:
    proposal = ready("giulia", "jonas", "mila")
    receipt = submitted(proposal)
    assert receipt.accepted, reasons(receipt)
    assert receipt.number == "blue-ways/1"
    assert faults_in_receipt(receipt.document) == ()
    assert counting(proposal) == "blue-ways/1"
    assert audit.verify() is None


def without_annex(proposal: Proposal) -> None:
    annex = Annex.objects.get(proposal=proposal)
    papers.remove_annex(actor=person("giulia"), ref=proposal.ref, number=annex.pk, at=NOW)


def without_declaration(proposal: Proposal) -> None:
    made = Declaration.objects.get(proposal=proposal, made_by=person("jonas"))
    papers.revoke(actor=person("jonas"), ref=proposal.ref, number=made.pk, at=NOW)


def without_mandate(proposal: Proposal) -> None:
    seat = seat_of(proposal.consortium, "jonas")
    seats.revoke_mandate(actor=person("jonas"), seat_id=seat.pk, reason="", at=NOW)


def without_strand(proposal: Proposal) -> None:
    consortium = proposal.consortium
    told = {"name": consortium.name, "idea": consortium.idea, "targets": consortium.targets, "sectors": []}
    forming.change_aim(actor=person("giulia"), ref=proposal.ref, based_on=consortium.version, strand="", at=NOW, **told)


def nothing(_: Proposal) -> None:
    """Take nothing away."""


MISSING = {
    "an annex": (without_annex, CLOSING, "parts", "“The existing internationalisation strategy” is missing: Lanterna"),
    "a declaration": (without_declaration, CLOSING, "parts", "Salzspeicher Food Network has not made"),
    "a mandate": (without_mandate, CLOSING, "parts", "Salzspeicher Food Network has given no mandate"),
    "a strand": (without_strand, CLOSING, "strand", "No strand is named; it has A, B"),
    "an open call": (nothing, NOW, "window", "the call opens on 30 November 2020"),
    "time": (nothing, CLOSING + timedelta(seconds=1), "window", "1 second after the deadline"),
}
"""What is missing, how it is taken away, when it is attempted, and what the receipt says of it."""


@pytest.mark.parametrize("what", MISSING)
def test_what_is_missing_refuses_and_the_receipt_says_what(what: str) -> None:
    take_away, when, about, told = MISSING[what]
    call_with(application=[STRATEGY_NEEDED], call=[OPENS_ON_MONDAY])
    proposal = ready("giulia", "jonas", "mila")
    take_away(proposal)
    receipt = submitted(proposal, arrival=at(when))
    assert not receipt.accepted
    assert list(reasons(receipt)) == [about]
    assert told in reasons(receipt)[about]
    assert counting(proposal) == ""
    assert receipt.package is not None, "also what is refused is sealed, so that officers can admit it"


def test_everything_that_is_missing_is_said_at_once() -> None:
    call_with(application=[STRATEGY_NEEDED])
    proposal = ready("giulia", "jonas", "mila")
    for take_away in (without_annex, without_declaration, without_mandate, without_strand):
        take_away(proposal)
    receipt = submitted(proposal, arrival=at(CLOSING + timedelta(hours=1)))
    assert list(reasons(receipt)) == ["window", "strand", "parts"]
    assert "3 parts are missing" in reasons(receipt)["parts"]


def lost_of(proposal: Proposal) -> StoredFile:
    """The file of an annex, which the storage has lost."""
    stored = Annex.objects.get(proposal=proposal).file
    default_storage.delete(stored.path)
    return stored


def uploaded_again(stored: StoredFile, content: bytes) -> StoredFile:
    """The same content uploaded once more."""
    upload = SimpleUploadedFile("strategy.pdf", content)
    return files.keep(upload, allowed=files.DOCUMENTS, most_bytes=1 << 20, at=NOW)


@pytest.mark.parametrize("left", [None, b"", b"%PDF-1.7 half of"])
def test_an_annex_that_the_storage_has_lost_is_not_sealed_silently(left: bytes | None, stored_apart: None) -> None:
    call_with(application=[STRATEGY_NEEDED])
    proposal = ready("giulia", "jonas", "mila")
    with files.opened(Annex.objects.get(proposal=proposal).file) as kept:
        content = kept.read()
    stored = lost_of(proposal)
    if left is not None:
        default_storage.save(stored.path, ContentFile(left))
    told = "“The existing internationalisation strategy”: the site has lost existing_strategy.pdf."
    for attempt in ("attempt-one", "attempt-two"):
        receipt = submitted(proposal, attempt)
        assert not receipt.accepted
        assert told in reasons(receipt)["parts"]
        assert "Lanterna Marine Cluster uploads it again" in reasons(receipt)["parts"]
    assert uploaded_again(stored, content) == stored
    assert submitted(proposal, "attempt-three").accepted, "the draft is the same, and the file is there again"
    assert [fault for _, _, fault in verify_all() if fault] == []


def test_the_storage_is_not_asked_while_others_wait(stored_apart: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither where the draft changes while it is read, nor where the clock was set back."""
    call_with(application=[STRATEGY_NEEDED])
    proposal = ready("giulia", "jonas", "mila")
    asked: list[bool] = []

    def is_whole(stored: StoredFile) -> bool:
        asked.append(any(not block._from_testcase for block in connection.atomic_blocks))  # type: ignore[attr-defined]
        return True

    monkeypatch.setattr(files, "is_whole", is_whole)
    submitted(proposal, "attempt-one", before(minutes=10))
    assert asked == [False]
    monkeypatch.setattr("hanse.stages.submission.actions.submitting.state_of", lambda *_: "another")
    writing.save(actor=person("giulia"), ref=proposal.ref, key="summary", value="Other.", based_on=1, at=NOW)
    submitted(proposal, "attempt-two", before(hours=2))
    assert set(asked) == {False}


def ask_for(proposal: Proposal, cents: int, of: int = 60_000_000) -> None:
    """The coordinator states costs and the contribution that it asks for."""
    seat = seat_of(proposal.consortium, "giulia")
    typed = money.Typed("", "travel", cents=of)
    money.save_cells(actor=person("giulia"), ref=proposal.ref, seat_id=seat.pk, cells=[typed], at=NOW)
    money.state_contribution(
        actor=person("giulia"), ref=proposal.ref, seat_id=seat.pk, requested=cents, based_on=0, at=NOW
    )


def test_a_rule_that_is_not_met_warns_and_does_not_stop() -> None:
    proposal = ready("giulia", "jonas", strand="A")
    receipt = submitted(proposal)
    assert receipt.accepted
    said = " ".join(receipt.document[CLAIMED]["remarks"])
    assert "Rule A-three-entities does not seem to be met, which does not stop a submission" in said


GATED = {
    "within the rate": (54_000_000, True),
    "a cent above it": (54_000_001, False),
    "not stated": (None, True),
}
"""What is asked for of 600 000 EUR where at most 90 % are granted, and whether the door lets it through."""


@pytest.mark.parametrize("what", GATED)
def test_a_rule_stops_where_the_call_says_that_it_stops_at_the_door(what: str) -> None:
    cents, passes = GATED[what]
    call_with(rules=[RATE_AT_THE_DOOR])
    proposal = ready("giulia", "jonas", "mila")
    if cents is not None:
        ask_for(proposal, cents)
    receipt = submitted(proposal)
    assert receipt.accepted is passes
    assert list(reasons(receipt)) == ([] if passes else ["rate"])


# --- what counts -------------------------------------------------------------------------------------------------


def test_the_last_that_was_accepted_counts() -> None:
    proposal = ready("giulia", "jonas", "mila")
    submitted(proposal, "first-attempt", before(hours=2))
    submitted(proposal, "second-attempt", before(hours=1))
    submitted(proposal, "third-attempt", at(CLOSING + timedelta(minutes=1)))
    assert counting(proposal) == "blue-ways/2"
    assert [(one.place, one.outcome) for one in receipts.receipts_of(proposal)] == [
        (3, "refused"),
        (2, "accepted"),
        (1, "accepted"),
    ]


def test_a_refused_attempt_after_it_changes_nothing() -> None:
    proposal = ready("giulia", "jonas", "mila")
    submitted(proposal, "first-attempt", before(hours=2))
    kept = Standing.objects.values().get()
    without_mandate(proposal)
    assert not submitted(proposal, "second-attempt", before(hours=1)).accepted
    assert Standing.objects.values().get() == kept


def test_a_withdrawal_is_taken_back_by_submitting_again() -> None:
    proposal = ready("giulia", "jonas", "mila")
    submitted(proposal, "first-attempt", before(hours=3))
    taken = withdrawn(proposal, arrival=before(hours=2))
    assert (taken.accepted, taken.package, counting(proposal)) == (True, None, "")
    submitted(proposal, "second-attempt", before(hours=1))
    assert counting(proposal) == "blue-ways/3"


def test_a_withdrawal_tells_of_what_was_submitted_whatever_the_draft_says_by_now() -> None:
    proposal = ready("giulia", "jonas", "mila")
    sealed = submitted(proposal, arrival=before(hours=2)).document[CLAIMED]
    writing.save(actor=person("giulia"), ref=proposal.ref, key="title", value="Another", based_on=1, at=NOW)
    without_strand(proposal)
    told = withdrawn(proposal).document[CLAIMED]
    assert [told[key] for key in ("title", "strand", "content")] == [
        sealed[key] for key in ("title", "strand", "content")
    ]
    assert Message.objects.filter(subject="Withdrawn: Blue ways to Asia").count() == 3


WITHDRAWALS = {
    "nothing was submitted": ([], before, {"standing"}),
    "it was withdrawn already": (["submit", "withdraw"], before, {"standing"}),
    "after the closing": (["submit"], lambda **_: at(CLOSING + timedelta(seconds=1)), {"window"}),
}
"""What was done before, when it is attempted, and why it is refused."""


@pytest.mark.parametrize("what", WITHDRAWALS)
def test_a_withdrawal_that_does_not_stand_gets_a_receipt_too(what: str) -> None:
    done, when, why = WITHDRAWALS[what]
    proposal = ready("giulia", "jonas", "mila")
    if "submit" in done:
        submitted(proposal, arrival=before(hours=3))
    if "withdraw" in done:
        withdrawn(proposal, "earlier-take-back", before(hours=2))
    counted = counting(proposal)
    receipt = withdrawn(proposal, arrival=when(hours=1))
    assert not receipt.accepted
    assert set(reasons(receipt)) == why
    assert counting(proposal) == counted


@pytest.mark.parametrize("reason", ["", " \n\t", "x" * 4_001])
def test_a_withdrawal_needs_a_reason_that_can_be_kept(reason: str) -> None:
    proposal = ready("giulia", "jonas", "mila")
    submitted(proposal)
    with pytest.raises(Refusal) as refusal:
        withdraw(actor=person("giulia"), ref="blue-ways", reason=reason, arrival=before(minutes=5), key="take-it-back")
    assert (refusal.value.status, set(refusal.value.faults)) == (422, {"reason"})
    assert counting(proposal) == "blue-ways/1"
    assert Receipt.objects.count() == 1


def test_a_dissolved_consortium_submits_no_more_and_can_take_back_what_it_did() -> None:
    proposal = ready("giulia", "jonas", "mila")
    submitted(proposal, arrival=before(hours=3))
    forming.dissolve(actor=person("giulia"), ref="blue-ways", reason="We part.", at=NOW)
    with pytest.raises(Refusal, match="dissolved"):
        submitted(proposal, "second-attempt", before(hours=2))
    assert withdrawn(proposal).accepted
    assert counting(proposal) == ""


# --- who ---------------------------------------------------------------------------------------------------------

OTHERS = {
    "jonas": (403, "Only the coordinator submits, for all members. Ask Lanterna Marine Cluster"),
    "charlie": (404, "There is no such application."),
    "odile": (404, "There is no such application."),
    "ines": (404, "There is no such application."),
}
"""A member, a stranger, an officer and an administrator, and what each is told."""


@pytest.mark.parametrize("who", OTHERS)
@pytest.mark.parametrize("act", ["submit", "withdraw"])
def test_only_the_coordinator_submits_and_withdraws(who: str, act: str) -> None:
    proposal = ready("giulia", "jonas", "mila")
    submitted(proposal, arrival=before(hours=2))
    told: dict[str, Any] = {"actor": person(who), "ref": proposal.ref, "arrival": before(hours=1), "key": "not-theirs"}
    with pytest.raises(Refusal) as refusal:
        submit(**told) if act == "submit" else withdraw(**told, reason="Not theirs.")
    status, message = OTHERS[who]
    assert refusal.value.status == status
    assert refusal.value.message.startswith(message)
    assert Receipt.objects.count() == 1


def test_an_auditor_who_acts_for_the_coordinator_changes_nothing() -> None:
    proposal = ready("giulia", "jonas", "mila")
    editor_of("halvard", organisation_of("giulia"), "owner")
    for act in (submit, lambda **told: withdraw(**told, reason="No.")):
        with pytest.raises(Refusal, match="Auditors read"):
            act(actor=person("halvard"), ref=proposal.ref, arrival=before(hours=1), key="of-an-auditor")
    assert not Receipt.objects.exists()


def test_nobody_submits_what_does_not_exist() -> None:
    ready("giulia", "jonas", "mila")
    with pytest.raises(Refusal) as refusal:
        submit(actor=person("giulia"), ref="no-such-ways", arrival=before(hours=1), key="first-attempt")
    assert refusal.value.status == 404


MEANWHILE: dict[str, Callable[[Proposal], Any]] = {
    "the coordination is handed over": lambda proposal: seats.hand_over(
        actor=person("giulia"), ref=proposal.ref, seat_id=seat_of(proposal.consortium, "jonas").pk, at=NOW
    ),
    "the consortium is dissolved": lambda proposal: forming.dissolve(
        actor=person("giulia"), ref=proposal.ref, reason="We part.", at=NOW
    ),
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_a_right_that_ends_while_the_application_is_read_is_seen(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    proposal = ready("giulia", "jonas", "mila")
    between(monkeypatch, lambda: MEANWHILE[what](proposal))
    with pytest.raises(Refusal):
        submit(actor=person("giulia"), ref=proposal.ref, arrival=before(hours=1), key="first-attempt")
    assert not Receipt.objects.exists()


def between(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any]) -> None:
    """Let something happen once, after an application was read for sealing and before it is locked."""
    read = preparing.prepared
    left = [act]

    def reading(*args: Any, **told: Any) -> Any:
        found = read(*args, **told)
        if left:
            left.pop()()
        return found

    monkeypatch.setattr(submitting, "prepared", reading)


WRITTEN: dict[str, tuple[Callable[[Proposal], Any], str]] = {
    "a text": (
        lambda proposal: writing.save(
            actor=person("mila"), ref=proposal.ref, key="summary", value="Later words.", based_on=1, at=NOW
        ),
        "Later words.",
    ),
    "a budget cell": (lambda proposal: ask_for(proposal, 12_345_678), "12345678"),
    "a declaration": (without_declaration, "has not made"),
    "a mandate": (without_mandate, "has given no mandate"),
    "a member": (
        lambda proposal: seats.leave(
            actor=person("mila"), seat_id=seat_of(proposal.consortium, "mila").pk, reason="", at=NOW
        ),
        "",
    ),
}


@pytest.mark.parametrize("what", WRITTEN)
def test_what_changes_while_the_application_is_read_is_in_what_is_sealed(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    act, told = WRITTEN[what]
    proposal = ready("giulia", "jonas", "mila")
    between(monkeypatch, lambda: act(proposal))
    receipt = submitted(proposal)
    sealed = receipts.content_of(receipt).decode()
    if what == "a member":
        assert "sava" not in sealed
    elif what == "a budget cell":
        assert "123456.78" in sealed
    else:
        assert told in sealed + str(reasons(receipt))


# --- keys --------------------------------------------------------------------------------------------------------


def test_the_same_key_gets_the_same_receipt_and_nothing_new() -> None:
    proposal = ready("giulia", "jonas", "mila")
    first = submitted(proposal, "one-and-the-same", before(hours=2))
    letters = Message.objects.count()
    writing.save(actor=person("giulia"), ref=proposal.ref, key="summary", value="Later.", based_on=1, at=NOW)
    again = submitted(proposal, "one-and-the-same", before(hours=1))
    assert again.pk == first.pk
    assert again.document == first.document
    assert (Receipt.objects.count(), Package.objects.count(), Message.objects.count()) == (1, 1, letters)


def test_the_same_key_after_the_closing_still_gets_the_receipt_of_before() -> None:
    proposal = ready("giulia", "jonas", "mila")
    first = submitted(proposal, "one-and-the-same", before(seconds=1))
    assert submitted(proposal, "one-and-the-same", at(CLOSING + timedelta(hours=1))).pk == first.pk


def test_two_people_of_the_coordinator_with_two_keys_have_submitted_twice() -> None:
    proposal = ready("giulia", "jonas", "mila")
    editor_of("aylin", organisation_of("giulia"))
    submitted(proposal, "key-of-giulia", before(hours=2))
    second = submit(actor=person("aylin"), ref=proposal.ref, arrival=before(hours=1), key="key-of-aylin")
    assert (second.number, second.actor, counting(proposal)) == ("blue-ways/2", person("aylin"), "blue-ways/2")
    one, two = Package.objects.all()
    assert one.content_id == two.content_id
    assert Content.objects.count() == 1


def test_two_people_with_one_key_get_one_receipt() -> None:
    proposal = ready("giulia", "jonas", "mila")
    editor_of("aylin", organisation_of("giulia"))
    first = submitted(proposal, "key-of-both", before(hours=2))
    second = submit(actor=person("aylin"), ref=proposal.ref, arrival=before(hours=1), key="key-of-both")
    assert (second.pk, second.actor) == (first.pk, person("giulia"))


def test_a_key_means_nothing_for_another_application() -> None:
    one, two = ready("giulia", "jonas", "mila"), ready("FR", "DE", "PL", ref="quiet-ways", name="Quiet ways")
    first = submitted(one, "one-and-the-same", before(hours=2))
    second = submitted(two, "one-and-the-same", before(hours=1))
    assert (first.number, second.number) == ("blue-ways/1", "quiet-ways/1")


def test_a_key_of_another_act_is_refused() -> None:
    proposal = ready("giulia", "jonas", "mila")
    submitted(proposal, "one-and-the-same", before(hours=2))
    with pytest.raises(Refusal, match="another act"):
        withdrawn(proposal, "one-and-the-same", before(hours=1))
    assert counting(proposal) == "blue-ways/1"


@pytest.mark.parametrize("key", ["", "short", "x" * 81, "with\nline breaks", "nul\0character", "schlüssel-eins"])
def test_a_key_is_plain(key: str) -> None:
    proposal = ready("giulia", "jonas", "mila")
    with pytest.raises(Refusal) as refusal:
        submitted(proposal, key)
    assert (refusal.value.status, set(refusal.value.faults)) == (422, {"key"})
    assert not Receipt.objects.exists()


# --- letters -----------------------------------------------------------------------------------------------------


def letters() -> dict[str, list[str]]:
    """To whom letters about submissions went, by subject."""
    found: dict[str, list[str]] = {}
    for to, subject in Message.objects.filter(purpose="submission").values_list("to", "subject"):
        found.setdefault(subject, []).append(to)
    return {subject: sorted(told) for subject, told in found.items()}


def test_all_members_are_written_to_once() -> None:
    proposal = ready("giulia", "jonas", "mila")
    editor_of("aylin", organisation_of("giulia"))
    editor_of("giulia", organisation_of("jonas"))
    everybody = sorted(address_of(who) for who in ("aylin", "giulia", "jonas", "mila"))
    submitted(proposal, arrival=before(hours=2))
    withdrawn(proposal)
    assert letters() == {"Received: Blue ways to Asia": everybody, "Withdrawn: Blue ways to Asia": everybody}


def test_of_a_refused_attempt_only_who_made_it_is_written_to() -> None:
    proposal = ready("giulia", "jonas", "mila")
    editor_of("aylin", organisation_of("giulia"))
    submit(actor=person("aylin"), ref=proposal.ref, arrival=at(CLOSING + timedelta(minutes=1)), key="too-late-now")
    assert letters() == {"Not submitted: Blue ways to Asia": [address_of("aylin")]}


def test_a_letter_tells_what_when_and_where() -> None:
    proposal = ready("giulia", "jonas", "mila")
    receipt = submitted(proposal)
    body = Message.objects.filter(purpose="submission")[0].body
    for told in (
        "blue-ways/1",
        "2\N{NO-BREAK SPACE}December\N{NO-BREAK SPACE}2020",
        "16:00",
        receipt.document[CLAIMED]["package"],
        "/receipts/1",
    ):
        assert told in body, body


def test_what_is_rolled_back_writes_to_nobody_and_counts_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    proposal = ready("giulia", "jonas", "mila")

    def tell_and_break(receipt: Receipt, organisations: Any) -> None:
        tell_of(receipt, organisations)
        assert letters()
        raise OSError("the machine is in trouble")

    monkeypatch.setattr(sealing, "tell_of", tell_and_break)
    with pytest.raises(OSError, match="in trouble"):
        submitted(proposal)
    assert letters() == {}
    assert audit.history(("proposal", proposal.ref)).filter(act="submit application").count() == 0
    assert not Receipt.objects.exists()
    assert not Standing.objects.exists()
    assert not Package.objects.exists()


def test_the_wording_of_a_mandate_given_anew_lets_it_through_again() -> None:
    proposal = ready("giulia", "jonas", "mila")
    without_mandate(proposal)
    assert not submitted(proposal, "first-attempt", before(hours=2)).accepted
    seat = seat_of(Consortium.objects.get(), "jonas")
    seats.give_mandate(actor=owner_of(seat.organisation), seat_id=seat.pk, wording=wording_of(seat), at=NOW)
    assert submitted(proposal, "second-attempt", before(hours=1)).accepted
    assert lead_of(proposal.consortium) == person("giulia")
