"""The record as officers and auditors read it: in words, paged, searched; and silent on what applicants do."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.people import browsing, person
from tests.stages.consortia.casting import AFTER_CLOSING, CALL, OLDER_CALL, a_consortium, organisation_of, the_calls
from tests.stages.submission.sealing_cast import CLOSING, ready, submitted, withdrawn

from hanse.core.values.digest import digest
from hanse.ground import audit, clock
from hanse.ground.audit.models import Event
from hanse.site import histories
from hanse.site.discretion import WITHHELD, told, withheld_among
from hanse.stages.consortia.actions import space
from hanse.stages.submission.queries.disclosure import disclosed
from hanse.stages.submission.queries.officers import closed_editions

pytestmark = pytest.mark.django_db
RECORD = "/administration/record"
READERS = ("odile", "ines", "halvard")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def main(path: str, who: str = "odile") -> str:
    answer = browsing(who).get(path)
    assert answer.status_code == 200
    return text(answer).partition("<main")[2].partition("</main>")[0]


def recorded(act: str, subject: tuple[str, str] = ("thing", "x"), facts: dict[str, Any] | None = None) -> Event:
    with transaction.atomic():
        return audit.record(act, actor=None, subject=subject, facts=facts, at=clock.now())


def page_of(path: str, name: str) -> str:
    """The address of the next page in a direction, as a page says it."""
    words = {"older": "Older entries", "newer": "Newer entries"}[name]
    before, found, _ = main(path).partition(words)
    if not found:
        return ""
    address = before.rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    return path.partition("?")[0] + address


# --- in words ----------------------------------------------------------------------------------------------------


def test_the_history_of_anything_is_told_in_words(at: datetime) -> None:
    organisation = organisation_of("giulia")
    page = main(f"/administration/history/organisation/{organisation.ref}")
    assert "History of <bdi>organisation Lanterna Marine Cluster</bdi>" in page
    assert "Odile Lambert published organisation" in page
    assert "Giulia Doria requested registration:" in page
    assert "1\u00a0September\u00a02020, 11:00 Brussels time" in page
    published = page.index("Odile Lambert published")
    assert published < page.index("Giulia Doria requested"), "the newest first"
    last = audit.history(("organisation", organisation.ref)).last()
    assert last is not None
    assert f'<code class="hanse-digest">{last.digest}</code>' in page


def test_the_record_leads_to_the_history_of_each_subject_whatever_its_name_holds(at: datetime) -> None:
    recorded("decline late case", ("late case", "7/8 & <9>?"))
    page = main(RECORD)
    address = page.partition("declined late case")[2].partition('href="')[2].partition('"')[0]
    history = main(address.replace("&amp;", "&"))
    assert "declined late case" in history
    assert "7/8 &amp; &lt;9&gt;?" in history


@pytest.mark.parametrize("who", READERS)
def test_officers_administrators_and_auditors_read_it_and_nobody_else(who: str, at: datetime) -> None:
    recorded("publish organisation", ("organisation", "lanterna"))
    for path in (RECORD, "/administration/history/organisation/lanterna"):
        assert "published organisation" in main(path, who)
        assert browsing("giulia").get(path).status_code == 403
        assert browsing("elena").get(path).status_code == 403
        assert browsing().get(path).status_code == 302


@pytest.mark.parametrize("path", ["thing/nothing", "thing/%2F..%2F", "%F0%9F%8E%89/x"])
def test_what_has_no_history_has_an_empty_page(path: str, at: datetime) -> None:
    assert "Nothing is on the record that may be told." in main(f"/administration/history/{path}")


def test_a_reference_that_cannot_be_is_not_there(at: datetime) -> None:
    assert browsing("odile").get("/administration/history/thing/%00").status_code == 404


# --- pages and search --------------------------------------------------------------------------------------------


def test_older_and_newer_pages_lead_there_and_back(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(histories, "EVENTS_A_PAGE", 3)
    for n in range(7):
        recorded(f"act {n}")
    for path in (f"{RECORD}?kind=&ref=x&act=", "/administration/history/thing/x"):
        seen, address = [], path
        while address:
            page, last = main(address), address
            seen += [n for n in range(6, -1, -1) if f"acted {n}:" in page or f"acted {n}<" in page]
            address = page_of(address, "older")
        assert seen == [6, 5, 4, 3, 2, 1, 0]
        back = page_of(last, "newer")
        assert [n for n in range(7) if f"acted {n}:" in main(back)] == [1, 2, 3]
        first = page_of(back, "newer")
        assert [n for n in range(7) if f"acted {n}:" in main(first)] == [4, 5, 6]
        assert page_of(first, "newer") == ""


@pytest.mark.parametrize("hostile", ["x", "-1", "9" * 30, "%00", "²"])
def test_places_that_are_none_lead_to_the_first_page(hostile: str, at: datetime) -> None:
    recorded("act now")
    for name in ("before", "after"):
        assert "acted now" in main(f"{RECORD}?{name}={hostile}")


def test_the_record_is_searched_by_kind_and_reference_or_part_of_an_act(at: datetime) -> None:
    recorded("publish organisation", ("organisation", "lanterna"))
    recorded("publish edition", ("call", CALL))
    recorded("withdraw edition", ("call", "other"))
    found = {
        "?kind=call&ref=&act=": ["published edition", "withdrew edition"],
        f"?kind=call&ref={CALL}&act=": ["published edition"],
        "?act=PUBLISH": ["published organisation", "published edition"],
        "?ref=lanterna": ["published organisation"],
        "?act=edition&ref=other": ["withdrew edition"],
        "?act=%25": [],
        "?act=nothing": [],
    }
    for asked, expected in found.items():
        page = main(f"{RECORD}{asked}")
        for said in ("published organisation", "published edition", "withdrew edition"):
            assert (said in page) is (said in expected), asked


def test_a_search_that_cannot_be_is_told(at: datetime) -> None:
    recorded("act now")
    page = main(f"{RECORD}?kind=sea-monster")
    assert "sea-monster is not one of the available choices" in page
    assert browsing("odile").get(f"{RECORD}?ref=%00").status_code == 200


@pytest.mark.parametrize("path", [RECORD, f"{RECORD}?act=act", "/administration/history/thing/x"])
def test_pages_cost_the_same_however_much_is_on_them(path: str, at: datetime) -> None:
    client = browsing("odile")

    def asked() -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        return len(captured)

    the_calls()
    giulia = organisation_of("giulia")
    consortium = a_consortium()
    recorded("act", facts={"organisation": giulia.ref, "user": person("giulia").pk})
    recorded("act", ("organisation", giulia.ref))
    recorded("act", ("consortium", consortium.ref))
    few = asked()
    for n in range(30):
        recorded(f"act {n}", facts={"organisation": f"organisation-{n}", "user": n})
        recorded(f"act {n}", ("consortium", f"consortium-{n}"))
    assert asked() == few <= 15


# --- whether it holds --------------------------------------------------------------------------------------------


def test_the_chain_and_the_roots_can_be_checked(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded("act now")
    assert "The chain holds" in main(f"{RECORD}?verify")
    monkeypatch.setattr("hanse.ground.audit.verify", lambda: 7)
    monkeypatch.setattr("hanse.ground.audit.verify_roots", lambda: "The root of 29 November 2020 was changed.")
    page = main(f"{RECORD}?verify")
    assert "The record does not hold" in page
    assert "Entry 7" in page
    assert "The root of 29 November 2020 was changed." in page


# --- what applicants do ------------------------------------------------------------------------------------------


@pytest.fixture
def applied(at: datetime) -> list[Event]:
    """What was recorded while a consortium formed, submitted, withdrew and submitted again."""
    before = Event.objects.count()
    proposal = ready("giulia", "jonas", "mila")
    space.add_task(
        actor=person("giulia"), ref="blue-ways", title="Write", text="", due_on=None, seat_id=None, person_id=None, at=at
    )  # fmt: skip
    submitted(proposal)
    withdrawn(proposal)
    submitted(proposal, "second-attempt", None)
    clock.set_clock(instant=at)
    return [
        event
        for event in Event.objects.filter(number__gt=before).order_by("number")
        if event.subject_kind in ("consortium", "proposal")
    ]


@pytest.mark.parametrize("who", READERS)
def test_nothing_of_applicants_is_told_while_their_call_is_open(who: str, applied: list[Event]) -> None:
    """Neither in the record, nor in a history, nor by a search, for whatever one asks."""
    assert len(applied) > 5
    assert {"submit application", "withdraw application", "add task"} <= {event.act for event in applied}
    clock.set_clock(instant=CLOSING - timedelta(seconds=90))
    paths = [
        RECORD,
        *(f"/administration/history/{kind}/blue-ways" for kind in ("proposal", "consortium", "submission")),
        *(f"{RECORD}?kind={kind}&ref={ref}" for kind in ("proposal", "consortium") for ref in ("", "blue-ways")),
        *(f"{RECORD}?act={act}" for act in ("submit", "application", "task", "a")),
        f"{RECORD}?ref=blue-ways",
    ]
    for path in paths:
        page = main(path, who)
        typed = page.replace("/blue-ways", "").replace('value="blue-ways"', "").replace("proposal blue-ways", "")
        typed = typed.replace("consortium blue-ways", "").replace("submission blue-ways", "")
        for word in ("blue-ways", "Blue ways", "ubmitted", "withdrew", "added task", "receipt", "blue-ways/1"):
            assert word not in typed, f"{word} on {path}"


def test_a_withheld_entry_shows_position_and_digest_and_one_sentence_like_all_others(applied: list[Event]) -> None:
    page = main(RECORD)
    parts = {
        event.number: page.partition(f'id="entry-{event.number}"')[2].partition('<li class="hanse-timeline__event"')[0]
        for event in applied
    }
    shapes = set()
    for event in applied:
        part = parts[event.number]
        assert WITHHELD in part
        assert event.digest in part
        shape = (
            part.replace(event.digest, "DIGEST").replace(event.digest[:12], "DIGEST").replace(str(event.number), "N")
        )
        shapes.add(shape.partition("</li>")[0])
    assert len(shapes) == 1, "nobody can tell which of them is a submission"


def test_a_search_counts_no_withheld_entry(applied: list[Event], monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its number nor a longer way to the older page may tell that it is there."""
    monkeypatch.setattr(histories, "EVENTS_A_PAGE", 1)
    for asked in ("?act=submit", "?act=application", "?ref=blue-ways", "?kind=proposal"):
        page = main(f"{RECORD}{asked}")
        assert "entry-" not in page
        assert "Older entries" not in page


