"""Limits of signing in: strict on every day, and around a deadline so that nobody is locked out."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.test import Client
from tests.people import PASSWORD, address_of, person

from hanse.ground import clock
from hanse.ground.accounts import limits
from hanse.ground.clock import arrival
from hanse.ground.clock.arrival import Arrival
from hanse.stages.announcement.actions import load_callbook
from hanse.stages.announcement.models import CallEdition

CLOSING = datetime(2020, 12, 2, 16, tzinfo=UTC)
HARBOUR, ELSEWHERE = "192.0.2.1", "198.51.100.7"
STRICT = (timedelta(minutes=-61), timedelta(minutes=16), timedelta(days=-3))
LENIENT = (timedelta(minutes=-59), timedelta(), timedelta(minutes=14))


@pytest.fixture(autouse=True)
def _ask_anew() -> Iterator[None]:
    known = limits._Asked.closings
    limits.forget()
    yield
    limits._Asked.closings = known
    limits.forget()


@pytest.fixture
def site(at: datetime) -> Iterator[None]:
    """A site with the calls, on which nobody has tried to sign in yet."""
    load_callbook(at)
    cache.clear()
    yield
    cache.clear()


def clock_at(from_closing: timedelta) -> None:
    """The clock stands so long after the closing of the 2020 call."""
    clock.set_clock(instant=CLOSING + from_closing)


def try_in(id: str, password: str = PASSWORD, address: str = HARBOUR) -> bool:
    """Whether somebody is let in."""
    client = Client(REMOTE_ADDR=address)
    client.post("/accounts/login/", {"login": address_of(id), "password": password})
    return "_auth_user_id" in client.session


def wrong(times: int, id: str, address: str = HARBOUR) -> None:
    """Wrong passwords for one account; a new one each time."""
    assert not any(try_in(id, f"wrong guess {number}", address) for number in range(times))


# --- when -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def seven(settings: Any) -> None:
    """A live site on which one call closes at seven o'clock."""
    settings.MODE = "live"
    limits.lenient_around(lambda _: [CLOSING, CLOSING + timedelta(days=30)])


def lenient_at(instant: datetime) -> bool:
    token = arrival.served.set(Arrival(instant, instant, 0.0))
    try:
        return limits.lenient()
    finally:
        arrival.served.reset(token)


@pytest.mark.parametrize(
    ("seconds", "lenient"),
    [(-3601, False), (-3600, True), (-1, True), (0, True), (1, True), (900, True), (901, False), (86400 * 30, True)],
)
def test_from_an_hour_before_a_closing_to_a_quarter_after_it(seven: None, seconds: int, lenient: bool) -> None:
    assert lenient_at(CLOSING + timedelta(seconds=seconds)) is lenient


def test_outside_of_requests_and_without_closings_nothing_is_loosened(seven: None) -> None:
    assert not limits.lenient()
    limits._Asked.closings = None
    assert not lenient_at(CLOSING)


def test_the_closings_are_asked_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[datetime] = []
    tick = [1000.0]

    def closings(at: datetime) -> Iterable[datetime]:
        asked.append(at)
        return iter([CLOSING])

    monkeypatch.setattr(limits, "time", type("Ticks", (), {"monotonic": staticmethod(lambda: tick[0])}))
    limits.lenient_around(closings)
    assert lenient_at(CLOSING)
    tick[0] += 59
    assert not lenient_at(CLOSING + timedelta(hours=2)), "the window is told anew for each request"
    assert len(asked) == 1
    tick[0] += 1
    assert lenient_at(CLOSING)
    assert len(asked) == 2


def test_a_library_reads_the_limits_of_the_moment(seven: None) -> None:
    read = limits.Limits({"login": "60/m/ip", "signup": "20/m/ip"}, {"login": ""})
    assert dict(read) == {"login": "60/m/ip", "signup": "20/m/ip"}
    assert len(read) == 2
    token = arrival.served.set(Arrival(CLOSING, CLOSING, 0.0))
    assert dict(read) == {"login": "", "signup": "20/m/ip"}
    arrival.served.reset(token)


