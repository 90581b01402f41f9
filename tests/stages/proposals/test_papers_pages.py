"""The pages of annexes and declarations in a browser: who sees and does what, and what comes back."""

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.conftest import NOW
from tests.people import browsing, person
from tests.stages.consortia.casting import (
    AFTER_CLOSING,
    a_consortium,
    editor_of,
    invited,
    organisation_of,
    seat_of,
    the_calls,
)
from tests.stages.proposals.test_papers import FORM, WORDING, asks, pdf

from hanse.core.form import Annex as AskedAnnex
from hanse.core.form import Declaration as AskedDeclaration
from hanse.core.values.citation import Citation
from hanse.ground import clock
from hanse.ground.files.models import StoredFile
from hanse.stages.consortia.models import Seat
from hanse.stages.proposals.actions import papers as actions
from hanse.stages.proposals.models import Annex, Declaration, Proposal
from hanse.stages.proposals.queries import papers as queries
from hanse.stages.registry.actions.refusals import Refusal

pytestmark = pytest.mark.django_db
HERE = "/proposals/blue-ways/papers"


@pytest.fixture
def proposal(at: Any, monkeypatch: pytest.MonkeyPatch) -> Proposal:
    the_calls()
    consortium = a_consortium()
    asks(monkeypatch, FORM)
    return Proposal.objects.create(
        ref="blue-ways", consortium=consortium, created_by=person("giulia"), created_at=NOW, changed_at=NOW
    )


def seat(proposal: Proposal, who: str) -> int:
    return seat_of(proposal.consortium, who).pk


def send(who: str, place: str, content: bytes = b"", name: str = "letter.pdf", based_on: int = 0) -> Any:
    told = {"file": SimpleUploadedFile(name, content or pdf()), "based_on": based_on}
    return browsing(who).post(f"{HERE}/annexes/{place}", told)


def declare(who: str, proposal: Proposal, of: str = "", **told: Any) -> Any:
    digest = queries.wording_digest(WORDING)
    address = f"{HERE}/declarations/honour/{seat(proposal, of or who)}"
    return browsing(who).post(address, {"read": "on", "digest": digest} | told)