def test_a_history_that_is_withheld_answers_as_one_that_never_was(applied: list[Event]) -> None:
    there = main("/administration/history/proposal/blue-ways").replace("blue-ways", "X")
    never = main("/administration/history/proposal/green-ways").replace("green-ways", "X")
    assert there == never


def test_after_the_closing_it_is_told(applied: list[Event]) -> None:
    clock.set_clock(instant=CLOSING + timedelta(seconds=5))
    page = main("/administration/history/proposal/blue-ways")
    for said in ("Giulia Doria submitted application", "Giulia Doria withdrew application", "number: <bdi>blue-ways/1"):
        assert said in page
    assert "Giulia Doria added task:" in main("/administration/history/consortium/blue-ways")
    assert "Giulia Doria submitted application" in main(f"{RECORD}?act=submit")
    assert WITHHELD not in main(RECORD)


def test_those_that_never_submit_are_never_told(at: datetime) -> None:
    the_calls()
    consortium = a_consortium()
    space.add_task(
        actor=person("giulia"), ref=consortium.ref, title="Write", text="", due_on=None, seat_id=None, person_id=None,
        at=at,
    )  # fmt: skip
    clock.set_clock(instant=AFTER_CLOSING)
    assert WITHHELD in main(RECORD)
    assert "added task" not in main(RECORD)
    assert "Nothing is on the record" in main(f"/administration/history/consortium/{consortium.ref}")


