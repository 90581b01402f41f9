"""Appointments: made and ended by administrators, dated, on the record; the last administrator stays."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connections, transaction
from tests.conftest import NOW
from tests.people import SINCE, address_of, browsing, person

from hanse.ground.accounts import actions
from hanse.ground.accounts.access import Access, may_enter, roles_of
from hanse.ground.accounts.models import Appointment, Role, User
from hanse.ground.audit.models import Event

pytestmark = pytest.mark.django_db


def appointment(id: str) -> Appointment:
    return Appointment.objects.get(user=person(id), until=None)


def test_an_appointment_holds_from_its_day_until_its_end() -> None:
    held = appointment("odile")
    held.until = NOW
    held.save()
    assert Role.OFFICER not in roles_of(person("odile"), SINCE - timedelta(seconds=1))
    assert Role.OFFICER in roles_of(person("odile"), SINCE)
    assert Role.OFFICER in roles_of(person("odile"), NOW - timedelta(seconds=1))
    assert Role.OFFICER not in roles_of(person("odile"), NOW)


@pytest.mark.parametrize(
    ("who", "access", "method", "enters"),
    [
        ("charlie", Access(), "GET", True),
        ("charlie", Access(sign_in=True), "POST", True),
        ("charlie", Access(True, frozenset({Role.OFFICER})), "GET", False),
        ("odile", Access(True, frozenset({Role.OFFICER})), "POST", True),
        ("odile", Access(True, frozenset({Role.ADMINISTRATOR})), "GET", False),
        ("halvard", Access(True, frozenset({Role.OFFICER})), "GET", True),
        ("halvard", Access(True, frozenset({Role.OFFICER})), "POST", False),
        ("halvard", Access(True, frozenset({Role.ADMINISTRATOR})), "GET", False),
        ("halvard", Access(sign_in=True), "GET", True),
        ("halvard", Access(sign_in=True), "POST", False),
        ("elena", Access(True, frozenset({Role.OFFICER})), "GET", False),
    ],
)
def test_who_may_enter(who: str, access: Access, method: str, enters: bool) -> None:
    assert may_enter(person(who), access, method, NOW) is enters


def test_an_administrator_appoints_and_it_is_on_the_record() -> None:
    person("charlie")
    client = browsing("ines")
    answer = client.post("/accounts/people/appoint", {"email": address_of("charlie").upper(), "role": "expert"})
    assert answer.status_code == 302
    assert appointment("charlie").appointed_by == person("ines")
    event = Event.objects.get(act="appoint")
    assert (event.actor, event.facts) == (person("ines"), {"role": "expert"})


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"email": "nobody@quay.example", "role": "expert"}, "Nobody with this address has an account"),
        ({"email": "odile@hanse.example", "role": "officer"}, "is programme officer already"),
        ({"email": "ines@hanse.example", "role": "expert"}, "Nobody appoints themselves"),
        ({"email": "odile@hanse.example", "role": "king"}, "Select a valid choice"),
        ({"email": "x\x00y", "role": ""}, "This field is required"),
    ],
)
def test_an_appointment_that_cannot_be_is_refused_with_the_reason(typed: dict[str, str], says: str) -> None:
    person("odile")
    answer = browsing("ines").post("/accounts/people/appoint", typed)
    assert answer.status_code == 422
    assert says in answer.content.decode()


@pytest.mark.parametrize("id", ["odile", "halvard", "elena", "charlie"])
def test_nobody_else_appoints(id: str) -> None:
    person("charlie")
    answer = browsing(id).post("/accounts/people/appoint", {"email": address_of("charlie"), "role": "officer"})
    assert answer.status_code == 403
    assert not Event.objects.filter(act="appoint").exists()


def test_officers_and_auditors_read_who_is_appointed() -> None:
    for id in ("odile", "halvard"):
        page = browsing(id).get("/accounts/people")
        assert page.status_code == 200
        assert "Appoint a person" not in page.content.decode()


def test_the_page_asks_as_often_for_one_person_as_for_three(django_assert_num_queries: object) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for ids in (("ines",), ("odile", "piet", "elena")):
        for id in ids:
            person(id)
        client = browsing("ines")
        client.get("/accounts/people")
        with CaptureQueriesContext(connection) as asked:
            client.get("/accounts/people")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 15


def test_an_appointment_is_ended_and_stays_in_the_history() -> None:
    number = appointment("odile").pk
    browsing("ines").post(f"/accounts/appointments/{number}/end")
    ended = Appointment.objects.get(pk=number)
    assert ended.until is not None
    again = browsing("ines").post(f"/accounts/appointments/{number}/end", follow=True)
    assert "has ended already" in again.content.decode()


def test_the_last_administrator_cannot_be_dismissed() -> None:
    number = appointment("ines").pk
    answer = browsing("ines").post(f"/accounts/appointments/{number}/end", follow=True)
    assert "last administrator" in answer.content.decode()
    assert Appointment.objects.get(pk=number).until is None


def test_an_account_is_closed_and_opened_again() -> None:
    target = person("charlie")
    client = browsing("ines")
    client.post(f"/accounts/people/{target.pk}")
    assert not User.objects.get(pk=target.pk).is_active
    client.post(f"/accounts/people/{target.pk}")
    assert User.objects.get(pk=target.pk).is_active
    assert [e.act for e in Event.objects.filter(subject_ref=str(target.pk)).order_by("number")][-2:] == [
        "close account",
        "open account",
    ]


def test_an_account_that_holds_an_appointment_is_not_closed() -> None:
    target = person("odile")
    answer = browsing("ines").post(f"/accounts/people/{target.pk}", follow=True)
    assert "still appointed" in answer.content.decode()
    assert User.objects.get(pk=target.pk).is_active


def test_two_addresses_that_differ_in_case_alone_are_one() -> None:
    person("giulia")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email=address_of("giulia").upper(), name="Another", joined_at=SINCE)


def test_the_first_administrator_is_appointed_on_the_machine_itself(capsys: pytest.CaptureFixture[str]) -> None:
    person("charlie")
    call_command("appoint", address_of("charlie"), "administrator")
    assert Role.ADMINISTRATOR in roles_of(User.objects.get(email=address_of("charlie")), appointment("charlie").since)
    with pytest.raises(CommandError, match="nobody has an account"):
        call_command("appoint", "nobody@quay.example", "administrator")
    with pytest.raises(CommandError, match="already"):
        call_command("appoint", address_of("charlie"), "administrator")


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_dismiss_each_other_at_once_leave_one() -> None:
    first, second = person("ines"), person("charlie")
    actions.appoint(actor=first, person=second, role=Role.ADMINISTRATOR, at=SINCE)
    held = {
        one.pk: Appointment.objects.get(user=one, role=Role.ADMINISTRATOR, until=None).pk for one in (first, second)
    }
    ready, refused = Barrier(2), []

    def dismiss(actor: User, target: User) -> None:
        try:
            ready.wait(10)
            actions.dismiss(actor=actor, appointment=held[target.pk], at=NOW)
        except actions.Refusal as no:
            refused.append(str(no))
        finally:
            connections.close_all()

    both = [Thread(target=dismiss, args=pair) for pair in ((first, second), (second, first))]
    for one in both:
        one.start()
    for one in both:
        one.join(30)
    assert Appointment.objects.filter(role=Role.ADMINISTRATOR, until=None).count() == 1
    assert len(refused) == 1


# --- the cast of a demonstration -------------------------------------------------------------------------------


def test_there_is_no_cast_outside_a_demonstration() -> None:
    member = actions.add_to_cast(user=person("giulia"), order=1, does="looks for partners")
    client = browsing()
    assert client.get("/accounts/cast").status_code == 404
    assert client.post("/accounts/cast", {"member": member.pk}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_in_a_demonstration_one_enters_with_a_click(settings: object) -> None:
    settings.MODE = "demo"  # type: ignore[attr-defined]
    member = actions.add_to_cast(user=person("giulia"), order=1, does="looks for partners")
    client = browsing()
    assert "looks for partners" in client.get("/accounts/cast").content.decode().lower()
    answer = client.post("/accounts/cast", {"member": member.pk})
    assert answer["Location"] == "/work"
    assert client.session["_auth_user_id"] == str(member.user_id)
    for hostile in ("", "999", "1 OR 1=1", "٣", "9" * 40):
        assert client.post("/accounts/cast", {"member": hostile}).status_code == 404