def said(response: Any) -> str:
    """What a page says, as plain text."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def hidden(response: Any, name: str) -> str:
    """What a hidden field of a page carries."""
    found = re.search(rf'type="hidden" name="{name}"(?: value="([^"]*)")?', response.content.decode())
    assert found is not None, name
    return unescape(found[1] or "")


def status(who: str, address: str) -> int:
    """How a page answers somebody; a download is read to its end, which closes it."""
    answer: Any = browsing(who).get(address)
    if answer.streaming:
        assert b"".join(answer.streaming_content)
    return int(answer.status_code)


def everywhere(proposal: Proposal) -> list[str]:
    """Every page of papers, with something on it."""
    own = seat(proposal, "jonas")
    send("jonas", f"letters/{own}")
    declare("jonas", proposal)
    return [
        HERE,
        f"{HERE}/annexes/agreement",
        f"{HERE}/annexes/letters/{own}",
        f"{HERE}/files/{Annex.objects.get().pk}",
        f"{HERE}/declarations/honour/{own}",
    ]


def test_members_get_in_and_nobody_else(proposal: Proposal) -> None:
    invited(proposal.consortium, "aylin")
    pages = everywhere(proposal)
    annex, made = Annex.objects.get().pk, Declaration.objects.get().pk
    for address in pages:
        for who in ("jonas", "giulia", "mila"):
            assert status(who, address) == 200, (who, address)
        for who in ("aylin", "charlie", "odile", "halvard"):
            assert status(who, address) == 404, (who, address)
        assert browsing().get(address).status_code == 302
    doors = (*pages[1:3], pages[4], f"{HERE}/files/{annex}/remove", f"{HERE}/declarations/{made}/revoke")
    for address in doors:
        for who in ("aylin", "charlie", "odile"):
            assert browsing(who).post(address, {"based_on": 0}).status_code == 404, (who, address)
    assert StoredFile.objects.count() == 1


def test_what_is_missing_is_listed_with_who_brings_it(proposal: Proposal) -> None:
    words = said(browsing("jonas").get(HERE))
    assert f"“Letter of intent” is missing: {organisation_of('mila').name} adds it." in words
    assert f"{organisation_of('jonas').name} has not made “Declaration on honour”" in words
    assert WORDING in words
    send("giulia", "agreement")
    for who in ("giulia", "jonas", "mila"):
        assert send(who, f"letters/{seat(proposal, who)}").status_code == 302
        assert declare(who, proposal).status_code == 302
    words = said(browsing("jonas").get(HERE))
    assert "Every annex and declaration that the call asks for is here" in words
    assert "by Mila Petrović" in words
    assert "letter.pdf" in words
    assert "1 page" in words


def test_a_call_that_asks_for_nothing_says_so(proposal: Proposal, monkeypatch: pytest.MonkeyPatch) -> None:
    asks(monkeypatch, replace(FORM, annexes=(), declarations=(), assumed="The call does not publish its form."))
    words = said(browsing("jonas").get(HERE))
    assert words.count("The call asks for none.") == 2
    assert "The call does not publish its form." in words


def test_an_annex_is_added_replaced_and_removed(proposal: Proposal) -> None:
    place = f"letters/{seat(proposal, 'jonas')}"
    assert "Add the file" in said(browsing("jonas").get(f"{HERE}/annexes/{place}"))
    assert send("jonas", place).status_code == 302
    first = Annex.objects.get()
    page = browsing("jonas").get(f"{HERE}/annexes/{place}")
    assert hidden(page, "based_on") == str(first.pk)
    assert send("giulia", place, pdf(2), "better.pdf", first.pk).status_code == 302
    words = said(browsing("mila").get(f"{HERE}/annexes/{place}"))
    assert "better.pdf" in words
    assert "2 pages" in words
    assert "taken out by Giulia Doria" in words
    assert "Attach the file" not in words
    answer: Any = browsing("mila").get(f"{HERE}/files/{first.pk}")
    assert b"".join(answer.streaming_content) == pdf()
    assert answer["Content-Disposition"] == 'attachment; filename="letter.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    second = Annex.objects.get(removed_at__isnull=True)
    assert browsing("mila").post(f"{HERE}/files/{second.pk}/remove").status_code == 403
    assert browsing("jonas").post(f"{HERE}/files/{second.pk}/remove").status_code == 302
    again = browsing("jonas").post(f"{HERE}/files/{second.pk}/remove")
    assert (again.status_code, "removed or replaced already" in said(again)) == (409, True)
    assert browsing("jonas").post(f"{HERE}/files/{second.pk + 1}/remove").status_code == 404
    assert status("jonas", f"{HERE}/files/{second.pk + 1}") == 404


def test_whose_it_is_not_neither_sends_nor_keeps_a_file(proposal: Proposal) -> None:
    for place in (f"letters/{seat(proposal, 'mila')}", "agreement"):
        assert "until the call closes" in said(browsing("jonas").get(f"{HERE}/annexes/{place}"))
        assert send("jonas", place).status_code == 403
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("place", ["unasked", "letters", "letters/999999", "agreement/{own}"])
def test_a_place_that_is_none_is_not_found(proposal: Proposal, place: str) -> None:
    place = place.format(own=seat(proposal, "jonas"))
    assert status("giulia", f"{HERE}/annexes/{place}") == 404
    assert send("giulia", place).status_code == 404


@pytest.mark.parametrize(
    ("place", "content", "name", "words"),
    [
        ("agreement", b"", "a.pdf", "a.pdf is empty"),
        ("agreement", b"a;b", "a.csv", "a.csv is plain text. Choose"),
        ("agreement", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "a.pdf", "although its name promises a PDF document"),
        ("agreement", pdf() + b"%" * (30 << 20), "a.pdf", "a.pdf has 30.0 MB; at most 1.0 MB are allowed"),
        ("agreement", pdf(1, "secret"), "a.pdf", "a.pdf is protected by a password"),
        ("agreement", pdf()[:150], "a.pdf", "a.pdf cannot be read as a PDF"),
        ("letters/{own}", pdf(3), "a.pdf", "a.pdf has 3 pages; at most 2 are allowed"),
    ],
    ids=["empty", "type", "name", "large", "locked", "broken", "pages"],
)
def test_the_verdict_on_a_file_is_told_at_once(
    proposal: Proposal, place: str, content: bytes, name: str, words: str
) -> None:
    address = f"{HERE}/annexes/{place.format(own=seat(proposal, 'giulia'))}"
    told = {"file": SimpleUploadedFile(name, content), "based_on": 0}
    answer = browsing("giulia").post(address, told)
    assert (answer.status_code, words in said(answer)) == (422, True)
    assert hidden(answer, "kept") == ""
    assert "is kept" not in said(answer)
    assert not Annex.objects.exists()


def test_who_was_forestalled_decides_without_choosing_the_file_again(proposal: Proposal) -> None:
    place = f"letters/{seat(proposal, 'jonas')}"
    send("giulia", place, pdf(2), "hers.pdf")
    answer = send("jonas", place, pdf(1), "mine.pdf")
    assert answer.status_code == 409
    assert "Giulia Doria added hers.pdf here meanwhile" in said(answer)
    assert "mine.pdf is kept" in said(answer)
    told = {"kept": hidden(answer, "kept"), "based_on": hidden(answer, "based_on")}
    assert browsing("jonas").post(f"{HERE}/annexes/{place}", told).status_code == 302
    assert Annex.objects.get(removed_at__isnull=True).name == "mine.pdf"


def test_a_form_that_changed_while_a_file_was_on_its_way(proposal: Proposal, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(**_: Any) -> None:
        raise Refusal("The form does not ask for this annex any more.", 404)

    monkeypatch.setattr(actions, "add_annex", gone)
    assert send("giulia", "agreement").status_code == 404


def test_a_file_that_does_not_fit_any_more_is_marked(proposal: Proposal, monkeypatch: pytest.MonkeyPatch) -> None:
    place = f"letters/{seat(proposal, 'giulia')}"
    send("giulia", place, pdf(2))
    shorter = AskedAnnex(
        "letters", "Letter of intent", "One page.", of_each_partner=True, most_pages=1, citation=Citation("notice", "7")
    )
    asks(monkeypatch, replace(FORM, annexes=(shorter,)))
    for address in (HERE, f"{HERE}/annexes/{place}"):
        words = said(browsing("giulia").get(address))
        assert "not as asked" in words
        assert "letter.pdf has 2 pages; at most 1 are allowed. Take 1 out." in words
        assert "Source: notice, 7." in words


def test_files_that_nothing_asks_for_are_shown_apart(proposal: Proposal) -> None:
    send("jonas", f"letters/{seat(proposal, 'jonas')}")
    Seat.objects.filter(pk=seat(proposal, "jonas")).update(state="left")
    page = browsing("giulia").get(HERE)
    assert "Files that nothing asks for any more" in said(page)
    number = Annex.objects.get().pk
    assert f"/files/{number}/remove" in page.content.decode()
    assert f"/files/{number}/remove" not in browsing("mila").get(HERE).content.decode()
    assert browsing("giulia").post(f"{HERE}/files/{number}/remove").status_code == 302


def test_a_file_that_the_storage_lost_is_not_found(proposal: Proposal) -> None:
    send("giulia", "agreement")
    default_storage.delete(Annex.objects.get().file.path)
    assert status("mila", f"{HERE}/files/{Annex.objects.get().pk}") == 404


def test_an_owner_reads_declares_and_revokes(proposal: Proposal) -> None:
    address = f"{HERE}/declarations/honour/{seat(proposal, 'jonas')}"
    page = browsing("jonas").get(address)
    assert WORDING in said(page)
    assert f"I have read it, may act for {organisation_of('jonas').name}" in said(page)
    unread = browsing("jonas").post(address, {"digest": hidden(page, "digest")})
    assert (unread.status_code, "Say that you have read it" in said(unread)) == (422, True)
    told = {"digest": hidden(page, "digest"), "read": "on"}
    assert browsing("jonas").post(address, told).status_code == 302
    assert "declared by Jonas Wendt" in said(browsing("mila").get(address))
    number = Declaration.objects.get().pk
    assert browsing("giulia").post(f"{HERE}/declarations/{number}/revoke").status_code == 403
    assert browsing("jonas").post(f"{HERE}/declarations/{number}/revoke").status_code == 302
    words = said(browsing("mila").get(address))
    assert "ended by Jonas Wendt" in words
    assert "not made yet" in words


def test_neither_an_editor_nor_the_coordinator_declares_for_a_member(proposal: Proposal) -> None:
    editor_of("charlie", organisation_of("jonas"))
    for who in ("charlie", "giulia"):
        page = browsing(who).get(f"{HERE}/declarations/honour/{seat(proposal, 'jonas')}")
        assert "declares it, until the call closes" in said(page)
        assert declare(who, proposal, "jonas").status_code == 403
    assert not Declaration.objects.exists()


def test_a_wording_that_changed_is_told_and_shown(proposal: Proposal, monkeypatch: pytest.MonkeyPatch) -> None:
    declare("jonas", proposal)
    newer = AskedDeclaration("honour", "Declaration on honour", "We declare more.", citation=Citation("notice", "9"))
    asks(monkeypatch, replace(FORM, declarations=(newer,)))
    assert "made on an earlier wording" in said(browsing("jonas").get(HERE))
    address = f"{HERE}/declarations/honour/{seat(proposal, 'jonas')}"
    words = said(browsing("jonas").get(address))
    assert "The earlier wording that was declared " + WORDING in words
    assert "We declare more." in words
    stale = declare("jonas", proposal)
    assert (stale.status_code, "Read the new one" in said(stale)) == (409, True)
    assert declare("jonas", proposal, digest=queries.wording_digest("We declare more.")).status_code == 302
    assert "declared by Jonas Wendt" in said(browsing("mila").get(address))


@pytest.mark.parametrize("place", ["unasked/{own}", "honour/999999"])
def test_a_declaration_that_is_none_is_not_found(proposal: Proposal, place: str) -> None:
    place = place.format(own=seat(proposal, "jonas"))
    assert status("jonas", f"{HERE}/declarations/{place}") == 404
    assert browsing("jonas").post(f"{HERE}/declarations/999999/revoke").status_code == 404


def test_after_the_call_has_closed_papers_are_read_only(proposal: Proposal) -> None:
    pages = everywhere(proposal)
    clock.set_clock(instant=AFTER_CLOSING)
    for address in pages:
        assert status("jonas", address) == 200
    assert "Declare on our honour" not in said(browsing("mila").get(f"{HERE}/declarations/honour/{seat(proposal, 'mila')}"))  # fmt: skip
    assert send("jonas", f"letters/{seat(proposal, 'jonas')}", pdf(2)).status_code == 403
    assert declare("mila", proposal).status_code == 403
    refused = browsing("jonas").post(f"{HERE}/declarations/{Declaration.objects.get().pk}/revoke")
    assert (refused.status_code, "has closed" in said(refused)) == (409, True)


def test_as_many_queries_for_five_as_for_one(proposal: Proposal, monkeypatch: pytest.MonkeyPatch) -> None:
    client = browsing("giulia")

    def asked() -> int:
        client.get(HERE)
        with CaptureQueriesContext(connection) as found:
            assert client.get(HERE).status_code == 200
        return len(found)

    send("giulia", f"letters/{seat(proposal, 'giulia')}")
    declare("giulia", proposal)
    first = asked()
    more = (AskedAnnex("cv", "Curricula", of_each_partner=True), AskedAnnex("plan", "Plan"))
    words = (AskedDeclaration("second", "Second", "We do."), AskedDeclaration("third", "Third", "We shall."))
    asks(monkeypatch, replace(FORM, annexes=FORM.annexes + more, declarations=FORM.declarations + words))
    for who in ("giulia", "jonas", "mila"):
        send(who, f"letters/{seat(proposal, who)}")
        send(who, f"cv/{seat(proposal, who)}")
        declare(who, proposal)
    assert asked() == first
    assert first <= 20


def test_pages_have_one_heading_and_no_id_twice(proposal: Proposal) -> None:
    for address in everywhere(proposal):
        if "/files/" in address:
            continue
        page = browsing("jonas").get(address).content.decode()
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), address
        assert page.count("<h1") == 1, address
