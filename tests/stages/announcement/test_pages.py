"""The pages of calls as each kind of visitor meets them."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.stages.announcement.conftest import CALL, PAGE, client_of

from hanse.callbook.calls import CALLS, call_names, read_call
from hanse.ground import clock
from hanse.ground.accounts.models import User
from hanse.stages.announcement import actions, queries
from hanse.stages.announcement.models import CallEdition, Follower, Question, State
from hanse.stages.announcement.queries.folders import texts_of

FEWER = ("expected_projects = { value = 12", "expected_projects = { value = 11")


def main_text(at: datetime) -> str:
    edition = queries.edition_in_force(CALL, at)
    assert edition is not None
    return texts_of(edition)["call.toml"]


def draft_of(officer: User, at: datetime) -> CallEdition:
    edition = queries.edition_in_force(CALL, at)
    assert edition is not None
    texts = texts_of(edition)
    texts["call.toml"] = texts["call.toml"].replace(*FEWER)
    draft = actions.draft_edition(actor=officer, reference=CALL, texts=texts, reason="Eleven projects.", at=at)
    assert isinstance(draft, CallEdition)
    return draft


def proposed_by(officer: User, at: datetime) -> CallEdition:
    draft = draft_of(officer, at)
    done = actions.propose(actor=officer, edition_id=draft.pk, based_on=draft.digest, at=at)
    assert isinstance(done, CallEdition)
    return done


# --- reading -----------------------------------------------------------------------------------------------------


def test_the_list_shows_open_calls_first_and_marks_closed_ones(calls: datetime, client: Client) -> None:
    page = client.get("/calls").content.decode()
    assert all(f'href="/calls/{name}"' in page for name in call_names())
    assert page.index("Clusters Go International 2020") < page.index('id="closed-caption"')
    assert page.count("hanse-label--quiet") == 3


@pytest.mark.parametrize("name", call_names())
def test_every_call_answers_in_plain_words_clause_by_clause(calls: datetime, client: Client, name: str) -> None:
    page = client.get(f"/calls/{name}").content.decode()
    for section in ("what", "who", "how-much", "until-when", "how-judged", "how-to-apply", "rules", "sources"):
        assert f'id="{section}"' in page
    for rule in read_call(name).rules:
        assert f'id="rule-{rule.id}"' in page
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?! defer src)", page)
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_deadline_is_counted_down_and_told_in_two_zones(calls: datetime, client: Client) -> None:
    page = client.get(f"{PAGE}?zone=Asia/Tokyo").content.decode()
    assert "2\xa0December\xa02020, 17:00 Brussels time" in page
    assert "data-countdown" in page
    assert "Tokyo (your zone)" in page
    assert "01:00" in page
    assert "open; 2 days, 23 hours left" in page or "open; 3 days left" in page


def test_a_zone_that_is_none_is_told_and_harmless(calls: datetime, client: Client) -> None:
    for zone in ("Mars/Olympus", "../../etc/passwd", "<script>", "\0", "/etc/localtime", "x" * 500):
        response = client.get(PAGE, {"zone": zone})
        assert response.status_code == 200
        assert "That is no time zone" in response.content.decode()


def test_a_closed_call_says_so_and_offers_no_calendar(calls: datetime, client: Client) -> None:
    page = client.get("/calls/COS-CLUSTER-2014-3-03").content.decode()
    assert "This call is closed" in page
    assert "deadline.ics" not in page


def test_gaps_are_marked_and_filled_only_when_asked(calls: datetime, client: Client) -> None:
    stated = client.get(PAGE).content.decode()
    assumed = client.get(f"{PAGE}?assume=yes").content.decode()
    assert 'class="mark">not stated' in stated and "70 of 100 points" not in stated
    assert "70 of 100 points" in assumed and 'class="mark">assumed' in assumed


@pytest.mark.parametrize("address", ["/calls/NO-SUCH-CALL", "/calls/%00", "/calls/<script>", f"{PAGE}/editions/99"])
def test_what_is_not_there(calls: datetime, client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_the_page_follows_the_clock_past_the_deadline(calls: datetime, client: Client) -> None:
    clock.set_clock(instant=calls + timedelta(days=3, seconds=1))
    page = client.get(PAGE).content.decode()
    assert "This call is closed" in page


def test_a_new_edition_shows_at_once_with_what_it_changed(
    calls: datetime, client: Client, odile: User, piet: User
) -> None:
    client.get(PAGE)
    edition = proposed_by(odile, calls)
    assert "Edition 2" not in client.get(PAGE).content.decode()
    done = actions.publish(actor=piet, edition_id=edition.pk, based_on=edition.digest, at=clock.now())
    assert isinstance(done, CallEdition)
    page = client.get(PAGE).content.decode()
    assert "Edition 2: corrigendum" in page and odile.name in page and piet.name in page
    changed = client.get(f"{PAGE}/editions/2").content.decode()
    assert "strand A, expected projects" in changed
    assert "<del>12</del>" in changed and "<ins>11</ins>" in changed
    before = client.get(f"{PAGE}/editions/1").content.decode()
    assert "no longer in force" in before


@pytest.mark.parametrize("address", ["/calls", PAGE, f"{PAGE}/check", f"{PAGE}/questions", f"{PAGE}/questions/ask"])
def test_queries_are_few(calls: datetime, client: Client, address: str, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        client.get(address)


def test_queries_do_not_grow(
    calls: datetime, odile: User, piet: User, django_assert_num_queries: object, client: Client
) -> None:
    officer = client_of(odile)

    def spent(visitor: Client, address: str) -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        visitor.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert visitor.get(address).status_code == 200
        return len(captured)

    def grow(times: int) -> None:
        for _ in range(times):
            draft_of(piet, calls)
            question = actions.ask(reference=CALL, clause="", text="What?", at=calls)
            assert isinstance(question, Question)
            waiting = actions.ask(reference=CALL, clause="", text="And?", at=calls)
            assert isinstance(waiting, Question)
            number = question.number
            actions.answer(actor=odile, reference=CALL, number=number, wording="What?", text="That.", at=calls)
            actions.publish_answer(actor=odile, reference=CALL, number=number, at=calls)

    pages = ((officer, "/calls/desk"), (client, f"{PAGE}/questions"), (client, PAGE))
    grow(1)
    few = [spent(visitor, address) for visitor, address in pages]
    grow(2)
    assert [spent(visitor, address) for visitor, address in pages] == few
    assert max(few) <= 15


# --- following ---------------------------------------------------------------------------------------------------


def test_following_is_for_those_who_signed_in(calls: datetime, client: Client, giulia: User) -> None:
    response = client.post(f"{PAGE}/follow")
    assert response.status_code == 302 and "next=" in response["Location"]
    signed_in = client_of(giulia)
    assert signed_in.post(f"{PAGE}/follow", {"follow": "yes"})["Location"] == PAGE
    assert "Stop following" in signed_in.get(PAGE).content.decode()
    signed_in.post(f"{PAGE}/follow", {"follow": "no"})
    assert not Follower.objects.exists()
    assert signed_in.post("/calls/NO-SUCH-CALL/follow").status_code == 404


# --- questions ---------------------------------------------------------------------------------------------------


def test_a_visitor_asks_and_reads_the_answer(calls: datetime, client: Client, odile: User) -> None:
    asked = client.post(f"{PAGE}/questions/ask", {"clause": "rule-duration", "text": "Is <b>January</b> counted?"})
    assert asked.status_code == 302
    assert "Your question has the number 1" in client.get(asked["Location"]).content.decode()
    officer = client_of(odile)
    assert "Is &lt;b&gt;January&lt;/b&gt; counted?" in officer.get("/calls/desk").content.decode()
    address = f"{PAGE}/questions/1"
    officer.post(address, {"wording": "Is January counted?", "text": "Yes."})
    assert "Is January counted?" not in client.get(f"{PAGE}/questions").content.decode()
    officer.post(address, {"act": "publish"})
    page = client.get(f"{PAGE}/questions").content.decode()
    assert "Is January counted?" in page and f"{PAGE}#rule-duration" in page
    assert "Is January counted?" in client.get(f"{PAGE}/questions?clause=rule-duration").content.decode()
    assert (
        f'<a href="{PAGE}/questions?clause=rule-duration">1 answered question on duration</a>'
        in client.get(PAGE).content.decode()
    )
    assert "Is January counted?" not in client.get(f"{PAGE}/questions?clause=rule-cap").content.decode()


def test_each_rule_leads_to_asking_about_it(calls: datetime, client: Client) -> None:
    page = client.get(PAGE).content.decode()
    [address] = re.findall(r'href="([^"]+)">Ask about duration<', page)
    assert '<option value="rule-duration" selected>' in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"clause": "", "text": ""}, "required"),
        ({"clause": "rule-of-thumb", "text": "What?"}, "valid choice"),
        ({"clause": "", "text": "a\0b"}, "ull character"),
        ({"clause": "", "text": "a\u202eb"}, "U+202E"),
        ({"clause": "", "text": "x" * 2001}, "at most 2000"),
    ],
)
def test_a_question_that_cannot_be_kept(calls: datetime, client: Client, typed: dict[str, str], said: str) -> None:
    response = client.post(f"{PAGE}/questions/ask", typed)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Question.objects.exists()


def test_one_address_asks_ten_times_an_hour(calls: datetime, client: Client) -> None:
    for _ in range(10):
        assert client.post(f"{PAGE}/questions/ask", {"text": "What?"}).status_code == 302
    refused = client.post(f"{PAGE}/questions/ask", {"text": "My eleventh."})
    assert refused.status_code == 429
    page = refused.content.decode()
    assert "Try again later" in page and "My eleventh." in page
    other = Client(REMOTE_ADDR="198.51.100.7")
    assert other.post(f"{PAGE}/questions/ask", {"text": "What?"}).status_code == 302


def test_an_officer_declines(calls: datetime, client: Client, odile: User) -> None:
    client.post(f"{PAGE}/questions/ask", {"text": "Buy cheap watches"})
    officer = client_of(odile)
    assert officer.post(f"{PAGE}/questions/1", {"act": "decline", "reason": ""}).status_code == 422
    officer.post(f"{PAGE}/questions/1", {"act": "decline", "reason": "No question."})
    assert Question.objects.get().state == Question.State.DECLINED
    page = officer.post(f"{PAGE}/questions/1", {"wording": "x", "text": "y"}).content.decode()
    assert "somebody else was faster" in page


# --- the officers' desk ------------------------------------------------------------------------------------------

OFFICERS_ONLY = ("/calls/desk", "/calls/desk/new", f"{PAGE}/extend")


@pytest.mark.parametrize("address", OFFICERS_ONLY)
def test_who_may_see_the_desk(
    calls: datetime, client: Client, giulia: User, auditor: User, odile: User, address: str
) -> None:
    assert client.get(address).status_code == 302
    assert client_of(giulia).get(address).status_code == 403
    assert client_of(auditor).get(address).status_code == 200
    assert client_of(auditor).post(address).status_code == 403
    assert client_of(odile).get(address).status_code == 200


@pytest.mark.parametrize("act", ["propose", "publish", "return", "withdraw"])
def test_an_auditor_looks_and_changes_nothing(calls: datetime, odile: User, auditor: User, act: str) -> None:
    edition = proposed_by(odile, calls)
    visitor = client_of(auditor)
    assert visitor.get(f"/calls/desk/{edition.pk}").status_code == 200
    assert visitor.post(reverse(f"announcement:{act}", args=[edition.pk])).status_code == 403
    edition.refresh_from_db()
    assert edition.state == State.PROPOSED


def test_two_officers_publish_in_the_browser(calls: datetime, client: Client, odile: User, piet: User) -> None:
    first, second = client_of(odile), client_of(piet)
    upload = SimpleUploadedFile("call.toml", main_text(calls).replace(*FEWER).encode())
    begun = first.post("/calls/desk/new", {"reference": CALL, "reason": "Eleven projects.", "uploads": [upload]})
    assert begun.status_code == 302, begun.content.decode()
    address = begun["Location"]
    page = first.get(address).content.decode()
    assert "No contradiction" in page and "<ins>11</ins>" in page
    digest = CallEdition.objects.get(state=State.DRAFT).digest
    first.post(f"{address}/propose", {"based_on": digest})
    assert "You proposed this edition" in first.get(address).content.decode()
    refused = first.post(f"{address}/publish", {"based_on": digest}, follow=True)
    assert "another officer has to publish it" in refused.content.decode()
    done = second.post(f"{address}/publish", {"based_on": digest}, follow=True)
    assert "Edition 2 of COS-CLUSINT-2020-3-01 is in force." in done.content.decode()
    assert "Edition 2: corrigendum" in client.get(PAGE).content.decode()
    assert second.get(address).status_code == 404


def test_texts_are_edited_and_files_added_and_taken_away(calls: datetime, odile: User) -> None:
    draft = draft_of(odile, calls)
    texts = texts_of(draft)
    officer = client_of(odile)
    typed = {f"file-{path}": text.replace("\n", "\r\n") for path, text in texts.items()}
    typed |= {"file-cases/targets.toml": "", "reason": "Targets.", "based_on": draft.digest}
    added = SimpleUploadedFile("more.toml", (CALLS / CALL / "cases" / "targets.toml").read_bytes())
    assert officer.post(f"/calls/desk/{draft.pk}", {**typed, "uploads": [added]}).status_code == 302
    kept = texts_of(CallEdition.objects.get(pk=draft.pk))
    assert "cases/targets.toml" not in kept and "cases/more.toml" in kept
    assert kept["call.toml"] == texts["call.toml"]


def test_a_faulty_text_is_kept_and_its_faults_are_listed_by_file_and_key(calls: datetime, odile: User) -> None:
    draft = draft_of(odile, calls)
    officer = client_of(odile)
    texts = texts_of(draft) | {"rules.toml": '[[rule]]\nid = "x"\nkind = "no_such_kind"\n'}
    typed = {f"file-{path}": text for path, text in texts.items()} | {"reason": "x", "based_on": draft.digest}
    page = officer.post(f"/calls/desk/{draft.pk}", typed, follow=True).content.decode()
    assert "rule x.kind" in page and "no rule kind" in page
    assert "It cannot be published like this" in page


def test_two_writers_see_both_sides(calls: datetime, odile: User, piet: User) -> None:
    draft = draft_of(odile, calls)
    texts = texts_of(draft)
    theirs = texts | {"CHANGES.md": "Piet was here.\n"}
    actions.change_draft(
        actor=piet, edition_id=draft.pk, based_on=draft.digest, texts=theirs, reason="Piet's", at=calls
    )
    typed = {f"file-{path}": text for path, text in (texts | {"CHANGES.md": "Odile was here.\n"}).items()}
    response = client_of(odile).post(f"/calls/desk/{draft.pk}", typed | {"reason": "Odile's", "based_on": draft.digest})
    assert response.status_code == 409
    page = response.content.decode()
    assert "Odile was here." in page and "Piet was here." in page
    assert texts_of(CallEdition.objects.get(pk=draft.pk))["CHANGES.md"] == "Piet was here.\n"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("malware.exe", b"MZ", "is no file of a call folder"),
        ("call.toml", b"\xff\xfe", "is not UTF-8 text: byte 1"),
        ("rules.toml", b"x" * 1_000_001, "is larger than 1000 kB"),
    ],
)
def test_a_wrong_file_says_why(calls: datetime, odile: User, name: str, content: bytes, said: str) -> None:
    upload = SimpleUploadedFile(name, content)
    response = client_of(odile).post("/calls/desk/new", {"reference": CALL, "reason": "x", "uploads": [upload]})
    assert response.status_code == 422
    assert said in response.content.decode()


def test_a_new_call_begins_with_the_template(calls: datetime, odile: User) -> None:
    officer = client_of(odile)
    begun = officer.post("/calls/desk/new", {"reference": "NEW-2021", "reason": "A new call."})
    assert begun.status_code == 302
    page = officer.get(begun["Location"]).content.decode()
    assert "NEW-2021" in page and "No contradiction" in page
    refused = officer.post("/calls/desk/new", {"reference": "../x", "reason": "A new call."})
    assert refused.status_code == 422


def test_an_extension_in_the_browser(calls: datetime, client: Client, odile: User, piet: User) -> None:
    first, second = client_of(odile), client_of(piet)
    early = first.post(f"{PAGE}/extend", {"day": "2020-12-01", "hour": "17:00", "reason": "x"})
    assert early.status_code == 422 and "bring it forward" in early.content.decode()
    begun = first.post(f"{PAGE}/extend", {"day": "2020-12-09", "hour": "17:00", "reason": "The portal was down."})
    assert begun.status_code == 302
    page = second.get(begun["Location"]).content.decode()
    assert "with another verdict" in page and "2 December 2020" in page
    edition = CallEdition.objects.get(state=State.PROPOSED)
    second.post(f"/calls/desk/{edition.pk}/publish", {"based_on": edition.digest})
    assert "9\xa0December\xa02020, 17:00 Brussels time" in client.get(PAGE).content.decode()
    assert "DTSTART:20201209T160000Z" in client.get(f"{PAGE}/deadline.ics").content.decode()


def test_send_back_and_withdraw(calls: datetime, odile: User, piet: User) -> None:
    edition = proposed_by(odile, calls)
    second = client_of(piet)
    second.post(f"/calls/desk/{edition.pk}/return", {"reason": ""})
    edition.refresh_from_db()
    assert edition.state == State.PROPOSED
    second.post(f"/calls/desk/{edition.pk}/return", {"reason": "Check the figure."})
    edition.refresh_from_db()
    assert edition.state == State.DRAFT
    second.post(f"/calls/desk/{edition.pk}/withdraw")
    edition.refresh_from_db()
    assert edition.state == State.WITHDRAWN
    assert second.get(f"/calls/desk/{edition.pk}").status_code == 404


def test_no_page_names_a_folder_of_this_machine(calls: datetime, odile: User) -> None:
    draft = draft_of(odile, calls)
    texts = texts_of(draft) | {"sources.toml": "= broken"}
    typed = {f"file-{path}": text for path, text in texts.items()} | {"reason": "x", "based_on": draft.digest}
    page = client_of(odile).post(f"/calls/desk/{draft.pk}", typed, follow=True).content.decode()
    assert "is not TOML" in page
    assert "hanse-call-" not in page and str(Path.cwd()) not in page
