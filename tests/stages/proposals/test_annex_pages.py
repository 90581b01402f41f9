"""The pages of annexes and declarations: what members see and do there, and that nobody else learns of them."""

from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.conftest import NOW
from tests.people import browsing, person
from tests.stages.consortia.casting import AFTER_CLOSING, editor_of
from tests.stages.proposals.money_cast import REF, Cast, cast
from tests.stages.proposals.papers_cast import FORM, pdf, seated, stored, upload, use

from hanse.ground import clock
from hanse.stages.announcement import actions as announcement
from hanse.stages.consortia.models import Seat, SeatState
from hanse.stages.proposals.actions import papers as actions
from hanse.stages.proposals.models import Annex, Declaration
from hanse.stages.proposals.queries import papers as queries

pytestmark = pytest.mark.django_db
PAGE = f"/proposals/{REF}/papers"
AGREEMENT = f"{PAGE}/annexes/agreement"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)


@pytest.fixture
def team(at: Any, monkeypatch: Any) -> Cast:
    announcement.load_callbook(NOW)
    use(monkeypatch, FORM)
    return cast(packages=0)


def letter_of(team: Cast, who: str) -> str:
    """Where a partner brings its letter."""
    return f"{PAGE}/annexes/letter/{team.seats[who].pk}"


def honour_of(team: Cast, who: str) -> str:
    """Where a partner declares."""
    return f"{PAGE}/declarations/honour/{team.seats[who].pk}"


def text_of(answer: Any) -> str:
    """A page as it reads in its source, without escapes."""
    return unescape(answer.content.decode())


def held(**values: Any) -> Annex:
    """An agreement that giulia has attached."""
    said: dict[str, Any] = {"stored": stored(pdf(2)), "name": "Agreement é.pdf", "based_on": 0} | values
    return actions.add_annex(actor=person("giulia"), ref=REF, kind="agreement", seat_id=None, at=NOW, **said)


def declared(team: Cast, who: str = "jonas", kind: str = "honour") -> Declaration:
    """What somebody has declared for their partner."""
    asked = next(each for each in FORM.declarations if each.id == kind)
    digest = queries.wording_digest(asked.text)
    return actions.declare(actor=person(who), ref=REF, seat_id=team.seats[who].pk, kind=kind, digest=digest, at=NOW)


def saying(read: bool = True, text: str = FORM.declarations[0].text) -> dict[str, str]:
    """What a browser sends to declare."""
    return {"digest": queries.wording_digest(text)} | ({"read": "on"} if read else {})


# --- who may see -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["aylin", "charlie", "odile", "halvard", "ines", "elena"])
def test_nobody_else_learns_that_there_are_papers(team: Cast, who: str) -> None:
    seated(team, "aylin", Seat.Role.BENEFICIARY, SeatState.INVITED)
    annex, made = held(), declared(team)
    visitor = browsing(who)
    for address in (PAGE, AGREEMENT, letter_of(team, "jonas"), honour_of(team, "jonas"), f"{PAGE}/files/{annex.pk}"):
        assert visitor.get(address).status_code == 404, address
    for address in (
        AGREEMENT,
        honour_of(team, "jonas"),
        f"{PAGE}/files/{annex.pk}/remove",
        f"{PAGE}/declarations/{made.pk}/revoke",
    ):
        nowhere = address.replace(REF, "nowhere")
        assert visitor.post(address, saying()).status_code == visitor.post(nowhere, saying()).status_code, address
    annex.refresh_from_db()
    made.refresh_from_db()
    assert annex.removed_at is None and made.revoked_at is None


def test_a_visitor_is_asked_to_sign_in(team: Cast) -> None:
    for address in (PAGE, AGREEMENT, f"{PAGE}/files/1"):
        assert browsing().get(address).status_code == 302


def test_who_left_sees_nothing_any_more(team: Cast) -> None:
    Seat.objects.filter(pk=team.seats["mila"].pk).update(state=SeatState.LEFT)
    assert browsing("mila").get(PAGE).status_code == 404


def test_of_another_application_no_file_is_given(team: Cast) -> None:
    assert browsing("giulia").get(f"{PAGE}/files/4711").status_code == 404
    assert browsing("giulia").get("/proposals/nowhere/papers").status_code == 404