# --- passwords ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("from_closing", STRICT)
def test_on_every_day_wrong_passwords_keep_an_account_and_an_address_out(site: None, from_closing: timedelta) -> None:
    clock_at(from_closing)
    person("giulia"), person("jonas")
    wrong(5, "giulia")
    assert not try_in("giulia")
    assert not try_in("giulia", address=ELSEWHERE)
    assert try_in("jonas")
    wrong(5, "mila")
    assert not try_in("jonas"), "ten wrong passwords in a minute from this address"
    assert try_in("jonas", address=ELSEWHERE)


@pytest.mark.parametrize("from_closing", LENIENT)
def test_around_a_closing_wrong_passwords_keep_nobody_out(site: None, from_closing: timedelta) -> None:
    clock_at(from_closing)
    person("giulia"), person("jonas")
    wrong(30, "giulia")
    assert try_in("jonas")
    assert try_in("giulia")


def test_who_was_locked_out_before_the_last_hour_is_let_in_when_it_begins(site: None) -> None:
    person("giulia")
    clock_at(timedelta(minutes=-61))
    wrong(6, "giulia")
    assert not try_in("giulia")
    clock_at(timedelta(minutes=-59))
    assert try_in("giulia")


def test_a_whole_house_behind_one_address_gets_in(site: None) -> None:
    clock_at(timedelta(minutes=-5))
    person("giulia")
    for number in range(65):
        wrong(1, f"colleague-{number}")
    assert try_in("giulia")


def test_whoever_guesses_is_held_to_a_pace_and_locks_nobody_out_elsewhere(
    site: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WRONG_PASSWORDS", {"login_failed": "7/10m/key"})
    clock_at(timedelta(minutes=-5))
    person("giulia")
    wrong(7, "giulia", ELSEWHERE)
    assert not try_in("giulia", address=ELSEWHERE)
    assert try_in("giulia", address=HARBOUR)


def test_a_deadline_that_is_moved_moves_the_hour(site: None) -> None:
    edition = CallEdition.objects.get(reference="COS-CLUSINT-2020-3-01")
    clock_at(timedelta(hours=24))
    person("giulia")
    wrong(5, "giulia")
    assert not try_in("giulia")
    CallEdition.objects.filter(pk=edition.pk).update(closing=CLOSING + timedelta(hours=24, minutes=30))
    limits.forget()
    assert try_in("giulia")


# --- all the rest ---------------------------------------------------------------------------------------------------


def codes(id: str, times: int) -> list[bool]:
    """Wrong codes of a second factor for somebody who knows the password; whether each was told to wait."""
    client = Client(REMOTE_ADDR=HARBOUR)
    client.post("/accounts/login/", {"login": address_of(id), "password": PASSWORD})
    pages = [client.post("/accounts/2fa/authenticate/", {"code": f"{number:06}"}) for number in range(times)]
    return ["Too many" in page.content.decode() for page in pages]


@pytest.mark.parametrize(("from_closing", "most"), [(timedelta(days=-3), 5), (timedelta(minutes=-5), 20)])
def test_codes_of_a_second_factor_are_counted_by_person(site: None, from_closing: timedelta, most: int) -> None:
    clock_at(from_closing)
    for id in ("giulia", "jonas"):
        TOTP.activate(person(id), generate_totp_secret())
    told = codes("giulia", most + 1)
    assert told.index(True) == most
    assert codes("jonas", 1) == [False]


@pytest.mark.parametrize(("from_closing", "refused"), [(timedelta(days=-3), True), (timedelta(minutes=-5), False)])
def test_passkeys_from_one_address(site: None, from_closing: timedelta, refused: bool) -> None:
    clock_at(from_closing)
    answers = [Client(REMOTE_ADDR=HARBOUR).post("/accounts/2fa/webauthn/login/", {}) for _ in range(11)]
    assert (answers[-1].status_code == 429) is refused
    assert 429 not in {answer.status_code for answer in answers[:10]}


@pytest.mark.parametrize("from_closing", [timedelta(days=-3), timedelta(minutes=-5)])
def test_nothing_else_is_loosened(site: None, from_closing: timedelta) -> None:
    clock_at(from_closing)
    for path in ("/accounts/signup/", "/accounts/password/reset/"):
        answers = [Client().post(path, {"email": f"n{number}@quay.example"}) for number in range(21)]
        assert answers[19].status_code != 429
        assert answers[20].status_code == 429
