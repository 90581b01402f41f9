"""Annexes and declarations: what may be brought by whom, what is missing, and every refusal."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, NameObject
from tests.conftest import NOW
from tests.people import address_of, person
from tests.stages.consortia.casting import (
    AFTER_CLOSING,
    a_consortium,
    editor_of,
    invited,
    organisation_in,
    organisation_of,
    seat_of,
    the_calls,
)

from hanse.core.form import Annex as AskedAnnex
from hanse.core.form import Declaration as AskedDeclaration
from hanse.core.form import Form
from hanse.ground import audit, files
from hanse.ground.accounts.models import Appointment, Role
from hanse.ground.files.models import StoredFile
from hanse.ground.outbox.models import Message as Mail
from hanse.stages.consortia.models import Consortium, Seat
from hanse.stages.consortia.queries.members import open_seats
from hanse.stages.proposals.actions import papers as actions
from hanse.stages.proposals.models import Annex, Declaration, Proposal
from hanse.stages.proposals.queries import drafts
from hanse.stages.proposals.queries import papers as queries
from hanse.stages.registry.actions import cleaning
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import Membership

pytestmark = pytest.mark.django_db
REF = "blue-ways"
WORDING = "We declare that this is true."
FORM = Form(
    "A form with papers",
    annexes=(
        AskedAnnex("agreement", "Partnership agreement", most_megabytes=1),
        AskedAnnex("letters", "Letter of intent", of_each_partner=True, most_pages=2),
        AskedAnnex("maps", "Maps", required=False, of_each_partner=True),
    ),
    declarations=(AskedDeclaration("honour", "Declaration on honour", WORDING),),
)


@pytest.fixture
def proposal(monkeypatch: pytest.MonkeyPatch) -> Proposal:
    consortium = a_consortium()
    asks(monkeypatch, FORM)
    return Proposal.objects.create(
        ref=REF, consortium=consortium, created_by=person("giulia"), created_at=NOW, changed_at=NOW
    )


def asks(monkeypatch: pytest.MonkeyPatch, form: Form) -> None:
    """Let the call ask this form."""
    monkeypatch.setattr(drafts, "form_of", lambda *_: form)


def pdf(pages: int = 1, password: str = "", owner: str | None = None) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=100, height=100)
    if password or owner:
        writer.encrypt(password, owner, algorithm="AES-256")
    content = BytesIO()
    writer.write(content)
    return content.getvalue()


def stored(content: bytes, name: str = "paper.pdf") -> StoredFile:
    allowed = files.DOCUMENTS | files.SHEETS | files.TABLES
    return files.keep(SimpleUploadedFile(name, content), allowed=allowed, most_bytes=20 << 20, at=NOW)


def seat(who: str) -> Seat:
    return seat_of(Consortium.objects.get(ref=REF), who)


def add(
    who: str, kind: str = "letters", of: str = "", content: bytes = b"", name: str = "paper.pdf", **given: Any
) -> Annex:
    told: dict[str, Any] = {
        "kind": kind,
        "seat_id": seat(of).pk if of else None,
        "stored": stored(content or pdf(), name),
        "name": name,
        "based_on": 0,
        "at": NOW,
    }
    return actions.add_annex(actor=person(who), ref=REF, **(told | given))


def declare(who: str, of: str = "", text: str = WORDING, at: datetime = NOW, **given: Any) -> Declaration:
    told: dict[str, Any] = {
        "kind": "honour",
        "seat_id": seat(of or who).pk,
        "digest": queries.wording_digest(text),
        "at": at,
    }
    return actions.declare(actor=person(who), ref=REF, **(told | given))


def seats() -> Sequence[Seat]:
    return open_seats(Consortium.objects.get(ref=REF))


def acts() -> list[str]:
    return [event.act for event in audit.history(("proposal", REF))]


# --- who -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["charlie", "odile", "aylin"])
def test_whoever_takes_no_part_learns_nothing(proposal: Proposal, who: str) -> None:
    invited(proposal.consortium, "aylin")
    annex, made = add("jonas", of="jonas"), declare("jonas")
    actor = person(who)
    for act in (
        lambda: add(who, of="jonas"),
        lambda: declare(who, "jonas"),
        lambda: actions.remove_annex(actor=actor, ref=REF, number=annex.pk, at=NOW),
        lambda: actions.revoke(actor=actor, ref=REF, number=made.pk, at=NOW),
    ):
        with pytest.raises(Refusal, match="no such application") as refusal:
            act()
        assert refusal.value.status == 404


def test_nothing_changes_after_the_call_has_closed(proposal: Proposal) -> None:
    the_calls()
    annex, made = add("jonas", of="jonas"), declare("jonas")
    actor, at = person("jonas"), AFTER_CLOSING
    for act in (
        lambda: add("jonas", of="jonas", at=at),
        lambda: declare("jonas", at=at),
        lambda: actions.remove_annex(actor=actor, ref=REF, number=annex.pk, at=at),
        lambda: actions.revoke(actor=actor, ref=REF, number=made.pk, at=at),
    ):
        with pytest.raises(Refusal, match="has closed") as refusal:
            act()
        assert refusal.value.status == 409


def test_an_auditor_changes_nothing_even_as_a_member(proposal: Proposal) -> None:
    Appointment.objects.create(user=person("jonas"), role=Role.AUDITOR, since=NOW)
    with pytest.raises(Refusal, match="change nothing") as refusal:
        add("jonas", of="jonas")
    assert refusal.value.status == 403


def test_a_partner_brings_its_own_and_the_coordinator_any(proposal: Proposal) -> None:
    mine = add("jonas", of="jonas")
    add("giulia", of="mila")
    add("giulia", "agreement")
    for who, kind, of in (("jonas", "letters", "mila"), ("jonas", "agreement", "")):
        with pytest.raises(Refusal, match="Only the") as refusal:
            add(who, kind, of)
        assert refusal.value.status == 403
    with pytest.raises(Refusal, match="Only the partner"):
        actions.remove_annex(actor=person("mila"), ref=REF, number=mine.pk, at=NOW)
    actions.remove_annex(actor=person("giulia"), ref=REF, number=mine.pk, at=NOW)
    assert acts() == ["add annex"] * 3 + ["remove annex"]


@pytest.mark.parametrize(
    ("kind", "of"), [("unasked", ""), ("letters", ""), ("agreement", "jonas"), ("letters", "aylin")]
)
def test_a_place_that_the_form_does_not_ask_for(proposal: Proposal, kind: str, of: str) -> None:
    invited(proposal.consortium, "aylin")
    with pytest.raises(Refusal) as refusal:
        add("giulia", kind, of)
    assert refusal.value.status == 404


# --- files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "of", "content", "name", "words"),
    [
        ("letters", "jonas", pdf(3), "paper.pdf", "paper.pdf has 3 pages; at most 2 are allowed. Take 1 out"),
        ("letters", "jonas", pdf(1, "secret"), "paper.pdf", "paper.pdf is protected by a password"),
        ("letters", "jonas", pdf(2)[:200], "paper.pdf", "paper.pdf cannot be read as a PDF"),
        ("letters", "jonas", pdf(0), "paper.pdf", "paper.pdf cannot be read as a PDF"),
        ("letters", "jonas", b"\x89PNG\r\n\x1a\n" + b"0" * 40, "paper.png", "is a PNG image. Choose a PDF document"),
        ("agreement", "", b"a;b", "paper.csv", "is plain text. Choose"),
        ("agreement", "", pdf() + b"%" * (1 << 20), "paper.pdf", "has 1.0 MB; at most 1 MB are allowed"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_as_asked_is_told_at_once(
    proposal: Proposal, kind: str, of: str, content: bytes, name: str, words: str
) -> None:
    with pytest.raises(Refusal) as refusal:
        add("giulia", kind, of, content, name)
    assert words in refusal.value.message
    assert (refusal.value.status, set(refusal.value.faults)) == (422, {"file"})
    assert not Annex.objects.exists()


def test_pages_are_counted_where_they_can_be(proposal: Proposal) -> None:
    assert add("jonas", of="jonas", content=pdf(2)).pages == 2
    assert add("jonas", "maps", "jonas", pdf(40)).pages == 40
    open_to_all = pdf(2, "", "owner only")
    assert queries.pages_in(stored(open_to_all)) == (2, "")
    assert queries.pages_in(stored(b"a;b", "a.csv")) == (None, "")


def test_a_tree_of_pages_that_is_none_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    writer = PdfWriter()
    writer.add_blank_page(width=100, height=100)
    pages = writer.root_object.raw_get("/Pages")
    writer.root_object["/Pages"][NameObject("/Kids")] = ArrayObject([pages])  # type: ignore[index]
    content = BytesIO()
    writer.write(content)
    assert queries.pages_in(stored(content.getvalue())) == (None, queries.BROKEN)
    monkeypatch.setattr(queries, "MOST_NODES", 3)
    assert queries.pages_in(stored(pdf(5))) == (None, queries.BROKEN)


def test_a_replaced_file_stays_in_the_history(proposal: Proposal) -> None:
    first = add("jonas", of="jonas", content=pdf(1))
    again = add("jonas", of="jonas", content=pdf(1))
    assert again == first
    second = add("giulia", of="jonas", content=pdf(2), based_on=first.pk)
    assert [one.pk for one in queries.annexes_now(proposal)] == [second.pk]
    before = queries.annexes_before(proposal, "letters", seat("jonas").pk)
    assert [(one.pk, one.removed_by) for one in before] == [(first.pk, person("giulia"))]
    assert acts() == ["add annex", "replace annex"]
    proposal.refresh_from_db()
    assert proposal.version == 3
    with pytest.raises(Refusal, match="removed or replaced already"):
        actions.remove_annex(actor=person("jonas"), ref=REF, number=first.pk, at=NOW)
    with pytest.raises(Refusal, match="no such annex"):
        actions.remove_annex(actor=person("jonas"), ref=REF, number=second.pk + 1, at=NOW)


def test_who_was_forestalled_is_told_by_whom(proposal: Proposal) -> None:
    first = add("giulia", of="jonas", content=pdf(1))
    with pytest.raises(Refusal, match=r"Giulia Doria added paper\.pdf here meanwhile") as refusal:
        add("jonas", of="jonas", content=pdf(2))
    assert (refusal.value.status, set(refusal.value.faults)) == (409, {"based_on"})
    actions.remove_annex(actor=person("giulia"), ref=REF, number=first.pk, at=NOW)
    with pytest.raises(Refusal, match="Somebody removed") as refusal:
        add("jonas", of="jonas", content=pdf(2), based_on=first.pk)
    assert refusal.value.status == 409


def test_what_is_missing_is_told_with_who_brings_it(proposal: Proposal, monkeypatch: pytest.MonkeyPatch) -> None:
    invited(proposal.consortium, "aylin")
    lanterna, salzspeicher, sava = (organisation_of(who).name for who in ("giulia", "jonas", "mila"))
    assert queries.missing_annexes(FORM, seats(), queries.annexes_now(proposal)) == (
        f"“Partnership agreement” is missing: {lanterna} adds it.",
        f"“Letter of intent” is missing: {lanterna} adds it.",
        f"“Letter of intent” is missing: {salzspeicher} adds it.",
        f"“Letter of intent” is missing: {sava} adds it.",
    )
    add("giulia", "agreement")
    for who in ("giulia", "jonas", "mila"):
        add(who, of=who)
    assert queries.missing_annexes(FORM, seats(), queries.annexes_now(proposal)) == ()
    shorter = replace(FORM, annexes=(replace(FORM.annexes[0], most_megabytes=0), *FORM.annexes[1:]))
    (told,) = queries.missing_annexes(shorter, seats(), queries.annexes_now(proposal))
    assert told.startswith(f"“Partnership agreement” of {lanterna}: paper.pdf has 0.0 MB; at most 0 MB")


def test_a_file_of_a_partner_that_left_is_a_stray(proposal: Proposal) -> None:
    annex = add("jonas", of="jonas")
    Seat.objects.filter(pk=seat("jonas").pk).update(state="left")
    held = queries.annexes_now(proposal)
    assert queries.strays(queries.places_of(FORM, seats(), held), held) == [annex]
    actions.remove_annex(actor=person("giulia"), ref=REF, number=annex.pk, at=NOW)


def test_those_who_only_stand_by_bring_nothing(proposal: Proposal) -> None:
    Seat.objects.filter(pk=seat("jonas").pk).update(role="associated_partner")
    Seat.objects.filter(pk=seat("mila").pk).update(role="affiliated_entity")
    names = [one.organisation.name for one in queries.applicants(seats())]
    assert names == [organisation_of("giulia").name, organisation_of("mila").name]
    with pytest.raises(Refusal, match="no applicant") as refusal:
        declare("jonas")
    assert refusal.value.status == 404
    assert declare("mila").made_by == person("mila")


# --- declarations --------------------------------------------------------------------------------------------------


def test_an_owner_declares_once_and_the_wording_is_kept(proposal: Proposal) -> None:
    made = declare("jonas")
    assert (made.wording, made.digest) == (WORDING, queries.wording_digest(WORDING))
    assert declare("jonas") == made
    assert acts() == ["declare on honour"]
    told = queries.missing_declarations(FORM, seats(), queries.declarations_now(proposal))
    assert told == (
        f"{organisation_of('giulia').name} has not made “Declaration on honour”: an owner declares it.",
        f"{organisation_of('mila').name} has not made “Declaration on honour”: an owner declares it.",
    )


def test_only_an_owner_of_the_organisation_declares_for_it(proposal: Proposal) -> None:
    editor_of("charlie", organisation_of("jonas"))
    for who in ("charlie", "giulia", "mila"):
        with pytest.raises(Refusal, match="Only an owner of Salzspeicher Food Network declares") as refusal:
            declare(who, "jonas")
        assert refusal.value.status == 403
        assert "Jonas Wendt" in refusal.value.message
    Membership.objects.filter(user=person("jonas")).update(until=NOW)
    with pytest.raises(Refusal, match="Nobody owns its profile"):
        declare("giulia", "jonas")


def test_an_owner_of_the_profile_into_which_a_member_was_merged_declares(proposal: Proposal) -> None:
    staying = organisation_in("ES")
    going = organisation_of("mila")
    cleaning.merge(actor=person("odile"), kept=staying.ref, merged=going.ref, reason="The same.", at=NOW)
    Membership.objects.filter(user=person("mila"), organisation=staying).update(right="owner")
    own = seat("mila")
    told = queries.wording_digest(WORDING)
    made = actions.declare(actor=person("mila"), ref=REF, kind="honour", seat_id=own.pk, digest=told, at=NOW)
    assert made.seat == own


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        ({"kind": "unasked"}, 404, "does not ask for"),
        ({"seat_id": 0}, 404, "no applicant"),
        ({"digest": "0" * 64}, 409, "wording was changed"),
    ],
)
def test_declarations_that_are_refused(proposal: Proposal, given: dict[str, Any], status: int, words: str) -> None:
    with pytest.raises(Refusal, match=words) as refusal:
        declare("jonas", **given)
    assert refusal.value.status == status
    assert not Declaration.objects.exists()


def test_a_declaration_on_an_earlier_wording_does_not_count(
    proposal: Proposal, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = declare("jonas")
    newer = replace(FORM, declarations=(replace(FORM.declarations[0], text="We declare more."),))
    asks(monkeypatch, newer)
    word = next(
        one for one in queries.words_of(newer, seats(), queries.declarations_now(proposal)) if one.seat == first.seat
    )
    assert (word.stale, word.counts) == (True, False)
    told = queries.missing_declarations(newer, seats(), queries.declarations_now(proposal))
    assert f"{organisation_of('jonas').name} made “Declaration on honour” on an earlier wording: an owner declares it again." in told  # fmt: skip
    second = declare("jonas", text="We declare more.")
    assert second != first
    before = queries.declarations_before(proposal, "honour", first.seat_id)
    assert [(one.pk, one.wording, one.revoked_by) for one in before] == [(first.pk, WORDING, person("jonas"))]


def test_any_owner_revokes_and_the_coordinator_is_told(proposal: Proposal) -> None:
    made = declare("jonas")
    editor_of("charlie", organisation_of("jonas"), right="owner")
    with pytest.raises(Refusal, match="Only an owner") as refusal:
        actions.revoke(actor=person("giulia"), ref=REF, number=made.pk, at=NOW)
    assert refusal.value.status == 403
    gone = actions.revoke(actor=person("charlie"), ref=REF, number=made.pk, at=NOW)
    assert gone.revoked_by == person("charlie")
    assert Mail.objects.filter(to=address_of("giulia"), subject__contains="revoked").count() == 1
    with pytest.raises(Refusal, match="revoked already"):
        actions.revoke(actor=person("jonas"), ref=REF, number=made.pk, at=NOW)
    with pytest.raises(Refusal, match="no such declaration"):
        actions.revoke(actor=person("jonas"), ref=REF, number=made.pk + 1, at=NOW)
    own = declare("giulia")
    actions.revoke(actor=person("giulia"), ref=REF, number=own.pk, at=NOW)
    assert Mail.objects.filter(subject__contains="revoked").count() == 1
    assert declare("jonas") != made


def test_what_is_missing_is_asked_in_as_many_queries_for_five_as_for_one(proposal: Proposal) -> None:
    known = seats()

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            queries.missing_annexes(FORM, known, queries.annexes_now(proposal))
            queries.missing_declarations(FORM, known, queries.declarations_now(proposal))
        return len(found)

    assert asked() == 2
    add("giulia", "agreement")
    for who in ("giulia", "jonas", "mila"):
        add(who, of=who)
        declare(who)
    assert asked() == 2


def test_what_is_kept_says_what_it_is(proposal: Proposal) -> None:
    made = declare("jonas")
    assert [str(add("jonas", of="jonas")), str(made)] == ["paper.pdf", f"honour of seat {made.seat_id}"]