# --- the whole ---------------------------------------------------------------------------------------------------


def test_everything_asked_is_shown_with_who_brings_it(team: Cast) -> None:
    page = text_of(browsing("mila").get(PAGE))
    for said in (
        "Partnership agreement", "As signed.", "at most 1 MB", "Letter of support", "at most 2 pages", "Not required",
        "We tell the truth.", "We harm nobody.", "Still missing", "Lanterna Marine Cluster", "not made yet",
        "Sava Software Network", 'aria-current="true"',
    ):  # fmt: skip
        assert said in page, said
    assert page.count("<h1") == 1


def test_when_all_is_there_the_page_says_so(team: Cast) -> None:
    held()
    for who, seat in team.seats.items():
        actions.add_annex(
            actor=person(who), ref=REF, kind="letter", seat_id=seat.pk, stored=stored(pdf()), name="l.pdf",
            based_on=0, at=NOW,
        )  # fmt: skip
        for asked in FORM.declarations:
            declared(team, who, asked.id)
    page = text_of(browsing("jonas").get(PAGE))
    assert "Every annex and declaration that the call asks for is here" in page and "Still missing" not in page


def test_a_form_that_asks_for_nothing(team: Cast, monkeypatch: Any) -> None:
    use(monkeypatch, replace(FORM, annexes=(), declarations=()))
    assert text_of(browsing("jonas").get(PAGE)).count("The call asks for none.") == 2


def test_files_nobody_asks_for_any_more_are_shown_apart(team: Cast, monkeypatch: Any) -> None:
    annex = held()
    use(monkeypatch, replace(FORM, annexes=FORM.annexes[1:]))
    assert "Files that nothing asks for any more" in text_of(browsing("giulia").get(PAGE))
    assert f"/files/{annex.pk}/remove" not in text_of(browsing("jonas").get(PAGE))
    assert browsing("giulia").post(f"{PAGE}/files/{annex.pk}/remove").status_code == 302
    assert "nothing asks for" not in text_of(browsing("giulia").get(PAGE))


@pytest.mark.parametrize("address", ["page", "letter", "honour"])
def test_queries_do_not_grow(team: Cast, address: str) -> None:
    where = {"page": PAGE, "letter": letter_of(team, "jonas"), "honour": honour_of(team, "jonas")}[address]
    browser = browsing("jonas")
    browser.get(where)

    def spent() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(where).status_code == 200
        return len(asked)

    few = spent()
    for who in ("aylin", "charlie", "ines", "elena"):
        seated(team, who, Seat.Role.BENEFICIARY)
    held()
    for who, seat in team.seats.items():
        declared(team, who)
        for pages in (1, 2):
            stands = queries.annex_at(team.proposal, "letter", seat.pk)
            actions.add_annex(
                actor=person(who), ref=REF, kind="letter", seat_id=seat.pk, stored=stored(pdf(pages)), name="l.pdf",
                based_on=stands.pk if stands else 0, at=NOW,
            )  # fmt: skip
    assert spent() == few


# --- annexes -----------------------------------------------------------------------------------------------------


def test_a_file_is_attached_and_comes_back_as_it_was(team: Cast) -> None:
    content = pdf(2)
    answer = browsing("giulia").post(AGREEMENT, upload(content, "Vertrag ü.pdf"), follow=True)
    assert "Vertrag ü.pdf is attached, 2 pages." in text_of(answer)
    annex = Annex.objects.get()
    got = browsing("mila").get(f"{PAGE}/files/{annex.pk}")
    assert b"".join(got.streaming_content) == content  # type: ignore[attr-defined]
    assert got["Content-Type"] == "application/pdf" and got["X-Content-Type-Options"] == "nosniff"
    assert got["Content-Disposition"].startswith("attachment;") and "Vertrag%20%C3%BC.pdf" in got["Content-Disposition"]


