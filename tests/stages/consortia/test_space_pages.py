"""The pages of the space in a browser: who gets in, what is answered, nothing typed or chosen is lost."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.core import signing
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.conftest import NOW
from tests.people import browsing, person
from tests.stages.consortia.casting import a_consortium, invited, organisation_of, seat_of, the_calls

from hanse.ground import clock
from hanse.ground.accounts.models import Appointment, Role
from hanse.ground.files.models import StoredFile
from hanse.ground.ui import uploads
from hanse.stages.consortia.actions import space as actions
from hanse.stages.consortia.models import Consortium, Contact, Message, SharedFile, Task
from hanse.stages.consortia.queries import space as queries
from hanse.stages.registry.actions.refusals import Refusal

pytestmark = pytest.mark.django_db
HERE = "/consortia/blue-ways/space"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00" * 40


@pytest.fixture
def consortium(at: Any) -> Consortium:
    the_calls()
    return a_consortium()


def add_task(who: str = "giulia", **values: Any) -> Task:
    told: dict[str, Any] = {"title": "Draft the plan", "text": "", "due_on": None, "seat_id": None, "person_id": None}
    return actions.add_task(actor=person(who), ref="blue-ways", **(told | values), at=NOW)


def add_contact(who: str, consortium: Consortium, name: str = "Chiara Longo") -> Contact:
    values = {"name": name, "function": "", "email": "c@hanse.example", "phone": "", "main": False}
    return actions.add_contact(
        actor=person(who), ref="blue-ways", seat_id=seat_of(consortium, who).pk, values=values, at=NOW
    )


def write(who: str, text: str = "Hello.") -> Message:
    return actions.write_message(actor=person(who), ref="blue-ways", text=text, link="https://hanse.example", at=NOW)


def upload(name: str = "plan.csv", content: bytes = b"a;b\n1;2\n") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def share(who: str, **more: Any) -> Any:
    return browsing(who).post(f"{HERE}/files", {"file": upload(), "note": "The plan", **more})


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


def everywhere(consortium: Consortium) -> list[str]:
    """Every page of the space, with something on it."""
    write("jonas")
    share("jonas")
    task, contact = add_task(), add_contact("jonas", consortium)
    own = seat_of(consortium, "jonas").pk
    return [
        HERE,
        f"{HERE}/tasks",
        f"{HERE}/tasks/{task.pk}",
        f"{HERE}/contacts",
        f"{HERE}/contacts/{contact.pk}",
        f"{HERE}/members/{own}/contact",
        f"{HERE}/files",
        f"{HERE}/files/{SharedFile.objects.get().pk}",
    ]


# --- who gets in -------------------------------------------------------------------------------------------------


def test_members_get_in_and_nobody_else(consortium: Consortium) -> None:
    invited(consortium, "aylin")
    pages = everywhere(consortium)
    for address in pages:
        assert status("jonas", address) == 200, address
        assert status("giulia", address) == 200, address
        for who in ("aylin", "charlie", "odile", "halvard"):
            assert status(who, address) == 404, (who, address)
        answer = browsing().get(address)
        assert (answer.status_code, "sign" in answer["Location"] or "login" in answer["Location"]) == (302, True)
    assert browsing("giulia").get("/consortia/none/space").status_code == 404


def test_outsiders_change_nothing(consortium: Consortium) -> None:
    invited(consortium, "aylin")
    everywhere(consortium)
    message, task = Message.objects.get().pk, Task.objects.get().pk
    contact, file = Contact.objects.get().pk, SharedFile.objects.get().pk
    for address in (
        HERE,
        f"{HERE}/messages/{message}/remove",
        f"{HERE}/tasks",
        f"{HERE}/tasks/{task}",
        f"{HERE}/tasks/{task}/step",
        f"{HERE}/contacts/{contact}",
        f"{HERE}/members/{seat_of(consortium, 'jonas').pk}/contact",
        f"{HERE}/files",
        f"{HERE}/files/{file}/remove",
    ):
        for who in ("aylin", "charlie", "odile"):
            assert browsing(who).post(address, {"act": "done"}).status_code == 404, (who, address)
    assert not StoredFile.objects.exclude(pk=SharedFile.objects.get().file_id).exists()


def test_a_member_who_audits_reads_and_changes_nothing(consortium: Consortium) -> None:
    Appointment.objects.create(user=person("jonas"), role=Role.AUDITOR, since=NOW)
    page = browsing("jonas").get(HERE)
    assert "You can read this space and change nothing in it" in said(page)
    assert "<textarea" not in page.content.decode()
    assert browsing("jonas").post(HERE, {"text": "Hello."}).status_code == 403


def test_a_dissolved_consortium_keeps_its_space_as_it_is(consortium: Consortium) -> None:
    pages = everywhere(consortium)
    Consortium.objects.update(state="dissolved")
    for address in pages:
        expected = 403 if "contacts/" in address or address.endswith("/contact") else 200
        assert status("jonas", address) == expected, address
    for address in (HERE, f"{HERE}/tasks", f"{HERE}/files", f"{HERE}/tasks/{Task.objects.get().pk}"):
        assert browsing("jonas").post(address, {"text": "x"}).status_code == 403, address
    step = browsing("jonas").post(f"{HERE}/tasks/{Task.objects.get().pk}/step", {"act": "done"})
    assert (step.status_code, "dissolved" in said(step)) == (409, True)


# --- messages ----------------------------------------------------------------------------------------------------


def test_a_message_is_written_read_and_removed(consortium: Consortium) -> None:
    assert browsing("jonas").post(HERE, {"text": "<b>Shall we?</b>"}).status_code == 302
    page = browsing("giulia").get(HERE).content.decode()
    assert "&lt;b&gt;Shall we?&lt;/b&gt;" in page
    assert "each at most once an hour" in page
    number = Message.objects.get().pk
    assert f"/messages/{number}/remove" not in page
    assert browsing("giulia").post(f"{HERE}/messages/{number}/remove").status_code == 403
    assert f"/messages/{number}/remove" in browsing("jonas").get(HERE).content.decode()
    assert browsing("jonas").post(f"{HERE}/messages/{number}/remove").status_code == 302
    page = said(browsing("giulia").get(HERE))
    assert "Removed by its writer" in page
    assert "Shall we?" not in page
    assert browsing("jonas").post(f"{HERE}/messages/{number + 1}/remove").status_code == 404


def test_an_empty_message_is_asked_for_again(consortium: Consortium) -> None:
    answer = browsing("jonas").post(HERE, {"text": " \n "})
    assert (answer.status_code, "Write a message." in said(answer)) == (422, True)


def test_a_message_that_is_too_long_is_not_lost(consortium: Consortium) -> None:
    answer = browsing("jonas").post(HERE, {"text": "x" * 10_001})
    assert (answer.status_code, "x" * 10_001 in said(answer)) == (422, True)


def test_older_messages_are_a_page_further(consortium: Consortium) -> None:
    for number in range(22):
        actions.write_message(
            actor=person("jonas"), ref="blue-ways", text=f"word{number}.", link="", at=NOW + timedelta(minutes=number)
        )
    first = browsing("giulia").get(HERE).content.decode()
    further = re.search(r'href="([^"]+\?before=\d+)"', first)
    assert further is not None
    assert "word2." in first
    assert "word1." not in first
    second = said(browsing("giulia").get(further[1]))
    assert "word1. " in second
    assert "word2. " not in second
    assert "Back to the latest messages" in second


# --- tasks -------------------------------------------------------------------------------------------------------


def test_a_task_is_added_with_the_deadline_beside_its_day(consortium: Consortium) -> None:
    seat = seat_of(consortium, "jonas")
    page = browsing("giulia").get(f"{HERE}/tasks")
    assert "The call closes on" in said(page)
    assert "2 December 2020" in said(page)
    told = {"title": "Roadmap", "text": "", "due_on": "2020-12-03", "who": f"{seat.pk}-{person('jonas').pk}"}
    assert browsing("giulia").post(f"{HERE}/tasks", told).status_code == 302
    add_task(title="Old", due_on=date(2020, 11, 1))
    words = said(browsing("jonas").get(f"{HERE}/tasks"))
    assert f"Jonas Wendt, {organisation_of('jonas').name}" in words
    assert "after the call closes" in words
    assert "overdue" in words


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"title": "", "who": "everybody"}, "What is to do"),
        ({"title": "Typed", "due_on": "soon", "who": "everybody"}, "This is no day"),
        ({"title": "Typed", "who": "999"}, "Who does it"),
    ],
)
def test_what_is_wrong_with_a_task_is_told_and_nothing_typed_is_lost(
    consortium: Consortium, told: dict[str, str], words: str
) -> None:
    answer = browsing("giulia").post(f"{HERE}/tasks", {"text": "Kept words", **told})
    assert answer.status_code == 422
    assert words in said(answer)
    assert "Kept words" in answer.content.decode()


def test_a_task_given_to_somebody_who_left_just_now_comes_back(
    consortium: Consortium, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "acts_at", lambda *_: False)
    who = f"{seat_of(consortium, 'jonas').pk}-{person('jonas').pk}"
    answer = browsing("giulia").post(f"{HERE}/tasks", {"title": "Typed", "who": who})
    assert (answer.status_code, "does not act for the organisation" in said(answer)) == (422, True)
    known = add_task()
    answer = browsing("giulia").post(f"{HERE}/tasks/{known.pk}", {"title": "Typed", "who": who, "based_on": 1})
    assert (answer.status_code, "does not act for the organisation" in said(answer)) == (422, True)
    assert browsing("giulia").post(f"{HERE}/tasks/{known.pk}", {"title": "", "who": who}).status_code == 422


def test_two_changes_of_a_task_meet_with_both_sides_shown(consortium: Consortium) -> None:
    known = add_task()
    address = f"{HERE}/tasks/{known.pk}"
    page = browsing("jonas").get(address)
    based_on = hidden(page, "based_on")
    first = {"title": "Their title", "text": "", "due_on": "", "who": "everybody", "based_on": based_on}
    assert browsing("mila").post(address, first).status_code == 302
    answer = browsing("jonas").post(address, first | {"title": "My title"})
    assert answer.status_code == 409
    assert "As it stands now" in said(answer)
    assert "Their title" in said(answer)
    assert 'value="My title"' in answer.content.decode()
    again = browsing("jonas").post(address, first | {"title": "My title", "based_on": hidden(answer, "based_on")})
    assert again.status_code == 302
    known.refresh_from_db()
    assert known.title == "My title"


def test_a_task_is_done_and_reopened_on_its_page(consortium: Consortium) -> None:
    known = add_task(text="With details")
    address = f"{HERE}/tasks/{known.pk}"
    for act, words in (("done", "Reopen the task"), ("reopen", "It is done"), ("drop", "Reopen the task")):
        assert browsing("jonas").post(f"{address}/step", {"act": act}).status_code == 302
        assert words in said(browsing("jonas").get(address))
    assert "dropped" in said(browsing("jonas").get(f"{HERE}/tasks"))
    assert browsing("jonas").post(f"{address}/step", {"act": "explode"}).status_code == 404
    refused = browsing("jonas").post(f"{address}/step", {"act": "done"})
    assert (refused.status_code, "Reopen it first" in said(refused)) == (409, True)
    change = {"title": "Other", "who": "everybody", "based_on": Task.objects.get().version}
    answer = browsing("jonas").post(address, change)
    assert (answer.status_code, "Reopen it first" in said(answer)) == (409, True)
    assert browsing("jonas").get(f"{HERE}/tasks/{known.pk + 1}").status_code == 404


def test_who_had_a_task_is_named_when_they_take_part_no_more(consortium: Consortium) -> None:
    seat = seat_of(consortium, "jonas")
    known = add_task(seat_id=seat.pk, person_id=person("jonas").pk)
    seat.state = "left"
    seat.save()
    page = browsing("giulia").get(f"{HERE}/tasks/{known.pk}")
    assert "takes part no more" in said(page)
    assert "(as it was)" in said(page)
    assert "takes part no more" in said(browsing("giulia").get(f"{HERE}/tasks"))


def test_too_many_tasks_are_told_without_losing_the_last(
    consortium: Consortium, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_TASKS", 0)
    answer = browsing("giulia").post(f"{HERE}/tasks", {"title": "Typed title", "who": "everybody"})
    assert (answer.status_code, "0 tasks are open" in said(answer)) == (409, True)
    assert "Typed title" in answer.content.decode()


# --- contacts ----------------------------------------------------------------------------------------------------


def test_a_contact_is_added_changed_chosen_and_removed(consortium: Consortium) -> None:
    own = seat_of(consortium, "jonas").pk
    told = {"name": "Bo Lind", "function": "Clerk", "email": "bo@hanse.example", "phone": ""}
    assert browsing("jonas").post(f"{HERE}/members/{own}/contact", told).status_code == 302
    other = add_contact("jonas", consortium)
    page = browsing("mila").get(f"{HERE}/contacts")
    assert "Bo Lind , Clerk main contact" in said(page)
    assert f"/contacts/{other.pk}" not in page.content.decode()
    address = f"{HERE}/contacts/{other.pk}"
    assert browsing("jonas").post(address, {"act": "main"}).status_code == 302
    assert Contact.objects.get(main=True) == other
    based_on = hidden(browsing("jonas").get(address), "based_on")
    change = {"name": "Chiara Longo", "email": "", "phone": "+49 451 12", "based_on": based_on}
    assert browsing("jonas").post(address, change).status_code == 302
    answer = browsing("giulia").post(address, change | {"phone": "+49 451 13"})
    assert answer.status_code == 409
    assert "As it stands now" in said(answer)
    assert "+49 451 12" in said(answer)
    assert 'value="+49 451 13"' in answer.content.decode()
    again = change | {"phone": "+49 451 13", "based_on": hidden(answer, "based_on")}
    assert browsing("giulia").post(address, again).status_code == 302
    assert browsing("jonas").post(address, {"act": "remove"}).status_code == 302
    assert browsing("jonas").post(address, {"act": "remove"}).status_code == 404


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"name": ""}, "Name"),
        ({"name": "Bo Lind"}, "Say how this person can be reached"),
        ({"name": "Bo Lind", "email": "bo"}, "E-mail address"),
        ({"name": "Bo Lind", "phone": "ask me"}, "This is no phone number"),
    ],
)
def test_what_is_wrong_with_a_contact_is_told(consortium: Consortium, told: dict[str, str], words: str) -> None:
    known = add_contact("jonas", consortium)
    for address in (f"{HERE}/members/{known.seat_id}/contact", f"{HERE}/contacts/{known.pk}"):
        answer = browsing("jonas").post(address, {"function": "Kept", **told})
        assert answer.status_code == 422
        assert words in said(answer)
        assert 'value="Kept"' in answer.content.decode()


def test_contacts_of_another_member_are_not_changed(consortium: Consortium) -> None:
    known = add_contact("jonas", consortium)
    assert browsing("mila").get(f"{HERE}/members/{known.seat_id}/contact").status_code == 403
    assert browsing("mila").get(f"{HERE}/contacts/{known.pk}").status_code == 403
    assert browsing("mila").post(f"{HERE}/contacts/{known.pk}", {"act": "remove"}).status_code == 403
    gone = seat_of(consortium, "mila").pk + 1000
    assert browsing("giulia").get(f"{HERE}/members/{gone}/contact").status_code == 404


def test_a_contact_that_went_a_moment_ago_is_told(consortium: Consortium, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(**_: Any) -> None:
        raise Refusal("This contact was given up.")

    known = add_contact("jonas", consortium)
    monkeypatch.setattr(actions, "change_contact", gone)
    monkeypatch.setattr(actions, "remove_contact", gone)
    for told in ({"act": "remove"}, {"name": "Bo Lind", "phone": "+49 451 12"}):
        answer = browsing("jonas").post(f"{HERE}/contacts/{known.pk}", told)
        assert (answer.status_code, "This contact was given up." in said(answer)) == (409, True)


def test_a_consortium_dissolved_a_moment_ago_takes_no_message(
    consortium: Consortium, monkeypatch: pytest.MonkeyPatch
) -> None:
    def over(**_: Any) -> None:
        raise Refusal("This consortium is dissolved.")

    monkeypatch.setattr(actions, "write_message", over)
    assert browsing("jonas").post(HERE, {"text": "Hello."}).status_code == 409


def test_a_call_without_an_hour_of_closing_says_so(consortium: Consortium) -> None:
    Consortium.objects.update(call="UNKNOWN")
    assert said(browsing("jonas").get(f"{HERE}/tasks")).count("does not say the hour at which it closes") == 2


def test_too_many_contacts_are_told(consortium: Consortium, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_CONTACTS", 0)
    own = seat_of(consortium, "jonas").pk
    answer = browsing("jonas").post(f"{HERE}/members/{own}/contact", {"name": "Bo Lind", "phone": "+49 451 12"})
    assert (answer.status_code, "Remove one first" in said(answer)) == (409, True)


# --- files -------------------------------------------------------------------------------------------------------


def test_a_file_is_shared_fetched_and_removed(consortium: Consortium) -> None:
    file = upload("Plän \u201cA\u201d.csv")
    assert browsing("jonas").post(f"{HERE}/files", {"file": file, "note": "The plan"}).status_code == 302
    page = browsing("mila").get(f"{HERE}/files")
    assert "Plän “A”.csv" in said(page)
    assert "/remove" not in page.content.decode()
    number = SharedFile.objects.get().pk
    answer: Any = browsing("mila").get(f"{HERE}/files/{number}")
    assert b"".join(answer.streaming_content) == b"a;b\n1;2\n"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''Pl%C3%A4n")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("text/plain", "nosniff")
    assert browsing("mila").post(f"{HERE}/files/{number}/remove").status_code == 403
    assert browsing("jonas").post(f"{HERE}/files/{number}/remove").status_code == 302
    assert "removed by Jonas Wendt" in said(browsing("mila").get(f"{HERE}/files"))
    assert browsing("mila").get(f"{HERE}/files/{number}").status_code == 404
    assert browsing("jonas").post(f"{HERE}/files/{number}/remove").status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("plan.csv", b"", "plan.csv is empty"),
        ("plan.pdf", PNG, "plan.pdf is a PNG image, although its name promises a PDF document"),
        ("plan.exe", b"MZ\x00\x01\x02", "of a type that is not known here"),
        ("plan.csv", b"a" * (30 << 20), "plan.csv has 30.0 MB; at most 20.0 MB are allowed"),
    ],
)
def test_a_file_that_cannot_be_taken_is_told_and_the_rest_is_kept(
    consortium: Consortium, name: str, content: bytes, words: str
) -> None:
    answer = browsing("jonas").post(f"{HERE}/files", {"file": upload(name, content), "note": "Kept note"})
    assert answer.status_code == 422
    assert words in said(answer)
    assert 'value="Kept note"' in answer.content.decode()
    assert hidden(answer, "kept") == ""
    assert not SharedFile.objects.exists()


def test_a_form_without_a_file_asks_for_one(consortium: Consortium) -> None:
    answer = browsing("jonas").post(f"{HERE}/files", {"note": "Kept note"})
    assert (answer.status_code, "Choose a file." in said(answer)) == (422, True)


def test_a_chosen_file_stays_chosen_while_the_rest_is_set_right(consortium: Consortium) -> None:
    answer = share("jonas", note="x" * 301)
    assert answer.status_code == 422
    assert "plan.csv is kept. Choose a file only to send another one" in said(answer)
    word = hidden(answer, "kept")
    again = browsing("jonas").post(f"{HERE}/files", {"kept": word, "note": "y" * 301})
    assert "plan.csv is kept" in said(again)
    assert browsing("jonas").post(f"{HERE}/files", {"kept": word, "note": "Short"}).status_code == 302
    assert (SharedFile.objects.get().name, SharedFile.objects.get().note) == ("plan.csv", "Short")


def test_another_file_takes_the_place_of_the_one_that_was_kept(consortium: Consortium) -> None:
    word = hidden(share("jonas", note="x" * 301), "kept")
    bad = browsing("jonas").post(f"{HERE}/files", {"kept": word, "file": upload("b.csv", b""), "note": ""})
    assert "b.csv is empty" in said(bad)
    assert "plan.csv is kept" in said(bad)
    told = {"kept": word, "file": upload("b.csv", b"c;d"), "note": ""}
    assert browsing("jonas").post(f"{HERE}/files", told).status_code == 302
    assert SharedFile.objects.get().name == "b.csv"


def test_a_kept_file_is_for_the_same_person_place_and_day_alone(consortium: Consortium) -> None:
    a_consortium("giulia", "jonas", ref="other", name="Other")
    word = hidden(share("jonas", note="x" * 301), "kept")
    for who, address, told in (
        ("mila", HERE, word),
        ("jonas", "/consortia/other/space", word),
        ("jonas", HERE, word[:-2]),
        ("jonas", HERE, signing.dumps({"digest": "0" * 64}, salt="other")),
    ):
        answer = browsing(who).post(f"{address}/files", {"kept": told, "note": ""})
        assert (answer.status_code, uploads.FORGOTTEN in said(answer)) == (422, True), (who, address)
    clock.set_clock(instant=NOW + uploads.LASTS + timedelta(minutes=1))
    answer = browsing("jonas").post(f"{HERE}/files", {"kept": word, "note": ""})
    assert uploads.FORGOTTEN in said(answer)


def test_too_many_files_are_told_and_the_file_stays_chosen(
    consortium: Consortium, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_FILES", 0)
    answer = share("jonas")
    assert (answer.status_code, "0 files are shared" in said(answer)) == (409, True)
    assert "plan.csv is kept" in said(answer)


def test_a_file_that_the_storage_lost_is_not_found(consortium: Consortium) -> None:
    share("jonas")
    shared = SharedFile.objects.get()
    default_storage.delete(shared.file.path)
    assert browsing("mila").get(f"{HERE}/files/{shared.pk}").status_code == 404


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a\u202eb\x07.csv", "ab.csv"),
        ("C:\\papers\\plan.csv", "plan.csv"),
        ("../../plan.csv", "plan.csv"),
        ("", "file"),
        ("n" * 300 + ".csv", "n" * 196 + ".csv"),
    ],
)
def test_a_file_is_called_what_can_be_shown(name: str, kept: str) -> None:
    assert uploads.name_to_keep(name) == kept


# --- the rest ----------------------------------------------------------------------------------------------------


def test_as_many_queries_for_five_as_for_one(consortium: Consortium) -> None:
    client = browsing("jonas")
    counts: list[list[int]] = []
    for times in (1, 4):
        for number in range(times):
            write("jonas", f"{times} {number}")
            share("jonas")
            add_task(title=f"{times} {number}", seat_id=seat_of(consortium, "jonas").pk)
            done = add_task(title=f"Done {times} {number}", person_id=None)
            actions.finish_task(actor=person("jonas"), ref="blue-ways", number=done.pk, at=NOW)
            add_contact("jonas", consortium, f"Person {times} {number}")
        counts.append([])
        for address in (HERE, f"{HERE}/tasks", f"{HERE}/contacts", f"{HERE}/files"):
            client.get(address)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(address).status_code == 200
            counts[-1].append(len(asked))
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 20


def test_pages_have_one_heading_and_no_id_twice(consortium: Consortium) -> None:
    for address in everywhere(consortium)[:-1]:
        page = browsing("jonas").get(address).content.decode()
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), address
        assert page.count("<h1") == 1, address
        assert "Draft the plan" in page or "space-parts" in page