def test_letters_between_applicants_are_never_told(at: datetime) -> None:
    recorded("express interest", ("interest", "1"), facts={"from": "lanterna", "to": "salzspeicher", "call": CALL})
    clock.set_clock(instant=AFTER_CLOSING)
    page = main(RECORD) + main("/administration/history/interest/1") + main(f"{RECORD}?act=interest")
    assert "lanterna" not in page
    assert "expressed" not in page


def test_a_consortium_of_an_unknown_call_is_withheld(at: datetime) -> None:
    a_consortium(ref="of-nowhere", call="NO-SUCH-CALL")
    event = recorded("add task", ("consortium", "of-nowhere"))
    unknown = recorded("add task", ("consortium", "never-heard-of"))
    assert withheld_among([event, unknown], AFTER_CLOSING) == {event.number, unknown.number}
    assert not told(Event.objects.filter(subject_kind="consortium"), AFTER_CLOSING).exists()


def test_the_call_of_the_application_decides_and_no_other(applied: list[Event]) -> None:
    """An older call has closed long ago; that one is of the open call."""
    before, after = CLOSING - timedelta(days=1), CLOSING + timedelta(seconds=1)
    assert OLDER_CALL in {edition.reference for edition in closed_editions(before)}
    assert not disclosed(before).exists()
    assert set(disclosed(after)) == {"blue-ways"}


def test_rule_for_pages_and_rule_for_searches_are_one(applied: list[Event]) -> None:
    recorded("express interest", ("interest", "1"))
    recorded("publish edition", ("call", CALL))
    events = list(Event.objects.all())
    for at in (CLOSING - timedelta(seconds=1), CLOSING, CLOSING + timedelta(seconds=1), AFTER_CLOSING):
        shown = {event.number for event in told(Event.objects.all(), at)}
        assert shown == {event.number for event in events} - withheld_among(events, at)


def test_the_closing_instant_itself_is_still_in_time(applied: list[Event]) -> None:
    numbers = {event.number for event in applied}
    assert numbers <= withheld_among(applied, CLOSING)
    assert not withheld_among(applied, CLOSING + timedelta(microseconds=1))


def test_a_digest_of_a_withheld_entry_cannot_be_found_by_trying(applied: list[Event]) -> None:
    """Whoever guessed all that an entry says would still miss its salt."""
    for event in applied:
        guessed = {**audit.entry_of(event)}
        guessed.pop("salt")
        assert digest(guessed) != event.digest
