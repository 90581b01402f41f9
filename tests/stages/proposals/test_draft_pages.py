"""Pages on which an application is written, with and without a script."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.conftest import NOW
from tests.people import browsing, person
from tests.stages.proposals.money_cast import REF, Cast, cast

from hanse.ground import clock
from hanse.ground.accounts.access import roles_of
from hanse.ground.accounts.actions import BACKEND
from hanse.stages.announcement import actions as announcement
from hanse.stages.consortia.models import SeatState
from hanse.stages.proposals.actions import drafts
from hanse.stages.proposals.models import Presence, Proposal, Text, TextVersion

WHOLE = f"/proposals/{REF}"


@pytest.fixture
def made(at: datetime) -> Cast:
    announcement.load_callbook(NOW)
    return cast()


def page(made: Cast, who: str, section: str, status: int = 200) -> str:
    answer = browsing(who).get(f"{WHOLE}/sections/{section}")
    assert answer.status_code == status
    return answer.content.decode()


def sent(section: str, versions: dict[str, int] | None = None, act: str = "", **texts: Any) -> dict[str, Any]:
    """A form of a section as a browser sends it; `__` stands for the slash of keys."""
    data = {f"text:{key.replace('__', '/')}": value for key, value in texts.items()}
    return {"versions": json.dumps(versions or {}), "act": act, **data}


def post(who: str, section: str, versions: dict[str, int] | None = None, act: str = "", **texts: Any) -> Any:
    return browsing(who).post(f"{WHOLE}/sections/{section}", sent(section, versions, act, **texts))


def put(who: str, key: str, value: str, based_on: int = 0, **more: Any) -> Any:
    told = {"key": key, "value": value, "based_on": based_on}
    return browsing(who).post(f"{WHOLE}/fields", json.dumps(told), content_type="application/json", **more)


SECTIONS = (
    "title", "duration_months", "summary", "members", "complementarity_matrix", "member_profiles", "targets",
    "work_packages", "tasks", "deliverables", "milestones", "gantt", "risks", "business_partnerships",
    "costs_by_partner", "costs_by_work_package", "financing",
)  # fmt: skip


@pytest.mark.parametrize("section", SECTIONS)
def test_every_kind_of_section_has_a_page(made: Cast, section: str) -> None:
    said = page(made, "mila", section)
    assert "<h1" in said
    assert said.count('id="main"') == 1


def test_the_overview_says_how_far_each_section_has_come(made: Cast) -> None:
    later = NOW + timedelta(microseconds=1)
    for key, value in (("summary", "We go abroad."), ("title", "Quiet harbours"), ("roadmap", "step " * 501)):
        drafts.save(actor=person("giulia"), ref=REF, key=key, value=value, based_on=0, at=later)
    said = browsing("jonas").get(WHOLE).content.decode()
    assert "Changed by others since you were here last" in said
    assert "Giulia Doria, 1 time" in said.replace("<bdi>", "").replace("</bdi>", "")
    assert "1 more than the 500 asked for" in said
    assert "too long" in said
    again = browsing("jonas").get(WHOLE).content.decode()
    assert "Changed by others" not in again


def test_nobody_else_learns_that_there_is_an_application(made: Cast) -> None:
    for who in ("charlie", "odile", "halvard"):
        assert browsing(who).get(WHOLE).status_code == 404
        assert browsing(who).get(f"{WHOLE}/sections/summary").status_code == 404
        assert browsing(who).get(f"{WHOLE}/history").status_code == 404
        assert browsing(who).get(f"{WHOLE}/remarks").status_code == 404
        assert browsing(who).get(f"{WHOLE}/sections/summary/news").status_code == 404
        assert browsing(who).post(f"{WHOLE}/sections/summary", sent("summary", summary="x")).status_code in (403, 404)
    assert browsing("giulia").get("/proposals/nowhere").status_code == 404
    assert browsing("giulia").get(f"{WHOLE}/sections/nowhere").status_code == 404


def test_an_application_is_begun_from_its_consortium(made: Cast) -> None:
    Text.objects.all().delete()
    Proposal.objects.all().delete()
    assert "not begun yet" in browsing("jonas").get(WHOLE).content.decode()
    assert browsing("charlie").get(WHOLE).status_code == 404
    assert "Begin the application" in browsing("jonas").get("/proposals").content.decode()
    assert browsing("charlie").post(f"{WHOLE}/begin").status_code == 404
    answer = browsing("jonas").post(f"{WHOLE}/begin")
    assert answer.status_code == 302
    assert answer["Location"] == WHOLE
    assert "Clean seas" in browsing("jonas").get("/proposals").content.decode()
    assert "You take part in no application yet" in browsing("charlie").get("/proposals").content.decode()


def test_a_section_is_saved_without_a_script(made: Cast) -> None:
    answer = post("giulia", "summary", summary="Firms\r\nabroad.")
    assert answer.status_code == 302
    assert Text.objects.get(key="summary").value == "Firms\nabroad."
    said = page(made, "jonas", "summary")
    assert ">\nFirms\nabroad.</textarea>" in said
    assert "2 of 300 words" in said
    assert "Giulia Doria, " in said


@pytest.mark.parametrize("versions", ["", "{", "[]", '{"summary": "one"}', '{"summary": -1}', '{"summary": true}'])
def test_a_form_without_readable_versions_loses_and_overwrites_nothing(made: Cast, versions: str) -> None:
    post("giulia", "summary", summary="One two three.")
    post("giulia", "summary", {"summary": 1}, summary="One 2 three.")
    data = sent("summary", summary="Something else.") | {"versions": versions}
    browsing("jonas").post(f"{WHOLE}/sections/summary", data)
    kept = [Text.objects.get(key="summary").value, *TextVersion.objects.values_list("value", flat=True)]
    assert any("Something else." in value for value in kept)
    assert "One 2 three." in kept[0]


def test_too_many_words_are_told_and_kept(made: Cast) -> None:
    post("giulia", "summary", summary="word " * 312)
    assert "312 of 300 words: 12 words over. It is saved all the same." in page(made, "giulia", "summary")
    assert len(Text.objects.get(key="summary").value.split()) == 312


def test_two_people_without_scripts_are_merged(made: Cast) -> None:
    post("giulia", "summary", summary="One.\nTwo.\n")
    post("giulia", "summary", {"summary": 1}, summary="One!\nTwo.\n")
    answer = browsing("jonas").post(
        f"{WHOLE}/sections/summary", sent("summary", {"summary": 1}, summary="One.\nTwo!\n"), follow=True
    )
    assert "merged with what Giulia Doria wrote" in answer.content.decode()
    assert Text.objects.get(key="summary").value == "One!\nTwo!\n"


def test_two_versions_of_the_same_words_are_shown_beside_each_other(made: Cast) -> None:
    post("giulia", "summary", summary="One two three.")
    post("giulia", "summary", {"summary": 1}, summary="One 2 three.")
    answer = post("jonas", "summary", {"summary": 1}, summary="One II three.")
    assert answer.status_code == 409
    said = answer.content.decode()
    assert "Two versions: choose" in said
    assert "<mark>II</mark>" in said
    assert "<mark>2</mark>" in said
    aside = TextVersion.objects.get(nature="aside")
    assert "1 text to choose" in browsing("mila").get(WHOLE).content.decode()
    where = f"{WHOLE}/asides/{aside.pk}"
    done = browsing("mila").post(
        where, {"act": "merged", "value": "One two (2) three.", "based_on": 2, "back": "section"}
    )
    assert done.status_code == 302
    assert Text.objects.get(key="summary").value == "One two (2) three."
    assert browsing("mila").post(where, {"act": "mine", "based_on": 3}).status_code == 410
    assert browsing("mila").post(where, {"act": "nothing"}).status_code == 404
    assert browsing("mila").post(f"{WHOLE}/asides/99999", {"act": "mine"}).status_code == 404


@pytest.mark.parametrize(("act", "reads"), [("mine", "One II three."), ("theirs", "One 2 three.")])
def test_either_side_can_be_chosen(made: Cast, act: str, reads: str) -> None:
    post("giulia", "summary", summary="One two three.")
    post("giulia", "summary", {"summary": 1}, summary="One 2 three.")
    post("jonas", "summary", {"summary": 1}, summary="One II three.")
    aside = TextVersion.objects.get(nature="aside")
    browsing("jonas").post(f"{WHOLE}/asides/{aside.pk}", {"act": act, "based_on": 2})
    assert Text.objects.get(key="summary").value == reads
    aside.refresh_from_db()
    assert aside.settled_at is not None


def test_a_choice_may_meet_another_change(made: Cast) -> None:
    post("giulia", "summary", summary="One two three.")
    post("giulia", "summary", {"summary": 1}, summary="One 2 three.")
    post("jonas", "summary", {"summary": 1}, summary="One II three.")
    aside = TextVersion.objects.get(nature="aside")
    post("giulia", "summary", {"summary": 2}, summary="One zwei three.")
    answer = browsing("jonas").post(
        f"{WHOLE}/asides/{aside.pk}", {"act": "mine", "based_on": 2}, follow=True, headers={"accept": "text/html"}
    )
    assert "changed the field again" in answer.content.decode()
    assert Text.objects.get(key="summary").value == "One zwei three."


def test_records_are_added_moved_taken_out_and_put_back(made: Cast) -> None:
    answer = post("giulia", "risks", act="add")
    assert answer["Location"].endswith("#records-end")
    post("giulia", "risks", act="add", risks__1__title="Storm")
    assert Text.objects.get(key="risks/1/title").value == "Storm"
    assert "Risk 1: Storm" in page(made, "giulia", "risks")
    post("giulia", "risks", act="down-1")
    assert "Risk 2: Storm" in page(made, "giulia", "risks")
    post("giulia", "risks", act="up-1")
    post("giulia", "risks", act="remove-1")
    said = page(made, "giulia", "risks")
    assert "Risk 1: Storm" not in said
    assert "Taken out: 1" in said
    post("giulia", "risks", act="back-1")
    assert "Risk 2: Storm" in page(made, "giulia", "risks")
    assert post("giulia", "risks", act="remove-9").status_code == 410


def test_names_are_chosen_and_what_cannot_be_chosen_any_more_is_kept(made: Cast) -> None:
    post("giulia", "work_packages", work_packages__1__lead="sava", work_packages__1__partners=["", "lanterna", "sava"])
    assert Text.objects.get(key="work_packages/1/partners").value == "lanterna, sava"
    said = page(made, "giulia", "work_packages")
    assert '<option value="sava" selected>Sava Software Network</option>' in said
    assert 'value="lanterna" checked' in said
    made.seats["mila"].state = SeatState.LEFT
    made.seats["mila"].save()
    said = page(made, "giulia", "work_packages")
    assert "sava (cannot be chosen any more)" in said
    assert "sava (not a member any more)" in said


def test_a_member_writes_about_itself_and_the_coordinator_about_all(made: Cast) -> None:
    said = page(made, "jonas", "member_profiles")
    assert said.count("<textarea") == 2
    assert "Nothing is written yet." in said
    assert page(made, "giulia", "member_profiles").count("<textarea") == 6
    post("mila", "member_profiles", member_profiles__sava__role="We build the software.")
    assert '<div class="draft-text" dir="auto">We build the software.</div>' in page(made, "jonas", "member_profiles")
    answer = post("jonas", "member_profiles", member_profiles__sava__role="Nothing.")
    assert answer.status_code == 403


def test_a_refused_form_comes_back_with_all_that_was_typed(made: Cast) -> None:
    post("giulia", "risks", act="add")
    long = "a" * 200_001
    answer = post("giulia", "risks", risks__1__title="Storm", risks__1__measure=long)
    assert answer.status_code == 422
    said = answer.content.decode()
    assert "all you typed is below" in said
    assert long in said
    assert 'value="Storm"' in said
    assert not Text.objects.filter(key="risks/1/title").exists()


def test_who_takes_part_no_more_gets_the_text_back(made: Cast) -> None:
    browser = browsing("mila")
    made.seats["mila"].state = SeatState.LEFT
    made.seats["mila"].save()
    assert browser.post(f"{WHOLE}/sections/summary", sent("summary", summary="Mine")).status_code == 404
    answer = put("mila", "summary", "Mine")
    assert answer.status_code == 404
    assert "not saved" in answer.json()["told"]


def test_after_the_call_has_closed_nothing_is_saved_and_the_text_comes_back(made: Cast) -> None:
    post("giulia", "summary", summary="One.")
    clock.set_clock(instant=NOW + timedelta(days=30))
    said = page(made, "giulia", "summary")
    assert "You can read this application and change nothing in it" in said
    assert "<textarea" not in said
    answer = post("giulia", "summary", {"summary": 1}, summary="Two.")
    assert answer.status_code == 403
    assert "Two." in answer.content.decode()
    assert put("giulia", "summary", "Two.", 1).status_code == 403
    assert Text.objects.get(key="summary").value == "One."


def test_what_was_typed_outlives_the_session(made: Cast) -> None:
    browser = browsing("giulia")
    browser.get(f"{WHOLE}/sections/summary")
    browser.logout()
    answer = browser.post(f"{WHOLE}/sections/summary", sent("summary", summary="Typed long ago."))
    assert answer.status_code == 302
    browser.force_login(person("giulia"), backend=BACKEND)
    said = browser.get(f"{WHOLE}/sections/summary").content.decode()
    assert "Typed long ago." in said
    assert "What you typed before you signed in again is here" in said
    assert "Typed long ago." not in browser.get(f"{WHOLE}/sections/summary").content.decode()
    assert not Text.objects.filter(key="summary").exists()


# --- for the script ----------------------------------------------------------------------------------------------


def test_a_field_is_saved_by_a_script(made: Cast) -> None:
    answer = put("giulia", "summary", "\uf0b7 One")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["state"], told["version"], told["value"]) == ("saved", 1, "• One")
    assert told["notes"] == ["Signs of a list are written as bullets."]
    assert put("giulia", "summary", "• One", 1).json()["state"] == "same"


def test_a_script_gets_both_sides_of_a_conflict(made: Cast) -> None:
    put("giulia", "summary", "One two three.")
    put("giulia", "summary", "One 2 three.", 1)
    answer = put("jonas", "summary", "One II three.", 1)
    assert answer.status_code == 409
    told = answer.json()
    assert told["mine"] == "One II three."
    assert told["theirs"] == told["value"] == "One 2 three."
    assert told["by"] == "Giulia Doria"
    assert {piece["side"] for piece in told["pieces"]} == {"same", "clash"}
    choice = browsing("jonas").post(
        f"{WHOLE}/asides/{told['aside']}",
        {"act": "merged", "value": "One II (2) three.", "based_on": told["version"]},
        headers={"accept": "application/json"},
    )
    assert choice.json()["state"] == "saved"
    assert choice.json()["value"] == "One II (2) three."


def test_leaving_theirs_is_answered_to_a_script(made: Cast) -> None:
    put("giulia", "summary", "One two three.")
    put("giulia", "summary", "One 2 three.", 1)
    aside = put("jonas", "summary", "One II three.", 1).json()["aside"]
    headers = {"accept": "application/json"}
    answer = browsing("jonas").post(f"{WHOLE}/asides/{aside}", {"act": "theirs", "based_on": 2}, headers=headers)
    assert answer.json() == {"state": "same", "version": 2, "value": "One 2 three."}
    again = browsing("jonas").post(f"{WHOLE}/asides/{aside}", {"act": "theirs", "based_on": 2}, headers=headers)
    assert again.status_code == 410
    assert "settled" in again.json()["told"]


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{}", '{"key": 1, "value": "", "based_on": 0}', '{"key": "summary", "value": "", "based_on": -1}',
     '{"key": "summary", "value": "", "based_on": true}', '{"key": "summary", "value": null, "based_on": 0}'],
)  # fmt: skip
def test_what_is_no_field_is_refused(made: Cast, body: str) -> None:
    answer = browsing("giulia").post(f"{WHOLE}/fields", body, content_type="application/json")
    assert answer.status_code == 422


def test_a_field_that_the_form_does_not_have_is_named(made: Cast) -> None:
    answer = put("giulia", "no_such_field", "x")
    assert answer.status_code == 404
    assert "no_such_field" in answer.json()["told"]


def test_news_tell_who_is_here_and_what_changed(made: Cast) -> None:
    page(made, "giulia", "summary")
    put("jonas", "summary", "Said by Jonas.")
    put("jonas", "roadmap", "Elsewhere.")
    news = browsing("jonas").get(f"{WHOLE}/sections/summary/news?since={NOW.isoformat()}".replace("+", "%2B")).json()
    assert news["present"] == [{"name": "Giulia Doria", "here": True}]
    assert [change["key"] for change in news["changes"]] == ["summary"]
    assert news["csrf"]
    assert news["open"] is True
    assert browsing("jonas").get(f"{WHOLE}/sections/summary/news?since=never").status_code == 200
    assert browsing("jonas").get(f"{WHOLE}/sections/nowhere/news").status_code == 404
    assert Presence.objects.get(user=person("jonas")).section == "summary"
    clock.set_clock(instant=NOW + timedelta(minutes=5))
    assert browsing("jonas").get(f"{WHOLE}/sections/summary/news").json()["present"] == []


def test_a_full_application_opens_in_few_queries(made: Cast) -> None:
    fill(made)
    for path in (WHOLE, f"{WHOLE}/sections/work_packages", f"{WHOLE}/sections/tasks", f"{WHOLE}/history"):
        browser = browsing("giulia")
        browser.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(path).status_code == 200
        assert len(asked) <= 20, (path, [query["sql"][:150] for query in asked])


def test_saving_a_field_is_cheap(made: Cast) -> None:
    put("giulia", "summary", "One.")
    actor = person("giulia")
    roles_of(actor, NOW)
    with CaptureQueriesContext(connection) as asked:
        drafts.save(actor=actor, ref=REF, key="summary", value="One. Two.", based_on=1, at=NOW)
    said = [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]
    assert len(said) <= 8, said


def fill(made: Cast) -> None:
    texts = {}
    for section, count, parts in (
        ("work_packages", 20, ("title", "lead", "objectives", "description")),
        ("tasks", 60, ("title", "work_package", "lead", "description")),
        ("deliverables", 40, ("title", "work_package", "month")),
    ):
        for number in range(1, count + 1):
            texts[f"{section}/{number}"] = str(number * 10)
            texts |= {f"{section}/{number}/{part}": f"{part} {number} " * 20 for part in parts}
    known = set(Text.objects.values_list("key", flat=True))
    Text.objects.bulk_create(
        Text(proposal=made.proposal, key=key, value=value, changed_by=person("giulia"), changed_at=NOW)
        for key, value in texts.items()
        if key not in known
    )


def test_addresses_are_the_nouns_of_the_field() -> None:
    assert reverse("proposals:section", args=[REF, "summary"]) == f"{WHOLE}/sections/summary"