def test_a_file_is_replaced_and_removed(team: Cast) -> None:
    jonas, where = browsing("jonas"), letter_of(team, "jonas")
    jonas.post(where, upload(pdf(), "first.pdf"))
    first = Annex.objects.get()
    page = text_of(jonas.get(where))
    assert f'name="based_on" value="{first.pk}"' in page and "Replace it" in page
    jonas.post(where, upload(pdf(2), "second.pdf") | {"based_on": str(first.pk)})
    page = text_of(jonas.get(where))
    assert "What was here before" in page and "first.pdf" in page and "second.pdf" in page
    second = Annex.objects.get(removed_at=None)
    assert "second.pdf is removed" in text_of(jonas.post(f"{PAGE}/files/{second.pk}/remove", follow=True))
    assert jonas.post(f"{PAGE}/files/{second.pk}/remove").status_code == 409


def test_who_was_forestalled_gets_both_sides_and_need_not_choose_the_file_again(team: Cast) -> None:
    giulia = browsing("giulia")
    theirs = held()
    answer = giulia.post(AGREEMENT, upload(pdf(1), "mine.pdf") | {"based_on": "0"})
    page = text_of(answer)
    assert answer.status_code == 409 and "Agreement é.pdf" in page
    assert "mine.pdf is kept" in page
    word = answer.context["form"].data["kept"]
    again = giulia.post(AGREEMENT, {"kept": word, "based_on": str(theirs.pk)})
    assert again.status_code == 302 and Annex.objects.get(removed_at=None).name == "mine.pdf"


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"", "empty.pdf", "empty.pdf is empty"),
        (b"%PDF-1.7\n" + bytes(30 << 20), "huge.pdf", "huge.pdf has 30.0 MB; at most 1.0 MB"),
        (PNG, "agreement.pdf", "a PNG image, although its name promises a PDF document"),
        (b"%PDF-1.7\nthis is none", "torn.pdf", "torn.pdf cannot be read as a PDF"),
        (pdf(1, "secret"), "shut.pdf", "shut.pdf is protected by a password"),
        (b"MZ\x00\x01" + bytes(200), "tool.exe", "a type that is not known here"),
        (b"PK\x03\x04 broken", "broken.docx", "Choose"),
    ],
    ids=["empty", "huge", "misnamed", "torn", "locked", "program", "broken-archive"],
)
def test_a_file_that_is_not_taken_is_told_at_its_field(team: Cast, content: bytes, name: str, told: str) -> None:
    annex = held()
    answer = browsing("giulia").post(AGREEMENT, upload(content, name) | {"based_on": str(annex.pk)})
    page = text_of(answer)
    assert answer.status_code == 422 and told in page
    assert f'name="based_on" value="{annex.pk}"' in page and 'href="#id_file"' in page
    assert queries.annexes_now(team.proposal) == [annex]


def test_too_many_pages_and_no_file_are_told(team: Cast) -> None:
    jonas, where = browsing("jonas"), letter_of(team, "jonas")
    answer = jonas.post(where, upload(pdf(5)))
    assert answer.status_code == 422 and "5 pages; at most 2 are allowed" in text_of(answer)
    assert not answer.context["form"].data["kept"]
    assert jonas.post(where, upload(PNG, "scan.png")).status_code == 422
    assert jonas.post(where, {}).status_code == 422
    assert jonas.post(where, upload(pdf()) | {"based_on": "much"}).status_code == 422
    assert not Annex.objects.exists()


def test_a_partner_looks_at_the_place_of_another_and_changes_nothing(team: Cast) -> None:
    jonas = browsing("jonas")
    for address in (AGREEMENT, letter_of(team, "mila")):
        page = jonas.get(address)
        assert page.status_code == 200 and 'type="file"' not in text_of(page)
        assert jonas.post(address, upload(pdf())).status_code == 403
    assert jonas.post(f"{PAGE}/files/{held().pk}/remove").status_code == 403


def test_places_that_are_none(team: Cast) -> None:
    associated = seated(team, "aylin", Seat.Role.ASSOCIATED_PARTNER)
    for address in (
        f"{PAGE}/annexes/menu",
        f"{PAGE}/annexes/letter",
        f"{PAGE}/annexes/letter/{associated.pk}",
        f"{AGREEMENT}/{team.seats['jonas'].pk}",
        f"{PAGE}/declarations/menu/{team.seats['jonas'].pk}",
        f"{PAGE}/declarations/honour/{associated.pk}",
    ):
        assert browsing("giulia").get(address).status_code == 404, address


