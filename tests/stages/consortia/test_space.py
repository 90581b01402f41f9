"""The space of a consortium: what members may do there, and every refusal."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
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

from hanse.ground import audit, files
from hanse.ground.accounts.models import Appointment, Role
from hanse.ground.files.models import StoredFile
from hanse.ground.outbox.models import Message as Mail
from hanse.stages.consortia.actions import space as actions
from hanse.stages.consortia.models import Consortium, Contact, Message, SharedFile, Task
from hanse.stages.consortia.queries import space as queries
from hanse.stages.registry.actions import cleaning
from hanse.stages.registry.actions.refusals import Refusal
from hanse.stages.registry.models import Membership

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
REF = "blue-ways"
SAYS = {"name": "Chiara Longo", "function": "Assistant", "email": "chiara@hanse.example", "phone": "", "main": False}


def contact(who: str, at_whose: str, **values: Any) -> Contact:
    consortium = Consortium.objects.get(ref=REF)
    seat = seat_of(consortium, at_whose)
    return actions.add_contact(actor=person(who), ref=REF, seat_id=seat.pk, values=SAYS | values, at=NOW)


def task(who: str = "giulia", **values: Any) -> Task:
    told: dict[str, Any] = {
        "title": "Draft the roadmap",
        "text": "",
        "due_on": None,
        "seat_id": None,
        "person_id": None,
    }
    return actions.add_task(actor=person(who), ref=REF, **(told | values), at=NOW)


def changed(who: str, number: int, based_on: int, **values: Any) -> Task:
    told: dict[str, Any] = {
        "title": "Draft the roadmap",
        "text": "",
        "due_on": None,
        "seat_id": None,
        "person_id": None,
    }
    return actions.change_task(actor=person(who), ref=REF, number=number, based_on=based_on, **(told | values), at=NOW)


def write(who: str, text: str = "Hello all.", at: datetime = NOW) -> Message:
    return actions.write_message(actor=person(who), ref=REF, text=text, link="https://hanse.example/space", at=at)


def stored(content: bytes = b"a;b\n1;2\n", name: str = "plan.csv") -> StoredFile:
    return files.keep(SimpleUploadedFile(name, content), allowed=files.TABLES, most_bytes=1 << 20, at=NOW)


def share(who: str) -> SharedFile:
    return actions.share_file(actor=person(who), ref=REF, stored=stored(), name="plan.csv", note="", at=NOW)


def mails() -> Any:
    return Mail.objects.filter(purpose=queries.NOTICE)


def acts() -> list[str]:
    return [event.act for event in audit.history(("consortium", REF))]


ALL: list[Callable[[str], object]] = [
    lambda who: contact(who, "giulia"),
    task,
    write,
    share,
]


@pytest.mark.parametrize("act", ALL)
@pytest.mark.parametrize("who", ["charlie", "odile", "aylin"])
def test_whoever_takes_no_part_learns_nothing(act: Callable[[str], object], who: str) -> None:
    consortium = a_consortium()
    invited(consortium, "aylin")
    with pytest.raises(Refusal, match="no such consortium") as refusal:
        act(who)
    assert refusal.value.status == 404
    assert acts() == []


@pytest.mark.parametrize("act", ALL)
def test_an_auditor_changes_nothing_even_as_a_member(act: Callable[[str], object]) -> None:
    a_consortium()
    Appointment.objects.create(user=person("giulia"), role=Role.AUDITOR, since=NOW - HOUR)
    with pytest.raises(Refusal, match="change nothing") as refusal:
        act("giulia")
    assert refusal.value.status == 403


@pytest.mark.parametrize("act", ALL)
def test_the_space_of_a_dissolved_consortium_stays_as_it_is(act: Callable[[str], object]) -> None:
    a_consortium()
    Consortium.objects.update(state="dissolved")
    with pytest.raises(Refusal, match="dissolved") as refusal:
        act("giulia")
    assert refusal.value.status == 409


def test_the_space_stays_open_after_the_call_has_closed() -> None:
    the_calls()
    a_consortium()
    assert write("jonas", at=AFTER_CLOSING).text == "Hello all."


# --- contacts ----------------------------------------------------------------------------------------------------


def test_the_first_contact_is_the_main_one_until_another_is_chosen() -> None:
    a_consortium()
    first = contact("jonas", "jonas")
    second = contact("jonas", "jonas", name="Bo Lind")
    assert (first.main, second.main) == (True, False)
    actions.make_main(actor=person("jonas"), ref=REF, number=second.pk, at=NOW)
    actions.make_main(actor=person("jonas"), ref=REF, number=second.pk, at=NOW)
    third = contact("jonas", "jonas", name="Ada Berg", main=True)
    seat = seat_of(Consortium.objects.get(), "jonas")
    assert [(one.name, one.main) for one in queries.contacts_of([seat])[seat.pk]] == [
        ("Ada Berg", True),
        ("Bo Lind", False),
        ("Chiara Longo", False),
    ]
    actions.remove_contact(actor=person("jonas"), ref=REF, number=third.pk, at=NOW)
    main = queries.contacts_of([seat])[seat.pk][0]
    assert (main.name, main.main) == ("Bo Lind", True)
    assert acts() == ["add contact", "add contact", "make main contact", "add contact", "remove contact"]


def test_who_is_no_main_contact_goes_without_a_change_to_the_others() -> None:
    a_consortium()
    first, second = contact("jonas", "jonas"), contact("jonas", "jonas", name="Bo Lind")
    actions.remove_contact(actor=person("jonas"), ref=REF, number=second.pk, at=NOW)
    assert Contact.objects.get(removed_at__isnull=True, main=True) == first


def test_the_last_contact_can_go_too() -> None:
    a_consortium()
    only = contact("jonas", "jonas")
    actions.remove_contact(actor=person("jonas"), ref=REF, number=only.pk, at=NOW)
    with pytest.raises(Refusal, match="not on the list") as refusal:
        actions.remove_contact(actor=person("jonas"), ref=REF, number=only.pk, at=NOW)
    assert refusal.value.status == 404


def test_a_member_looks_after_its_own_contacts_and_the_coordinator_after_all() -> None:
    a_consortium()
    contact("giulia", "jonas")
    with pytest.raises(Refusal, match="Only the member itself and the coordinator") as refusal:
        contact("jonas", "mila")
    assert refusal.value.status == 403
    theirs = contact("mila", "mila")
    for act in (actions.make_main, actions.remove_contact):
        with pytest.raises(Refusal, match="Only the member itself"):
            act(actor=person("jonas"), ref=REF, number=theirs.pk, at=NOW)


def test_a_contact_is_at_a_member_that_takes_part() -> None:
    consortium = a_consortium()
    seat = invited(consortium, "aylin")
    with pytest.raises(Refusal, match="does not take part") as refusal:
        actions.add_contact(actor=person("giulia"), ref=REF, seat_id=seat.pk, values=SAYS, at=NOW)
    assert refusal.value.status == 404


def test_a_member_has_a_bounded_number_of_contacts(monkeypatch: pytest.MonkeyPatch) -> None:
    a_consortium()
    monkeypatch.setattr(actions, "MOST_CONTACTS", 1)
    contact("jonas", "jonas")
    with pytest.raises(Refusal, match=r"1 contacts already. Remove one"):
        contact("jonas", "jonas")


def test_a_contact_is_changed_and_a_change_made_meanwhile_is_told() -> None:
    a_consortium()
    known = contact("jonas", "jonas")
    mark = queries.mark_of(known)

    def change(based_on: str, **values: Any) -> Contact:
        return actions.change_contact(
            actor=person("jonas"), ref=REF, number=known.pk, values=SAYS | values, based_on=based_on, at=NOW
        )

    assert change(mark).name == "Chiara Longo"
    changed = change(mark, phone="+49 451 1")
    assert (changed.phone, changed.main) == ("+49 451 1", True)
    assert change(mark, phone="+49 451 1").phone == "+49 451 1"  # the same change twice is at peace
    with pytest.raises(Refusal, match="Look at both") as refusal:
        change(mark, phone="+49 451 2")
    assert (refusal.value.status, set(refusal.value.faults)) == (409, {"based_on"})
    other = contact("jonas", "jonas", name="Bo Lind")
    actions.change_contact(
        actor=person("jonas"), ref=REF, number=other.pk, values=SAYS | {"name": "Bo Lind", "main": True},
        based_on=queries.mark_of(other), at=NOW,
    )  # fmt: skip
    assert list(Contact.objects.filter(main=True)) == [other]
    assert acts().count("change contact") == 2


# --- tasks -------------------------------------------------------------------------------------------------------


def test_a_task_is_done_dropped_reopened() -> None:
    a_consortium()
    known = task(due_on=date(2020, 11, 30))
    steps: dict[str, Any] = {"actor": person("jonas"), "ref": REF, "number": known.pk, "at": NOW}
    done = actions.finish_task(**steps)
    assert (done.done_by, done.version) == (person("jonas"), 2)
    assert actions.finish_task(**steps).version == 2
    with pytest.raises(Refusal, match=r"is done\. Reopen it"):
        actions.drop_task(**steps)
    with pytest.raises(Refusal, match=r"not open. Reopen it"):
        changed("giulia", known.pk, 2, title="Other")
    assert actions.reopen_task(**steps).done_by is None
    assert actions.reopen_task(**steps).version == 3
    assert actions.drop_task(**steps).dropped_at == NOW
    assert actions.drop_task(**steps).version == 4
    with pytest.raises(Refusal, match=r"was dropped. Reopen it"):
        actions.finish_task(**steps)
    assert acts() == ["add task", "finish task", "reopen task", "drop task"]
    with pytest.raises(Refusal, match="no such task") as refusal:
        actions.finish_task(**(steps | {"number": known.pk + 1}))
    assert refusal.value.status == 404


def test_a_task_of_another_consortium_is_out_of_reach() -> None:
    a_consortium()
    a_consortium("ES", "FR", ref="other", name="Other")
    other = actions.add_task(
        actor=Consortium.objects.get(ref="other").created_by, ref="other", title="Theirs", text="", due_on=None,
        seat_id=None, person_id=None, at=NOW,
    )  # fmt: skip
    with pytest.raises(Refusal, match="no such task"):
        actions.finish_task(actor=person("giulia"), ref=REF, number=other.pk, at=NOW)


def test_a_change_made_meanwhile_is_told_and_the_same_change_is_not() -> None:
    a_consortium()
    known = task()
    assert changed("jonas", known.pk, 1, title="Draft the plan").version == 2
    assert changed("mila", known.pk, 1, title="Draft the plan").version == 2
    with pytest.raises(Refusal, match="Look at both") as refusal:
        changed("mila", known.pk, 1, title="Draft it")
    assert (refusal.value.status, set(refusal.value.faults)) == (409, {"based_on"})
    assert changed("mila", known.pk, 2, title="Draft it").title == "Draft it"
    assert [event.facts for event in audit.history(("consortium", REF)) if event.act == "change task"] == [
        {"task": known.pk, "changed": ["title"]}
    ] * 2


def test_a_task_is_given_to_members_and_their_people_alone() -> None:
    consortium = a_consortium()
    seat, waiting = seat_of(consortium, "jonas"), invited(consortium, "aylin")
    assert task(seat_id=seat.pk, person_id=person("jonas").pk).person == person("jonas")
    for seat_id, person_id, words in (
        (waiting.pk, None, "takes no part"),
        (seat.pk, person("mila").pk, "does not act for"),
        (None, person("mila").pk, "Name the member"),
    ):
        with pytest.raises(Refusal, match=words) as refusal:
            task(seat_id=seat_id, person_id=person_id)
        assert (refusal.value.status, set(refusal.value.faults)) == (422, {"who"})


def test_who_had_a_task_may_stay_when_they_left() -> None:
    consortium = a_consortium()
    seat = seat_of(consortium, "jonas")
    known = task(seat_id=seat.pk)
    seat.state = "left"
    seat.save()
    kept = changed("giulia", known.pk, 1, seat_id=seat.pk, title="Draft it")
    shown = queries.shown(queries.open_tasks(consortium)[0], date(2020, 11, 29), None)
    assert (kept.seat_id, shown.gone, shown.state) == (seat.pk, True, "open")


def test_open_tasks_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    a_consortium()
    monkeypatch.setattr(actions, "MOST_TASKS", 1)
    task()
    with pytest.raises(Refusal, match=r"1 tasks are open. Finish or drop"):
        task()


@pytest.mark.parametrize(
    ("due_on", "overdue", "late"),
    [
        (None, False, False),
        (date(2020, 11, 28), True, False),
        (date(2020, 11, 29), False, False),
        (date(2020, 12, 2), False, False),
        (date(2020, 12, 3), False, True),
    ],
)
def test_a_task_is_overdue_the_day_after_and_late_after_the_call_closes(
    due_on: date | None, overdue: bool, late: bool
) -> None:
    the_calls()
    consortium = a_consortium()
    known = task(due_on=due_on)
    closing = queries.deadline_of(consortium, NOW)
    assert closing is not None
    shown = queries.shown(known, queries.day_of(NOW), queries.day_of(closing))
    assert (shown.overdue, shown.late) == (overdue, late)
    assert shown.state == ("overdue" if overdue else "open")


def test_nothing_is_known_of_the_deadline_of_an_unknown_call() -> None:
    assert queries.deadline_of(a_consortium(call="UNKNOWN"), NOW) is None


def test_the_tasks_of_a_person_are_theirs_their_organisations_and_everybodys() -> None:
    consortium = a_consortium()
    editor_of("charlie", organisation_of("jonas"))
    seat = seat_of(consortium, "jonas")
    task(title="mine", seat_id=seat.pk, person_id=person("jonas").pk, due_on=date(2020, 11, 28))
    task(title="ours", seat_id=seat.pk, due_on=date(2020, 11, 30))
    task(title="all")
    task(title="colleague", seat_id=seat.pk, person_id=person("charlie").pk)
    task(title="hers", seat_id=seat_of(consortium, "mila").pk)
    done = task(title="done")
    actions.finish_task(actor=person("jonas"), ref=REF, number=done.pk, at=NOW)
    found = queries.tasks_of(person("jonas"), NOW)
    assert [(one.title, one.whose, one.overdue) for one in found] == [
        ("mine", "you", True),
        ("ours", organisation_of("jonas").name, False),
        ("all", "everybody", False),
    ]
    assert {(one.consortium, one.ref) for one in found} == {("Blue ways", REF)}
    assert queries.tasks_of(person("odile"), NOW) == []
    seat.state = "left"
    seat.save()
    assert queries.tasks_of(person("jonas"), NOW) == []


def test_tasks_of_a_dissolved_consortium_are_over() -> None:
    a_consortium()
    task()
    Consortium.objects.update(state="dissolved")
    assert queries.tasks_of(person("giulia"), NOW) == []


# --- messages ----------------------------------------------------------------------------------------------------


def test_the_others_are_told_of_a_message_at_most_once_an_hour() -> None:
    consortium = a_consortium()
    invited(consortium, "aylin")
    write("giulia", "The words stay inside.")
    told = mails().order_by("to")
    assert [mail.to for mail in told] == [address_of("jonas"), address_of("mila")]
    assert "Giulia Doria" in told[0].body
    assert "https://hanse.example/space" in told[0].body
    assert "The words stay inside." not in told[0].body
    write("giulia", "Second.", NOW + timedelta(minutes=59))
    assert mails().count() == 2
    write("jonas", "Third.", NOW + timedelta(minutes=59))
    assert list(mails().order_by("pk").values_list("to", flat=True))[2:] == [address_of("giulia")]
    write("giulia", "Fourth.", NOW + HOUR)
    assert mails().count() == 5


def test_another_consortium_is_told_by_itself() -> None:
    a_consortium()
    a_consortium("giulia", "jonas", ref="other", name="Other")
    write("giulia")
    actions.write_message(actor=person("giulia"), ref="other", text="Hello.", link="https://hanse.example", at=NOW)
    assert mails().filter(to=address_of("jonas")).count() == 2


def test_a_message_sent_twice_is_one() -> None:
    a_consortium()
    first = write("giulia")
    assert write("giulia", at=NOW + timedelta(seconds=30)) == first
    assert write("giulia", at=NOW + timedelta(seconds=60)) != first
    assert write("jonas") != first


def test_ones_own_message_is_taken_back_and_its_words_are_gone() -> None:
    a_consortium()
    message = write("giulia")
    for who in ("jonas", "mila"):
        with pytest.raises(Refusal, match="Only who wrote") as refusal:
            actions.remove_message(actor=person(who), ref=REF, number=message.pk, at=NOW)
        assert refusal.value.status == 403
    removed = actions.remove_message(actor=person("giulia"), ref=REF, number=message.pk, at=NOW)
    again = actions.remove_message(actor=person("giulia"), ref=REF, number=message.pk, at=NOW + HOUR)
    assert (removed.text, again.removed_at) == ("", NOW)
    assert "Hello all." not in str([event.facts for event in audit.history(("consortium", REF))])
    with pytest.raises(Refusal, match="no such message"):
        actions.remove_message(actor=person("giulia"), ref=REF, number=message.pk + 1, at=NOW)


def test_messages_are_paged_newest_first_whatever_comes_meanwhile() -> None:
    consortium = a_consortium()
    for number in range(45):
        write("giulia", f"{number}", NOW + timedelta(minutes=number // 3))
    page, mark = queries.messages_in(consortium)
    assert [one.text for one in page] == [f"{n}" for n in range(44, 24, -1)]
    write("giulia", "new", NOW + HOUR)
    page, mark = queries.messages_in(consortium, mark)
    assert [one.text for one in page] == [f"{n}" for n in range(24, 4, -1)]
    page, mark = queries.messages_in(consortium, mark)
    assert [one.text for one in page] == ["4", "3", "2", "1", "0"]
    assert mark == ""
    for nonsense in ("x", "9" * 30, "-1", "²", "0"):
        assert queries.messages_in(consortium, nonsense)[0][0].text == "new"


# --- files -------------------------------------------------------------------------------------------------------


def test_a_file_is_shared_and_removed_by_its_member_or_the_coordinator() -> None:
    consortium = a_consortium()
    shared = share("jonas")
    with pytest.raises(Refusal, match="Only the member that shared") as refusal:
        actions.remove_file(actor=person("mila"), ref=REF, number=shared.pk, at=NOW)
    assert refusal.value.status == 403
    actions.remove_file(actor=person("giulia"), ref=REF, number=shared.pk, at=NOW)
    with pytest.raises(Refusal, match="not in the space") as refusal:
        actions.remove_file(actor=person("jonas"), ref=REF, number=shared.pk, at=NOW)
    assert refusal.value.status == 404
    assert queries.file(consortium, shared.pk) is None
    assert [(one.name, one.removed_by) for one in queries.files_in(consortium)] == [("plan.csv", person("giulia"))]
    own = share("jonas")
    assert actions.remove_file(actor=person("jonas"), ref=REF, number=own.pk, at=NOW).removed_at == NOW
    with files.opened(own.file) as content:
        assert content.read() == b"a;b\n1;2\n"


def test_files_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    a_consortium()
    monkeypatch.setattr(actions, "MOST_FILES", 1)
    share("jonas")
    with pytest.raises(Refusal, match=r"1 files are shared. Remove one"):
        share("giulia")


# --- what is new -------------------------------------------------------------------------------------------------


def test_news_are_counted_since_an_instant() -> None:
    consortium = a_consortium()
    other = a_consortium("giulia", "ES", ref="other", name="Other")
    before = NOW - HOUR
    assert not queries.news_since(consortium, before)
    write("jonas")
    actions.remove_message(actor=person("jonas"), ref=REF, number=write("jonas", "Oops").pk, at=NOW)
    share("jonas")
    task("giulia")
    assert queries.news_since(consortium, before) == queries.News(messages=1, files=1, tasks=1)
    assert queries.news_since(consortium, NOW) == queries.News()
    assert queries.news_since(consortium, before, person("jonas")) == queries.News(tasks=1)
    with CaptureQueriesContext(connection) as asked:
        both = queries.news_of({consortium.pk: before, other.pk: before})
    assert len(asked) == 3
    assert (bool(both[consortium.pk]), bool(both[other.pk])) == (True, False)
    assert queries.news_of({}) == {}


def test_people_of_a_member_are_those_who_act_for_it_now() -> None:
    consortium = a_consortium()
    editor_of("charlie", organisation_of("jonas"))
    Membership.objects.filter(user=person("jonas")).update(until=NOW)
    found = queries.people_of(queries.seats_that_take_part(consortium))
    assert [one.name for one in found[seat_of(consortium, "jonas").pk]] == ["Charlie Moss"]


def test_people_of_the_profile_into_which_a_member_was_merged_speak_for_it() -> None:
    going = organisation_in("FR")
    consortium = a_consortium("giulia", going)
    staying = organisation_of("jonas")
    cleaning.merge(actor=person("odile"), kept=staying.ref, merged=going.ref, reason="The same.", at=NOW)
    seat = consortium.seats.select_related("organisation").get(place=2)
    assert person("jonas") in queries.people_of([seat])[seat.pk]
    assert task(seat_id=seat.pk, person_id=person("jonas").pk).person == person("jonas")
    assert write("jonas").written_for == seat


def test_as_many_queries_for_five_as_for_one() -> None:
    consortium = a_consortium()
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            seats = queries.seats_that_take_part(consortium)
            queries.contacts_of(seats)
            queries.people_of(seats)
            for one in [*queries.open_tasks(consortium), *queries.settled_tasks(consortium)]:
                queries.shown(one, NOW.date(), None)
            queries.tasks_of(person("giulia"), NOW)
        counts.append(len(asked))
        for n in range(4):
            known = task(title=f"{n}", seat_id=seat_of(consortium, "giulia").pk)
            if n % 2:
                actions.finish_task(actor=person("giulia"), ref=REF, number=known.pk, at=NOW)
            contact("giulia", "jonas", name=f"Person {n}")
    assert counts[0] == counts[1]


def test_what_is_kept_says_what_it_is() -> None:
    a_consortium()
    assert [str(contact("giulia", "jonas")), str(task()), str(write("giulia")), str(share("giulia"))] == [
        "Chiara Longo",
        "Draft the roadmap",
        "Hello all.",
        "plan.csv",
    ]
    assert files.found("0" * 64) is None