def test_a_file_the_storage_lost_is_not_a_broken_page(team: Cast) -> None:
    annex = held()
    default_storage.delete(annex.file.path)
    assert browsing("giulia").get(f"{PAGE}/files/{annex.pk}").status_code == 404


def test_pages_change_nothing_by_reading(team: Cast) -> None:
    annex, made = held(), declared(team)
    for address in (f"{PAGE}/files/{annex.pk}/remove", f"{PAGE}/declarations/{made.pk}/revoke"):
        assert browsing("giulia").get(address).status_code == 405
    assert browsing("giulia").post(PAGE).status_code == 405


# --- declarations ------------------------------------------------------------------------------------------------


def test_an_owner_reads_and_declares_and_takes_it_back(team: Cast) -> None:
    jonas, where = browsing("jonas"), honour_of(team, "jonas")
    page = text_of(jonas.get(where))
    assert "We tell the truth." in page and "Declare on our honour" in page
    assert jonas.post(where, saying(read=False)).status_code == 422
    assert not Declaration.objects.exists()
    assert "is made on behalf of Salzspeicher" in text_of(jonas.post(where, saying(), follow=True))
    made = Declaration.objects.get()
    assert made.wording == "We tell the truth." and made.made_by == person("jonas")
    page = text_of(jonas.get(where))
    assert "Revoke it" in page and "Declare on our honour" not in page
    revoke = f"{PAGE}/declarations/{made.pk}/revoke"
    assert "is revoked" in text_of(jonas.post(revoke, follow=True))
    assert jonas.post(revoke).status_code == 409
    assert "What was declared before" in text_of(jonas.get(where))


def test_others_read_it_and_cannot_make_it(team: Cast) -> None:
    editor_of("charlie", team.seats["jonas"].organisation)
    made = declared(team)
    for who in ("giulia", "mila", "charlie"):
        browser = browsing(who)
        page = text_of(browser.get(honour_of(team, "jonas")))
        assert "We tell the truth." in page and "Revoke it" not in page
        assert browser.post(honour_of(team, "jonas"), saying()).status_code == 403
        assert browser.post(f"{PAGE}/declarations/{made.pk}/revoke").status_code == 403


def test_an_earlier_wording_is_shown_and_does_not_count(team: Cast, monkeypatch: Any) -> None:
    declared(team)
    use(monkeypatch, replace(FORM, declarations=(replace(FORM.declarations[0], text="The whole truth."),)))
    assert "made on an earlier wording" in text_of(browsing("mila").get(PAGE))
    jonas, where = browsing("jonas"), honour_of(team, "jonas")
    page = text_of(jonas.get(where))
    assert "The whole truth." in page and "We tell the truth." in page and "Declare on our honour" in page
    assert jonas.post(where, saying()).status_code == 409
    assert jonas.post(where, saying(text="The whole truth.")).status_code == 302
    assert "made on an earlier wording" not in text_of(jonas.get(PAGE))


def test_after_the_deadline_everything_can_be_read_and_nothing_changed(team: Cast) -> None:
    annex, made = held(), declared(team)
    clock.set_clock(instant=AFTER_CLOSING)
    giulia, jonas = browsing("giulia"), browsing("jonas")
    for address in (PAGE, AGREEMENT, honour_of(team, "jonas")):
        page = jonas.get(address)
        assert page.status_code == 200 and 'type="file"' not in text_of(page) and "Revoke it" not in text_of(page)
    assert b"".join(giulia.get(f"{PAGE}/files/{annex.pk}").streaming_content)  # type: ignore[attr-defined]
    assert giulia.post(AGREEMENT, upload(pdf())).status_code == 403
    assert giulia.post(f"{PAGE}/files/{annex.pk}/remove").status_code == 409
    assert jonas.post(honour_of(team, "jonas"), saying()).status_code == 403
    assert jonas.post(f"{PAGE}/declarations/{made.pk}/revoke").status_code == 409


def test_the_forms_of_the_callbook_are_shown(at: Any) -> None:
    announcement.load_callbook(NOW)
    team = cast(packages=0)
    page = text_of(browsing("giulia").get(PAGE))
    assert "Draft of the partnership agreement" in page and "We declare on our honour" in page
    assert browsing("giulia").post(honour_of(team, "giulia"), saying()).status_code == 409
